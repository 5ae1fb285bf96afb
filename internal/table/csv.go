package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Record is one record of a table. It is good until the next one is read; its
// texts stay good.
type Record struct {
	Line   int      // on which it begins, from 1
	Lines  int      // that it takes up
	Offset int64    // in the text, of its first byte or of blank lines before it
	Fields []string // nil where they cannot be told apart; of a record with a fault there may be any number
	Fault  string   // why the record cannot be used; "" if it can
}

// CSV is a table in a text.
type CSV struct {
	Text  *Text
	Comma rune // between the fields
	// Lead is how many bytes of the text stand above the header, and Above how
	// many lines these are.
	Lead  int
	Above int
	// Limit is the longest record in bytes; 0 means RecordLimit.
	Limit int
}

// Records reads the table from its header on, which is the first record. Each
// record has as many fields as the header, or a fault. An error ends the
// sequence: what follows cannot be told apart into records. It is a *LineError
// where the text is the reason.
func (c CSV) Records() func(yield func(*Record, error) bool) {
	return func(yield func(*Record, error) bool) {
		r, err := c.reader()
		if err != nil {
			yield(nil, err)
			return
		}
		for {
			record, err := r.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// Header returns the first record, which has to be well formed; io.EOF says that
// there is none.
func (c CSV) Header() (*Record, error) {
	r, err := c.reader()
	if err != nil {
		return nil, err
	}
	fields, err := r.csv.Read()
	var malformed *csv.ParseError
	switch {
	case errors.As(err, &malformed):
		return nil, errorAt(malformed.StartLine+c.Above, "the header cannot be read: %w", malformed.Err)
	case errors.Is(err, errLongRecord):
		return nil, fmt.Errorf("the header is longer than %d bytes; is this a CSV file, and is every quote closed?", r.limit)
	case err != nil:
		return nil, err
	case strings.Contains(strings.Join(fields, ""), "\r"):
		// All rows would pass for a part of the header.
		return nil, errors.New("the lines end in a carriage return alone, as on old Macs; save the file as CSV (UTF-8)")
	}
	line, _ := r.csv.FieldPos(0)
	return &Record{Line: line + c.Above, Fields: fields}, nil
}

// csvReader reads records one by one.
type csvReader struct {
	csv    *csv.Reader
	guard  *guard
	window *window
	limit  int
	above  int
	comma  rune
	record Record
}

func (c CSV) reader() (*csvReader, error) {
	text, err := c.Text.from(int64(c.Lead))
	if err != nil {
		return nil, err
	}
	r := &csvReader{limit: c.Limit, above: c.Above, comma: c.Comma}
	if r.limit == 0 {
		r.limit = RecordLimit
	}
	r.guard = &guard{r: text, left: r.limit}
	r.window = &window{r: r.guard}
	r.csv = csv.NewReader(bufio.NewReaderSize(r.window, 64<<10))
	r.csv.Comma, r.csv.ReuseRecord = c.Comma, true
	return r, nil
}

// next reads the next record, or returns io.EOF.
func (r *csvReader) next() (*Record, error) {
	start := r.csv.InputOffset()
	r.window.drop(start)
	r.guard.left = r.limit
	inRecord := r.guard.stopped // what follows begins within a record that was too long
	fields, err := r.csv.Read()
	for errors.Is(err, errLongRecord) && !inRecord && r.blankFrom(start) {
		r.guard.left, r.guard.stopped = r.limit, false // empty lines are not a record
		start = r.csv.InputOffset()
		r.window.drop(start)
		fields, err = r.csv.Read()
	}
	if err != nil {
		return r.malformed(fields, err, start)
	}
	line, _ := r.csv.FieldPos(0)
	r.record = Record{Line: line + r.above, Lines: 1, Offset: start, Fields: fields}
	// A line break before the last field, or within it.
	if last, _ := r.csv.FieldPos(len(fields) - 1); last > line || strings.IndexByte(fields[len(fields)-1], '\n') >= 0 {
		r.record.Lines = r.linesFrom(start)
	}
	return &r.record, nil
}

// blankFrom tells whether nothing but empty lines was read since an offset.
func (r *csvReader) blankFrom(start int64) bool {
	read := r.window.bytes(start, start+int64(2*r.limit))
	return len(bytes.TrimLeft(read, "\r\n")) == 0
}

// linesFrom counts the lines of the record that has just been read.
func (r *csvReader) linesFrom(start int64) int {
	return 1 + bytes.Count(bytes.Trim(r.window.bytes(start, r.csv.InputOffset()), "\r\n"), []byte("\n"))
}

// malformed turns what is wrong with one record into its fault. What makes the
// rest of the text unreadable stays an error.
func (r *csvReader) malformed(fields []string, err error, start int64) (*Record, error) {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, errLongRecord):
		return nil, r.longRecord(start)
	case !errors.As(err, &parse):
		return nil, err
	}
	record := Record{Line: parse.StartLine + r.above, Lines: r.linesFrom(start), Offset: start}
	switch {
	case errors.Is(parse.Err, csv.ErrFieldCount):
		record.Fields = fields
		record.Fault = fmt.Sprintf("the row has more or fewer fields than the header, which has %d; look for a missing or an unquoted %q", r.csv.FieldsPerRecord, r.comma)
	case errors.Is(parse.Err, csv.ErrBareQuote):
		record.Fault = fmt.Sprintf(`column %d: a quote stands in a field that does not begin with one; put the field in quotes and double the quote inside`, parse.Column)
	default:
		text := r.window.bytes(start, r.csv.InputOffset())
		if line := openQuote(text, r.comma); line >= 0 {
			return nil, errorAt(record.Line+line, "a quote that opens on this line is never closed, so the rest of the file cannot be told apart into rows; close it or double it")
		}
		record.Fault = fmt.Sprintf("line %d, column %d: text follows a closing quote; double the quotes inside a quoted field", parse.Line+r.above, parse.Column)
	}
	r.record = record
	return &r.record, nil
}

// longRecord explains a record that is longer than the limit. Nearly always a
// quote is not closed.
func (r *csvReader) longRecord(start int64) error {
	text := r.window.bytes(start, start+int64(r.limit))
	blank := len(text) - len(bytes.TrimLeft(text, "\r\n")) // lines in front of the record
	line := r.window.line() + bytes.Count(text[:blank], []byte("\n")) + r.above
	if quote := openQuote(text, r.comma); quote >= 0 {
		return errorAt(line+quote, "the record is longer than %d bytes: a quote that opens on this line is never closed, at least not within them; close it or double it", r.limit)
	}
	return errorAt(line, "the record is longer than %d bytes; is this a CSV file, and is every quote closed?", r.limit)
}

// openQuote reads a record by the rules of encoding/csv. It returns the line,
// counted from that of the record, of the quote that is open where the text
// ends; -1 if none is.
func openQuote(text []byte, comma rune) int {
	text = bytes.TrimLeft(text, "\r\n")
	line, opened := 0, 0
	for {
		// A field begins here.
		if len(text) == 0 || text[0] != '"' {
			end := bytes.IndexAny(text, "\n"+string(comma))
			if end < 0 || text[end] == '\n' {
				return -1
			}
			text = text[end+len(string(comma)):]
			continue
		}
		opened, text = line, text[1:]
		for { // to the quote that closes the field
			end := bytes.IndexByte(text, '"')
			if end < 0 {
				return opened
			}
			line += bytes.Count(text[:end], []byte("\n"))
			if text = text[end+1:]; len(text) == 0 || text[0] != '"' {
				break
			}
			text = text[1:] // a doubled quote stands for itself
		}
		if !bytes.HasPrefix(text, []byte(string(comma))) {
			return -1 // the record ends, or is malformed here
		}
		text = text[len(string(comma)):]
	}
}

// Head is the beginning of a text.
type Head []byte

// Announced reads the line sep=; that a spreadsheet program puts in front of a
// header. It returns the delimiter and the length of the line, or 0 and 0.
func (h Head) Announced() (comma rune, length int) {
	line, _, found := bytes.Cut(h, []byte("\n"))
	text, ok := bytes.CutPrefix(bytes.ToLower(bytes.Trim(line, "\"\r")), []byte("sep="))
	if !found || !ok {
		return 0, 0
	}
	runes := []rune(string(text))
	if len(runes) != 1 || runes[0] == '\ufffd' {
		return 0, 0
	}
	return runes[0], len(line) + 1
}

// SkipLines returns how many bytes so many lines take up; false if the head has
// fewer.
func (h Head) SkipLines(n int) (length int, ok bool) {
	for range n {
		end := bytes.IndexByte(h[length:], '\n')
		if end < 0 {
			return 0, false
		}
		length += end + 1
	}
	return length, true
}

// Records reads the records that begin behind so many bytes, however many fields
// they have. Those that are malformed have a fault and no fields. The last one may
// be cut off.
func (h Head) Records(comma rune, lead int) []Record {
	r := csv.NewReader(bytes.NewReader(h[lead:]))
	r.Comma, r.FieldsPerRecord = comma, -1
	above := bytes.Count(h[:lead], []byte("\n"))
	var records []Record
	for {
		offset := r.InputOffset()
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return records
		}
		record := Record{Line: above + 1, Offset: int64(lead) + offset, Fields: fields}
		var malformed *csv.ParseError
		switch {
		case err == nil:
			line, _ := r.FieldPos(0)
			record.Line = above + line
		case errors.As(err, &malformed):
			record.Line, record.Fields, record.Fault = above+malformed.StartLine, nil, malformed.Err.Error()
		}
		records = append(records, record)
	}
}
