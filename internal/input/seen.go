package input

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"offboard/internal/dates"
	"offboard/internal/leaver"
)

// seen is what a reading has come across, beside its rows.
type seen struct {
	// The columns that are read, or the first keys of JSON objects that were
	// taken for the ref and the end date.
	ref, endDate string
	refLeftOut   bool // an object that was left out has a ref

	zeros    zeros
	unread   unreadDates
	held     []held // by condition
	leftOut  int    // rows that do not meet them
	cells    int    // end dates that are dates in their cells,
	texts    int    // and those that are text, but not in the usual form
	prefixed int    // refs that begin with --ref-prefix already
	broken   int    // rows of several lines
	first    int    // the first one of these
}

// Columns are the columns or the keys that the ref and the end date are read from;
// "" if there is none. Those of JSON are known when the rows have been read once.
func (s *Source) Columns() (ref, endDate string) { return s.seen.ref, s.seen.endDate }

// LeftOut is how many rows did not meet the conditions. It is complete when the
// rows have been read once.
func (s *Source) LeftOut() int { return s.seen.leftOut }

// RefPad is the number of digits that --ref-pad would be given to put zeros back
// that seem to be cut; 0 if none seem to be. It is known when the rows have been
// read once.
func (s *Source) RefPad() int { return s.seen.zeros.pad() }

// Warnings are what a person should look at before anything is sent. They are
// complete when the rows have been read once.
func (s *Source) Warnings() []string {
	all := s.seen.zeros.warnings()
	all = append(all, s.nowhere()...)
	if n := s.seen.prefixed; n > 0 {
		all = append(all, fmt.Sprintf("%s with %q in front already, and once more by --ref-prefix", count(n, "ref"), s.options.RefPrefix))
	}
	if s.seen.endDate == "" {
		all = append(all, s.seen.unread.warnings(s.Field())...)
	}
	if s.seen.cells > 0 && s.seen.texts > 0 {
		all = append(all, fmt.Sprintf("%s with a cell that is a date, and %d with text; a spreadsheet that has read days as months makes such columns, and its dates are wrong: compare some with the source", count(s.seen.cells, "end date"), s.seen.texts))
	}
	if n := s.seen.broken; n > 0 {
		all = append(all, fmt.Sprintf("%s over several lines, the first one at line %d; if no line break is meant there, look for a quote too many", count(n, "row"), s.seen.first))
	}
	if n := s.sheet.hidden; n > 0 {
		all = append(all, fmt.Sprintf("%s that the sheet hides, read as the others are", count(n, "row")))
	}
	return all
}

// Field is what a value stands in: a column, or a key.
func (s *Source) Field() string {
	if s.Format == JSONL {
		return "key"
	}
	return "column"
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// noteRecord notes what a person should look at in a record that can be read.
func (s *Source) noteRecord(r *record) {
	if s.columns.endDate < 0 && s.seen.unread.next() {
		for i, field := range r.fields {
			mark, text := s.cell(field)
			s.seen.unread.note(s.Header[i], text, mark == dateMark, s.options.Zone)
		}
	}
	if r.broken {
		if s.seen.broken++; s.seen.broken == 1 {
			s.seen.first = r.line
		}
	}
}

// noteRef notes what a spreadsheet may have done to a ref. It is raw as it stands
// there, and shown with so many digits if the sheet puts zeros in front.
func (s *Source) noteRef(raw, ref string, width int) {
	prefix := s.options.RefPrefix
	if prefix != "" && strings.HasPrefix(leaver.TrimRef(raw), prefix) {
		s.seen.prefixed++
	}
	if width > 0 {
		s.seen.zeros.noteShown(width, s.options.RefPad)
	} else {
		s.seen.zeros.note(strings.TrimPrefix(leaver.TrimRef(ref), prefix))
	}
}

// noteEndDate notes whether an end date is that of a cell, or a text that somebody
// has to say how to read.
func (s *Source) noteEndDate(d date) {
	switch {
	case s.Format != XLSX || d.Text == "":
	case d.cell:
		s.seen.cells++
	case !s.options.Dates.IsZero() && d.err == nil, errors.Is(d.err, leaver.ErrDateForm) && strings.ContainsAny(d.Text, "0123456789") && strings.Trim(d.Text, "0123456789.") != "":
		s.seen.texts++
	}
}

// unreadDates watches for fields that look like dates, where none is taken for the
// end date: somebody who is still there must not pass for gone because a column
// has a name that nobody knows.
type unreadDates struct {
	looked int      // records
	names  []string // of the fields
}

// next tells whether one more record is to be looked at.
func (d *unreadDates) next() bool {
	const enough = 1000
	d.looked++
	return d.looked <= enough
}

func (d *unreadDates) note(name, text string, certain bool, zone *time.Location) {
	text = strings.TrimSpace(text)
	if text == "" || slices.Contains(d.names, name) {
		return
	}
	if certain || saysDate(name) || hasYear(text) || dates.Looks(text, zone) {
		d.names = append(d.names, name)
	}
}

// saysDate tells whether a name is that of dates, in some languages.
func saysDate(name string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) }), func(word string) bool {
		return word == "date" || word == "enddate" || strings.HasSuffix(word, "datum") || word == "fecha" || word == "austritt" || word == "sortie" || word == "exit"
	})
}

