package batch

import (
	"context"
	"math"
	"time"
)

const (
	backoffBase = 500 * time.Millisecond
	backoffMax  = 30 * time.Second
)

// backoff returns how long a leaver waits after its n-th attempt: exponential
// backoff with full jitter, on top of the time that the server asked for. The
// jitter is a random number in [0, 1).
func backoff(n int, jitter float64, retryAfter time.Duration) time.Duration {
	span := float64(backoffBase) * math.Pow(2, float64(n-1))
	random := time.Duration(jitter * math.Min(span, float64(backoffMax)))
	// The two are added, so that leavers with the same Retry-After are not all
	// tried again at the same moment.
	return retryAfter + random
}

// sleep waits for d. It returns false if ctx is done first.
func sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
