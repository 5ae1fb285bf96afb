package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"offboard/internal/table"
)

// ErrNotReport is the error for a file that is not a report.
var ErrNotReport = errors.New("this is not a report of offboard")

var errNoColumns = fmt.Errorf("%w: it has no columns ref and outcome", ErrNotReport)

// Recognise tells whether a file is a report, whatever its encoding, its delimiter
// and its compression. It returns nil and no error for a file that is none, which
// is to be read as any other input; of that, only the first bytes are read. A
// report is a file with a header, or a first JSON object, that has the names for
// which Is is true, below nothing but a byte order mark, blank lines and a line
// such as "sep=;".
//
// An error says that the file cannot be read, or that it is a report that cannot
// be used: it is a *MissingError if the report lacks columns. Dates without a zone are read in zone. The file may be unpacked, and has
// to stay open while the reader is used.
func Recognise(f *table.File, zone *time.Location) (*Reader, error) {
	r, found, err := recognise(f, zone)
	if err != nil || !found {
		return nil, err
	}
	return r, nil
}

// NewReader returns a reader of a file that is expected to be a report. It fails
// with ErrNotReport if it is none, and otherwise as Recognise does. Unlike Recognise it takes what a run that was
// killed at its start may leave behind: an empty file, or the beginning of the first
// line.
func NewReader(f *table.File, zone *time.Location) (*Reader, error) {
	r, found, err := recognise(f, zone)
	if err == nil && !found {
		err = r.named(r.takeBeginning(f))
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

func recognise(f *table.File, zone *time.Location) (r *Reader, found bool, err error) {
	r = &Reader{Name: f.Name, zone: zone}
	head, err := f.TextHead()
	if err != nil {
		return nil, false, r.named(err)
	}
	if found, err = r.find(head); err == nil && found {
		err = r.prepare(f)
	}
	return r, found, r.named(err)
}

// named puts the name of the report in front of an error.
func (r *Reader) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", r.Name, err)
}

// delimiters can stand between the fields of a report: what spreadsheets write.
var delimiters = []rune{',', ';', '\t', '|'}

// find looks for the columns of a report in the first bytes of a text. It
// finds its format, and what stands above the columns.
func (r *Reader) find(head table.Head) (bool, error) {
	commas := delimiters
	announced, lead := head.Announced()
	if announced != 0 {
		commas = []rune{announced}
	}
	lead += blankLines(head[lead:])
	visible := bytes.TrimLeft(head[lead:], " \t")
	switch {
	case len(visible) == 0:
		return false, nil
	case visible[0] == '{':
		return r.findKeys(visible)
	case visible[0] == '[':
		return r.findKeysInArray(head)
	}
	for _, comma := range commas {
		csv := table.CSV{
			Strict: true,
			Text:   textOf(head), Comma: comma, Limit: lineLimit,
			Lead: lead, Above: bytes.Count(head[:lead], []byte("\n")),
		}
		header, err := csv.Header()
		if err != nil || !Is(header.Fields) {
			continue
		}
		r.Format, r.csv = CSV, csv
		if isBegunHeader(visible) {
			return true, nil
		}
		for i, name := range header.Fields {
			header.Fields[i] = unarmed(name)
		}
		r.columns, err = layoutOf(header.Fields)
		r.kept = r.columns.kept
		return true, err
	}
	return false, nil
}

// blankLines returns the length of the lines at the beginning of a text in which
// nothing stands but delimiters, as a spreadsheet writes an empty row.
func blankLines(head []byte) int {
	length := 0
	for {
		line, _, found := bytes.Cut(head[length:], []byte("\n"))
		if !found || len(bytes.Trim(line, " \t\r\",;|")) > 0 {
			return length
		}
		length += len(line) + 1
	}
}

// findKeys looks for the keys of a report in the first line of JSON lines.
func (r *Reader) findKeys(visible []byte) (bool, error) {
	first, _, whole := bytes.Cut(visible, []byte("\n"))
	o := table.Value(first).Object()
	if !Is(o.Keys) {
		return false, nil
	}
	r.Format = JSONL
	if !whole && !json.Valid(first) {
		return true, nil // it may be the beginning of the first line
	}
	columns, err := layoutOf(o.Keys)
	if err != nil {
		return true, err
	}
	r.kept = slices.Clone(columns.kept)
	if whole {
		if _, err := (&objectParser{report: r}).parse(&o); err != nil {
			return true, fmt.Errorf("%w: its first line is not one of a report: %w", ErrNotReport, err)
		}
	}
	return true, nil
}

// findKeysInArray looks for the keys of a report in the first object of a JSON array.
func (r *Reader) findKeysInArray(head []byte) (bool, error) {
	for o, err := range (table.JSON{Text: textOf(head), Array: true, Limit: lineLimit}).Objects() {
		if err == nil && Is(o.Keys) {
			r.Format, r.json.Array = JSONL, true
			columns, err := layoutOf(o.Keys)
			r.kept = slices.Clone(columns.kept)
			return true, err
		}
		break
	}
	return false, nil
}

func textOf(b []byte) *table.Text { return table.TextOf(bytes.NewReader(b), int64(len(b))) }

// prepare finds out how a file that has the columns of a report is to be read.
func (r *Reader) prepare(f *table.File) error {
	compressed := f.Compressed()
	if err := f.Unpack(); err != nil {
		return err
	}
	switch {
	case r.json.Array:
		r.foreign = "it is a JSON array"
	case r.Format == CSV && r.csv.Comma != ',':
		r.foreign = fmt.Sprintf("its fields are separated by %q", r.csv.Comma)
	case r.Format == CSV && r.csv.Lead > 0:
		r.foreign = "lines stand above its header"
	case r.Format == CSV && r.columns.columns != nil && !r.columns.isOwn():
		r.foreign = "its columns are in another order"
	case len(r.kept) > MaxKept:
		r.foreign = fmt.Sprintf("it keeps more than %d columns", MaxKept)
	}
	text, err := r.findText(f)
	if err != nil {
		return err
	}
	if compressed && r.foreign == "" {
		r.foreign = "it is compressed with gzip"
	}
	if r.Format == JSONL {
		r.json.Text, r.json.Limit = text, lineLimit
	} else {
		r.csv.Text = text
	}
	return nil
}

// findText returns the text of the report. If that has the form that offboard
// writes, it ends with the last whole line.
func (r *Reader) findText(f *table.File) (*table.Text, error) {
	if r.foreign != "" {
		return f.Text("")
	}
	section := f.Section()
	whole, tail, err := lastLine(section)
	if err != nil {
		return nil, err
	}
	// A last line that was cut off does not tell the encoding: it may end within a
	// character.
	e, err := table.Detect(section, cmp.Or(whole, section.Size()))
	if err == nil && e == table.UTF8 {
		r.whole = whole
		err = r.judgeTail(tail)
		if err == nil && r.open {
			e, err = table.Detect(section, r.whole)
		}
	}
	if err != nil {
		return nil, err
	}
	if e != table.UTF8 {
		r.foreign = fmt.Sprintf("its encoding is %s", e)
		r.whole, r.open, r.torn = 0, false, 0
		return f.Text(e)
	}
	return table.TextOf(section, r.whole), nil
}

// takeBeginning accepts a file without the columns of a report if it can be the
// beginning of one.
func (r *Reader) takeBeginning(f *table.File) error {
	head, err := f.Head(lineLimit + 1)
	if err != nil {
		return err
	}
	if len(head) > lineLimit || f.Compressed() {
		return errNoColumns
	}
	visible := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(byteOrderMark)), " \r\n")
	switch {
	case len(visible) == 0: // or the blanks of a run that tried whether it can write
	case isBegunHeader(head):
		r.Format = CSV
	case begunObject(visible):
		r.Format = JSONL
	default:
		return errNoColumns
	}
	r.torn = int64(len(head))
	return nil
}

// isBegunHeader tells whether a text can be the beginning of the first line of a CSV
// file that offboard has written, or the line without its line break.
func isBegunHeader(text []byte) bool {
	own := ownHeader()
	return strings.HasPrefix(own, string(text)) || bytes.HasPrefix(text, []byte(own+",")) && !bytes.Contains(text, []byte("\n"))
}

// begunObject tells whether a text can be the beginning of a JSON line that
// offboard has written.
func begunObject(text []byte) bool {
	opening := fmt.Sprintf(`{"%s":"`, columns[0].name)
	n := min(len(text), len(opening))
	return string(text[:n]) == opening[:n] && !bytes.Contains(text, []byte("\n")) && !json.Valid(text)
}
