package report

import (
	"cmp"
	"iter"
	"slices"
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
	Failures []Failure `json:"failures"`
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

	groups map[failure]*Failure
	calls  int // leavers called for
}

// Failure is a group of rows with one status and one message.
type Failure struct {
	Outcome    leaver.Outcome `json:"outcome"`
	HTTPStatus int            `json:"httpStatus"` // 0: there was no answer
	Message    string         `json:"message"`
	Count      int            `json:"count"`
	Example    Example        `json:"example"`
}

// Example is one row of a group.
type Example struct {
	Ref       string `json:"ref"`
	Source    string `json:"source"`
	Row       int    `json:"row"`
	RequestID string `json:"requestId"`
}

type failure struct {
	outcome leaver.Outcome
	status  int
	message string
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
		Failures: []Failure{},
		groups:   map[failure]*Failure{},
	}
}

// Add adds a report: its name and the lines that count. A row that is in two reports
// counts in both. It fails with the error that lines ends with.
func (s *Summary) Add(name string, lines iter.Seq2[leaver.Result, error]) error {
	s.Reports = append(s.Reports, name)
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
		if !r.Outcome.Fine() {
			s.fail(r)
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

func (s *Summary) fail(r leaver.Result) {
	k := failure{r.Outcome, r.HTTPStatus, r.Reason}
	g, ok := s.groups[k]
	if !ok {
		if len(s.groups) == maxGroups {
			s.Ungrouped++
			return
		}
		g = &Failure{
			Outcome: r.Outcome, HTTPStatus: r.HTTPStatus, Message: r.Reason,
			Example: Example{Ref: r.Ref, Source: r.Source, Row: r.Row.Place.Row, RequestID: r.RequestID},
		}
		s.groups[k] = g
	}
	g.Count++
}

func (s *Summary) conclude() {
	s.Failures = s.Failures[:0]
	for _, g := range s.groups {
		s.Failures = append(s.Failures, *g)
	}
	slices.SortFunc(s.Failures, func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.HTTPStatus, b.HTTPStatus), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Outcome, b.Outcome))
	})
	if s.Seconds > 0 {
		s.Pace = float64(s.calls) / s.Seconds
	}
}
