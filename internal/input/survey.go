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
	"offboard/internal/xlsx"
)

// Survey is what the first reading of a source has noticed beside the rows. It is a
// value: no later reading changes it. Its size is bounded, whatever the input. It is
// meant for the source that filled it.
type Survey struct {
	// Ref and EndDate are the names of the columns that were read, or the first
	// names of the keys; "" if there is none.
	Ref, EndDate string
	// LeftOut is how many rows did not meet the conditions of Options.Where.
	LeftOut int

	zeros       zeros
	conditions  []conditionSurvey
	otherDates  otherDates
	unreadDates dates.Advice
	dateCells   int // end dates that are cells of the kind date,
	dateTexts   int // and those that are text, and not in the usual form
	prefixed    int // refs that begin with the prefix already
	broken      int // rows that take up several lines
	firstBroken int // the line of the first of these
}

// Warnings returns what a person should look at before anything is sent, one sentence
// each. v is the survey of this source.
func (s *Source) Warnings(v Survey) []string {
	all := v.zeros.warnings()
	all = append(all, s.missingValues(v)...)
	if n := v.prefixed; n > 0 {
		all = append(all, fmt.Sprintf("%s with %q in front already, and once more by --ref-prefix", count(n, "ref"), string(s.options.Repair.Prefix)))
	}
	if v.EndDate == "" {
		all = append(all, v.otherDates.warnings(s.Field())...)
	}
	if v.dateCells > 0 && v.dateTexts > 0 {
		all = append(all, fmt.Sprintf("%s with a cell that is a date, and %d with text; a spreadsheet program that has read days as months makes such columns, and its dates are wrong: compare some with the source", count(v.dateCells, "end date"), v.dateTexts))
	}
	if n := v.broken; n > 0 {
		all = append(all, fmt.Sprintf("%s over several lines, the first one at line %d; if no line break is meant there, look for a quote too many", count(n, "row"), v.firstBroken))
	}
	if n := s.hidden; n > 0 {
		all = append(all, fmt.Sprintf("%s that the sheet hides, read as the others are", count(n, "row")))
	}
	return all
}

// RefPad returns the number of digits to which refs should be padded, because zeros
// in front of them seem to be cut; 0 if none seem to be.
func (v Survey) RefPad() int { return v.zeros.pad() }

// DateFormat returns the letters of the format that would read all end dates that
// could not be read; "" if there is no such format, or more than one. unread tells
// whether there are end dates that could not be read.
func (v Survey) DateFormat() (letters string, unread bool) {
	return v.unreadDates.Format(), v.unreadDates.Texts > 0
}

// dateAdvice says which flag would help where end dates cannot be read; "" if all
// were read.
func (v Survey) dateAdvice() string {
	a := v.unreadDates
	switch {
	case a.Texts == 0:
		return ""
	case len(a.Formats) == 0:
		return "say how dates are written with --date-format, such as DD/MM/YYYY"
	case len(a.Formats) > 1:
		return fmt.Sprintf("they could be %s: say which with --date-format", strings.Join(a.Formats, " or "))
	}
	format := a.Formats[0]
	if strings.Contains(format, " ") {
		format = "'" + format + "'" // for a shell
	}
	switch {
	case a.Format() == "":
		return fmt.Sprintf("%d would fit --date-format %s, and %d are YYYY-MM-DD: write them alike", a.Texts-a.Odd, format, a.Usual)
	case a.Odd > 0:
		return fmt.Sprintf("all but %d would fit --date-format %s", a.Odd, format)
	}
	return fmt.Sprintf("all of them would fit --date-format %s", format)
}

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// record notes a record that meets the conditions.
func (v *Survey) record(r *record) {
	if r.names[endDateCell] == "" && v.otherDates.next() {
		r.each(v.otherDates.note)
	}
	if r.lines > 1 {
		if v.broken++; v.broken == 1 {
			v.firstBroken = r.row
		}
	}
}

// noteDate notes an end date; usable tells whether the ref of its row is.
func (g *reading) noteDate(d date, usable bool) {
	otherForm := errors.Is(d.err, leaver.ErrDateForm)
	if g.proposal != nil {
		switch {
		case otherForm && usable:
			g.proposal.Add(d.Text)
		case d.err == nil && !d.ownKind && d.Text != "":
			g.proposal.AddUsual()
		}
	}
	switch {
	case g.source.Format != XLSX || d.Text == "":
	case d.ownKind:
		g.survey.dateCells++
	case !g.source.options.Dates.IsZero() && d.err == nil,
		otherForm && strings.ContainsAny(d.Text, "0123456789") && strings.Trim(d.Text, "0123456789.") != "":
		g.survey.dateTexts++
	}
}

// otherDates finds columns and keys that have dates, in an input of which no end date
// is read: people who have not left yet must not be suspended because the column of
// their end date has an unusual name.
type otherDates struct {
	records, cells int             // looked at
	names          []string        // of the columns or keys that have dates
	known          map[string]bool // the same names
	size           int             // bytes of these
}

// next tells whether one more record should be looked at. Neither the work nor the
// memory that names take grows with the input.
func (d *otherDates) next() bool {
	d.records++
	return d.records <= otherDateRecords && d.cells < otherDateCells && d.size < otherDateNames
}

// The most records, cells and bytes of names that otherDates looks at.
const (
	otherDateRecords = 1000
	otherDateCells   = 1 << 20
	otherDateNames   = 64 << 10
)

// note looks at a cell.
func (d *otherDates) note(name string, c cell) {
	d.cells++
	text := strings.TrimSpace(c.Text)
	if text == "" || c.fault != "" || d.size >= otherDateNames || d.known[name] {
		return
	}
	if c.Kind == xlsx.Date || saysDate(name) || hasYear(text) || dates.Looks(text, time.UTC) {
		if d.known == nil {
			d.known = map[string]bool{}
		}
		d.known[name] = true
		d.names = append(d.names, name)
		d.size += len(name)
	}
}

func (d *otherDates) warnings(field string) []string {
	switch len(d.names) {
	case 0:
		return nil
	case 1:
		return []string{fmt.Sprintf("no end date is read, but there are dates in the %s %s; if it says when people leave, name it with --end-date-column", field, quoted(d.names))}
	}
	return []string{fmt.Sprintf("no end date is read, but there are dates in the %ss %s; if one of them says when people leave, name it with --end-date-column", field, quoted(d.names))}
}

// saysDate tells whether a name says that a column has dates, in some languages.
func saysDate(name string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) }), func(word string) bool {
		return word == "date" || word == "enddate" || strings.HasSuffix(word, "datum") || word == "fecha" || word == "austritt" || word == "sortie" || word == "exit"
	})
}

// hasYear tells whether a short text has a year of this century or the last one, and
// more than digits: "31. Dezember 2027" is a date, though no format reads it.
func hasYear(text string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }), func(number string) bool {
		return len(number) == 4 && (strings.HasPrefix(number, "19") || strings.HasPrefix(number, "20"))
	}) && len(text) <= 40 && !digitsOnly(text)
}
