package pace

import (
	"fmt"
	"time"
)

// Longest is the longest time for which a run waits because the server says so. What is
// further away is no pace any more: a person decides whether to come back then.
const Longest = time.Hour

// Quota is how many more requests the server takes before a moment that it names.
type Quota struct {
	Remaining int
	Reset     time.Duration // from the end of the request on; 0: the server names no quota
}

// LaterError is the error of a wait that the server has made too long: it takes nothing
// for more than Longest, or not before the deadline of the context.
type LaterError struct{ Until time.Time }

// Error says until when.
func (e *LaterError) Error() string {
	return fmt.Sprintf("the service takes no more requests until %s", e.Until.Format(time.RFC3339))
}

// terms are what the server itself has said about when requests may start. They only
// delay requests; the other machines find the pace as if there were none. The states:
//
//	open     any request may start
//	counted  a quota is known: so many may start before its reset
//	closed   nothing may start before a given time: that of a long Retry-After, or the
//	         reset of a quota that is used up
type terms struct {
	retry moment // of a Retry-After that closes
	quota quota
}

// moment is a time before which nothing starts; the zero value is none.
type moment struct {
	at  time.Time
	far bool // it was further away than Longest when the server named it
}

func momentOf(end time.Time, in time.Duration) moment { return moment{end.Add(in), in > Longest} }

// later returns the later one of two moments.
func (m moment) later(other moment) moment {
	if other.at.After(m.at) {
		return other
	}
	return m
}

// quota is the newest one that the server has named; the zero value is none.
type quota struct {
	from  uint64 // number of the request whose answer named it
	most  uint64 // number of the last request that it allows
	reset moment
}

// take keeps what an answer says. The server counts a request when it comes in, so the
// requests that started after this one are not counted yet. An answer to an earlier
// request than that of the quota says what was left before.
func (t *terms) take(a Answer) {
	if closes(a.RetryAfter) {
		t.retry = t.retry.later(momentOf(a.End, a.RetryAfter))
	}
	if q := a.Quota; q.Reset > 0 && q.Remaining >= 0 && a.Number >= t.quota.from {
		t.quota = quota{from: a.Number, most: a.Number + uint64(q.Remaining), reset: momentOf(a.End, q.Reset)}
	}
}

// closes tells whether a Retry-After is for everybody. A short one is what a limit says of
// the one request that it refuses, while it takes others: the leaver waits for it, and the
// pace finds the limit. A long one says that the server takes nothing for some time.
func closes(retryAfter time.Duration) bool { return retryAfter > restMost }

// closed returns the moment before which nothing starts, after so many starts; the zero
// value or a moment that is over if there is none.
func (t *terms) closed(started uint64) moment {
	if started >= t.quota.most {
		return t.retry.later(t.quota.reset)
	}
	return t.retry
}

// start notes that a request starts after so many others. It reports whether that ends a
// time in which nothing was allowed to.
func (t *terms) start(now time.Time, started uint64) (reopened bool) {
	if m := t.closed(started); !m.at.IsZero() {
		reopened = true
		t.retry = moment{}
	}
	if !now.Before(t.quota.reset.at) {
		t.quota = quota{from: t.quota.from}
	}
	return reopened
}
