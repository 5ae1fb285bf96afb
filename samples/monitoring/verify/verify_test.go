// Package verify checks the alert rules and the dashboard beside it with the libraries of
// Prometheus and Grafana, and against the metrics that the program writes. It is a module of
// its own, so that what it requires stays out of the tool's.
package verify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
)

// kubernetes are the metrics of kube-state-metrics that the rules may use.
var kubernetes = []string{
	"kube_cronjob_info", "kube_cronjob_created", "kube_cronjob_spec_suspend", "kube_cronjob_status_last_successful_time",
	"kube_job_failed", "kube_job_status_failed", "kube_job_status_active", "kube_job_status_start_time",
}

func newParser() parser.Parser { return parser.NewParser(parser.Options{}) }

// rules reads the alert rules.
func rules(text []byte) ([]rulefmt.Rule, error) {
	groups, errs := rulefmt.Parse(text, false, model.LegacyValidation, newParser(), slog.New(slog.DiscardHandler))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var all []rulefmt.Rule
	for _, g := range groups.Groups {
		all = append(all, g.Rules...)
	}
	return all, nil
}

// expressions reads the dashboard strictly, and returns its queries.
func expressions(text []byte) ([]string, error) {
	plugins.RegisterDefaultPlugins()
	var d dashboard.Dashboard
	for _, err := range []error{d.UnmarshalJSONStrict(text), d.Validate()} {
		// The library returns an empty list of mistakes as an error, too.
		if mistakes, ok := errors.AsType[cog.BuildErrors](err); err != nil && (!ok || len(mistakes) > 0) {
			return nil, err
		}
	}
	var loose struct {
		Panels []struct {
			ID      int
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
		Templating struct{ List []struct{ Query string } }
	}
	if err := json.Unmarshal(text, &loose); err != nil {
		return nil, err
	}
	var all []string
	ids := map[int]bool{}
	for i, p := range loose.Panels {
		if ids[p.ID] || p.ID == 0 || len(p.Targets) == 0 || p.GridPos.X+p.GridPos.W > 24 {
			return nil, errors.New("the panel " + p.Title + " has an ID of another one, no query, or no room")
		}
		ids[p.ID] = true
		for _, o := range loose.Panels[:i] {
			a, b := p.GridPos, o.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				return nil, errors.New("the panels " + p.Title + " and " + o.Title + " overlap")
			}
		}
		for _, t := range p.Targets {
			all = append(all, strings.ReplaceAll(t.Expr, "$target", ".*"))
		}
	}
	for _, v := range loose.Templating.List {
		if m := regexp.MustCompile(`^label_values\((.+), target\)$`).FindStringSubmatch(v.Query); m != nil {
			all = append(all, m[1])
		}
	}
	return all, nil
}

// metricsOf returns the names and the labels that an expression selects by.
func metricsOf(t *testing.T, expression string) map[string][]string {
	t.Helper()
	parsed, err := newParser().ParseExpr(expression)
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	names := map[string][]string{}
	parser.Inspect(parsed, func(n parser.Node, _ []parser.Node) error {
		if s, ok := n.(*parser.VectorSelector); ok {
			for _, m := range s.LabelMatchers {
				if m.Name != labels.MetricName {
					names[s.Name] = append(names[s.Name], m.Name)
				}
			}
			names[s.Name] = append(names[s.Name], "")
		}
		return nil
	})
	return names
}

