//go:build unix

package run

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/table"
)

// inputsOf returns the names of the inputs of a run, and of the files that cannot be read.
func inputsOf(r *Run) (names, unread []string) {
	for _, in := range r.Inputs {
		names = append(names, in.Name)
	}
	for _, f := range r.Folders.Unread() {
		unread = append(unread, f.Name)
	}
	return names, unread
}

func TestWhichFilesOfAFolderAreInputs(t *testing.T) {
	inFolder(t, map[string]string{
		"inbox/b.csv": "ref\nE2\n", "inbox/a.jsonl": `{"ref":"E1"}` + "\n", "inbox/c.csv": "ref,endDate\nE3,2025-06-30\n",
		"inbox/.hidden": "ref\nE9\n", "inbox/d.csv.part": "ref\nE9\n", "inbox/e.CSV.TMP": "ref\nE9\n", "inbox/f.csv~": "ref\nE9\n", "inbox/~$g.xlsx": "lock",
		"inbox/within/h.csv": "ref\nE9\n", "inbox/i.before.csv": "ref\nE9\n", "inbox/Thumbs.db": "x", "inbox/empty.csv": "", "inbox/header.csv": "ref,endDate\n", "inbox/nobody.json": "[]",
		"inbox/zz-report.csv": header + "E7,,suspended,old.csv,2,200,1,80,2026-01-02T03:04:05Z,r,\n",
		"elsewhere.csv":       "ref\nE8\n", "inbox/except.csv": "ref\nE9\n",
		"inbox/mine.csv": header + "E6,,suspended,old.csv,2,200,1,80,2026-01-02T03:04:05Z,r,\n", "inbox/mine.csv.torn": "x",
	})
	var packed strings.Builder
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte("ref,endDate\nE4,2025-06-30\nE5,2025-06-30\n"))
	_ = z.Close()
	err := errors.Join(
		os.WriteFile("inbox/j.csv.gz", []byte(packed.String()), 0o600),
		os.WriteFile("inbox/k.csv.gz", []byte(packed.String()[:packed.Len()-9]), 0o600), // cut off
		os.Symlink("../elsewhere.csv", "inbox/link.csv"), os.Symlink("b.csv", "inbox/0-newest.csv"), os.Symlink("nowhere", "inbox/broken.csv"),
		os.Symlink("within", "inbox/within2"), syscall.Mkfifo("inbox/pipe", 0o600),
	)
	if err != nil {
		t.Skip(err)
	}
	foreign := header + "E5,,suspended,old.csv,2,200,1,80,2026-01-02T03:04:05Z,r,,sandbox," + report.Check("sandbox", "E5", "") + "\n"
	if err := os.WriteFile("inbox/foreign.csv", []byte(foreign), 0o600); err != nil {
		t.Fatal(err)
	}
	bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
		s := settingsFor("inbox")
		s.Report, s.Resume, s.Except = "inbox/mine.csv", true, "inbox/except.csv"
		r, err := plan(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		defer closed(t, r, nil)
		names, unread := inputsOf(r)
		if want := []string{"inbox/zz-report.csv", "inbox/a.jsonl", "inbox/b.csv", "inbox/c.csv", "inbox/j.csv.gz", "inbox/link.csv"}; !slices.Equal(names, want) {
			t.Errorf("the inputs are %q, want %q", names, want)
		}
		slices.Sort(unread)
		if want := []string{"inbox/broken.csv", "inbox/empty.csv", "inbox/foreign.csv", "inbox/k.csv.gz"}; !slices.Equal(unread, want) {
			t.Errorf("%q cannot be read, want %q: %v", unread, want, r.Folders.Unread())
		}
		if f := r.Folders[0]; f.Files != 6 || f.Empty != 2 {
			t.Errorf("the folder has %d files, and %d without rows", f.Files, f.Empty)
		}
		want := []string{"E7 suspended", "E1 pending", "E2 pending", "E3 pending", "E4 pending", "E5 pending", "E8 pending"}
		if got := decisions(t, r); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// TestAFolderOfManyFiles has more files than stay open, one of which cannot be read to its
// end, and all of which speak of one leaver.
func TestAFolderOfManyFiles(t *testing.T) {
	const files = 300
	texts := map[string]string{}
	for i := range files {
		texts[fmt.Sprintf("inbox/%03d.csv", i)] = fmt.Sprintf("ref,endDate\nE%04d,2025-06-30\nE9999,2025-06-%02d\n", i, 1+i%28)
	}
	texts["inbox/150.csv"] = "ref,endDate\nE0150,2025-06-30\nE9999,\"2025\n"
	texts["inbox/151.csv"] = "ref,endDate\nE0151,2025-06-30\nE9999,\"2025\n"
	inFolder(t, texts)
	before := openFiles(t)
	r, err := Prepare(t.Context(), settingsFor("inbox"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, unread := inputsOf(r); !slices.Equal(unread, []string{"inbox/150.csv", "inbox/151.csv"}) {
		t.Errorf("%q cannot be read", unread)
	}
	if more := openFiles(t) - before; more > mostOpen+10 {
		t.Errorf("%d files are open", more)
	}
	if got, want := r.Totals.Total(), 2*(files-2); got != want || r.Totals[leaver.Pending] != files-1 || r.Totals[leaver.Duplicate] != files-3 {
		t.Errorf("%d rows: %v, want %d", got, r.Totals, want)
	}
	n := 0
	for d, err := range r.Decisions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if d.Ref == "E9999" && d.Outcome == leaver.Pending {
			n++
			if d.Source != "inbox/299.csv" || d.EndDate.Text != "2025-06-20" {
				t.Errorf("%s %s decides", d.Place, d.EndDate.Text)
			}
		}
	}
	if n != 1 {
		t.Errorf("the leaver of all files is called %d times", n)
	}
	// What changes now is noticed before the first request, whether the file is open or not.
	for _, name := range []string{"inbox/000.csv", "inbox/290.csv"} {
		if err := os.Chtimes(name, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		if err := r.Inputs.checkUnchanged(""); !errors.Is(err, table.ErrChanged) || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s has changed, and the error is %v", name, err)
		}
		if name == "inbox/000.csv" {
			r.Inputs = r.Inputs[1:]
		}
	}
}

// openFiles returns how many files this process has open.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip(err)
	}
	return len(entries)
}

