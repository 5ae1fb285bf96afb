package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"offboard/internal/run"
	"offboard/pkg/thrivetest"
)

// summarized runs a command against a server, as summarizedAt does.
func (all schemas) summarized(t *testing.T, intake context.Context, handler http.Handler, line string) (code int, s run.Summary, stderr string) {
	t.Helper()
	web := httptest.NewServer(handler)
	defer web.Close()
	return all.summarizedAt(t, intake, web.URL, line)
}

// summarizedAt runs a command with --summary s.json, which has theSecret as its API secret, and
// returns the summary. It holds it against its schema, and looks for refs, which begin with
// ZZ, and for the secret.
func (all schemas) summarizedAt(t *testing.T, intake context.Context, url, line string) (code int, s run.Summary, stderr string) {
	t.Helper()
	env := map[string]string{"OFFBOARD_BASE_URL": url, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": theSecret}
	var out, errs strings.Builder
	code = Main(intake, context.WithoutCancel(t.Context()), System{
		Args:      append(strings.Fields(line), "--summary", "s.json"),
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Environ:   func() []string { return nil },
		Stdin:     strings.NewReader(""),
		Stdout:    &out,
		Stderr:    &errs,
	})
	text, err := os.ReadFile("s.json")
	if err != nil {
		t.Fatalf("exit code %d: %v\n%s%s", code, err, out.String(), errs.String())
	}
	all.hold(t, "summary", text)
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	if at := strings.Index(string(text), "ZZ"); at >= 0 {
		t.Errorf("a ref is in the summary: %s", text[max(0, at-60):at+10])
	}
	wantNoSecret(t, map[string]string{"the summary": string(text)})
	if s.Exit.Code != code {
		t.Errorf("the summary has exit code %d, and the command ended with %d\n%s", s.Exit.Code, code, errs.String())
	}
	wantSums(t, s)
	return code, s, errs.String()
}

// wantSums compares the figures of a summary with each other, and with the report.
func wantSums(t *testing.T, s run.Summary) {
	t.Helper()
	var calls, tried, suspended, failed, outcomes, byStatus int
	for _, p := range s.Series.Points {
		calls += p.OK + p.Throttled + p.Other + p.ServerError + p.NoAnswer
		tried, suspended, failed = tried+p.Tried, suspended+p.Suspended, failed+p.Failed
	}
	for _, n := range s.Calls.ByStatus {
		byStatus += n
	}
	for _, n := range s.Rows.Outcomes {
		outcomes += n
	}
	got := []int{calls, tried, suspended, failed, byStatus, outcomes}
	want := []int{s.Calls.Total, s.Leavers.Tried, s.Leavers.Suspended, s.Leavers.Failed, s.Calls.Total, s.Rows.Total}
	if !slices.Equal(got, want) {
		t.Errorf("calls, tried, suspended, failed, by status, rows: the sums are %d, and the totals %d", got, want)
	}
	if report, err := os.ReadFile(s.Report.Path); err == nil {
		sum := sha256.Sum256(report)
		if s.Report.SHA256 != hex.EncodeToString(sum[:]) || s.Report.Bytes != int64(len(report)) || s.Report.Lines != strings.Count(string(report), "\n")-1 {
			t.Errorf("the report is %+v, and has %d bytes", s.Report, len(report))
		}
	}
}

// writeRefs writes an input with n leavers whose refs begin with ZZ and another one who is
// not due.
func writeRefs(t *testing.T, n int) {
	t.Helper()
	t.Chdir(t.TempDir())
	text := "ref,endDate,Surname,status\n"
	for i := range n {
		text += fmt.Sprintf("ZZ%04d,2024-06-30,ZZhopper,Leaver\n", i)
	}
	text += "ZZ9999,2027-06-30,,Leaver\n"
	if err := os.WriteFile("leavers.csv", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// telling answers with a status, and with the ref and the secret in every text.
func telling(status int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ref := path.Base(path.Dir(r.URL.Path))
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": "about " + ref, "message": ref + " " + theSecret + " " + r.Header.Get("Authorization")})
	}
}

// tenantOf returns a simulator whose API secret is theSecret.
func tenantOf(o thrivetest.Options) *thrivetest.Server {
	o.Secret = theSecret
	return thrivetest.New(o)
}

func TestASummaryIsWrittenHoweverTheRunEnds(t *testing.T) {
	anybody := thrivetest.Options{AnyRef: true}
	all := readSchemas(t)
	for _, tt := range []struct {
		name    string
		leavers int
		handler func(stop func()) http.Handler
		args    string
		code    int
		cause   string
		reason  string // a pattern
		tried   int    // at least
	}{
		{"finished", 5, func(func()) http.Handler { return tenantOf(anybody) }, "", 0, "", "^$", 5},
		{"finished, with somebody whom nobody knows", 5, func(func()) http.Handler {
			return tenantOf(thrivetest.Options{Users: []thrivetest.User{{Ref: "ZZ0001"}}})
		}, "--tolerate known", 3, "", "^$", 5},
		{"interrupted", 200, func(stop func()) http.Handler {
			var calls atomic.Int64
			server := tenantOf(anybody)
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) == 3 {
					stop()
				}
				server.ServeHTTP(w, r)
			})
		}, "--concurrency 1", 4, "interrupted", "^a signal has ended the run$", 1},
		{"the deadline", 200, func(func()) http.Handler { return tenantOf(anybody) }, "--rate 10 --deadline 400ms", 4, "deadline", "^the deadline has passed$", 1},
		{"failures", 30, func(func()) http.Handler { return telling(429) }, "--max-failures 3 --max-attempts 1 --concurrency 1 --max-outage 1h", 4, "failures", "^too many leavers failed: 3 in all$", 3},
		{"the wrong tenant", 30, func(func()) http.Handler { return telling(404) }, "--concurrency 1", 4, "nobodySuspended", "^none of the first 20 leavers tried was suspended", 20},
		{"an outage", 30, func(func()) http.Handler { return telling(503) }, "--max-outage 0s", 4, "outage", "^the service has answered nobody for 0s, since 2.*Z$", 0},
		{"a long wait", 30, func(func()) http.Handler { return telling(503, "Retry-After", "7200") }, "--concurrency 1", 4, "later", "^the service takes no more requests until 2.*Z$", 1},
		{"refused credentials", 30, func(func()) http.Handler { return telling(401) }, "", 5, "refused", "^the credentials were refused$", 1},
		{"forbidden", 30, func(func()) http.Handler { return telling(403) }, "--concurrency 1", 5, "refused", "^the service forbids to suspend 10 leavers, one after the other$", 10},
		{"the report is taken away", 30, func(func()) http.Handler {
			server := tenantOf(anybody)
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = os.Remove("report.csv")
				server.ServeHTTP(w, r)
			})
		}, "", 1, "report", "^the report cannot be written: the file was removed", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			writeRefs(t, tt.leavers)
			intake, stop := context.WithCancelCause(t.Context())
			defer stop(nil)
			line := "run leavers.csv --yes --progress none --report report.csv"
			if !strings.Contains(tt.args, "--rate") {
				line += " --rate 0"
			}
			code, s, stderr := all.summarized(t, intake, tt.handler(func() { stop(ErrInterrupted) }), line+" "+tt.args)
			if code != tt.code || s.Exit.Cause != tt.cause || !regexp.MustCompile(tt.reason).MatchString(s.Exit.Reason) {
				t.Errorf("exit code %d, %+v, want %d, %s, %s\n%s", code, s.Exit, tt.code, tt.cause, tt.reason, stderr)
			}
			if s.Leavers.Tried < tt.tried || s.Planned.Leavers != tt.leavers || s.Planned.Rows != tt.leavers+1 || s.Planned.Outcomes["not_due"] != 1 {
				t.Errorf("tried %+v, planned %+v", s.Leavers, s.Planned)
			}
			if tt.cause != causeReport && s.Rows.Total != tt.leavers+1 {
				t.Errorf("the rows are %+v", s.Rows)
			}
			if (tt.cause == causeOutage) != (s.Outages.Number == 1 && s.Outages.Each[0].Reason == "HTTP status 503") {
				t.Errorf("the outages are %+v", s.Outages)
			}
		})
	}
}