// written runs the program in its sandbox, and returns the names of the metrics that it
// writes with their labels.
func written(t *testing.T) map[string][]string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "offboard")
	build := exec.Command("go", "build", "-o", program, "./cmd/offboard")
	build.Dir = "../../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	input, err := filepath.Abs("../../leavers.csv")
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(program, "run", input, "--env", "sandbox", "--rate", "0", "--metrics-file", "offboard.prom")
	run.Dir = dir
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "offboard.prom"))
	if err != nil {
		t.Fatal(err)
	}
	textParser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := textParser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for name, f := range families {
		with := []string{"", "le"}
		for _, pair := range f.Metric[0].Label {
			with = append(with, pair.GetName())
		}
		if f.Metric[0].Histogram != nil {
			all[name+"_bucket"], all[name+"_sum"], all[name+"_count"] = with, with, with
			continue
		}
		all[name] = with
	}
	return all
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestRulesAndDashboardUseMetricsThatExist holds every name and every label against what the
// program writes.
func TestRulesAndDashboardUseMetricsThatExist(t *testing.T) {
	all, err := rules(read(t, "alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	used, err := expressions(read(t, "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(used) < 11 {
		t.Errorf("the dashboard has %d queries", len(used))
	}
	for _, r := range all {
		used = append(used, r.Expr)
	}
	known, shown := written(t), map[string]bool{}
	for _, expression := range used {
		for name, with := range metricsOf(t, expression) {
			shown[name] = true
			if strings.HasPrefix(name, "kube_") && slices.Contains(kubernetes, name) {
				continue
			}
			for _, label := range with {
				if !slices.Contains(known[name], label) {
					t.Errorf("%s: offboard writes no %s with the label %q", expression, name, label)
				}
			}
		}
	}
	if len(shown) < 20 {
		t.Errorf("only %d metrics are used", len(shown))
	}
}

// TestAlertsFireWhenTheyShould evaluates each rule over metrics of two days.
func TestAlertsFireWhenTheyShould(t *testing.T) {
	all, err := rules(read(t, "alerts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	engine := promqltest.NewTestEngine(t, false, 5*time.Minute, 1_000_000)
	const target = `{target="production/t"}`
	const now = 72 * time.Hour // since the time 0 of the metrics
	cases := map[string]struct{ fires, calm string }{
		"OffboardJobWithoutSuccess": {`kube_cronjob_status_last_successful_time{cronjob="offboard",namespace="hr"} 162000x300`, `kube_cronjob_status_last_successful_time{cronjob="offboard",namespace="hr"} 172800x300`},
		"OffboardJobNeverSucceeded": {`kube_cronjob_created{cronjob="offboard",namespace="hr"} 100x300`, "kube_cronjob_created{cronjob=\"offboard\",namespace=\"hr\"} 100x300\n  kube_cronjob_status_last_successful_time{cronjob=\"offboard\",namespace=\"hr\"} 172800x300"},
		"OffboardJobFailed":         {"kube_job_status_failed{job_name=\"offboard-29\",namespace=\"hr\",reason=\"PodFailurePolicy\"} 1x300\n  kube_job_failed{job_name=\"offboard-29\",namespace=\"hr\",condition=\"true\"} 1x300", `kube_job_status_failed{job_name="offboard-29",namespace="hr"} 2x300`},
		"OffboardJobRunsTooLong":    {"kube_job_status_start_time{job_name=\"offboard-29\",namespace=\"hr\"} 200000x300\n  kube_job_status_active{job_name=\"offboard-29\",namespace=\"hr\"} 1x300", "kube_job_status_start_time{job_name=\"offboard-29\",namespace=\"hr\"} 200000x300\n  kube_job_status_active{job_name=\"offboard-29\",namespace=\"hr\"} 0x300"},
		"OffboardSuspended":         {`kube_cronjob_spec_suspend{cronjob="offboard",namespace="hr"} 1x300`, `kube_cronjob_spec_suspend{cronjob="offboard",namespace="hr"} 0x300`},
		"OffboardNotWatched":        {`up 1x300`, `kube_cronjob_info{cronjob="offboard",namespace="hr"} 1x300`},
		"OffboardWithoutSuccess":    {`offboard_last_success_timestamp_seconds` + target + ` 162000x300`, `offboard_last_success_timestamp_seconds` + target + ` 172800x300`},
		"OffboardRefused":           {`offboard_last_run_exit_code` + target + ` 64x300`, `offboard_last_run_exit_code` + target + ` 3x300`},
		"OffboardLeaversOverdue":    {`offboard_overdue_leavers` + target + ` 1x300`, `offboard_overdue_leavers` + target + ` 0x300`},
		"OffboardMoreToLookAt":      {`offboard_leavers{outcome="held",target="production/t"} 1x200 3x100`, `offboard_leavers{outcome="held",target="production/t"} 3x200 1x100`},
		"OffboardInputTooOld":       {`offboard_newest_input_timestamp_seconds` + target + ` 80000x300`, `offboard_newest_input_timestamp_seconds` + target + ` 90000x300`},
	}
	for _, r := range all {
		c, ok := cases[r.Alert]
		if !ok {
			t.Errorf("nobody has tried %s", r.Alert)
			continue
		}
		delete(cases, r.Alert)
		for load, want := range map[string]int{c.fires: 1, c.calm: 0} {
			storage := promqltest.LoadedStorage(t, "load 15m\n  "+load+"\n")
			query, err := engine.NewInstantQuery(t.Context(), storage, nil, r.Expr, time.Unix(0, 0).Add(now))
			if err != nil {
				t.Fatalf("%s: %v", r.Alert, err)
			}
			got := query.Exec(context.Background())
			vector, err := got.Vector()
			if err != nil || len(vector) != want {
				t.Errorf("%s over %s: got %v, %v, want %d", r.Alert, load, vector, err, want)
			}
			wantLabels(t, r, vector)
			query.Close()
			if err := storage.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	for name := range cases {
		t.Errorf("there is no rule %s", name)
	}
}

// wantLabels looks for labels that the text of an alert names and its metric does not have.
func wantLabels(t *testing.T, r rulefmt.Rule, vector promql.Vector) {
	t.Helper()
	for _, sample := range vector {
		for _, text := range r.Annotations {
			for _, m := range regexp.MustCompile(`\$labels\.(\w+)`).FindAllStringSubmatch(text, -1) {
				if !sample.Metric.Has(m[1]) {
					t.Errorf("%s: its text names the label %s, and its metric is %s", r.Alert, m[1], sample.Metric)
				}
			}
		}
	}
}

func TestTheChecksBite(t *testing.T) {
	alerts, panels := string(read(t, "alerts.yaml")), string(read(t, "dashboard.json"))
	for name, m := range map[string]struct{ from, to string }{
		"a misspelt field":    {"expr: absent", "exp: absent"},
		"a broken expression": {"> 26 * 3600", "> 26 *"},
		"a broken template":   {"{{ $value | humanizeDuration }}", "{{ $value | humaniseDuration }}"},
		"a duration":          {"for: 12h", "for: twelve"},
	} {
		mutant := strings.Replace(alerts, m.from, m.to, 1)
		if _, err := rules([]byte(mutant)); err == nil || mutant == alerts {
			t.Errorf("%s in the rules is not noticed", name)
		}
	}
	for name, m := range map[string]struct{ from, to string }{
		"a misspelt key":         {`"gridPos"`, `"gridpos"`},
		"a text for a number":    {`"schemaVersion": 39`, `"schemaVersion": "39"`},
		"an option of no panel":  {`"colorMode"`, `"colourMode"`},
		"a key twice in an ID":   {`"id": 2,`, `"id": 1,`},
		"panels that overlap":    {`"x": 6,`, `"x": 5,`},
		"a query without a text": {`"expr"`, `"expression"`},
	} {
		mutant := strings.Replace(panels, m.from, m.to, 1)
		if _, err := expressions([]byte(mutant)); err == nil || mutant == panels {
			t.Errorf("%s in the dashboard is not noticed", name)
		}
	}
}
