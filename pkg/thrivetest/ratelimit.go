package thrivetest

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RateLimitForm is the form in which answers name Faults.Quota. The vendor does not
// document whether the API names one.
type RateLimitForm string

// The forms of a quota.
const (
	RateLimitNone  RateLimitForm = "none"   // no headers; "" is the same
	RateLimitPlain RateLimitForm = "plain"  // RateLimit-Limit, -Remaining and -Reset, in seconds
	RateLimitX     RateLimitForm = "x"      // the same three with X- in front
	RateLimitXUnix RateLimitForm = "x-unix" // these, and the reset is a Unix time, by Options.Now
	RateLimitList  RateLimitForm = "list"   // RateLimit and RateLimit-Policy, as lists
)

// quota counts the calls of the window that goes on.
type quota struct {
	most   int
	window time.Duration

	mu    sync.Mutex
	ends  time.Time // of the window; a window begins with a call
	taken int
}

// newQuota returns nil if there is no quota.
func newQuota(f Faults) *quota {
	if f.Quota <= 0 {
		return nil
	}
	return &quota{most: f.Quota, window: orDefault(f.Window, time.Minute)}
}

// take takes a call, unless the quota is used up. It returns what the answer names.
func (q *quota) take(now time.Time) (s standing, ok bool) {
	if q == nil {
		return standing{}, true
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if !now.Before(q.ends) {
		q.ends, q.taken = now.Add(q.window), 0
	}
	if ok = q.taken < q.most; ok {
		q.taken++
	}
	return standing{q, q.most - q.taken, q.ends}, ok
}

// standing is what remains of a quota after a call.
type standing struct {
	quota     *quota // nil: there is none
	remaining int
	ends      time.Time
}

// write sets the headers. Seconds are rounded up.
func (s standing) write(h http.Header, form RateLimitForm, now time.Time) {
	if s.quota == nil {
		return
	}
	seconds := int64(math.Ceil(max(0, s.ends.Sub(now)).Seconds()))
	prefix, reset := "", seconds
	switch form {
	case RateLimitList:
		h.Set("RateLimit", fmt.Sprintf(`"default";r=%d;t=%d`, s.remaining, seconds))
		h.Set("RateLimit-Policy", fmt.Sprintf(`"default";q=%d;w=%d`, s.quota.most, int64(math.Ceil(s.quota.window.Seconds()))))
		return
	case RateLimitXUnix:
		prefix, reset = "X-", int64(math.Ceil(float64(s.ends.UnixMilli())/1000))
	case RateLimitX:
		prefix = "X-"
	case RateLimitPlain:
	default:
		return
	}
	h.Set(prefix+"RateLimit-Limit", strconv.Itoa(s.quota.most))
	h.Set(prefix+"RateLimit-Remaining", strconv.Itoa(s.remaining))
	h.Set(prefix+"RateLimit-Reset", strconv.FormatInt(reset, 10))
}
