package input

import (
	"errors"
	"fmt"
	"strings"

	"offboard/internal/dates"
	"offboard/internal/leaver"
)

// newRow reads the texts of a record. Where the end date is written in a way
// that nobody has named, the whole column is looked at, and the fault says what
// would read all of it: nothing is read by guess.
func (s *Source) newRow(place leaver.Place, ref, endDate string) leaver.Row {
	ref, fault := s.identify(ref)
	d := s.endDateOf(endDate)
	s.noteEndDate(d)
	row := leaver.RowOf(place, ref, d.EndDate, d.err)
	if fault != "" {
		row.Fault = fault
	}
	switch otherForm := errors.Is(d.err, leaver.ErrDateForm) && leaver.CheckRef(row.Ref) == nil; {
	case s.proposing && otherForm:
		s.proposal.Add(row.EndDate.Text)
	case s.proposing && d.err == nil && !d.cell && d.Text != "":
		s.proposal.AddUsual()
	case otherForm:
		row.Fault += "; " + s.propose()
	}
	return row
}

// date is what came of reading an end date.
type date struct {
	leaver.EndDate
	err  error
	cell bool // it is the date of a cell, and no text
}

// endDateOf reads an end date, or remembers it: lists of leavers have few of
// them.
func (s *Source) endDateOf(text string) date {
	d, known := s.dates[text]
	if !known {
		const few = 1024
		if s.dates == nil || len(s.dates) == few {
			s.dates = make(map[string]date, few)
		}
		text = strings.Clone(text) // not a part of its record
		d = s.parseEndDate(text)
		s.dates[text] = d
	}
	return d
}

// propose reads the input once more, up to what cannot be read, for all the
// end dates of another form.
func (s *Source) propose() string {
	if s.proposal == nil {
		s.proposing = true
		s.proposal = dates.NewProposal(s.options.Zone, s.options.Now)
		now := s.seen // the reading that wants to know goes on
		for _, err := range s.Rows() {
			if err != nil {
				break // whoever reads the rows is told
			}
		}
		s.proposing, s.seen = false, now
		s.advice = s.proposal.Advice()
	}
	return spell(s.advice)
}

// spell says in a few words which flag would help.
func spell(a dates.Advice) string {
	switch {
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
	case a.Mixed():
		return fmt.Sprintf("%d would fit --date-format %s, and %d are YYYY-MM-DD: write them alike", a.Texts-a.Odd, format, a.Usual)
	case a.Odd > 0:
		return fmt.Sprintf("all but %d would fit --date-format %s", a.Odd, format)
	}
	return "all of them would fit --date-format " + format
}

// DateFormat is the one format that would read the end dates that could not be
// read; "" if there is not one. Unread tells whether there are such end dates. It
// is known when the rows have been read once.
func (s *Source) DateFormat() (letters string, unread bool) {
	if s.proposal == nil {
		return "", false
	}
	return s.advice.Format(), true
}
