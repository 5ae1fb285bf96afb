package batch

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"offboard/internal/leaver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEveryRowIsRecordedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := &service{latency: 50 * time.Millisecond}, &ledger{}
		if err := Run(t.Context(), t.Context(), tasks(1000), s, l, options()); err != nil {
			t.Fatal(err)
		}
		wantTally(t, l, leaver.Tally{leaver.Suspended: 1000})
		if s.maxInFlight != 8 {
			t.Errorf("%d requests were in flight at most, want 8", s.maxInFlight)
		}
		r := l.find(t, "E17")
		if r.Attempts != 1 || r.HTTPStatus != 200 || r.Duration != 50*time.Millisecond || r.FinishedAt.IsZero() {
			t.Errorf("the result is incomplete: %+v", r)
		}
	})
}

func TestRowsWithoutARequestAreRecordedUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		before := time.Now().Add(-time.Hour)
		rows := []leaver.Result{
			{Row: leaver.Row{Leaver: leaver.Leaver{Ref: "E1"}}, Outcome: leaver.Invalid, Reason: "no good"},
			task("E2"),
			{Row: leaver.Row{Leaver: leaver.Leaver{Ref: "E3"}}, Outcome: leaver.Suspended, FinishedAt: before},
		}
		given := func(yield func(leaver.Result, error) bool) {
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
		}
		s, l := &service{}, &ledger{}
		if err := Run(t.Context(), t.Context(), given, s, l, options()); err != nil {
			t.Fatal(err)
		}
		if len(s.starts) != 1 {
			t.Errorf("%d requests were sent, want 1", len(s.starts))
		}
		if r := l.find(t, "E1"); r.Reason != "no good" || r.FinishedAt.IsZero() {
			t.Errorf("got %+v", r)
		}
		if r := l.find(t, "E3"); !r.FinishedAt.Equal(before) {
			t.Errorf("FinishedAt of an earlier run was changed to %s", r.FinishedAt)
		}
	})
}

func TestThePaceHoldsForEveryAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{
			latency: 100 * time.Millisecond,
			answer: func(_ string, attempt int) Answer {
				if attempt < 3 {
					return unavailable
				}
				return suspended
			},
		}
		l, o := &ledger{}, options()
		o.Pace = found(40)
		o.Concurrency = 32
		if err := Run(t.Context(), t.Context(), tasks(50), s, l, o); err != nil {
			t.Fatal(err)
		}
		wantTally(t, l, leaver.Tally{leaver.Suspended: 50})
		if len(s.starts) != 150 {
			t.Errorf("%d requests were sent, want 150", len(s.starts))
		}
		// A second that begins and ends with a start holds one request more
		// than the ceiling.
		if n := mostInASecond(s.starts); n > 41 {
			t.Errorf("%d requests started within one second at 40 per second", n)
		}
		if took := s.starts[149].Sub(s.starts[0]); took > 4500*time.Millisecond {
			t.Errorf("150 requests at 40 per second took %s: backoff delayed other leavers", took)
		}
	})
}

func mostInASecond(starts []time.Time) int {
	slices.SortFunc(starts, time.Time.Compare)
	most, from := 0, 0
	for i, at := range starts {
		for at.Sub(starts[from]) > time.Second {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

func TestLeaversInBackoffDoNotDelayOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The first ten leavers fail four times: more than may be in flight.
		s := &service{answer: func(ref string, attempt int) Answer {
			if len(ref) == 2 && attempt < 5 {
				return unavailable
			}
			return suspended
		}}
		l, o := &ledger{}, options()
		start := time.Now()
		if err := Run(t.Context(), t.Context(), tasks(1000), s, l, o); err != nil {
			t.Fatal(err)
		}
		for _, r := range l.results[:900] {
			if took := r.FinishedAt.Sub(start); took > 10*time.Millisecond {
				t.Fatalf("%s waited %s for leavers in backoff", r.Ref, took)
			}
		}
	})
}

func TestAttemptsEnd(t *testing.T) {
	final := Answer{Outcome: leaver.NotFound, HTTPStatus: 404, Reason: "no such user"}
	lost := Answer{Outcome: leaver.Unconfirmed, HTTPStatus: 200, Verdict: Transient}
	tests := []struct {
		name     string
		answer   func(string, int) Answer
		attempts int
		outcome  leaver.Outcome
	}{
		{"a final answer is not tried again", func(string, int) Answer { return final }, 1, leaver.NotFound},
		{"a transient answer is tried again up to the last attempt", func(string, int) Answer { return unavailable }, 5, leaver.Failed},
		{"the last answer gives the outcome", func(string, int) Answer { return lost }, 5, leaver.Unconfirmed},
		{"success ends the attempts", func(_ string, n int) Answer {
			if n < 3 {
				return unavailable
			}
			return suspended
		}, 3, leaver.Suspended},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &ledger{}
				if err := Run(t.Context(), t.Context(), tasks(1), &service{answer: tt.answer}, l, options()); err != nil {
					t.Fatal(err)
				}
				r := l.find(t, "E0")
				if r.Outcome != tt.outcome || r.Attempts != tt.attempts {
					t.Errorf("got %s after %d attempts, want %s after %d", r.Outcome, r.Attempts, tt.outcome, tt.attempts)
				}
			})
		})
	}
}
