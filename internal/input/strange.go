package input

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"offboard/internal/dates"
	"offboard/internal/leaver"
)

// strange says why a text is hardly the ref that somebody has typed, whatever the other
// refs look like: it is several refs, or has something else in it, or a program has
// changed it. It returns "" for any other ref.
func strange(ref string) string {
	for _, r := range ref {
		switch {
		case strings.ContainsRune(`,;<>"|=*`, r):
			return fmt.Sprintf("the ref %q has the character %q, which a single ref hardly ever has", ref, r)
		case r >= utf8.RuneSelf && (unicode.Is(unicode.Pd, r) || r == '−'):
			return fmt.Sprintf("the ref %q has the character %q, which only looks like a hyphen", ref, r)
		}
	}
	first, _ := utf8.DecodeRuneInString(ref)
	last, _ := utf8.DecodeLastRuneInString(ref)
	switch {
	case len(ref) > 2 && first == last && strings.ContainsRune("'`´", first):
		return fmt.Sprintf("the ref %s stands in quotes", ref)
	case strings.Contains(ref, "@") && strings.Contains(ref, ":"):
		return fmt.Sprintf("the ref %q has something else in it than an address", ref)
	case ref == "0" || !strings.ContainsFunc(ref, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) || leaver.StandsForNothing(ref):
		return fmt.Sprintf("the ref %q is what programs write for no value", ref)
	case isDay(ref):
		return fmt.Sprintf("the ref %q is a date, which a spreadsheet program may have made of it", ref)
	case isPair(ref):
		return fmt.Sprintf("the ref %q may be two refs", ref)
	}
	return ""
}

// isDay tells whether a ref is a date, also one that spreadsheet programs make of refs
// such as 10-11 and Mar01.
func isDay(ref string) bool {
	if len(ref) < len("1-Mar") || len(ref) > len("31 December 2026") || !strings.ContainsAny(ref, "-/. ") {
		return false
	}
	for _, form := range []string{"2-Jan", "Jan-06", "2 Jan", "Jan 06"} {
		if _, err := time.Parse(form, ref); err == nil {
			return true
		}
	}
	return dates.Looks(ref, time.UTC)
}

// isPair tells whether a ref is two refs of one form, with letters and digits, and a
// slash between them.
func isPair(ref string) bool {
	a, b, found := strings.Cut(ref, "/")
	if !found {
		return false
	}
	form, general, _ := formOf(make([]byte, 0, 16), strings.TrimSpace(a))
	other, _, _ := formOf(make([]byte, 0, 16), strings.TrimSpace(b))
	return string(form) == string(other) && strings.ContainsRune(general, 'A') && strings.ContainsRune(general, '9')
}
