package thrivetest

import (
	"context"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Fault is a way in which a call fails: an HTTP status from 300 to 599, or one of
// the constants below. A call that is answered with a status has no effect.
type Fault int

const (
	// NoFault serves the call.
	NoFault Fault = iota
	// CutBefore closes the connection. The call has no effect.
	CutBefore
	// CutAfter lets the call take effect and closes the connection without an
	// answer.
	CutAfter
	// HalfBody lets the call take effect and closes the connection in the middle
	// of the answer.
	HalfBody
	// NotJSON lets the call take effect and answers with the right status and a
	// web page.
	NotJSON
	// StillActive answers a suspension with 200 and "active": true. The call has
	// no effect. It does not affect reads.
	StillActive
	// AnotherRef lets the call take effect and answers about another user: the
	// "ref" in the answer is the ref of the call and "-other".
	AnotherRef
	// NoRef lets the call take effect and answers without "ref".
	NoRef
	// TwoRefs lets the call take effect and answers with "ref" twice.
	TwoRefs
	// Swapped lets the call take effect and swaps its answer, whatever it is, with
	// that of the next call with this fault. A call that is alone for 100 ms gets
	// its own answer.
	Swapped
	// ExtraAnswer serves the call and sends the whole answer a second time behind
	// the first, Faults.ExtraDelay later: behind the answer if that is short, on
	// an idle connection or in the place of the answer to the next request if it
	// is long. It needs HTTP/1.1 and ConnContext, and is NoFault without them.
	ExtraAnswer
)

// RetryAfter is the form of the Retry-After header of 429 and 503. The vendor does
// not document whether the API sends one.
type RetryAfter int

// The forms of Retry-After.
const (
	RetryAfterNone    RetryAfter = iota // no header
	RetryAfterSeconds                   // a number of seconds
	RetryAfterDate                      // an HTTP date, by Options.Now
)

// Faults say how a Server fails. The zero value is a server without faults.
//
// For a call on one ref, Refs and Reads come first, then special refs (see
// SpecialRefs), then FirstAttempts, then Shares.
type Faults struct {
	// Rate is the limit of REST calls per second, a token bucket of the size
	// Burst; calls beyond it are answered with 429. A Rate of 0 is no limit. A
	// Burst of 0 is one second's worth of calls.
	Rate  float64
	Burst int
	// Quota is how many REST calls each Window takes; calls beyond it are answered with
	// 429. A Quota of 0 is none, and a Window of 0 a minute. A window begins with the
	// first call after the last one. RateLimit is the form in which each answer to a REST
	// call names the quota.
	Quota     int
	Window    time.Duration
	RateLimit RateLimitForm
	// RetryAfter is the form of the header in every 429 and 503, and
	// RetryAfterDelay its value, rounded up to whole seconds.
	RetryAfter      RetryAfter
	RetryAfterDelay time.Duration

	// Latency is how long each call within the limit and each token request
	// takes, plus a random part of Jitter. It ends when the client closes the
	// connection; then the call has no effect.
	Latency, Jitter time.Duration

	// Shares affect random suspensions and reads of single users, each fault with
	// a probability from 0 to 1. The sum of all must be at most 1.
	Shares map[Fault]float64
	// FirstAttempts is how many suspensions of each ref fail with FirstFault
	// before one can succeed. A FirstFault of 0 is 503.
	FirstAttempts int
	FirstFault    Fault
	// Refs affect every suspension of a ref, and Reads every read of it. NoFault
	// exempts a ref from all other faults of a ref.
	Refs, Reads map[string]Fault

	// RetiredV1 is the status, such as 404 or 403, that answers every read, of a user or
	// of the list, whoever asks: the vendor retires a version some time after the next
	// one. 0: it is served.
	RetiredV1 int

	// ExtraDelay is when the second answer of ExtraAnswer follows the first; 0 is
	// at once.
	ExtraDelay time.Duration

	// Token affects every token request. AnotherRef and what follows it do not
	// affect it.
	Token Fault
}

// SetFaults replaces all faults at once. Calls in progress keep the former ones.
// The rate limit starts again with a full burst, and the quota with a new window. SetFaults copies the maps.
func (s *Server) SetFaults(f Faults) {
	active := &activeFaults{Faults: f, now: s.opts.Now, quota: newQuota(f)}
	active.Refs, active.Reads = cloneFaults(f.Refs), cloneFaults(f.Reads)
	active.FirstFault = orDefault(f.FirstFault, http.StatusServiceUnavailable)
	if f.Rate > 0 {
		burst := orDefault(f.Burst, int(math.Ceil(f.Rate)))
		active.limiter = rate.NewLimiter(rate.Limit(f.Rate), burst)
	}
	for fault, p := range f.Shares {
		active.shares = append(active.shares, share{fault, p})
	}
	// The order is fixed, so that the same random number means the same fault.
	slices.SortFunc(active.shares, func(a, b share) int { return int(a.fault - b.fault) })
	s.faults.Store(active)
}

func cloneFaults(m map[string]Fault) map[string]Fault {
	clone := make(map[string]Fault, len(m))
	for ref, fault := range m {
		clone[ref] = fault
	}
	return clone
}

// activeFaults are Faults in the form in which calls use them. They do not change.
type activeFaults struct {
	Faults
	now     func() time.Time
	limiter *rate.Limiter // nil: no limit
	quota   *quota        // nil: none
	shares  []share
}

type share struct {
	fault Fault
	p     float64 // probability
}

func (f *activeFaults) allow(now time.Time) bool {
	return f.limiter == nil || f.limiter.AllowN(now, 1)
}

// delay waits for the latency. It returns false if ctx is done first.
func (f *activeFaults) delay(ctx context.Context) bool {
	d := f.Latency
	if f.Jitter > 0 {
		d += rand.N(f.Jitter)
	}
	if d <= 0 {
		return true
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

// withRetryAfter adds the Retry-After header to a 429 or 503.
func (f *activeFaults) withRetryAfter(a answer) answer {
	if a.status != http.StatusTooManyRequests && a.status != http.StatusServiceUnavailable {
		return a
	}
	seconds := int64(math.Ceil(f.RetryAfterDelay.Seconds()))
	switch f.RetryAfter {
	case RetryAfterSeconds:
		a.retryAfter = strconv.FormatInt(seconds, 10)
	case RetryAfterDate:
		at := f.now().Add(time.Duration(seconds) * time.Second)
		a.retryAfter = at.UTC().Format(http.TimeFormat)
	}
	return a
}

// nextFault counts a call on a ref and returns its fault, in the order that Faults
// documents.
func (s *Server) nextFault(f *activeFaults, c *call) Fault {
	s.mu.Lock()
	p := s.people.at(c.ref)
	byRef, count := f.Refs, &p.attempts
	if c.kind == read {
		byRef, count = f.Reads, &p.reads
	}
	*count++
	n := *count
	s.mu.Unlock()

	if fault, ok := byRef[c.ref]; ok {
		return fault
	}
	if s.opts.SpecialRefs {
		for _, special := range specialRefs {
			if strings.HasPrefix(c.ref, special.Prefix) {
				return special.faultOf(c.kind, n)
			}
		}
	}
	if c.kind == suspend && n <= f.FirstAttempts {
		return f.FirstFault
	}
	if len(f.shares) == 0 {
		return NoFault
	}
	x := s.opts.random(c, n)
	for _, share := range f.shares {
		if x -= share.p; x < 0 {
			return share.fault
		}
	}
	return NoFault
}

// random returns a number in [0, 1) that depends only on the seed, the ref, the
// kind of the call and its number n among the calls of this kind on this ref.
func (o *Options) random(c *call, n int) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(c.ref)) // a hash never fails
	return rand.New(rand.NewPCG(o.Seed^h.Sum64(), uint64(n)<<2|uint64(c.kind))).Float64()
}

// SpecialRef describes refs with a fault of their own.
type SpecialRef struct {
	Prefix string // "nobody" is for refs such as "nobody" and "nobody-17"
	Effect string // what happens, for people

	fault    Fault
	attempts int  // how many attempts fail; 0: all
	reads    bool // whether reads fail, too
}

var specialRefs = []SpecialRef{
	{Prefix: "nobody", Effect: "no such user (404)", fault: http.StatusNotFound, reads: true},
	{Prefix: "conflict", Effect: "refused (409)", fault: http.StatusConflict},
	{Prefix: "flaky", Effect: "unavailable (503) twice, then suspended", fault: http.StatusServiceUnavailable, attempts: 2},
	{Prefix: "broken", Effect: "always an internal error (500)", fault: http.StatusInternalServerError},
	{Prefix: "limits", Effect: "always too many requests (429)", fault: http.StatusTooManyRequests},
	{Prefix: "undecided", Effect: "answers 200, but the account stays active", fault: StillActive},
}

// SpecialRefs returns the refs that Options.SpecialRefs turns on, in a new slice.
// They are for trials by hand. A special ref without a fault must be a user as
// any other, so set Options.AnyRef, too.
func SpecialRefs() []SpecialRef { return slices.Clone(specialRefs) }

// faultOf returns the fault of the n-th call of a kind.
func (r SpecialRef) faultOf(k kind, n int) Fault {
	if k == read && !r.reads || r.attempts > 0 && n > r.attempts {
		return NoFault
	}
	return r.fault
}
