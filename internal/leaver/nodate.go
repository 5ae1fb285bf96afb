package leaver

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrNoDate is matched, with errors.Is, by the error for an end date that systems
// write for "no date": the day at which their calendar begins or ends (0001-01-01,
// 1899-12-30, 1900-01-01, 1970-01-01, 9999-12-31), zeros (0000-00-00), or a word
// (NULL, N/A). Somebody with such an end date may still be there.
var ErrNoDate = errors.New("is what systems write for no date")

// earliest is the first year that an end date can have.
const earliest = 1950

// lastYear is the year of the greatest date of most systems. None is an end date.
const lastYear = 9999

// checkDay returns an error if the day that a clock shows is no end date.
func checkDay(clock time.Time) error {
	const may1970, year9998 = 120 * 24 * 60 * 60, 253_339_228_800 // in seconds of Unix
	if s := clock.Unix(); s > may1970 && s < year9998 {
		return nil // nearly every end date
	}
	year, month, day := clock.Date()
	switch {
	case year == lastYear || isEpoch(year, month, day) || isEpoch(clock.UTC().Date()):
		return ErrNoDate
	case year >= earliest:
		return nil
	// The calendars of old systems begin with a year (0001, 1601, 1753, 1900,
	// 1901), or a day or two before it (1899-12-30).
	case month == time.January && day == 1 || month == time.December && day >= 30:
		return ErrNoDate
	}
	return errTooEarly
}

// isEpoch tells whether a day is that of the second 0 of Unix, or of the second -1,
// in any zone.
func isEpoch(year int, month time.Month, day int) bool {
	return year == 1970 && month == time.January && day == 1 || year == 1969 && month == time.December && day == 31
}

// noDates are the words that programs and people write for no date. isNoDate knows
// their first letters.
var noDates = []string{
	"null", "nil", "none", "nan", "nat", "undefined", "unknown", "n/a", "n.a.", "na", "#n/a", `\n`, "–", "—",
	"tbc", "tbd", "tba", "not applicable",
}

// isNoDate tells whether a text that is in no form of an end date stands for no
// date: it is a word, consists of zeros or dashes, or shows no character at all.
func isNoDate(text string) bool {
	const longest = len("0000-00-00T00:00:00.000+00:00")
	if text == "" {
		return true
	}
	if len(text) > longest {
		return false
	}
	switch text[0] {
	case '0', '-', '/', '.', ':', ' ':
		return strings.Trim(text, "0-/.:+ TZ") == "" && strings.ContainsAny(text, "0-")
	case '1':
		return text < "1950" && beginsWithDay(text) && strings.Contains(text[4:10], "-00") // 1900-01-00
	case 'n', 'N', 'u', 'U', 't', 'T', '\\', '#', '(', '[', '<', "–"[0]:
		return isNoDateWord(strings.Trim(text, "()[]<> "))
	}
	return false
}

func isNoDateWord(word string) bool {
	return slices.ContainsFunc(noDates, func(w string) bool { return len(w) == len(word) && strings.EqualFold(w, word) })
}

// PlainDate returns the text of a date without the characters that have no width,
// such as the left-to-right marks that some programs write around the parts of a
// date, and with ordinary spaces for others.
func PlainDate(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf && utf8.ValidString(text) {
			return strings.Trim(strings.Map(plainRune, text), " ")
		}
	}
	return text
}

func plainRune(r rune) rune {
	switch {
	case unicode.Is(unicode.Cf, r):
		return -1
	case unicode.Is(unicode.Zs, r):
		return ' '
	}
	return r
}

// StandsForNothing tells whether a text is a word that programs and people write where
// a value is missing, such as NULL, N/A or (blank).
func StandsForNothing(text string) bool {
	word := strings.Trim(text, "()[]<> ")
	return isNoDateWord(word) || strings.EqualFold(word, "blank") || strings.EqualFold(word, "unassigned")
}
