package thrive_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// issuer is a service whose token endpoint issues t1, t2 and so on, and whose API
// accepts the tokens that valid accepts.
type issuer struct {
	expiresIn string                       // as it stands in the answer; "": the field is missing
	valid     func(age time.Duration) bool // nil: always
	uses      int                          // how many calls one token may make; 0: any number

	mu     sync.Mutex
	tokens []issued
	calls  map[int]int // by status
}

type issued struct {
	at   time.Time
	uses int
}

// accepts reports whether a token may make one more call.
func (s *issuer) accepts(token *issued) bool {
	token.uses++
	return (s.valid == nil || s.valid(time.Since(token.at))) && (s.uses == 0 || token.uses <= s.uses)
}

func (s *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/oauth2/") {
		s.tokens = append(s.tokens, issued{at: time.Now()})
		expires := ""
		if s.expiresIn != "" {
			expires = `,"expires_in":` + s.expiresIn
		}
		_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"Bearer"%s}`, len(s.tokens), expires)
		return
	}
	var n int
	_, err := fmt.Sscanf(r.Header.Get("Authorization"), "Bearer token-%d", &n)
	status := http.StatusOK
	if err != nil || !s.accepts(&s.tokens[n-1]) {
		status = http.StatusUnauthorized
	}
	if s.calls == nil {
		s.calls = map[int]int{}
	}
	s.calls[status]++
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"ref":%q,"active":false}`, refOf(r))
}

// warnings collects what Config.Warn is told.
type warnings struct {
	mu    sync.Mutex
	texts []string
}

func (w *warnings) add(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.texts = append(w.texts, text)
}

func (w *warnings) all() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.texts)
}

// inMemoryClient returns a client of a service that needs no network.
func inMemoryClient(t *testing.T, h http.Handler, cfg thrive.Config) *thrive.Client {
	cfg.BaseURL, cfg.Credentials, cfg.Transport = memoryBase, oauth(memoryBase), inMemory{h}
	return newClient(t, cfg)
}

// suspendEvery makes n calls, one every so often.
func suspendEvery(t *testing.T, c *thrive.Client, n int, every time.Duration) {
	t.Helper()
	for i := range n {
		got, err := c.SuspendUser(t.Context(), fmt.Sprint("E-", i), time.Time{})
		if err != nil || !got.Suspended() {
			t.Fatalf("call %d: %+v, %v", i, got, err)
		}
		<-time.After(every)
	}
}

func TestLifetimesOfTokensInEveryForm(t *testing.T) {
	const none, noNumber, notPositive = "has no expires_in", "has an expires_in that is not a number", "has an expires_in that is not positive"
	for expiresIn, tt := range map[string]struct {
		tokens  int // for a call a minute in a little more than two hours
		warning string
	}{
		"3600":                   {3, ""},
		"3599.5":                 {3, ""},
		`"3600"`:                 {3, ""},
		`"3599.5"`:               {3, ""},
		"36e2":                   {3, ""},
		"99999999999":            {1, ""},
		"1e300":                  {1, ""},
		"1e400":                  {1, ""},
		"-4294963696":            {1, notPositive}, // 3600 in 32 bits
		"-1":                     {1, notPositive},
		"-1e400":                 {1, notPositive},
		"0":                      {1, notPositive},
		"1e-300":                 {1, notPositive},
		"1e-400":                 {1, notPositive},
		"null":                   {1, none},
		"":                       {1, none},
		`""`:                     {1, noNumber},
		`"soon"`:                 {1, noNumber},
		`"Infinity"`:             {1, noNumber},
		`"NaN"`:                  {1, noNumber},
		`"0x10"`:                 {1, noNumber},
		"true":                   {1, noNumber},
		"[3600]":                 {1, noNumber},
		`{"seconds":3600}`:       {1, noNumber},
		`"2026-01-01T00:00:00Z"`: {1, noNumber},
	} {
		t.Run(expiresIn, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &issuer{expiresIn: expiresIn}
				var warned warnings
				suspendEvery(t, inMemoryClient(t, s, thrive.Config{Warn: warned.add}), 125, time.Minute)
				if len(s.tokens) != tt.tokens {
					t.Errorf("%d token requests, want %d", len(s.tokens), tt.tokens)
				}
				var want []string
				if tt.warning != "" {
					want = []string{"token endpoint: the answer " + tt.warning + ", so the token is used until it is refused"}
				}
				if got := warned.all(); !slices.Equal(got, want) {
					t.Errorf("warned %q, want %q", got, want)
				}
			})
		})
	}
}

func TestATokenOfUnknownLifeIsRenewedWhenItIsRefused(t *testing.T) {
	for _, expiresIn := range []string{"", "0", "-1", `"soon"`, "1e300"} {
		t.Run(expiresIn, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &issuer{expiresIn: expiresIn, valid: func(age time.Duration) bool { return age < time.Hour }}
				var warned warnings
				suspendEvery(t, inMemoryClient(t, s, thrive.Config{Warn: warned.add}), 150, time.Minute)
				if len(s.tokens) != 3 || s.calls[401] != 2 || len(warned.all()) > 1 {
					t.Errorf("%d tokens, %d refused calls, warned %q", len(s.tokens), s.calls[401], warned.all())
				}
			})
		})
	}
}

