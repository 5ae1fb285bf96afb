package table

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
)

func TestAFileUnpacksToNoMoreThanItsBound(t *testing.T) {
	const most = 100_000
	for name, tt := range map[string]struct {
		size  int
		fails bool
	}{"as much as it may": {most, false}, "a byte more": {most + 1, true}, "far more": {100 * most, true}} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			packed := compressed(t, strings.Repeat("\n", tt.size))
			writeFile(t, "input", packed)
			f, err := Opening{MaxUnpacked: most}.Open("input")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for range 2 { // each reading has the same bound
				r, err := f.Reader()
				if err != nil {
					t.Fatal(err)
				}
				n, err := io.Copy(io.Discard, r)
				checkBound(t, err, tt.fails, int64(len(packed)), most)
				if n > most {
					t.Errorf("%d bytes were read", n)
				}
			}
			checkBound(t, f.Unpack(), tt.fails, int64(len(packed)), most)
			if want := int64(0); !tt.fails && f.Left() != want {
				t.Errorf("%d bytes may still be unpacked, want %d", f.Left(), want)
			}
			if f.Compressed() != tt.fails {
				t.Error("a file that was not unpacked has to stay as it was")
			}
		})
	}
}

// checkBound checks that an error is the one about a file beyond its bound, or that there
// is none.
func checkBound(t *testing.T, err error, fails bool, size, most int64) {
	t.Helper()
	var large *UnpackedError
	switch {
	case !fails && err != nil:
		t.Errorf("the error is %v", err)
	case fails && (!errors.As(err, &large) || *large != UnpackedError{size, most}):
		t.Errorf("the error is %v, want one about %d and %d bytes", err, size, most)
	}
}

func TestAStreamIsCopiedUpToItsBound(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	for size, fails := range map[int]bool{5000: false, 5001: true} {
		f, err := Opening{MaxUnpacked: 5000}.Spool(Stdin, strings.NewReader(strings.Repeat("x", size)))
		checkBound(t, err, fails, -1, 5000)
		if fails != (err != nil && err.Error() == "stdin: this stream is longer than 4.9 KiB") {
			t.Errorf("%d bytes: %v", size, err)
		}
		if err == nil {
			_ = f.Close()
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestTheBoundOfAFile(t *testing.T) {
	const mib, gib = 1 << 20, 1 << 30
	for _, tt := range []struct{ size, most, want int64 }{
		{0, 0, 64 * mib},
		{10 << 10, 0, 64 * mib},
		{mib, 0, 200 * mib},
		{100 * mib, 0, 4 * gib},
		{1 << 62, 0, 4 * gib},
		{10 << 10, 1000, 1000}, // what a person says is the only bound
		{mib, 9 * gib, 9 * gib},
	} {
		if got := boundOf(tt.size, tt.most); got != tt.want {
			t.Errorf("a file of %d bytes, %d: the bound is %d, want %d", tt.size, tt.most, got, tt.want)
		}
	}
	if got, want := (&UnpackedError{10_000, 64 * mib}).Error(), "this file of 9.8 KiB unpacks to more than 64 MiB"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
