package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"offboard/internal/leaver"
	"offboard/internal/pace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tasks yields n pending rows E0, E1, …
func tasks(n int) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for i := range n {
			if !yield(task(fmt.Sprintf("E%d", i)), nil) {
				return
			}
		}
	}
}

func task(ref string) leaver.Result {
	return leaver.Result{Row: leaver.Row{Leaver: leaver.Leaver{Ref: ref}}, Outcome: leaver.Pending}
}

// service answers as a test wants, and notes what it was asked.
type service struct {
	answer  func(ref string, attempt int) Answer
	latency time.Duration

	mu       sync.Mutex
	attempts map[string]int
	starts   []time.Time
	inFlight int
	most     int
}

func (s *service) Suspend(ctx context.Context, l leaver.Leaver) Answer {
	s.mu.Lock()
	if s.attempts == nil {
		s.attempts = map[string]int{}
	}
	s.attempts[l.Ref]++
	attempt := s.attempts[l.Ref]
	s.starts = append(s.starts, time.Now())
	s.inFlight++
	s.most = max(s.most, s.inFlight)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.inFlight--
		s.mu.Unlock()
	}()
	if !sleep(ctx, s.latency) {
		return Answer{Outcome: leaver.Failed, Verdict: Transient, Reason: "cut off"}
	}
	if s.answer == nil {
		return suspended
	}
	return s.answer(l.Ref, attempt)
}

var (
	suspended   = Answer{Outcome: leaver.Suspended, HTTPStatus: 200}
	unavailable = Answer{Outcome: leaver.Failed, HTTPStatus: 503, Verdict: Transient, Reason: "unavailable"}
)

// ledger keeps results; it fails from the n-th record on, if n is not 0.
type ledger struct {
	failFrom int

	mu      sync.Mutex
	records int
	results []leaver.Result
}

var errFull = errors.New("disk full")

func (l *ledger) Record(results ...leaver.Result) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records++
	if l.failFrom > 0 && l.records >= l.failFrom {
		return errFull
	}
	l.results = append(l.results, results...)
	return nil
}

func (l *ledger) tally() leaver.Tally {
	t := leaver.Tally{}
	for _, r := range l.results {
		t[r.Outcome]++
	}
	return t
}

func (l *ledger) find(t *testing.T, ref string) leaver.Result {
	t.Helper()
	for _, r := range l.results {
		if r.Ref == ref {
			return r
		}
	}
	t.Fatalf("no result for %s", ref)
	return leaver.Result{}
}

func options() Options {
	return Options{
		Pace:        found(0),
		Concurrency: 8,
		MaxAttempts: 5,
		Grace:       10 * time.Second,
		Jitter:      func() float64 { return 0.5 },
		Log:         slog.New(slog.DiscardHandler),
	}
}

// found is a pace that has found out already that the server takes everything.
func found(ceiling float64) *pace.Pace {
	p := pace.New(ceiling)
	p.Answered(pace.Answer{Start: time.Now(), End: time.Now()})
	return p
}

func wantTally(t *testing.T, l *ledger, want leaver.Tally) {
	t.Helper()
	got := l.tally()
	for _, o := range leaver.Outcomes() {
		if got[o] != want[o] {
			t.Errorf("%s: got %d rows, want %d", o, got[o], want[o])
		}
	}
}

func TestEveryRowIsRecordedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := &service{latency: 50 * time.Millisecond}, &ledger{}
		if err := Run(t.Context(), t.Context(), tasks(1000), s, l, options()); err != nil {
			t.Fatal(err)
		}
		wantTally(t, l, leaver.Tally{leaver.Suspended: 1000})
		if s.most != 8 {
			t.Errorf("%d requests were in flight at most, want 8", s.most)
		}
		r := l.find(t, "E17")
		if r.Attempts != 1 || r.HTTPStatus != 200 || r.Duration != 50*time.Millisecond || r.FinishedAt.IsZero() {
			t.Errorf("the result lacks its evidence: %+v", r)
		}
	})
}

func TestRowsThatNeedNoRequestAreRecordedAsTheyAre(t *testing.T) {
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
			t.Errorf("the time of an earlier run was changed to %s", r.FinishedAt)
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
		// One more than the ceiling can start in a second that begins and
		// ends with a start.
		if n := mostInASecond(s.starts); n > 41 {
			t.Errorf("%d requests started within one second at 40 per second", n)
		}
		if took := s.starts[149].Sub(s.starts[0]); took > 4500*time.Millisecond {
			t.Errorf("150 requests at 40 per second took %s: waiting to try again held up the pace", took)
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

func TestLeaversThatWaitToBeTriedAgainHoldUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The first leavers fail for long; as many as may be in flight.
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
				t.Fatalf("%s waited %s for others that were to be tried again", r.Ref, took)
			}
		}
	})
}