func TestASummaryHasWhatTheRunWas(t *testing.T) {
	all := readSchemas(t)
	writeRefs(t, 3)
	for name, text := range map[string]string{
		"c.yaml":   "accept: odd-ref\n",
		"keep.csv": "ref\nZZ0002\n",
		"more.csv": "ref,endDate,Surname,status\nZZ0101,2024-06-30,,Leaver\nZZ0102,2024-06-30,,Active\nZZ0103,2024-06-30,,Leaver\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := tenantOf(thrivetest.Options{Users: []thrivetest.User{
		{Ref: "ZZ0000", LastName: "ZZhopper"}, {Ref: "ZZ0001", Status: "inactive"}, {Ref: "ZZ0002"}, {Ref: "ZZ0101", Role: "administrator"},
	}})
	code, s, stderr := all.summarized(t, t.Context(), server,
		"run leavers.csv more.csv --yes --progress none --report r.csv --config c.yaml --except keep.csv --where status!=Active --check --match Surname=lastName --rate 90 --concurrency 3 --tolerate held,not_found")
	if code != 0 {
		t.Errorf("exit code %d\n%s", code, stderr)
	}
	want := map[string]string{"config": "c.yaml", "accept": "odd-ref", "except": "keep.csv", "where": "status!=Active", "check": "true", "report": "r.csv",
		"match": "Surname=lastName", "rate": "90", "concurrency": "3", "tolerate": "held,not_found", "yes": "true", "summary": "s.json", "progress": "none", "tenant": thrivetest.DefaultTenant}
	for name, value := range s.Settings {
		if name != "base-url" && want[name] != value {
			t.Errorf("the setting %s is %q, want %q", name, value, want[name])
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("the settings lack %v", want)
	}
	if len(s.Inputs) != 2 || *s.Inputs[0].Rows != 4 || *s.Inputs[1].Rows != 2 || *s.Inputs[1].LeftOut != 1 || s.Inputs[1].Name != "more.csv" {
		t.Errorf("the inputs are %+v", s.Inputs)
	}
	for i, file := range []string{"leavers.csv", "more.csv"} {
		text, _ := os.ReadFile(file)
		if sum := sha256.Sum256(text); s.Inputs[i].SHA256 != hex.EncodeToString(sum[:]) || s.Inputs[i].Bytes != int64(len(text)) {
			t.Errorf("%s is %+v", file, s.Inputs[i])
		}
	}
	if len(s.Lists) != 1 || s.Lists[0].Path != "keep.csv" || s.Plan != nil {
		t.Errorf("the lists are %+v, the plan %+v", s.Lists, s.Plan)
	}
	if s.Tenant == nil || s.Tenant.Is["administrator"] != 1 || s.Tenant.Is["inactive"] != 1 || s.Tenant.Is["noSuchUser"] != 1 || s.Tenant.Leavers != 4 {
		t.Errorf("the tenant is %+v", s.Tenant)
	}
	if s.Planned.Held["administrator"] != 1 || s.Planned.Leavers != 1 || s.Rows.Outcomes["excluded"] != 1 || s.Rows.Tolerated != 2 || s.Calls.Total != 1 {
		t.Errorf("planned %+v, rows %+v, calls %+v", s.Planned, s.Rows, s.Calls)
	}
	if s.Tool.Version == "" || s.Host.OS == "" || s.Pace.Ceiling != 90 || s.End.Before(s.Start) {
		t.Errorf("%+v %+v %+v %s %s", s.Tool, s.Host, s.Pace, s.Start, s.End)
	}
}

