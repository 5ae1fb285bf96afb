package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// lineReader reads lines of at most limit bytes.
type lineReader struct {
	r     *bufio.Reader
	limit int
	long  []byte // a line that does not fit into the buffer of r
	line  int    // the number of the line that next returned last
}

// next returns the next line without white space around it; the bytes are valid until
// the next call. It skips a line that is too long, and returns errLongRecord for it.
func (l *lineReader) next() ([]byte, error) {
	part, err := l.r.ReadSlice('\n')
	if len(part) == 0 && err != nil {
		return nil, err
	}
	l.line++
	if !errors.Is(err, bufio.ErrBufferFull) {
		if len(part) > l.limit {
			return nil, errLongRecord
		}
		return bytes.TrimSpace(part), ignoreEOF(err)
	}
	l.long = append(l.long[:0], part...)
	size := len(part)
	for errors.Is(err, bufio.ErrBufferFull) {
		part, err = l.r.ReadSlice('\n')
		size += len(part)
		if size <= l.limit {
			l.long = append(l.long, part...)
		}
	}
	if err := ignoreEOF(err); err != nil {
		return nil, err
	}
	if size > l.limit {
		return nil, errLongRecord
	}
	return bytes.TrimSpace(l.long), nil
}

// ignoreEOF returns nil for io.EOF: the last line may have no line break.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
