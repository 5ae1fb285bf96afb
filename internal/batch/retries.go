package batch

import (
	"context"
	"time"
)

const (
	// maxRetries is how many retries the budget holds at most, and at the start
	// of a run.
	maxRetries = 100
	// maxRetryWait is how long a leaver waits for a retry from the budget. After
	// that it is tried again without one.
	maxRetryWait = 30 * time.Second
)

// retryBudget bounds the retries of a whole run: each request with a final
// answer adds one retry, and each retry takes one. In an outage there are no
// final answers, so retries do not multiply the load on the server. First
// attempts need no budget. It is safe for concurrent use.
type retryBudget struct {
	available chan struct{} // one token per retry: add sends, take receives
	waiting   chan struct{} // one token per waiting leaver, sent and received by take
}

// newRetryBudget returns a full budget for which at most maxWaiting leavers wait
// at a time. This must be less than the leavers in progress, because first
// attempts would otherwise have to wait, too.
func newRetryBudget(maxWaiting int) *retryBudget {
	b := &retryBudget{available: make(chan struct{}, maxRetries), waiting: make(chan struct{}, maxWaiting)}
	for range maxRetries {
		b.add()
	}
	return b
}

// add makes one more retry available, unless the budget is full.
func (b *retryBudget) add() {
	select {
	case b.available <- struct{}{}:
	default:
	}
}

// take waits for a retry and returns true when the leaver may be tried again.
// It returns false if too many leavers wait already, or if ctx is done.
func (b *retryBudget) take(ctx context.Context) bool {
	select {
	case <-b.available:
		return true
	default:
	}
	select {
	case b.waiting <- struct{}{}:
		defer func() { <-b.waiting }()
	default:
		return false
	}
	timer := time.NewTimer(maxRetryWait)
	defer timer.Stop()
	select {
	case <-b.available:
	case <-timer.C:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}