func TestASummaryOfARunThatGoesOn(t *testing.T) {
	all := readSchemas(t)
	writeRefs(t, 6)
	web := httptest.NewServer(tenantOf(thrivetest.Options{AnyRef: true}))
	defer web.Close()
	const line = "run leavers.csv --yes --progress none --rate 0 --report r.csv"
	code, s, stderr := all.summarizedAt(t, t.Context(), web.URL, line+" --first 2")
	if code != 0 || s.Leavers.Suspended != 2 || s.Planned.Leavers != 2 || s.Rows.Outcomes["pending"] != 4 {
		t.Fatalf("exit code %d, %+v\n%s", code, s, stderr)
	}
	// The second one replaces the first, and knows what was done before.
	code, s, stderr = all.summarizedAt(t, t.Context(), web.URL, line+" --resume")
	if code != 0 || s.Leavers.Suspended != 4 || s.Planned.Outcomes["suspended"] != 2 || s.Rows.Outcomes["suspended"] != 6 {
		t.Fatalf("exit code %d, %+v\n%s", code, s, stderr)
	}
	// A report that is the input is as it was before the run.
	before, err := os.ReadFile("r.csv")
	if err != nil {
		t.Fatal(err)
	}
	code, s, stderr = all.summarizedAt(t, t.Context(), web.URL, "run r.csv --yes --progress none --include-future")
	sum := sha256.Sum256(before)
	if in := s.Inputs[0]; code != 0 || !in.Report || in.Rows != nil || in.SHA256 != hex.EncodeToString(sum[:]) || s.Report.SHA256 == in.SHA256 {
		t.Errorf("exit code %d, the input %+v, the report %+v\n%s", code, s.Inputs, s.Report, stderr)
	}
}

