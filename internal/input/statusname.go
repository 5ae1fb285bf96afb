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
	noStatus     statusKind = iota
	formOnly                // nothing: the name has words such as code or value
	statusText              // a word such as Active
	statusActive            // yes: the person is still employed
	statusGone              // no: the person is still employed
	statusFlag              // yes: the person has left, in this way
	startDate               // the first day: after the end date, it says that the person came back
)

// maxNameSize is how long a name may be that is looked at.
const maxNameSize = 80

// statusKindOf tells what the values of a column, or of a key at a path, say by its name.
// The last part of the path that says it counts: behind it, only words such as code or
// value may stand. What is around it may be anything but another person.
func statusKindOf(path string) statusKind {
	for {
		at := strings.LastIndexByte(path, '.')
		kind := kindOfName(path[at+1:])
		if at < 0 || kind != formOnly {
			if kind != noStatus && kind != formOnly && at >= 0 && isOtherPerson(path[:at]) {
				return noStatus
			}
			return kind
		}
		path = path[:at]
	}
}

func isOtherPerson(path string) bool {
	normal := table.NormalName(path)
	return slices.ContainsFunc(otherPerson, func(word string) bool { return strings.Contains(normal, word) })
}

// kindOfName is statusKindOf for a name that is no path.
func kindOfName(name string) statusKind {
	if len(name) > maxNameSize {
		return noStatus
	}
	var has [formWord + 1]bool
	for run := range strings.FieldsFuncSeq(fold(name), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if !nameRun(run, &has) {
			return noStatus
		}
	}
	negated := has[negationWord]
	active, gone := has[activeWord], has[goneWord]
	switch {
	case has[formerWord] && !has[personWord] || has[currentWord] && !has[personWord] && !has[statusWord] && !active && !gone:
		return noStatus // the previous status, the current job
	case has[typeWord] && !has[statusWord]:
		return noStatus
	case has[formerWord]:
		return statusGone
	case has[currentWord] && has[personWord] && !gone:
		active = true
	}
	switch {
	case has[dateWord]:
		if has[startWord] && !has[statusWord] && !gone && !has[besideWord] {
			return startDate // and not that of an assignment, which may be the one without work
		}
		return noStatus
	case has[flagWord]:
		return statusFlag
	case active && gone:
		return statusText // Active/Inactive
	case active && !negated, gone && negated:
		return statusActive
	case active || gone:
		return statusGone
	case has[statusWord]:
		return statusText
	case has[formWord] || has == [formWord + 1]bool{}:
		return formOnly
	}
	return noStatus
}

// nameRun notes which words the letters of a name are, which need not have anything
// between them. It returns false if they are something else.
func nameRun(run string, has *[formWord + 1]bool) bool {
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
	case "term":
		return unknownWord // of a contract
	}
	if m := nameWords[stem(word)]; m != unknownWord {
		return m
	}
	if valueWords[stem(word)] == wayWord {
		return unknownWord
	}
	return meaningOf(word)
}
