package run

import (
	"math"
	"time"
)

// Bottleneck is what limited the pace of a run, if a person can do something about
// it or wants to know. The zero value means that nothing did.
type Bottleneck struct {
	// Sustained is how many requests per second the server was seen to sustain; 0 if that
	// was not measured.
	Sustained float64
	// Concurrency is how many requests in flight would make the run faster; 0 if
	// more of them would not.
	Concurrency int
}

// effort is what a run did in its time.
type effort struct {
	leavers     int           // that were called
	busy        time.Duration // the durations of all requests together
	elapsed     time.Duration
	concurrency int
	ceiling     float64 // requests per second; 0: none
	sustained   float64 // requests per second that the server was seen to sustain; 0: not measured
	limited     bool    // the server has limited the pace
}

func (e effort) bottleneck() Bottleneck {
	if e.sustained > 0 {
		return Bottleneck{Sustained: e.sustained}
	}
	if e.limited {
		return Bottleneck{} // more in flight would not help, and what would is not known
	}
	return Bottleneck{Concurrency: e.moreInFlight()}
}

// MostConcurrency is the largest number of requests in flight that makes sense. A
// larger one is taken for a mistake.
const MostConcurrency = 1000

// moreInFlight returns how many requests in flight would make the run faster. It
// returns 0 if the run did not use those that it had nearly all the time, or if
// the gain would be small.
func (e effort) moreInFlight() int {
	const (
		shortRun = 2 * time.Second
		fast     = 20 * time.Millisecond // with answers as fast as this, more in flight gain nothing
		mostly   = 0.8
		step     = 4 // propose at most four times as many, and measure again
	)
	if e.leavers <= 4*e.concurrency || e.elapsed < shortRun {
		return 0
	}
	latency := e.busy / time.Duration(e.leavers)
	inUse := e.busy.Seconds() / (e.elapsed.Seconds() * float64(e.concurrency))
	if latency < fast || inUse < mostly {
		return 0
	}
	want := float64(step * e.concurrency)
	if e.ceiling > 0 {
		// This is how many are in flight at the ceiling, and a quarter more for
		// requests that take longer than the average.
		want = min(want, 1.25*e.ceiling*latency.Seconds())
	}
	n := 1 << int(math.Ceil(math.Log2(want)))
	if n <= e.concurrency || n > MostConcurrency {
		return 0
	}
	return n
}
