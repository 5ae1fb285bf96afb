package input

import (
	"strings"

	"offboard/internal/leaver"
)

// standing is what a value says of a person's employment.
type standing uint8

const (
	noStanding     standing = iota // it is blank
	otherStanding                  // nothing that is known
	goneStanding                   // the person has left
	activeStanding                 // the person is still employed
	unreadStanding                 // the cell cannot be read
	backStanding                   // the person came back after the end date
	nothing                        // a first day of work, and not after the end date
)

// standingOf returns what a text says in a column of this kind.
func (k statusKind) standingOf(text string) standing {
	text = strings.TrimRight(leaver.TrimRef(text), ".!")
	if strings.Trim(text, "-–—. ") == "" {
		return noStanding
	}
	if k != statusText {
		switch truth := truthWords[stem(fold(text))]; {
		case truth == activeWord && k == statusActive, truth == goneWord && k == statusGone:
			return activeStanding
		case truth == goneWord && k == statusFlag:
			return otherStanding
		case truth != unknownWord:
			return goneStanding
		}
	}
	return standingIn(wordsOf(text))
}

// standingIn returns what words say. The person is still employed if any word says so:
// it may be one of several in a history.
func standingIn(words []string) standing {
	const never = -3
	said, current := otherStanding, false
	negated, notActive := never, never // where the last word of this kind stands
	for i := 0; i < len(words); i++ {
		m := meaningOf(words[i])
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
	switch {
	case said != otherStanding:
		return said
	case current, len(words) > 0 && words[0] == "a":
		return activeStanding
	case len(words) == 1:
		switch aloneWords[stem(words[0])] {
		case activeWord:
			return activeStanding
		case goneWord:
			return goneStanding
		}
	}
	return otherStanding
}
