package thrivetest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offboard/pkg/thrivetest"
)

// overNetwork suspends a ref over a real connection, which a fault can close.
func overNetwork(t *testing.T, s *thrivetest.Server, ref string) (status int, body string, err error) {
	t.Helper()
	srv := httptest.NewServer(s)
	defer srv.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, srv.URL+suspendPath(ref), strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(thrivetest.DefaultTenant, thrivetest.DefaultSecret)
	resp, err := srv.Client().Do(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(got), err
}

func TestFaultsOfSingleRefs(t *testing.T) {
	tests := map[string]struct {
		fault     thrivetest.Fault
		status    int
		broken    bool
		suspended bool
		contains  string
	}{
		"no fault":          {thrivetest.NoFault, 200, false, true, `"active":false`},
		"cut before":        {thrivetest.CutBefore, 0, true, false, ""},
		"cut after":         {thrivetest.CutAfter, 0, true, true, ""},
		"half a body":       {thrivetest.HalfBody, 200, true, true, `{"id":`},
		"a web page":        {thrivetest.NotJSON, 200, false, true, "<html>"},
		"still active":      {thrivetest.StillActive, 200, false, false, `"active":true`},
		"a status":          {409, 409, false, false, `"status":409,"error":"Conflict"`},
		"an unknown status": {599, 599, false, false, `"status":599,"error":""`},
		"a redirect":        {302, 302, false, false, `"status":302`},
		"a 500":             {500, 500, false, false, `"error":"Internal Server Error"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := thrivetest.New(thrivetest.Options{AnyRef: true})
			s.SetFaults(thrivetest.Faults{
				Refs:   map[string]thrivetest.Fault{"E-1": tt.fault},
				Shares: map[thrivetest.Fault]float64{418: 1}, // Refs come first
			})
			status, body, err := overNetwork(t, s, "E-1")
			if status != tt.status || (err != nil) != tt.broken || !strings.Contains(body, tt.contains) {
				t.Errorf("got %d, %q, %v", status, body, err)
			}
			if got := s.Suspended()["E-1"] == 1; got != tt.suspended {
				t.Errorf("suspended: %v, want %v", got, tt.suspended)
			}
			want := tt.status
			if tt.fault == thrivetest.CutAfter {
				want = 0
			}
			if got := s.Stats().ByStatus; got[want] != 1 || len(got) != 1 {
				t.Errorf("counts %v", got)
			}
			if status, _, _ := overNetwork(t, s, "E-2"); status != 418 {
				t.Errorf("another ref: %d", status)
			}
		})
	}
}

func TestReadsHaveFaultsOfTheirOwn(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	refs := map[string]thrivetest.Fault{"E-1": 404}
	s.SetFaults(thrivetest.Faults{Reads: refs, FirstAttempts: 1})
	refs["E-1"] = 500 // SetFaults has copied the map
	if w := do(s, "GET", "/rest/v1/users/ref/E-1", ""); w.Code != 404 {
		t.Errorf("read: %d", w.Code)
	}
	if w := do(s, "GET", "/rest/v1/users/ref/E-2", ""); w.Code != 200 {
		t.Errorf("read of another: %d", w.Code)
	}
	if w := suspend(s, "E-1"); w.Code != 503 {
		t.Errorf("the first suspension: %d, reads are not attempts", w.Code)
	}
	if w := suspend(s, "E-1"); w.Code != 200 {
		t.Errorf("the second suspension: %d", w.Code)
	}
	s.SetFaults(thrivetest.Faults{Shares: map[thrivetest.Fault]float64{thrivetest.StillActive: 1}})
	if got := object(t, do(s, "GET", "/rest/v1/users/ref/E-1", "")); got["status"] != "inactive" {
		t.Errorf("read: %v", got)
	}
}

func TestFirstAttemptsFail(t *testing.T) {
	for fault, want := range map[thrivetest.Fault][]int{0: {503, 503, 200, 200}, 500: {500, 500, 200, 200}} {
		s := thrivetest.New(thrivetest.Options{AnyRef: true})
		s.SetFaults(thrivetest.Faults{FirstAttempts: 2, FirstFault: fault})
		for _, ref := range []string{"E-1", "E-2"} {
			var got []int
			for range want {
				got = append(got, suspend(s, ref).Code)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v, want %v", ref, got, want)
			}
		}
	}
}

func TestSharesAffectTheirShareOfCalls(t *testing.T) {
	const calls = 5000
	run := func(seed uint64, backwards bool) map[int]int {
		s := thrivetest.New(thrivetest.Options{AnyRef: true, Seed: seed})
		s.SetFaults(thrivetest.Faults{Shares: map[thrivetest.Fault]float64{500: 0.1, 503: 0.05, 429: 0.2}})
		codes := map[int]int{}
		for i := range calls {
			if backwards {
				i = calls - 1 - i
			}
			codes[i] = suspend(s, fmt.Sprint("E-", i)).Code
		}
		return codes
	}
	codes := run(1, false)
	count := map[int]float64{}
	for _, code := range codes {
		count[code] += 1.0 / calls
	}
	for code, share := range map[int]float64{500: 0.1, 503: 0.05, 429: 0.2, 200: 0.65} {
		if count[code] < share-0.03 || count[code] > share+0.03 {
			t.Errorf("%d: a share of %.3f, want about %.2f", code, count[code], share)
		}
	}
	if !maps.Equal(codes, run(1, true)) {
		t.Error("the same seed affects other calls when their order changes")
	}
	if maps.Equal(codes, run(2, false)) {
		t.Error("another seed affects the same calls")
	}
}

func TestRateLimit(t *testing.T) {
	now := noon
	s := thrivetest.New(thrivetest.Options{AnyRef: true, Now: func() time.Time { return now }})
	allowed := func(n int) (count int) {
		for range n {
			if suspend(s, "E-1").Code == 200 {
				count++
			}
		}
		return count
	}
	s.SetFaults(thrivetest.Faults{Rate: 10, Burst: 3})
	if got := allowed(10); got != 3 {
		t.Errorf("a burst is %d calls, want 3", got)
	}
	now = now.Add(200 * time.Millisecond)
	if got := allowed(10); got != 2 {
		t.Errorf("after 0.2 s %d calls are allowed, want 2", got)
	}
	s.SetFaults(thrivetest.Faults{Rate: 4.5})
	if got := allowed(10); got != 5 {
		t.Errorf("the default burst is %d calls, want 5", got)
	}
	s.SetFaults(thrivetest.Faults{})
	if got := allowed(10); got != 10 {
		t.Errorf("without a limit %d calls are allowed, want 10", got)
	}
}

func TestRetryAfter(t *testing.T) {
	tests := map[string]struct {
		form   thrivetest.RetryAfter
		status thrivetest.Fault
		want   string
	}{
		"not at all":     {thrivetest.RetryAfterNone, 429, ""},
		"in seconds":     {thrivetest.RetryAfterSeconds, 429, "3"},
		"as a date":      {thrivetest.RetryAfterDate, 429, "Mon, 01 Jul 2024 12:00:03 GMT"},
		"with a 503":     {thrivetest.RetryAfterSeconds, 503, "3"},
		"not with a 500": {thrivetest.RetryAfterSeconds, 500, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := thrivetest.New(thrivetest.Options{AnyRef: true, Now: frozen})
			s.SetFaults(thrivetest.Faults{RetryAfter: tt.form, RetryAfterDelay: 2500 * time.Millisecond,
				Refs: map[string]thrivetest.Fault{"E-1": tt.status}, Token: tt.status})
			for _, w := range []*httptest.ResponseRecorder{suspend(s, "E-1"), askToken(s, nil)} {
				if got := w.Header().Get("Retry-After"); w.Code != int(tt.status) || got != tt.want {
					t.Errorf("%d with %q, want %q", w.Code, got, tt.want)
				}
			}
		})
	}
}

func TestTokenFaults(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{})
	s.SetFaults(thrivetest.Faults{Token: thrivetest.NotJSON})
	if w := askToken(s, nil); w.Code != 200 || !strings.Contains(w.Body.String(), "<html>") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	s.SetFaults(thrivetest.Faults{Token: thrivetest.CutBefore})
	if got := caught(func() { askToken(s, nil) }); !errors.Is(got, http.ErrAbortHandler) {
		t.Errorf("got %v", got)
	}
}

// caught returns the error with which f panics.
func caught(f func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	f()
	return nil
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := thrivetest.New(thrivetest.Options{AnyRef: true})
		s.SetFaults(thrivetest.Faults{Latency: time.Second, Jitter: time.Second})
		taken := map[time.Duration]bool{}
		for range 20 {
			start := time.Now()
			suspend(s, "E-1")
			d := time.Since(start)
			if d < time.Second || d >= 2*time.Second {
				t.Errorf("took %v", d)
			}
			taken[d] = true
		}
		if len(taken) < 10 {
			t.Errorf("only %d different latencies", len(taken))
		}

		// A call that is cancelled has no effect.
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, "PATCH", suspendPath("E-2"), strings.NewReader("{}"))
		start := time.Now()
		err := caught(func() { s.ServeHTTP(httptest.NewRecorder(), r) })
		if !errors.Is(err, http.ErrAbortHandler) || time.Since(start) != 500*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if st := s.Stats(); st.ByStatus[0] != 1 || s.Suspensions("E-2") != nil {
			t.Errorf("counts %+v", st)
		}
	})
}

func TestSpecialRefs(t *testing.T) {
	tests := map[string]struct {
		codes  []int
		read   int
		active any // of the last answer; nil: it does not say
	}{
		"nobody":       {[]int{404, 404}, 404, nil},
		"nobody-17":    {[]int{404}, 404, nil},
		"conflict@x.y": {[]int{409, 409}, 200, nil},
		"flaky":        {[]int{503, 503, 200, 200}, 200, false},
		"broken":       {[]int{500, 500, 500, 500}, 200, nil},
		"limits-1":     {[]int{429, 429, 429}, 200, nil},
		"undecided":    {[]int{200, 200}, 200, true},
		"E-1":          {[]int{200}, 200, false},
		"unbroken":     {[]int{200}, 200, false},
	}
	for ref, tt := range tests {
		t.Run(ref, func(t *testing.T) {
			s := thrivetest.New(thrivetest.Options{AnyRef: true, SpecialRefs: true})
			if w := do(s, "GET", "/rest/v1/users/ref/"+ref, ""); w.Code != tt.read {
				t.Errorf("read: %d, want %d", w.Code, tt.read)
			}
			for i, want := range tt.codes {
				w := suspend(s, ref)
				if w.Code != want {
					t.Errorf("attempt %d: %d, want %d", i+1, w.Code, want)
				}
				if got := object(t, w)["active"]; i == len(tt.codes)-1 && got != tt.active {
					t.Errorf("active %v, want %v", got, tt.active)
				}
			}
		})
	}
	without := thrivetest.New(thrivetest.Options{AnyRef: true})
	for _, special := range thrivetest.SpecialRefs() {
		if special.Prefix == "" || special.Effect == "" {
			t.Errorf("%+v is incomplete", special)
		}
		if w := suspend(without, special.Prefix); w.Code != 200 {
			t.Errorf("%s is special without Options.SpecialRefs: %d", special.Prefix, w.Code)
		}
	}
}

func TestAClosedConnectionEndsTheLatency(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	s.SetFaults(thrivetest.Faults{Latency: time.Hour})
	srv := httptest.NewServer(s)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPatch, srv.URL+suspendPath("E1"), strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := srv.Client().Do(r); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
	srv.Close() // waits for the call to end: an hour if the server does not notice
	if n := len(s.Suspensions("E1")); n != 0 {
		t.Errorf("%d suspensions after the connection was closed", n)
	}
}
