package thrive_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"offboard/pkg/thrive"
)

// swapping is a gateway that swaps the answers to its first two requests, which have to be
// in flight together. first is how long it keeps the answer to the first one, and second
// that to the second one.
type swapping struct {
	next          http.Handler
	first, second time.Duration

	mu    sync.Mutex
	calls int
	swap  [2]chan *httptest.ResponseRecorder // sent by the other request, received by the one of this number
}

func newSwapping(next http.Handler, first, second time.Duration) *swapping {
	s := &swapping{next: next, first: first, second: second}
	for i := range s.swap {
		s.swap[i] = make(chan *httptest.ResponseRecorder, 1)
	}
	return s
}

func (s *swapping) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	number := s.calls
	s.calls++
	s.mu.Unlock()
	if number > 1 {
		s.next.ServeHTTP(w, r)
		return
	}
	own := httptest.NewRecorder()
	s.next.ServeHTTP(own, r)
	s.swap[1-number] <- own
	var other *httptest.ResponseRecorder
	select {
	case other = <-s.swap[number]:
	case <-r.Context().Done():
		return
	}
	<-time.After([]time.Duration{s.first, s.second}[number])
	maps.Copy(w.Header(), other.Header())
	w.WriteHeader(other.Code)
	_, _ = w.Write(other.Body.Bytes())
}

// call is a call about a user, by what became of it: "suspended", "about E-1", or the
// status and the class of the error.
type callFunc func(ctx context.Context, c *thrive.Client, ref string) string

func suspendCall(ctx context.Context, c *thrive.Client, ref string) string {
	got, err := c.SuspendUser(ctx, ref, time.Time{})
	switch e := asError(err); {
	case e != nil:
		return fmt.Sprint(e.Status, " ", e.Class)
	case err != nil:
		return err.Error()
	case got.Suspended():
		return "suspended"
	}
	return "about " + got.Ref
}

func readCall(ctx context.Context, c *thrive.Client, ref string) string {
	got, err := c.UserByRef(ctx, ref)
	switch e := asError(err); {
	case e != nil:
		return fmt.Sprint(e.Status, " ", e.Class)
	case err != nil:
		return err.Error()
	}
	return "read " + got.Ref.Or("")
}

// A gateway swaps the success of one user and the refusal of another. Neither the one is
// refused nor the other suspended, whatever the refusal is, and whichever comes first.
func TestASuccessAndARefusalThatAreSwapped(t *testing.T) {
	const early, late = 0, 30 * time.Millisecond
	for _, status := range []int{302, 400, 403, 404, 409, 410, 422} {
		service := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if strings.Contains(r.URL.Path, "refused") {
				w.WriteHeader(status)
				return
			}
			_, _ = io.WriteString(w, `{"ref":"known","active":false}`)
		})
		for _, p := range protocols {
			for order, delays := range map[string][2]time.Duration{"the refusal first": {early, late}, "the success first": {late, early}} {
				for kind, call := range map[string]callFunc{"suspend": suspendCall, "read": readCall} {
					t.Run(fmt.Sprint(status, ", ", p.name, ", ", order, ", ", kind), func(t *testing.T) {
						gateway := newSwapping(service, delays[0], delays[1])
						c := serveOver(t, p, gateway)
						var known, refused string
						var calls sync.WaitGroup
						calls.Go(func() { known = call(t.Context(), c, "known") })
						for gateway.started() == 0 {
							<-time.After(time.Millisecond)
						}
						calls.Go(func() { refused = call(t.Context(), c, "refused") })
						calls.Wait()
						// Over HTTP/1.1 the refusal is asked again, and the gateway swaps no more.
						want := fmt.Sprint(status, " transient")
						if !p.http2 {
							want = map[string]string{"suspend": "suspended", "read": "read known"}[kind]
						}
						about := map[string]string{"suspend": "about known", "read": "200 transient"}[kind]
						if known != want || refused != about {
							t.Errorf("the known user: %s, want %s; the refused one: %s, want %s", known, want, refused, about)
						}
					})
				}
			}
		}
	}
}

func (s *swapping) started() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// A gateway answers a call a second time with the refusal of another call, whose own
// answer it has sent, too: nothing but a second request shows it. Over HTTP/2 that is not
// promised.
func TestARefusalThatAGatewaySendsTwice(t *testing.T) {
	for _, status := range []int{403, 404, 409} {
		for _, p := range protocols[:2] {
			t.Run(fmt.Sprint(status, ", ", p.name), func(t *testing.T) {
				var mu sync.Mutex
				kept := map[string]bool{} // what it has answered wrongly once
				c := serveOver(t, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					mu.Lock()
					defer mu.Unlock()
					ref := refOf(r)
					if ref == "refused" || !kept[ref] {
						kept[ref] = true
						w.WriteHeader(status)
						return
					}
					_, _ = io.WriteString(w, inactive(ref))
				}))
				want := fmt.Sprint(status, " ", map[bool]thrive.Class{true: thrive.Forbidden, false: thrive.Final}[status == 403])
				if got := suspendCall(t.Context(), c, "refused"); got != want {
					t.Errorf("refused: %s, want %s", got, want)
				}
				if got := suspendCall(t.Context(), c, "known"); got != "suspended" {
					t.Errorf("known: %s", got)
				}
			})
		}
	}
}
