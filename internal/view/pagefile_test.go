package view

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAPageIsANewFileForItsOwnerOnly(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "out.HTML")
	size, err := fullPage().WriteFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 || info.Size() != size || size < 10_000 {
		t.Errorf("%v, %v, %d bytes were said", info, err, size)
	}
	if _, err := fullPage().WriteFile(path); err == nil || err.Error() != path+" exists already, and a page replaces no other file; remove it or name another file" {
		t.Errorf("the error is %v", err)
	}
	wantOnly(t, folder, "out.HTML")
}

func TestAPageReplacesNothing(t *testing.T) {
	folder := t.TempDir()
	link := filepath.Join(folder, "link.html")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		link:                                  "exists already",
		filepath.Join(folder, "out.htm"):      "the name of a page ends in .html",
		filepath.Join(folder, "no", "a.html"): "cannot create a file in the folder of",
	} {
		if _, err := fullPage().WriteFile(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: the error is %v", path, err)
		}
	}
	// Somebody else is faster.
	written, path := filepath.Join(folder, "part"), filepath.Join(folder, "late.html")
	for _, name := range []string{written, path} {
		if err := os.WriteFile(name, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := pageFiles.place(written, path, os.Link); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("the error is %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != path {
		t.Errorf("the file has %q, %v", text, err)
	}
	wantOnly(t, folder, "late.html", "link.html")
}

// wantOnly looks for files that should not be in a folder.
func wantOnly(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("the folder has %q, want %q", names, want)
	}
}
