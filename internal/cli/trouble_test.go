package cli

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"offboard/pkg/thrivetest"
)

// troubled runs the whole program for n leavers, E0 to En, against a server.
func troubled(t *testing.T, n int, handler http.HandlerFunc, args ...string) (code int, tally map[string]int, stdout string) {
	t.Helper()
	web := httptest.NewServer(handler)
	defer web.Close()
	report := filepath.Join(t.TempDir(), "report.csv")
	env := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": thrivetest.DefaultSecret}
	args = append([]string{"run", writeLeavers(t, n), "--report", report, "--rate", "0", "--yes", "--progress", "none", "--concurrency", "1"}, args...)
	code, stdout, stderr := invoke(t, env, args...)
	tally = map[string]int{}
	for _, r := range readReported(t, report) {
		tally[r.outcome]++
	}
	return code, tally, stdout + stderr
}

func TestA403IsAboutOneLeaverUntilItIsAboutEverybody(t *testing.T) {
	tests := []struct {
		name      string
		leavers   int
		forbidden int // the first ones, as the server sees them
		code      int
		want      map[string]int
		says      string
	}{
		{"the first of thirty", 30, 1, 3, map[string]int{"rejected": 1, "suspended": 29}, "The run is finished."},
		{"the first ten of thirty", 30, 10, 5, map[string]int{"rejected": 10, "pending": 20},
			"The run stopped early: the service forbids to suspend all 10 leavers tried (403 Forbidden: the answer is empty); the credentials may lack the permission."},
		{"all three", 3, 3, 5, map[string]int{"rejected": 3}, "the service forbids to suspend all 3 leavers tried"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := thrivetest.New(thrivetest.Options{AnyRef: true})
			paths := map[string]bool{}
			code, tally, output := troubled(t, tt.leavers, func(w http.ResponseWriter, r *http.Request) {
				if paths[r.URL.Path] || len(paths) < tt.forbidden {
					paths[r.URL.Path] = true
					answering(403, "")(w, r)
					return
				}
				server.ServeHTTP(w, r)
			})
			if code != tt.code || !maps.Equal(tally, tt.want) || !strings.Contains(output, tt.says) {
				t.Errorf("exit code %d, %v; want %d, %v, and %q in\n%s", code, tally, tt.code, tt.want, tt.says, output)
			}
		})
	}
}

func TestARunInTheWrongTenantStops(t *testing.T) {
	code, tally, output := troubled(t, 50, thrivetest.New(thrivetest.Options{}).ServeHTTP)
	if code != 4 || !maps.Equal(tally, map[string]int{"not_found": 20, "pending": 30}) {
		t.Errorf("exit code %d, %v", code, tally)
	}
	for _, want := range []string{
		"The run stopped early: none of the first 20 leavers tried was suspended (20 not_found); is it the right tenant?\n",
		"20 × 404 Not Found: ", "To go on: ",
	} {
		if !strings.Contains(output, want) {
			t.Errorf("the end does not say %q:\n%s", want, output)
		}
	}
}
