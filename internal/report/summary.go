package report

import (
	"iter"
	"time"

	"offboard/internal/leaver"
)

// Summary sums up reports. `offboard report --json` prints its JSON form.
type Summary struct {
	Reports  []string     `json:"reports"`
	Rows     int          `json:"rows"`
	Outcomes leaver.Tally `json:"outcomes"`
	// Failures are the rows that were called for and not suspended, in groups of one
	// outcome, status and message, the largest group first.
	Failures []Group `json:"failures"`
	// Ungrouped counts the failures that belong to no group because there are too many.
	Ungrouped int `json:"ungrouped,omitempty"`

	Requests int       `json:"requests"` // all attempts
	First    time.Time `json:"first,omitzero"`
	Last     time.Time `json:"last,omitzero"`
	// Seconds is the time at work: gaps of more than a minute between two lines, as
	// between two runs, do not count.
	Seconds float64 `json:"seconds"`
	// Pace is the number of leavers called for per second at work.
	Pace float64 `json:"pace"`

	groups *Groups
	calls  int // leavers called for
}

const (
	// maxGroups limits the memory for messages that are all different.
	maxGroups = 1000
	// pause is the longest gap between two lines that counts as time at work.
	pause = time.Minute
)

// NewSummary returns an empty summary.
func NewSummary() *Summary {
	return &Summary{
		Reports:  []string{},
		Outcomes: leaver.Tally{},
		Failures: []Group{},
		groups:   NewGroups(maxGroups),
	}
}

// Add adds reports that are read as one: their names and the lines that count. It fails
// with the error that lines ends with.
func (s *Summary) Add(names []string, lines iter.Seq2[leaver.Result, error]) error {
	s.Reports = append(s.Reports, names...)
	var last time.Time
	for r, err := range lines {
		if err != nil {
			return err
		}
		s.Rows++
		s.Outcomes[r.Outcome]++
		if r.Attempts == 0 {
			continue
		}
		s.calls++
		s.Requests += r.Attempts
		last = s.clock(last, r.FinishedAt)
		if !r.Outcome.Fine() && !s.groups.Add(r, r.Reason) {
			s.Ungrouped++
		}
	}
	s.conclude()
	return nil
}

// clock adds the time between two lines, and returns the later one. Lines are in the
// order in which they finished, give or take the scheduling of goroutines.
func (s *Summary) clock(last, at time.Time) time.Time {
	if at.IsZero() {
		return last
	}
	if s.First.IsZero() || at.Before(s.First) {
		s.First = at
	}
	if at.After(s.Last) {
		s.Last = at
	}
	if !at.After(last) {
		return last
	}
	if gap := at.Sub(last); !last.IsZero() && gap <= pause {
		s.Seconds += gap.Seconds()
	}
	return at
}

func (s *Summary) conclude() {
	s.Failures = s.groups.Sorted()
	if s.Seconds > 0 {
		s.Pace = float64(s.calls) / s.Seconds
	}
}
