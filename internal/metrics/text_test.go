package metrics

import (
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"offboard/internal/leaver"
)

const (
	success = "offboard_last_success_timestamp_seconds"
	end     = "offboard_last_run_timestamp_seconds"
	code    = "offboard_last_run_exit_code"
	overdue = "offboard_overdue_leavers"
)

// night returns a run that began on a day of June, and ended with an exit code.
func night(day, exitCode int) Run {
	sustained := 31.5
	f := &Figures{
		Outcomes: map[leaver.Outcome]int{leaver.Suspended: 7, leaver.NotFound: 2}, Held: map[string]int{leaver.OddRef.String(): 3},
		Suspended: 7, Failed: 2, Overdue: 2, Calls: map[string]int{"200": 7, "404": 2, "418": 1, "0": 3}, Retries: 4,
		Outages: 1, Outage: 12.5, Ceiling: 40, Highest: 38, Sustained: &sustained,
	}
	start := time.Date(2026, 6, day, 2, 0, 0, 0, time.UTC)
	d := NewDurations()
	for range 9 {
		d.Observe(200 * time.Millisecond)
	}
	return Run{
		Target: "production/eu-west-2_AbcdEfghI", Version: "1.0.0", Commit: "9f2c41d", Go: "go1.26", Start: start, End: start.Add(90 * time.Second),
		ExitCode: exitCode, Succeeded: exitCode == 0, NewestInput: start.Add(-time.Hour), Unreadable: new(int), Figures: f, Durations: d,
	}
}

// notBegun returns the same run if it did not begin.
func notBegun(day, exitCode int) Run {
	r := night(day, exitCode)
	r.Figures, r.NewestInput, r.Durations = nil, time.Time{}, NewDurations()
	return r
}

