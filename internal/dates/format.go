// Package dates owns how people write dates: the formats that they name, and
// which format would read all the dates of a list. It reads texts, and knows
// neither rows nor columns.
package dates

import (
	"errors"
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
	// a separator. It is empty for numbers.
	pattern string
	number  number
}

// Serial returns the format "excel": the serial number of a day, as spreadsheets
// count days. Its fraction is the time of day.
func Serial() Format { return Format{letters: "excel", number: serial} }

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
// or MM or M, DD or D, each part once, and the separators between them; or one of
// the words excel, unix (seconds since 1970) and unix-ms (milliseconds). MM and DD
// have two digits, M and D have one or two. Case does not matter. The letters "" are
// the zero Format.
func ParseFormat(letters string) (Format, error) {
	if letters == "" {
		return Format{}, nil
	}
	if len(letters) > maxLetters {
		return Format{}, formatError(leaver.Excerpt(letters, maxLetters))
	}
	if n, ok := parseNumber(letters); ok {
		return Format{letters: letters, number: n}, nil
	}
	var pattern []byte
	counts := map[byte]int{} // of tokens, by their first letter
	var before token         // the token before the rest; the zero token after a separator
	for rest := strings.Trim(leaver.PlainDate(letters), " "); rest != ""; {
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
	return Format{letters: letters, pattern: string(pattern)}, nil
}

func isAlphanumeric(char byte) bool {
	return char >= '0' && char <= '9' || char >= 'a' && char <= 'z' || char >= 'A' && char <= 'Z'
}

func formatError(letters string) error {
	return fmt.Errorf("%q is not a date format: it needs a year (YYYY or YY), a month (MM, M, MMM or MMMM) and a day (DD or D), such as DD/MM/YYYY; or it is excel, unix or unix-ms", letters)
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
func (f Format) Serial() bool { return f.number == serial }

// Parse reads an end date in the format.
//
// A weekday may stand before the day (Sun 30/06/2024); it must be that of the day.
// The names of months and weekdays are English, German, French, Spanish, Italian,
// Dutch or Portuguese, with or without accents. "de" may stand around the name of a
// month (30 de junio de 2024), and a point behind an abbreviation.
//
// A time of day and an offset from UTC may follow the day (30/06/2024 17:00,
// 30/06/2024 17:00:30 +02:00), and after YYYYMMDD also without separators
// (20240630170000Z). That makes it a moment; without an offset it is a time in zone.
// A time of 00:00 or 24:00 is the day itself. Formats that read YYYY-MM-DD also read
// everything that leaver.ParseEndDate reads. The empty text is no end date.
//
// The EndDate's Text is YYYY-MM-DD or RFC 3339, so that it means the same to
// everybody who reads it later. After an error the EndDate has a Text only, which
// leaver.ParseEndDate refuses, too. The error matches leaver.ErrNoDate for what
// systems write for no date, in the format (01/01/1970, and with a year of two digits
// 31/12/99, 01/01/00) or in any (N/A). For other
// texts that are not in the format it matches leaver.ErrDateForm if f is zero, and
// not if a format was named.
func (f Format) Parse(text string, zone *time.Location) (leaver.EndDate, error) {
	if f.IsZero() || text == "" {
		return leaver.ParseEndDate(text, zone)
	}
	var refusal error
	if standard, ok := f.standard(newCandidate(text), zone); ok {
		d, err := leaver.ParseEndDate(standard, zone)
		switch {
		case err == nil && f.isCutNone(d):
			refusal = &refused{text, standard, leaver.ErrNoDate}
		case err == nil:
			return d, nil
		case !errors.Is(err, leaver.ErrDateForm):
			refusal = &refused{text, standard, errors.Unwrap(err)}
		}
	}
	d := leaver.EndDate{Text: text}
	switch _, err := leaver.ParseEndDate(text, zone); {
	case err == nil:
		d.Text = strconv.Quote(text) // a report with the bare text would have an end date
	case refusal == nil && errors.Is(err, leaver.ErrNoDate):
		refusal = err
	}
	if refusal == nil {
		refusal = &mismatch{text, f}
	}
	return d, refusal
}

// refused is the error for a text in a format that is no end date.
type refused struct {
	text, standard string
	cause          error // of leaver.ParseEndDate
}

func (e *refused) Error() string {
	return fmt.Sprintf("the end date %q is %s, which %s", leaver.Excerpt(e.text, 40), e.standard, e.cause)
}

func (e *refused) Unwrap() error { return e.cause }

// mismatch is the error for a text that is not in a format. An input can have
// millions of such texts, so the message is formatted only when it is asked for.
type mismatch struct {
	text   string
	format Format
}

func (e *mismatch) Error() string {
	text := leaver.Excerpt(e.text, 40)
	if example := e.format.number.example(); example != "" {
		return fmt.Sprintf("the end date %q is not %s", text, example)
	}
	return fmt.Sprintf("the end date %q is not a day of the calendar in the form %s", text, e.format)
}
