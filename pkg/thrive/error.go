package thrive

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Class is the kind of a failure. The caller decides what to do about it.
type Class int

const (
	// Final: the same call would fail the same way again. It had no effect, unless
	// Error.Status is 2xx: then the API accepted it, and its answer cannot be read.
	Final Class = iota
	// Transient: the service or the network failed, the call timed out, or the
	// answer may be about another user. The same call may succeed later. It is
	// not known whether this one took effect.
	Transient
	// Throttled: too many requests (429). The same call may succeed later; see
	// Error.RetryAfter and Error.RateLimit.
	Throttled
	// Refused: the credentials are not accepted (401, with OAuth even after a new
	// token, and over HTTP/1.1 also on a new connection), or get no token (an error of
	// OAuth, or any other 4xx of the token endpoint that is not worth a retry).
	Refused
	// Forbidden: the call is not permitted (403). The vendor documents that it can be
	// about this one user; one answer does not say whether it is about all of them.
	Forbidden
)

// String returns the name of the class in lower case, such as "transient".
func (c Class) String() string {
	switch c {
	case Final:
		return "final"
	case Transient:
		return "transient"
	case Throttled:
		return "throttled"
	case Refused:
		return "refused"
	case Forbidden:
		return "forbidden"
	default:
		return "class " + strconv.Itoa(int(c))
	}
}

// Error is the error of a call that failed at the API, at the token endpoint or
// on the network. Get it with errors.As. Phrase, Message and RequestID are
// short, have one line, and contain no secret of the client, even if the server
// sends one back.
type Error struct {
	// Status is the HTTP status of the answer; 0 if there was no answer. A 2xx
	// status means that the API accepted the call, but that the rest of the
	// answer did not arrive or is about another user (Transient), or cannot be
	// read (Final). The status is never 2xx for a failure of the token endpoint.
	Status int
	// Phrase is the "error" of the answer, such as "Bad Request"; without one it
	// is the standard text of the status.
	Phrase string
	// Message is the "message" of the answer, or says what is wrong with the
	// answer. It has at most 300 characters. For a failure of the token endpoint
	// it starts with "token endpoint: ", and names the status if that is 2xx.
	Message string
	// RequestID is that of Response.
	RequestID string
	// RetryAfter is how long the server asks to wait, from 0 to a year; 0 if
	// it does not ask.
	RetryAfter time.Duration
	// RateLimit is what the answer of the API says about further requests. An answer of
	// the token endpoint says nothing about them.
	RateLimit RateLimit
	// Class is the kind of failure.
	Class Class
	// Err is the cause if there was no complete answer, and nil otherwise, also for
	// half an answer of the token endpoint. It matches context.DeadlineExceeded after
	// Config.Timeout. Use it to match errors only: its text may contain a secret.
	Err error
}

const (
	maxMessage   = 300 // runes
	maxPhrase    = 80
	maxRequestID = 128
)

// Error returns status, phrase and message in one line of at most 380
// characters, such as "422 Unprocessable Entity: endDate must be a date".
func (e *Error) Error() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(strconv.Itoa(e.Status)+" "+e.Phrase))
	}
	switch {
	case e.Message != "":
		parts = append(parts, e.Message)
	case e.Err != nil:
		parts = append(parts, e.Err.Error())
	}
	if len(parts) == 0 {
		return e.Class.String() + " failure"
	}
	return oneLine(strings.Join(parts, ": "), maxMessage+maxPhrase)
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of the first *Error that err wraps, and Final if
// there is none: a retry does not help against ErrInvalidRef or a context that
// is done. ClassOf(nil) is Final, too.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Final
}

// classOfStatus follows the vendor's documentation: only 429 and 5xx are worth
// a retry. The documentation does not mention 408, which is a timeout.
func classOfStatus(status int) Class {
	switch {
	case status == http.StatusTooManyRequests:
		return Throttled
	case status == http.StatusUnauthorized:
		return Refused
	case status == http.StatusForbidden:
		return Forbidden
	case status == http.StatusRequestTimeout, status >= 500:
		return Transient
	default:
		return Final
	}
}

// retryAfter reads a Retry-After header: seconds or a date. The vendor does not
// document whether the API sends one, and in which form. A number with decimals, which the
// standard does not know, is rounded up. What is in the past, or cannot be read, asks for
// nothing. Of several values the longest wait counts.
func retryAfter(h http.Header) (longest time.Duration) {
	for _, value := range h["Retry-After"] { // nearly always none
		value = strings.TrimSpace(value)
		var asked time.Duration
		if seconds, ok := wholeSeconds(value); ok {
			asked = time.Duration(min(seconds, int64(maxReset/time.Second))) * time.Second
		} else if at, err := http.ParseTime(value); err == nil {
			asked = min(untilServerTime(h, at), maxReset)
		}
		longest = max(longest, asked)
	}
	return longest
}

// requestIDHeaders are tried in this order, because the vendor does not document
// a header for the request ID.
var requestIDHeaders = []string{
	"X-Request-Id", "X-Amzn-Requestid", "X-Amz-Apigw-Id", "X-Correlation-Id", "Request-Id",
}

// requestID returns the first request ID, sanitized, because a server may return
// a secret even there.
func requestID(h http.Header, sanitize func(text string, limit int) string) string {
	for _, name := range requestIDHeaders {
		if id := h.Get(name); id != "" {
			return sanitize(id, maxRequestID)
		}
	}
	return ""
}

// oneLine makes a text of a server safe to print: white space becomes single
// spaces, a character that cannot be printed becomes U+FFFD, and a text of more
// than limit runes is truncated.
func oneLine(s string, limit int) string {
	if len(s) <= limit && isVisibleASCII(s) {
		return s
	}
	var b strings.Builder
	n, space := 0, false
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = n > 0
			continue
		}
		if !unicode.IsPrint(r) {
			r = unicode.ReplacementChar
		}
		if space {
			b.WriteByte(' ')
			n, space = n+1, false
		}
		if n++; n > limit {
			return strings.TrimSpace(truncate(b.String(), limit-1)) + "…"
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isVisibleASCII reports whether s has visible ASCII characters only.
func isVisibleASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// truncate returns the first n runes of s.
func truncate(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
