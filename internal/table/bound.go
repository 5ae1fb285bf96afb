package table

import (
	"cmp"
	"fmt"
	"io"
)

// Bounds of what a file may unpack to, unless Opening says another one.
const (
	defaultBound = 4 << 30
	// boundRatio is how many times its own size a file may unpack to. Text and workbooks
	// of real data stay far below it; what is made to fill a disk goes beyond.
	boundRatio  = 200
	alwaysBound = 64 << 20 // bytes that any file may unpack to
)

// UnpackedError says that a file unpacks to more than it may, or that a stream is longer.
type UnpackedError struct {
	Size  int64 // of the file as it is; -1: it is a stream
	Limit int64 // of what it unpacks to, in bytes
}

// Error says what was found, without the name of the file: the caller writes it in front.
func (e *UnpackedError) Error() string {
	if e.Size < 0 {
		return fmt.Sprintf("this stream is longer than %s", sizeText(e.Limit))
	}
	return fmt.Sprintf("this file of %s unpacks to more than %s", sizeText(e.Size), sizeText(e.Limit))
}

// sizeText writes a number of bytes for people.
func sizeText(n int64) string {
	units := [...]string{"bytes", "KiB", "MiB", "GiB"}
	unit, size := 0, float64(n)
	for size >= 1024 && unit < len(units)-1 {
		unit, size = unit+1, size/1024
	}
	if size == float64(int64(size)) {
		return fmt.Sprintf("%d %s", int64(size), units[unit])
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}

// boundOf returns how many bytes a file of a size may unpack to; most is that of an
// Opening.
func boundOf(size, most int64) int64 {
	if most > 0 {
		return most
	}
	return max(alwaysBound, min(defaultBound, boundRatio*min(size, defaultBound)))
}

// Left returns how many bytes may still be unpacked of what the file holds, by whoever
// reads its format: cells and texts that are derived from it count, too.
func (f *File) Left() int64 { return max(0, f.bound-f.unpacked) }

// TooLarge returns the *UnpackedError about the file.
func (f *File) TooLarge() error { return &UnpackedError{f.packed, f.bound} }

// setBound sets how many bytes the file may unpack to.
func (f *File) setBound(most int64) { f.packed, f.bound = f.size, boundOf(f.size, most) }

// bounded fails with an error where more than left bytes are read.
type bounded struct {
	r    io.Reader
	left int64
	err  func() error
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, b.err()
	}
	return n, err
}

// streamBound returns a reader of a stream that fails beyond its bound.
func streamBound(r io.Reader, most int64) io.Reader {
	most = cmp.Or(most, defaultBound)
	return &bounded{r, most, func() error { return &UnpackedError{-1, most} }}
}
