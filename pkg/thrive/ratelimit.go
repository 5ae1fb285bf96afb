package thrive

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RateLimit is what an answer says about the requests that the service still takes. The
// vendor does not document whether the API says that, and how, so the usual headers are
// read: RateLimit-Limit, -Remaining and -Reset, the same with X- in front, and RateLimit
// with RateLimit-Policy. Headers that cannot be read or contradict themselves say nothing.
// Of several limits it is the one that leaves the fewest requests.
type RateLimit struct {
	Remaining int           // requests that the service takes before the reset; at least 0
	Reset     time.Duration // from the answer to the reset, up to a year; 0: the answer says nothing
}

const (
	// maxReset bounds a time until a reset, and a Retry-After: more is a mistake.
	maxReset = 366 * 24 * time.Hour
	// lastUnix is the last time that is read as a Unix time: in milliseconds it would be more.
	lastUnix = 100_000_000_000
	// maxRateHeader bounds what is read of a header, in bytes.
	maxRateHeader = 1024
)

// rateLimit reads the headers of an answer.
func rateLimit(h http.Header) RateLimit {
	// The names are in the form in which net/http keeps them, and nearly always missing.
	limit := fewer(triple(h, "Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", false),
		triple(h, "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset", true))
	if len(h["Ratelimit"]) == 0 {
		return limit
	}
	return fewer(limit, policies(h))
}

// fewer returns the limit that leaves fewer requests, and for a longer time.
func fewer(a, b RateLimit) RateLimit {
	if a.Reset == 0 || b.Reset > 0 && (b.Remaining < a.Remaining || b.Remaining == a.Remaining && b.Reset > a.Reset) {
		return b
	}
	return a
}

// triple reads a limit from three headers. A reset is a number of seconds, or a Unix time
// if that is allowed.
func triple(h http.Header, limit, remaining, reset string, unix bool) RateLimit {
	if len(h[remaining]) == 0 || len(h[reset]) == 0 {
		return RateLimit{}
	}
	left, ok := count(single(h, remaining))
	if !ok {
		return RateLimit{}
	}
	if len(h[limit]) > 0 {
		// Behind the number may be policies, as in "10, 10;w=1, 50;w=60".
		all, _, _ := strings.Cut(single(h, limit), ",")
		most, ok := count(strings.TrimSpace(all))
		if !ok || left > most {
			return RateLimit{}
		}
	}
	in, ok := resetIn(h, single(h, reset), unix)
	if !ok {
		return RateLimit{}
	}
	return RateLimit{left, in}
}

// single returns the value of a header; "" if it has different ones.
func single(h http.Header, name string) string {
	values := h[name]
	for _, v := range values {
		if v != values[0] || len(v) > maxRateHeader {
			return ""
		}
	}
	return strings.TrimSpace(values[0])
}

// count reads a number of requests.
func count(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil
}

// resetIn reads how long it takes until a reset. false: it cannot be read, or has passed.
func resetIn(h http.Header, text string, unix bool) (time.Duration, bool) {
	n, ok := wholeSeconds(text)
	if in := time.Duration(n) * time.Second; ok && n > 0 && n <= int64(maxReset/time.Second) {
		return in, true
	}
	if !ok || !unix || n > lastUnix {
		return 0, false
	}
	in := untilServerTime(h, time.Unix(n, 0))
	return in, in > 0 && in <= maxReset
}

// wholeSeconds reads a number of seconds, which may have decimals. It is rounded up, so
// that nobody comes too early, and has no more digits than an int64.
func wholeSeconds(text string) (int64, bool) {
	whole, fraction, hasFraction := strings.Cut(text, ".")
	if !isDigits(whole) || hasFraction && !isDigits(fraction) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return math.MaxInt64, true // digits only, so it is out of range
	}
	if strings.Trim(fraction, "0") != "" && n < math.MaxInt64 {
		n++
	}
	return n, true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// untilServerTime returns how long it takes until a time of the server's clock. That clock
// may differ from ours, and the Date of the answer says what it showed. A server without a
// Date is believed to have the same time.
func untilServerTime(h http.Header, at time.Time) time.Duration {
	if now, err := http.ParseTime(strings.TrimSpace(h.Get("Date"))); err == nil {
		return at.Sub(now)
	}
	return time.Until(at)
}

// policies reads the headers RateLimit and RateLimit-Policy, which are lists of limits with
// parameters: of the first one "r" (remaining) and "t" (seconds to the reset), of the other
// one "q" (quota) and "w" (window in seconds).
func policies(h http.Header) RateLimit {
	limits, ok := parseItems(h["Ratelimit"])
	declared, declaredOK := parseItems(h["Ratelimit-Policy"])
	if !ok || !declaredOK {
		return RateLimit{}
	}
	var fewest RateLimit
	for _, l := range limits {
		left, hasLeft := l.number('r')
		reset, hasReset := l.number('t')
		if !hasLeft || !hasReset || reset <= 0 || reset > int64(maxReset/time.Second) || left > math.MaxInt32 {
			continue
		}
		if !l.fits(declared, left, reset) {
			return RateLimit{}
		}
		fewest = fewer(fewest, RateLimit{int(left), time.Duration(reset) * time.Second})
	}
	return fewest
}

// fits reports whether a limit is possible by the policy that has its name, if there is
// one: no more remains than there was, and the reset is at the end of the window.
func (i item) fits(declared []item, left, reset int64) bool {
	for _, p := range declared {
		if p.name != i.name {
			continue
		}
		if quota, ok := p.number('q'); ok && left > quota {
			return false
		}
		if window, ok := p.number('w'); ok && reset > window {
			return false
		}
	}
	return true
}
