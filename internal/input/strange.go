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
	if i := strings.IndexFunc(ref, isOtherDash); i >= 0 {
		r, _ := utf8.DecodeRuneInString(ref[i:])
		return fmt.Sprintf("the ref %q has the character %q, which only looks like a hyphen", ref, r)
	}
	switch {
	case strings.Contains(ref, " ") && severalWords(ref):
		return fmt.Sprintf("the ref %q is several words", ref)
	case isEmployment(ref):
		return fmt.Sprintf("the ref %q says whether somebody is employed", ref)
	}
	return hardlyOne(ref)
}

// severalWords tells whether a ref has two words with blanks around them, as titles,
// remarks and people's names have.
func severalWords(ref string) bool {
	words := 0
	for word := range strings.FieldsSeq(ref) {
		word = strings.TrimFunc(word, unicode.IsPunct)
		if utf8.RuneCountInString(word) > 1 && strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) }) < 0 {
			words++
		}
	}
	return words > 1
}

// isEmployment tells whether a ref is a word that belongs into a column about employment.
func isEmployment(ref string) bool {
	m := unknownWord
	if words := wordsOf(ref); len(words) == 1 {
		m = meaningOf(words[0])
	}
	return m == activeWord || m == goneWord
}

// isOtherDash tells whether a character looks like a hyphen and is another one.
func isOtherDash(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.Is(unicode.Pd, r) || r == '−')
}

// hardlyOne is strange but for dashes that look like hyphens.
func hardlyOne(ref string) string {
	if i := strings.IndexAny(ref, `,;<>"|=*`); i >= 0 {
		return fmt.Sprintf("the ref %q has the character %q, which a single ref hardly ever has", ref, ref[i])
	}
	first, _ := utf8.DecodeRuneInString(ref)
	last, _ := utf8.DecodeLastRuneInString(ref)
	switch {
	case len(ref) > 2 && first == last && strings.ContainsRune("'`´", first):
		return fmt.Sprintf("the ref %s stands in quotes", ref)
	case strings.Contains(ref, "@") && strings.Contains(ref, ":"):
		return fmt.Sprintf("the ref %q has something else in it than an address", ref)
	case len(ref) > 1 && strings.ContainsRune("'`´’", first) && strings.Trim(ref[utf8.RuneLen(first):], "0123456789") == "":
		return fmt.Sprintf("the ref %s has a mark in front by which a spreadsheet program keeps a number as text", ref)
	case hasZerosOnly(ref) || leaver.StandsForNothing(ref) || strings.EqualFold(ref, "not found"):
		return fmt.Sprintf("the ref %q is what programs write for no value", ref)
	case isDecimal(ref):
		return fmt.Sprintf("the ref %q is a number with decimals, or with points between thousands", ref)
	case isDay(ref):
		return fmt.Sprintf("the ref %q is a date, which a spreadsheet program may have made of it", ref)
	case isPair(ref):
		return fmt.Sprintf("the ref %q may be two refs", ref)
	}
	return ""
}

// hasZerosOnly tells whether a ref has no letter, and no digit but 0.
func hasZerosOnly(ref string) bool {
	return !strings.ContainsFunc(ref, func(r rune) bool { return r != '0' && (unicode.IsLetter(r) || unicode.IsDigit(r)) })
}

// isDecimal tells whether a ref is a number as programs write it: with one to three
// decimals, such as 10017.0, or with points between thousands. A ref such as 2024.0017
// is none.
func isDecimal(ref string) bool {
	parts := strings.Split(ref, ".")
	for i, part := range parts {
		switch {
		case !digitsOnly(part), i > 0 && len(part) > 3:
			return false
		case len(parts) > 2 && (i > 0 && len(part) != 3 || i == 0 && (len(part) > 3 || part[0] == '0')):
			return false
		}
	}
	return len(parts) > 1
}

// isDay tells whether a ref is a date, also one that spreadsheet programs make of refs
// such as 10-11 and Mar01.
func isDay(ref string) bool {
	if len(ref) < len("1-Mar") || len(ref) > len("31 December 2026") || !strings.ContainsAny(ref, "-/. ") || ref[0] == '-' {
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
// slash, a blank or the like between them.
func isPair(ref string) bool {
	a, b, _, found := cutPair(ref)
	if !found {
		return false
	}
	form, general, _ := formOf(make([]byte, 0, 16), a)
	other, _, _ := formOf(make([]byte, 0, 16), b)
	return string(form) == string(other) && strings.ContainsRune(general, 'A') && strings.ContainsRune(general, '9')
}

// cutPair cuts a text at what may stand between two refs.
func cutPair(text string) (a, b, between string, found bool) {
	for _, between := range []string{" and ", "/", "&", "+", " "} {
		if a, b, found := strings.Cut(text, between); found {
			return strings.TrimSpace(a), strings.TrimSpace(b), between, true
		}
	}
	return "", "", "", false
}
