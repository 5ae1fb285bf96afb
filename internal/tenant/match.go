package tenant

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"offboard/pkg/thrive"
)

// Field is a field of an account that a column of the input can be compared with.
type Field string

// additionalPrefix is in front of the name of an additional field.
const additionalPrefix = "additionalFields."

// fields are those that have names of their own.
var fields = map[Field]func(*facts) thrive.Fact[string]{
	"id":           func(f *facts) thrive.Fact[string] { return f.id },
	"email":        func(f *facts) thrive.Fact[string] { return f.email },
	"firstName":    func(f *facts) thrive.Fact[string] { return f.firstName },
	"lastName":     func(f *facts) thrive.Fact[string] { return f.lastName },
	"role":         func(f *facts) thrive.Fact[string] { return f.role },
	"languageCode": func(f *facts) thrive.Fact[string] { return f.languageCode },
}

// ParseField reads the name of a field. Case does not count, except in the name of an
// additional field. The error lists the fields.
func ParseField(name string) (Field, error) {
	var names []string
	for f := range fields {
		if strings.EqualFold(string(f), name) {
			return f, nil
		}
		names = append(names, string(f))
	}
	if n := len(additionalPrefix); len(name) > n && strings.EqualFold(name[:n], additionalPrefix) {
		return Field(additionalPrefix + name[n:]), nil
	}
	slices.Sort(names)
	return "", fmt.Errorf("%q is not a field of an account; the fields are %s and %sNAME", name, strings.Join(names, ", "), additionalPrefix)
}

// Match is a column of the input that must agree with a field of the account.
type Match struct {
	Column string
	Field  Field
}

// Compare compares the texts of a row with the account, in the order of the matches. Case,
// white space around and between words, accents and normal forms do not count. compared
// is how many of them could be: a text that is empty or not known on either side is
// neither equal nor different. differs says in words which ones differ; "" if none does.
func (a *Account) Compare(matches []Match, texts []string) (compared int, differs string) {
	var all []string
	for i, m := range matches {
		if i >= len(texts) {
			break
		}
		theirs, ok := a.facts.field(m.Field).Get()
		ours := fold(texts[i])
		if !ok || ours == "" || fold(theirs) == "" {
			continue
		}
		compared++
		if ours != fold(theirs) {
			all = append(all, fmt.Sprintf("%s is %s in the input and %s in the account", shown(m.Column), quote(strings.TrimSpace(texts[i])), quote(theirs)))
		}
	}
	return compared, strings.Join(all, ", ")
}

// field returns a field of the account.
func (f *facts) field(name Field) thrive.Fact[string] {
	if get := fields[name]; get != nil {
		return get(f)
	}
	texts, _ := f.additional.Get()
	if text, ok := texts[strings.TrimPrefix(string(name), additionalPrefix)]; ok {
		return thrive.Known(text)
	}
	return thrive.Fact[string]{}
}

// fold returns a text without what does not count in a comparison. Only the accents of
// European scripts are left out: in others such marks are vowels.
func fold(text string) string {
	bare := strings.Map(func(r rune) rune {
		if r >= '\u0300' && r <= '\u036f' {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
	return strings.Join(strings.Fields(cases.Fold().String(bare)), " ")
}
