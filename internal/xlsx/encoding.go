package xlsx

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// newDecoder returns a decoder of a part. All parts are read through it. How a part
// begins tells UTF-8 and UTF-16; without a byte order mark, its XML declaration may
// name an encoding in which each character is one byte.
func newDecoder(part io.Reader) *xml.Decoder {
	input := bufio.NewReaderSize(part, readAhead)
	start, _ := input.Peek(3) // the next call returns the error again
	var text io.Reader = input
	known := true
	switch s := string(start); {
	case strings.HasPrefix(s, "\xff\xfe"), strings.HasPrefix(s, "<\x00"):
		text = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(input)
	case strings.HasPrefix(s, "\xfe\xff"), strings.HasPrefix(s, "\x00<"):
		text = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Reader(input)
	default:
		known = s == "\xef\xbb\xbf"
	}
	d := xml.NewDecoder(text)
	d.CharsetReader = func(name string, text io.Reader) (io.Reader, error) {
		if known {
			return text, nil
		}
		for _, e := range charmap.All {
			if letters(fmt.Sprint(e)) == letters(name) {
				return e.NewDecoder().Reader(text), nil
			}
		}
		return nil, errors.New("this encoding is not read")
	}
	return d
}

// letters returns the name of an encoding in the one spelling in which names are
// compared: ISO-8859-1 is ISO 8859-1, and windows-1252 is Windows 1252.
func letters(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name))
}
