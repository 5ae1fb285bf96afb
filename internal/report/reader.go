package report

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"offboard/internal/leaver"
)

// Format is how a report is written.
type Format string

// The formats of a report.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
)

// ErrNotReport is returned for a file that is not a report.
var ErrNotReport = errors.New("this is not a report of offboard")

const (
	bom = "\xef\xbb\xbf"
	// lineLimit is more than a line can have, all texts at their longest.
	lineLimit = 64 << 10
)

// Reader reads a report. It bears what spreadsheets do to one (other order of
// the columns, CRLF, a byte order mark, empty lines) and a last line that was
// not written to its end. It is not for use by several goroutines at once.
type Reader struct {
	// Name is the name of the report in errors.
	Name string
	// Format is how the report is written; empty if there is nothing in it.
	Format Format

	text io.ReaderAt
	zone *time.Location
	at   []int // positions of the columns in the file (CSV)
	file int   // number of columns in the file (CSV)

	whole int64 // bytes that are whole lines
	open  bool  // the last whole line has no line break
	torn  int64 // bytes after it
}

// NewReader returns a reader of the report in text. Dates without a zone are
// read in zone. It fails with ErrNotReport, wrapped, if this is none.
func NewReader(name string, text *io.SectionReader, zone *time.Location) (*Reader, error) {
	r := &Reader{Name: name, text: text, zone: zone}
	if err := r.begin(text.Size()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return r, nil
}

// begin finds the format, the columns, and where the whole lines end.
func (r *Reader) begin(size int64) error {
	head := make([]byte, min(size, lineLimit))
	if _, err := r.text.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	visible := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(bom)), " \r\n")
	if len(visible) == 0 && size <= lineLimit {
		// Nothing yet, or the blanks of a run that tried whether it can write.
		r.torn = size
		return nil
	}
	if len(visible) > 0 && visible[0] == '{' {
		r.Format = JSONL
		if first, _, found := bytes.Cut(visible, []byte("\n")); found {
			if _, err := r.parse(first); err != nil {
				return fmt.Errorf("%w: its first line is not one of a report: %w", ErrNotReport, err)
			}
		}
	} else {
		r.Format = CSV
		end := bytes.IndexByte(head, '\n')
		if end < 0 {
			// Not even the header was written to its end.
			if strings.HasPrefix(strings.Join(columns, ",")+"\n", string(head)) {
				r.torn = size
				return nil
			}
			return ErrNotReport
		}
		if err := r.readHeader(head[:end]); err != nil {
			return err
		}
	}
	return r.findEnd(size)
}

func (r *Reader) readHeader(text []byte) error {
	header, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte(bom)))).Read()
	if err != nil || !Is(header) {
		return fmt.Errorf("%w: its first line is not the header %s", ErrNotReport, strings.Join(columns, ","))
	}
	r.file = len(header)
	r.at = make([]int, len(columns))
	for i, name := range columns {
		r.at[i] = -1
		for j, column := range header {
			if same(column, name) {
				r.at[i] = j
			}
		}
	}
	return nil
}

// findEnd looks for the last line break, and tells whether what follows it is
// a line of its own or the beginning of one.
func (r *Reader) findEnd(size int64) error {
	chunk := make([]byte, lineLimit)
	from := max(0, size-lineLimit)
	n, err := r.text.ReadAt(chunk[:size-from], from)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	tail := chunk[:n]
	last := bytes.LastIndexByte(tail, '\n')
	if last < 0 && from > 0 {
		return fmt.Errorf("%w: its last line is longer than %d bytes", ErrNotReport, lineLimit)
	}
	tail = tail[last+1:]
	r.whole = from + int64(last+1)
	if len(bytes.TrimSpace(tail)) == 0 {
		r.torn = int64(len(tail))
		return nil
	}
	first := r.whole == 0 // of JSON lines: a CSV file has its header before
	if first {
		tail = bytes.TrimPrefix(tail, []byte(bom))
	}
	_, err = r.parse(tail)
	var cut *csv.ParseError
	switch {
	case r.Format == CSV && !errors.As(err, &cut):
		// It has all its columns: if something is wrong with it, that is for
		// Lines to say.
		if r.endsInCore() && bytes.HasSuffix(tail, []byte(",")) {
			return errors.New("its last line has no line break, and may have been cut off: complete it, or end it with a line break if nothing is missing")
		}
		r.whole, r.open = size, true
	case err == nil:
		r.whole, r.open = size, true
	case r.Format == JSONL && (json.Valid(tail) || first && !begun(tail)):
		// Nothing of ours was cut off here: this is somebody else's file.
		return fmt.Errorf("%w: its last line is not one of a report: %w", ErrNotReport, err)
	default:
		r.torn = size - r.whole
	}
	return nil
}

// begun tells whether a text can be the beginning of a JSON line of ours.
func begun(text []byte) bool {
	const opening = `{"ref":"`
	n := min(len(text), len(opening))
	return string(text[:n]) == opening[:n]
}

