package input

import (
	"errors"
	"fmt"
	"strings"

	"offboard/internal/dates"
	"offboard/internal/leaver"
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

	zeros                      zeros
	conditions                 []conditionSurvey
	otherDates                 otherDates
	rivals                     rivalDates
	unreadDates                dates.Advice
	swaps                      dates.Swaps
	swappedCells, swappedTexts bool // they seem to be
	prefixed                   int  // refs that begin with the prefix already
	broken                     int  // rows that take up several lines
	firstBroken                int  // the line of the first of these

	forms         forms
	usual         usual // what forms says in the end
	shapes        shapes
	parted        parted
	titles        titles
	nested        nested
	header        int // row of the last header that repeats the first one
	wide          int // rows of a grid,
	alone         int // those of them with nothing but a ref,
	sparse        int // those in a table of three columns or more,
	narrow        int // and those with one more cell
	long, rounded int // refs of many digits, and those of them that may be rounded
	status        statusSurvey
	sheet         bool // the source is a workbook
	blockEnd      bool // the file ends where a block of a disk does
}

// Warnings returns what a person should look at before anything is sent, one sentence
// each. v is the survey of this source.
func (s *Source) Warnings(v Survey) []string {
	all := s.missingValues(v)
	if n := v.prefixed; n > 0 {
		all = append(all, fmt.Sprintf("%s with %q in front already, and once more by --ref-prefix", count(n, "ref"), string(s.options.Repair.Prefix)))
	}
	if n := v.broken; n > 0 {
		all = append(all, fmt.Sprintf("%s over several lines, the first one at line %d; if no line break is meant there, look for a quote too many", count(n, "row"), v.firstBroken))
	}
	for _, text := range []string{v.nested.warning(), s.hidden, unreadSheets(s.unread)} {
		if text != "" {
			all = append(all, text)
		}
	}
	return all
}

// RefPad returns the number of digits to which refs should be padded, because zeros
// in front of them seem to be cut; 0 if none seem to be, or if refs have different
// numbers of digits.
func (v Survey) RefPad() int { return v.zeros.pad() }

// Padding tells whether any ref would get zeros in front if refs were padded to a number
// of digits.
func (v Survey) Padding(digits int) bool {
	return v.zeros.shorter(digits) > 0 || v.zeros.hidden.most > 0
}

// DateFormat returns the letters of the format that would read all end dates that
// could not be read; "" if there is no such format, or more than one, or if other end
// dates seem to be swapped: a format would read only what is left. unread tells whether
// there are end dates that could not be read.
func (v Survey) DateFormat() (letters string, unread bool) {
	if v.swapped() {
		return "", v.unreadDates.Texts > 0
	}
	return v.unreadDates.Format(), v.unreadDates.Texts > 0
}

// swapped tells whether days and months of end dates seem to be swapped.
func (v Survey) swapped() bool { return v.swappedCells || v.swappedTexts }

// dateAdvice says which flag would help where end dates cannot be read; "" if all
// were read.
func (v Survey) dateAdvice() string {
	a := v.unreadDates
	switch {
	case a.Texts == 0:
		return ""
	case v.swapped():
		return "days and months of other end dates seem to be swapped, which no --date-format puts right: export dates as YYYY-MM-DD"
	}
	quoted := make([]string, len(a.Formats))
	for i, format := range a.Formats {
		if quoted[i] = format; strings.Contains(format, " ") {
			quoted[i] = "'" + format + "'" // for a shell
		}
	}
	formats := strings.Join(quoted, " or ")
	switch {
	case len(a.Formats) == 0:
		return "say how dates are written with --date-format, such as DD/MM/YYYY, or export them as YYYY-MM-DD"
	case a.Mixed():
		return fmt.Sprintf("%d would fit --date-format %s, and %d are YYYY-MM-DD: write them alike", a.Texts-a.Odd, formats, a.Usual)
	case len(a.Formats) > 1:
		return fmt.Sprintf("they could be %s: say which with --date-format", formats)
	case a.Odd > 0:
		return fmt.Sprintf("all but %d would fit --date-format %s", a.Odd, formats)
	}
	return fmt.Sprintf("all of them would fit --date-format %s", formats)
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
}
