package batch

import (
	"errors"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"

	"offboard/internal/leaver"
)

var (
	notPermitted = Answer{Outcome: leaver.Rejected, HTTPStatus: 403, Verdict: Forbidden, Reason: "403 Forbidden"}
	nobody       = Answer{Outcome: leaver.NotFound, HTTPStatus: 404, Reason: "no such user"}
)

// withEarlier gives leavers an outcome of an earlier run, by their number.
func withEarlier(tasks iter.Seq2[leaver.Result, error], earlier func(i int) leaver.Outcome) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		i := 0
		for task, err := range tasks {
			task.Earlier = earlier(i)
			i++
			if !yield(task, err) {
				return
			}
		}
	}
}

func never403(int) leaver.Outcome { return "" }

func TestWhenA403IsAboutTheCredentials(t *testing.T) {
	rejectedBefore := func(from int) func(int) leaver.Outcome {
		return func(i int) leaver.Outcome {
			if i >= from {
				return leaver.Rejected
			}
			return ""
		}
	}
	tests := []struct {
		name      string
		leavers   int
		forbidden func(i int) bool
		earlier   func(i int) leaver.Outcome
		refused   int // leavers that the error names; 0: no error
		all       bool
		want      leaver.Tally
	}{
		{"one leaver is one leaver", 30, func(i int) bool { return i == 0 }, never403, 0, false,
			leaver.Tally{leaver.Rejected: 1, leaver.Suspended: 29}},
		{"nine in a row", 30, func(i int) bool { return i < 9 }, never403, 0, false,
			leaver.Tally{leaver.Rejected: 9, leaver.Suspended: 21}},
		{"ten in a row", 30, func(i int) bool { return i >= 5 }, never403, 10, false,
			leaver.Tally{leaver.Rejected: 10, leaver.Suspended: 5, leaver.Pending: 15}},
		{"ten from the first one on", 30, func(int) bool { return true }, never403, 10, true,
			leaver.Tally{leaver.Rejected: 10, leaver.Pending: 20}},
		{"many, but not in a row", 30, func(i int) bool { return i%5 > 0 }, never403, 0, false,
			leaver.Tally{leaver.Rejected: 24, leaver.Suspended: 6}},
		{"everybody in a run of three", 3, func(int) bool { return true }, never403, 3, true,
			leaver.Tally{leaver.Rejected: 3}},
		{"everybody in a run of two", 2, func(int) bool { return true }, never403, 0, false,
			leaver.Tally{leaver.Rejected: 2}},
		{"all but one in a run of four", 4, func(i int) bool { return i > 0 }, never403, 0, false,
			leaver.Tally{leaver.Rejected: 3, leaver.Suspended: 1}},
		{"everybody as in an earlier run", 30, func(int) bool { return true }, rejectedBefore(0), 0, false,
			leaver.Tally{leaver.Rejected: 30}},
		{"two new ones and many as before", 30, func(int) bool { return true }, rejectedBefore(2), 0, false,
			leaver.Tally{leaver.Rejected: 30}},
		{"three new ones and many as before", 30, func(int) bool { return true }, rejectedBefore(3), 3, true,
			leaver.Tally{leaver.Rejected: 30}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{answer: func(ref string, _ int) Answer {
					var i int
					_, _ = fmt.Sscanf(ref, "E%d", &i)
					if tt.forbidden(i) {
						return notPermitted
					}
					return suspended
				}}
				l, o := &ledger{}, options()
				o.Concurrency = 1
				err := Run(t.Context(), t.Context(), withEarlier(tasks(tt.leavers), tt.earlier), s, l, o)
				wantTally(t, l, tt.want)
				if tt.refused == 0 {
					if err != nil {
						t.Errorf("got %v", err)
					}
					return
				}
				e, ok := errors.AsType[*ForbiddenError](err)
				if !ok || !errors.Is(err, ErrRefused) || e.Leavers != tt.refused || e.All != tt.all || e.Reason != "403 Forbidden" {
					t.Errorf("got %#v: %v", err, err)
				}
			})
		})
	}
}

func TestARunThatSuspendsNobodyAsksForTheTenant(t *testing.T) {
	notFoundBefore := func(i int) leaver.Outcome {
		if i < 100 {
			return leaver.NotFound
		}
		return ""
	}
	missing := func(string, int) Answer { return nobody }
	tests := []struct {
		name    string
		leavers int
		proven  bool
		answer  func(string, int) Answer
		earlier func(i int) leaver.Outcome
		stops   bool
		want    leaver.Tally
	}{
		{"20 who do not exist", 100, false, missing, never403, true, leaver.Tally{leaver.NotFound: 20, leaver.Pending: 80}},
		{"19 who do not exist", 19, false, missing, never403, false, leaver.Tally{leaver.NotFound: 19}},
		{"an earlier run has suspended somebody", 100, true, missing, never403, false, leaver.Tally{leaver.NotFound: 100}},
		{"one of the first is suspended", 100, false, func(ref string, _ int) Answer {
			if ref == "E19" {
				return suspended
			}
			return nobody
		}, never403, false, leaver.Tally{leaver.NotFound: 99, leaver.Suspended: 1}},
		{"the report knows the outcomes", 119, false, missing, notFoundBefore, false, leaver.Tally{leaver.NotFound: 119}},
		{"the report knows those before the first 20", 130, false, missing, notFoundBefore, true, leaver.Tally{leaver.NotFound: 120, leaver.Pending: 10}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, o := &ledger{}, options()
				o.Concurrency, o.Proven = 1, tt.proven
				err := Run(t.Context(), t.Context(), withEarlier(tasks(tt.leavers), tt.earlier), &service{answer: tt.answer}, l, o)
				wantTally(t, l, tt.want)
				e, ok := errors.AsType[*NobodySuspendedError](err)
				if ok != tt.stops || ok && (!errors.Is(err, ErrNobodySuspended) || e.Outcomes[leaver.NotFound] != 20) || !ok && err != nil {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

func TestBrakesThatAreSet(t *testing.T) {
	few := Brakes{Firsts: 3, Forbidden: 4, Tried: 5}
	every := func(a Answer) func(string, int) Answer { return func(string, int) Answer { return a } }
	share, err := ParseLimit("50%")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		answer Answer
		proven bool
		want   leaver.Tally
		stops  error
	}{
		{"the first ones", nobody, false, leaver.Tally{leaver.NotFound: 3, leaver.Pending: 97}, ErrNobodySuspended},
		{"403 in a row", notPermitted, true, leaver.Tally{leaver.Rejected: 4, leaver.Pending: 96}, ErrRefused},
		{"a share of failures", Answer{Outcome: leaver.Failed, HTTPStatus: 429, Verdict: Throttled}, true, leaver.Tally{leaver.Failed: 5, leaver.Pending: 95}, ErrTooManyFailures},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, o := &ledger{}, options()
				o.Concurrency, o.MaxAttempts, o.Proven, o.MaxFailures, o.Brakes = 1, 1, tt.proven, share, few
				err := Run(t.Context(), t.Context(), tasks(100), &service{answer: every(tt.answer)}, l, o)
				wantTally(t, l, tt.want)
				if !errors.Is(err, tt.stops) {
					t.Errorf("got %v, want %v", err, tt.stops)
				}
			})
		})
	}
}