func TestASummaryNamesThePlanThatWasApproved(t *testing.T) {
	all := readSchemas(t)
	writeRefs(t, 2)
	web := httptest.NewServer(tenantOf(thrivetest.Options{AnyRef: true}))
	defer web.Close()
	env := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant}
	code, _, stderr := invoke(t, env, "plan", "leavers.csv", "--out", "plan.json", "--include-future", "--summary", "leavers.csv") // without a meaning
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	p, err := run.ReadPlanFile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := p.Settings["summary"]; ok {
		t.Error("the plan has the name of the summary")
	}
	_, s, stderr := all.summarizedAt(t, t.Context(), web.URL, "run --plan plan.json --progress none --rate 0")
	if s.Plan == nil || s.Plan.Sum != p.Sum || !s.Plan.Made.Equal(p.Made) || s.Settings["plan"] != "plan.json" || s.Settings["include-future"] != "true" || s.Leavers.Suspended != 3 {
		t.Errorf("the plan is %+v, the settings %v, %+v\n%s", s.Plan, s.Settings, s.Leavers, stderr)
	}
}

// TestTheSampleOfASummaryIsOne holds the sample of the documentation against the schema.
func TestTheSampleOfASummaryIsOne(t *testing.T) {
	page, err := os.ReadFile("../../docs/summary.md")
	if err != nil {
		t.Fatal(err)
	}
	_, sample, _ := strings.Cut(string(page), "```json\n")
	sample, _, _ = strings.Cut(sample, "```")
	readSchemas(t).hold(t, "summary", []byte(sample))
	for _, cause := range []string{causeInterrupted, causeDeadline, causeFailures, causeNobody, causeOutage, causeLater, causeRefused, causeReport, causeUsage, causeLocked, causeError} {
		if !strings.Contains(string(page), "`"+cause+"`") {
			t.Errorf("the page lacks the word %s", cause)
		}
	}
}
