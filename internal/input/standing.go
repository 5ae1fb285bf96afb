package input

import (
	"slices"
	"strings"

	"offboard/internal/leaver"
)

// standing is what a value says of a person's employment.
type standing uint8

const (
	noStanding      standing = iota // it is blank
	otherStanding                   // nothing that is known
	goneStanding                    // the person has left
	plannedStanding                 // the person will leave, or has not left after all
	activeStanding                  // the person is still employed
	unreadStanding                  // the cell cannot be read
	backStanding                    // the person came back after the end date
	nothing                         // a first day of work, and not after the end date; any other event than a return
)

// standingOf returns what a text says in a column of this kind.
func (k statusKind) standingOf(text string) standing {
	text = strings.TrimRight(leaver.TrimRef(text), ".!")
	switch {
	case strings.Trim(text, "-–—. ") == "":
		return noStanding
	case k == statusEvent:
		if slices.ContainsFunc(wordsOf(text), func(word string) bool { return againWords[stem(word)] != unknownWord }) {
			return activeStanding
		}
		return nothing
	}
	if k != statusText && k != statusAccount {
		if said := k.truthOf(text); said != otherStanding {
			return said
		}
	}
	said := k.standingIn(wordsOf(text))
	if said == goneStanding && strings.ContainsAny(text, "?？") {
		return plannedStanding
	}
	return said
}

// truthOf returns what a yes or a no says, perhaps with words behind it that do not say
// that it is otherwise: "No - still employed".
func (k statusKind) truthOf(text string) standing {
	head, rest := text, ""
	if i := strings.IndexAny(text, "-–—(,;:"); i > len("y ") {
		if before := strings.TrimSpace(text[:i]); len(before) > 1 && !strings.EqualFold(before, "on") && !strings.EqualFold(before, "off") {
			head, rest = before, text[i:]
		}
	}
	said := otherStanding
	switch truth := truthWords[stem(fold(head))]; {
	case truth == unknownWord:
		return otherStanding
	case truth == goneWord && k == statusFlag:
	case truth == goneWord && k == statusRecord:
		said = noStanding // as if it were blank: another column is enough
	case truth == activeWord && k == statusActive, truth == goneWord && k == statusGone:
		return activeStanding
	default:
		said = goneStanding
	}
	if more := k.standingIn(wordsOf(rest)); more > goneStanding {
		return more
	}
	return said
}

// isGone tells whether words that say nothing by themselves say that the person has left:
// a noun with nothing beside it.
func isGone(words []string) bool {
	said := make([]string, 0, len(words))
	for _, word := range words {
		if meaningOf(word) != neutralWord {
			said = append(said, word)
		}
	}
	return aloneWords[stem(strings.Join(said, " "))] == goneWord
}

// meaningOf returns what a word says in a column of this kind.
func (k statusKind) meaningOf(word string) meaning {
	if k == statusAccount {
		if m := accountWords[stem(word)]; m != unknownWord {
			return m
		}
	}
	return meaningOf(word)
}

// standingIn returns what words say. The person is still employed if any word says so:
// it may be one of several in a history.
func (k statusKind) standingIn(words []string) standing {
	const never = -3
	said, current, planned, absent := otherStanding, false, false, false
	negated, notActive := never, never // where the last word of this kind stands
	for i := 0; i < len(words); i++ {
		m := k.meaningOf(words[i])
		if i+1 < len(words) {
			if pair := meaningOf(words[i] + " " + words[i+1]); pair != unknownWord {
				m = pair
				i++
			}
		}
		isNegated := i-negated <= 2 // not yet terminated
		switch {
		case m == negationWord:
			negated = i
		case m == noWord:
			notActive = i
		case m == plannedWord:
			planned = true
		case m == absentWord:
			absent = true
		case m == formerWord:
			notActive, said = i, goneStanding
		case m == activeWord && (isNegated || i-notActive <= 2), m == goneWord && !isNegated:
			said, negated = goneStanding, never
		case m == activeWord, m == goneWord:
			return activeStanding
		case m == currentWord && !isNegated:
			current = true
		}
	}
	if said == otherStanding && isGone(words) {
		said = goneStanding
	}
	switch {
	case planned, said == goneStanding && absent:
		return plannedStanding
	case said != otherStanding:
		return said
	case current, isCodeA(words), len(words) == 1 && aloneWords[stem(words[0])] == activeWord:
		return activeStanding
	}
	return otherStanding
}

// isCodeA tells whether words begin with the code A, as in "A - on leave".
func isCodeA(words []string) bool {
	return len(words) > 0 && words[0] == "a" && (len(words) == 1 || meaningOf("a "+words[1]) == unknownWord)
}
