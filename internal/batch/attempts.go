package batch

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	backoffBase = 500 * time.Millisecond
	backoffMost = 30 * time.Second
	// retryAfterMost bounds what a server can ask for, so that a mistake of
	// its own does not hold a run for a day.
	retryAfterMost = time.Hour
)

// backoff returns how long a leaver waits after so many attempts: a random
// part of a span that doubles each time (full jitter), and never less than
// the server asked for.
func (e *engine) backoff(attempts int, answer Answer) time.Duration {
	span := float64(backoffBase) * math.Pow(2, float64(attempts-1))
	wait := time.Duration(e.Jitter() * math.Min(span, float64(backoffMost)))
	// The random part stays on top, so that those who were told the same
	// moment do not all come back in it.
	return wait + min(answer.RetryAfter, retryAfterMost)
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

// Limit says how many leavers may fail before the run stops: a share of the
// leavers tried last, or a number in all. The zero value never stops a run.
type Limit struct {
	text  string // as it was typed
	kind  limitKind
	share float64 // of the last tried, 0 to 1
	count int     // in all
}

type limitKind int

const (
	never limitKind = iota
	byShare
	byCount
)

// A share is one of the last window leavers tried; of fewer than leastTried
// it would say little.
const (
	window     = 100
	leastTried = 20
)

// UnmarshalText is ParseLimit, for flags.
func (l *Limit) UnmarshalText(text []byte) error {
	limit, err := ParseLimit(string(text))
	if err == nil {
		*l = limit
	}
	return err
}

// ParseLimit reads "50%", "20", or "0", which never stops a run.
func ParseLimit(text string) (Limit, error) {
	wrong := fmt.Errorf("%q is neither a share such as 50%% nor a number such as 20; 0 never stops", text)
	if share, ok := strings.CutSuffix(text, "%"); ok {
		percent, err := strconv.ParseFloat(share, 64)
		if err != nil || !(percent >= 0 && percent <= 100) {
			return Limit{}, wrong
		}
		return Limit{text: text, kind: byShare, share: percent / 100}, nil
	}
	count, err := strconv.Atoi(text)
	switch {
	case err != nil || count < 0:
		return Limit{}, wrong
	case count == 0:
		return Limit{text: text}, nil
	}
	return Limit{text: text, kind: byCount, count: count}, nil
}

// failures counts failed leavers against a limit. It is safe for use by
// several goroutines.
type failures struct {
	limit Limit

	mu     sync.Mutex
	tried  int
	failed int          // in all, or among the last tried
	last   [window]bool // the last tried, in a ring
}

func newFailures(l Limit) *failures { return &failures{limit: l} }

// add counts a leaver that was tried to the end, and returns
// ErrTooManyFailures, wrapped, if that was one failure too many.
func (f *failures) add(failed bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.limit.kind {
	case byCount:
		if failed {
			f.failed++
		}
		if f.failed >= f.limit.count {
			return fmt.Errorf("%w: %d in all (--max-failures %s)", ErrTooManyFailures, f.failed, f.limit.text)
		}
	case byShare:
		slot := f.tried % window
		if f.last[slot] {
			f.failed--
		}
		f.last[slot] = failed
		f.tried++
		if failed {
			f.failed++
		}
		of := min(f.tried, window)
		if of >= leastTried && float64(f.failed) > f.limit.share*float64(of) {
			return fmt.Errorf("%w: %d of the last %d tried (--max-failures %s)", ErrTooManyFailures, f.failed, of, f.limit.text)
		}
	}
	return nil
}
