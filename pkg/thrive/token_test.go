package thrive_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

const memoryBase = "http://localhost"

// together makes n calls at once and returns their errors.
func together(n int, call func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = call(i) })
	}
	wg.Wait()
	return errs
}

func wantAll(t *testing.T, errs []error, ok func(error) bool) {
	t.Helper()
	for i, err := range errs {
		if !ok(err) {
			t.Errorf("call %d: %v", i, err)
		}
	}
}

func noError(err error) bool { return err == nil }

func TestTokenEndpointsWithEitherStyleOfAuthentication(t *testing.T) {
	tests := map[string]struct {
		auth   thrivetest.TokenAuth
		tokens int // token requests for two tokens
	}{
		"header or body: the header is tried first": {thrivetest.HeaderOrBody, 2},
		"header only":                            {thrivetest.HeaderOnly, 2},
		"body only: found once, then remembered": {thrivetest.BodyOnly, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := thrivetest.New(thrivetest.Options{AnyRef: true, TokenAuth: tt.auth, ClientID: "id +/:é", ClientSecret: "se cret&%+:"})
			base := serve(t, s)
			creds := oauth(base)
			creds.ClientID, creds.ClientSecret = "id +/:é", "se cret&%+:"
			c := newClient(t, thrive.Config{BaseURL: base, Credentials: creds})
			for range 2 {
				if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); err != nil {
					t.Fatal(err)
				}
				s.RevokeTokens()
			}
			if got := s.Stats().Tokens; got != tt.tokens {
				t.Errorf("%d token requests, want %d", got, tt.tokens)
			}
		})
	}
}

func TestConcurrentCallsShareOneFetch(t *testing.T) {
	for name, status := range map[string]thrivetest.Fault{"that succeeds": 0, "that fails": 503} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := thrivetest.New(thrivetest.Options{AnyRef: true})
				s.SetFaults(thrivetest.Faults{Latency: time.Second, Token: status})
				c := newClient(t, thrive.Config{BaseURL: memoryBase, Credentials: oauth(memoryBase), Transport: inMemory{s}})
				errs := together(50, func(i int) error {
					_, err := c.SuspendUser(t.Context(), fmt.Sprint("E-", i), time.Time{})
					return err
				})
				wantAll(t, errs, func(err error) bool {
					return (err == nil) == (status == 0) && (err == nil || thrive.ClassOf(err) == thrive.Transient)
				})
				if got := s.Stats().Tokens; got != 1 {
					t.Errorf("%d token requests, want 1", got)
				}
			})
		})
	}
}

func TestAFetchGoesOnWhenTheCallThatStartedItIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := thrivetest.New(thrivetest.Options{AnyRef: true})
		s.SetFaults(thrivetest.Faults{Latency: 2 * time.Second})
		c := newClient(t, thrive.Config{BaseURL: memoryBase, Credentials: oauth(memoryBase), Transport: inMemory{s}})
		first, cancel := context.WithCancel(t.Context())
		var firstErr, secondErr error
		var firstEnd time.Time
		var wg sync.WaitGroup
		wg.Go(func() {
			_, firstErr = c.SuspendUser(first, "E-1", time.Time{})
			firstEnd = time.Now()
		})
		synctest.Wait()
		wg.Go(func() { _, secondErr = c.SuspendUser(t.Context(), "E-2", time.Time{}) })
		synctest.Wait()
		cancelled := time.Now()
		cancel()
		wg.Wait()
		if !errors.Is(firstErr, context.Canceled) || !firstEnd.Equal(cancelled) {
			t.Errorf("the first call returned %v after %v", firstErr, firstEnd.Sub(cancelled))
		}
		if got := s.Stats().Tokens; secondErr != nil || got != 1 {
			t.Errorf("the second call returned %v, after %d token requests", secondErr, got)
		}
	})
}

func TestTokensAreRenewedBeforeTheyExpire(t *testing.T) {
	tests := map[string]struct {
		ttl    time.Duration
		every  time.Duration
		calls  int
		tokens int
	}{
		// 3570 s of use per token.
		"an hour's token, a call a minute":        {time.Hour, time.Minute, 121, 3},
		"a minute's token is used for 45 seconds": {time.Minute, time.Second, 91, 3},
		// 1.5 s of use per token: calls at 0, 0.1 … 1.4, then a new one.
		"a token of two seconds serves many calls": {2 * time.Second, 100 * time.Millisecond, 45, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := thrivetest.New(thrivetest.Options{AnyRef: true, TokenTTL: tt.ttl})
				c := newClient(t, thrive.Config{BaseURL: memoryBase, Credentials: oauth(memoryBase), Transport: inMemory{s}})
				for range tt.calls {
					if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); err != nil {
						t.Fatal(err)
					}
					<-time.After(tt.every)
				}
				st := s.Stats()
				if st.ByStatus[401] != 0 {
					t.Errorf("%d calls were sent with an expired token", st.ByStatus[401])
				}
				if st.Tokens != tt.tokens {
					t.Errorf("%d tokens for %d calls, want %d", st.Tokens, tt.calls, tt.tokens)
				}
			})
		})
	}
}

