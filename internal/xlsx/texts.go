package xlsx

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf16"
)

// texts are those that cells refer to by number. They are kept on disk, each behind its
// length; in memory is where one in textStep of them begins.
type texts struct {
	file   *os.File // nil: there are none
	absent string   // the name of the part that the workbook names and does not have
	count  int
	begins []int64 // of the texts with the numbers 0, textStep, 2*textStep …
	size   int64   // of the file
	// Reading each text from the file takes most of the time that a sheet takes. So
	// the texts around the last one are kept, as most sheets use their texts in the
	// order of the numbers; and so are short texts, as many cells have the same one.
	window   []byte // of the file, from the position windowAt on
	windowAt int64
	next     int              // the number of the text behind the one that was read last,
	nextAt   int64            // and where it begins
	recent   [1024]recentText // at its number modulo the length
}

// textStep is how many texts share one entry in memory: there may be very many, each of
// which takes up a few bytes of the file.
const textStep = 16

// textCost is what a text counts beside its bytes, so that empty ones are not for nothing.
const textCost = 16

// recentText is a text that was read; its number plus 1, so that 0 is none.
type recentText struct {
	after int
	text  string
}

// copy fills the file with the texts of a part, one after the other.
func (t *texts) copy(part io.Reader, budget *budget) error {
	s := newScanner(part)
	w := bufio.NewWriterSize(t.file, 64<<10)
	var text, length []byte
	for {
		s.renew()
		token, err := s.next()
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return err
		}
		if token != startTag || s.name != "si" {
			continue
		}
		if text, err = s.appendText(text[:0], false); err != nil {
			return err
		}
		length = binary.AppendUvarint(length[:0], uint64(len(text)))
		if err := budget.spend(textCost + len(length) + len(text)); err != nil {
			return err
		}
		if _, err := w.Write(length); err != nil {
			return err
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		if t.count%textStep == 0 {
			t.begins = append(t.begins, t.size)
		}
		t.count++
		t.size += int64(len(length) + len(text))
	}
}

// at returns a text by its number.
func (t *texts) at(number int) (string, error) {
	if t.absent != "" {
		return "", fmt.Errorf("there is no text with the number %d: %s: %w", number, t.absent, errNoPart)
	}
	if number < 0 || number >= t.count {
		return "", fmt.Errorf("there is no text with the number %d", number)
	}
	recent := &t.recent[number%len(t.recent)]
	if recent.after == number+1 {
		return recent.text, nil
	}
	data, err := t.find(number)
	text := string(data)
	if err == nil && len(text) <= 256 {
		*recent = recentText{number + 1, text}
	}
	return text, err
}

// find reads a text from the file. It is good until the next call.
func (t *texts) find(number int) ([]byte, error) {
	if number < t.next || number/textStep != t.next/textStep {
		t.next = number / textStep * textStep
		t.nextAt = t.begins[number/textStep]
	}
	for {
		head, err := t.read(t.nextAt, min(t.nextAt+binary.MaxVarintLen32, t.size))
		if err != nil {
			return nil, err
		}
		length, n := binary.Uvarint(head)
		begin := t.nextAt + int64(n)
		found := t.next == number
		t.next, t.nextAt = t.next+1, begin+int64(length)
		if found {
			return t.read(begin, t.nextAt)
		}
	}
}

// read returns bytes of the file, which are good until the next call.
func (t *texts) read(start, end int64) ([]byte, error) {
	const ahead = 4 << 10
	if start < t.windowAt || end > t.windowAt+int64(len(t.window)) {
		size := max(end-start, min(ahead, t.size-start))
		t.window, t.windowAt = slices.Grow(t.window[:0], int(size))[:size], start
		if _, err := t.file.ReadAt(t.window, start); err != nil {
			t.window = t.window[:0]
			return nil, err
		}
	}
	return t.window[start-t.windowAt : end-t.windowAt], nil
}

func (t *texts) close() error {
	if t.file == nil {
		return nil
	}
	return t.file.Close()
}

// appendText reads to the end of the element whose start tag was the last token, and
// appends its text. If plain, that is all that stands there; otherwise it is what
// the elements t have, of all runs. What is no part of the text is left out: how it
// is pronounced, and a choice that is for programs that know more than the standard.
func (s *scanner) appendText(text []byte, plain bool) ([]byte, error) {
	outside := s.depth() - 1
	start := len(text)
	taken, skipped := 0, 0 // depth of the element t, or of what is left out; 0: none
	for {
		token, err := s.next()
		if err != nil {
			return text, err
		}
		switch depth := s.depth(); token {
		case startTag:
			switch name := s.name; {
			case skipped == 0 && (name == "rPh" || name == "Choice"):
				skipped = depth
			case taken == 0 && name == "t":
				taken = depth
			}
		case endTag:
			if depth == outside {
				return unescape(text, start), nil
			}
			if depth < taken {
				taken = 0
			}
			if depth < skipped {
				skipped = 0
			}
		case charData:
			if skipped == 0 && (plain || taken > 0) {
				text = append(text, s.text...)
			}
		}
	}
}

// escaped are characters that XML cannot hold, each as a unit of UTF-16 (ECMA-376
// part 1, 22.9.2.19).
var escaped = regexp.MustCompile("(?:_x[0-9A-Fa-f]{4}_)+")

// unescape replaces the escaped characters of a text from a position on.
func unescape(text []byte, from int) []byte {
	if !bytes.Contains(text[from:], []byte("_x")) {
		return text
	}
	return append(text[:from], escaped.ReplaceAllFunc(text[from:], func(e []byte) []byte {
		const length = len("_x0000_")
		units := make([]uint16, 0, len(e)/length)
		for ; len(e) > 0; e = e[length:] {
			unit, _ := strconv.ParseUint(string(e[2:6]), 16, 16) // the pattern has four digits
			units = append(units, uint16(unit))
		}
		return []byte(string(utf16.Decode(units)))
	})...)
}
