package table

import (
	"bytes"
	"fmt"
	"io"
)

const (
	// headBytes are looked at to tell what a text is, and where its header is.
	headBytes = 64 << 10
	// binaryBytes are searched for what no text has.
	binaryBytes = 8 << 10
	// RecordLimit is the longest record that is read, in bytes. It keeps a quote
	// that is never closed from reading a file of any size into memory.
	RecordLimit = 1 << 20
)

// Text is an input as text: in UTF-8, without a byte order mark. It can be read
// any number of times, also by several goroutines at once.
type Text struct {
	Encoding Encoding // of the bytes

	open func() (io.Reader, error) // of the bytes
}

// Text returns the file as text. Without an encoding the content tells which it
// is, and the whole file is read for that.
func (f *File) Text(e Encoding) (*Text, error) { return newText(e, f.Reader) }

// TextHead returns the beginning of the file as text, by its first bytes alone:
// the whole file may show that characters other than ASCII are Windows-1252.
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

// TextOf returns the text in UTF-8 that begins at the start of r and has so many
// bytes.
func TextOf(r io.ReaderAt, size int64) *Text {
	return &Text{Encoding: UTF8, open: func() (io.Reader, error) { return io.NewSectionReader(r, 0, size), nil }}
}

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

// from returns a reader of the text behind so many of its bytes.
func (t *Text) from(offset int64) (io.Reader, error) {
	raw, err := t.open()
	if err != nil {
		return nil, err
	}
	r, err := t.Encoding.decode(raw)
	if err == nil && offset > 0 {
		_, err = io.CopyN(io.Discard, r, offset)
	}
	return r, err
}

// Head returns the beginning of the text: as much of it as is looked at to find
// a header.
func (t *Text) Head() (Head, error) {
	r, err := t.Reader()
	if err != nil {
		return nil, err
	}
	return readHead(r, headBytes)
}

// Content is what bytes look like.
type Content int

// The contents that are told apart.
const (
	Plain      Content = iota // some text
	Blank                     // nothing but white space
	JSONObject                // a JSON object, or several
	JSONArray                 // a JSON array
	Zip                       // a ZIP archive, as workbooks are
	OLE                       // a workbook of an old Excel, or one with a password
	Gzipped                   // compressed with gzip
	Binary                    // no text
)

// ContentOf tells what bytes look like by the first ones of them.
func ContentOf(head []byte) Content {
	for magic, content := range map[string]Content{"PK\x03\x04": Zip, "\xd0\xcf\x11\xe0": OLE, gzipMagic: Gzipped} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return content
		}
	}
	if bytes.IndexByte(head[:min(len(head), binaryBytes)], 0) >= 0 {
		return Binary
	}
	visible := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \t\r\n")
	switch {
	case len(visible) == 0:
		return Blank
	case visible[0] == '{':
		return JSONObject
	case visible[0] == '[':
		return JSONArray
	}
	return Plain
}

// LineError is an error at a line of a text.
type LineError struct {
	Line int // from 1
	Err  error
}

// Error returns the text of Err: where it is said, the line stands in front of it.
func (e *LineError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *LineError) Unwrap() error { return e.Err }

func errorAt(line int, format string, args ...any) error {
	return &LineError{line, fmt.Errorf(format, args...)}
}
