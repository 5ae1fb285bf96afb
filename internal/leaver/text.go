package leaver

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The lengths of the texts in a leaver's normal form, in characters. They are
// greater than those of a usable ref or end date, so that a text which was too
// long is still too long after it was shortened.
const (
	normalRef     = 2 * MaxRef
	normalEndDate = 100
)

// Normal returns the ref and the text of the end date in the form in which they
// are recorded: see Clean, with U+FFFD as the replacement. Usable texts are
// returned unchanged; texts that are not usable do not become usable. The
// normal form of a leaver that was recorded and read again is the same.
func (l Leaver) Normal() (ref, endDate string) {
	return Clean(l.Ref, normalRef, utf8.RuneError), Clean(l.EndDate.Text, normalEndDate, utf8.RuneError)
}

// Clean returns a text with replacement in the place of each control character
// and each invalid byte. A text of more than most characters is shortened to
// that many, and "…" is added.
func Clean(text string, most int, replacement rune) string {
	if len(text) <= most && isPrintableASCII(text) {
		return text
	}
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n == most {
			b.WriteRune('…')
			break
		}
		n++
		if r == utf8.RuneError || unicode.IsControl(r) {
			r = replacement
		}
		b.WriteRune(r)
	}
	return b.String()
}

func isPrintableASCII(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// Excerpt returns a text as a message quotes it: one of more than most
// characters is shortened to that many, and "…" is added.
func Excerpt(text string, most int) string {
	n := 0
	for i := range text {
		if n == most {
			return text[:i] + "…"
		}
		n++
	}
	return text
}

// QuotedLen returns how many bytes at the beginning of a reason are a text in quotes, as %q
// writes it; 0 if it does not begin with one.
func QuotedLen(reason string) int {
	if !strings.HasPrefix(reason, `"`) {
		return 0
	}
	for i := 1; i < len(reason); i++ {
		switch reason[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}
