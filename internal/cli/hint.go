package cli

import (
	"fmt"
	"math"
	"time"
)

// effort is what a run made of its time, from which it can be told what held
// it back.
type effort struct {
	leavers     int           // called for
	busy        time.Duration // of all requests together
	elapsed     time.Duration
	concurrency int
	ceiling     float64 // requests per second; 0: none
	sustained   float64 // what the server sustains; 0: it has set no limit
}

// hint says in a line what the pace was bounded by, if a person could do
// something about it or would want to know; "" otherwise.
func (e effort) hint() string {
	if e.sustained > 0 {
		return fmt.Sprintf("Pace: the server sustains about %s requests per second.\n", perSecond(e.sustained))
	}
	if n := e.moreInFlight(); n > 0 {
		return fmt.Sprintf("Pace: held back by %s; try --concurrency %d.\n", count(e.concurrency, "request")+" in flight", n)
	}
	return ""
}

// moreInFlight returns how many requests in flight would let a run be faster
// that had all of its own in use nearly always; 0 if that is not so, or not
// worth a word.
func (e effort) moreInFlight() int {
	const (
		worthALine = 2 * time.Second
		slow       = 20 * time.Millisecond // faster answers are not waited for
		mostly     = 0.8
		atATime    = 4 // times as many: one step, to be looked at before the next
	)
	if e.leavers <= 4*e.concurrency || e.elapsed < worthALine {
		return 0
	}
	latency := e.busy / time.Duration(e.leavers)
	inUse := e.busy.Seconds() / (e.elapsed.Seconds() * float64(e.concurrency))
	if latency < slow || inUse < mostly {
		return 0
	}
	want := float64(atATime * e.concurrency)
	if e.ceiling > 0 {
		// As many as are under way at the ceiling, and a few for those that
		// take longer.
		want = min(want, 1.25*e.ceiling*latency.Seconds())
	}
	n := 1 << int(math.Ceil(math.Log2(want)))
	if n <= e.concurrency || n > mostConcurrency {
		return 0
	}
	return n
}

// perSecond writes a pace as precisely as it is known.
func perSecond(pace float64) string {
	if pace < 10 {
		return fmt.Sprintf("%.1f", pace)
	}
	return group(int(math.Round(pace)))
}
