package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"offboard/pkg/thrivetest"
)

func TestASummaryThatCannotBeWritten(t *testing.T) {
	for _, tt := range []struct {
		name string
		args string
		code int
		says string
	}{
		{"a run that would have finished", "", 1, "offboard: the summary folder/s.json cannot be written: "},
		{"a run that has stopped", "--max-failures 1 --concurrency 1", 4, "the summary folder/s.json cannot be written: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			writeRefs(t, 3)
			if err := os.Mkdir("folder", 0o700); err != nil {
				t.Fatal(err)
			}
			handler := tenantOf(thrivetest.Options{AnyRef: true}).ServeHTTP
			if tt.code == 4 {
				handler = telling(429)
			}
			web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_ = os.Remove("folder")
				handler(w, r)
			}))
			defer web.Close()
			env := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": theSecret}
			args := append(strings.Fields("run leavers.csv --yes --progress none --rate 0 --max-attempts 1 --report r.csv --summary folder/s.json"), strings.Fields(tt.args)...)
			code, _, stderr := invoke(t, env, args...)
			if code != tt.code || !strings.Contains(stderr, tt.says) || !strings.Contains(stderr, "; the report is not affected") {
				t.Errorf("exit code %d, want %d, and %q in\n%s", code, tt.code, tt.says, stderr)
			}
			if report, err := os.ReadFile("r.csv"); err != nil || strings.Count(string(report), "\n") != 5 {
				t.Errorf("the report has %q, %v", report, err)
			}
		})
	}
}

func TestAFileInTheWayOfASummaryStopsTheRunBeforeItsFirstCall(t *testing.T) {
	var calls atomic.Int64
	web := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer web.Close()
	env := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": theSecret}
	writeRefs(t, 2)
	if err := os.WriteFile("mine.json", []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, says := range map[string]string{
		"mine.json":      "offboard: --summary: mine.json exists already, and is no summary of a run; name another file; nothing was sent\n",
		"leavers.csv":    "offboard: --summary: leavers.csv is an input; name another file; nothing was sent\n",
		"r.csv":          "offboard: --summary: r.csv is the report; name another file; nothing was sent\n",
		"r.before.csv":   "offboard: --summary: r.before.csv is a file that this run may write beside its report; name another file; nothing was sent\n",
		"nowhere/s.json": "offboard: --summary: nowhere/s.json cannot be created: its folder does not exist; name another file; nothing was sent\n",
		"-":              "--summary needs the name of a file, not -",
	} {
		code, _, stderr := invoke(t, env, "run", "leavers.csv", "--yes", "--check", "--report", "r.csv", "--progress", "none", "--summary", file)
		if code != exitUsage || !strings.Contains(stderr, says) {
			t.Errorf("exit code %d, want %q in\n%s", code, says, stderr)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("%d calls were made", calls.Load())
	}
	if text, _ := os.ReadFile("mine.json"); string(text) != "{}\n" {
		t.Errorf("the file has %q now", text)
	}
	if files, _ := filepath.Glob("*"); len(files) != 2 {
		t.Errorf("files are left: %q", files)
	}
}

// TestNoSummaryOfARunThatDidNotBegin: there is no report either, that it could be about.
func TestNoSummaryOfARunThatDidNotBegin(t *testing.T) {
	writeRefs(t, 3)
	for _, tt := range []struct {
		args    string
		handler http.Handler
	}{
		{"", telling(503)},
		{"--yes --max-leavers 1", telling(503)},
		{"--yes --deadline 1ns", telling(503)},
		{"--yes --check --max-outage 0s --max-attempts 1", telling(503)},
		{"--yes --check --before leavers.csv", tenantOf(thrivetest.Options{AnyRef: true})}, // no record of accounts
	} {
		web := httptest.NewServer(tt.handler)
		defer web.Close()
		env, args := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": theSecret}, tt.args
		code, _, stderr := invoke(t, env, append(strings.Fields("run leavers.csv --progress none --summary s.json --report r.csv"), strings.Fields(args)...)...)
		if _, err := os.Stat("s.json"); err == nil || code != exitUsage && code != ExitStopped {
			t.Errorf("%s: exit code %d, %v\n%s", args, code, err, stderr)
		}
	}
}
