package view

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/xuri/excelize/v2"

	"offboard/internal/leaver"
)

// wantNothing writes a workbook, which has to fail with a text and to leave nothing behind.
func wantNothing(t *testing.T, b Book, says string) {
	t.Helper()
	wantNothingAt(t, t.Context(), "copy.xlsx", b, says)
}

func wantNothingAt(t *testing.T, ctx context.Context, name string, b Book, says string) error {
	t.Helper()
	folder, scratch := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", scratch)
	b.Made = made
	_, err := WriteWorkbook(ctx, filepath.Join(folder, name), b)
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("the error is %v, want %q", err, says)
	}
	wantFiles(t, folder)
	wantFiles(t, scratch)
	return err
}

// wantFiles checks which files a folder has.
func wantFiles(t *testing.T, folder string, want ...string) {
	t.Helper()
	found, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range found {
		names = append(names, f.Name())
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("the folder has %q, want %q", names, want)
	}
}

func TestTheFileIsForItsOwnerAndNothingElseIsLeft(t *testing.T) {
	scratch := t.TempDir()
	t.Setenv("TMPDIR", scratch)
	path, _ := written(t, Book{Lines: linesOf(everyOutcome()...)})
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	wantFiles(t, filepath.Dir(path), "copy.xlsx")
	wantFiles(t, scratch)
}

func TestNoOtherFileIsReplaced(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "copy.xlsx")
	create := func() {
		if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	fails := func(b Book) error {
		t.Helper()
		_, err := WriteWorkbook(t.Context(), path, b)
		if err == nil || !strings.Contains(err.Error(), "copy.xlsx exists already, and a workbook replaces no other file; remove it or name another file") {
			t.Errorf("the error is %v", err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != "mine" {
			t.Errorf("the file is %q, %v", text, err)
		}
		wantFiles(t, folder, "copy.xlsx")
		return err
	}
	create()
	err := fails(Book{Lines: linesOf(everyOutcome()...)})
	if _, broke := errors.AsType[*WriteError](err); broke {
		t.Errorf("an error that is known before anything is read is %T", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	// Another program creates it in between.
	fails(Book{Lines: func(yield func(leaver.Result, error) bool) {
		create()
		linesOf(everyOutcome()...)(yield)
	}})
	if err := errors.Join(os.Remove(path), os.Symlink("nowhere", path)); err != nil {
		t.Fatal(err)
	}
	unread := func(func(leaver.Result, error) bool) { t.Error("the lines are read for nothing") }
	if _, err := WriteWorkbook(t.Context(), path, Book{Lines: unread}); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("a symbolic link: the error is %v", err)
	}
}

func TestAFileSystemWithoutSecondNames(t *testing.T) {
	t.Chdir(t.TempDir())
	link := func(string, string) error { return syscall.EPERM }
	for _, says := range []string{"", "copy.xlsx exists already"} { // the second one finds the first
		if err := os.WriteFile("part", []byte("workbook"+says), 0o600); err != nil {
			t.Fatal(err)
		}
		err := workbooks.place("part", "copy.xlsx", link)
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("the error is %v, want %q", err, says)
		}
		if text, err := os.ReadFile("copy.xlsx"); err != nil || string(text) != "workbook" {
			t.Errorf("the file is %q, %v", text, err)
		}
		wantFiles(t, ".", "copy.xlsx")
	}
}

func TestAPathThatIsNoneOfAWorkbook(t *testing.T) {
	for name, says := range map[string]string{
		"copy.csv":         "copy.csv: the name of a workbook ends in .xlsx",
		"copy":             "copy: the name of a workbook ends in .xlsx",
		"absent/copy.xlsx": "cannot create a file in the folder of ",
	} {
		err := wantNothingAt(t, t.Context(), name, Book{Lines: linesOf()}, says)
		if _, broke := errors.AsType[*WriteError](err); broke {
			t.Errorf("%s: the error is %T", name, err)
		}
	}
	t.Chdir(t.TempDir())
	if _, err := WriteWorkbook(t.Context(), "COPY.XLSX", Book{Lines: linesOf()}); err != nil {
		t.Error(err)
	}
}

func TestAFolderForTemporaryFilesThatIsNotThere(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(folder, "absent"))
	_, err := WriteWorkbook(t.Context(), filepath.Join(folder, "copy.xlsx"), Book{Lines: linesOf()})
	if err == nil || !strings.Contains(err.Error(), "cannot create a folder for temporary files, which a workbook needs") || !strings.Contains(err.Error(), "$TMPDIR") {
		t.Errorf("the error is %v", err)
	}
	wantFiles(t, folder)
}

func TestAnErrorOfTheLinesLeavesNothingBehind(t *testing.T) {
	broken := errors.New("june.csv:7: broken")
	for _, reading := range []int{1, 2, 3} {
		n := 0
		err := wantNothingAt(t, t.Context(), "copy.xlsx", Book{Lines: func(yield func(leaver.Result, error) bool) {
			if n++; n == reading {
				yield(leaver.Result{}, broken)
				return
			}
			linesOf(lineOf("E1", "", leaver.Failed, ""))(yield)
		}}, "june.csv:7: broken")
		if _, broke := errors.AsType[*WriteError](err); broke || !errors.Is(err, broken) {
			t.Errorf("in reading %d the error is %T", reading, err)
		}
	}
}

func TestPackingEndsWithTheContext(t *testing.T) {
	stop := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	err := wantNothingAt(t, ctx, "copy.xlsx", Book{Lines: func(yield func(leaver.Result, error) bool) {
		linesOf(everyOutcome()...)(yield)
		cancel(stop)
	}}, "interrupted")
	if !errors.Is(err, stop) {
		t.Errorf("the error is %v", err)
	}
}

// TestSheetsUseTheFolderForTemporaryFiles fails if the library keeps large sheets elsewhere:
// in memory, or in a folder that is not removed.
func TestSheetsUseTheFolderForTemporaryFiles(t *testing.T) {
	scratch := t.TempDir()
	t.Setenv("TMPDIR", scratch)
	line := lineOf("E1", "", leaver.Suspended, strings.Repeat("x", 30_000))
	const rows = 2 * excelize.StreamChunkSize / 30_000
	seen := false
	path, _ := written(t, Book{Lines: func(yield func(leaver.Result, error) bool) {
		for range rows {
			if !yield(line, nil) {
				return
			}
		}
		found, err := filepath.Glob(filepath.Join(scratch, "offboard-xlsx-*", "*"))
		seen = seen || err == nil && len(found) > 0
	}})
	if !seen {
		t.Error("no sheet was ever in the folder for temporary files")
	}
	wantFiles(t, scratch)
	if n := len(textsOf(t, path, "All rows", 0)); n != rows {
		t.Errorf("the sheet has %d rows, want %d", n, rows)
	}
}
