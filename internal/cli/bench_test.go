package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/pace"
	"offboard/internal/report"
	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// writeLeavers writes a file with n leavers and returns its path.
func writeLeavers(tb testing.TB, n int) string {
	tb.Helper()
	var text bytes.Buffer
	text.WriteString("name,ref,endDate,department\n")
	for i := range n {
		fmt.Fprintf(&text, "Somebody,E%07d,2024-06-30,Sales\n", i)
	}
	path := filepath.Join(tb.TempDir(), "leavers.csv")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// invoke runs a command in this process, with these variables.
func invoke(tb testing.TB, env map[string]string, args ...string) (code int, stdout, stderr string) {
	tb.Helper()
	var out, errs strings.Builder
	code = Main(tb.Context(), context.WithoutCancel(tb.Context()), System{
		Args:      args,
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Stdin:     strings.NewReader(""),
		Stdout:    &out,
		Stderr:    &errs,
	})
	return code, out.String(), errs.String()
}

// BenchmarkRun is a whole run against the simulator in this process, without
// latency: reading, planning, calling and the durable report.
func BenchmarkRun(b *testing.B) {
	const leavers = 10_000
	path := writeLeavers(b, leavers)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		web := httptest.NewServer(thrivetest.New(thrivetest.Options{AnyRef: true}))
		env := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": thrivetest.DefaultSecret}
		report := filepath.Join(b.TempDir(), "report.csv")
		b.StartTimer()
		code, _, stderr := invoke(b, env, "run", path, "--rate", "0", "--yes", "--progress", "none", "--report", report)
		b.StopTimer()
		if code != 0 {
			b.Fatalf("exit code %d: %s", code, stderr)
		}
		web.Close()
		b.StartTimer()
	}
	b.ReportMetric(float64(leavers)*float64(b.N)/b.Elapsed().Seconds(), "leavers/s")
}

// instant answers every request at once: what is measured is the tool without
// net/http.
type instant struct{}

func (instant) RoundTrip(*http.Request) (*http.Response, error) {
	const user = `{"id":"0f8fad5b-d9cb-469f-a165-70867728950e","ref":"E1","email":null,"role":"learner","active":false,"additionalFields":{}}`
	return &http.Response{StatusCode: 200, Header: http.Header{"X-Request-Id": {"7d444840-9dc0-11d1-b245-5ffdce74fad2"}},
		ContentLength: int64(len(user)), Body: io.NopCloser(strings.NewReader(user))}, nil
}

// BenchmarkLeaver is what a leaver costs in this program itself, from the row
// to its line in the durable report; BenchmarkRequest is how much of that is
// net/http's, and the answer's above.
func BenchmarkLeaver(b *testing.B) {
	a := &app{System: System{Stdout: io.Discard, Stderr: io.Discard}, intake: b.Context(), calls: b.Context(),
		stderr: newTerminal(io.Discard), log: slog.New(slog.DiscardHandler), now: time.Now}
	all, err := a.openSources(b.Context(), &inputFlags{Inputs: []string{writeLeavers(b, b.N)}, Timezone: zone{time.UTC}})
	if err != nil {
		b.Fatal(err)
	}
	p, err := a.makePlan(b.Context(), all, func(func(leaver.Result, error) bool) {}, false)
	if err != nil {
		b.Fatal(err)
	}
	pace := pace.New(0)
	client, err := thrive.NewClient(thrive.Config{BaseURL: "https://api.example", Transport: instant{},
		Credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret}, AwaitTurn: pace.Wait})
	if err != nil {
		b.Fatal(err)
	}
	file, err := report.Open(filepath.Join(b.TempDir(), "report.csv"), false, time.UTC)
	if err != nil {
		b.Fatal(err)
	}
	writer, err := file.Start()
	if err != nil {
		b.Fatal(err)
	}
	r := &run{app: a, plan: p}
	counted := &progress{next: writer, counts: counts{rows: leaver.Tally{}}}
	b.ReportAllocs()
	b.ResetTimer()
	err = batch.Run(b.Context(), b.Context(), r.tasks(all.rows(b.Context()), counted), suspender{client}, counted,
		batch.Options{Pace: pace, Concurrency: 8, MaxAttempts: 5, Jitter: func() float64 { return 0 }, Log: a.log})
	b.StopTimer()
	if err := errors.Join(err, writer.Close(), file.Close()); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkRequest(b *testing.B) {
	client := &http.Client{Transport: instant{}} // behind an interface, as in the tool
	b.ReportAllocs()
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), http.MethodPatch, "https://api.example/rest/v2/users/ref/E0000001/suspend", strings.NewReader(`{}`))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := client.Transport.RoundTrip(req); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlan is a whole plan: reading and planning, from file to text.
func BenchmarkPlan(b *testing.B) {
	const rows = 200_000
	path := writeLeavers(b, rows)
	b.ReportAllocs()
	for b.Loop() {
		code := Main(b.Context(), b.Context(), System{
			Args:      []string{"plan", path},
			LookupEnv: func(string) (string, bool) { return "", false },
			Stdout:    io.Discard,
			Stderr:    io.Discard,
		})
		if code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
