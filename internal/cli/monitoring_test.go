package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"offboard/internal/run"
	"offboard/pkg/thrivetest"
)

// listener is a service that is told how runs end: a Pushgateway, and a receiver of
// notifications. It is safe for use by several goroutines.
type listener struct {
	mu        sync.Mutex
	status    int      // of its answers
	documents []string // that were posted
	pushed    []string // paths of pushes
}

func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if strings.Contains(r.URL.Path, "/metrics/job/") {
		l.pushed = append(l.pushed, r.Method+" "+r.URL.EscapedPath())
	} else {
		l.documents = append(l.documents, string(body))
	}
	w.WriteHeader(l.status)
	fmt.Fprint(w, theSecret)
}

// metricsIn returns the metrics in a file as name and labels, without the target.
func metricsIn(t *testing.T, path string) map[string]float64 {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(text)))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if at := strings.Index(string(text), "ZZ"); at >= 0 {
		t.Errorf("a ref is in the metrics: %s", text[max(0, at-60):at+10])
	}
	wantNoSecret(t, map[string]string{"the metrics": string(text)})
	values := map[string]float64{}
	for name, f := range families {
		for _, m := range f.Metric {
			values[strings.TrimPrefix(name, "offboard_")+labelled(m)] = m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return values
}

func labelled(m *dto.Metric) (text string) {
	for _, pair := range m.Label {
		if pair.GetName() != "target" {
			text += "/" + pair.GetValue()
		}
	}
	return text
}

// TestMetricsAndNotificationAreWhatTheSummarySays holds the three against each other.
func TestMetricsAndNotificationAreWhatTheSummarySays(t *testing.T) {
	all := readSchemas(t)
	writeRefs(t, 12)
	l := &listener{status: 200}
	web := httptest.NewServer(l)
	defer web.Close()
	users := []thrivetest.User{{Ref: "ZZ0000"}, {Ref: "ZZ0001"}, {Ref: "ZZ0002"}, {Ref: "ZZ0003"}}
	server := tenantOf(thrivetest.Options{Users: users})
	server.SetFaults(thrivetest.Faults{FirstAttempts: 1, FirstFault: http.StatusTooManyRequests})
	code, s, stderr := all.summarized(t, t.Context(), server, "run leavers.csv --yes --progress none --rate 0 --report r.csv --metrics-file m.prom --metrics-push "+web.URL+" --notify "+web.URL+"/hook")
	if code != exitRows {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	m := metricsIn(t, "m.prom")
	if info, err := os.Stat("m.prom"); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	want := map[string]float64{
		"last_run_exit_code": 3, "leavers/suspended": float64(s.Rows.Outcomes["suspended"]), "leavers/not_found": float64(s.Rows.Outcomes["not_found"]), "leavers/not_due": 1,
		"leavers_tried/suspended": float64(s.Leavers.Suspended), "leavers_tried/failed": float64(s.Leavers.Failed), "overdue_leavers": float64(s.Rows.Overdue),
		"calls/200": float64(s.Calls.ByStatus["200"]), "calls/404": float64(s.Calls.ByStatus["404"]), "calls/429": float64(s.Calls.ByStatus["429"]), "retries": float64(s.Calls.Retries),
		"outages": float64(s.Outages.Number), "leaver_duration_seconds": float64(s.Leavers.Tried), "pace_highest_requests_per_second": s.Pace.Highest,
	}
	for name, n := range want {
		if m[name] != n {
			t.Errorf("%s is %v, want %v", name, m[name], n)
		}
	}
	if s.Rows.Overdue != 8 || s.Leavers.Tried != 12 || s.Calls.Retries == 0 {
		t.Errorf("the summary is about %+v, %+v, %+v", s.Rows, s.Leavers, s.Calls)
	}
	if age := float64(time.Now().Unix()) - m["newest_input_timestamp_seconds"]; age < -1 || age > 600 {
		t.Errorf("the newest input is %v seconds old", age)
	}
	if _, succeeded := m["last_success_timestamp_seconds"]; succeeded {
		t.Error("a run with exit code 3 is a success")
	}
	if len(l.documents) != 1 || len(l.pushed) != 1 || !strings.HasPrefix(l.pushed[0], "POST /metrics/job/offboard/target@base64/") {
		t.Fatalf("%d documents were posted, and pushed was %q", len(l.documents), l.pushed)
	}
	all.hold(t, "summary", []byte(l.documents[0]))
	var posted run.Summary
	if err := json.Unmarshal([]byte(l.documents[0]), &posted); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(posted)
	b, _ := json.Marshal(s)
	if string(a) != string(b) {
		t.Errorf("what was posted is\n%s\nand the summary\n%s", a, b)
	}
	if posted.Settings["notify"] != web.URL+"/…" || posted.Settings["metrics-push"] != web.URL {
		t.Errorf("the settings are %v", posted.Settings)
	}
}

// TestTheEndIsToldHoweverTheRunEnds: also of a run that was refused before its first call.
func TestTheEndIsToldHoweverTheRunEnds(t *testing.T) {
	all := readSchemas(t)
	l := &listener{status: 202}
	web := httptest.NewServer(l)
	defer web.Close()
	const good = "leavers.csv --yes --report r.csv"
	for _, tt := range []struct {
		name, args string
		handler    http.Handler
		before     func(t *testing.T)
		code       int
		cause      string
		unknown    bool // where it would have suspended
	}{
		{"finished", good, tenantOf(thrivetest.Options{AnyRef: true}), nil, 0, "", false},
		{"an outage", good + " --max-outage 0s", telling(503), nil, 4, "outage", false},
		{"refused credentials", good, telling(401), nil, 5, "refused", false},
		{"credentials that the check needs", good + " --check", telling(401), nil, 5, "refused", false},
		{"an input that is not there", "nowhere.csv --yes", telling(500), nil, 64, "usage", false},
		{"a flag with a value that it cannot have", good + " --concurrency 0", telling(500), nil, 64, "usage", false},
		{"too many leavers", good + " --max-leavers 1", telling(500), nil, 64, "usage", false},
		{"nobody to ask", "leavers.csv --report r.csv", telling(500), nil, 64, "usage", false},
		{"an environment that does not exist", good + " --base-url http://example.com", telling(500), nil, 64, "usage", true},
		{"a deadline before the first call", good + " --deadline 1ns", telling(500), nil, 4, "deadline", false},
		{"a report that another run writes", good + " --resume", telling(500), lockReport, 75, "locked", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			writeRefs(t, 30)
			if tt.before != nil {
				tt.before(t)
			}
			tenant := httptest.NewServer(tt.handler)
			defer tenant.Close()
			env := map[string]string{"OFFBOARD_BASE_URL": tenant.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": theSecret, "OFFBOARD_NOTIFY": web.URL + "/hook", "OFFBOARD_METRICS_PUSH": web.URL}
			l.documents, l.pushed = nil, nil
			code, _, stderr := invoke(t, env, append(strings.Fields("run --metrics-file m.prom --progress none --rate 0 --max-attempts 1"), strings.Fields(tt.args)...)...)
			m := metricsIn(t, "m.prom")
			if code != tt.code || m["last_run_exit_code"] != float64(code) {
				t.Errorf("exit code %d, in the metrics %v, want %d\n%s", code, m["last_run_exit_code"], tt.code, stderr)
			}
			if _, succeeded := m["last_success_timestamp_seconds"]; succeeded != (code == 0) {
				t.Errorf("a success: %t", succeeded)
			}
			if pushes := len(l.pushed); len(l.documents) != 1 || pushes == 0 != tt.unknown {
				t.Fatalf("%d documents, %d pushes\n%s", len(l.documents), pushes, stderr)
			}
			all.hold(t, "summary", []byte(l.documents[0]))
			wantNoSecret(t, map[string]string{"the notification": l.documents[0]})
			var s run.Summary
			if err := json.Unmarshal([]byte(l.documents[0]), &s); err != nil || s.Exit.Code != tt.code || s.Exit.Cause != tt.cause || strings.Contains(l.documents[0], "ZZ") {
				t.Errorf("got %+v, %v", s.Exit, err)
			}
		})
	}
}

// lockReport makes the report one that another run writes, until the test ends.
func lockReport(t *testing.T) {
	t.Helper()
	if code, _, stderr := invoke(t, nil, "run", "leavers.csv", "--env", "sandbox", "--rate", "0", "--progress", "none"); code != exitFine {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	rehearsed, err := os.ReadFile("leavers.sandbox.csv")
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(string(rehearsed), "\n")
	if err := os.WriteFile("r.csv", []byte(header+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := run.Settings{Reading: run.Reading{Paths: []string{"leavers.csv"}}, Report: "r.csv", Resume: true, Now: time.Now(), Target: "other"}
	settings.Options.Zone = time.UTC
	r, err := run.Prepare(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
}

func TestNobodyWhoListensChangesTheExitCode(t *testing.T) {
	writeRefs(t, 3)
	l := &listener{status: http.StatusBadRequest}
	web := httptest.NewServer(l)
	defer web.Close()
	tenant := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = os.Remove("folder")
		tenantOf(thrivetest.Options{AnyRef: true}).ServeHTTP(w, r)
	}))
	defer tenant.Close()
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"OFFBOARD_BASE_URL": tenant.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": theSecret}
	code, stdout, stderr := invoke(t, env, "run", "leavers.csv", "--yes", "--report", "r.csv", "--progress", "none", "--metrics-file", "folder/m.prom", "--metrics-push", web.URL+"/T0ken", "--notify", web.URL+"/T0ken")
	for _, says := range []string{
		"the metrics cannot be written to folder/m.prom: ",
		"the metrics were not pushed: " + web.URL + " answered with HTTP status 400; the run is not affected",
		"the notification was not delivered: " + web.URL + " answered with HTTP status 400; the run is not affected",
	} {
		if code != exitFine || strings.Count(stderr, says) != 1 {
			t.Errorf("exit code %d, want %q once in\n%s", code, says, stderr)
		}
	}
	if strings.Contains(stdout+stderr, "T0ken") {
		t.Errorf("the token is shown:\n%s%s", stdout, stderr)
	}
}

// TestASecondSignalEndsTheWaitForAReceiver: a receiver that does not answer holds nobody up.
func TestASecondSignalEndsTheWaitForAReceiver(t *testing.T) {
	writeRefs(t, 1)
	calls, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	defer cancel()
	release := make(chan struct{}) // closed below
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-release
	}))
	defer web.Close()
	defer close(release)
	var out, errs strings.Builder
	began := time.Now()
	code := Main(t.Context(), calls, System{
		Args: strings.Fields("run leavers.csv --env sandbox --rate 0 --progress none --notify " + web.URL), LookupEnv: func(string) (string, bool) { return "", false },
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
	})
	if took := time.Since(began); took > 5*time.Second || !strings.Contains(errs.String(), "the notification was not delivered: "+web.URL+" gave no answer: the delivery was cancelled") {
		t.Errorf("exit code %d after %s\n%s", code, took, errs.String())
	}
}

