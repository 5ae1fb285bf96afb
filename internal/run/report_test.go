package run

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"

	"offboard/internal/report"
)

func TestTheReportIsNotAnExportAmongTheInputs(t *testing.T) {
	link := map[string]func() error{
		"june.csv":    func() error { return nil },
		"./june.csv":  func() error { return nil },
		"hard link":   func() error { return os.Link("june.csv", "hard link") },
		"symlink.csv": func() error { return os.Symlink("june.csv", "symlink.csv") },
		"new.csv":     func() error { return nil },
		"link.new.csv": func() error {
			return errors.Join(os.WriteFile("x.csv", nil, 0o600), os.Symlink("x.csv", "link.new.csv"))
		},
	}
	for path, want := range map[string]string{
		"june.csv":     "june.csv is an input, and it cannot be the report of the same run",
		"./june.csv":   "june.csv is an input, and it cannot be the report of the same run",
		"hard link":    "the report hard link is the input june.csv by another name",
		"symlink.csv":  "the report symlink.csv is the input june.csv by another name",
		"new.csv":      "",
		"link.new.csv": "",
	} {
		bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
			inFolder(t, map[string]string{"may.csv": "ref\nE9\n", "june.csv": "ref\nE1\n"})
			if err := link[path](); err != nil {
				t.Fatal(err)
			}
			s := settingsFor("may.csv", "june.csv")
			s.Report, s.Resume = path, true
			r, err := plan(t.Context(), s)
			if err == nil {
				closed(t, r, err)
			}
			var is *ReportIsInputError
			if errors.As(err, &is) != (want != "") || want != "" && err.Error() != want || want == "" && err != nil {
				t.Errorf("%s: the error is %v, want %q", path, err, want)
			}
			if text, err := os.ReadFile("june.csv"); err != nil || string(text) != "ref\nE1\n" {
				t.Errorf("the input is %q, %v", text, err)
			}
		})
	}
}

func TestAPathThatIsNoReportIsRefusedInARehearsalToo(t *testing.T) {
	bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
		for _, resume := range []bool{true, false} {
			inFolder(t, map[string]string{"june.csv": "ref\nE1\n"})
			s := settingsFor("june.csv")
			s.Report, s.Resume = os.DevNull, resume
			_, err := plan(t.Context(), s)
			var is *report.NotFileError
			var opening *OpenReportError
			if !errors.As(err, &is) || !errors.As(err, &opening) {
				t.Errorf("the error is %v", err)
			}
		}
	})
}

// TestAFolderThatCannotBeSyncedIsTold is about a file system that cannot sync folders: the
// run goes on, and says so before the first request.
func TestAFolderThatCannotBeSyncedIsTold(t *testing.T) {
	inFolder(t, map[string]string{"june.csv": "ref\nE1\n"})
	server, target := simulator(t, "E1")
	r, err := Prepare(t.Context(), settingsFor("june.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	o := r.reportOptions(false)
	o.System.SyncFolder = func(string) error { return syscall.EINVAL }
	if r.report, err = report.Open(r.ReportPath, o); err != nil {
		t.Fatal(err)
	}
	var told []error
	c := conduct()
	c.Warn = func(err error) {
		told = append(told, err)
		if server.Stats().Suspends > 0 {
			t.Error("it is told after the first request")
		}
	}
	if _, err := r.CarryOut(t.Context(), t.Context(), target, c); err != nil {
		t.Fatal(err)
	}
	var unsynced *report.UnsyncedError
	if len(told) != 1 || !errors.As(told[0], &unsynced) || server.Suspended()["E1"] != 1 {
		t.Errorf("told: %v; suspended: %v", told, server.Suspended())
	}
}