// hasYear tells whether a text has a year of the time in which people leave: 31.
// Dezember 2027 is a date, though no format reads it.
func hasYear(text string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }), func(number string) bool {
		return len(number) == 4 && (strings.HasPrefix(number, "19") || strings.HasPrefix(number, "20"))
	}) && len(text) <= 40 && !digitsOnly(text)
}

func (d *unreadDates) warnings(field string) []string {
	switch len(d.names) {
	case 0:
		return nil
	case 1:
		return []string{fmt.Sprintf("no end date is read, but there are dates in the %s %s; if it says when people leave, name it with --end-date-column", field, list(d.names))}
	}
	return []string{fmt.Sprintf("no end date is read, but there are dates in the %ss %s; if one of them says when people leave, name it with --end-date-column", field, list(d.names))}
}

// zeros watches the refs of digits only: where some have zeros in front and all
// of these are equally long, shorter ones may have lost theirs.
type zeros struct {
	long   int // digits of those with zeros in front; -1: they differ
	short  [leaver.MaxRef + 1]int
	hidden int // refs that are shown with zeros which their numbers do not have
	widest int // digits of the longest one, zeros included
}

// noteShown takes a ref that is shown with so many digits, and padded to others.
func (z *zeros) noteShown(width, pad int) {
	if pad < width {
		z.hidden++
		z.widest = max(z.widest, width)
	}
}

func (z *zeros) note(ref string) {
	if len(ref) > leaver.MaxRef || !digitsOnly(ref) {
		return
	}
	switch {
	case ref[0] != '0' || ref == "0":
		z.short[len(ref)]++
	case z.long == 0:
		z.long = len(ref)
	case z.long != len(ref):
		z.long = -1
	}
}

// pad is how many digits refs seem to have; 0 if none seems to lack zeros.
func (z *zeros) pad() int {
	switch {
	case z.hidden > 0:
		return z.widest
	case z.tooShort() > 0:
		return z.long
	}
	return 0
}

// tooShort is how many refs are shorter than those with a zero in front.
func (z *zeros) tooShort() int {
	n := 0
	for _, count := range z.short[:max(z.long, 0)] {
		n += count
	}
	return n
}

// warnings say how many refs are too short, if any are.
func (z *zeros) warnings() []string {
	var all []string
	if z.hidden > 0 {
		all = append(all, fmt.Sprintf("%s without the zeros that the sheet shows in front; --ref-pad %d puts them there", count(z.hidden, "ref"), z.widest))
	}
	if n := z.tooShort(); n > 0 {
		all = append(all, fmt.Sprintf("%s shorter than those with a zero in front, which have %d digits; if a spreadsheet has cut zeros, --ref-pad %d puts them back", count(n, "ref"), z.long, z.long))
	}
	return all
}
