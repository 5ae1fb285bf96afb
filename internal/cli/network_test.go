package cli

import (
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

const confirmed = `{"id":"1","ref":"E1","active":false}`

// answering answers every request with a status and a body.
func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// raw writes a text to the connection and closes it.
func raw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, text)
		_ = conn.Close()
	}
}

// slow takes longer than the timeout of a request. With head it sends the header of
// the answer at once.
func slow(head bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if head {
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
		}
		select {
		case <-r.Context().Done():
		case <-time.After(10 * time.Second):
		}
	}
}

// switching answers 101 and keeps the connection.
func switching(w http.ResponseWriter, r *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, _ = io.Copy(io.Discard, conn) // until the client closes the connection
}

// endless answers 200 with a body that does not end.
func endless(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, `{"active":false,"x":"`)
	for r.Context().Err() == nil {
		if _, err := io.WriteString(w, strings.Repeat("x", 32<<10)); err != nil {
			return
		}
	}
}

// reported is the line of a leaver in a report.
type reported struct{ outcome, status, attempts, reason string }

func readReported(t *testing.T, path string) []reported {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []reported
	for _, r := range records[1:] {
		all = append(all, reported{r[2], r[5], r[6], r[10]})
	}
	return all
}

// suspendOne runs the whole program for one leaver against a server.
func suspendOne(t *testing.T, url string, args ...string) (code int, got reported, output string) {
	t.Helper()
	dir := t.TempDir()
	input, report := filepath.Join(dir, "leavers.csv"), filepath.Join(dir, "report.csv")
	if err := os.WriteFile(input, []byte("ref\nE1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"OFFBOARD_BASE_URL": url, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": thrivetest.DefaultSecret}
	args = append([]string{"run", input, "--report", report, "--rate", "0", "--yes", "--progress", "none", "--max-attempts", "2", "--max-outage", "0s"}, args...)
	code, stdout, stderr := invoke(t, env, args...)
	return code, readReported(t, report)[0], stdout + stderr
}

func TestEveryAnswerOfTheNetworkHasItsOutcome(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		code    int
		want    reported // without the reason
	}{
		{"confirmed", answering(200, confirmed), 0, reported{"suspended", "200", "1", ""}},
		{"any 2xx that confirms", answering(202, confirmed), 0, reported{"suspended", "202", "1", ""}},
		{"still active", answering(200, `{"ref":"E1","active":true}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"active is missing", answering(200, `{"ref":"E1"}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"active is null", answering(200, `{"ref":"E1","active":null}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"active is a text", answering(200, `{"ref":"E1","active":"false"}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"active is a number", answering(200, `{"ref":"E1","active":0}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"active twice", answering(200, `{"ref":"E1","active":true,"active":false}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"active and Active", answering(200, `{"ref":"E1","active":true,"Active":false}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"about another user", answering(200, `{"ref":"E2","active":false}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"another case of the ref", answering(200, `{"ref":"e1","active":false}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"ref is missing", answering(200, `{"active":false}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"ref is null", answering(200, `{"ref":null,"active":false}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"ref is a number", answering(200, `{"ref":1,"active":false}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"ref twice", answering(200, `{"ref":"E2","ref":"E1","active":false}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"ref and Ref", answering(200, `{"ref":"E1","Ref":"E2","active":false}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"nothing about anybody", answering(200, `{}`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"switching protocols", raw("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), 3, reported{"rejected", "101", "1", ""}},
		{"switching protocols without a further answer", switching, 3, reported{"rejected", "101", "1", ""}},
		{"an empty answer", answering(200, ``), 3, reported{"unconfirmed", "200", "1", ""}},
		{"no content", answering(204, ``), 3, reported{"unconfirmed", "204", "1", ""}},
		{"a page of a gateway with 200", answering(200, `<html>please wait</html>`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"a list", answering(200, `[`+confirmed+`]`), 3, reported{"unconfirmed", "200", "1", ""}},
		{"half a body in every answer", raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"active\":false"), 3, reported{"unconfirmed", "200", "2", ""}},
		{"a slow body", slow(true), 3, reported{"unconfirmed", "200", "2", ""}},
		{"an endless body", endless, 3, reported{"unconfirmed", "200", "1", ""}},
		{"a page of a gateway with 502", answering(502, `<html>bad gateway</html>`), 4, reported{"failed", "502", "2", ""}},
		{"an internal error", answering(500, `{"status":500,"error":"Internal Server Error","message":"x"}`), 3, reported{"failed", "500", "2", ""}},
		{"a slow header", slow(false), 4, reported{"failed", "", "2", ""}},
		{"a reset", raw(""), 4, reported{"failed", "", "2", ""}},
		{"not HTTP", raw("SSH-2.0-OpenSSH\r\n"), 3, reported{"failed", "", "2", ""}},
		{"too many requests", answering(429, ``), 3, reported{"failed", "429", "2", ""}},
		{"no such user", answering(404, ``), 3, reported{"not_found", "404", "1", ""}},
		{"invalid", answering(400, `{"message":{"field":"endDate"}}`), 3, reported{"rejected", "400", "1", ""}},
		{"conflict", answering(409, ``), 3, reported{"rejected", "409", "1", ""}},
		{"wrong type", answering(415, ``), 3, reported{"rejected", "415", "1", ""}},
		{"validation failed", answering(422, ``), 3, reported{"rejected", "422", "1", ""}},
		{"an informational answer first", raw("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n{\"ref\":\"E1\",\"active\":false}"), 0, reported{"suspended", "200", "1", ""}},
		{"credentials refused", answering(401, ``), 5, reported{"rejected", "401", "1", ""}},
		{"not permitted", answering(403, ``), 3, reported{"rejected", "403", "1", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			web := httptest.NewServer(tt.handler)
			defer web.Close()
			var args []string
			if strings.HasPrefix(tt.name, "a slow") {
				args = []string{"--timeout", "300ms"}
			}
			code, got, output := suspendOne(t, web.URL, args...)
			reason := got.reason
			got.reason = ""
			if code != tt.code || got != tt.want {
				t.Errorf("exit code %d, %+v (%s); want %d, %+v\n%s", code, got, reason, tt.code, tt.want, output)
			}
			if got.outcome != "suspended" && reason == "" {
				t.Error("the report gives no reason")
			}
		})
	}
}

func TestARedirectIsNeverFollowed(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			var followed atomic.Int32
			other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
			defer other.Close()
			web := httptest.NewServer(http.RedirectHandler(other.URL, status))
			defer web.Close()
			code, got, _ := suspendOne(t, web.URL)
			if code != 3 || got.outcome != "rejected" || followed.Load() != 0 {
				t.Errorf("exit code %d, %+v, followed %d times", code, got, followed.Load())
			}
		})
	}
}

func TestAServerThatCannotBeReachedOrTrusted(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + silent.Addr().String()
	_ = silent.Close()
	untrusted := httptest.NewUnstartedServer(answering(200, confirmed))
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshakes fail
	untrusted.StartTLS()
	defer untrusted.Close()
	plain := httptest.NewServer(answering(200, confirmed))
	defer plain.Close()
	for name, url := range map[string]string{
		"a refused connection":       closed,
		"an invalid certificate":     untrusted.URL,
		"HTTP instead of HTTPS":      strings.Replace(plain.URL, "http:", "https:", 1),
		"a name that does not exist": "https://thrive.invalid",
	} {
		t.Run(name, func(t *testing.T) {
			code, got, output := suspendOne(t, url)
			want := 3
			if url == closed {
				want = 4 // an outage
			}
			if code != want || got.outcome != "failed" || got.attempts != "2" || got.status != "" {
				t.Errorf("exit code %d, %+v\n%s", code, got, output)
			}
		})
	}
}

func TestAnOutageInTheMiddleEnds(t *testing.T) {
	server := thrivetest.New(thrivetest.Options{AnyRef: true})
	var calls atomic.Int32
	var back atomic.Pointer[time.Time]
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) > 20 {
			at := time.Now().Add(1500 * time.Millisecond)
			back.CompareAndSwap(nil, &at)
		}
		if at := back.Load(); at != nil && time.Now().Before(*at) {
			answering(503, "")(w, r)
			return
		}
		server.ServeHTTP(w, r)
	}))
	defer web.Close()
	path := writeLeavers(t, 100)
	report := filepath.Join(t.TempDir(), "report.csv")
	env := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": thrivetest.DefaultSecret}
	code, stdout, stderr := invoke(t, env, "run", path, "--report", report, "--rate", "0", "--yes", "--progress", "none")
	if !strings.Contains(stdout, "The service answered nobody once, for ") {
		t.Errorf("the end does not name the outage:\n%s", stdout)
	}
	if s := server.Stats(); code != 0 || s.Suspended != 100 || s.Repeats != 0 {
		t.Errorf("exit code %d, %d suspended, %d repeats\n%s", code, s.Suspended, s.Repeats, stderr)
	}
}

func TestCredentialsThatAreRevokedInTheMiddle(t *testing.T) {
	server := thrivetest.New(thrivetest.Options{AnyRef: true})
	var calls atomic.Int32
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) > 40 {
			answering(401, "")(w, r)
			return
		}
		server.ServeHTTP(w, r)
	}))
	defer web.Close()
	path := writeLeavers(t, 100)
	report := filepath.Join(t.TempDir(), "report.csv")
	env := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": thrivetest.DefaultSecret}
	args := []string{"run", path, "--report", report, "--rate", "0", "--yes", "--progress", "none"}
	if code, _, stderr := invoke(t, env, args...); code != 5 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	tally := map[string]int{}
	for _, r := range readReported(t, report) {
		tally[r.outcome]++
	}
	if tally["suspended"] != 40 || tally["rejected"] > 8 || tally["pending"] != 60-tally["rejected"] {
		t.Errorf("got %v, want 40 suspended, at most 8 rejected, and the others pending", tally)
	}
	calls.Store(-1000) // the credentials are good again
	if code, _, stderr := invoke(t, env, append(args, "--resume")...); code != 0 {
		t.Errorf("exit code %d after the resume\n%s", code, stderr)
	}
	if s := server.Stats(); s.Suspended != 100 || s.Repeats != 0 {
		t.Errorf("%d suspended, %d repeats", s.Suspended, s.Repeats)
	}
}

