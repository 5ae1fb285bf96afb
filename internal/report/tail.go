package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"offboard/internal/table"
)

const byteOrderMark = "\xef\xbb\xbf"

// lastLine returns where the last line begins, and the line: what follows the last
// line break.
func lastLine(section *io.SectionReader) (begin int64, text []byte, err error) {
	from := max(0, section.Size()-lineLimit)
	text = make([]byte, section.Size()-from)
	n, err := section.ReadAt(text, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, nil, err
	}
	text = text[:n]
	last := bytes.LastIndexByte(text, '\n')
	if last < 0 && from > 0 {
		return 0, nil, fmt.Errorf("%w: its last line is longer than %d bytes", ErrNotReport, lineLimit)
	}
	return from + int64(last+1), text[last+1:], nil
}

// judgeTail tells what follows the last line break: a whole line, or the beginning of
// a line that a run could not write to its end.
func (r *Reader) judgeTail(tail []byte) error {
	visible := tail
	if r.whole == 0 {
		visible = bytes.TrimPrefix(tail, []byte(byteOrderMark))
	}
	torn := len(tail)
	if len(bytes.TrimSpace(visible)) > 0 {
		judge := r.tornRecord
		if r.Format == JSONL {
			judge = r.tornObject
		}
		n, err := judge(visible)
		if err != nil {
			return err
		}
		if r.open = n < len(visible); r.open {
			torn = n
		}
	}
	r.whole += int64(len(tail) - torn)
	r.torn = int64(torn)
	return nil
}

// tornRecord returns how many bytes at the end of a CSV record without a line break
// are not a part of a whole one, which has all its fields, and its check. If something is
// wrong with one of these, Lines says so.
func (r *Reader) tornRecord(tail []byte) (int, error) {
	if r.whole == 0 { // it is the header
		if isBegunHeader(tail) {
			return len(tail), nil
		}
		return 0, nil
	}
	for record, err := range (table.CSV{Text: textOf(tail), Comma: ',', Strict: true}).Records() {
		if err != nil || record.Fault != "" || len(record.Fields) != len(r.columns.columns) || r.columns.lacksCheck(record.Fields) {
			return len(tail), nil
		}
		break
	}
	// A kept text that was cut off within a character would not be UTF-8.
	return cutCharacter(tail), nil
}

// lacksCheck tells whether the last field of a line is a part of its check.
func (l layout) lacksCheck(fields []string) bool {
	last := len(fields) - 1
	if l.columns[last] != &columns[len(columns)-1] {
		return false // there are other columns behind the check
	}
	var read line
	_ = l.parseCSV(&read, fields) // what else is wrong is for Lines to say
	return read.isCutOff(fields[last])
}

// cutCharacter returns how many bytes at the end of a text are the beginning of a
// character in UTF-8.
func cutCharacter(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if end := text[len(text)-n:]; utf8.RuneStart(end[0]) {
			if utf8.FullRune(end) {
				return 0
			}
			return n
		}
	}
	return 0
}

// tornObject returns how many bytes at the end of a JSON line without a line break are
// not a part of a whole one: none or all.
func (r *Reader) tornObject(tail []byte) (int, error) {
	if !json.Valid(tail) {
		return len(tail), nil
	}
	o := table.Value(tail).Object()
	if _, err := (&objectParser{report: r}).parse(&o); err != nil {
		// Nothing of ours was cut off here: somebody else has written it.
		return 0, fmt.Errorf("%w: its last line is not one of a report: %w", ErrNotReport, err)
	}
	return 0, nil
}
