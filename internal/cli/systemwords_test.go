package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

func TestWhatTheSystemSaysOfAFileIsSaidInWords(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("leavers.csv", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	at := func(path string, err error) error { return &fs.PathError{Op: "open", Path: path, Err: err} }
	for want, err := range map[string]error{
		"--except: keep.csv does not exist; add it":               fmt.Errorf("--except: %w; add it", at("keep.csv", syscall.ENOENT)),
		"leaver.csv does not exist; did you mean leavers.csv?":    at("leaver.csv", syscall.ENOENT),
		"no/leaver.csv does not exist":                            at("no/leaver.csv", fs.ErrNotExist),
		"a.csv: this user has no permission for it":               at("a.csv", syscall.EACCES),
		"a is a folder, and not a file":                           at("a", syscall.EISDIR),
		"a/b: a part of this path is a file, and not a folder":    at("a/b", syscall.ENOTDIR),
		"a: no space left on device":                              at("a", syscall.ENOSPC),
		"a does not exist\nb: this user has no permission for it": errors.Join(at("a", fs.ErrNotExist), at("b", fs.ErrPermission)),
		"another error": errors.New("another error"),
		"leavers.csv: row 3: x: this user has no permission for it, twice": fmt.Errorf("leavers.csv: %w, twice", fmt.Errorf("row 3: %w", at("x", syscall.EPERM))),
	} {
		if got := plain(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSlipsOfValues(t *testing.T) {
	names := []string{"production", "production-mea", "not_found", "odd-ref", "held"}
	for word, want := range map[string]string{
		"prod": "; did you mean production?", "Production": "; did you mean production?", "notfound": "; did you mean not_found?",
		"odd": "; did you mean odd-ref?", "hled": "; did you mean held?", "ODD_REF": "; did you mean odd-ref?", "weather": "", "": "",
	} {
		if got := didYouMean(word, names); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}