func TestATokenThatExpiresInAwaitTurnIsRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := thrivetest.New(thrivetest.Options{AnyRef: true, TokenTTL: 2 * time.Second})
		slow := func(context.Context) error { <-time.After(5 * time.Second); return nil }
		c := newClient(t, thrive.Config{BaseURL: memoryBase, Credentials: oauth(memoryBase), Transport: inMemory{s}, AwaitTurn: slow})
		for range 5 {
			if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.Stats().ByStatus[401]; n != 0 {
			t.Errorf("%d calls were sent with an expired token", n)
		}
	})
}

func TestARevokedTokenIsRenewedOnceForAllCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := thrivetest.New(thrivetest.Options{AnyRef: true})
		var repeats atomic.Int32
		c := newClient(t, thrive.Config{BaseURL: memoryBase, Credentials: oauth(memoryBase), Transport: inMemory{s},
			AwaitTurn: func(context.Context) error { repeats.Add(1); return nil }})
		if _, err := c.UserByRef(t.Context(), "E-0"); err != nil {
			t.Fatal(err)
		}
		if repeats.Swap(0) != 1 {
			t.Error("AwaitTurn was not called once after the wait for the first token")
		}
		s.SetFaults(thrivetest.Faults{Latency: time.Second, Jitter: time.Second})
		s.RevokeTokens()
		wantAll(t, together(50, func(i int) error {
			_, err := c.SuspendUser(t.Context(), fmt.Sprint("E-", i), time.Time{})
			return err
		}), noError)
		st := s.Stats()
		if st.Tokens != 2 || repeats.Load() != 50 || st.ByStatus[401] != 50 || st.ByStatus[200] != 50 {
			t.Errorf("%d repeats, %+v", repeats.Load(), st)
		}
	})
}

func TestAnErrorOfAwaitTurnEndsTheCall(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	base := serve(t, s)
	stop := errors.New("stop")
	var next error
	c := newClient(t, thrive.Config{BaseURL: base, Credentials: oauth(base),
		AwaitTurn: func(context.Context) error { return next }})
	if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); err != nil {
		t.Fatal(err)
	}
	s.RevokeTokens()
	next = stop
	if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	if got := s.Stats().Suspends; got != 2 {
		t.Errorf("%d calls were sent, want 2", got)
	}
}

func TestARefusalOfANewTokenEndsTheCall(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	base := serve(t, s)
	s.SetFaults(thrivetest.Faults{Refs: map[string]thrivetest.Fault{"E-1": 401}})
	e := suspendError(t, thrive.Config{BaseURL: base, Credentials: oauth(base)})
	if e.Status != 401 || e.Class != thrive.Refused {
		t.Errorf("got %+v", e)
	}
	if st := s.Stats(); st.Suspends != 2 || st.Tokens != 2 {
		t.Errorf("got %+v, want two calls with a token each", st)
	}
	// Basic credentials cannot be renewed; the second call is on a new connection.
	e = suspendError(t, thrive.Config{BaseURL: base, Credentials: thrive.Basic{Tenant: basic.Tenant, Secret: "wrong"}})
	if st := s.Stats(); e.Class != thrive.Refused || st.Suspends != 4 {
		t.Errorf("got %+v, %+v, want two calls more", e, st)
	}
}

func TestARenewalThatFailsEndsTheCall(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	base := serve(t, s)
	c := newClient(t, thrive.Config{BaseURL: base, Credentials: oauth(base)})
	if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); err != nil {
		t.Fatal(err)
	}
	s.RevokeTokens()
	s.SetFaults(thrivetest.Faults{Token: 500})
	_, err := c.SuspendUser(t.Context(), "E-1", time.Time{})
	if thrive.ClassOf(err) != thrive.Transient || s.Stats().Suspends != 2 {
		t.Errorf("got %v, %+v", err, s.Stats())
	}
}

func TestScopesDecide(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	base := serve(t, s)
	creds := oauth(base)
	creds.Scopes = []string{thrive.ScopeRead}
	c := newClient(t, thrive.Config{BaseURL: base, Credentials: creds})
	if _, err := c.UserByRef(t.Context(), "E-1"); err != nil {
		t.Error(err)
	}
	_, err := c.SuspendUser(t.Context(), "E-1", time.Time{})
	if e, ok := errors.AsType[*thrive.Error](err); !ok || e.Status != 403 || e.Class != thrive.Forbidden {
		t.Errorf("got %v", err)
	}
	if got := s.Stats().Tokens; got != 1 {
		t.Errorf("%d token requests: a 403 must not lead to a new token", got)
	}
}

