package table

import (
	"strings"
	"unicode"
)

// NormalName returns the form in which names of columns and keys are compared. Case,
// white space (also the line breaks of a header that a spreadsheet has wrapped), "_",
// "-", invisible characters and punctuation around a name do not count.
func NormalName(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToLower(name)), NamePunctuation)
}

// NamePunctuation is the punctuation that exports put around names.
const NamePunctuation = ".:#*()[]'?!"
