package thrive_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offboard/pkg/thrive"
)

// impatient writes an answer that nobody asked for to every connection that is kept: in
// front of its second answer and of every other one after that, or behind them.
func impatient(extra string, behind bool, next http.Handler) http.Handler {
	var calls atomic.Int32
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn := r.Context().Value(connKey{}).(net.Conn)
		now := !r.Close && calls.Add(1)%2 == 0
		if now && !behind {
			_, _ = io.WriteString(conn, extra)
		}
		next.ServeHTTP(w, r)
		if now && behind {
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(conn, extra)
		}
	})
}

// The server knows everybody, so each refusal is one that nobody asked for. None of them
// becomes the outcome of a leaver, and no answer proves a suspension but the leaver's own.
func TestAnAnswerThatComesTooEarlyIsNobodysRefusal(t *testing.T) {
	quietLog(t)
	for _, status := range []int{204, 302, 400, 401, 403, 404, 409, 415, 422} {
		for _, behind := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d, behind: %v", status, behind), func(t *testing.T) {
				extra := fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: 2\r\n\r\n{}", status, http.StatusText(status))
				if status == http.StatusNoContent {
					extra = "HTTP/1.1 204 No Content\r\n\r\n"
				}
				own := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, inactive(refOf(r))) })
				c := serveRaw(t, impatient(extra, behind, own))
				suspended := 0
				for i := range 30 {
					ref := fmt.Sprint("E-", i)
					got, err := c.SuspendUser(t.Context(), ref, time.Time{})
					var said int
					if e := asError(err); e != nil {
						said = e.Status
					}
					switch {
					case got.Suspended():
						suspended++
					case said/100 != 2 && thrive.ClassOf(err) != thrive.Transient && err != nil:
						t.Errorf("%s: %v, %v", ref, err, thrive.ClassOf(err))
					}
				}
				if suspended < 10 {
					t.Errorf("only %d of 30 were suspended", suspended)
				}
			})
		}
	}
}

// serveRaw serves a handler that needs its connection, over HTTP/1.1 without TLS.
func serveRaw(t *testing.T, h http.Handler) *thrive.Client {
	t.Helper()
	srv := httptest.NewUnstartedServer(h)
	srv.Config.ErrorLog = discard
	srv.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, c)
	}
	srv.Start()
	t.Cleanup(srv.Close)
	return newClient(t, thrive.Config{BaseURL: srv.URL, Credentials: basic, Timeout: 5 * time.Second})
}

// A refusal that is the first answer on its connection and is repeated on another one
// stays what it is.
func TestARefusalIsConfirmedOnANewConnection(t *testing.T) {
	for _, status := range []int{302, 400, 401, 403, 404, 409, 410, 415, 422} {
		for _, p := range protocols {
			t.Run(fmt.Sprint(status, ", ", p.name), func(t *testing.T) {
				var calls, alone atomic.Int32
				c := serveOver(t, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					calls.Add(1)
					if r.Close {
						alone.Add(1)
					}
					answering(status, "", "").ServeHTTP(w, r)
				}))
				_, err := c.SuspendUser(t.Context(), "E-1", time.Time{})
				class := map[int]thrive.Class{401: thrive.Refused, 403: thrive.Forbidden}[status]
				if e := asError(err); e == nil || e.Status != status || e.Class != class {
					t.Errorf("got %v, %v", err, thrive.ClassOf(err))
				}
				want := int32(1)
				if p.http2 {
					want = 0 // each answer has the number of its request
				}
				if alone.Load() != want || calls.Load() != 1+want {
					t.Errorf("%d calls, %d of them on a new connection", calls.Load(), alone.Load())
				}
			})
		}
	}
}

// An answer of a cache may be the one to an earlier call for the same user, who has come
// back since.
func TestAStoredAnswerIsNoProof(t *testing.T) {
	for age, believed := range map[string]bool{
		"": true, "0": true, "59": true, "60": true, "-5": true, "soon": true,
		"61": false, " 3600 ": false, "86400": false, "99999999999999999999999": false,
	} {
		for _, p := range protocols {
			t.Run(age+", "+p.name, func(t *testing.T) {
				c := serveOver(t, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Cache-Control") != "no-cache" {
						t.Errorf("Cache-Control %q", r.Header.Get("Cache-Control"))
					}
					if age != "" {
						w.Header().Set("Age", age)
					}
					if strings.Contains(r.URL.Path, "unknown") {
						w.WriteHeader(404)
						return
					}
					ref, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/rest/v1/users/ref/"), "/")
					if r.Method == http.MethodPatch {
						ref = refOf(r)
					}
					_, _ = io.WriteString(w, inactive(ref))
				}))
				got, err := c.SuspendUser(t.Context(), "E-1", time.Time{})
				_, readErr := c.UserByRef(t.Context(), "E-1")
				if got.Suspended() != believed || (err == nil) != believed || (readErr == nil) != believed {
					t.Errorf("suspended %v, %v, read: %v", got.Suspended(), err, readErr)
				}
				if e := asError(err); !believed && (e.Class != thrive.Transient || e.Status != 200) {
					t.Errorf("got %v, %v", err, e.Class)
				}
				_, err = c.SuspendUser(t.Context(), "unknown", time.Time{})
				if final := thrive.ClassOf(err) == thrive.Final; final != believed {
					t.Errorf("a refusal: %v, %v", err, thrive.ClassOf(err))
				}
			})
		}
	}
}
