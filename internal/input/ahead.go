package input

import (
	"strings"
	"time"

	"offboard/internal/dates"
)

// isAhead tells whether a text has a date that has not passed, as in "Terminated
// 31/12/2027", or a later year.
func isAhead(text string, now time.Time) bool {
	if now.IsZero() || !hasDigit(text) {
		return false
	}
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ()[];\t\u00a0", r) })
	for i := range words {
		for n := i + 1; n <= min(len(words), i+len("DMY")); n++ {
			part := strings.TrimRight(strings.Join(words[i:n], " "), ".,:!")
			at, sight := dates.Spot(part, false)
			if sight == dates.Sure && at.AddDate(0, 0, 1).After(now) || sight == dates.Maybe && at.Year() > now.Year() && yearIn(part) > now.Year() {
				return true
			}
		}
		if word := strings.Trim(words[i], ".,:!"); len(word) == 4 && digitsOnly(word) && word < "2100" && word > now.Format("2006") {
			return true
		}
	}
	return false
}
