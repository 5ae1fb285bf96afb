package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Encoding is the name of a character encoding. An empty name means that the content
// tells the encoding.
type Encoding string

// The encodings that can be read.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// UnmarshalText reads the name of an encoding, in upper or lower case; the empty name
// is one.
func (e *Encoding) UnmarshalText(text []byte) error {
	switch name := Encoding(strings.ToLower(string(text))); name {
	case "", UTF8, UTF16LE, UTF16BE, Windows1252:
		*e = name
		return nil
	}
	return fmt.Errorf("%q is none of %s, %s, %s and %s", text, UTF8, UTF16LE, UTF16BE, Windows1252)
}

// decode returns a reader of the text of r in UTF-8, without a byte order mark. A byte
// that the encoding does not have becomes U+FFFD; UTF-8 is not changed.
func (e Encoding) decode(r io.Reader) (io.Reader, error) {
	var d *encoding.Decoder
	switch e {
	case UTF16LE:
		d = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case UTF16BE:
		d = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
	case Windows1252:
		d = charmap.Windows1252.NewDecoder()
	}
	if d != nil {
		r = d.Reader(r)
	}
	return skipMark(r)
}

// byteOrderMark is U+FEFF in UTF-8, with which some programs begin a text.
const byteOrderMark = "\xef\xbb\xbf"

// marks returns what may stand in front of a text and is not a part of it: a byte order
// mark, and one that a program has read as Windows-1252, code page 850, code page 437 or
// Mac OS Roman and saved as UTF-8.
func marks() []string { return []string{byteOrderMark, "ï»¿", "´╗┐", "∩╗┐", "Ôªø"} }

// longestMark is the most bytes of marks that may stand in front of a text.
const longestMark = len(byteOrderMark + "∩╗┐")

// skipMark returns a reader of the same text without the mark at its beginning, if there
// is one.
func skipMark(r io.Reader) (io.Reader, error) {
	if s, ok := r.(*io.SectionReader); ok { // most files are one, and need no buffer here
		head := make([]byte, len(byteOrderMark))
		n, err := s.ReadAt(head, 0)
		if err == nil && mayBeMark(head) {
			head = make([]byte, longestMark)
			n, err = s.ReadAt(head, 0)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		_, err = s.Seek(int64(markLength(head[:n])), io.SeekStart)
		return s, err
	}
	b := bufio.NewReaderSize(r, 32<<10)
	head, err := b.Peek(longestMark)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	_, _ = b.Discard(markLength(head)) // cannot fail: the mark is in the buffer
	return b, nil
}

// mayBeMark tells whether a mark begins with the first bytes of a text.
func mayBeMark(first []byte) bool {
	return slices.ContainsFunc(marks(), func(mark string) bool { return strings.HasPrefix(mark, string(first)) })
}

// markLength returns the length of the marks with which a text begins: a byte order mark,
// one that was spoilt, or the first and then the second; 0 if there is none.
func markLength(head []byte) int {
	rest := bytes.TrimPrefix(head, []byte(byteOrderMark))
	for _, mark := range marks()[1:] {
		rest = bytes.TrimPrefix(rest, []byte(mark))
	}
	return len(head) - len(rest)
}

// Detect returns the encoding of the first size bytes of r, found as in File.Text.
func Detect(r io.ReaderAt, size int64) (Encoding, error) {
	return detect(func() (io.Reader, error) { return io.NewSectionReader(r, 0, size), nil })
}

// detect returns the encoding, by a byte order mark or by the content. Zeros in nearly
// every second byte are UTF-16. A text that is not valid UTF-8 is Windows-1252, unless
// some character of several bytes is valid UTF-8: then it is UTF-8 with damaged rows.
func detect(open func() (io.Reader, error)) (Encoding, error) {
	r, err := open()
	if err != nil {
		return "", err
	}
	text := bufio.NewReaderSize(r, headBytes)
	head, err := text.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if e, ok := utf16(head); ok {
		return e, nil
	}
	if c := ContentOf(head); c == JSONObject || c == JSONArray {
		return UTF8, nil // RFC 8259: JSON is UTF-8
	}
	valid, err := every(text, utf8.Valid)
	if err != nil || valid {
		return UTF8, err
	}
	if r, err = open(); err != nil {
		return "", err
	}
	ambiguous, err := every(bufio.NewReaderSize(r, headBytes), func(part []byte) bool { return !onlyUTF8(part) })
	if err != nil || !ambiguous {
		return UTF8, err
	}
	return Windows1252, nil
}

// every tells whether a condition is true for all parts of a text.
func every(text *bufio.Reader, holds func(part []byte) bool) (bool, error) {
	for part, err := range parts(text) {
		if err != nil || !holds(part) {
			return false, err
		}
	}
	return true, nil
}

// parts splits a text into pieces that do not end within a character of UTF-8. A piece
// is valid until the next one is read.
func parts(text *bufio.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for {
			part, err := text.Peek(headBytes / 2)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(nil, err)
				return
			}
			if len(part) == 0 {
				return
			}
			for back := 1; err == nil && back < utf8.UTFMax; back++ {
				if start := len(part) - back; utf8.RuneStart(part[start]) {
					if !utf8.FullRune(part[start:]) {
						part = part[:start] // the character is complete in the next piece
					}
					break
				}
			}
			if !yield(part, nil) {
				return
			}
			_, _ = text.Discard(len(part)) // cannot fail: the piece is in the buffer
		}
	}
}

// onlyUTF8 tells whether a text has a character of several bytes that is valid UTF-8,
// which a text in Windows-1252 hardly ever has.
func onlyUTF8(text []byte) bool {
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRune(text[i:])
		if size > 1 {
			return true
		}
		i += size
	}
	return false
}

// utf16 recognises UTF-16 by the first bytes of a text.
func utf16(head []byte) (Encoding, bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return UTF16LE, true
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return UTF16BE, true
	}
	return halfZeros(head)
}

// halfZeros recognises UTF-16 without a byte order mark: if most letters are Latin,
// nearly every second byte is zero.
func halfZeros(head []byte) (Encoding, bool) {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case half < 2:
	case zeros[1] > half*3/4 && zeros[0] == 0:
		return UTF16LE, true
	case zeros[0] > half*3/4 && zeros[1] == 0:
		return UTF16BE, true
	}
	return "", false
}
