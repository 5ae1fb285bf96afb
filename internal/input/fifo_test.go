//go:build unix

package input_test

import (
	"os"
	"syscall"
	"testing"

	"offboard/internal/input"
)

func TestAPipeWithANameIsSpooled(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Chdir(t.TempDir())
	if err := syscall.Mkfifo("leavers", 0o600); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1) // the goroutine sends once, this test receives
	go func() { written <- os.WriteFile("leavers", []byte("ref\na\nb\n"), 0) }()
	s, err := input.Open("./leavers", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if err := s.Prepare(); err != nil {
		t.Fatal(err)
	}
	if s.Name != "leavers" {
		t.Errorf("the name is %q", s.Name)
	}
	rows, err := read(t, s, input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, rows, []string{"2 a", "3 b"})
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
