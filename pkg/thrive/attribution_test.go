package thrive_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// protocol is how a client talks to a test server.
type protocol struct {
	name       string
	tls, http2 bool
}

var protocols = []protocol{{"HTTP 1.1", false, false}, {"HTTP 1.1 over TLS", true, false}, {"HTTP 2", true, true}}

// serveOver serves a handler until the test ends, and returns a client of it.
func serveOver(t *testing.T, p protocol, h http.Handler) *thrive.Client {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ConnContext = thrivetest.ConnContext
	srv.Config.ErrorLog = discard
	srv.EnableHTTP2 = p.http2
	if p.tls {
		srv.TLS = &tls.Config{CurvePreferences: []tls.CurveID{tls.CurveP256}} // the cheapest one
		srv.StartTLS()
	} else {
		srv.Start()
	}
	t.Cleanup(srv.Close)
	c := newClient(t, thrive.Config{BaseURL: srv.URL, Credentials: basic, MaxConnections: workers})
	if p.tls {
		roots := x509.NewCertPool()
		roots.AddCert(srv.Certificate())
		c.Trust(roots)
	}
	return c
}

// quietLog discards what net/http logs about responses that it did not expect.
func quietLog(t *testing.T) {
	before := log.Writer()
	log.SetOutput(io.Discard)
	t.Cleanup(func() { log.SetOutput(before) })
}

const workers = 8

// outcomes are the refs by what became of them.
type outcomes struct{ suspended, notFound, other map[string]bool }

// suspendAll suspends refs with up to three attempts each.
func suspendAll(t *testing.T, c *thrive.Client, refs []string) outcomes {
	t.Helper()
	queue := make(chan string, len(refs)) // sent and closed here, received by the workers
	for _, ref := range refs {
		queue <- ref
	}
	close(queue)
	o := outcomes{map[string]bool{}, map[string]bool{}, map[string]bool{}}
	var mu sync.Mutex
	together(workers, func(int) error {
		for ref := range queue {
			into := suspendOne(t.Context(), c, ref, &o)
			mu.Lock()
			into[ref] = true
			mu.Unlock()
		}
		return nil
	})
	return o
}

func suspendOne(ctx context.Context, c *thrive.Client, ref string, o *outcomes) map[string]bool {
	for range 3 {
		got, err := c.SuspendUser(ctx, ref, time.Time{})
		var e *thrive.Error
		switch {
		case err == nil && got.Suspended():
			return o.suspended
		case errors.As(err, &e) && e.Status == 404 && e.Class == thrive.Final:
			return o.notFound
		case thrive.ClassOf(err) != thrive.Transient:
			return o.other
		}
	}
	return o.other
}

// Nobody whom the server does not know is ever suspended, and nobody whom it has
// suspended is "not found", whatever a gateway does to the answers.
func TestMixedUpAnswersAreNotBelieved(t *testing.T) {
	quietLog(t)
	gateways := map[string]thrivetest.Faults{
		"swaps every answer":        {Shares: map[thrivetest.Fault]float64{thrivetest.Swapped: 1}},
		"swaps some answers":        {Shares: map[thrivetest.Fault]float64{thrivetest.Swapped: 0.1}, Jitter: time.Millisecond},
		"sends answers twice":       {Shares: map[thrivetest.Fault]float64{thrivetest.ExtraAnswer: 0.2}},
		"sends answers again later": {Shares: map[thrivetest.Fault]float64{thrivetest.ExtraAnswer: 0.2}, ExtraDelay: time.Millisecond, Latency: time.Millisecond},
		"answers about other users": {Shares: map[thrivetest.Fault]float64{thrivetest.AnotherRef: 0.4, thrivetest.NoRef: 0.1, thrivetest.TwoRefs: 0.1}},
	}
	for name, faults := range gateways {
		for _, p := range protocols {
			t.Run(name+", "+p.name, func(t *testing.T) {
				leavers := 300
				if name == "swaps every answer" {
					leavers = 3000
				}
				known := leavers * 2 / 5
				var users []thrivetest.User
				var refs []string
				for i := range leavers {
					refs = append(refs, fmt.Sprint("E-", i))
					if i%5 < 2 {
						users = append(users, thrivetest.User{Ref: refs[i]})
					}
				}
				s := thrivetest.New(thrivetest.Options{Users: users})
				s.SetFaults(faults)
				o := suspendAll(t, serveOver(t, p, s), refs)
				suspended := s.Suspended()
				for ref := range o.suspended {
					if suspended[ref] == 0 {
						t.Errorf("%s counts as suspended, and the server does not know it", ref)
					}
				}
				for ref := range o.notFound {
					if suspended[ref] != 0 {
						t.Errorf("%s counts as not found, and is suspended", ref)
					}
				}
				t.Logf("%d suspended, %d not found, %d neither; %d suspended by the server", len(o.suspended), len(o.notFound), len(o.other), len(suspended))
				if n := len(o.suspended) + len(o.notFound) + len(o.other); n != leavers || len(suspended) < known/2 || len(suspended) > known {
					t.Errorf("%d outcomes, %d suspended by the server", n, len(suspended))
				}
			})
		}
	}
}

// refOf returns the ref of a suspension.
func refOf(r *http.Request) string {
	return strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/rest/v2/users/ref/"), "/suspend")
}

func inactive(ref string) string { return `{"ref":"` + ref + `","active":false}` }

