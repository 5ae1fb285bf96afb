package input

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// texts are those that the cells of a workbook share, on disk.
type texts struct {
	file *os.File
	ends []int64 // by number
}

// copy writes the texts one after the other.
func (t *texts) copy(part io.Reader, to io.Writer) error {
	guard, d := bounded(part)
	w := bufio.NewWriterSize(to, 64<<10)
	end := int64(0)
	for {
		guard.renew()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "si" {
			text, err := textWithin(d, "si")
			if err != nil {
				return err
			}
			n, err := w.WriteString(text)
			if err != nil {
				return err
			}
			end += int64(n)
			t.ends = append(t.ends, end)
		}
	}
}

// at returns a text by its number.
func (t *texts) at(number int) (string, error) {
	if number < 0 || number >= len(t.ends) {
		return "", fmt.Errorf("there is no text with the number %d", number)
	}
	start := int64(0)
	if number > 0 {
		start = t.ends[number-1]
	}
	text := make([]byte, t.ends[number]-start)
	_, err := t.file.ReadAt(text, start)
	return string(text), err
}

// textWithin reads to the end of an element and returns the text in it, of all
// runs, but not how it is pronounced.
func textWithin(d *xml.Decoder, element string) (string, error) {
	var text []byte
	silent, inside := false, element == "v"
	for {
		token, err := d.RawToken()
		if err != nil {
			return "", unexpected(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			silent = silent || t.Name.Local == "rPh"
			inside = inside || t.Name.Local == "t"
		case xml.EndElement:
			if t.Name.Local == element {
				return unescape(string(text)), nil
			}
			silent = silent && t.Name.Local != "rPh"
			inside = inside && t.Name.Local != "t"
		case xml.CharData:
			if inside && !silent {
				text = append(text, t...)
			}
			if len(text) > recordLimit {
				return "", errLongRecord
			}
		}
	}
}

// escaped is a character that XML cannot hold (ECMA-376 part 1, 22.9.2.19).
var escaped = regexp.MustCompile("_x[0-9A-Fa-f]{4}_")

func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escaped.ReplaceAllStringFunc(text, func(e string) string {
		code, _ := strconv.ParseUint(e[2:6], 16, 16) // it is four such digits
		return string(rune(code))
	})
}
