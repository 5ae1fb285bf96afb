package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/pace"
)

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

// service is a Caller that answers as a test says and counts its requests.
type service struct {
	answer  func(ref string, attempt int) Answer
	latency time.Duration

	mu          sync.Mutex
	attempts    map[string]int
	starts      []time.Time
	inFlight    int
	maxInFlight int
}

func (s *service) Call(ctx context.Context, l leaver.Leaver) Answer {
	s.mu.Lock()
	if s.attempts == nil {
		s.attempts = map[string]int{}
	}
	s.attempts[l.Ref]++
	attempt := s.attempts[l.Ref]
	s.starts = append(s.starts, time.Now())
	s.inFlight++
	s.maxInFlight = max(s.maxInFlight, s.inFlight)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.inFlight--
		s.mu.Unlock()
	}()
	if !sleep(ctx, s.latency) {
		return Answer{Outcome: leaver.Failed, Verdict: Transient, Reason: "cancelled"}
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

// ledger is a Recorder that keeps results in memory. If failFrom is not 0, that
// call of Record and all later ones fail.
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
		Proven:      true, // tests about the first leavers say otherwise
		Grace:       10 * time.Second,
		Jitter:      func() float64 { return 0.5 },
		Log:         slog.New(slog.DiscardHandler),
	}
}

// found returns a pace that has seen one good answer, so that it no longer
// starts with a single probe.
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
