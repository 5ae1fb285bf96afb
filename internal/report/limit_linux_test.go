package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// limited limits the size of the files that this process can write. Tests use it in
// place of a full disk.
func limited(bytes uint64) error {
	signal.Ignore(syscall.SIGXFSZ) // a write that fails is enough
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes})
}

func init() {
	children["start on a full disk"] = func(path string) error {
		if err := limited(1000); err != nil {
			return err
		}
		return recordTo(path, true)
	}
	children["fill the disk"] = func(path string) error {
		if err := limited(8000); err != nil {
			return err
		}
		r, err := Open(path, options(true))
		if err != nil {
			return err
		}
		w, err := r.Start()
		if err != nil {
			return err
		}
		for i := 0; err == nil; i++ {
			if err = w.Record(suspended(fmt.Sprint("e", i), i+2)); err != nil {
				fmt.Println("recorded", i)
			}
		}
		if again := w.Record(suspended("later", 9999)); again == nil {
			return errors.New("it records after an error")
		}
		return errors.Join(err, w.Close(), r.Close())
	}
}

func TestStartProvesThatThereIsRoom(t *testing.T) {
	for _, f := range bothFormats {
		before := written(t, f, suspended("a", 2))
		path := place(t, pathOf(f), before+`{"ref":"b`)
		out, err := child(t, "start on a full disk", path)
		if err == nil || !strings.Contains(out, "file too large") || !strings.Contains(out, path) {
			t.Errorf("Start succeeds on a full disk: %q", out)
		}
		if got := content(t, path); got != before {
			t.Errorf("it leaves %q, want %q", got, before)
		}
	}
}

func TestANewReportThatCannotBeStartedLeavesNothingBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	if out, err := child(t, "start on a full disk", path); err == nil {
		t.Fatalf("Start succeeds on a full disk: %q", out)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the next run would be told that the report exists: %v", err)
	}
}

func TestAFullDiskStopsARunAndTheNextOneResumes(t *testing.T) {
	for _, f := range bothFormats {
		path := filepath.Join(t.TempDir(), pathOf(f))
		out, err := child(t, "fill the disk", path)
		if err == nil || !strings.Contains(out, "file too large") {
			t.Fatalf("%s: got %q, %v", f, out, err)
		}
		recorded := -1
		if _, err := fmt.Sscanf(out, "recorded %d", &recorded); err != nil || recorded < 10 {
			t.Fatalf("%s: got %q, %v", f, out, err)
		}
		if strings.HasSuffix(content(t, path), "\n") {
			t.Errorf("%s: the test has no torn line", f)
		}
		if err := recordTo(path, true, suspended("new", 1)); err != nil {
			t.Fatal(err)
		}
		got := readBack(t, path)
		// A CSV line that lacks only the end of its message is kept.
		if n := len(got) - 1; n != recorded && n != recorded+1 || got[n].Ref != "new" {
			t.Errorf("%s: %d lines were recorded, %d are there", f, recorded, n)
		}
	}
}

func TestStartOfAReportThatCannotBeWritten(t *testing.T) {
	if syscall.Geteuid() == 0 {
		t.Skip("nothing is forbidden to root")
	}
	path := filepath.Join(t.TempDir(), "a.csv")
	r, err := Open(path, options(false))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Chmod(filepath.Dir(path), 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Start(); !errors.Is(err, syscall.EACCES) {
		t.Errorf("Start returns %v", err)
	}
}
