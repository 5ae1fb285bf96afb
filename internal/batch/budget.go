package batch

import (
	"context"
	"time"
)

const (
	// reserve is how many retries a run has before any answer has come.
	reserve = 100
	// longestWait is how long a leaver waits for a retry to become available;
	// then it is tried again all the same.
	longestWait = 30 * time.Second
)

// budget bounds the retries of a run as a whole: as many as there were answers
// that settled a leaver, and a reserve. So an outage, in which nothing is
// settled, is not met with a multiple of the load. First attempts do not ask
// it. It is safe for use by several goroutines.
type budget struct {
	retries chan struct{} // a token for each; whoever settles puts one in
	waiting chan struct{} // a token for each leaver that waits for one
}

// newBudget returns a budget for which so many leavers may wait at a time; they
// must be fewer than are in hand, or first attempts would wait with them.
func newBudget(waiting int) *budget {
	b := &budget{retries: make(chan struct{}, reserve), waiting: make(chan struct{}, waiting)}
	for range reserve {
		b.give()
	}
	return b
}

// give makes one more retry available.
func (b *budget) give() {
	select {
	case b.retries <- struct{}{}:
	default: // there are plenty
	}
}

// take returns true when a leaver may be tried again. It waits if there is no
// retry for it now. It returns false if too many wait already, or ctx is done.
func (b *budget) take(ctx context.Context) bool {
	select {
	case <-b.retries:
		return true
	default:
	}
	select {
	case b.waiting <- struct{}{}:
		defer func() { <-b.waiting }()
	default:
		return false
	}
	timer := time.NewTimer(longestWait)
	defer timer.Stop()
	select {
	case <-b.retries:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}
