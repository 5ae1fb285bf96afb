package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/run"
	"offboard/pkg/thrivetest"
)

// parseEvents parses every line as an object with the keys that all events have, and
// returns the objects by event.
func parseEvents(t *testing.T, text string) map[string][]map[string]any {
	t.Helper()
	all := map[string][]map[string]any{}
	for line := range strings.Lines(text) {
		object := map[string]any{}
		if err := json.Unmarshal([]byte(line), &object); err != nil || !strings.HasSuffix(line, "\n") {
			t.Errorf("%q is not a JSON object on a line: %v", line, err)
			continue
		}
		for _, key := range []string{"time", "level", "msg", "event"} {
			if text, ok := object[key].(string); !ok || text == "" {
				t.Errorf("%q lacks %s", line, key)
			}
		}
		event, _ := object["event"].(string)
		wantDocumented(t, event, object)
		all[event] = append(all[event], object)
	}
	return all
}

// wantDocumented looks for the keys of an event in its row of docs/logs.md.
func wantDocumented(t *testing.T, event string, object map[string]any) {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	page, err := os.ReadFile(filepath.Join(filepath.Dir(file), "../../docs/logs.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, row, found := strings.Cut(string(page), "\n| `"+event+"` |")
	row, _, _ = strings.Cut(row, "\n")
	for key := range object {
		common := slices.Contains([]string{"time", "level", "msg", "event"}, key)
		if !found || !common && event != eventLog && !strings.Contains(row, "`"+key+"`") {
			t.Errorf("docs/logs.md lacks the event %s with the key %s", event, key)
		}
	}
}

// setUpEvents writes inputs with refs that begin with ZZ, and returns the environment of a
// simulator.
func setUpEvents(t *testing.T) map[string]string {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"leavers.csv": "ref,endDate\nZZ1,2024-06-30\nzz1,2024-06-30\nZZ2,\nZZ3,2024-06-30\n",
		"map.csv":     "old,new\nZZ1,00817\nzz1,00818\nZZ2,819\nZZ3,820\n",
		"old.csv":     "ref,endDate,outcome\n",
		"c.yaml":      "log-format: json\nrate: fast\n",
		"secret":      "s\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod("secret", 0o644); err != nil { // gets a warning
		t.Fatal(err)
	}
	web := httptest.NewServer(thrivetest.New(thrivetest.Options{AnyRef: true, SpecialRefs: true}))
	t.Cleanup(web.Close)
	return map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_IMAGE": "x"}
}

func TestEverythingOnStandardErrorIsJSONLines(t *testing.T) {
	env := setUpEvents(t)
	for _, test := range []struct {
		line   string
		code   int
		events string // with how often
	}{
		{"run leavers.csv --env sandbox --base-url= --rate 0", 3, "plan 1, warning 1, end 1, log 1"},
		{"run leavers.csv --env sandbox --base-url= --rate 0 --log-level debug", 3, "plan 1, warning 1, end 1, log 1"},
		{"run leavers.csv --env sandbox --base-url= --rate 0 --ref-map map.csv --progress bar", 3, "plan 1, warning 1, end 1, log 1"},
		{"run leavers.csv --env sandbox --base-url= --rate 0 --log-level error", 3, ""},
		{"run leavers.csv --api-secret-file secret", 64, "plan 1, warning 1, error 1, log 2"},
		{"run leavers.csv --api-secret-file secret --yes", 5, "plan 1, warning 1, end 1, error 1, log 2"},
		{"run leavers.csv --api-secret-file secret --max-leavers 1 --resume", 64, "error 1, log 2"},
		{"run leavers.csv --deadline 1ns", 64, "error 1, log 1"},
		{"run absent.csv --env sandbox --base-url= --log-level error", 64, "error 1"},
		{"run leavers.csv --bogus", 64, "error 1"},
		{"plan leavers.csv", 3, "warning 1, log 1"}, // the report of a run above exists
		{"plan leavers.csv --ref-map absent.csv", 64, "error 1, log 1"},
		{"report leavers.sandbox.csv", 0, "log 1"},
		{"report old.csv", 64, "error 1, log 1"},
		{"help", 0, ""},
		{"help nothing", 64, "error 1"},
		{"version", 0, ""},
		{"--help", 0, ""},
		{"", 64, "error 1"},
		{"nothing", 64, "error 1"},
		{"sandbox --port 70000", 64, "error 1"},
	} {
		args := strings.Fields(test.line)
		own := map[string]string{"OFFBOARD_LOG_FORMAT": "json"}
		if len(args) > 1 { // by flag, where there is a command to put it behind
			args, own = append(args, "--log-format", "json"), map[string]string{}
		}
		for name, value := range env {
			own[name] = value
		}
		if strings.Contains(test.line, "--base-url=") {
			args = strings.Fields(strings.ReplaceAll(strings.Join(args, " "), "--base-url=", ""))
			delete(own, "OFFBOARD_BASE_URL")
		}
		code, _, stderr := invoke(t, own, args...)
		events := parseEvents(t, stderr)
		var got []string
		for _, event := range []string{eventPlan, eventWarning, eventQuestion, eventProgress, eventStopping, eventEnd, eventSandbox, eventError, eventLog} {
			if n := len(events[event]); n > 0 {
				got = append(got, fmt.Sprintf("%s %d", event, n))
			}
		}
		if code != test.code || strings.Join(got, ", ") != test.events {
			t.Errorf("offboard %s: exit code %d, %s; want %d, %s\n%s", test.line, code, strings.Join(got, ", "), test.code, test.events, stderr)
		}
		if e := events[eventError]; len(e) == 1 && e[0]["exitCode"] != float64(code) {
			t.Errorf("offboard %s: %v", test.line, e)
		}
		debug := strings.Contains(test.line, "debug")
		if has := strings.Contains(strings.ToUpper(stderr), "ZZ"); has != debug {
			t.Errorf("offboard %s: the refs are there: %t\n%s", test.line, has, stderr)
		}
	}
	code, _, stderr := invoke(t, nil, "plan", "leavers.csv", "--config", "c.yaml")
	if events := parseEvents(t, stderr); code != exitUsage || len(events[eventError]) != 1 {
		t.Errorf("a configuration: exit code %d, %s", code, stderr)
	}
}

func TestTheEndOfAStoppedRunIsAnEvent(t *testing.T) {
	env := setUpEvents(t)
	env["OFFBOARD_LOG_FORMAT"], env["OFFBOARD_YES"] = "json", "true"
	_, _, stderr := invoke(t, env, "run", "leavers.csv", "--api-secret-file", "secret", "--rate", "0")
	end := parseEvents(t, stderr)[eventEnd]
	if len(end) != 1 {
		t.Fatal(stderr)
	}
	outcomes, _ := end[0]["outcomes"].(map[string]any)
	if end[0]["finished"] != false || end[0]["level"] != "ERROR" || end[0]["rows"] != 4.0 || outcomes["held"] != 1.0 || end[0]["report"] != "leavers.report.csv" {
		t.Errorf("the end is %v", end[0])
	}
}

// jsonApp returns an app that writes events to out.
func jsonApp(out *screen, level slog.Level) *app {
	a := &app{System: System{Stderr: out}, stderr: newTerminal(out)}
	a.logTo("json", level)
	return a
}

func TestTheAnswerToASignalIsAnEvent(t *testing.T) {
	intake, stop := context.WithCancelCause(t.Context())
	var out screen
	ended := jsonApp(&out, slog.LevelInfo).follow(intake, newProgress(100), "none")
	stop(ErrInterrupted)
	ended()
	e := parseEvents(t, out.String())[eventStopping]
	if len(e) != 1 || e[0]["level"] != "WARN" || e[0]["inFlight"] != 0.0 || e[0]["graceSeconds"] != run.Grace.Seconds() {
		t.Errorf("the answer is %s", out.String())
	}
}

func TestAQuestionIsAnEventAtAnyLevel(t *testing.T) {
	var out screen
	jsonApp(&out, slog.LevelError).ask(1200, 3, "production")
	q := parseEvents(t, out.String())[eventQuestion]
	if len(q) != 1 || q[0]["leavers"] != 1200.0 || q[0]["held"] != 3.0 || q[0]["target"] != "production" || !strings.Contains(q[0]["msg"].(string), "Type 1200 ") {
		t.Errorf("the question is %s", out.String())
	}
}

func TestProgressIsAnEvent(t *testing.T) {
	for _, style := range []string{"auto", "plain", "bar"} {
		synctest.Test(t, func(t *testing.T) {
			var out screen
			p := newProgress(100)
			stop := jsonApp(&out, slog.LevelInfo).show(p, style, new(atomic.Bool))
			_ = p.Record(tried(leaver.Suspended))
			_ = p.Record(tried(leaver.Failed))
			time.Sleep(11 * time.Second)
			stop()
			e := parseEvents(t, out.String())[eventProgress]
			if len(e) != 1 || e[0]["called"] != 2.0 || e[0]["failed"] != 1.0 || e[0]["leavers"] != 100.0 || e[0]["perSecond"] != 0.2 || e[0]["seconds"] != 10.0 {
				t.Errorf("%s: %s", style, out.String())
			}
		})
	}
}

func TestProgressAsAnEventNamesAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		p := newProgress(100)
		stop := jsonApp(&out, slog.LevelInfo).show(p, "plain", new(atomic.Bool))
		since := time.Date(2026, 7, 1, 14, 3, 5, 0, time.UTC)
		o := batch.Outage{Since: since, Next: since.Add(30 * time.Second), Reason: "502 Bad Gateway"}
		p.Outage(o)
		time.Sleep(11 * time.Second)
		o.Next = time.Time{}
		p.Outage(o)
		time.Sleep(10 * time.Second)
		stop()
		e := parseEvents(t, out.String())[eventProgress]
		if len(e) != 2 || e[0]["noAnswerSince"] != "2026-07-01T14:03:05Z" || e[0]["nextProbe"] != "2026-07-01T14:03:35Z" || e[1]["noAnswerSince"] != e[0]["noAnswerSince"] || e[1]["nextProbe"] != nil {
			t.Errorf("the events are %s", out.String())
		}
	})
}

