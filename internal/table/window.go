package table

import (
	"bytes"
	"errors"
	"io"
)

var errLongRecord = errors.New("the record is too long")

// guard is a reader that fails when a record takes more bytes than are left for
// it. From then on it always fails: what follows begins in the middle of a record,
// and must not pass for a record of its own.
type guard struct {
	r       io.Reader
	left    int // bytes that the current record may still take; below 0: it has taken too many
	stopped bool
	failed  error // of r, if it is not the end
}

// Read implements io.Reader; beyond the limit it returns errLongRecord.
func (g *guard) Read(p []byte) (int, error) {
	// At 0 the record may be complete, and the text at its end.
	g.stopped = g.stopped || g.left < 0
	if g.stopped {
		return 0, errLongRecord
	}
	n, err := g.r.Read(p)
	g.left -= n
	if err != nil && !errors.Is(err, io.EOF) {
		g.failed = err
	}
	return n, err
}

// window is a reader that keeps what was read of the current record, so that a
// malformed one can be read again: the reader below it cannot go back.
type window struct {
	r      io.Reader
	kept   []byte // kept[skip:] begins at offset
	skip   int
	offset int64 // of the current record
	breaks int   // line breaks in front of kept
	ended  bool  // nothing follows what was read
}

// Read implements io.Reader.
func (w *window) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if w.skip > len(w.kept)/2 {
		w.breaks += bytes.Count(w.kept[:w.skip], []byte("\n"))
		w.kept = append(w.kept[:0], w.kept[w.skip:]...)
		w.skip = 0
	}
	w.kept = append(w.kept, p[:n]...)
	w.ended = errors.Is(err, io.EOF)
	return n, err
}

// drop begins a new record at an offset. What was read in front of it is forgotten.
func (w *window) drop(before int64) {
	w.skip += int(before - w.offset)
	w.offset = before
}

// line returns the number of the line in which the current record begins.
func (w *window) line() int {
	return 1 + w.breaks + bytes.Count(w.kept[:w.skip], []byte("\n"))
}

// record returns what was read of the current record and after it, up to a number of
// bytes. The slice is valid until the next Read.
func (w *window) record(most int64) []byte {
	read := w.kept[w.skip:]
	return read[:min(int64(len(read)), most)]
}
