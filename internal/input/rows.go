package input

import (
	"errors"
	"strings"

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
		s.proposal = leaver.NewProposal(s.options.Zone, s.options.Now)
		now := s.seen // the reading that wants to know goes on
		for _, err := range s.Rows() {
			if err != nil {
				break // whoever reads the rows is told
			}
		}
		s.proposing, s.seen = false, now
	}
	return s.proposal.String()
}

// DateFormat is the one format that would read the end dates that could not be
// read; "" if there is not one. Unread tells whether there are such end dates. It
// is known when the rows have been read once.
func (s *Source) DateFormat() (letters string, unread bool) {
	if s.proposal == nil {
		return "", false
	}
	return s.proposal.Letters(), true
}
