package input

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// Encoding is how the bytes of an input stand for characters.
type Encoding string

// The encodings that can be read.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// ParseEncoding reads the name of an encoding, in any case; "" stays "".
func ParseEncoding(name string) (Encoding, error) {
	switch e := Encoding(strings.ToLower(name)); e {
	case "", UTF8, UTF16LE, UTF16BE, Windows1252:
		return e, nil
	}
	return "", fmt.Errorf("%q is none of %s, %s, %s and %s", name, UTF8, UTF16LE, UTF16BE, Windows1252)
}

const gzipMagic = "\x1f\x8b"

// unpack replaces the source's file by a private one in plain UTF-8 if it is
// compressed, a workbook, an array or in another encoding, so that whatever
// reads it reads lines of text, and can read them again.
func (s *Source) unpack() error {
	head, err := s.head()
	if err != nil {
		return err
	}
	if strings.HasPrefix(head, gzipMagic) {
		packed, err := gzip.NewReader(bufio.NewReader(s.Reader()))
		if err != nil {
			return fmt.Errorf("this looks compressed with gzip, and is damaged: %w", err)
		}
		if err := s.replace(copyOf(packed)); err != nil {
			return fmt.Errorf("unpacking: %w", err)
		}
		if head, err = s.head(); err != nil {
			return err
		}
	}
	if plain := s.options.Plain; plain != nil && plain(s.plainHeader()) {
		s.Format, s.options = "", Options{Encoding: UTF8, Zone: s.options.Zone}
	}
	isWorkbook := strings.HasPrefix(head, zipMagic)
	switch {
	case isWorkbook && s.Format == "":
		s.Format = XLSX
	case s.Format == XLSX && !isWorkbook && !strings.HasPrefix(head, oleMagic):
		return errors.New("this is not a workbook (--format xlsx); leave out --format, and the content tells")
	}
	if s.Format == XLSX && isWorkbook {
		s.Encoding = UTF8
		s.options.Delimiter = ',' // of what it is turned into
		return s.replace(s.writeSheet)
	}
	if s.Encoding = s.options.Encoding; s.Encoding == "" {
		if s.Encoding, err = detect(s.Reader()); err != nil {
			return err
		}
	}
	if s.Encoding != UTF8 {
		if err := s.replace(copyOf(decoder(s.Encoding).Reader(s.Reader()))); err != nil {
			return err
		}
	}
	if array, err := s.isArray(); err != nil || !array {
		return err
	}
	s.Format = JSONL
	return s.replace(s.writeLines)
}

// head returns the first bytes of the source's file, as far as formats begin
// with some of their own.
func (s *Source) head() (string, error) {
	var head [4]byte
	n, err := s.file.ReadAt(head[:], 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return string(head[:n]), err
}

// isArray tells whether the text is a JSON array.
func (s *Source) isArray() (bool, error) {
	if s.options.Format != "" && s.options.Format != JSONL {
		return false, nil
	}
	text, err := s.text()
	if err != nil {
		return false, err
	}
	head, err := bufio.NewReaderSize(text, headBytes).Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("[")), nil
}

// writeLines writes the elements of a JSON array one per line: the row of an
// element is its number.
func (s *Source) writeLines(w io.Writer) error {
	text, err := s.text()
	if err != nil {
		return err
	}
	guard := &recordReader{r: text, left: recordLimit}
	d := json.NewDecoder(guard)
	lines := bufio.NewWriter(w)
	malformed := func(err error) error {
		return fmt.Errorf("this is not a JSON array to its end: byte %d: %w", d.InputOffset()+1, err)
	}
	if _, err := d.Token(); err != nil {
		return malformed(err)
	}
	var line bytes.Buffer
	for n := 1; d.More(); n++ {
		guard.renew()
		var element json.RawMessage
		if err := d.Decode(&element); errors.Is(err, errLongRecord) {
			return fmt.Errorf("the element %d of the array is longer than %d bytes", n, recordLimit)
		} else if err != nil {
			return malformed(err)
		}
		line.Reset()
		if err := json.Compact(&line, element); err != nil {
			return malformed(err)
		}
		line.WriteByte('\n')
		if _, err := lines.Write(line.Bytes()); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("this is not one JSON array: something follows it, at byte %d", d.InputOffset()+1)
	}
	return lines.Flush()
}

// replace reads from the source's file what it is to be replaced by.
func (s *Source) replace(write func(io.Writer) error) error {
	f, size, err := spool(write)
	if err != nil {
		return err
	}
	_ = s.file.Close() // was only read
	s.file, s.size = f, size
	return nil
}

func decoder(e Encoding) *encoding.Decoder {
	switch e {
	case UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
	default:
		return charmap.Windows1252.NewDecoder()
	}
}

// detect tells the encoding by the byte order mark, or by the content: zeros in
// every second byte are UTF-16, and bytes that UTF-8 never has are Windows-1252
// if there is nothing in the file that only UTF-8 has. Where both occur it is
// UTF-8 with damaged rows.
func detect(r io.ReadSeeker) (Encoding, error) {
	text := bufio.NewReaderSize(r, 64<<10)
	head, err := text.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return UTF16LE, nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return UTF16BE, nil
	}
	if e, ok := halfZeros(head); ok {
		return e, nil
	}
	if visible := bytes.TrimLeft(head, bom+" \t\r\n"); len(visible) > 0 && (visible[0] == '{' || visible[0] == '[') {
		return UTF8, nil // as JSON is (RFC 8259)
	}
	valid := true
	for part, err := range parts(text) {
		if err != nil {
			return "", err
		}
		if valid = utf8.Valid(part); !valid {
			break
		}
	}
	if valid {
		return UTF8, nil
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	for part, err := range parts(bufio.NewReaderSize(r, 64<<10)) {
		if err != nil || onlyUTF8(part) {
			return UTF8, err
		}
	}
	return Windows1252, nil
}

// parts are a text in pieces that do not end within a character of UTF-8; they are
// good until the next one.
func parts(text *bufio.Reader) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for {
			part, err := text.Peek(32 << 10)
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
						part = part[:start] // the rest of it comes with the next part
					}
					break
				}
			}
			if !yield(part, nil) {
				return
			}
			_, _ = text.Discard(len(part)) // is in the buffer
		}
	}
}

// onlyUTF8 tells whether a text has a character that nothing else can be.
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

// halfZeros tells UTF-16 without a byte order mark: of text that is mostly
// Latin every second byte is zero.
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