func TestAFileThatHasLostItsEndDatesIsNotRead(t *testing.T) {
	inFolder(t, map[string]string{
		"inbox/a.csv": "ref\nE1\nE2\n", "inbox/b.csv": "ref,endDate\nE3,2025-06-30\n",
		"ledger.csv": header + "E1,2030-01-01,not_due,inbox/a.csv,2,,0,0,2026-01-02T03:04:05Z,,\n",
	})
	s := settingsFor("inbox")
	s.Report, s.Resume = "ledger.csv", true
	r, err := Prepare(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, r, nil)
	unread := r.Folders.Unread()
	if len(unread) != 1 {
		t.Fatalf("%v cannot be read", unread)
	}
	if _, is := errors.AsType[*NoEndDatesError](unread[0].Err); !is {
		t.Errorf("got %v", unread[0].Err)
	}
	if got, want := decisions(t, r), []string{"E3 pending"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheReportOfAFolderHasItsName(t *testing.T) {
	inFolder(t, map[string]string{"inbox.d/a.csv": "ref\nE1\n", "inbox.d/b.report.csv": header + "E7,,failed,old.csv,2,500,1,80,2026-01-02T03:04:05Z,r,\n"})
	here := filepath.Base(must(os.Getwd()))
	for path, want := range map[string]string{"inbox.d": "inbox.d.report.csv", "inbox.d/": "inbox.d.report.csv", "./inbox.d/../inbox.d": "inbox.d.report.csv", ".": here + ".report.csv", "/": "leavers.report.csv"} {
		if got := ReportName(path, testTarget); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	if err := os.Remove("inbox.d/a.csv"); err != nil {
		t.Fatal(err)
	}
	r, err := Prepare(t.Context(), settingsFor("inbox.d")) // the only file is a report, and it is not gone on with
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, r, nil)
	if r.ReportPath != "inbox.d.report.csv" {
		t.Errorf("the report is %s", r.ReportPath)
	}
}

// TestAFolderInWhichNobodyHasLeft has only an export without rows: that is news, too.
func TestAFolderInWhichNobodyHasLeft(t *testing.T) {
	inFolder(t, map[string]string{"inbox/today.csv": "ref,endDate\n"})
	r, err := Rehearse(t.Context(), settingsFor("inbox"))
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, r, nil)
	if f := r.Folders[0]; f.Empty != 1 || f.Files != 0 || len(f.Unread) != 0 || r.Newest.IsZero() {
		t.Errorf("%+v, newest %s", f, r.Newest)
	}
}

func must[T any](value T, _ error) T { return value }

// TestTheUnfinishedOfALedgerAreUnderExceptionsEvenWithoutInputs has an empty folder.
func TestTheUnfinishedOfALedgerAreUnderExceptionsEvenWithoutInputs(t *testing.T) {
	inFolder(t, map[string]string{
		"ledger.csv": header + "E1,,failed,a.csv,2,500,1,0,2026-01-02T03:04:05Z,r,\nE2,,failed,a.csv,3,500,1,0,2026-01-02T03:04:05Z,r,\n", "except.csv": "ref\nE2\n",
	})
	if err := os.Mkdir("inbox", 0o700); err != nil {
		t.Fatal(err)
	}
	s := settingsFor("inbox")
	s.Report, s.Resume, s.Unfinished, s.Except = "ledger.csv", true, true, "except.csv"
	r, err := Prepare(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, r, nil)
	if r.Totals[leaver.Pending] != 1 || r.Totals[leaver.Excluded] != 1 || !r.Newest.IsZero() {
		t.Errorf("%v, newest %s", r.Totals, r.Newest)
	}
	s.Paths = []string{"nowhere"}
	if _, err := Prepare(t.Context(), s); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
