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

// Fault is one way for a call to go wrong: an HTTP status from 300 to 599, with
// which the call is refused and nothing done, or one of the constants below.
type Fault int

const (
	// NoFault: the call is served.
	NoFault Fault = iota
	// CutBefore closes the connection; nothing has been done.
	CutBefore
	// CutAfter does what was asked and closes the connection without an answer.
	CutAfter
	// HalfBody does what was asked and breaks off in the middle of the answer.
	HalfBody
	// NotJSON does what was asked and answers with the right status and a web page.
	NotJSON
	// StillActive answers 200 with "active": true; nothing has been done. Reads
	// are served as ever.
	StillActive
)

// RetryAfter says how 429 and 503 announce when to come back. The vendor does
// not document whether they do.
type RetryAfter int

// The forms of Retry-After.
const (
	RetryAfterNone RetryAfter = iota
	RetryAfterSeconds
	RetryAfterDate
)

// Faults are what goes wrong from now on. The zero value is a healthy API.
type Faults struct {
	// Rate is how many REST calls per second are let in, the others get 429; 0
	// is no limit. Burst is how many at once, 0 is one second's worth.
	Rate  float64
	Burst int
	// RetryAfter and RetryAfterDelay go with every 429 and 503. The delay is
	// rounded up to seconds, as the header has nothing finer.
	RetryAfter      RetryAfter
	RetryAfterDelay time.Duration

	// Latency is added to every call and token request that is let in, and a
	// random part of Jitter on top. It ends early when the caller leaves.
	Latency, Jitter time.Duration

	// Shares strike calls on a ref (suspensions and reads) at random, each with
	// a probability from 0 to 1; together at most 1.
	Shares map[Fault]float64
	// FirstAttempts is how many suspensions of each ref fail before one may
	// succeed, with FirstFault or, where that is not set, with 503.
	FirstAttempts int
	FirstFault    Fault
	// Refs strike every suspension of a ref, Reads every read of it. NoFault
	// spares a ref from Shares and FirstAttempts.
	Refs, Reads map[string]Fault

	// Token strikes every token request.
	Token Fault
}

// SetFaults replaces all faults at once; calls in progress keep those that they
// met. The rate limit starts anew, with a full burst. The maps are copied.
func (s *Server) SetFaults(f Faults) {
	active := &activeFaults{Faults: f, now: s.opts.Now}
	active.Refs, active.Reads = cloneFaults(f.Refs), cloneFaults(f.Reads)
	active.FirstFault = orDefault(f.FirstFault, http.StatusServiceUnavailable)
	if f.Rate > 0 {
		burst := orDefault(f.Burst, int(math.Ceil(f.Rate)))
		active.limiter = rate.NewLimiter(rate.Limit(f.Rate), burst)
	}
	for fault, p := range f.Shares {
		active.shares = append(active.shares, share{fault, p})
	}
	// In a fixed order, so that the same draw means the same fault.
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

// activeFaults never change once stored.
type activeFaults struct {
	Faults
	now     func() time.Time
	limiter *rate.Limiter // nil: no limit
	shares  []share
}

type share struct {
	fault Fault
	p     float64
}

func (f *activeFaults) allow(now time.Time) bool {
	return f.limiter == nil || f.limiter.AllowN(now, 1)
}

// delay waits out the latency. It returns false when the caller left first.
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

// announce adds Retry-After where it belongs.
func (f *activeFaults) announce(a answer) answer {
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

// decide counts the call and says what goes wrong with it: what is ordered for
// the ref comes first, then what the ref is special for, then its first
// attempts, then chance.
func (s *Server) decide(f *activeFaults, c *call) Fault {
	s.mu.Lock()
	p := s.person(c.ref)
	ordered, count := f.Refs, &p.attempts
	if c.kind == read {
		ordered, count = f.Reads, &p.reads
	}
	*count++
	n := *count
	s.mu.Unlock()

	if fault, ok := ordered[c.ref]; ok {
		return fault
	}
	if s.opts.SpecialRefs {
		for _, special := range specialRefs {
			if strings.HasPrefix(c.ref, special.Prefix) {
				return special.strike(c.kind, n)
			}
		}
	}
	if c.kind == suspend && n <= f.FirstAttempts {
		return f.FirstFault
	}
	if len(f.shares) == 0 {
		return NoFault
	}
	draw := s.draw(c, n)
	for _, share := range f.shares {
		if draw -= share.p; draw < 0 {
			return share.fault
		}
	}
	return NoFault
}

// draw returns a number in [0,1) that depends on nothing but the seed, the ref,
// and the how many-th call of its kind this is.
func (s *Server) draw(c *call, n int) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(c.ref)) // a hash never fails
	return rand.New(rand.NewPCG(s.opts.Seed^h.Sum64(), uint64(n)<<2|uint64(c.kind))).Float64()
}

// SpecialRef is a prefix of refs that have a fate of their own.
type SpecialRef struct {
	Prefix string // "nobody" covers "nobody" and "nobody-17" alike
	Effect string // what happens, in words for a person

	fault    Fault
	attempts int  // how many attempts it strikes; 0: all
	reads    bool // whether it strikes reads too
}

var specialRefs = []SpecialRef{
	{Prefix: "nobody", Effect: "no such user (404)", fault: http.StatusNotFound, reads: true},
	{Prefix: "conflict", Effect: "refused (409)", fault: http.StatusConflict},
	{Prefix: "flaky", Effect: "unavailable (503) twice, then suspended", fault: http.StatusServiceUnavailable, attempts: 2},
	{Prefix: "broken", Effect: "always an internal error (500)", fault: http.StatusInternalServerError},
	{Prefix: "undecided", Effect: "answers 200, but the account stays active", fault: StillActive},
}

// SpecialRefs returns what Options.SpecialRefs switches on, for people who try
// things by hand. A special ref that is let through still has to exist, so this
// goes well with Options.AnyRef. The slice is the caller's own.
func SpecialRefs() []SpecialRef { return slices.Clone(specialRefs) }

func (r SpecialRef) strike(k kind, attempt int) Fault {
	if k == read && !r.reads || r.attempts > 0 && attempt > r.attempts {
		return NoFault
	}
	return r.fault
}
