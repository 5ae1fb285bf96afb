package run

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/report"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// header is the first line of a report.
const header = "ref,endDate,outcome,source,row,httpStatus,attempts,durationMs,finishedAt,requestId,error,target,check\n"

// testTarget is where the runs of the tests suspend, as their reports say it.
const testTarget = "staging/eu-west-2_AbcdEfghI"

// checked adds the target and the check to each whole line of a report that ends with its
// error. It changes no other text.
func checked(text string) string {
	if !strings.HasPrefix(text, header) {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines[1:] {
		fields, err := csv.NewReader(strings.NewReader(line)).Read()
		if err == nil && len(fields) == strings.Count(header, ",")-1 && strings.HasSuffix(line, "\n") {
			lines[i+1] = strings.TrimSpace(line) + "," + testTarget + "," + report.Check(testTarget, fields[0], fields[1]) + "\n"
		}
	}
	return strings.Join(lines, "")
}

// inFolder makes a new folder with these files the working directory. The lines of
// reports may end with their error.
func inFolder(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(checked(text)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// settingsFor returns the settings of a run of these inputs, on a day in 2026.
func settingsFor(paths ...string) Settings {
	return Settings{
		Reading: Reading{Paths: paths, Options: input.Options{Zone: time.UTC}},
		Now:     time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC),
		Target:  testTarget,
	}
}

// bothWays runs a test with Prepare and with Rehearse.
func bothWays(t *testing.T, test func(t *testing.T, plan func(context.Context, Settings) (*Run, error))) {
	t.Run("Prepare", func(t *testing.T) { test(t, Prepare) })
	t.Run("Rehearse", func(t *testing.T) { test(t, Rehearse) })
}

// decisions returns the decisions of a run as text: ref, outcome and reason.
func decisions(t *testing.T, r *Run) []string {
	t.Helper()
	var all []string
	for d, err := range r.Decisions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, describe(d.Result))
	}
	return all
}

func describe(r leaver.Result) string {
	text := r.Ref + " " + string(r.Outcome)
	if r.Reason != "" {
		text += ": " + r.Reason
	}
	return text
}

// closed closes a run that was made without an error.
func closed(t *testing.T, r *Run, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}
