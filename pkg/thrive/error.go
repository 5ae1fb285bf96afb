package thrive

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Class says what kind of failure a failure is. What to do about it is the
// caller's decision.
type Class int

const (
	// Final: the same call would fail the same way again.
	Final Class = iota
	// Transient: the service, the network or time ran out; the same call may
	// work later. Whether this one took effect is not known.
	Transient
	// Throttled: too many requests.
	Throttled
	// Refused: the credentials are not accepted (401) or may not do this (403).
	// No other call will fare better.
	Refused
)

// String returns the name of the class in lower case.
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
	default:
		return "class " + strconv.Itoa(int(c))
	}
}

// Error is a call that did not succeed. Its texts are short, one line, and free
// of the client's secrets, whatever the server sent.
type Error struct {
	// Status of the answer, 0 when there was none. A 2xx status means that the
	// call was accepted and the answer was lost (Transient) or unreadable
	// (Final). A failure of the token endpoint never has a 2xx status here.
	Status int
	// Phrase is the "error" of the answer ("Bad Request"), else the name of the status.
	Phrase string
	// Message is the "message" of the answer, or what is wrong with the answer.
	Message string
	// RequestID as in Response.
	RequestID string
	// RetryAfter is how long the server asks to wait, 0 when it does not say.
	// It is never negative and at most 24 hours.
	RetryAfter time.Duration
	Class      Class
	// Err is the cause when there was no complete answer, otherwise nil. When
	// Config.Timeout ran out it matches context.DeadlineExceeded. It is for
	// matching: its own text is not cleaned.
	Err error
}

const (
	maxMessage = 300 // runes of a message or of a whole Error text
	maxPhrase  = 80
	maxID      = 128
)

// Error returns status, phrase and message in one line, without the request ID.
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

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of the *Error in err's tree, and Final where there
// is none: for what did not come from the API, such as ErrInvalidRef or a
// context that the caller cancelled, trying again is no cure.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return Final
}

// classOfStatus follows the vendor's advice: only 429 and 5xx are worth another
// try. 408 is not mentioned; it is a timeout by another name.
func classOfStatus(status int) Class {
	switch {
	case status == http.StatusTooManyRequests:
		return Throttled
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Refused
	case status == http.StatusRequestTimeout, status >= 500:
		return Transient
	default:
		return Final
	}
}

const maxRetryAfter = 24 * time.Hour

// retryAfter reads a Retry-After header: seconds, or a date. Whether the vendor
// sends one, and in which form, is not documented.
func retryAfter(h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	seconds, err := strconv.ParseUint(value, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(0, time.Until(at)), maxRetryAfter)
	}
	return 0
}

// requestIDHeaders are tried in this order: the vendor does not document one.
var requestIDHeaders = []string{
	"X-Request-Id", "X-Amzn-Requestid", "X-Amz-Apigw-Id", "X-Correlation-Id", "Request-Id",
}

// requestID returns the first name that a server gave the call, made safe by
// clean: a server may send back there, too, what it was sent.
func requestID(h http.Header, clean func(text string, limit int) string) string {
	for _, name := range requestIDHeaders {
		if id := h.Get(name); id != "" {
			return clean(id, maxID)
		}
	}
	return ""
}

// oneLine makes a text from outside safe to print: white space becomes single
// spaces, what cannot be printed becomes U+FFFD, and what is too long is cut.
func oneLine(s string, limit int) string {
	if len(s) <= limit && plain(s) {
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
			return strings.TrimSpace(cut(b.String(), limit-1)) + "…"
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plain tells whether a text is of visible ASCII characters only.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// cut returns the first n runes of s.
func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
