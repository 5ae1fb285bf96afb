// Package leaver owns the vocabulary of offboard: what a leaver, a row, an
// end date, an outcome and a result are, and the rules that make them valid.
// It does no I/O, knows no API and never asks what time it is.
package leaver

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxRef is the number of characters that a ref has at most, from the
// vendor's documentation of the API.
const MaxRef = 113

// Leaver is a person to suspend.
type Leaver struct {
	// Ref is the organisation's own identifier for the person, without white
	// space around it. Refs are compared byte by byte.
	Ref string
	// EndDate is the day or the moment at which the person left; the zero
	// value means that none is known.
	EndDate EndDate
}

// Place names a record of an input: its source and its line or row in it,
// counted from 1, header included.
type Place struct {
	Source string
	Row    int
}

// String returns the place as source:row, the form that editors understand.
func (p Place) String() string { return fmt.Sprintf("%s:%d", p.Source, p.Row) }

// Row is one record of an input.
type Row struct {
	Leaver
	Place
	// Fault says why the row cannot be used; it is empty for a usable row.
	// Ref and EndDate.Text of a faulty row are as they were found.
	Fault string
}

// NewRow reads the texts of a record: white space around them is cut, and
// what makes them unusable becomes the row's Fault. A date without a zone is
// read in zone.
func NewRow(place Place, ref, endDate string, zone *time.Location) Row {
	return DateFormat{}.NewRow(place, ref, endDate, zone)
}

// NewRow is the function NewRow for end dates in the format.
func (f DateFormat) NewRow(place Place, ref, endDate string, zone *time.Location) Row {
	date, err := f.ParseEndDate(strings.TrimSpace(endDate), zone)
	return NewRowOn(place, ref, date, err)
}

// NewRowOn is NewRow for an end date that was read before, with the error that
// came of it.
func NewRowOn(place Place, ref string, endDate EndDate, err error) Row {
	row := Row{Place: place}
	row.Ref, row.EndDate = TrimRef(ref), endDate
	switch refErr := CheckRef(row.Ref); {
	case refErr != nil:
		row.Fault = refErr.Error()
	case err != nil:
		row.Fault = err.Error()
	}
	return row
}

// Result is what is known to have become of a row. A row that nobody has
// tried yet is a Result whose Outcome is Pending: so an input is a report in
// which everything is still to be done.
type Result struct {
	Row
	Outcome    Outcome
	HTTPStatus int           // of the last answer; 0 if there was none
	Attempts   int           // requests sent for this row in its run
	Duration   time.Duration // spent in those requests
	FinishedAt time.Time     // when the outcome was known; zero for Pending
	RequestID  string        // the server's name for the last request
	Reason     string        // why it is not suspended, for a person
}

// The ways in which a ref is unusable.
var (
	errRefEmpty   = errors.New("the ref is empty")
	errRefDots    = errors.New(`the ref is "." or "..", which no URL can carry`)
	errRefUTF8    = errors.New("the ref is not valid UTF-8; save the file as UTF-8")
	errRefControl = errors.New("the ref contains a control character")
	errRefDamaged = errors.New("the ref contains U+FFFD, which stands for a character that was lost")
	errRefHidden  = errors.New("the ref contains a character that cannot be seen (a no-break or zero-width space)")
	errRefEaten   = errors.New("the ref is a number that a spreadsheet has rounded; export the column as text")
	errRefTotals  = errors.New("the ref is that of a line of totals")
	errRefLong    = fmt.Errorf("the ref is longer than %d characters", MaxRef)
)

// CheckRef tells why a ref cannot be used; nil means that it can. The ref is
// to be without white space around it.
//
// U+FFFD is refused because it is what decoders and the report put in the
// place of bytes that they cannot show: such a ref names nobody, and a row
// that was invalid must not become valid on its way through a report.
func CheckRef(ref string) error {
	switch {
	case ref == "":
		return errRefEmpty
	case ref == "." || ref == "..":
		return errRefDots
	case !utf8.ValidString(ref):
		return errRefUTF8
	case len(ref) > MaxRef && utf8.RuneCountInString(ref) > MaxRef:
		return errRefLong
	}
	for i, r := range ref {
		if visible(ref[i]) {
			continue
		}
		if unicode.IsControl(r) {
			return errRefControl
		}
		if hidden(r) {
			return errRefHidden
		}
		if r == utf8.RuneError {
			return errRefDamaged
		}
	}
	switch {
	case scientific(ref):
		return errRefEaten
	case totals(ref):
		return errRefTotals
	}
	return nil
}

var totalWords = []string{"grand", "total", "totals", "subtotal", "sum", "count"}

// totals tells whether a ref is what exports write at their end: a word for a
// total, and a number or nothing.
func totals(ref string) bool {
	switch ref[0] | 0x20 { // nearly all others begin otherwise, or go on so
	case 'g', 't', 's', 'c':
		if len(ref) < 3 || ref[1]|0x20 < 'a' {
			return false
		}
	default:
		return false
	}
	words := strings.Fields(strings.ToLower(ref))
	if len(words) > 0 && words[0] == "grand" {
		words = words[1:]
	}
	if len(words) == 0 || len(words) > 2 {
		return false
	}
	return slices.Contains(totalWords[1:], strings.TrimRight(words[0], ":=")) &&
		(len(words) == 1 || strings.Trim(words[1], "0123456789.,") == "")
}

// TrimRef cuts what surrounds a ref and is not part of it: white space, and
// characters that cannot be seen.
func TrimRef(ref string) string {
	if n := len(ref); n > 0 && visible(ref[0]) && visible(ref[n-1]) {
		return ref // as nearly all of them
	}
	return strings.TrimFunc(ref, func(r rune) bool { return unicode.IsSpace(r) || hidden(r) })
}

// visible tells whether a byte is a character of ASCII that can be seen.
func visible(b byte) bool { return b > ' ' && b < 0x7f }

// hidden tells whether a character looks like nothing, or like a space that is
// none. Two refs that differ by it look the same.
func hidden(r rune) bool {
	switch r {
	case '\u00a0', '\u202f', '\u2007', // no-break spaces
		'\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u00ad': // without width
		return true
	}
	return false
}

// scientific tells whether a ref is a number as spreadsheets write long ones:
// 1.20457E+11. Its last digits are lost.
func scientific(ref string) bool {
	if ref[0] < '0' || ref[0] > '9' || !strings.Contains(ref, "+") {
		return false // nearly all of them, at no cost
	}
	mantissa, exponent, found := strings.Cut(strings.ToUpper(ref), "E+")
	whole, fraction, _ := strings.Cut(strings.Replace(mantissa, ",", ".", 1), ".")
	return found && len(whole) == 1 && digits(whole) && digits(fraction) && exponent != "" && digits(exponent)
}

// digits tells whether a text has digits only; the empty one does.
func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