func TestTokenEndpointFailures(t *testing.T) {
	abort := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	const refusal = `{"error":"invalid_client","error_description":"who\nare you"}`
	tests := map[string]struct {
		endpoint http.Handler
		status   int
		class    thrive.Class
		message  string // "": any that names the endpoint
		requests int32  // to the token endpoint
	}{
		"400 refuses":                       {answering(400, "application/json", refusal), 400, thrive.Refused, "invalid_client: who are you", 2},
		"401 refuses":                       {answering(401, "application/json", refusal), 401, thrive.Refused, "invalid_client: who are you", 2},
		"403 refuses":                       {answering(403, "text/html", "<html>"), 403, thrive.Refused, "the answer is not JSON but text/html", 2},
		"404 refuses":                       {answering(404, "", ""), 404, thrive.Refused, "the answer is empty", 2},
		"429 throttles":                     {answering(429, "", "", "Retry-After", "9"), 429, thrive.Throttled, "the answer is empty", 1},
		"408 is transient":                  {answering(408, "", ""), 408, thrive.Transient, "the answer is empty", 1},
		"500 is transient":                  {answering(500, "text/html", "<html>"), 500, thrive.Transient, "the answer is not JSON but text/html", 1},
		"503 is transient":                  {answering(503, "application/json", refusal), 503, thrive.Transient, "", 1},
		"a web page is transient":           {answering(200, "text/html", "<html>"), 0, thrive.Transient, "200 OK: the answer is not JSON but text/html", 1},
		"an answer without a token":         {answering(200, "application/json", "{}"), 0, thrive.Transient, "200 OK: the answer has no access_token", 1},
		"a 200 with an OAuth error refuses": {answering(200, "application/json", refusal), 0, thrive.Refused, "200 OK: invalid_client: who are you", 2},
		"a closed connection is transient":  {abort, 0, thrive.Transient, "", 1},
		"a long description is truncated": {answering(400, "application/json", `{"error":"x","error_description":"`+strings.Repeat("y", 9999)+`"}`),
			400, thrive.Refused, "", 2},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var requests, calls atomic.Int32
			base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasPrefix(r.URL.Path, "/oauth2/") {
					calls.Add(1)
					return
				}
				requests.Add(1)
				w.Header().Set("X-Request-Id", "token-1")
				tt.endpoint.ServeHTTP(w, r)
			}))
			e := suspendError(t, thrive.Config{BaseURL: base, Credentials: oauth(base)})
			if e.Status != tt.status || e.Class != tt.class {
				t.Errorf("got %+v, want %d, %v", e, tt.status, tt.class)
			}
			if !strings.HasPrefix(e.Message, "token endpoint: "+tt.message) || len(e.Message) > 310 {
				t.Errorf("message %q", e.Message)
			}
			if e.Status != 0 && e.RequestID != "token-1" {
				t.Errorf("request ID %q", e.RequestID)
			}
			if tt.status == 429 && e.RetryAfter != 9*time.Second {
				t.Errorf("retry after %v", e.RetryAfter)
			}
			if requests.Load() != tt.requests || calls.Load() != 0 {
				t.Errorf("%d token requests, want %d; %d calls without a token", requests.Load(), tt.requests, calls.Load())
			}
		})
	}
}

func TestAnOutageOfTheTokenEndpointIsNoRefusal(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true, TokenAuth: thrivetest.HeaderOnly})
	var n atomic.Int32
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		s.ServeHTTP(w, r)
	}))
	c := newClient(t, thrive.Config{BaseURL: base, Credentials: oauth(base)})
	_, err := c.SuspendUser(t.Context(), "E-1", time.Time{})
	if thrive.ClassOf(err) != thrive.Transient {
		t.Errorf("got %v", err)
	}
	if _, err = c.SuspendUser(t.Context(), "E-1", time.Time{}); err != nil {
		t.Errorf("the second call: %v", err)
	}
}

func TestATokenFetchIsBoundedByTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := inMemory{http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })}
		start := time.Now()
		e := suspendError(t, thrive.Config{BaseURL: memoryBase, Credentials: oauth(memoryBase),
			Timeout: 5 * time.Second, Transport: hangs})
		if time.Since(start) != 5*time.Second || e.Class != thrive.Transient || !errors.Is(e, context.DeadlineExceeded) {
			t.Errorf("after %v: %+v", time.Since(start), e)
		}
	})
}
