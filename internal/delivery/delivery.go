package delivery

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// The bounds of a delivery. The context bounds all attempts together.
const (
	mostAttempts = 6
	firstWait    = 500 * time.Millisecond // and twice as long after each further attempt
	oneAttempt   = 10 * time.Second
	mostAnswer   = 64 << 10 // bytes of an answer that are read, and thrown away
)

// Error says that something was not delivered. It has no text of the service.
type Error struct {
	To       Address
	Status   int   // of the last answer; 0: there was none
	Attempts int   // that were made
	Err      error // why there was no answer, or why no further attempt was made; nil: the answer says it
}

// Error names the host, and the reason in words of our own.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s answered with HTTP status %d", e.To, e.Status)
	switch {
	case e.Status == 0:
		text = fmt.Sprintf("%s gave no answer: %s", e.To, whyUnheard(e.Err))
	case e.Status >= 300 && e.Status <= 399:
		text += ", a redirect, which is not followed: give the address that it leads to"
	}
	if e.Attempts > 1 {
		text += fmt.Sprintf(" (%d attempts)", e.Attempts)
	}
	return text
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// whyUnheard says why there was no answer. The text of the error would have the address.
func whyUnheard(err error) string {
	_, unknown := errors.AsType[*net.DNSError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "the delivery was cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case unknown:
		return "the name of the host could not be looked up"
	case certificate:
		return "the certificate of the host was not accepted"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	}
	return "the connection failed"
}

// Client delivers documents. It follows no redirects: a document must not reach another host
// than the one that was named.
type Client struct {
	userAgent string
	jitter    func() float64 // a random number in [0, 1)
	http      http.Client
}

// NewClient returns a client. Close it after use.
func NewClient(userAgent string, jitter func() float64) *Client {
	return &Client{userAgent: userAgent, jitter: jitter, http: http.Client{
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close closes the connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// PostJSON posts a JSON document until it is taken, as Sender.Do does. The error is an *Error.
func (c *Client) PostJSON(ctx context.Context, to Address, document []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL(), bytes.NewReader(document))
	if err != nil {
		return &Error{To: to, Err: err}
	}
	r.Header.Set("Content-Type", "application/json")
	if to.HasUser() {
		r.SetBasicAuth(to.User())
	}
	_, err = c.To(to).Do(r)
	return err
}

// To returns a sender to an address.
func (c *Client) To(to Address) Sender { return Sender{c, to} }

// Sender sends requests to one address, as an HTTP client of another library.
type Sender struct {
	client *Client
	to     Address
}

// Do sends a request until it is answered with 2xx. It tries again after network trouble, 429
// and 5xx, with growing intervals, until the context of the request ends. The response has
// status 200 and no body. The error is an *Error.
func (s Sender) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("User-Agent", s.client.userAgent)
	failed := &Error{To: s.to}
	for wait := firstWait; ; wait *= 2 {
		failed.Attempts++
		status, after, err := s.client.once(r)
		if err == nil && status >= 200 && status <= 299 {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
		}
		failed.Status, failed.Err = status, err
		isFinal := status != 0 && status != http.StatusTooManyRequests && status < 500
		if isFinal || failed.Attempts == mostAttempts || r.Context().Err() != nil {
			return nil, failed
		}
		pause := max(after, wait+time.Duration(s.client.jitter()*float64(wait)))
		if err := sleep(r.Context(), pause); err != nil {
			return nil, failed
		}
	}
}

// once sends a request once. after is how long the service asks to wait; 0: it does not.
func (c *Client) once(r *http.Request) (status int, after time.Duration, err error) {
	ctx, cancel := context.WithTimeout(r.Context(), oneAttempt)
	defer cancel()
	attempt := r.Clone(ctx)
	if r.GetBody != nil {
		if attempt.Body, err = r.GetBody(); err != nil {
			return 0, 0, err
		}
	}
	answer, err := c.http.Do(attempt)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, mostAnswer) // nobody needs it
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		after = time.Duration(min(seconds, 3600)) * time.Second
	}
	return answer.StatusCode, after, nil
}

// sleep waits, unless the context ends, or would end before that.
func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
