package input

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"offboard/internal/leaver"
)

// of returns the two fields that are read of a record.
func (c columns) of(fields []string) (ref, endDate string) {
	if c.endDate >= 0 {
		endDate = fields[c.endDate]
	}
	return fields[c.ref], endDate
}

func (s *Source) readHeader(head io.Reader) error {
	reader := csv.NewReader(&recordReader{r: head, left: recordLimit})
	reader.Comma = s.Delimiter
	header, err := reader.Read()
	var malformed *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return errEmpty
	case errors.As(err, &malformed):
		return lineError{malformed.StartLine + s.above, fmt.Errorf("the header cannot be read: %w", malformed.Err)}
	case errors.Is(err, errLongRecord):
		return fmt.Errorf("the header is longer than %d bytes; is this a CSV file, and is every quote closed?", recordLimit)
	case err != nil:
		return err
	case strings.Contains(strings.Join(header, ""), "\r"):
		// Read on, all rows would pass for part of the header.
		return errors.New("the lines end in a carriage return alone, as on old Macs; save the file as CSV (UTF-8)")
	}
	s.Header, s.names = header, newNames(header)
	s.HeaderRow, _ = reader.FieldPos(0)
	s.HeaderRow += s.above
	return nil
}

// record is one of a table; its fields are good until the next one is read.
type record struct {
	fields   []string
	line     int
	broken   bool   // it takes up several lines
	fault    string // why the fields cannot be told apart
	from, to int64  // where it stands in the text
}

// records reads the table below its header. An error ends it.
func (s *Source) records(yield func(*record, error) bool) {
	text, err := s.text()
	if err != nil {
		yield(nil, err)
		return
	}
	guard := &recordReader{r: text, left: recordLimit}
	reader := csv.NewReader(bufio.NewReaderSize(guard, 64<<10))
	reader.ReuseRecord, reader.Comma = true, s.Delimiter
	if s.Format == XLSX {
		reader.FieldsPerRecord = -1 // empty cells at the end of a row are not there
	}
	if _, err := reader.Read(); err != nil { // the header, which was read before
		yield(nil, fmt.Errorf("%s: %w", s.Name, err))
		return
	}
	var r record
	for {
		guard.renew()
		r.from, r.fault = reader.InputOffset(), ""
		r.fields, err = reader.Read()
		r.to = reader.InputOffset()
		if err == nil {
			line, _ := reader.FieldPos(0)
			r.line = line + s.above
			last, _ := reader.FieldPos(len(r.fields) - 1)
			r.broken = last > line || strings.IndexByte(r.fields[len(r.fields)-1], '\n') >= 0
			switch missing := len(s.Header) - len(r.fields); {
			case missing > 0:
				r.fields = append(r.fields, make([]string, missing)...)
			case missing < 0:
				r.fault = fmt.Sprintf("the row has cells beyond the last column of the header, %q; give each column a name there", s.Header[len(s.Header)-1])
			}
			again, other := s.headerAgain(r.fields)
			if again {
				continue
			}
			if other != nil {
				err = fmt.Errorf("%s:%d: %w", s.Name, r.line, other)
			}
		} else if r.line, r.fault, err = s.malformed(err, r.from); errors.Is(err, io.EOF) {
			return
		}
		if !yield(&r, err) || err != nil {
			return
		}
	}
}

func (s *Source) tableRows(yield func(leaver.Row, error) bool) {
	for r, err := range s.records {
		if err != nil {
			yield(leaver.Row{}, err)
			return
		}
		if r.fault == "" {
			r.fault = s.mergedAt(r.line) // before conditions are held against what is not there
		}
		row := leaver.Row{Place: leaver.Place{Source: s.Name, Row: r.line}, Fault: r.fault}
		if r.fault == "" {
			wanted, doubt := s.wanted(r.fields)
			if !wanted {
				s.seen.leftOut++
				continue
			}
			s.noteRecord(r)
			row = s.tableRow(row.Place, r.fields, doubt)
		}
		if row.Fault != "" {
			if s.headerBelow(r.fields) {
				yield(leaver.Row{}, fmt.Errorf("%s: %w", row.Place, otherHeader(r.fields)))
				return
			}
			err = s.nameLines(&row, r.from, r.to)
		}
		if !yield(row, err) || err != nil {
			return
		}
	}
}

