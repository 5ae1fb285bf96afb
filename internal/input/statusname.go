package input

import (
	"slices"
	"strings"
	"unicode"

	"offboard/internal/table"
)

// statusKind is what the values of a column say.
type statusKind uint8

const (
	noStatus      statusKind = iota
	formOnly                 // nothing: the name has words such as code or value
	statusText               // a word such as Active
	statusActive             // yes: the person is still employed
	statusGone               // no: the person is still employed
	statusFlag               // yes: the person has left, in this way
	statusAccount            // a word such as Active, or Suspended: of an account
	statusRecord             // yes: the record is deleted, as that of a person who has left; no: as if it were blank
	statusEvent              // a word such as Rehire: of rows that are left out
	startDate                // the first day: after the end date, it says that the person came back
)

// maxNameSize is how long a name may be that is looked at.
const maxNameSize = 80

// statusKindOf tells what the values of a column, or of a key at a path, say by its name.
// The last part of the path that says it counts: behind it, only words such as code or
// value may stand. What is around it has to be about the employment or the person.
func statusKindOf(path string) statusKind {
	for {
		at := strings.LastIndexByte(path, '.')
		kind := kindOfName(path[at+1:])
		switch {
		case at < 0:
			return kind
		case kind == noStatus, kind != formOnly && !isAboutPerson(path[:at]):
			return noStatus
		case kind == statusText && ofAccount(path[:at]):
			return statusAccount
		case kind != formOnly:
			return kind
		}
		path = path[:at]
	}
}

// isAboutPerson tells whether the objects of a path are those of an employment or of the
// person, and not of a department, an address, an account, or another person.
func isAboutPerson(path string) bool {
	if isOtherPerson(path) {
		return false
	}
	for part := range strings.SplitSeq(path, ".") {
		has, ok := wordsOfName(part)
		if !ok || has[placeWord] || has[accountWord] {
			return false
		}
	}
	return true
}

// ofAccount tells whether an object is that of a user.
func ofAccount(path string) bool {
	has, ok := wordsOfName(path[strings.LastIndexByte(path, '.')+1:])
	return ok && has[userWord]
}

func isOtherPerson(path string) bool {
	normal := table.NormalName(path)
	return slices.ContainsFunc(otherPerson, func(word string) bool { return strings.Contains(normal, word) })
}

// nameHas tells which words a name has.
type nameHas [formWord + 1]bool

// any tells whether a name has one of some words.
func (has *nameHas) any(words ...meaning) bool {
	return slices.ContainsFunc(words, func(m meaning) bool { return has[m] })
}

// wordsOfName returns which words a name has; false if it has one that is not known.
func wordsOfName(name string) (has nameHas, ok bool) {
	yes := false
	for run := range strings.FieldsFuncSeq(strings.ReplaceAll(fold(name), "in dienst", "indienst"), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if truth := truthWords[stem(run)]; yes && truth == goneWord {
			continue // (oui/non)
		} else {
			yes = truth == activeWord
		}
		if !nameRun(run, &has) {
			return has, false
		}
	}
	return has, true
}

// kindOfName is statusKindOf for a name that is no path.
func kindOfName(name string) statusKind {
	if len(name) > maxNameSize {
		return noStatus
	}
	if kind, whole := wholeNames[table.NormalName(name)]; whole {
		return kind
	}
	has, ok := wordsOfName(name)
	if !ok || has[wrapperWord] || has[relateWord] && !has.any(personWord, besideWord) {
		return noStatus
	}
	person := has.any(personWord, userWord)
	active, gone := has.any(activeWord, backWord), has[goneWord]
	switch {
	case has[eventWord]:
		return statusEvent
	case has[formerWord] && !person || has[currentWord] && !person && !has[statusWord] && !active && !gone:
		return noStatus // the previous status, the current job
	case has[typeWord] && !has[statusWord]:
		return noStatus
	case has[dateWord]:
		if has.any(startWord, backWord) && !has[statusWord] && !gone && !has.any(besideWord, placeWord, accountWord) {
			return startDate // and not that of an assignment, which may be the one without work
		}
		return noStatus
	}
	return has.flag(active || has[currentWord] && person && !gone && !has[formerWord], gone || has[formerWord])
}

// flag returns the kind of a name without a date, by the words for employed and for gone
// that it has.
func (has *nameHas) flag(active, gone bool) statusKind {
	negated := has[negationWord]
	switch {
	case has[recordWord]:
		return statusRecord
	case has[flagWord]:
		return statusFlag
	case has[accountWord] && (active || gone):
		return noStatus // an account that is open
	case has[statusWord] && has.any(accountWord, userWord):
		return statusAccount
	case active && gone:
		return statusText // Active/Inactive
	case active && !negated, gone && negated:
		return statusActive
	case active || gone:
		return statusGone
	case has[statusWord]:
		return statusText
	case has[formWord] || *has == nameHas{}:
		return formOnly
	}
	return noStatus
}

// nameRun notes which words the letters of a name are, which need not have anything
// between them. It returns false if they are something else.
func nameRun(run string, has *nameHas) bool {
	if run == "" {
		return true
	}
	for end := len(run); end > 0; end-- {
		if rest := run[end:]; rest != "" && (end < 2 || rest[0]&0xc0 == 0x80 || len(rest) < 2) {
			continue // a letter that is no word of its own
		}
		m := meaningOfName(run[:end])
		if m == unknownWord {
			continue
		}
		found := *has
		found[m] = true
		if nameRun(run[end:], &found) {
			*has = found
			return true
		}
	}
	return false
}

func meaningOfName(word string) meaning {
	switch word {
	case "longer":
		return negationWord // no longer active
	case "disabled":
		return unknownWord // a disability, or an account
	}
	if m := nameWords[stem(word)]; m != unknownWord {
		return m
	}
	switch valueWords[stem(word)] {
	case wayWord, plannedWord, absentWord, neutralWord:
		return unknownWord
	}
	return meaningOf(word)
}