// written writes the metrics of runs to a file, one after the other, and returns what it has.
func written(t *testing.T, path string, runs ...Run) map[string]*dto.MetricFamily {
	t.Helper()
	for _, r := range runs {
		before, _ := os.ReadFile(path) // nothing, if there is none
		text, err := Text(before, r)
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	all, err := parser.TextToMetricFamilies(strings.NewReader(string(text)))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return all
}

// number returns the value of a metric with these labels besides the target; NaN if there is
// none.
func number(all map[string]*dto.MetricFamily, name string, labels ...string) float64 {
	for _, m := range all[name].GetMetric() {
		matches := len(m.Label) == 1+len(labels)/2
		for i := 0; i < len(labels); i += 2 {
			found := false
			for _, pair := range m.Label {
				found = found || pair.GetName() == labels[i] && pair.GetValue() == labels[i+1]
			}
			matches = matches && found
		}
		switch {
		case matches && m.Gauge != nil:
			return m.Gauge.GetValue()
		case matches && m.Histogram != nil:
			return float64(m.Histogram.GetSampleCount())
		}
	}
	return math.NaN()
}

func TestTheFileHasEveryMetricOfARun(t *testing.T) {
	t.Chdir(t.TempDir())
	all := written(t, "offboard.prom", night(1, 0))
	want := []struct {
		name   string
		labels []string
		number float64
	}{
		{"build_info", []string{"version", "1.0.0", "commit", "9f2c41d", "goversion", "go1.26"}, 1},
		{"last_success_timestamp_seconds", nil, 1780279290},
		{"last_run_start_timestamp_seconds", nil, 1780279200},
		{"last_run_timestamp_seconds", nil, 1780279290},
		{"last_run_duration_seconds", nil, 90},
		{"last_run_exit_code", nil, 0},
		{"newest_input_timestamp_seconds", nil, 1780275600},
		{"unreadable_inputs", nil, 0},
		{"leavers", []string{"outcome", "suspended"}, 7},
		{"leavers", []string{"outcome", "not_found"}, 2},
		{"leavers", []string{"outcome", "failed"}, 0},
		{"leavers_tried", []string{"result", "suspended"}, 7},
		{"leavers_tried", []string{"result", "failed"}, 2},
		{"leavers_held", []string{"doubt", "odd-ref"}, 3},
		{"leavers_held", []string{"doubt", "mismatch"}, 0},
		{"overdue_leavers", nil, 2},
		{"calls", []string{"code", "200"}, 7},
		{"calls", []string{"code", "418"}, 1},
		{"calls", []string{"code", "none"}, 3},
		{"calls", []string{"code", "503"}, 0},
		{"retries", nil, 4},
		{"outages", nil, 1},
		{"outage_duration_seconds", nil, 12.5},
		{"pace_ceiling_requests_per_second", nil, 40},
		{"pace_highest_requests_per_second", nil, 38},
		{"pace_sustained_requests_per_second", nil, 31.5},
		{"leaver_duration_seconds", nil, 9},
	}
	named := map[string]bool{}
	for _, w := range want {
		named[prefix+w.name] = true
		if got := number(all, prefix+w.name, w.labels...); got != w.number {
			t.Errorf("%s %v is %v, want %v", w.name, w.labels, got, w.number)
		}
	}
	for name, f := range all {
		if !named[name] {
			t.Errorf("nobody looks at %s", name)
		}
		for _, m := range f.Metric {
			if labelOf(m, targetLabel) != "production/eu-west-2_AbcdEfghI" {
				t.Errorf("%s has no target: %v", name, m)
			}
		}
	}
	if n := len(all["offboard_leavers"].Metric); n != len(leaver.Outcomes()) {
		t.Errorf("%d outcomes have a value", n)
	}
	if n := len(all["offboard_leavers_held"].Metric); n != len(leaver.DoubtKinds()) {
		t.Errorf("%d kinds of doubt have a value", n)
	}
	if n := number(written(t, "offboard.prom", func() Run { r := night(2, 0); r.Figures.Sustained = nil; return r }()), "offboard_pace_sustained_requests_per_second"); !math.IsNaN(n) {
		t.Errorf("the sustained pace is %v, although it was not measured", n)
	}
}

// TestTheFileIsAsPrometheusWantsIt runs the checks of promtool.
func TestTheFileIsAsPrometheusWantsIt(t *testing.T) {
	t.Chdir(t.TempDir())
	written(t, "offboard.prom", night(1, 0))
	file, err := os.Open("offboard.prom")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	problems, err := promlint.New(file).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

func TestTheLastSuccessOutlivesAFailure(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, failed := range []Run{night(2, 4), night(2, 3), notBegun(2, 64), notBegun(2, 75)} {
		all := written(t, "offboard.prom", night(1, 0), failed)
		if number(all, success) != 1780279290 || number(all, end) != 1780279290+86400 || number(all, code) != float64(failed.ExitCode) {
			t.Errorf("last success %v, end %v, exit code %v", number(all, success), number(all, end), number(all, code))
		}
	}
	if all := written(t, "offboard.prom", night(3, 0)); number(all, success) != number(all, end) {
		t.Error("a new success is not noted")
	}
}

func TestARunThatDidNotBeginLeavesTheFiguresOfTheLastOne(t *testing.T) {
	t.Chdir(t.TempDir())
	before := written(t, "offboard.prom", night(1, 0))
	after := written(t, "offboard.prom", notBegun(2, 64))
	if len(after) != len(before) || number(after, overdue) != 2 || number(after, durations.name) != 9 || number(after, "offboard_calls", "code", "200") != 7 {
		t.Errorf("%d metrics, %d before: %v", len(after), len(before), after[overdue])
	}
	// One that began leaves nothing.
	next := night(3, 4)
	next.Figures = &Figures{}
	if all := written(t, "offboard.prom", next); number(all, overdue) != 0 || number(all, "offboard_calls", "code", "418") == 1 {
		t.Error("figures of an earlier run are left")
	}
}

func TestAFileThatSaysNothingAboutThisTarget(t *testing.T) {
	t.Chdir(t.TempDir())
	other := night(1, 0)
	other.Target = "staging/eu-west-2_AbcdEfghI"
	if all := written(t, "offboard.prom", other, night(2, 4)); len(all[success].GetMetric()) != 0 {
		t.Errorf("the last success of another target is that of this one: %v", all[success])
	}
	// A mistake that hides the target does not lose the last success.
	hidden := notBegun(3, 64)
	hidden.Target = ""
	all := written(t, "offboard.prom", night(1, 0), hidden)
	if number(all, success) != 1780279290 || number(all, code) != 64 || labelOf(all[code].Metric[0], targetLabel) != "production/eu-west-2_AbcdEfghI" {
		t.Errorf("got %v and %v", all[success], all[code])
	}
	for name, damage := range map[string]string{
		"nothing":        "",
		"cut off":        "# HELP " + success + " x\n# TYPE " + success + " gauge\n" + success + `{target="production/eu-west-2_AbcdEfghI"} 1.78`,
		"zeros":          strings.Repeat("\x00", 500),
		"another type":   "# TYPE " + success + " counter\n" + success + `{target="production/eu-west-2_AbcdEfghI"} x` + "\n",
		"another metric": "up{target=\"production/eu-west-2_AbcdEfghI\"} 1\n",
	} {
		if err := os.WriteFile("offboard.prom", []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		all := written(t, "offboard.prom", night(2, 4))
		if len(all[success].GetMetric()) != 0 || number(all, code) != 4 || all["up"] != nil {
			t.Errorf("%s: got %v", name, all[success])
		}
	}
}

func TestATextIsOursEvenIfItIsDamaged(t *testing.T) {
	for text, want := range map[string]bool{"": true, "# HELP offboard_leavers": true, "ref\nE1\n": false, "up 1\n": false} {
		if got := IsOurs([]byte(text)); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

// TestShardsHaveFiguresOfTheirOwn also forgets what a file says about another shard.
func TestShardsHaveFiguresOfTheirOwn(t *testing.T) {
	third, fourth := night(1, 0), night(2, 4)
	third.Shard, fourth.Shard = "3/10", "4/10"
	before, err := Text(nil, third)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range parse(before) {
		if got := labelOf(f.Metric[0], shardLabel); got != "3/10" {
			t.Errorf("%s has the shard %q", f.GetName(), got)
		}
	}
	after, err := Text(before, fourth)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(after), success) || strings.Contains(string(after), "3/10") {
		t.Errorf("the success of another shard is in\n%s", after)
	}
	if again, err := Text(before, third); err != nil || !strings.Contains(string(again), success) {
		t.Errorf("the success of the shard is gone, %v", err)
	}
	if text, err := Text(before, night(1, 4)); err != nil || strings.Contains(string(text), success) {
		t.Errorf("the success of a shard is that of the whole plan, %v", err)
	}
}