// tableRow reads a row from the fields of a record. A fault names its column.
func (s *Source) tableRow(place leaver.Place, fields []string, doubt string) leaver.Row {
	if doubt != "" {
		return leaver.Row{Place: place, Fault: doubt} // in a report it is nobody
	}
	ref, endDate := s.columns.of(fields)
	row := s.newRow(place, ref, endDate)
	if row.EndDate.Text == "" && (row.Fault == "" || row.Ref == "") {
		if filled, isTotal := s.isTotal(fields); isTotal {
			// What stands in the ref's place is a sum or a count, and nobody.
			return leaver.Row{Place: place, Fault: fmt.Sprintf("this looks like a line of totals: it has nothing but %s; if it is a leaver, fill in the end date", list(filled))}
		}
	}
	if row.Fault != "" {
		column := s.seen.endDate
		if leaver.CheckRef(row.Ref) != nil {
			column = s.seen.ref
		}
		row.Fault = fmt.Sprintf("column %q: %s", column, row.Fault)
	}
	return row
}

// isTotal tells whether a record without an end date is a line of totals: it has a
// number or nothing in the ref's place, and but for numbers little else than a label
// that says so. It returns what it has.
func (s *Source) isTotal(fields []string) (filled []string, isTotal bool) {
	_, ref := s.cell(fields[s.columns.ref])
	if strings.Trim(ref, " 0123456789") != "" {
		return nil, false
	}
	words, sure := 0, false
	for i, field := range fields {
		_, text := s.cell(field)
		if text = leaver.TrimRef(text); text == "" {
			continue
		}
		filled = append(filled, text)
		if i == s.columns.ref || strings.Trim(text, "0123456789.,-+%$€£ ") == "" {
			continue
		}
		words++
		label, certain := leaver.IsTotal(text)
		isTotal, sure = isTotal || label, sure || certain
	}
	return filled, isTotal && words == 1 || sure && words == 2
}

// headerBelow tells whether a faulty record is a header with other columns: it can
// have no end date, and has several names of columns.
func (s *Source) headerBelow(fields []string) bool {
	if s.hasDay(fields) {
		return false
	}
	_, known := s.known(fields)
	return known > 1
}

// malformed turns the error of one record, which starts at the offset, into its
// line and its fault; what makes the rest of the input unreadable stays an
// error.
func (s *Source) malformed(err error, offset int64) (line int, fault string, _ error) {
	var parse *csv.ParseError
	if !errors.As(err, &parse) {
		if errors.Is(err, errLongRecord) {
			return 0, "", s.longRecord(offset)
		}
		if !errors.Is(err, io.EOF) {
			err = fmt.Errorf("%s: %w", s.Name, err)
		}
		return 0, "", err
	}
	start := parse.StartLine + s.above
	switch parse.Err {
	case csv.ErrFieldCount:
		fault = fmt.Sprintf("the row has more or fewer fields than the header, which has %d; look for a missing or an unquoted %q", len(s.Header), s.Delimiter)
	case csv.ErrBareQuote:
		fault = fmt.Sprintf(`column %d: a quote stands in a field that does not begin with one; put the field in quotes and double the quote inside`, parse.Column)
	default:
		quote, err := s.findOpenQuote(offset, start)
		if err != nil {
			return 0, "", fmt.Errorf("%s: %w", s.Name, err)
		}
		if quote > 0 {
			return 0, "", s.openQuote(quote)
		}
		fault = fmt.Sprintf("line %d, column %d: text follows a closing quote; double the quotes inside a quoted field", parse.Line+s.above, parse.Column)
	}
	return start, fault, nil
}

