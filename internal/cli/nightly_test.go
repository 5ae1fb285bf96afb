package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"offboard/pkg/thrivetest"
)

// nightly is a job that goes on with one report every night, over a list to whose end every
// night adds new leavers. Leavers whose refs have a status in front, such as 404-7, get
// that status for ever.
type nightly struct {
	env    map[string]string
	folder string
	list   []string
}

func newNightly(t *testing.T) *nightly {
	server := thrivetest.New(thrivetest.Options{AnyRef: true})
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := 0
		if _, err := fmt.Sscanf(path.Base(path.Dir(r.URL.Path)), "%d-", &status); err == nil {
			answering(status, "")(w, r)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	return &nightly{folder: t.TempDir(), env: map[string]string{
		"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": thrivetest.DefaultSecret}}
}

// run is a night. It returns the exit code, and the last outcome of every ref in the report.
func (n *nightly) run(t *testing.T) (code int, outcomes map[string]string) {
	t.Helper()
	input, report := filepath.Join(n.folder, "leavers.csv"), filepath.Join(n.folder, "report.csv")
	if err := os.WriteFile(input, []byte("ref\n"+strings.Join(n.list, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := invoke(t, n.env, "run", input, "--report", report, "--resume", "--tolerate", "known", "--accept", "odd-ref",
		"--yes", "--rate", "0", "--concurrency", "1", "--max-attempts", "2", "--max-outage", "0s", "--progress", "none")
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	outcomes = map[string]string{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Split(line, ",")
		outcomes[fields[0]] = fields[2]
	}
	return code, outcomes
}

func refs(prefix string, n int) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf("%s%d", prefix, 1000+i))
	}
	return all
}

func TestNewLeaversAreReachedEveryNight(t *testing.T) {
	tests := []struct {
		name   string
		before bool     // the report knows somebody whom an earlier night has suspended
		first  []string // leavers at the top of the list who always end otherwise
		added  int      // new leavers of a night
		code   int      // of the first night; 0 in all later ones
	}{
		{"20 refs that the tenant does not know, at first", false, refs("404-", 20), 3, 4},
		{"20 refs that the tenant does not know, after other nights", true, refs("404-", 20), 3, 3},
		{"20 refs that the tenant does not know, alone", true, refs("404-", 20), 0, 3},
		{"a leaver who may not be suspended comes first", false, refs("403-", 1), 3, 3},
		{"a leaver who may not be suspended, alone", false, refs("403-", 1), 0, 3},
		{"ten who may not be suspended come first", true, refs("403-", 10), 3, 5},
		{"a leaver with an internal error for ever", false, refs("500-", 1), 3, 3},
		{"a leaver with an internal error for ever, alone", false, refs("500-", 1), 0, 3},
		{"three leavers with an internal error for ever, alone", false, refs("500-", 3), 0, 4},
		{"a leaver whom only a gateway answers, alone", false, refs("502-", 1), 0, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := newNightly(t)
			if tt.before {
				n.list = []string{"9000"}
				if code, _ := n.run(t); code != 0 {
					t.Fatalf("the night before ends with exit code %d", code)
				}
			}
			n.list = tt.first
			for night := 1; night <= 4; night++ {
				added := refs(fmt.Sprint(night), tt.added)
				n.list = append(n.list, added...)
				code, outcomes := n.run(t)
				want := 0
				if night == 1 {
					want = tt.code
				}
				if code != want {
					t.Errorf("night %d ends with exit code %d, want %d: %v", night, code, want, outcomes)
				}
				if want == 4 || want == 5 {
					continue // a brake has stopped the first night; the second one does the rest
				}
				for _, ref := range n.list[len(tt.first):] {
					if outcomes[ref] != "suspended" {
						t.Errorf("night %d: %s is %s", night, ref, outcomes[ref])
					}
				}
			}
		})
	}
}
