package thrive

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// This file decides whose answer an answer is. It may be somebody else's:
//
//   - net/http takes the next response on an HTTP/1.1 connection as the answer to
//     the request in flight. It closes a connection on which bytes arrive while
//     nothing is in flight, but an extra response that arrives a moment later, or
//     that is already buffered when the next request starts, becomes the answer
//     to that request.
//   - A gateway may swap the answers to two requests, over HTTP/2, too.
//
// A success names its user, so it needs no trust in the connection: see
// Suspension. A refusal names nobody. It is believed only if
//
//   - it is the first response on its connection, or came over HTTP/2, where each
//     response has the number of its request (a 401, which ends a run, needs that, too:
//     see call); and
//   - none of the requests that were in flight at the same time got an answer that
//     was somebody else's. If two answers were swapped and only one of them is a
//     refusal, the other one shows it.
//
// Neither is believed if a cache says that it has kept it for some time, because it may
// be the answer to an earlier request for the same user.
//
// A failure that is worth a retry (5xx, 429, no answer) claims nothing about a user.

// resource is the JSON object of a success.
type resource interface {
	// about returns the ref of its user; "" if it does not say, or is the page of the
	// list that was asked for.
	about() string
}

// exchange sends one request and decodes a success.
func (c *Client) exchange(ctx context.Context, r request, auth string) (*answer, error) {
	number := c.flights.start()
	defer c.flights.end(number)
	a, err := c.send(ctx, r, auth)
	if err != nil {
		return nil, err
	}
	a.err = a.decode(r.into)
	switch about := r.into.about(); {
	case about != "" && about != r.ref:
		c.mixedUp(a)
	case a.ok() && len(a.body) == 0:
		// A success without a body may be an extra response, and then the one to this
		// request follows on the connection.
		c.abandon(a)
	}
	if a.stored() && (a.ok() || a.refuses()) {
		a.err = a.disbelieved("the answer comes from a cache, so it may be about an earlier call")
	}
	return a, nil
}

// mixedUp notes that an answer was somebody else's.
func (c *Client) mixedUp(a *answer) {
	c.flights.mixUps.Add(1)
	c.abandon(a)
}

// abandon closes the connection of an answer over HTTP/1.1, because the next response
// on it may be somebody else's. That connection is idle now, or another request is in
// flight on it; then the answer to that request has to pass the same checks.
func (c *Client) abandon(a *answer) {
	if a.http1 {
		c.http.CloseIdleConnections()
	}
}

// canConfirm reports whether an answer may be an extra response of its connection, and
// the request can be sent again over a new one.
func (c *Client) canConfirm(a *answer) bool { return a.http1 && c.fresh != nil }

// maxAge is how old an answer may be by what a cache says of it. It is more than the
// clocks of a gateway and the service behind it usually differ by, because a gateway
// without a cache may compute the age from the two.
const maxAge = time.Minute

// stored reports whether a cache has kept the answer for longer than maxAge (RFC 9111,
// section 5.1).
func (a *answer) stored() bool {
	value := a.header.Get("Age")
	if value == "" {
		return false // nearly always
	}
	seconds, err := strconv.ParseUint(strings.TrimSpace(value), 10, 64)
	return (err == nil || errors.Is(err, strconv.ErrRange)) && seconds > uint64(maxAge/time.Second)
}

// confirm returns the answer that replaces a refusal. mixUps is the count at the
// start of the call.
func (c *Client) confirm(ctx context.Context, r request, refusal *answer, mixUps int64) (*answer, error) {
	a := refusal
	if c.canConfirm(a) {
		r.fresh = true
		var err error
		if a, err = c.call(ctx, r); err != nil {
			return nil, err
		}
		if a.ok() {
			c.mixedUp(refusal)
		}
		if !a.refuses() {
			return a, nil
		}
	}
	if err := c.flights.settle(ctx); err != nil {
		return nil, err
	}
	if c.flights.mixUps.Load() != mixUps {
		a.err = a.disbelieved("answers were mixed up at this time, so this one may be about another user")
	}
	return a, nil
}

// disbelieved returns the *Error for an answer that may be about another user.
func (a *answer) disbelieved(why string) *Error {
	e := a.toError()
	e.Class, e.Message = Transient, why
	return e
}

// flights are the requests of a client that are in flight. The zero value is ready
// to use.
type flights struct {
	mixUps atomic.Int64 // answers that were somebody else's

	mu      sync.Mutex // guards all below
	started uint64
	open    map[uint64]struct{} // the numbers of the requests in flight
	ended   chan struct{}       // closed by the next end; nil if nobody waits
}

// start returns the number of a request that starts now.
func (f *flights) start() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		f.open = map[uint64]struct{}{}
	}
	f.started++
	f.open[f.started] = struct{}{}
	return f.started
}

// end ends a request, after its mix-up was counted.
func (f *flights) end(number uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, number)
	if f.ended != nil {
		close(f.ended)
		f.ended = nil
	}
}

// settle waits until all requests that are in flight now have ended. Each of them
// ends within Config.Timeout.
func (f *flights) settle(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for last := f.started; f.anyUpTo(last); {
		if f.ended == nil {
			f.ended = make(chan struct{})
		}
		ended := f.ended
		f.mu.Unlock()
		var err error
		select {
		case <-ended:
		case <-ctx.Done():
			err = ctx.Err()
		}
		f.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}

// anyUpTo reports whether a request with a number up to last is in flight. The
// caller holds the lock.
func (f *flights) anyUpTo(last uint64) bool {
	for number := range f.open {
		if number <= last {
			return true
		}
	}
	return false
}
