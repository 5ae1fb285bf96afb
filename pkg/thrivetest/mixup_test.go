package thrivetest_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offboard/pkg/thrivetest"
)

func TestAnswersThatDoNotNameTheirUser(t *testing.T) {
	tests := map[string]struct {
		fault thrivetest.Fault
		refs  string
	}{
		"no fault":    {thrivetest.NoFault, `"ref":"E-1",`},
		"another ref": {thrivetest.AnotherRef, `"ref":"E-1-other",`},
		"no ref":      {thrivetest.NoRef, ``},
		"two refs":    {thrivetest.TwoRefs, `"ref":"E-1","ref":"E-1",`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := thrivetest.New(thrivetest.Options{Users: []thrivetest.User{{Ref: "E-1"}}})
			faults := map[string]thrivetest.Fault{"E-1": tt.fault, "E-2": tt.fault}
			s.SetFaults(thrivetest.Faults{Refs: faults, Reads: faults})
			if w := suspend(s, "E-1"); w.Code != 200 || !strings.Contains(w.Body.String(), `"loginMethod":"email",`+tt.refs+`"email"`) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if w := do(s, "GET", "/rest/v1/users/ref/E-1", ""); w.Code != 200 || !strings.Contains(w.Body.String(), tt.refs+`"firstName"`) {
				t.Errorf("read: %d %s", w.Code, w.Body)
			}
			if w := suspend(s, "E-2"); w.Code != 404 {
				t.Errorf("an unknown ref: %d", w.Code)
			}
			if s.Suspended()["E-1"] != 1 {
				t.Error("the call had no effect")
			}
		})
	}
}

func TestAnswersAreSwappedInPairs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := thrivetest.New(thrivetest.Options{Users: []thrivetest.User{{Ref: "E-1"}}})
		s.SetFaults(thrivetest.Faults{Shares: map[thrivetest.Fault]float64{thrivetest.Swapped: 1}})
		var known, unknown *httptest.ResponseRecorder
		var calls sync.WaitGroup
		calls.Go(func() { known = suspend(s, "E-1") })
		calls.Go(func() { unknown = suspend(s, "E-2") })
		calls.Wait()
		if known.Code != 404 || unknown.Code != 200 || !strings.Contains(unknown.Body.String(), `"ref":"E-1"`) {
			t.Errorf("%d for the user, %d %s for nobody", known.Code, unknown.Code, unknown.Body)
		}
		if s.Suspended()["E-1"] != 1 {
			t.Error("the call had no effect")
		}
		start := time.Now()
		if w := suspend(s, "E-1"); w.Code != 200 || time.Since(start) != 100*time.Millisecond {
			t.Errorf("alone: %d after %v", w.Code, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, "PATCH", suspendPath("E-1"), strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		r.SetBasicAuth(thrivetest.DefaultTenant, thrivetest.DefaultSecret)
		start = time.Now()
		if s.ServeHTTP(httptest.NewRecorder(), r); time.Since(start) != time.Millisecond {
			t.Errorf("a call that was cancelled waited for %v", time.Since(start))
		}
	})
}

func TestAnExtraAnswerFollowsOnTheSameConnection(t *testing.T) {
	for _, delay := range []time.Duration{0, 50 * time.Millisecond} {
		t.Run(delay.String(), func(t *testing.T) {
			s := thrivetest.New(thrivetest.Options{Users: []thrivetest.User{{Ref: "E-1"}}})
			s.SetFaults(thrivetest.Faults{Shares: map[thrivetest.Fault]float64{thrivetest.ExtraAnswer: 1}, ExtraDelay: delay})
			srv := httptest.NewUnstartedServer(s)
			srv.Config.ConnContext = thrivetest.ConnContext
			srv.Start()
			defer srv.Close()
			for ref, status := range map[string]int{"E-1": 200, "E-2": 404} {
				first, second, waited := twoAnswers(t, srv.Listener.Addr().String(), ref)
				if first != second || !strings.HasPrefix(first, fmt.Sprint(status, " {")) || waited < delay/2 {
					t.Errorf("%s, and after %v\n%s", first, waited, second)
				}
			}
		})
	}
}

// twoAnswers sends one request and reads two answers.
func twoAnswers(t *testing.T, addr, ref string) (first, second string, waited time.Duration) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := httptest.NewRequest("PATCH", suspendPath(ref), strings.NewReader("{}"))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(thrivetest.DefaultTenant, thrivetest.DefaultSecret)
	if err := r.Write(conn); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	read := func() string {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(resp.StatusCode, " ", string(body))
	}
	first = read()
	start := time.Now()
	second = read()
	return first, second, time.Since(start)
}

func TestWithoutTheConnectionThereIsNoExtraAnswer(t *testing.T) {
	s := thrivetest.New(thrivetest.Options{AnyRef: true})
	s.SetFaults(thrivetest.Faults{Shares: map[thrivetest.Fault]float64{thrivetest.ExtraAnswer: 1}})
	if w := suspend(s, "E-1"); w.Code != 200 || strings.Count(w.Body.String(), `"id"`) != 1 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