// endsInCore tells whether the last column of a CSV file is one that decides.
// In our own order it is not: there, a last line that was cut off is either
// too short or lacks no more than the end of its message.
func (r *Reader) endsInCore() bool {
	return r.at != nil && slices.Contains(r.at[:len(core)], r.file-1)
}

// parse reads one line that stands alone.
func (r *Reader) parse(text []byte) (leaver.Result, error) {
	var l line
	if r.Format == JSONL {
		if err := json.Unmarshal(text, &l); err != nil {
			return leaver.Result{}, err
		}
		return l.result(r.zone)
	}
	reader := csv.NewReader(bytes.NewReader(text))
	reader.FieldsPerRecord = r.file
	fields, err := reader.Read()
	if err != nil {
		return leaver.Result{}, err
	}
	if err := l.parse(fields, r.at); err != nil {
		return leaver.Result{}, err
	}
	return l.result(r.zone)
}

// Torn returns how many bytes at the end of the report are not a whole line.
func (r *Reader) Torn() int64 { return r.torn }

// Lines reads every whole line, in the order of the file. An error names the
// line, and ends the sequence.
func (r *Reader) Lines() iter.Seq2[leaver.Result, error] {
	if r.Format == JSONL {
		return r.jsonLines
	}
	return r.csvLines
}

// lineGuard is the text of a report, which no line of more than lineLimit bytes
// can fill memory with: a quote that is never closed makes one of all the rest.
type lineGuard struct {
	text io.Reader
	left int // of this line, and of what is read ahead
}

var errLongLine = fmt.Errorf("the line is longer than %d bytes; is a quote never closed?", lineLimit)

func (g *lineGuard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, errLongLine
	}
	n, err := g.text.Read(p)
	g.left -= n
	return n, err
}

// next makes room for the next line.
func (g *lineGuard) next() { g.left = 2 * lineLimit }

// wholeText returns the whole lines, without a byte order mark.
func (r *Reader) wholeText() (*bufio.Reader, *lineGuard) {
	guard := &lineGuard{text: io.NewSectionReader(r.text, 0, r.whole)}
	guard.next()
	text := bufio.NewReaderSize(guard, lineLimit)
	if mark, _ := text.Peek(len(bom)); string(mark) == bom {
		_, _ = text.Discard(len(bom)) // has just been peeked at
	}
	return text, guard
}

func (r *Reader) csvLines(yield func(leaver.Result, error) bool) {
	if r.whole == 0 {
		return
	}
	text, guard := r.wholeText()
	reader := csv.NewReader(text)
	reader.ReuseRecord = true
	// The header is known; every line has as many fields.
	_, err := reader.Read()
	if err != nil {
		yield(leaver.Result{}, fmt.Errorf("%s: %w", r.Name, err))
	}
	number := 1
	for err == nil {
		guard.next()
		var result leaver.Result
		var fields []string
		fields, err = reader.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		var malformed *csv.ParseError
		switch {
		case errors.As(err, &malformed):
			number, err = malformed.StartLine, malformed.Err
		case err != nil:
			number++ // the line after the last one that could be read
		default:
			number, _ = reader.FieldPos(0)
			if blank(fields) {
				continue // as spreadsheets leave them behind
			}
			var l line
			if err = l.parse(fields, r.at); err == nil {
				result, err = l.result(r.zone)
			}
		}
		if err != nil {
			err = fmt.Errorf("%s:%d: %w", r.Name, number, err)
		}
		if !yield(result, err) {
			return
		}
	}
}

func blank(fields []string) bool {
	for _, field := range fields {
		if field != "" {
			return false
		}
	}
	return true
}

func (r *Reader) jsonLines(yield func(leaver.Result, error) bool) {
	text, guard := r.wholeText()
	for number := 1; ; number++ {
		guard.next()
		read, err := text.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			if len(read) == 0 {
				return
			}
			err = nil
		}
		if err == nil && len(bytes.TrimSpace(read)) == 0 {
			continue
		}
		var result leaver.Result
		if err == nil {
			result, err = r.parse(read)
		}
		if err != nil {
			err = fmt.Errorf("%s:%d: %w", r.Name, number, err)
		}
		if !yield(result, err) || err != nil {
			return
		}
	}
}

// Standing reads the lines that count: of several lines for one row the last
// one. Each row costs a few dozen bytes of memory.
func (r *Reader) Standing() iter.Seq2[leaver.Result, error] {
	type place struct{ source, row uint32 }
	last := map[place]uint32{} // the number of the line that counts
	sources := map[string]uint32{}
	of := func(p leaver.Place) place {
		source, ok := sources[p.Source]
		if !ok {
			source = uint32(len(sources))
			sources[strings.Clone(p.Source)] = source
		}
		return place{source, uint32(p.Row)}
	}
	indexed := false
	return func(yield func(leaver.Result, error) bool) {
		if !indexed {
			n := uint32(0)
			for result, err := range r.Lines() {
				if err != nil {
					yield(result, err)
					return
				}
				last[of(result.Place)] = n
				n++
			}
			indexed = true
		}
		n := uint32(0)
		for result, err := range r.Lines() {
			stands := err != nil || last[of(result.Place)] == n
			n++
			if stands && !yield(result, err) {
				return
			}
		}
	}
}
