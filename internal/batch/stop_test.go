package batch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/leaver"
)

func TestRefusedCredentialsStopTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{latency: time.Second, answer: func(string, int) Answer {
			return Answer{Outcome: leaver.Rejected, HTTPStatus: 401, Verdict: Refused, Reason: "401 Unauthorized"}
		}}
		l := &ledger{}
		err := Run(t.Context(), t.Context(), tasks(500), s, l, options())
		if !errors.Is(err, ErrRefused) {
			t.Fatalf("got %v, want ErrRefused", err)
		}
		if len(s.starts) != 8 {
			t.Errorf("%d requests were sent, want 8: those in flight", len(s.starts))
		}
		wantTally(t, l, leaver.Tally{leaver.Rejected: 8, leaver.Pending: 492})
	})
}

func TestTheRunStopsWhenTheReportFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := &service{latency: time.Second}, &ledger{failFrom: 100}
		err := Run(t.Context(), t.Context(), tasks(1000), s, l, options())
		if !errors.Is(err, errFull) {
			t.Fatalf("got %v, want the recorder's error", err)
		}
		if lost := len(s.starts) - len(l.results); lost > 8 {
			t.Errorf("%d requests were sent without a record, want 8 at most", lost)
		}
	})
}

func TestTheRunStopsWhenTheInputFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errChanged := errors.New("the input changed")
		rows := func(yield func(leaver.Result, error) bool) {
			yield(task("E1"), nil)
			time.Sleep(time.Minute) // in simulated time; E1 is over by then
			yield(leaver.Result{}, errChanged)
		}
		l := &ledger{}
		err := Run(t.Context(), t.Context(), rows, &service{latency: time.Second}, l, options())
		if !errors.Is(err, errChanged) {
			t.Fatalf("got %v", err)
		}
		wantTally(t, l, leaver.Tally{leaver.Suspended: 1})
	})
}

func TestStopping(t *testing.T) {
	errSignal := errors.New("signal")
	tests := []struct {
		name     string
		latency  time.Duration
		cancelAt time.Duration // when calls is cancelled; 0: never
		lasts    time.Duration // the whole run; intake ends after 1.5 s
		want     leaver.Tally
	}{
		{"lets requests in flight finish and records the rest as pending", time.Second, 0, 2 * time.Second,
			leaver.Tally{leaver.Suspended: 16, leaver.Pending: 84}},
		{"cancels requests after the grace", time.Hour, 0, 11500 * time.Millisecond,
			leaver.Tally{leaver.Failed: 8, leaver.Pending: 92}},
		{"cancels requests at once when calls is cancelled", time.Hour, 2 * time.Second, 2 * time.Second,
			leaver.Tally{leaver.Failed: 8, leaver.Pending: 92}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				intake, stop := context.WithCancelCause(t.Context())
				calls, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(1500*time.Millisecond, func() { stop(errSignal) })
				if tt.cancelAt > 0 {
					time.AfterFunc(tt.cancelAt, cancel)
				}
				start, l := time.Now(), &ledger{}
				err := Run(intake, calls, tasks(100), &service{latency: tt.latency}, l, options())
				if !errors.Is(err, errSignal) {
					t.Errorf("got %v, want the cause of the stop", err)
				}
				if took := time.Since(start); took.Round(time.Millisecond) != tt.lasts {
					t.Errorf("the run took %s, want %s", took, tt.lasts)
				}
				wantTally(t, l, tt.want)
			})
		})
	}
}

func TestALeaverInBackoffKeepsItsOutcomeWhenTheRunStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		intake, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(100*time.Millisecond, func() { stop(errors.New("stop")) })
		l := &ledger{}
		_ = Run(intake, t.Context(), tasks(1), &service{answer: func(string, int) Answer { return unavailable }}, l, options())
		r := l.find(t, "E0")
		if r.Outcome != leaver.Failed || r.Attempts != 1 || r.HTTPStatus != 503 {
			t.Errorf("got %s after %d attempts, want failed after 1", r.Outcome, r.Attempts)
		}
	})
}

func TestADeadlineEndsTheWaitForThePaceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errLate := errors.New("late")
		intake, cancel := context.WithTimeoutCause(t.Context(), 4500*time.Millisecond, errLate)
		defer cancel()
		o, l := options(), &ledger{}
		o.Pace = found(1)
		start := time.Now()
		if err := Run(intake, t.Context(), tasks(100), &service{}, l, o); !errors.Is(err, errLate) {
			t.Fatalf("got %v", err)
		}
		if took := time.Since(start); took != 4500*time.Millisecond {
			t.Errorf("the run took %s, want 4.5s", took)
		}
		wantTally(t, l, leaver.Tally{leaver.Suspended: 5, leaver.Pending: 95})
	})
}

func TestAReadThatIsCancelledIsNoErrorOfTheInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errSignal := errors.New("signal")
		intake, stop := context.WithCancelCause(t.Context())
		calls, cancel := context.WithCancel(t.Context())
		rows := func(yield func(leaver.Result, error) bool) {
			stop(errSignal)
			cancel()
			yield(leaver.Result{}, context.Cause(calls)) // as a reader of files does
		}
		if err := Run(intake, calls, rows, &service{}, &ledger{}, options()); !errors.Is(err, errSignal) {
			t.Errorf("got %v, want the cause of the stop", err)
		}
	})
}

// TestALeaverWhomARunDidNotReachNeverSaysThatAnAccountIsActiveAgain has a server whose text
// looks like the reason of such a line.
func TestALeaverWhomARunDidNotReachNeverSaysThatAnAccountIsActiveAgain(t *testing.T) {
	answered := task("E1")
	answered.Outcome, answered.Attempts, answered.Reason = leaver.Failed, 1, leaver.ActiveAgainReason("by the server")
	for name, of := range map[string]leaver.Result{"not called": task("E1"), "called": answered} {
		for _, charged := range []int{0, 1} {
			for _, mayBeOwn := range []bool{true, false} {
				if r := (&tries{task: of}).interrupted(charged, 5, mayBeOwn); r.ActiveAgain() {
					t.Errorf("%s, %d attempts count: %+v", name, charged, r)
				}
			}
		}
	}
}