func TestARefusalWaitsForTheAnswersThatCouldShowAMixUp(t *testing.T) {
	for name, tt := range map[string]struct {
		other string // whom the answer to the other call is about
		class thrive.Class
	}{
		"the other answer is about its own user": {"E-2", thrive.Final},
		"the answers were swapped":               {"E-1", thrive.Transient},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, thrive.Config{BaseURL: "https://localhost", Credentials: basic, Transport: inMemory{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					switch refOf(r) {
					case "E-1":
						time.Sleep(time.Second)
						w.WriteHeader(404)
					case "E-2":
						time.Sleep(3 * time.Second)
						_, _ = io.WriteString(w, inactive(tt.other))
					case "E-3": // starts after the refusal has arrived
						time.Sleep(time.Hour)
					}
				})}, Timeout: 2 * time.Hour})
				start := time.Now()
				var later sync.WaitGroup
				later.Go(func() { _, _ = c.SuspendUser(t.Context(), "E-2", time.Time{}) })
				later.Go(func() {
					time.Sleep(2 * time.Second)
					_, _ = c.SuspendUser(t.Context(), "E-3", time.Time{})
				})
				_, err := c.SuspendUser(t.Context(), "E-1", time.Time{})
				var e *thrive.Error
				if !errors.As(err, &e) || e.Status != 404 || e.Class != tt.class {
					t.Errorf("got %v, %s", err, thrive.ClassOf(err))
				}
				if d := time.Since(start); d != 3*time.Second {
					t.Errorf("after %v", d)
				}
				later.Wait()
			})
		})
	}
}

func TestARefusalThatWaitsCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, thrive.Config{BaseURL: "https://localhost", Credentials: basic, Transport: inMemory{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if refOf(r) == "E-2" {
				time.Sleep(20 * time.Second)
			}
			w.WriteHeader(404)
		})}})
		var other sync.WaitGroup
		other.Go(func() { _, _ = c.SuspendUser(t.Context(), "E-2", time.Time{}) })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.Sleep(time.Millisecond)
		if _, err := c.SuspendUser(ctx, "E-1", time.Time{}); !errors.Is(err, context.DeadlineExceeded) || ctx.Err() == nil {
			t.Errorf("got %v", err)
		}
		other.Wait()
	})
}

// A response that nobody asked for arrives while the second request on a connection
// is in flight, so net/http takes it for the answer.
func TestALateResponseIsNotTheAnswerToTheNextRequest(t *testing.T) {
	refusal := func(status string) string { return "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n" }
	for name, tt := range map[string]struct {
		late  string
		next  string // the outcome of the second call
		conns int32  // opened for three calls
	}{
		"nothing": {"", "suspended", 1},
		// One connection confirms the refusal.
		"404":       {refusal("404 Not Found"), "suspended", 3},
		"403":       {refusal("403 Forbidden"), "suspended", 3},
		"409":       {refusal("409 Conflict"), "suspended", 3},
		"302":       {refusal("302 Found"), "suspended", 3},
		"401":       {refusal("401 Unauthorized"), "suspended", 3},
		"204":       {"HTTP/1.1 204 No Content\r\n\r\n", "about , 204 No Content: the answer is empty", 2},
		"a success": {response(inactive("E-1")), "about E-1", 2},
	} {
		for _, behind := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, the connection stays one behind: %v", name, behind), func(t *testing.T) {
				quietLog(t)
				var calls, conns atomic.Int32
				srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body) // net/http notices only then that the connection is closed
					if calls.Add(1) == 2 && tt.late != "" {
						conn := r.Context().Value(connKey{}).(net.Conn)
						_, _ = io.WriteString(conn, tt.late)
						if behind {
							select { // without an answer of its own
							case <-r.Context().Done():
							case <-time.After(10 * time.Second): // the test has failed
							}
							return
						}
					}
					_, _ = io.WriteString(w, inactive(refOf(r)))
				}))
				srv.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
					conns.Add(1)
					return context.WithValue(ctx, connKey{}, c)
				}
				srv.Start()
				defer srv.Close()
				c := newClient(t, thrive.Config{BaseURL: srv.URL, Credentials: basic, Timeout: 5 * time.Second})
				for i, want := range []string{"suspended", tt.next, "suspended"} {
					ref := fmt.Sprint("E-", i+1)
					got, err := c.SuspendUser(t.Context(), ref, time.Time{})
					outcome := "about " + got.Ref
					if got.Suspended() {
						outcome = "suspended"
					}
					if err != nil {
						outcome += ", " + err.Error()
					}
					if outcome != want {
						t.Errorf("%s: %s; want %s", ref, outcome, want)
					}
				}
				if n := conns.Load(); n != tt.conns {
					t.Errorf("%d connections, want %d", n, tt.conns)
				}
			})
		}
	}
}

type connKey struct{}

func response(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func TestTheConfirmationOfARefusalAwaitsItsTurn(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{})
	var turns atomic.Int32
	c := newClient(t, thrive.Config{BaseURL: serve(t, s), Credentials: basic, AwaitTurn: func(context.Context) error {
		if turns.Add(1) == 2 {
			return io.EOF
		}
		return nil
	}})
	if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); thrive.ClassOf(err) != thrive.Final || s.Stats().Suspends != 2 || turns.Load() != 1 {
		t.Errorf("%v, %d calls, %d turns", err, s.Stats().Suspends, turns.Load())
	}
	if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); err != io.EOF || s.Stats().Suspends != 3 {
		t.Errorf("%v, %d calls", err, s.Stats().Suspends)
	}
}
