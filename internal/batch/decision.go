package batch

import (
	"context"
	"sync/atomic"
	"time"
)

// answerers counts the goroutines that can still bring an answer to somebody: those of
// leavers, and the one that starts them. Every leaver changes the count twice, so that is
// done without the mutex of the breaker.
type answerers struct {
	active  atomic.Int64
	waiting atomic.Int64 // those of them who wait in awaitDecision; changed with the mutex held
}

// enter counts a goroutine that can bring an answer.
func (b *breaker) enter() { b.answerers.active.Add(1) }

// leave is called at the end of such a goroutine. It and awaitDecision first change their
// count and then read the other one, so that at least one of them sees that nobody is left.
func (b *breaker) leave() {
	b.answerers.active.Add(-1)
	if b.answerers.waiting.Load() == 0 {
		return // nearly always
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.decideIfNobodyIsLeft()
}

// decideIfNobodyIsLeft decides that a silence is no outage when all goroutines wait for
// the decision: there are too few leavers to tell, and nobody else can bring an answer.
// The caller holds the mutex.
func (b *breaker) decideIfNobodyIsLeft() {
	if b.state == circuitClosed && b.silence != nil && b.answerers.waiting.Load() == b.answerers.active.Load() {
		b.decide(answered)
	}
}

// decide ends the state undecided of the current silence; if somebody was answered, it is
// over. The caller holds the mutex.
func (b *breaker) decide(state silenceState) {
	b.silence.decide(state)
	b.answerers.waiting.Store(0) // only the current silence can be undecided
	if state == answered {
		b.silence = nil
	}
}

// awaitDecision waits until it is known whether the last attempt of a leaver who has none
// left was made in an outage. It returns false if it was not, or if ctx is done first.
func (b *breaker) awaitDecision(ctx context.Context, t *tries) bool {
	s := t.last()
	if s == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if s.state == undecided && t.pure() {
		s.spent = true
		b.judge(time.Now())
	}
	if s.state != undecided {
		return s.state == isOutage
	}
	b.answerers.waiting.Add(1)
	b.decideIfNobodyIsLeft()
	b.mu.Unlock()
	select {
	case <-s.decided:
	case <-ctx.Done():
	}
	b.mu.Lock()
	if s.state == undecided {
		b.answerers.waiting.Add(-1)
	}
	return s.state == isOutage
}
