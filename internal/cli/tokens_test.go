package cli

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"offboard/pkg/thrivetest"
)

// withTokens runs the whole program for n leavers with OAuth. The token endpoint answers
// with handler, which may pass a request on to the simulator.
func withTokens(t *testing.T, n int, handler func(w http.ResponseWriter, r *http.Request, server http.Handler), args ...string) (code int, tally map[string]int, stderr string) {
	t.Helper()
	server := thrivetest.New(thrivetest.Options{AnyRef: true})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/oauth2/") {
			handler(w, r, server)
			return
		}
		server.ServeHTTP(w, r)
	}))
	defer web.Close()
	report := filepath.Join(t.TempDir(), "report.csv")
	env := map[string]string{
		"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_CLIENT_ID": thrivetest.DefaultClientID,
		"OFFBOARD_CLIENT_SECRET": thrivetest.DefaultClientSecret, "OFFBOARD_TOKEN_URL": web.URL + "/oauth2/token/" + thrivetest.DefaultTenant,
	}
	args = append([]string{"run", writeLeavers(t, n), "--report", report, "--rate", "0", "--yes", "--progress", "none"}, args...)
	code, _, stderr = invoke(t, env, args...)
	tally = map[string]int{}
	for _, r := range readReported(t, report) {
		tally[r.outcome]++
	}
	return code, tally, stderr
}

// However the token endpoint writes a lifetime, everybody is suspended with one token, and
// one that is of no use is said once.
func TestAnyLifetimeOfATokenSuspendsEverybody(t *testing.T) {
	for expires, said := range map[string]int{
		`,"expires_in":3599.5`: 0, `,"expires_in":"3600"`: 0, `,"expires_in":1e300`: 0,
		`,"expires_in":-1`: 1, `,"expires_in":0`: 1, `,"expires_in":null`: 1, ``: 1, `,"expires_in":{}`: 1, `,"expires_in":"soon"`: 1,
	} {
		t.Run(expires, func(t *testing.T) {
			t.Parallel()
			var tokens atomic.Int32
			code, tally, stderr := withTokens(t, 60, func(w http.ResponseWriter, r *http.Request, server http.Handler) {
				tokens.Add(1)
				real := httptest.NewRecorder()
				server.ServeHTTP(real, r)
				body := strings.Replace(real.Body.String(), `,"expires_in":3600`, expires, 1)
				w.WriteHeader(real.Code)
				_, _ = fmt.Fprint(w, body)
			})
			if n := strings.Count(stderr, "token endpoint:"); code != 0 || tally["suspended"] != 60 || tokens.Load() != 1 || n != said {
				t.Errorf("exit code %d, %v, %d tokens, said %d times:\n%s", code, tally, tokens.Load(), n, stderr)
			}
		})
	}
}

// What is no token fails the leavers who need one, and is said once for all of them.
func TestGarbageFromTheTokenEndpointIsSaidOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		says    string
	}{
		"a web page":                {answering(200, "<html>please wait</html>"), "200 OK: the answer is not JSON"},
		"an empty body":             {answering(200, ""), "200 OK: the answer is empty"},
		"no token":                  {answering(200, "{}"), "200 OK: the answer has no access_token"},
		"half an object":            {answering(200, `{"access_token":"hid`), "200 OK: the answer is not JSON"},
		"a token with a line break": {answering(200, `{"access_token":"hid\nden"}`), "200 OK: the answer has an access_token with characters that a token cannot have"},
		"a redirect":                {answering(302, ""), "a redirect is not followed"},
		"an endless body":           {endless, "200 OK: the answer is longer than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			code, tally, stderr := withTokens(t, 6, func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
				requests.Add(1)
				tt.handler(w, r)
			}, "--max-attempts", "2", "--max-failures", "0")
			if code != 3 || !maps.Equal(tally, map[string]int{"failed": 6}) {
				t.Errorf("exit code %d, %v", code, tally)
			}
			if n := strings.Count(stderr, "token endpoint: "+tt.says); n != 1 || strings.Contains(stderr, "hid") {
				t.Errorf("said %d times:\n%s", n, stderr)
			}
			if requests.Load() > 12 {
				t.Errorf("%d token requests for 12 attempts", requests.Load())
			}
		})
	}
}
