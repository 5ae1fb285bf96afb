package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// Some programs dress the fields of CSV in a way that encoding/csv refuses: they write
// ="00123", so that a spreadsheet program keeps the zeros, or white space beside quotes,
// or end lines in CR CR LF. An undresser takes that away. It changes no record that
// encoding/csv accepts, and no line break; but it takes time, so it is used only if the
// beginning of the text has such a field.

// isDressed tells whether a text has a field or a line end that an undresser changes.
// Such a delimiter as a letter with an accent is not looked at.
func isDressed(text []byte, comma rune) bool {
	if comma >= utf8.RuneSelf {
		return false
	}
	if bytes.Contains(text, []byte("\r\r\n")) {
		return true
	}
	ends := []byte{'\n', byte(comma)}
	for at := 0; ; at++ {
		next := bytes.IndexByte(text[at:], '"')
		if next < 0 {
			return false
		}
		at += next
		before, after := text[:at], text[at+1:]
		if inner := trimDress(before, byte(comma)); len(inner) < len(before) && (len(inner) == 0 || bytes.IndexByte(ends, inner[len(inner)-1]) >= 0) {
			return true
		}
		if outer := bytes.TrimLeft(after, blanksBut(byte(comma))); len(outer) < len(after) && (len(outer) == 0 || outer[0] == '\r' || bytes.IndexByte(ends, outer[0]) >= 0) {
			return true
		}
	}
}

// trimDress cuts white space and one "=" from the end of a text.
func trimDress(text []byte, comma byte) []byte {
	text = bytes.TrimRight(text, blanksBut(comma))
	if comma != '=' {
		text = bytes.TrimSuffix(text, []byte("="))
	}
	return bytes.TrimRight(text, blanksBut(comma))
}

// blanksBut returns the white space that may stand beside a quote.
func blanksBut(comma byte) string {
	switch comma {
	case ' ':
		return "\t"
	case '\t':
		return " "
	}
	return " \t"
}

// undresser is a reader that takes the dress off.
type undresser struct {
	r     *bufio.Reader
	comma byte
	place fieldPlace
	held  []byte // bytes in front of a quote, or behind one, that may have to go
	crs   int    // carriage returns that have been read and not written
	out   []byte // bytes that are ready
}

// fieldPlace is where in a field an undresser is.
type fieldPlace int

const (
	atStart fieldPlace = iota // nothing but white space and "=" was read of the field
	inPlain                   // the field has no quotes around it
	inQuotes
	behindQuote // a quote was read that closes the field, or is the first one of two
	behindField // white space was read behind the quote that closes the field
)

// undress returns a text without dress.
func undress(text []byte, comma rune) []byte {
	all, _ := io.ReadAll(&undresser{r: bufio.NewReader(bytes.NewReader(text)), comma: byte(comma)}) // cannot fail
	return all
}

// Read implements io.Reader.
func (u *undresser) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		u.out = u.out[:0:cap(u.out)]
		if _, err := u.r.Peek(1); err != nil {
			if errors.Is(err, io.EOF) && (u.crs > 0 || len(u.held) > 0) {
				u.end()
				continue
			}
			return 0, err
		}
		part, _ := u.r.Peek(u.r.Buffered()) // cannot fail
		for _, b := range part {
			u.take(b)
		}
		_, _ = u.r.Discard(len(part)) // cannot fail
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// end writes what is held at the end of the text.
func (u *undresser) end() {
	if u.place == behindField {
		u.held = u.held[:0]
	}
	u.flush()
	for ; u.crs > 0; u.crs-- {
		u.out = append(u.out, '\r')
	}
}

// take takes a byte of the text. Of several carriage returns in front of a line feed it
// keeps one.
func (u *undresser) take(b byte) {
	switch {
	case b == '\r' && u.crs < 8:
		u.crs++
		return
	case b == '\n':
		u.crs = min(u.crs, 1)
	}
	for ; u.crs > 0; u.crs-- {
		u.field('\r')
	}
	u.field(b)
}

// field takes a byte of a field, or the one that ends it.
func (u *undresser) field(b byte) {
	blank := (b == ' ' || b == '\t') && b != u.comma
	switch ends := b == u.comma || b == '\n'; {
	case u.place == inQuotes:
		if b == '"' {
			u.place = behindQuote
		}
	case ends || b == '\r' && (u.place == behindQuote || u.place == behindField):
		if u.place == behindField {
			u.held = u.held[:0]
		}
		if u.place = behindQuote; ends {
			u.place = atStart
		}
	case u.place == atStart && (blank || b == '=' && bytes.IndexByte(u.held, '=') < 0), blank && (u.place == behindQuote || u.place == behindField):
		if u.place == behindQuote {
			u.place = behindField
		}
		u.held = append(u.held, b)
		return
	case b == '"' && u.place == atStart:
		u.held = u.held[:0]
		u.place = inQuotes
	case b == '"' && u.place == behindQuote:
		u.place = inQuotes // the second one of two
	default:
		u.place = inPlain
	}
	u.flush()
	u.out = append(u.out, b)
}

func (u *undresser) flush() {
	u.out = append(u.out, u.held...)
	u.held = u.held[:0]
}
