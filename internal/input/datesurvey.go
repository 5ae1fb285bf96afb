package input

import (
	"errors"
	"fmt"
	"strings"

	"offboard/internal/dates"
	"offboard/internal/leaver"
)

// dateSurvey is what was noticed of dates: of the end dates that are read, and of other
// columns that may have them.
type dateSurvey struct {
	unread                     dates.Advice // about end dates that cannot be read
	swaps                      dates.Swaps
	swappedCells, swappedTexts bool // days and months of end dates seem to be swapped
	others                     otherDates
	rivals                     rivalDates
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

// settle ends the first reading.
func (s *dateSurvey) settle(unread dates.Advice) {
	s.unread = unread
	s.swappedCells, s.swappedTexts = s.swaps.Doubts(true), s.swaps.Doubts(false)
}

// swapped tells whether days and months of end dates seem to be swapped.
func (s *dateSurvey) swapped() bool { return s.swappedCells || s.swappedTexts }

// isSwapped tells whether those of one end date may be.
func (s *dateSurvey) isSwapped(f leaver.Facts) bool {
	return f&anyDate == swappableCell && s.swappedCells || f&anyDate == swappableText && s.swappedTexts
}

// format is Survey.DateFormat.
func (s *dateSurvey) format() (letters string, unread bool) {
	if s.swapped() {
		return "", s.unread.Texts > 0
	}
	return s.unread.Format(), s.unread.Texts > 0
}

// advice says which flag would help where end dates cannot be read; "" if all were read.
func (s *dateSurvey) advice() string {
	a := s.unread
	switch {
	case a.Texts == 0:
		return ""
	case s.swapped():
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