func TestATokenEndpointThatFailsForAWhile(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		refused bool
	}{
		{"unavailable", answering(503, ""), false},
		{"throttled", answering(429, ""), false},
		{"reset", raw(""), false},
		{"no token", answering(200, "<html>"), false},
		{"slow", slow(false), false},
		{"refused", answering(401, `{"error":"invalid_client"}`), true},
		{"an invalid client", answering(400, `{"error":"invalid_client"}`), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := thrivetest.New(thrivetest.Options{AnyRef: true})
			var tokens atomic.Int32
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/oauth2/") && (tt.refused || tokens.Add(1) <= 2) {
					tt.handler(w, r)
					return
				}
				server.ServeHTTP(w, r)
			}))
			defer web.Close()
			env := map[string]string{
				"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_CLIENT_ID": thrivetest.DefaultClientID,
				"OFFBOARD_CLIENT_SECRET": thrivetest.DefaultClientSecret, "OFFBOARD_TOKEN_URL": web.URL + "/oauth2/token/" + thrivetest.DefaultTenant,
			}
			code, _, stderr := invoke(t, env, "run", writeLeavers(t, 10), "--report", filepath.Join(t.TempDir(), "r.csv"),
				"--rate", "0", "--yes", "--progress", "none", "--timeout", "1s")
			want, suspended := 0, 10
			if tt.refused {
				want, suspended = 5, 0
			}
			if s := server.Stats(); code != want || s.Suspended != suspended {
				t.Errorf("exit code %d and %d suspended, want %d and %d\n%s", code, s.Suspended, want, suspended, stderr)
			}
		})
	}
}

func TestRetryAfterInEveryForm(t *testing.T) {
	for value, stops := range map[string]bool{
		"1": false, "-5": false, "soon": false, "": false,
		"Thu, 01 Jan 1970 00:00:00 GMT": false,
		"86400":                         true, // longer than the deadline
	} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) == 1 {
					w.Header().Set("Retry-After", value)
					answering(429, "")(w, r)
					return
				}
				answering(200, confirmed)(w, r)
			}))
			defer web.Close()
			code, got, output := suspendOne(t, web.URL, "--deadline", "4s")
			want, outcome := 0, "suspended"
			if stops {
				want, outcome = 4, "failed"
			}
			if code != want || got.outcome != outcome {
				t.Errorf("exit code %d, %+v; want %d, %s\n%s", code, got, want, outcome, output)
			}
		})
	}
}
