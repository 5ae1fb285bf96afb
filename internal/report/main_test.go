package report

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offboard/internal/leaver"
)

// childEnv names what this test binary is to do as a process of its own,
// instead of running tests.
const childEnv = "OFFBOARD_REPORT_TEST_CHILD"

// children are what it can do, by name.
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

const header = "ref,endDate,outcome,source,row,httpStatus,attempts,durationMs,finishedAt,requestId,error\n"

// suspended is a result as a run has it.
func suspended(ref string, row int) leaver.Result {
	return leaver.Result{
		Row:        leaver.NewRow(leaver.Place{Source: "in.csv", Row: row}, ref, "2024-06-30", time.UTC),
		Outcome:    leaver.Suspended,
		HTTPStatus: 200, Attempts: 1, Duration: 84 * time.Millisecond,
		FinishedAt: time.Date(2024, 7, 1, 12, 0, 0, 250e6, time.UTC),
		RequestID:  "req-1",
	}
}

// written is what a report with these results holds.
func written(t testing.TB, f Format, results ...leaver.Result) string {
	t.Helper()
	encode, text := encoder(encodeJSON), ""
	if f == CSV {
		encode, text = encodeCSV(every, false), header
	}
	for _, r := range results {
		text += encoded(t, encode, r)
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
	return NewReader("a.report", io.NewSectionReader(strings.NewReader(text), 0, int64(len(text))), time.UTC)
}

// place writes a file into a folder of the test's own.
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

// goOn opens the report, records the results and closes it, as a run does.
func goOn(path string, resume bool, results ...leaver.Result) error {
	r, err := Open(path, resume, time.UTC)
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
