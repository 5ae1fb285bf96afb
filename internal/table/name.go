package table

import (
	"strings"
	"unicode"
)

// NormalName makes names of columns and keys comparable: case, white space (also
// the line breaks that a spreadsheet writes into a header that wraps), "_", "-",
// invisible characters and punctuation around a name do not count.
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
