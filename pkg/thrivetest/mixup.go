package thrivetest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// swaps exchanges the answers of calls with the fault Swapped, two at a time.
type swaps struct {
	mu      sync.Mutex
	waiting chan answer // of the call that waits for a second one; nil: none
	first   answer      // of that call
}

// swapPatience is how long a call waits for a second one.
const swapPatience = 100 * time.Millisecond

// swap returns the answer of another call, and gives that call a.
func (s *swaps) swap(ctx context.Context, a answer) answer {
	s.mu.Lock()
	if s.waiting != nil {
		other := s.first
		s.waiting <- a // does not block: the channel has room for one answer
		s.waiting = nil
		s.mu.Unlock()
		return other
	}
	mine := make(chan answer, 1) // sent by the second call, received here
	s.waiting, s.first = mine, a
	s.mu.Unlock()

	patience := time.NewTimer(swapPatience)
	defer patience.Stop()
	select {
	case other := <-mine:
		return other
	case <-patience.C:
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting == mine {
		s.waiting = nil
		return a
	}
	return <-mine // the second call came at the last moment
}

type connKey struct{}

// ConnContext gives a Server the connection of a request, for ExtraAnswer. Set it as
// the ConnContext of the http.Server.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// extra is a second answer to a request.
type extra struct {
	conn  net.Conn
	delay time.Duration
}

// extraOn returns nil if a second answer cannot be sent.
func extraOn(r *http.Request, delay time.Duration) *extra {
	conn, ok := r.Context().Value(connKey{}).(net.Conn)
	if !ok || r.ProtoMajor != 1 {
		return nil
	}
	return &extra{conn, delay}
}

// send sends the answer after the delay, unless the connection is closed by then.
func (e *extra) send(a answer) {
	write := func() {
		_, _ = fmt.Fprintf(e.conn, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			a.status, http.StatusText(a.status), len(a.body), a.body)
	}
	if e.delay <= 0 {
		write()
		return
	}
	time.AfterFunc(e.delay, write)
}