func TestAFileOfTheRunCannotGetTheMetrics(t *testing.T) {
	web := httptest.NewServer(&listener{status: 200})
	defer web.Close()
	writeRefs(t, 2)
	for name, text := range map[string]string{"keep.csv": "ref\nE1\n", "secret": theSecret, "c.yaml": "rate: 5\n", "mine.txt": "hello\n", "hook": web.URL + "/hook\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("inbox", 0o700); err != nil {
		t.Fatal(err)
	}
	all := []string{"run", "leavers.csv", "--env", "staging", "--tenant", "eu-west-2_AbcdEfghI", "--api-secret-file", "secret", "--yes", "--check", "--except", "keep.csv",
		"--config", "c.yaml", "--summary", "s.json", "--notify-file", "hook", "--report", "r.csv"}
	for file, says := range map[string]string{
		"leavers.csv":    "is an input",
		"./keep.csv":     "is the file of --except",
		"secret":         "is the file of --api-secret-file",
		"c.yaml":         "is the file of --config",
		"s.json":         "is the file of --summary",
		"hook":           "is the file of --notify-file",
		"r.csv":          "is the file of --report",
		"r.csv.torn":     "is a file that this run may write beside its report",
		"r.before.csv":   "is a file that this run may write beside its report",
		"mine.txt":       "exists already, and has no metrics of offboard",
		"nowhere/m.prom": "cannot be created: its folder does not exist",
		"inbox":          "is a folder",
		"-":              "--metrics-file needs the name of a file, not -",
	} {
		before, _ := os.ReadFile(file)
		code, _, stderr := invoke(t, nil, append(all, "--metrics-file", file)...)
		after, _ := os.ReadFile(file)
		if code != exitUsage || !strings.Contains(stderr, says) || string(before) != string(after) {
			t.Errorf("%s: exit code %d, want %q in\n%s", file, code, says, stderr)
		}
	}
	code, _, stderr := invoke(t, nil, "run", "inbox", "--env", "sandbox", "--metrics-file", "inbox/m.prom")
	if code != exitUsage || !strings.Contains(stderr, "--metrics-file: inbox/m.prom is an input") {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	if files, _ := filepath.Glob("*"); len(files) != 7 {
		t.Errorf("files are left: %q", files)
	}
}

// TestAPlanTellsNobody: it is a rehearsal.
func TestAPlanTellsNobody(t *testing.T) {
	writeRefs(t, 2)
	l := &listener{status: 200}
	web := httptest.NewServer(l)
	defer web.Close()
	code, _, stderr := invoke(t, nil, "plan", "leavers.csv", "--metrics-file", "m.prom", "--metrics-push", web.URL, "--notify", web.URL)
	if _, err := os.Stat("m.prom"); code != 0 || err == nil || len(l.documents)+len(l.pushed) > 0 {
		t.Errorf("exit code %d, %v, %q, %q\n%s", code, err, l.documents, l.pushed, stderr)
	}
}

// TestOverdueIsWhatTheReportSays holds the figure against that of another command.
func TestOverdueIsWhatTheReportSays(t *testing.T) {
	t.Chdir(t.TempDir())
	text := "ref,endDate\nZZ0001,2024-06-30\nZZ0001,2024-06-30\nZZ0002,2024-06-30\nZZ0003,2027-06-30\nZZ0004,2024-02-31\nZZ0005,2024-06-30\nodd,2024-06-30\nZZ0006,2024-06-30\nZZ0007,2024-06-30\n"
	if err := os.WriteFile("leavers.csv", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("keep.csv", []byte("ref\nZZ0005\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tenant := httptest.NewServer(tenantOf(thrivetest.Options{Users: []thrivetest.User{{Ref: "ZZ0001"}, {Ref: "ZZ0006"}}}))
	defer tenant.Close()
	env := map[string]string{"OFFBOARD_BASE_URL": tenant.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": theSecret}
	for range 2 {
		code, _, stderr := invoke(t, env, "run", "leavers.csv", "--yes", "--resume", "--report", "r.csv", "--except", "keep.csv", "--progress", "none", "--rate", "0", "--metrics-file", "m.prom")
		if code != exitRows {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		_, stdout, _ := invoke(t, nil, "report", "r.csv", "--json")
		var document struct {
			Timeliness struct{ Overdue struct{ Leavers int } }
		}
		if err := json.Unmarshal([]byte(stdout), &document); err != nil {
			t.Fatal(err)
		}
		is, says := metricsIn(t, "m.prom")["overdue_leavers"], float64(document.Timeliness.Overdue.Leavers)
		if is != says || math.IsNaN(is) || is != 3 {
			t.Errorf("%v are overdue, and the report says %v", is, says)
		}
	}
}
