package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

// invoke runs a command in this process, with env as its environment.
func invoke(tb testing.TB, env map[string]string, args ...string) (code int, stdout, stderr string) {
	tb.Helper()
	var out, errs strings.Builder
	code = Main(tb.Context(), context.WithoutCancel(tb.Context()), System{
		Args:      args,
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Environ: func() (all []string) {
			for name, value := range env {
				all = append(all, name+"="+value)
			}
			return all
		},
		Stdin:  strings.NewReader(""),
		Stdout: &out,
		Stderr: &errs,
	})
	return code, out.String(), errs.String()
}

// BenchmarkRun measures a whole run against a simulator without latency in this
// process: reading, planning, requests and the report.
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

// BenchmarkPlan measures a whole plan: reading, planning and the output.
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
