package report

import (
	"strings"
	"time"

	"offboard/internal/leaver"
)

// Summary sums up reports that are read as one. Call Read for every line, then Count for
// each line that counts, and then Conclude. Its JSON form is a part of a document for other
// programs.
type Summary struct {
	Reports []string  `json:"reports"`
	Target  string    `json:"target"` // as the reports say it; "" if no line does
	At      time.Time `json:"at"`     // when it was made: who is overdue depends on it
	// Timezone is the zone of dates without one, and of business days.
	Timezone string `json:"timezone"`
	// First and Last are the times of the first and of the last line.
	First time.Time `json:"-"`
	Last  time.Time `json:"-"`

	Lines    int          `json:"lines"`   // of the reports
	Rows     int          `json:"rows"`    // lines that count
	Leavers  int          `json:"leavers"` // of whom lines speak
	Outcomes leaver.Tally `json:"outcomes"`
	// NotFine are the rows that are not fine, in groups of one outcome, status and reason.
	// Groups of one outcome are next to each other, the largest first.
	NotFine []Group `json:"notFine"`
	// Ungrouped counts those that belong to no group, because there are too many reasons.
	Ungrouped int `json:"ungrouped"`

	Work       Work       `json:"work"`
	Timeliness Timeliness `json:"timeliness"`

	notFine ByOutcome
}

// mostReasons limits the groups of an outcome, because reasons can all be different.
const mostReasons = 100

// NewSummary returns the summary of reports at a moment, of which no line was read yet.
// Business days are those of zone.
func NewSummary(reports []string, zone *time.Location, now time.Time) *Summary {
	s := &Summary{
		Reports:  append([]string{}, reports...),
		At:       now.UTC().Truncate(time.Second),
		Timezone: zone.String(),
		Outcomes: leaver.Tally{},
		NotFine:  []Group{},
		notFine:  NewByOutcome(mostReasons),
	}
	s.Timeliness.now, s.Timeliness.zone = now, zone
	s.Timeliness.Overdue = Overdue{Outcomes: leaver.Tally{}, Longest: []Late{}}
	return s
}

// Read takes a line, whether it counts or not. number is that of its leaver among all
// those of the reports, from 0 on; -1 if it has none.
func (s *Summary) Read(r leaver.Result, number int) {
	s.Lines++
	if s.Target == "" {
		s.Target = strings.Clone(r.Target)
	}
	if at := r.FinishedAt; !at.IsZero() {
		if s.First.IsZero() || at.Before(s.First) {
			s.First = at
		}
		if at.After(s.Last) {
			s.Last = at
		}
	}
	s.Work.add(r, number)
}

// Count takes a line that counts.
func (s *Summary) Count(r leaver.Result) {
	s.Rows++
	s.Outcomes[r.Outcome]++
	s.Timeliness.add(r)
	if !r.Outcome.Fine() && !s.notFine.Add(r, gistOf(r)) {
		s.Ungrouped++
	}
}

// Conclude completes the summary. leavers is the number of all leavers of whom lines speak.
func (s *Summary) Conclude(leavers int) {
	s.Leavers = leavers
	s.NotFine = append(s.NotFine[:0], s.notFine.Groups()...)
	s.Work.conclude()
	s.Timeliness.conclude()
}