// nameLines adds to a row's fault which lines it takes up, if there are
// several: they may be rows that one quote too many has made one. The row
// lies between two offsets of the text.
func (s *Source) nameLines(row *leaver.Row, start, end int64) error {
	text, err := s.text()
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	record := make([]byte, end-start)
	if _, err := text.Seek(start, io.SeekCurrent); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	if _, err := io.ReadFull(text, record); err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	if breaks := bytes.Count(bytes.Trim(record, "\r\n"), []byte{'\n'}); breaks > 0 {
		row.Fault += fmt.Sprintf("; lines %d to %d were read as one row", row.Place.Row, row.Place.Row+breaks)
	}
	return nil
}

func (s *Source) openQuote(line int) error {
	return fmt.Errorf("%s:%d: a quote that opens on this line is never closed, so the rest of the file cannot be told apart into rows; close it or double it", s.Name, line)
}

// longRecord explains a record that is longer than recordLimit. Nearly always
// it is a quote that is never closed.
func (s *Source) longRecord(offset int64) error {
	line, err := s.lineAt(offset)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	quote, err := s.findOpenQuote(offset, line)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", s.Name, err)
	case quote > 0:
		return s.openQuote(quote)
	}
	return fmt.Errorf("%s:%d: the record is longer than %d bytes; is this a CSV file, and is every quote closed?", s.Name, line, recordLimit)
}

// lineAt returns the number of the line on which the record at the offset of
// the text begins. Empty lines before it do not belong to it; io.EOF says that
// there is nothing else.
func (s *Source) lineAt(offset int64) (int, error) {
	text, err := s.text()
	if err != nil {
		return 0, err
	}
	r := bufio.NewReader(text)
	line := 1 + s.above
	for at := int64(0); ; at++ {
		b, err := r.ReadByte()
		switch {
		case err != nil:
			return 0, err
		case at >= offset && b != '\n' && b != '\r':
			return line, nil
		case b == '\n':
			line++
		}
	}
}

// findOpenQuote reads the record that starts at the offset of the text, on
// the given line, by the rules of encoding/csv. It returns the line of the
// quote that is still open at the end of the input, or 0 if there is none.
func (s *Source) findOpenQuote(offset int64, line int) (int, error) {
	text, err := s.text()
	if err != nil {
		return 0, err
	}
	if _, err := text.Seek(offset, io.SeekCurrent); err != nil {
		return 0, err
	}
	const (
		blank = iota // empty lines in front of the record
		fieldStart
		plain
		quoted
		closed // after a quote in a quoted field: its end, or half of a doubled one
	)
	r := bufio.NewReader(text)
	state, opened := blank, 0
	for {
		b, _, err := r.ReadRune()
		if errors.Is(err, io.EOF) {
			if state == quoted {
				return opened, nil
			}
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		switch {
		case state == blank && (b == '\n' || b == '\r'):
			continue // the line given is the one on which the record starts
		case b == '"' && (state == blank || state == fieldStart):
			state, opened = quoted, line
		case b == '"' && state == quoted:
			state = closed
		case b == '"' && state == closed:
			state = quoted
		case b == '\r' && state == closed:
			// Only as part of a line break may it follow a closing quote.
			if next, _ := r.Peek(1); len(next) > 0 && next[0] != '\n' {
				return 0, nil
			}
		case state == quoted:
		case b == s.Delimiter:
			state = fieldStart
		case b == '\n', state == closed:
			return 0, nil // the record ends, or is malformed here
		default:
			state = plain
		}
		if b == '\n' {
			line++
		}
	}
}

var errLongRecord = errors.New("the record is too long")

// recordReader stops reading when one record has taken more than is left.
// There it stays: what follows begins in the middle of a record, and must not
// pass for one.
type recordReader struct {
	r       io.Reader
	left    int
	stopped bool
}

// renew makes room for the next record.
func (r *recordReader) renew() { r.left = recordLimit }

func (r *recordReader) Read(p []byte) (int, error) {
	r.stopped = r.stopped || r.left <= 0
	if r.stopped {
		return 0, errLongRecord
	}
	n, err := r.r.Read(p)
	r.left -= n
	return n, err
}
