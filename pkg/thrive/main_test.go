package thrive_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.uber.org/goleak"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var basic = thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret}

// oauth returns the simulator's client credentials, with the token endpoint of a
// base URL.
func oauth(base string) thrive.ClientCredentials {
	return thrive.ClientCredentials{
		ClientID:     thrivetest.DefaultClientID,
		ClientSecret: thrivetest.DefaultClientSecret,
		TokenURL:     base + "/oauth2/token/" + thrivetest.DefaultTenant,
		Scopes:       []string{thrive.ScopeAll},
	}
}

// serve serves a handler on loopback until the test ends, and returns its URL.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func newClient(t *testing.T, cfg thrive.Config) *thrive.Client {
	t.Helper()
	c, err := thrive.NewClient(cfg)
	if err != nil {
		t.Fatalf("NewClient: %v", err)
	}
	t.Cleanup(c.Close)
	return c
}

// inMemory is a transport that calls a handler without a network, so that all
// waits are durably blocked in a synctest bubble.
type inMemory struct{ http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	answered := make(chan *http.Response, 1) // sent by the goroutine below, received here
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	in.RequestURI = ""
	go func() {
		defer close(answered)
		defer func() { _ = recover() }() // http.ErrAbortHandler: no answer
		rec := httptest.NewRecorder()
		m.ServeHTTP(rec, in)
		answered <- rec.Result()
	}()
	select {
	case resp, ok := <-answered:
		if !ok {
			return nil, io.ErrUnexpectedEOF
		}
		return resp, nil
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
}

// answering returns a handler that always gives the same answer.
func answering(status int, contentType, body string, headers ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// discard is for servers in whose tests a handshake fails on purpose.
var discard = log.New(io.Discard, "", 0)

// asError returns the *Error that err wraps; nil if there is none.
func asError(err error) *thrive.Error {
	e, _ := errors.AsType[*thrive.Error](err)
	return e
}
