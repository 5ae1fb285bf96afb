//go:build unix

package table

import (
	"os"
	"syscall"
	"testing"
)

func TestAPipeWithANameIsSpooled(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Chdir(t.TempDir())
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1) // the goroutine sends once, this test receives
	go func() { written <- os.WriteFile("pipe", []byte("text"), 0) }()
	f := openPath(t, "./pipe")
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := content(t, f); got != "text" || f.Name != "pipe" {
			t.Errorf("%s has %q", f.Name, got)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
