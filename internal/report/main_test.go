package report

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// childEnv names the function in children that this test binary runs instead of its
// tests.
const childEnv = "OFFBOARD_REPORT_TEST_CHILD"

// children are functions that run in a process of their own.
var children = map[string]func(path string) error{}

func TestMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		if err := children[name](os.Args[1]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

const header = "ref,endDate,outcome,source,row,httpStatus,attempts,durationMs,finishedAt,requestId,error,target,check\n"

// target is where the runs of the tests suspend.
const target = "production/eu-west-2_AbcdEfghI"

// now is the time of results that do not say when they were known.
var now = time.Date(2024, 7, 2, 8, 0, 0, 0, time.UTC)

// options are those of a run that resumes, or not.
func options(resume bool, keep ...string) Options {
	return Options{Zone: time.UTC, Target: target, Resume: resume, Keep: keep, Now: func() time.Time { return now }}
}

// suspended is the result of a leaver who was suspended.
func suspended(ref string, row int) leaver.Result {
	return leaver.Result{
		Row:        leaver.NewRow(leaver.Place{Source: "in.csv", Row: row}, ref, "2024-06-30", time.UTC),
		Outcome:    leaver.Suspended,
		HTTPStatus: 200, Attempts: 1, Duration: 84 * time.Millisecond,
		FinishedAt: time.Date(2024, 7, 1, 12, 0, 0, 250e6, time.UTC),
		RequestID:  "req-1",
		Target:     target,
	}
}

// formOf is the form of a new report.
func formOf(f Format, keep ...string) *form {
	form := (&Report{Path: "a." + string(f), options: options(false, keep...)}).form()
	return &form
}

// written is the content of a report with these results.
func written(t testing.TB, f Format, results ...leaver.Result) string {
	t.Helper()
	text := ""
	if f == CSV {
		text = header
	}
	for _, r := range results {
		text += encoded(formOf(f), r)
	}
	return text
}

func collect(t testing.TB, lines iter.Seq2[leaver.Result, error]) []leaver.Result {
	t.Helper()
	var all []leaver.Result
	for r, err := range lines {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func newReader(t testing.TB, text string) *Reader {
	t.Helper()
	r, err := readerOf(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func readerOf(text string) (*Reader, error) {
	f, err := fileOf(text)
	if err != nil {
		return nil, err
	}
	return NewReader(f, time.UTC)
}

// fileOf is a file in memory.
func fileOf(text string) (*table.File, error) {
	return table.FileOf("a.report", strings.NewReader(text), int64(len(text)))
}

// place writes a file into a new folder.
func place(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func content(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// recordTo opens the report, records the results and closes it, as a run does.
func recordTo(path string, resume bool, results ...leaver.Result) error {
	return record(path, options(resume), results...)
}

// recordInPlace is recordTo for a run whose only input is the report.
func recordInPlace(path string, results ...leaver.Result) error {
	o := options(true)
	o.Inherit = true
	return record(path, o, results...)
}

func record(path string, o Options, results ...leaver.Result) error {
	r, err := Open(path, o)
	if err != nil {
		return err
	}
	w, err := r.Start()
	if err == nil {
		for _, result := range results {
			err = errors.Join(err, w.Record(result))
		}
		err = errors.Join(err, w.Close())
	}
	return errors.Join(err, r.Close())
}

// readBack reads the lines of the report at path.
func readBack(t testing.TB, path string) []leaver.Result {
	t.Helper()
	return collect(t, newReader(t, content(t, path)).Lines())
}

func refs(results []leaver.Result) string {
	var all []string
	for _, r := range results {
		all = append(all, r.Ref)
	}
	return strings.Join(all, " ")
}
