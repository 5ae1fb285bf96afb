package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// wantBroken waits for a run whose report cannot be written, and compares the calls
// with the lines of a file.
func (b *bench) wantBroken(t *testing.T, p *program, file string, says ...string) {
	t.Helper()
	p.wantExit(t, 1)
	for _, want := range append(says, "the report cannot be written", "leavers.report.csv", "To go on: offboard run leavers.csv") {
		if !strings.Contains(p.output.String(), want) {
			t.Errorf("the output lacks %q\n%s", want, p.output.String())
		}
	}
	sent := b.Stats().Suspends
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	recorded := strings.Count(string(text), ",suspended,leavers.csv,")
	if lost := sent - recorded; lost > 8 {
		t.Errorf("%d requests were sent without a record, want 8 at most", lost)
	}
	if sent == b.n {
		t.Error("a call was sent for every leaver")
	}
}

func TestAReportThatIsTakenAwayStopsTheRun(t *testing.T) {
	for name, take := range map[string]func(path string) error{
		"moved": func(path string) error { return os.Rename(path, path+".moved") },
		"replaced": func(path string) error {
			if err := os.Rename(path, path+".moved"); err != nil {
				return err
			}
			return os.WriteFile(path, []byte("something else\n"), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := setUp(t, 400, thrivetest.Options{})
			b.SetFaults(thrivetest.Faults{Latency: 20 * time.Millisecond})
			p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0")
			p.begin(t)
			b.waitFor(t, 50)
			report := filepath.Join(b.dir, "leavers.report.csv")
			if err := take(report); err != nil {
				t.Fatal(err)
			}
			b.wantBroken(t, p, report+".moved", "the file was removed or replaced while the run was writing it")
		})
	}
}

func TestAFullDiskStopsTheRunAndTheNextOneGoesOn(t *testing.T) {
	b := setUp(t, 2000, thrivetest.Options{})
	disk := filepath.Join(b.dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("no small file system can be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", disk).Run() })
	report := filepath.Join(disk, "leavers.report.csv")
	first := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--report", report)
	first.begin(t)
	b.wantBroken(t, first, report, "no space left on device")

	// A run that starts with a full disk sends nothing.
	sent := b.Stats().Suspends
	full := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--report", report, "--resume")
	full.run(t, 1)
	if more := b.Stats().Suspends - sent; more != 0 {
		t.Errorf("%d requests were sent on a full disk", more)
	}

	// With space on the disk the same command finishes.
	if out, err := exec.Command("mount", "-o", "remount,size=4m", disk).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--report", report, "--resume").run(t, 0)
	if s := b.Stats(); s.Suspended != 2000 || s.Repeats > 8 {
		t.Errorf("%d suspended, %d repeats; want 2000, and 8 at most", s.Suspended, s.Repeats)
	}
}

// TestASummaryOnAFullDisk has room for the report, and none for the summary.
func TestASummaryOnAFullDisk(t *testing.T) {
	b := setUp(t, 20, thrivetest.Options{})
	disk := filepath.Join(b.dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Skipf("no small file system can be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", disk).Run() })
	if err := os.WriteFile(filepath.Join(disk, "full"), make([]byte, 16<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	summary := filepath.Join(disk, "s.json")
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--summary", summary)
	p.run(t, 1)
	for _, want := range []string{"The run is finished.", "offboard: the summary " + summary + " cannot be written: ", "no space left on device", "; the report is not affected"} {
		if !strings.Contains(p.output.String(), want) {
			t.Errorf("the output lacks %q\n%s", want, p.output.String())
		}
	}
	if files, err := os.ReadDir(disk); err != nil || len(files) != 1 {
		t.Errorf("it leaves %v behind, %v", files, err)
	}
	// The report is complete, and another run has nothing to do but the summary.
	again := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--resume", "--summary", filepath.Join(b.dir, "s.json"))
	again.run(t, 0)
	if s := b.Stats(); s.Suspends != 20 || !strings.Contains(again.output.String(), "0 leavers tried") {
		t.Errorf("%d calls\n%s", s.Suspends, again.output.String())
	}
}
