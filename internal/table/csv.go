package table

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Record is one record of a table. It is valid until the next one is read, and its
// texts after that, too.
type Record struct {
	Line    int      // the line on which it begins, from 1
	Lines   int      // how many lines it takes up
	Offset  int64    // only of Head.Records: in bytes from the beginning of the head
	Fields  []string // with a fault there may be any number of them, or none
	Fault   string   // why the record cannot be used; "" if it can
	partial bool     // the record is malformed within a field, and Fields are those in front

	// Open says that the text ends with this record, and without a line break.
	Open bool
	// Joined says that the record takes up several lines and that these look like rows
	// of the table, so that a quote too many may have made one record of them.
	Joined bool
}

// CSV is a table in a text.
type CSV struct {
	Text  *Text
	Comma rune // between the fields; a character that encoding/csv accepts
	// Lead is how many bytes of the text are above the header, and Above how many
	// lines.
	Lead  int
	Above int
	// Limit is the longest record in bytes, with its line break; 0 means RecordLimit.
	// A record that is up to 64 KiB longer may be read, because the text is read ahead
	// in pieces of that size.
	Limit int
	// Strict says that every row has as many fields as the header, and is written as
	// encoding/csv writes it. A file to which rows are appended has to be read so: what
	// most rows look like may change with the next one.
	Strict bool
	// Blank, if it is not nil, is where Records counts the blank rows below the header,
	// from 0 on in each reading. Readings at the same time need a counter each.
	Blank *int
}

