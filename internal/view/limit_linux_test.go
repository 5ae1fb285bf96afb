package view

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"

	"offboard/internal/leaver"
)

// limitedHere tells a process that it may limit the size of its files.
const limitedHere = "OFFBOARD_TEST_LIMITED"

// TestAFullDiskLeavesNothingBehind limits the size of files in place of a full disk. It does
// so in a process of its own: this one writes files, too, such as a log of the tests.
func TestAFullDiskLeavesNothingBehind(t *testing.T) {
	if os.Getenv(limitedHere) == "" {
		child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), limitedHere+"=yes")
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	line := lineOf("E1", "", leaver.Suspended, strings.Repeat("x", 30_000))
	tests := map[string]struct {
		bytes uint64
		rows  int
	}{
		"no room for the workbook":           {1000, 10},
		"no room for a sheet until then":     {1 << 20, 700},
		"no room for the last of the sheets": {1 << 20, 560}, // it shows when the sheet is complete
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var before syscall.Rlimit
			if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
				t.Fatal(err)
			}
			signal.Ignore(syscall.SIGXFSZ) // a write that fails is enough
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: tt.bytes, Max: before.Max}); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
					t.Error(err)
				}
				signal.Reset(syscall.SIGXFSZ)
			}()
			err := wantNothingAt(t, t.Context(), "copy.xlsx", Book{Lines: linesOf(slices.Repeat([]leaver.Result{line}, tt.rows)...)}, "the workbook cannot be written: ")
			if _, broke := errors.AsType[*WriteError](err); !broke || !errors.Is(err, syscall.EFBIG) {
				t.Errorf("the error is %T %v", err, err)
			}
		})
	}
}
