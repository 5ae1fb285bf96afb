package thrive_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// vault is what Renew asks: it has a secret now, and counts the questions.
type vault struct {
	secret atomic.Pointer[string]
	asked  atomic.Int64
}

func newVault(secret string) *vault {
	v := &vault{}
	v.secret.Store(&secret)
	return v
}

func (v *vault) renew() thrive.Secret {
	v.asked.Add(1)
	return thrive.Secret(*v.secret.Load())
}

func (v *vault) basic() thrive.Basic {
	return thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret, Renew: v.renew}
}

func (v *vault) oauth(base string) thrive.ClientCredentials {
	c := oauth(base)
	c.Renew = v.renew
	return c
}

// eachKind runs a test with each kind of credentials, over HTTP/1.1 and over a transport
// that confirms no refusal.
func eachKind(t *testing.T, secret string, test func(t *testing.T, s *thrivetest.Server, v *vault, c *thrive.Client)) {
	for _, kind := range []string{"API secret", "OAuth"} {
		for _, confirms := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, confirms=%t", kind, confirms), func(t *testing.T) {
				s, v := thrivetest.New(thrivetest.Options{AnyRef: true}), newVault(secret)
				cfg := thrive.Config{BaseURL: memoryBase, Transport: inMemory{s}}
				if confirms {
					cfg = thrive.Config{BaseURL: serve(t, s)}
				}
				cfg.Credentials = v.basic()
				if kind == "OAuth" {
					cfg.Credentials = v.oauth(cfg.BaseURL)
				}
				test(t, s, v, newClient(t, cfg))
			})
		}
	}
}

func suspendEach(t *testing.T, c *thrive.Client, n int, name string) []error {
	return together(n, func(i int) error {
		_, err := c.SuspendUser(t.Context(), fmt.Sprint(name, i), time.Time{})
		return err
	})
}

func isRefused(err error) bool {
	failure, ok := errors.AsType[*thrive.Error](err)
	return ok && failure.Class == thrive.Refused
}

func TestCallsGoOnWithASecretThatReplacesARefusedOne(t *testing.T) {
	eachKind(t, "the-next-secret", func(t *testing.T, s *thrivetest.Server, v *vault, c *thrive.Client) {
		wantAll(t, suspendEach(t, c, 20, "before-"), noError)
		s.SetSecrets("the-next-secret", "the-next-secret")
		s.RevokeTokens()
		wantAll(t, suspendEach(t, c, 20, "after-"), noError)
		if v.asked.Load() != 1 {
			t.Errorf("the secret was asked for %d times, want once", v.asked.Load())
		}
		last := "the-last-secret"
		v.secret.Store(&last)
		s.SetSecrets(last, last)
		s.RevokeTokens()
		wantAll(t, suspendEach(t, c, 20, "later-"), noError)
		if done := s.Stats().Suspended; done != 60 {
			t.Errorf("%d suspended, want 60", done)
		}
	})
}

func TestARefusedSecretThatNothingReplacesStaysRefused(t *testing.T) {
	for name, secret := range map[string]string{"the same": thrivetest.DefaultSecret, "none": "", "a wrong one": "wrong"} {
		t.Run(name, func(t *testing.T) {
			s, v := thrivetest.New(thrivetest.Options{AnyRef: true}), newVault(secret)
			c := newClient(t, thrive.Config{BaseURL: serve(t, s), Credentials: v.basic()})
			s.SetSecrets("another", "another")
			wantAll(t, suspendEach(t, c, 1, "E-"), isRefused)
			if calls := s.Stats().Suspends; calls > 3 || v.asked.Load() != 1 {
				t.Errorf("%d calls, asked %d times; want 3 at most, and once", calls, v.asked.Load())
			}
		})
	}
}

func TestASecretThatChangesWithEachQuestionEndsTheCall(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	base := serve(t, s)
	s.SetSecrets("another", "another")
	asked := 0
	renew := func() thrive.Secret { asked++; return thrive.Secret(fmt.Sprint("guess-", asked)) }
	credentials := oauth(base)
	credentials.Renew = renew
	for name, c := range map[string]thrive.Credentials{
		"API secret": thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret, Renew: renew},
		"OAuth":      credentials,
	} {
		asked = 0
		wantAll(t, suspendEach(t, newClient(t, thrive.Config{BaseURL: base, Credentials: c}), 1, "E-"), isRefused)
		if asked != 1 {
			t.Errorf("%s: asked %d times in one call, want once", name, asked)
		}
	}
}

// leaky is a server that sends its credentials back, and takes only one API secret.
type leaky struct {
	secret atomic.Pointer[string]
	slow   chan struct{} // receives when a call for the user slow has arrived, and again when it is answered
	shows  atomic.Pointer[string]
}

func (l *leaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := http.StatusInternalServerError
	if _, secret, _ := r.BasicAuth(); secret != *l.secret.Load() {
		status = http.StatusUnauthorized
		if strings.HasSuffix(r.URL.Path, "/slow/suspend") {
			l.slow <- struct{}{}
			l.slow <- struct{}{}
			status = http.StatusInternalServerError
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"message":"%s %s"}`, r.Header.Get("Authorization"), *l.shows.Load())
}

func TestNoSecretIsShownAfterItWasReplaced(t *testing.T) {
	next, shows := "the-next-secret", "the-next-secret and "+thrivetest.DefaultSecret
	l := &leaky{slow: make(chan struct{})}
	l.secret.Store(&next)
	l.shows.Store(&shows)
	v := newVault(next)
	c := newClient(t, thrive.Config{BaseURL: serve(t, l), Credentials: v.basic()})
	var slow error
	done := make(chan struct{}) // closed by the goroutine below
	go func() {
		defer close(done)
		_, slow = c.SuspendUser(t.Context(), "slow", time.Time{})
	}()
	<-l.slow
	_, err := c.SuspendUser(t.Context(), "E-1", time.Time{})
	<-l.slow
	<-done
	for name, err := range map[string]error{"a call with the new secret": err, "a call that was in flight": slow} {
		if err == nil || v.asked.Load() == 0 {
			t.Fatalf("%s: %v, asked %d times", name, err, v.asked.Load())
		}
		if !strings.Contains(err.Error(), "[redacted]") {
			t.Errorf("%s: nothing was removed from %v", name, err)
		}
		for _, secret := range []string{next, thrivetest.DefaultSecret} {
			if strings.Contains(err.Error(), secret) {
				t.Errorf("%s shows %s: %v", name, secret, err)
			}
		}
	}
}
