//go:build unix

package report

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// strange makes things that are no regular files.
var strange = map[string]struct {
	make func(path string) error
	says string
}{
	"a folder":         {func(path string) error { return os.Mkdir(path, 0o700) }, " is a folder, "},
	"a pipe":           {func(path string) error { return syscall.Mkfifo(path, 0o600) }, " is a pipe, "},
	"a link to a file": {func(path string) error { return link("victim", path) }, " is a symbolic link, "},
	"a link to nothing": {func(path string) error { return os.Symlink("nothing", path) },
		" is a symbolic link, "},
	"a link to a device": {func(path string) error { return os.Symlink(os.DevNull, path) }, " is a symbolic link, "},
}

// link makes a symbolic link to a file beside it.
func link(name, path string) error {
	return errors.Join(os.WriteFile(filepath.Join(filepath.Dir(path), name), []byte("keep me"), 0o600), os.Symlink(name, path))
}

func TestWhatStandsWhereTheEndOfAReportIsKeptIsNotFollowed(t *testing.T) {
	for name, other := range strange {
		t.Run(name, func(t *testing.T) {
			text := written(t, CSV, suspended("a", 2)) + "b,2024"
			path := place(t, "a.csv", text)
			if err := other.make(path + ".torn"); err != nil {
				t.Fatal(err)
			}
			before, err := os.Lstat(path + ".torn")
			if err != nil {
				t.Fatal(err)
			}
			err = recordTo(path, true, suspended("b", 3))
			var is *NotFileError
			if !errors.As(err, &is) || !is.Torn || is.Path != path+".torn" || !strings.Contains(err.Error(), other.says) {
				t.Errorf("the error is %v", err)
			}
			if got := content(t, path); got != text {
				t.Errorf("the report was changed to %q", got)
			}
			if after, err := os.Lstat(path + ".torn"); err != nil || after.Mode() != before.Mode() {
				t.Errorf("now there is %v, %v", after.Mode(), err)
			}
			victim, err := os.ReadFile(filepath.Join(filepath.Dir(path), "victim"))
			if err == nil && string(victim) != "keep me" || err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the file that the link leads to is %q, %v", victim, err)
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), "nothing")); err == nil {
				t.Error("a file was made through the link")
			}
		})
	}
}

func TestPathsThatAreNoReports(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	if err := errors.Join(os.Mkdir(at("folder"), 0o700), syscall.Mkfifo(at("pipe"), 0o600),
		os.Symlink("nothing", at("dangling")), os.Symlink("folder", at("link to folder")),
		os.WriteFile(at("a.csv"), []byte(written(t, CSV, suspended("a", 2))), 0o600), os.Symlink("a.csv", at("link.csv"))); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		os.DevNull:           "/dev/null is a device, and it has to be a regular file",
		at("folder"):         "folder is a folder, ",
		at("link to folder"): "link to folder is a folder, ",
		at("new") + "/":      "new/ is a folder, ",
		at("pipe"):           "pipe is a pipe, ",
		at("dangling"):       "dangling is a symbolic link, ",
		at("a.csv"):          "",
		at("link.csv"):       "",
		at("new.csv"):        "",
	} {
		for _, resume := range []bool{true, false} {
			r, err := Open(path, options(resume))
			var is *NotFileError
			switch {
			case want == "" && errors.As(err, &is):
				t.Errorf("%s: %v", path, err)
			case want != "" && (!errors.As(err, &is) || is.Path != path || is.Torn || !strings.Contains(err.Error(), want)):
				t.Errorf("%s: the error is %v", path, err)
			case err == nil:
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			}
			if got := CheckPath(path); (got != nil) != (want != "") {
				t.Errorf("CheckPath(%s) returns %v", path, got)
			}
		}
	}
}

// TestAReportByTheNameOfALink is about a report that goes on by another name.
func TestAReportByTheNameOfALink(t *testing.T) {
	path := place(t, "a.csv", written(t, CSV, suspended("a", 2)))
	other := filepath.Join(filepath.Dir(path), "link.csv")
	if err := os.Symlink("a.csv", other); err != nil {
		t.Fatal(err)
	}
	if err := recordTo(other, true, suspended("b", 3)); err != nil {
		t.Fatal(err)
	}
	if got := refs(readBack(t, path)); got != "a b" {
		t.Errorf("read back %s", got)
	}
}
