package pace

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestNothingStartsBeforeTheServerSays(t *testing.T) {
	quota := func(remaining int, reset time.Duration) Answer {
		return Answer{Kind: Clean, Quota: Quota{remaining, reset}}
	}
	tests := []struct {
		name   string
		answer Answer // to a request that has started at once
		starts int    // of the requests after it, before the time that the server named
		at     time.Duration
	}{
		{"after a refusal that says how long", Answer{Kind: Throttled, RetryAfter: 6 * time.Second}, 0, 6 * time.Second},
		{"after an answer that says nothing about the pace", Answer{Kind: Lost, RetryAfter: 6 * time.Second}, 0, 6 * time.Second},
		{"when nothing remains", quota(0, 30*time.Second), 0, 30 * time.Second},
		{"when little remains", quota(2, 30*time.Second), 2, 30 * time.Second},
		{"not even if the reset is nearer than the Retry-After", Answer{Kind: Throttled, RetryAfter: 9 * time.Second, Quota: Quota{0, 4 * time.Second}}, 0, 9 * time.Second},
		{"nor if it is further away", Answer{Kind: Throttled, RetryAfter: time.Second, Quota: Quota{0, 4 * time.Second}}, 0, 4 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := New(0)
				a := tt.answer
				a.Start = time.Now()
				a.Number, _ = p.Start(t.Context())
				<-time.After(10 * time.Millisecond)
				a.End = time.Now()
				p.Answered(a)
				until, closed := p.ClosedUntil()
				if wantClosed := tt.starts == 0; closed != wantClosed || closed && until.Sub(a.End) != tt.at {
					t.Errorf("closed: %t, for %s", closed, until.Sub(a.End))
				}
				for i := range tt.starts + 1 {
					if err := p.Wait(t.Context()); err != nil {
						t.Fatal(err)
					}
					if in, early := time.Since(a.End), i < tt.starts; early != (in < tt.at) || in > tt.at+time.Second {
						t.Errorf("request %d started after %s; the server named %s", i+1, in, tt.at)
					}
				}
				if _, closed := p.ClosedUntil(); closed {
					t.Error("it is still closed")
				}
			})
		})
	}
}

func TestAQuotaCountsWhatStartedSinceTheRequestThatItIsTheAnswerTo(t *testing.T) {
	l := newLaw()
	l.curve.pace = 1000
	for i := range 8 {
		l.start(ms(i))
	}
	// The server had 10 left after the third request; five more are on their way.
	l.answered(Answer{Number: 3, Start: ms(2), End: ms(10), Quota: Quota{10, time.Minute}})
	// What it had left after the first one, before others took some, is known too late.
	l.answered(Answer{Number: 1, Start: ms(0), End: ms(11), Quota: Quota{20, time.Minute}})
	n := 0
	for ; n < 100 && start(l, ms(1000+n)) <= 0; n++ {
	}
	if n != 5 {
		t.Errorf("%d more requests started, want 5", n)
	}
	// A newer answer says that more remains than was thought, as when the server counts
	// otherwise.
	l.answered(Answer{Number: 13, Start: ms(1004), End: ms(1200), Quota: Quota{2, time.Minute}})
	for n = 0; n < 100 && start(l, ms(1300+n)) <= 0; n++ {
	}
	if n != 2 {
		t.Errorf("%d more requests started, want 2", n)
	}
}

func TestAWaitThatTheServerAsksForIsNoUnusedPace(t *testing.T) {
	l := limited()
	for i := range 16 {
		l.start(ms(10_001 + i))
	}
	l.answered(Answer{Start: ms(10_001), End: ms(10_041), Kind: Throttled, RetryAfter: 20 * time.Second})
	l.curve.pace = 50
	l.start(ms(30_041))
	l.start(ms(30_061))
	if got := l.offered(); got != 50 {
		t.Errorf("%g requests per second count as offered after a wait, want the pace of 50", got)
	}
}

func TestAQuotaNeverRaisesThePace(t *testing.T) {
	without, with := newLaw(), newLaw()
	for i, at := 0, 0; i < 500; at++ {
		wait := start(without, ms(at))
		if got := start(with, ms(at)); got != wait {
			t.Fatalf("request %d waits %s, want %s as without a quota", i, got, wait)
		}
		if wait > 0 {
			continue
		}
		a := Answer{Number: with.started, Start: ms(at), End: ms(at + 1)}
		without.answered(a)
		a.Quota = Quota{1_000_000, time.Second}
		with.answered(a)
		i++
	}
}

func TestAWaitThatTheServerMakesTooLongEndsAtOnce(t *testing.T) {
	long := Answer{Kind: Throttled, RetryAfter: Longest + time.Second}
	spent := Answer{Kind: Clean, Quota: Quota{0, Longest + time.Second}}
	soon := Answer{Kind: Clean, Quota: Quota{0, 2 * time.Minute}}
	tests := []struct {
		name     string
		answer   Answer
		deadline time.Duration // of the context; 0: none
		later    bool
	}{
		{"a Retry-After of more than an hour", long, 0, true},
		{"a quota that is used up for more than an hour", spent, 0, true},
		{"a quota that is used up beyond the deadline", soon, time.Minute, true},
		{"a quota that is used up until shortly before the deadline", soon, 3 * time.Minute, false},
		{"a quota without a deadline", soon, 0, false},
		{"a Retry-After of an hour", Answer{Kind: Throttled, RetryAfter: Longest}, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := contextFor(t, tt.deadline)
				defer cancel()
				p, begin := New(0), time.Now()
				_ = p.Wait(ctx)
				waits := make(chan error, 3) // each goroutine sends one; received below
				for range 3 {                // they wait already when the answer comes
					go func() { waits <- p.Wait(ctx) }()
				}
				synctest.Wait()
				a := tt.answer
				a.Number, a.Start, a.End = 1, begin, time.Now()
				p.Answered(a)
				for range 3 {
					err := <-waits
					e, later := errors.AsType[*LaterError](err)
					if later != tt.later || later && e.Until.Sub(a.End) != max(a.RetryAfter, a.Quota.Reset) {
						t.Errorf("got %v after %s", err, time.Since(begin))
					}
				}
				if took := time.Since(begin); (took == 0) != tt.later {
					t.Errorf("they waited %s", took)
				}
			})
		})
	}
}

func contextFor(t *testing.T, deadline time.Duration) (context.Context, context.CancelFunc) {
	if deadline == 0 {
		return context.WithCancel(t.Context())
	}
	return context.WithTimeout(t.Context(), deadline)
}
