package table

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

func TestAFileIsReadAgain(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(t *testing.T, f *File) (string, error) {
		t.Helper()
		again, err := f.Again()
		if err != nil {
			return "", err
		}
		defer again.Close()
		r, err := again.Reader()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		return string(text), err
	}
	for name, tt := range map[string]struct {
		change         func() error
		open, detached bool // whether it is read as it was, if it stays open, and if it does not
	}{
		"nothing happens":     {func() error { return nil }, true, true},
		"it is removed":       {func() error { return os.Remove("a.csv") }, true, false},
		"another replaces it": {func() error { return os.Rename("b.csv", "a.csv") }, true, false},
		"it grows":            {func() error { return os.WriteFile("a.csv", []byte("ref\nE1\nE2\n"), 0o600) }, false, false},
		"its time changes":    {func() error { return os.Chtimes("a.csv", time.Time{}, time.Now().Add(-time.Hour)) }, false, false},
	} {
		for _, detach := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				write("a.csv", "ref\nE1\n")
				write("b.csv", "ref\nE9\n")
				f, err := Open("a.csv")
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				want := tt.open
				if detach {
					want = tt.detached
					if err := f.Detach(); err != nil {
						t.Fatal(err)
					}
				}
				if err := tt.change(); err != nil {
					t.Fatal(err)
				}
				text, err := read(t, f)
				if detach && !want && !errors.Is(err, ErrChanged) || (detach || want) && want != (err == nil && text == "ref\nE1\n") {
					t.Errorf("detached %t: %q, %v", detach, text, err)
				}
				if err := f.CheckUnchanged(); want != (err == nil) || err != nil && !errors.Is(err, ErrChanged) {
					t.Errorf("detached %t: %v", detach, err)
				}
			})
		}
	}
}
