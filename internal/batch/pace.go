package batch

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Pace lets requests start one by one: never more per second than its
// ceiling, and none during a pause. It is safe for use by several goroutines.
type Pace struct {
	limiter *rate.Limiter

	mu    sync.Mutex
	until time.Time // nothing starts before
}

// NewPace returns a pace with a ceiling in requests per second; 0 is none.
func NewPace(ceiling float64) *Pace {
	limit := rate.Inf
	if ceiling > 0 {
		limit = rate.Limit(ceiling)
	}
	// A burst of one spaces the starts evenly, so that the ceiling holds in
	// every second, the first one included.
	return &Pace{limiter: rate.NewLimiter(limit, 1)}
}

// Wait returns nil when a request may start, and the context's error if it is
// done before.
func (p *Pace) Wait(ctx context.Context) error {
	for {
		if wait := p.paused(); wait > 0 {
			if !sleep(ctx, wait) {
				return ctx.Err()
			}
			continue
		}
		if err := p.limiter.Wait(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			// The limiter gives up at once if its wait is longer than the
			// context lasts: then the run ends before the request could start.
			<-ctx.Done()
			return ctx.Err()
		}
		// A pause may have begun while this request waited for its turn.
		if p.paused() <= 0 {
			return ctx.Err()
		}
	}
}

// Pause lets nothing start for d from now, and for longer if a longer pause is
// on. It returns whether a pause begins: of many requests in flight that are
// throttled together, the first one is the news.
func (p *Pace) Pause(d time.Duration) (begins bool) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	begins = !p.until.After(now)
	if until := now.Add(d); until.After(p.until) {
		p.until = until
	}
	return begins
}

func (p *Pace) paused() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

// sleep waits for d; it returns false if ctx is done first.
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
