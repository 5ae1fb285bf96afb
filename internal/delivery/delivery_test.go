package delivery

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// service answers requests one after the other. A request beyond its answers fails the test.
type service struct {
	t       *testing.T
	answers []answer
	began   time.Time
	at      []time.Duration // when requests came
}

type answer struct {
	status     int
	retryAfter string
	err        error
	hangs      bool
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	s.at = append(s.at, time.Since(s.began))
	if len(s.at) > len(s.answers) {
		s.t.Fatalf("there are more requests than answers: %v", s.at)
	}
	if body, _ := io.ReadAll(r.Body); string(body) != `{"a":1}` || r.Header.Get("Content-Type") != "application/json" || r.Method != http.MethodPost {
		s.t.Errorf("got %s %s %q", r.Method, r.Header, body)
	}
	a := s.answers[len(s.at)-1]
	if a.hangs {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if a.err != nil {
		return nil, a.err
	}
	header := http.Header{}
	if a.retryAfter != "" {
		header.Set("Retry-After", a.retryAfter)
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader("T0ken"))}, nil
}

func TestADocumentIsDeliveredOrTheReasonIsSaid(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		name    string
		answers []answer
		at      []time.Duration
		says    string // "": it was delivered
	}{
		{"at once", []answer{{status: 200}}, []time.Duration{0}, ""},
		{"without a body", []answer{{status: 204}}, []time.Duration{0}, ""},
		{"after trouble", []answer{{status: 503}, {err: refused}, {status: 429}, {status: 202}}, []time.Duration{0, 750 * time.Millisecond, 2250 * time.Millisecond, 5250 * time.Millisecond}, ""},
		{"after the time that the service asks for", []answer{{status: 429, retryAfter: "7"}, {status: 200}}, []time.Duration{0, 7 * time.Second}, ""},
		{"a service that asks for too much", []answer{{status: 429, retryAfter: "3600"}}, []time.Duration{0}, "https://hooks.example.com answered with HTTP status 429"},
		{"a final refusal", []answer{{status: 404}}, []time.Duration{0}, "https://hooks.example.com answered with HTTP status 404"},
		{"a redirect", []answer{{status: 308}}, []time.Duration{0}, "https://hooks.example.com answered with HTTP status 308, a redirect, which is not followed: give the address that it leads to"},
		{"nobody there", []answer{{err: refused}, {err: refused}, {err: refused}, {err: refused}, {err: refused}, {err: refused}}, nil, "https://hooks.example.com gave no answer: the connection was refused (6 attempts)"},
		{"a service that hangs", []answer{{hangs: true}, {hangs: true}, {hangs: true}}, nil, "https://hooks.example.com gave no answer: no answer in time (3 attempts)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				to, err := ParseAddress("https://hooks.example.com/T0ken")
				if err != nil {
					t.Fatal(err)
				}
				s := &service{t: t, answers: tt.answers, began: time.Now()}
				c := NewClient("offboard/1", func() float64 { return 0.5 })
				c.http.Transport = s
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				err = c.PostJSON(ctx, to, []byte(`{"a":1}`))
				switch {
				case tt.says == "" && err != nil, tt.says != "" && (err == nil || err.Error() != tt.says):
					t.Errorf("got %v, want %q", err, tt.says)
				case len(s.at) != len(tt.answers):
					t.Errorf("%d requests, want %d", len(s.at), len(tt.answers))
				case time.Since(s.began) > 30*time.Second:
					t.Errorf("it took %s", time.Since(s.began))
				}
				for i, want := range tt.at {
					if s.at[i] != want {
						t.Errorf("requests came at %v, want %v", s.at, tt.at)
					}
				}
			})
		})
	}
}

func TestADeliveryCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to, _ := ParseAddress("https://hooks.example.com/")
		s := &service{t: t, answers: []answer{{status: 500}, {hangs: true}}, began: time.Now()}
		c := NewClient("offboard/1", func() float64 { return 0 })
		c.http.Transport = s
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		err := c.PostJSON(ctx, to, []byte(`{"a":1}`))
		if !errors.Is(err, context.Canceled) || time.Since(s.began) != 2*time.Second {
			t.Errorf("got %v after %s", err, time.Since(s.began))
		}
	})
}

// TestNothingReachesAnotherHost: a redirect must not take a document along.
func TestNothingReachesAnotherHost(t *testing.T) {
	var reached atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer other.Close()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, password, ok := r.BasicAuth(); !ok || name != "me" || password != "pass word" || r.UserAgent() != "offboard/1" {
			t.Errorf("got %v", r.Header)
		}
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}))
	defer web.Close()
	to, err := ParseAddress(strings.Replace(web.URL, "http://", "http://me:pass%20word@", 1) + "/T0ken")
	if err != nil {
		t.Fatal(err)
	}
	c := NewClient("offboard/1", func() float64 { return 0 })
	defer c.Close()
	failed, ok := errors.AsType[*Error](c.PostJSON(t.Context(), to, []byte(`{}`)))
	if !ok || failed.Status != http.StatusTemporaryRedirect || reached.Load() != 0 {
		t.Errorf("got %v, and %d requests reached another host", failed, reached.Load())
	}
}
