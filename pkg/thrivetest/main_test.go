package thrivetest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"offboard/pkg/thrivetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// do serves one request with the right Basic credentials. Headers are pairs of a
// name and a value, and may replace the credentials.
func do(s *thrivetest.Server, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.SetBasicAuth(thrivetest.DefaultTenant, thrivetest.DefaultSecret)
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func suspendPath(ref string) string { return "/rest/v2/users/ref/" + ref + "/suspend" }

func suspend(s *thrivetest.Server, ref string) *httptest.ResponseRecorder {
	return do(s, http.MethodPatch, suspendPath(ref), "{}")
}

func object(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil {
		t.Fatalf("%d with %q: %v", w.Code, w.Body, err)
	}
	return m
}
