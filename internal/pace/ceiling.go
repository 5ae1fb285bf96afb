package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// ceiling is the hard limit on how many requests start per second: in no
// second more than the ceiling, rounded down, and one. It holds the token of
// the next start; a wait that is cancelled leaves the token to the next one.
type ceiling struct {
	limiter *rate.Limiter
	token   rate.Reservation // of the next start
	next    time.Time        // slot of the next start
}

// newCeiling returns a ceiling of so many requests per second; 0 is none.
//
// A request starts up to one credit after its slot, so all that start in one
// second have their slots in that second or in the credit before it. Above
// 1/credit requests per second these could be more than the ceiling and one,
// and the slots have to be a little further apart: by 0.15 % at 2,000.
func newCeiling(perSecond float64) *ceiling {
	limit := rate.Inf
	if perSecond > 0 {
		const span = time.Second + credit + time.Microsecond // the last for rounding
		limit = rate.Limit(min(perSecond, (math.Floor(perSecond)+1)/span.Seconds()))
	}
	return &ceiling{limiter: rate.NewLimiter(limit, 1)}
}

// wait returns how long the next request has to wait; 0 or less if it may
// start now.
func (c *ceiling) wait(now time.Time) time.Duration { return c.next.Sub(now) }

// start notes that a request starts, and reserves the token of the next one.
func (c *ceiling) start(now time.Time) {
	at := c.next
	if now.Sub(at) > credit {
		// The request is too late for its slot. It gives the token of that slot
		// back and takes the one that the limiter has by now.
		c.token.CancelAt(at)
		at = now
		c.limiter.AllowN(at, 1)
	}
	// Reserved from the slot and not from now, so that lateness does not add up.
	c.token = *c.limiter.ReserveN(at, 1)
	c.next = at.Add(c.token.DelayFrom(at))
}
