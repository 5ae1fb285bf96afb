package pace

import "time"

// restLeast and restMost bound the rests between two probes while the server
// takes nothing, unless the server says how long they should be.
const (
	restLeast = 50 * time.Millisecond
	restMost  = 5 * time.Second
)

// outage is whether the server takes requests at all. Its states:
//
//	up    it takes some
//	down  it takes none: a probe is sent now and then, and each rest before
//	      the next one is twice as long as the last
type outage struct {
	state outageState
	rest  time.Duration // the last one
	since time.Time     // when the server last came up
	taken int           // requests that it has taken since
}

type outageState string

const (
	up   outageState = "up"
	down outageState = "down"
)

// start notes that a request starts; with the first one the server is up.
func (o *outage) start(now time.Time) {
	if o.since.IsZero() {
		o.since = now
	}
}

// take counts a request that the server has taken.
func (o *outage) take() { o.taken++ }

// refuse notes that the server takes nothing, and returns how long to rest: no longer than
// the server asked, and all of that if it is long. (The leaver that was refused waits for
// all of it; the run need not.)
func (o *outage) refuse(retryAfter time.Duration) time.Duration {
	o.state = down
	if closes(retryAfter) {
		o.rest = restMost
		return retryAfter
	}
	most := restMost
	if retryAfter > 0 {
		most = retryAfter
	}
	o.rest = min(max(2*o.rest, restLeast), most)
	return o.rest
}

// end notes that the server took a request that started then. It returns how
// many requests per second the server took since it last came up.
func (o *outage) end(start time.Time) float64 {
	sustained := float64(o.taken) / start.Sub(o.since).Seconds()
	*o = outage{state: up, since: start}
	return sustained
}
