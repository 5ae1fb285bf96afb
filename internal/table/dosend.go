package table

import (
	"bytes"
	"errors"
	"io"
)

// dosEnd is the character with which programs for CP/M and DOS end a text, one or more
// times. It is no part of the text.
const dosEnd = "\x1a"

// mostDOSEnds is how many of them are looked for: they fill up a block of a disk.
const mostDOSEnds = 4096

// withoutDOSEnd returns a reader of the same text without dosEnd at its end.
func withoutDOSEnd(r io.Reader) (io.Reader, error) {
	s, ok := r.(*io.SectionReader)
	if !ok {
		return &dosEndReader{r: r, buffer: make([]byte, 0, 32<<10+mostDOSEnds)}, nil
	}
	at, err := s.Seek(0, io.SeekCurrent) // most files are a section, and need no buffer
	if err != nil {
		return nil, err
	}
	length := 0
	for _, look := range []int64{1, mostDOSEnds} { // nearly every text ends otherwise
		end := make([]byte, min(s.Size()-at, look))
		if n, err := s.ReadAt(end, s.Size()-int64(len(end))); n < len(end) && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if length = len(end) - len(bytes.TrimRight(end, dosEnd)); length == 0 {
			break
		}
	}
	return io.NewSectionReader(s, at, s.Size()-at-int64(length)), nil
}

// dosEndReader holds back what may be the end of a text until something follows it.
type dosEndReader struct {
	r      io.Reader
	buffer []byte // that was read: first what can be returned, and then what is held back
	ready  int    // bytes that can be returned
	err    error
}

func (d *dosEndReader) Read(p []byte) (int, error) {
	for d.ready == 0 && d.err == nil {
		n, err := d.r.Read(d.buffer[len(d.buffer):cap(d.buffer)])
		d.buffer, d.err = d.buffer[:len(d.buffer)+n], err
		d.ready = max(len(bytes.TrimRight(d.buffer, dosEnd)), len(d.buffer)-mostDOSEnds)
	}
	if d.ready == 0 {
		return 0, d.err
	}
	n := copy(p, d.buffer[:d.ready])
	d.buffer = d.buffer[:copy(d.buffer, d.buffer[n:])]
	d.ready -= n
	return n, nil
}
