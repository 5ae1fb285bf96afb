package batch

import (
	"context"
	"time"
)

// gate is where leavers wait while the breaker is open. It is guarded by the mutex of the
// breaker.
type gate struct {
	interval time.Duration // before the probe after the next one
	changed  chan struct{} // closed by the next change of the breaker's state
	fresh    int           // leavers who wait, and had no attempt without an answer
}

func newGate() gate { return gate{changed: make(chan struct{})} }

// change wakes all who wait.
func (g *gate) change() {
	close(g.changed)
	g.changed = make(chan struct{})
}

// pass waits until a leaver's request may start, as the probe of an outage or because
// there is none. It returns false if ctx is done first.
func (b *breaker) pass(ctx context.Context, t *tries) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == circuitClosed {
		return ctx.Err() == nil
	}
	// A leaver who has had no answer yet may be the reason for that, as with an internal
	// error that only they get. So the probe is the call of another one, if there is one.
	isFresh := len(t.silences) == 0 && !t.isKnown()
	if isFresh {
		b.gate.fresh++
		defer func() { b.gate.fresh-- }()
	}
	for ctx.Err() == nil {
		mayProbe := b.state == circuitOpen && (isFresh || b.gate.fresh == 0 && !t.isKnown())
		wait := time.Until(b.outage.Next)
		switch {
		case b.state == circuitClosed:
			return true
		case mayProbe && wait <= 0:
			t.probe = b.silence
			b.state, b.outage.Next = circuitProbing, time.Time{}
			b.gate.change()
			return true
		}
		b.await(ctx, wait, mayProbe)
	}
	return false
}

// await waits for a change of the state, and if timed, for so long at most. It is called
// with the mutex held, and releases it meanwhile.
func (b *breaker) await(ctx context.Context, wait time.Duration, timed bool) {
	changed := b.gate.changed
	b.mu.Unlock()
	defer b.mu.Lock()
	var due <-chan time.Time
	if timed {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
	case <-changed:
	case <-ctx.Done():
	}
}
