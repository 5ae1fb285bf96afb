package report

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"offboard/internal/table"
)

// child runs one of children in a process of its own, and returns what it prints.
func child(t *testing.T, name, path string) (string, error) {
	t.Helper()
	c := exec.Command(os.Args[0], path)
	c.Env = append(os.Environ(), childEnv+"="+name)
	out, err := c.CombinedOutput()
	return string(out), err
}

func TestANewReport(t *testing.T) {
	for _, f := range bothFormats {
		t.Run(string(f), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), pathOf(f))
			r, err := Open(path, options(false))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				t.Error("it is there before Start")
			}
			if r.Exists() || r.Torn() != 0 || len(collect(t, r.Lines())) != 0 {
				t.Error("a new report has something to resume from")
			}
			w, err := r.Start()
			if err != nil {
				t.Fatal(err)
			}
			if got, want := content(t, path), written(t, f); got != want {
				t.Errorf("started, it holds %q, want %q", got, want)
			}
			info, err := os.Stat(path)
			if err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
				t.Errorf("its mode is %v (%v), want 0600", info.Mode(), err)
			}
			if err := errors.Join(w.Record(suspended("a", 2)), w.Record(suspended("b", 3), suspended("c", 4)), w.Close(), r.Close()); err != nil {
				t.Fatal(err)
			}
			if got, want := content(t, path), written(t, f, suspended("a", 2), suspended("b", 3), suspended("c", 4)); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestResumingFromAReport(t *testing.T) {
	for _, f := range bothFormats {
		path := filepath.Join(t.TempDir(), pathOf(f))
		if err := recordTo(path, true, suspended("a", 2)); err != nil {
			t.Fatalf("an absent report is not started: %v", err)
		}
		before := content(t, path)
		r, err := Open(path, options(true))
		if err != nil {
			t.Fatal(err)
		}
		if !r.Exists() || refs(collect(t, r.Lines())) != "a" || r.Torn() != 0 {
			t.Errorf("%s: it does not know what is there", f)
		}
		if err := r.Close(); err != nil || content(t, path) != before {
			t.Errorf("%s: opened and closed, it changes: %v", f, err)
		}
		if err := recordTo(path, true, suspended("b", 3)); err != nil || content(t, path) != written(t, f, suspended("a", 2), suspended("b", 3)) {
			t.Errorf("%s: got %s, %v", f, content(t, path), err)
		}
	}
}

func TestTornIsTheNumberOfBytesThatStartCutsOff(t *testing.T) {
	path := place(t, "a.csv", written(t, CSV, suspended("a", 2))+"b,2024")
	r, err := Open(path, options(true))
	if err != nil {
		t.Fatal(err)
	}
	if r.Torn() != 6 || refs(collect(t, r.Lines())) != "a" {
		t.Errorf("torn are %d bytes, want 6", r.Torn())
	}
	if err := r.Close(); err != nil || !strings.HasSuffix(content(t, path), "b,2024") {
		t.Errorf("it was repaired before Start: %v", err)
	}
}

func TestWhatCannotBeOpened(t *testing.T) {
	folder := t.TempDir()
	existing := place(t, "a.csv", written(t, CSV, suspended("a", 2)))
	for _, test := range []struct {
		name, path string
		resume     bool
		want       error // nil: any
	}{
		{"an existing report, without resume", existing, false, ErrExists},
		{"a report in a folder that is not there", filepath.Join(folder, "none", "a.csv"), false, fs.ErrNotExist},
		{"a report in a folder that is not there, with resume", filepath.Join(folder, "none", "a.csv"), true, fs.ErrNotExist},
		{"a folder", folder, true, nil},
		{"a folder, for a new report", folder, false, nil},
		{"a device", os.DevNull, true, nil},
		{"a report in a folder that is a file", filepath.Join(existing, "a.csv"), true, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := Open(test.path, options(test.resume))
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if r != nil && err == nil {
				_ = r.Close()
			}
		})
	}
	if got := content(t, existing); got != written(t, CSV, suspended("a", 2)) {
		t.Errorf("the existing report was changed to %q", got)
	}
}

func init() {
	children["resume"] = func(path string) error { return recordTo(path, true) }
}

func TestOnlyOneRunWritesAReport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	first, err := Open(path, options(false))
	if err != nil {
		t.Fatal(err)
	}
	late, err := Open(path, options(false))
	if err != nil {
		t.Fatal(err)
	}
	w, err := first.Start()
	if err != nil {
		t.Fatal(err)
	}
	// A run that opened the same new report before it was created is too late.
	if _, err := late.Start(); !errors.Is(err, ErrExists) {
		t.Errorf("a second Start returns %v, want ErrExists", err)
	}
	if err := late.Close(); err != nil {
		t.Error(err)
	}
	locked := func(when string) {
		t.Helper()
		if _, err := Open(path, options(true)); !errors.Is(err, ErrLocked) {
			t.Errorf("%s a second Open returns %v, want ErrLocked", when, err)
		}
		if out, err := child(t, "resume", path); err == nil || !strings.Contains(out, ErrLocked.Error()) {
			t.Errorf("%s another process gets %q (%v)", when, out, err)
		}
	}
	locked("while it is written,")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	locked("before the report is closed,")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := child(t, "resume", path); err != nil {
		t.Errorf("afterwards another process gets %q (%v)", out, err)
	}

	// An existing report is locked from Open on.
	again, err := Open(path, options(true))
	if err != nil {
		t.Fatal(err)
	}
	locked("while it is only open,")
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if err := recordTo(path, true); err != nil {
		t.Errorf("after a run that did not start, the next one gets %v", err)
	}
}

func TestAFileThatIsGoneOrCutIsAnError(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("an open file cannot be removed here")
	}
	for _, test := range []struct {
		name string
		away func(path string) error
		want error
	}{
		{"removed", os.Remove, errGone},
		{"renamed", func(path string) error { return os.Rename(path, path+".old") }, errGone},
		{"replaced", func(path string) error {
			return errors.Join(os.WriteFile(path+".new", []byte(header), 0o600), os.Rename(path+".new", path))
		}, errGone},
		{"its folder removed", func(path string) error { return os.RemoveAll(filepath.Dir(path)) }, errGone},
		{"emptied", func(path string) error { return os.Truncate(path, 0) }, errCut},
		{"short of its last byte", func(path string) error {
			info, err := os.Stat(path)
			return errors.Join(err, os.Truncate(path, info.Size()-1))
		}, errCut},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "dir", "a.csv")
			if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			r, err := Open(path, options(false))
			if err != nil {
				t.Fatal(err)
			}
			w, err := r.Start()
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(w.Record(suspended("a", 2)), test.away(path)); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := w.Record(suspended("b", 3)); !errors.Is(err, test.want) {
					t.Errorf("Record returns %v, want %v", err, test.want)
				}
			}
			if err := w.Close(); !errors.Is(err, test.want) {
				t.Errorf("Close returns %v, want %v", err, test.want)
			}
			_ = r.Close() // what it locked may be gone
		})
	}
}

func TestAnInputThatCannotBeReadIsAnError(t *testing.T) {
	path := place(t, "a.csv", written(t, CSV, suspended("a", 2)))
	r, err := Open(path, options(true))
	if err != nil {
		t.Fatal(err)
	}
	lines, file := r.Lines(), r.file
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := table.FileOf(path, file, 100); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("opening a closed file ends with %v", err)
	}
	var got error
	for _, err := range lines {
		got = err
	}
	if !errors.Is(got, fs.ErrClosed) {
		t.Errorf("reading a closed file ends with %v", got)
	}
}
