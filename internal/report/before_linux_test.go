package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func init() {
	children["accounts on a full disk"] = func(path string) error {
		if err := limited(1000); err != nil {
			return err
		}
		b, err := OpenBefore(path, BeforeOptions{Target: target})
		if err != nil {
			return err
		}
		all := make([]Before, 100)
		for i := range all {
			all[i] = ada
		}
		if err = b.Append(accounts(all...)); err != nil && b.Append(accounts(ada)) == nil {
			return errors.New("it appends after an error")
		}
		return errors.Join(err, b.Close())
	}
	children["no room for a header"] = func(path string) error {
		if err := limited(10); err != nil {
			return err
		}
		b, err := OpenBefore(path, BeforeOptions{Target: target})
		if err != nil {
			return err
		}
		fmt.Println("it was opened")
		return b.Close()
	}
}

func TestAFullDiskLeavesARecordOfAccountsThatCanBeAppendedTo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.before.csv")
	out, err := child(t, "accounts on a full disk", path)
	if err == nil || !strings.Contains(out, "file too large") || !strings.Contains(out, path) {
		t.Fatalf("got %q, %v", out, err)
	}
	torn := content(t, path)
	if len(torn) != 1000 || strings.HasSuffix(torn, "\n") {
		t.Fatalf("the test has no torn line: %q", torn)
	}
	if err := keepBefore(path, false, ada); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); got != torn+"\n"+adaLine {
		t.Errorf("the file is %q", got)
	}
}

func TestANewRecordOfAccountsThatCannotBeWrittenLeavesNothingBehind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.before.csv")
	if out, err := child(t, "no room for a header", path); err == nil || !strings.Contains(out, "file too large") {
		t.Errorf("got %q, %v", out, err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a new file is left behind: %v", err)
	}
}
