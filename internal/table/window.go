package table

import (
	"bytes"
	"errors"
	"io"
)

var errLongRecord = errors.New("the record is too long")

// guard is a reader that stops when a record takes more bytes than are left for
// it. It stays there: what follows begins in the middle of a record, and must not
// pass for one.
type guard struct {
	r       io.Reader
	left    int // bytes that the current record may still take
	stopped bool
}

// Read reads on.
func (g *guard) Read(p []byte) (int, error) {
	g.stopped = g.stopped || g.left <= 0
	if g.stopped {
		return 0, errLongRecord
	}
	n, err := g.r.Read(p)
	g.left -= n
	return n, err
}

// window is a reader that keeps what was read of the current record, so that a
// malformed one can be looked at again: not every text can be read backwards.
type window struct {
	r      io.Reader
	kept   []byte // kept[skip:] begins at offset
	skip   int
	offset int64
	breaks int // line breaks in front of kept
}

// Read reads on.
func (w *window) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if w.skip > len(w.kept)/2 {
		w.breaks += bytes.Count(w.kept[:w.skip], []byte("\n"))
		w.kept = append(w.kept[:0], w.kept[w.skip:]...)
		w.skip = 0
	}
	w.kept = append(w.kept, p[:n]...)
	return n, err
}

// drop forgets what stands before an offset.
func (w *window) drop(before int64) {
	w.skip += int(before - w.offset)
	w.offset = before
}

// line is the number of the line that begins at the offset, or goes on there.
func (w *window) line() int {
	return 1 + w.breaks + bytes.Count(w.kept[:w.skip], []byte("\n"))
}

// bytes returns what stands between two offsets, as far as it was read. It is
// good until the next Read.
func (w *window) bytes(from, to int64) []byte {
	start := w.skip + int(from-w.offset)
	return w.kept[start:min(len(w.kept), w.skip+int(to-w.offset))]
}
