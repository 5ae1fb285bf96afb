// Package dates owns how people write dates: the formats that they name, and
// which format would read all the dates of a list. It reads texts, and knows
// neither rows nor columns.
package dates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"offboard/internal/leaver"
)

// Format is how end dates are written. The zero value is YYYY-MM-DD or RFC
// 3339, as leaver.ParseEndDate reads them. Formats can be compared with ==, and
// used by several goroutines at once.
type Format struct {
	letters string // as a person wrote them
	// pattern has one byte for each part of the letters: the code of a token, or
	// a separator. It is empty for serial numbers.
	pattern string
	serial  bool
	spaces  int // in pattern
}

// excel is how a person writes the format of serial numbers.
const excel = "excel"

// Serial returns the format "excel": the serial number of a day, as spreadsheets
// count days. Its fraction is the time of day.
func Serial() Format { return Format{letters: excel, serial: true} }

// maxLetters is the number of bytes that a format has at most.
const maxLetters = 40

// token is a part of a date.
type token struct {
	letters string
	code    byte // in the pattern
	digits  int  // least number of digits; 0 for a word
}

// The codes of the tokens.
const (
	longYear, shortYear   = 'Y', 'y'
	monthName, shortName  = 'B', 'b'
	twoDigitMonth, aMonth = 'M', 'm'
	twoDigitDay, aDay     = 'D', 'd'
)

// tokens lists all tokens; one that begins with another one comes first.
var tokens = []token{
	{"YYYY", longYear, 4}, {"YY", shortYear, 2},
	{"MMMM", monthName, 0}, {"MMM", shortName, 0}, {"MM", twoDigitMonth, 2}, {"M", aMonth, 1},
	{"DD", twoDigitDay, 2}, {"D", aDay, 1},
}

// begins tells whether a text begins with the letters of the token.
func (t token) begins(text string) bool {
	return len(text) >= len(t.letters) && strings.EqualFold(text[:len(t.letters)], t.letters)
}

// runsInto tells whether a text does not show where the token ends and the next
// one begins: both are digits, and one of them has one digit or two.
func (t token) runsInto(next token) bool {
	return t.digits > 0 && next.digits > 0 && (t.digits == 1 || next.digits == 1)
}

// ParseFormat reads the letters of a format: YYYY or YY, MMMM (June) or MMM (Jun)
// or MM or M, DD or D, each part once, and the separators between them; or the
// word excel. MM and DD have two digits, M and D have one or two. Case does not
// matter. The letters "" are the zero Format.
func ParseFormat(letters string) (Format, error) {
	if letters == "" {
		return Format{}, nil
	}
	if strings.EqualFold(letters, excel) {
		return Format{letters: letters, serial: true}, nil
	}
	if len(letters) > maxLetters {
		return Format{}, formatError(leaver.Excerpt(letters, maxLetters))
	}
	var pattern []byte
	counts := map[byte]int{} // of tokens, by their first letter
	var before token         // the token before the rest; the zero token after a separator
	for rest := letters; rest != ""; {
		i := slices.IndexFunc(tokens, func(t token) bool { return t.begins(rest) })
		switch char := rest[0]; {
		case i >= 0 && before.runsInto(tokens[i]):
			return Format{}, fmt.Errorf("%q is not a date format: D and M stand for one digit or two, and other digits follow; write DD and MM, or add a separator", letters)
		case i >= 0:
			before = tokens[i]
			pattern = append(pattern, before.code)
			counts[before.letters[0]]++
			rest = rest[len(before.letters):]
		case isAlphanumeric(char) || char == '_':
			return Format{}, formatError(letters)
		default:
			before = token{}
			pattern = append(pattern, char)
			rest = rest[1:]
		}
	}
	if counts['Y'] != 1 || counts['M'] != 1 || counts['D'] != 1 {
		return Format{}, formatError(letters)
	}
	f := Format{letters: letters, pattern: string(pattern)}
	f.spaces = strings.Count(f.pattern, " ")
	return f, nil
}

func isAlphanumeric(char byte) bool {
	return char >= '0' && char <= '9' || char >= 'a' && char <= 'z' || char >= 'A' && char <= 'Z'
}

func formatError(letters string) error {
	return fmt.Errorf("%q is not a date format: it needs a year (YYYY or YY), a month (MM, M, MMM or MMMM) and a day (DD or D), such as DD/MM/YYYY; or it is excel", letters)
}

// UnmarshalText is ParseFormat, so that a Format can be a flag.
func (f *Format) UnmarshalText(text []byte) error {
	var err error
	*f, err = ParseFormat(string(text))
	return err
}

// MarshalText returns the letters.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.letters), nil }

// String returns the letters, as they were given to ParseFormat.
func (f Format) String() string { return f.letters }

// IsZero tells whether f is the zero Format.
func (f Format) IsZero() bool { return f == Format{} }

// Serial tells whether the format is that of serial numbers.
func (f Format) Serial() bool { return f.serial }

// Parse reads an end date in the format. A time of day and an offset from UTC
// may follow the day (30/06/2024 17:00, 30/06/2024 17:00:30 +02:00), which makes
// it a moment; without an offset it is a time in zone. A time of 00:00 without
// an offset is the day. The empty text is no end date.
//
// The EndDate's Text is YYYY-MM-DD or RFC 3339, so that it means the same to
// everybody who reads it later. After an error the EndDate has a Text only, which
// leaver.ParseEndDate refuses, too. The error for a text that is not in the format
// matches leaver.ErrDateForm if f is zero, and not if a format was named.
func (f Format) Parse(text string, zone *time.Location) (leaver.EndDate, error) {
	if f.IsZero() || text == "" {
		return leaver.ParseEndDate(text, zone)
	}
	var err error = &mismatch{text, f}
	if standard, ok := f.standard(text, zone); ok {
		var d leaver.EndDate
		if d, err = leaver.ParseEndDate(standard, zone); err == nil {
			return d, nil
		}
	}
	if _, other := leaver.ParseEndDate(text, zone); other == nil {
		text = strconv.Quote(text) // a report with the bare text would have an end date
	}
	return leaver.EndDate{Text: text}, err
}

// mismatch is the error for a text that is not in a format. An input can have
// millions of such texts, so the message is formatted only when it is asked for.
type mismatch struct {
	text   string
	format Format
}

func (e *mismatch) Error() string {
	if e.format.serial {
		return fmt.Sprintf("the end date %q is not the serial number of a day, such as 45473", leaver.Excerpt(e.text, 40))
	}
	return fmt.Sprintf("the end date %q is not a day of the calendar in the form %s", leaver.Excerpt(e.text, 40), e.format)
}