// Records reads all records, of which the header is the first one. A row that has
// nothing but delimiters and white space is blank, and no record. A record that is
// malformed, or has more or fewer fields than the header, has a fault; but if most rows of
// the first 64 KiB have a delimiter at the end that the header has not, or the other way
// round, then a row may have it or not. A text may have fields such as ="00123", white
// space beside quotes, and lines that end in CR CR LF, if the first 64 KiB have such. An
// error ends
// the sequence, because the rest of the text cannot be told apart into records: it is
// a *LineError if a record is the reason, otherwise that of reading the text. The
// sequence can be read any number of times, also by several goroutines at once.
func (c CSV) Records() func(yield func(*Record, error) bool) {
	return func(yield func(*Record, error) bool) {
		r, err := c.reader()
		if err != nil {
			yield(nil, err)
			return
		}
		if c.Blank != nil {
			*c.Blank = 0
		}
		for isHeader := true; ; isHeader = false {
			record, err := r.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil && !isHeader && !record.partial && !r.shape.isOrdinary(record) {
				if isBlank(record.Fields) {
					if c.Blank != nil {
						*c.Blank++
					}
					continue
				}
				r.shape.fit(record, c.Comma)
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// Header returns the first record. It fails if the record is malformed, if it is longer
// than the limit, or if the lines end in a carriage return alone; with io.EOF if there
// is no record. It is a *LineError if a line is the reason.
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
		// encoding/csv takes the whole file for one record.
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
	limit  int // bytes of a record
	above  int // lines of the text in front of the table
	comma  rune
	// dressed says that csv reads a text whose columns are not those of the file.
	dressed bool

	record Record // the one that next returned last
	shape  rowShape

	// uncounted is how many lines csv has counted, and has not read: it counts one
	// whenever the guard stops it.
	uncounted int
}

func (c CSV) reader() (*csvReader, error) {
	text, err := c.Text.from(int64(c.Lead))
	if err != nil {
		return nil, err
	}
	head, err := readHead(text, headBytes)
	if err != nil {
		return nil, err
	}
	text = io.MultiReader(bytes.NewReader(head), text)
	r := &csvReader{limit: cmp.Or(c.Limit, RecordLimit), above: c.Above, comma: c.Comma}
	if !c.Strict {
		first := Head(head).Records(c.Comma, 0)
		if len(head) == headBytes && len(first) > 1 {
			first = first[:len(first)-1] // the head ends within it
		}
		r.shape = shapeOf(first)
	}
	r.guard = &guard{r: text, left: r.limit}
	if !c.Strict && isDressed(head, c.Comma) {
		r.dressed = true
		r.guard.r = &undresser{r: bufio.NewReader(text), comma: byte(c.Comma)}
	}
	r.window = &window{r: r.guard}
	r.csv = csv.NewReader(bufio.NewReaderSize(r.window, 64<<10))
	r.csv.Comma, r.csv.ReuseRecord = c.Comma, true
	return r, nil
}

// next reads the next record, or returns io.EOF.
func (r *csvReader) next() (*Record, error) {
	inRecord := r.guard.stopped // what follows begins within a record that was too long
	fields, err := r.read()
	for errors.Is(err, errLongRecord) && !inRecord && len(skipEmptyLines(r.window.record(math.MaxInt64))) == 0 {
		r.guard.stopped = false // nothing but empty lines was read, and they are not a record
		r.uncounted++
		fields, err = r.read()
	}
	if err != nil {
		return r.malformed(fields, err)
	}
	line, _ := r.csv.FieldPos(0)
	r.record = Record{Line: r.line(line), Lines: 1, Fields: fields, Open: r.window.ended && r.isOpen()}
	// A line break in front of the last field, or within it.
	if last, _ := r.csv.FieldPos(len(fields) - 1); last > line || strings.IndexByte(fields[len(fields)-1], '\n') >= 0 {
		r.record.Lines = r.lines()
	}
	return &r.record, nil
}

// read reads the fields of the record that begins here.
func (r *csvReader) read() ([]string, error) {
	r.window.drop(r.csv.InputOffset())
	r.guard.left = r.limit
	return r.csv.Read()
}

// isOpen tells whether the record that has just been read, at the end of the text, has no
// line break behind it.
func (r *csvReader) isOpen() bool { return !bytes.HasSuffix(r.text(), []byte("\n")) }

// line returns the line of the text that csv counts as this one.
func (r *csvReader) line(counted int) int { return counted - r.uncounted + r.above }

// text returns the record that has just been read, and the empty lines in front of
// it.
func (r *csvReader) text() []byte {
	return r.window.record(r.csv.InputOffset() - r.window.offset)
}

// lines counts the lines of the record that has just been read.
func (r *csvReader) lines() int {
	return 1 + bytes.Count(bytes.Trim(r.text(), "\r\n"), []byte("\n"))
}

// malformed returns a record with a fault if only that record is malformed, and an
// error if the rest of the text cannot be read.
func (r *csvReader) malformed(fields []string, err error) (*Record, error) {
	var parse *csv.ParseError
	switch {
	case errors.Is(err, errLongRecord):
		return nil, r.longRecord()
	case !errors.As(err, &parse):
		return nil, err
	}
	record := Record{Line: r.line(parse.StartLine), Lines: r.lines(), Fields: fields, Open: r.window.ended && r.isOpen()}
	record.partial = !errors.Is(parse.Err, csv.ErrFieldCount)
	switch {
	case !record.partial:
		record.Fault = fmt.Sprintf("the row has more or fewer fields than the header, which has %d; look for a missing or an unquoted %q", r.csv.FieldsPerRecord, r.comma)
	case errors.Is(parse.Err, csv.ErrBareQuote):
		record.Fault = r.column("", parse.Column) + "a quote stands in a field that does not begin with one; put the field in quotes and double the quote inside"
	default:
		if line := openQuote(r.text(), r.comma); line >= 0 {
			return nil, errorAt(record.Line+line, "a quote that opens on this line is never closed, so the rest of the file cannot be told apart into rows; close it or double it")
		}
		record.Fault = r.column(fmt.Sprintf("line %d, ", r.line(parse.Line)), parse.Column) + "text follows a closing quote; double the quotes inside a quoted field"
	}
	r.record = record
	return &r.record, nil
}

// column writes a column behind its line, with a colon; "" if it is not known.
func (r *csvReader) column(line string, column int) string {
	if r.dressed {
		return ""
	}
	return fmt.Sprintf("%scolumn %d: ", line, column)
}

// longRecord is the error about a record that is longer than the limit. The reason is
// nearly always a quote that is not closed.
func (r *csvReader) longRecord() error {
	text := r.window.record(int64(r.limit))
	empty := len(text) - len(skipEmptyLines(text))
	line := r.window.line() + bytes.Count(text[:empty], []byte("\n")) + r.above
	if quote := openQuote(text, r.comma); quote >= 0 {
		return errorAt(line+quote, "the record is longer than %d bytes: a quote that opens on this line is never closed, at least not within them; close it or double it", r.limit)
	}
	return errorAt(line, "the record is longer than %d bytes; is this a CSV file, and is every quote closed?", r.limit)
}

// skipEmptyLines returns what follows the empty lines that a text begins with.
func skipEmptyLines(text []byte) []byte {
	for {
		line, rest, found := bytes.Cut(text, []byte("\n"))
		if len(line) > 1 || len(line) == 1 && line[0] != '\r' {
			return text
		}
		if !found {
			return nil
		}
		text = rest
	}
}

// openQuote reads a record by the rules of encoding/csv. It returns the line of the
// quote that is still open where the text ends, counted from 0 at the first line of
// the record; -1 if no quote is open.
func openQuote(text []byte, comma rune) int {
	text = skipEmptyLines(text)
	line, opened := 0, 0
	for {
		// Here begins a field.
		if len(text) == 0 || text[0] != '"' {
			end := bytes.IndexAny(text, "\"\n"+string(comma))
			if end < 0 || text[end] == '\n' || text[end] == '"' {
				return -1 // the record ends, or is malformed here
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

// Announced reads the line sep=; that a spreadsheet program writes in front of a
// header. It returns the delimiter and the length of the line with its line break,
// or 0 and 0 if the head does not begin with such a line.
func (h Head) Announced() (comma rune, length int) {
	line, _, found := bytes.Cut(h, []byte("\n"))
	line = bytes.Trim(line, "\"\r")
	const sep = "sep="
	if !found || len(line) <= len(sep) || !bytes.EqualFold(line[:len(sep)], []byte(sep)) {
		return 0, 0
	}
	comma, size := utf8.DecodeRune(line[len(sep):])
	if comma == utf8.RuneError || len(sep)+size != len(line) {
		return 0, 0
	}
	return comma, bytes.IndexByte(h, '\n') + 1
}

// SkipLines returns how many bytes the first n lines have; false if the head has fewer
// lines.
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

// Records returns the records that follow the first lead bytes, which are whole lines. A
// record may have any number of fields; a malformed one has a fault and no fields. The
// last record may be cut off, as the head is.
func (h Head) Records(comma rune, lead int) []Record {
	text := h[lead:]
	if isDressed(text, comma) {
		text = undress(text, comma)
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord = comma, -1
	above := bytes.Count(h[:lead], []byte("\n"))
	var records []Record
	at, line := lead, 1 // the offset of a line of the head that is not undressed
	for {
		offset := r.InputOffset()
		fields, err := r.Read()
		record := Record{Lines: 1, Fields: fields}
		var malformed *csv.ParseError
		switch {
		case err == nil:
			record.Line, _ = r.FieldPos(0)
		case errors.As(err, &malformed):
			record.Line, record.Fields, record.Fault = malformed.StartLine, nil, malformed.Err.Error()
		default:
			return records // the end, or a comma that cannot be one
		}
		for ; line < record.Line; line++ {
			at += bytes.IndexByte(h[at:], '\n') + 1
		}
		record.Offset = int64(at)
		read := bytes.Trim(text[offset:r.InputOffset()], "\r\n")
		record.Line += above
		record.Lines += bytes.Count(read, []byte("\n"))
		records = append(records, record)
	}
}