func TestTheEndAsAnEventHasTheFiguresOfTheOutages(t *testing.T) {
	var out screen
	r := with(leaver.Tally{leaver.Suspended: 1})
	r.Outage = run.OutageTotals{Number: 2, Lasted: 90 * time.Second, Probes: 9}
	jsonApp(&out, slog.LevelInfo).sayEnd(r, nil)
	e := parseEvents(t, out.String())[eventEnd]
	if len(e) != 1 || e[0]["outages"] != 2.0 || e[0]["outageSeconds"] != 90.0 || e[0]["probes"] != 9.0 {
		t.Errorf("the end is %s", out.String())
	}
}

func TestTheSandboxWritesEvents(t *testing.T) {
	intake, stop := context.WithCancelCause(t.Context())
	var out, errs screen
	ended := make(chan int) // the goroutine sends once
	go func() {
		ended <- Main(intake, t.Context(), System{Args: []string{"sandbox", "--log-format=json"}, LookupEnv: func(string) (string, bool) { return "", false },
			Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs})
	}()
	for !strings.Contains(errs.String(), "ready") {
		<-time.After(time.Millisecond)
	}
	stop(ErrInterrupted)
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
	e := parseEvents(t, errs.String())[eventSandbox]
	if len(e) != 2 || !strings.HasPrefix(e[0]["url"].(string), "http://127.0.0.1:") || e[1]["requests"] != 0.0 || e[1]["suspended"] != 0.0 {
		t.Errorf("the events are %s", errs.String())
	}
}
