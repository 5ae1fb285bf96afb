package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// lacking are the errors by which file systems say that they cannot do something.
var lacking = []error{syscall.ENOLCK, syscall.ENOSYS, syscall.EOPNOTSUPP, syscall.ENOTSUP, syscall.EINVAL}

func lockFails(err error) System {
	return System{Lock: func(path string) (func() error, error) {
		return nil, &fs.PathError{Op: "lock", Path: path, Err: err}
	}}
}

func TestAFileSystemWithoutLocks(t *testing.T) {
	for _, lack := range lacking {
		path := filepath.Join(t.TempDir(), "a.csv")
		o := options(true)
		o.System = lockFails(lack)
		r, err := Open(path, o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Start()
		var none *NoLocksError
		if !errors.As(err, &none) || none.Path != path || !errors.Is(err, lack) || !strings.Contains(err.Error(), "the file system of this folder has no locks") {
			t.Errorf("a new report: %v", err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v: a new report was left behind", lack)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}

		text := written(t, CSV, suspended("a", 2))
		path = place(t, "a.csv", text)
		if _, err := Open(path, o); !errors.As(err, &none) {
			t.Errorf("a report that is there: %v", err)
		}
		if content(t, path) != text {
			t.Error("the report that was there has changed")
		}
	}
}

func TestALockThatFailsForAnotherReason(t *testing.T) {
	for _, test := range []struct {
		err  error
		left bool
	}{{syscall.EIO, false}, {ErrLocked, true}} { // another run has opened the new report meanwhile
		path := filepath.Join(t.TempDir(), "a.csv")
		o := options(false)
		o.System = lockFails(test.err)
		r, err := Open(path, o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.Start()
		var none *NoLocksError
		if !errors.Is(err, test.err) || errors.As(err, &none) {
			t.Errorf("the error is %v, want %v", err, test.err)
		}
		if _, err := os.Lstat(path); (err == nil) != test.left {
			t.Errorf("%v: left behind: %t", test.err, err == nil)
		}
	}
}

func TestAFolderThatCannotBeSyncedIsAWarning(t *testing.T) {
	for _, lack := range lacking {
		path := filepath.Join(t.TempDir(), "a.csv")
		o := options(false)
		o.System.SyncFolder = func(path string) error { return &fs.PathError{Op: "sync", Path: path, Err: lack} }
		r, err := Open(path, o)
		if err != nil {
			t.Fatal(err)
		}
		w, err := r.Start()
		if err != nil {
			t.Fatalf("%v: %v", lack, err)
		}
		var unsynced *UnsyncedError
		if got := r.Unsynced(); !errors.As(got, &unsynced) || unsynced.Folder != filepath.Dir(path) || !errors.Is(got, lack) {
			t.Errorf("%v: the warning is %v", lack, got)
		}
		if err := errors.Join(w.Record(suspended("a", 2)), w.Close(), r.Close()); err != nil {
			t.Error(err)
		}
	}
}

func TestAFolderWhoseSyncFailsIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	o := options(false)
	o.System.SyncFolder = func(string) error { return syscall.EIO }
	r, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Start(); !errors.Is(err, syscall.EIO) || r.Unsynced() != nil {
		t.Errorf("the error is %v, and the warning is %v", err, r.Unsynced())
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a new report was left behind")
	}
}

func TestAFolderThatIsSyncedIsNoWarning(t *testing.T) {
	r, err := Open(filepath.Join(t.TempDir(), "a.csv"), options(false))
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.Start()
	if err != nil || r.Unsynced() != nil {
		t.Fatal(err, r.Unsynced())
	}
	if err := errors.Join(w.Close(), r.Close()); err != nil {
		t.Error(err)
	}
}

// TestWhatAnotherProgramWritesStopsTheRun has a text that another program appends to the
// report: nothing may be written behind it.
func TestWhatAnotherProgramWritesStopsTheRun(t *testing.T) {
	for name, text := range map[string]string{
		"a line": "x,,pending,a.csv,3,,,,,,,,\n", "a part of a line": "x,,pen", "a line break": "\n", "a blank": " ",
	} {
		t.Run(name+", before a line", func(t *testing.T) {
			path := place(t, "a.csv", written(t, CSV, suspended("a", 2)))
			r, w := started(t, path)
			if err := errors.Join(w.Record(suspended("b", 3)), appendTo(path, text)); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := w.Record(suspended("c", 4)); !errors.Is(err, errGrown) || !strings.Contains(fmt.Sprint(err), path) {
					t.Errorf("Record returns %v", err)
				}
			}
			if err := w.Close(); !errors.Is(err, errGrown) {
				t.Errorf("Close returns %v", err)
			}
			if got, want := content(t, path), written(t, CSV, suspended("a", 2), suspended("b", 3))+text; got != want {
				t.Errorf("the report is %q, want %q", got, want)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
		t.Run(name+", after the last line", func(t *testing.T) {
			path := place(t, "a.csv", written(t, CSV, suspended("a", 2)))
			r, w := started(t, path)
			if err := errors.Join(w.Record(suspended("b", 3)), appendTo(path, text)); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); !errors.Is(err, errGrown) {
				t.Errorf("Close returns %v", err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
		t.Run(name+", before the run begins", func(t *testing.T) {
			before := written(t, CSV, suspended("a", 2)) + "b,"
			path := place(t, "a.csv", before)
			r, err := Open(path, options(true))
			if err != nil {
				t.Fatal(err)
			}
			if err := appendTo(path, text); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Start(); !errors.Is(err, errGrown) {
				t.Errorf("Start returns %v", err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if got := content(t, path); got != before+text {
				t.Errorf("the report is %q, want %q", got, before+text)
			}
		})
	}
}

// started opens a report to resume from it, and starts it.
func started(t *testing.T, path string) (*Report, *Writer) {
	t.Helper()
	r, err := Open(path, options(true))
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.Start()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}

func appendTo(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
