package batch

import (
	"fmt"
	"sync"

	"offboard/internal/leaver"
)

// window is how many of the leavers tried last a share counts.
const window = 100

// TooManyFailuresError is the error of a run that stopped because of
// Options.MaxFailures. It matches ErrTooManyFailures.
type TooManyFailuresError struct {
	Failed int // leavers that failed
	// Tried is how many of the leavers tried last were counted; 0 if Failed is
	// counted over the whole run.
	Tried int
	Limit Limit // Options.MaxFailures
}

// Error says how many leavers failed. It does not name the limit, because the
// caller knows best how a user has set it.
func (e *TooManyFailuresError) Error() string {
	if e.Tried == 0 {
		return fmt.Sprintf("%s: %d in all", ErrTooManyFailures, e.Failed)
	}
	return fmt.Sprintf("%s: %d of the last %d tried", ErrTooManyFailures, e.Failed, e.Tried)
}

// Is reports whether target is ErrTooManyFailures.
func (e *TooManyFailuresError) Is(target error) bool { return target == ErrTooManyFailures }

// failures counts failed leavers against a limit. It is safe for concurrent use.
type failures struct {
	limit Limit
	least int // Brakes.Tried

	mu     sync.Mutex
	failed int          // in the whole run, or among those in last
	tried  int          // in the whole run; counted for a share only
	last   [window]bool // ring: which of the leavers tried last have failed
}

// add counts a leaver whose last attempt is over. It returns a
// *TooManyFailuresError if the limit is exceeded.
//
// An outcome that the report has for the leaver already is not counted at all: leavers
// who fail every night say nothing about the service tonight, and their number must not
// keep a nightly run from the new ones. They are not counted as tried, either, because
// they would make the share of the others look smaller.
func (f *failures) add(r *leaver.Result) error {
	if r.Known() {
		return nil
	}
	failed := r.Outcome == leaver.Failed
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.limit.kind {
	case byCount:
		if failed {
			f.failed++
		}
		if f.failed >= f.limit.count {
			return &TooManyFailuresError{Failed: f.failed, Limit: f.limit}
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
		tried := min(f.tried, window)
		if tried >= f.least && float64(f.failed) > f.limit.share*float64(tried) {
			return &TooManyFailuresError{Failed: f.failed, Tried: tried, Limit: f.limit}
		}
	}
	return nil
}
