package table

import (
	"bytes"
	"fmt"
	"io"
)

const (
	// headBytes is how many bytes of a text are searched for its header, and for what
	// the text is.
	headBytes = 64 << 10
	// binaryBytes is how many bytes are searched for zeros, of which a text has few.
	binaryBytes = 8 << 10
	// RecordLimit is the longest record in bytes, unless a reader sets another limit.
	// Without a limit a quote that is never closed would read the whole file into
	// memory.
	RecordLimit = 1 << 20
)

// Text is a file as text: in UTF-8, without a byte order mark. It can be read any number
// of times, also by several goroutines at once, as long as the file is open.
type Text struct {
	Encoding Encoding // of the bytes

	open   func() (io.Reader, error) // of the bytes
	dosEnd bool                      // it may end in dosEnd, which is no part of it
}

// Text returns the file as text in an encoding. If that is "", the content tells the
// encoding, and Text may read the whole file to find it. A character by which DOS ends a
// text is no part of it.
func (f *File) Text(e Encoding) (*Text, error) {
	t, err := newText(e, f.Reader)
	if err == nil {
		t.dosEnd = true
	}
	return t, err
}

// TextHead returns the beginning of the file as text. It reads no more than that, so it
// takes a file in Windows-1252 for UTF-8: only ASCII characters are certain.
func (f *File) TextHead() (Head, error) {
	head, err := f.Head(headBytes)
	if err != nil {
		return nil, err
	}
	e, ok := utf16(head)
	if !ok {
		e = UTF8
	}
	text, err := e.decode(bytes.NewReader(head))
	if err != nil {
		return nil, err
	}
	return readHead(text, headBytes)
}

// TextOf returns the first size bytes of r as text. They must be UTF-8.
func TextOf(r io.ReaderAt, size int64) *Text {
	return &Text{Encoding: UTF8, open: func() (io.Reader, error) { return io.NewSectionReader(r, 0, size), nil }}
}

// newText returns the text of the bytes that open returns a reader of.
func newText(e Encoding, open func() (io.Reader, error)) (*Text, error) {
	if e == "" {
		var err error
		if e, err = detect(open); err != nil {
			return nil, err
		}
	}
	return &Text{Encoding: e, open: open}, nil
}

// Reader returns a reader of the text from its beginning.
func (t *Text) Reader() (io.Reader, error) { return t.from(0) }

// from returns a reader of the text that begins offset bytes after its beginning.
func (t *Text) from(offset int64) (io.Reader, error) {
	raw, err := t.open()
	if err != nil {
		return nil, err
	}
	r, err := t.Encoding.decode(raw)
	if err == nil && t.dosEnd {
		r, err = withoutDOSEnd(r)
	}
	if err == nil && offset > 0 {
		_, err = io.CopyN(io.Discard, r, offset)
	}
	return r, err
}

// Head returns the beginning of the text, long enough to find a header in it.
func (t *Text) Head() (Head, error) {
	r, err := t.Reader()
	if err != nil {
		return nil, err
	}
	return readHead(r, headBytes)
}

// LineError is an error whose reason is one line of a text, or one row of a sheet.
type LineError struct {
	Line int // from 1
	Err  error
}

// Error returns the text of Err, without the line: the caller writes it after the name
// of the file.
func (e *LineError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *LineError) Unwrap() error { return e.Err }

// errorAt returns an error at a line.
func errorAt(line int, format string, args ...any) error {
	return &LineError{line, fmt.Errorf(format, args...)}
}
