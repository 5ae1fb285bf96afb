package run

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// writers are what another program can do to the input june.csv while a run is planned.
var writers = []struct {
	name    string
	write   func() error
	changed bool
}{
	{"appends a row", func() error { return writeTo("june.csv", os.O_APPEND, "E3\n") }, true},
	{"appends a part of a row", func() error { return writeTo("june.csv", os.O_APPEND, `"E`) }, true},
	{"truncates it", func() error { return os.Truncate("june.csv", 6) }, true},
	{"writes it anew, with the same size", func() error { return writeTo("june.csv", os.O_TRUNC, "ref\nE1\nE9\n") }, true},
	{"writes a part of it, with the same size", func() error { return writeTo("june.csv", 0, "ref\nE9") }, true},
	{"changes only its time", func() error { now := time.Now(); return os.Chtimes("june.csv", now, now) }, true},
	{"does nothing", func() error { return nil }, false},
	{"puts another file under its name", func() error {
		return errors.Join(os.WriteFile("new.csv", []byte("ref\nE7\nE8\nE9\n"), 0o600), os.Rename("new.csv", "june.csv"))
	}, false},
	{"moves it away", func() error { return os.Rename("june.csv", "done.csv") }, false},
}

// writeTo writes a text to a file that exists.
func writeTo(path string, flag int, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|flag, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// oldInput makes a folder in which june.csv was written long ago, so that its time of
// change shows every write.
func oldInput(t *testing.T) {
	t.Helper()
	inFolder(t, map[string]string{"june.csv": "ref\nE1\nE2\n"})
	longAgo := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	if err := os.Chtimes("june.csv", longAgo, longAgo); err != nil {
		t.Fatal(err)
	}
}

func TestAnInputThatChangesWhileItIsPlanned(t *testing.T) {
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			oldInput(t)
			r, err := prepare(t.Context(), settingsFor("june.csv"), func(r *Run, _ bool) error {
				return errors.Join(w.write(), r.plan(t.Context(), noLines, false))
			})
			if !w.changed {
				closed(t, r, err)
				if r.Totals[leaver.Pending] != 2 {
					t.Errorf("the totals are %v, want the two leavers of the file that was opened", r.Totals)
				}
				return
			}
			if !errors.Is(err, table.ErrChanged) || err.Error() != "june.csv changed while it was being read; wait until it is complete" {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestAnInputThatChangesBeforeTheFirstRequest(t *testing.T) {
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			oldInput(t)
			server, target := simulator(t, "E1", "E2", "E3", "E7", "E8", "E9")
			r, err := Prepare(t.Context(), settingsFor("june.csv"))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if err := w.write(); err != nil {
				t.Fatal(err)
			}
			ended, err := r.CarryOut(t.Context(), t.Context(), target, conduct())
			if !w.changed {
				if done := server.Suspended(); err != nil || len(done) != 2 || done["E1"] != 1 || done["E2"] != 1 {
					t.Errorf("suspended: %v (%v), want the leavers who were planned", done, err)
				}
				return
			}
			if !errors.Is(err, table.ErrChanged) || ended.Began() || server.Stats().Suspends > 0 {
				t.Errorf("%d requests, and the error is %v (began: %t)", server.Stats().Suspends, err, ended.Began())
			}
			if _, err := os.Stat("june.report.csv"); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("there is a report: %v", err)
			}
		})
	}
}

// An input that changes while the report is prepared: here the report itself appends
// to it, because the file for its incomplete line is the input by another name.
func TestAnInputThatChangesWhileTheReportIsPrepared(t *testing.T) {
	oldInput(t)
	err := errors.Join(os.WriteFile("june.report.csv", []byte(header+"E1,,susp"), 0o600), os.Link("june.csv", "june.report.csv.torn"))
	if err != nil {
		t.Fatal(err)
	}
	server, target := simulator(t, "E1", "E2")
	s := settingsFor("june.csv")
	s.Resume = true
	r, err := Prepare(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ended, err := r.CarryOut(t.Context(), t.Context(), target, conduct())
	if !errors.Is(err, table.ErrChanged) || ended.Began() || server.Stats().Suspends > 0 {
		t.Errorf("%d requests, and the error is %v (began: %t)", server.Stats().Suspends, err, ended.Began())
	}
}

func TestAReportThatTheRunContinuesMayChangeByTheRun(t *testing.T) {
	// The run cuts off the incomplete line before it sends anything.
	inFolder(t, map[string]string{"june.report.csv": header + "E1,,failed,june.csv,2,500,5,80,2026-01-02T03:04:05Z,,\nE2,,susp"})
	_, target := simulator(t, "E1")
	carriedOut(t, settingsFor("june.report.csv"), target)
	if got := lines(t, "june.report.csv"); !slices.Equal(got, []string{"E1 suspended"}) {
		t.Errorf("the report has %q", got)
	}
}

// Within the resolution of a clock a write leaves the time of change as it was, and two rows
// that change places leave the size. Only if a run says when it opened its inputs are all
// bytes of a new one compared: those in the middle are nowhere else looked at before the
// first request.
func TestRowsThatChangePlacesInANewInputStopTheRun(t *testing.T) {
	oldInput(t)
	rows := []string{"ref"}
	for i := range 2000 {
		rows = append(rows, fmt.Sprintf("E%05d", i))
	}
	text := func() []byte { return []byte(strings.Join(rows, "\n") + "\n") }
	s := settingsFor("june.csv")
	s.Reading.Options.Now = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	written := s.Reading.Options.Now.Add(-time.Second)
	write := func() error {
		return errors.Join(os.WriteFile("june.csv", text(), 0o600), os.Chtimes("june.csv", written, written))
	}
	if err := write(); err != nil {
		t.Fatal(err)
	}
	server, target := simulator(t)
	r, err := Prepare(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows[1000], rows[1001] = rows[1001], rows[1000]
	if err := write(); err != nil {
		t.Fatal(err)
	}
	ended, err := r.CarryOut(t.Context(), t.Context(), target, conduct())
	if !errors.Is(err, table.ErrChanged) || ended.Began() || server.Stats().Suspends > 0 {
		t.Errorf("%d requests, and the error is %v (began: %t)", server.Stats().Suspends, err, ended.Began())
	}
	if _, err := os.Stat("june.report.csv"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a report: %v", err)
	}
}