func TestBackoffDoublesWithFullJitterUpToACeiling(t *testing.T) {
	tests := []struct {
		name     string
		attempts int
		jitter   float64
		asked    time.Duration
		want     time.Duration
	}{
		{"after the first attempt up to the base", 1, 1, 0, 500 * time.Millisecond},
		{"after the second twice as much", 2, 1, 0, time.Second},
		{"full jitter goes down to nothing", 4, 0, 0, 0},
		{"jitter scales the whole span", 4, 0.25, 0, time.Second},
		{"never more than the ceiling", 20, 1, 0, 30 * time.Second},
		{"attempts without end do not overflow", 5000, 1, 0, 30 * time.Second},
		{"never less than the server asked for", 1, 0, 7 * time.Second, 7 * time.Second},
		{"jitter comes on top of what the server asked for", 1, 1, 7 * time.Second, 7500 * time.Millisecond},
		{"a server cannot ask for a day", 1, 0, 24 * time.Hour, time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := &engine{Options: Options{Jitter: func() float64 { return tt.jitter }}}
			if got := e.backoff(tt.attempts, Answer{RetryAfter: tt.asked}); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
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
		{"a transient one is tried to the last attempt", func(string, int) Answer { return unavailable }, 5, leaver.Failed},
		{"what the last answer says is the outcome", func(string, int) Answer { return lost }, 5, leaver.Unconfirmed},
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
		given := func(yield func(leaver.Result, error) bool) {
			yield(task("E1"), nil)
			time.Sleep(time.Minute) // of the bubble: E1 is in flight by then
			yield(leaver.Result{}, errChanged)
		}
		l := &ledger{}
		err := Run(t.Context(), t.Context(), given, &service{latency: time.Second}, l, options())
		if !errors.Is(err, errChanged) {
			t.Fatalf("got %v", err)
		}
		wantTally(t, l, leaver.Tally{leaver.Suspended: 1})
	})
}

func TestStopping(t *testing.T) {
	errSignal := errors.New("signal")
	tests := []struct {
		name    string
		latency time.Duration
		cutAt   time.Duration // when calls ends, too; 0: never
		lasts   time.Duration // of the whole run; it is stopped after 1.5 s
		want    leaver.Tally
	}{
		{"lets requests in flight finish and records the rest as pending", time.Second, 0, 2 * time.Second,
			leaver.Tally{leaver.Suspended: 16, leaver.Pending: 84}},
		{"cuts off requests after the grace", time.Hour, 0, 11500 * time.Millisecond,
			leaver.Tally{leaver.Failed: 8, leaver.Pending: 92}},
		{"cuts off requests at once when calls ends, too", time.Hour, 2 * time.Second, 2 * time.Second,
			leaver.Tally{leaver.Failed: 8, leaver.Pending: 92}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				intake, stop := context.WithCancelCause(t.Context())
				calls, cut := context.WithCancel(t.Context())
				defer cut()
				time.AfterFunc(1500*time.Millisecond, func() { stop(errSignal) })
				if tt.cutAt > 0 {
					time.AfterFunc(tt.cutAt, cut)
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

func TestALeaverThatWaitsToBeTriedAgainIsNotPendingWhenTheRunStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		intake, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(100*time.Millisecond, func() { stop(errors.New("stop")) })
		l := &ledger{}
		_ = Run(intake, t.Context(), tasks(1), &service{answer: func(string, int) Answer { return unavailable }}, l, options())
		r := l.find(t, "E0")
		if r.Outcome != leaver.Failed || r.Attempts != 1 || r.HTTPStatus != 503 {
			t.Errorf("got %s after %d attempts: it was tried, and that is to be seen", r.Outcome, r.Attempts)
		}
	})
}

func TestTheDeadlineOfIntakeStopsThePaceAtOnce(t *testing.T) {
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

func TestReadingThatIsCutOffIsNoErrorOfTheInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errSignal := errors.New("signal")
		intake, stop := context.WithCancelCause(t.Context())
		calls, cut := context.WithCancel(t.Context())
		given := func(yield func(leaver.Result, error) bool) {
			stop(errSignal)
			cut()
			yield(leaver.Result{}, context.Cause(calls)) // as a reader that knows calls does
		}
		if err := Run(intake, calls, given, &service{}, &ledger{}, options()); !errors.Is(err, errSignal) {
			t.Errorf("got %v, want the cause of the stop", err)
		}
	})
}