// However short the lives of tokens are, or are said to be, there is not a token
// request for every call: 20 at once, and then one in five seconds.
func TestShortLivesOfTokensMakeNoLoop(t *testing.T) {
	second := func(age time.Duration) bool { return age < time.Second }
	for name, tt := range map[string]struct {
		issuer *issuer
		calls  int
		waits  bool // calls have to wait for tokens
	}{
		"a second, and they live on":          {&issuer{expiresIn: "1"}, 5000, false},
		"no second, and they live on":         {&issuer{expiresIn: "0"}, 5000, false},
		"a millisecond, and they live on":     {&issuer{expiresIn: "0.001"}, 5000, false},
		"a second, and they live so long":     {&issuer{expiresIn: "1", valid: second}, 500, true},
		"an hour, and they live for a second": {&issuer{expiresIn: "3600", valid: second}, 500, true},
		"an hour, and one call":               {&issuer{expiresIn: "3600", uses: 1}, 100, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := tt.issuer
				var warned warnings
				c := inMemoryClient(t, s, thrive.Config{Warn: warned.add})
				start := time.Now()
				suspendEvery(t, c, tt.calls, 100*time.Millisecond)
				lasted := time.Since(start)
				if most := 20 + int(lasted/(5*time.Second)) + 1; len(s.tokens) > most {
					t.Errorf("%d token requests in %v, want %d at most", len(s.tokens), lasted, most)
				}
				if waited := lasted > time.Duration(tt.calls)*100*time.Millisecond; waited != tt.waits {
					t.Errorf("%d calls took %v", tt.calls, lasted)
				}
				if got := warned.all(); len(got) > 1 || tt.waits && len(got) != 1 {
					t.Errorf("warned %q", got)
				}
			})
		})
	}
}

// A token that is too old when the call is answered says nothing about the credentials,
// so it must not end a run.
func TestAnExpiredTokenIsNoRefusalOfTheCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &issuer{expiresIn: "1", valid: func(age time.Duration) bool { return age < time.Second }}
		slow := func(context.Context) error { <-time.After(1200 * time.Millisecond); return nil }
		c := inMemoryClient(t, s, thrive.Config{AwaitTurn: slow})
		failed := 0
		for range 100 {
			<-time.After(time.Second)
			if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); err != nil {
				failed++
				if thrive.ClassOf(err) != thrive.Transient {
					t.Fatalf("%v, %v", err, thrive.ClassOf(err))
				}
			}
		}
		if failed == 0 {
			t.Error("no token expired, so the test shows nothing")
		}
	})
}

// A wait for a token ends with the call.
func TestAWaitForATokenCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := inMemoryClient(t, answering(200, "text/html", "<html>"), thrive.Config{})
		for range 20 {
			if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); thrive.ClassOf(err) != thrive.Transient {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := c.SuspendUser(ctx, "E-1", time.Time{}); err != context.DeadlineExceeded || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); thrive.ClassOf(err) != thrive.Transient || time.Since(start) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestATokenIsUsedOnWhileItsRenewalFails(t *testing.T) {
	for name, trouble := range map[string]thrivetest.Fault{"500": 500, "503": 503, "429": 429, "a web page": thrivetest.NotJSON, "a closed connection": thrivetest.CutBefore} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := thrivetest.New(thrivetest.Options{AnyRef: true, TokenTTL: 2 * time.Minute})
				var warned warnings
				c := inMemoryClient(t, s, thrive.Config{Warn: warned.add})
				suspendEvery(t, c, 80, time.Second)
				s.SetFaults(thrivetest.Faults{Token: trouble})
				suspendEvery(t, c, 30, time.Second) // it is to be renewed after 90 s
				s.SetFaults(thrivetest.Faults{})
				suspendEvery(t, c, 80, time.Second)
				if st := s.Stats(); st.ByStatus[401] != 0 || st.Tokens > 2+20/5+1 {
					t.Errorf("%d calls were refused, %d token requests", st.ByStatus[401], st.Tokens)
				}
				if got := warned.all(); len(got) != 1 {
					t.Errorf("warned %q", got)
				}
			})
		})
	}
}

func TestARefusedRenewalEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := thrivetest.New(thrivetest.Options{AnyRef: true, TokenTTL: 2 * time.Minute})
		c := inMemoryClient(t, s, thrive.Config{})
		suspendEvery(t, c, 1, 100*time.Second)
		s.SetFaults(thrivetest.Faults{Token: 401})
		if _, err := c.SuspendUser(t.Context(), "E-1", time.Time{}); thrive.ClassOf(err) != thrive.Refused {
			t.Errorf("got %v", err)
		}
	})
}
