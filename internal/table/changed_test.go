package table

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// longAgo is a time of change that no write of these tests can have.
var longAgo = time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)

// oldFile writes a file that was changed long ago.
func oldFile(t *testing.T, path, text string) {
	t.Helper()
	writeFile(t, path, text)
	if err := os.Chtimes(path, longAgo, longAgo); err != nil {
		t.Fatal(err)
	}
}

// changes are what can happen to the file "input" with the content "text" after it was
// opened, and whether that is a change.
var changes = map[string]struct {
	change  func() error
	changed bool
}{
	"nothing happens":     {func() error { return nil }, false},
	"it is read":          {func() error { _, err := os.ReadFile("input"); return err }, false},
	"bytes are appended":  {func() error { return write("input", os.O_APPEND, " and more") }, true},
	"it is truncated":     {func() error { return os.Truncate("input", 2) }, true},
	"it is emptied":       {func() error { return os.Truncate("input", 0) }, true},
	"it is overwritten":   {func() error { return write("input", 0, "TEXT") }, true},
	"it is touched":       {func() error { now := time.Now(); return os.Chtimes("input", now, now) }, true},
	"its time is older":   {func() error { return os.Chtimes("input", longAgo, longAgo.Add(-time.Second)) }, true},
	"its mode is another": {func() error { return os.Chmod("input", 0o640) }, false},
	"it is renamed":       {func() error { return os.Rename("input", "elsewhere") }, false},
	"it is removed":       {func() error { return os.Remove("input") }, false},
	"another file replaces it under its name": {func() error {
		return errors.Join(os.WriteFile("new", []byte("another text"), 0o600), os.Rename("new", "input"))
	}, false},
	"it grows, with the old time": {func() error {
		return errors.Join(write("input", os.O_APPEND, " and more"), os.Chtimes("input", longAgo, longAgo))
	}, true},
}

// write writes a text to a file that exists.
func write(path string, flag int, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|flag, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func TestAFileThatChangesAfterItWasOpened(t *testing.T) {
	for name, tt := range changes {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			oldFile(t, "input", "text")
			f := openPath(t, "input")
			if err := tt.change(); err != nil {
				t.Fatal(err)
			}
			err := f.CheckUnchanged()
			if errors.Is(err, ErrChanged) != tt.changed || err != nil && err.Error() != "input changed while it was being read; wait until it is complete" {
				t.Errorf("the error is %v, want one: %t", err, tt.changed)
			}
			if again := f.CheckUnchanged(); errors.Is(again, ErrChanged) != tt.changed {
				t.Errorf("checked again, the error is %v", again)
			}
			if !tt.changed && content(t, f) != "text" {
				t.Errorf("the file has not changed, and %q is read", content(t, f))
			}
		})
	}
}

func TestACopyDoesNotChange(t *testing.T) {
	t.Chdir(t.TempDir())
	packed := compressed(t, "text")
	oldFile(t, "input", packed)
	unpacked := openPath(t, "input")
	if err := unpacked.Unpack(); err != nil {
		t.Fatal(err)
	}
	spooled, err := Spool(Stdin, strings.NewReader("text"))
	if err != nil {
		t.Fatal(err)
	}
	defer spooled.Close()
	if err := write("input", os.O_APPEND, "more"); err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]*File{"unpacked": unpacked, "a stream": spooled, "in memory": fileOf(t, "text")} {
		if err := f.CheckUnchanged(); err != nil || content(t, f) != "text" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFileThatChangesBeforeItIsUnpackedIsRefused(t *testing.T) {
	for name, change := range map[string]func() error{
		"bytes are appended": func() error { return write("input", os.O_APPEND, "more") },
		"it is truncated":    func() error { return os.Truncate("input", 20) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			oldFile(t, "input", compressed(t, "text"))
			f := openPath(t, "input")
			if err := change(); err != nil {
				t.Fatal(err)
			}
			if err := f.Unpack(); !errors.Is(err, ErrChanged) || !f.Compressed() {
				t.Errorf("the error is %v (still compressed: %t)", err, f.Compressed())
			}
		})
	}
}

func TestAFileThatIsClosedCannotBeChecked(t *testing.T) {
	t.Chdir(t.TempDir())
	writeFile(t, "input", "text")
	f, err := Open("input")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.CheckUnchanged(); !errors.Is(err, os.ErrClosed) || errors.Is(err, ErrChanged) {
		t.Errorf("the error is %v", err)
	}
}

// TestAWriteThatKeepsSizeAndTime has writes within the resolution of a clock, which leave
// the size and the time of change of a file as they were.
func TestAWriteThatKeepsSizeAndTime(t *testing.T) {
	const size, middle = 1 << 20, 1 << 19
	for name, tt := range map[string]struct {
		at      int64
		age     time.Duration // of the file when it is opened
		changed bool
	}{
		"at its beginning":                                {0, time.Hour, true},
		"at its end":                                      {size - 1, time.Hour, true},
		"in the middle, of a file that is new":            {middle, time.Second, true},
		"in the middle, with a time in the future":        {middle, -time.Hour, true},
		"in the middle, of an old file (not promised)":    {middle, time.Hour, false},
		"in the middle, of a file just too old":           {middle, coarsest, false},
		"at the end of the first part, of an old file":    {printedEnd - 1, time.Hour, true},
		"at the beginning of the last, of an old file":    {size - printedEnd, time.Hour, true},
		"nowhere, of a file that has just been written":   {-1, 0, false},
		"nowhere, of a file with a time in the future":    {-1, -time.Hour, false},
		"nowhere, of a file that was written long before": {-1, time.Hour, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			oldFile(t, "input", strings.Repeat("x", size))
			f, err := Opening{Now: longAgo.Add(tt.age)}.Open("input")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if tt.at >= 0 {
				w, err := os.OpenFile("input", os.O_WRONLY, 0)
				if err != nil {
					t.Fatal(err)
				}
				_, err = w.WriteAt([]byte("y"), tt.at)
				if err := errors.Join(err, w.Close(), os.Chtimes("input", longAgo, longAgo)); err != nil {
					t.Fatal(err)
				}
			}
			if err := f.CheckUnchanged(); errors.Is(err, ErrChanged) != tt.changed || !tt.changed && err != nil {
				t.Errorf("the error is %v, want one: %t", err, tt.changed)
			}
		})
	}
}
