package report

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// Format is the format of a report.
type Format string

// The formats of a report.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl" // JSON lines
)

// lineLimit is the longest line in bytes. A line in which all texts have their
// greatest length is shorter.
const lineLimit = 64 << 10

// Reader reads a report, from its beginning each time. It accepts what spreadsheets
// and editors do to one: another order of the columns, another delimiter or
// encoding, CRLF, a byte order mark, blank lines. A report in our own form may also
// end in a line that was not written to its end. A Reader must not be used by
// several goroutines at once.
type Reader struct {
	// Name is the name of the report in errors.
	Name string
	// Format is the format of the report; "" if it is empty.
	Format Format

	zone    *time.Location
	csv     table.CSV
	json    table.JSON
	columns layout // of a CSV file
	foreign string

	// The end of a report in our own form.
	whole int64 // bytes that are whole lines
	open  bool  // the last whole line has no line break
	torn  int64 // bytes after them
}

// Torn returns how many bytes at the end of the report are not a whole line. Only a
// report in the form that offboard writes can have such an end.
func (r *Reader) Torn() int64 { return r.torn }

// Foreign says what about the report is not the form that offboard writes, as in
// `its fields are separated by ';'`; "" if nothing is. A report in a foreign form
// can be read, but no line can be added to it.
func (r *Reader) Foreign() string { return r.foreign }

// CheckOwn returns an error that matches ErrForeign if the report is in a foreign
// form.
func (r *Reader) CheckOwn() error {
	if r.foreign == "" {
		return nil
	}
	return r.named(fmt.Errorf("%w (%s); use it as an input, and write another report", ErrForeign, r.foreign))
}

// Lines reads every whole line, in the order of the file. An error names the
// report and, where the text is the reason, the line (in a JSON array, the element).
// It ends the sequence.
func (r *Reader) Lines() iter.Seq2[leaver.Result, error] {
	switch {
	case r.json.Text != nil:
		return r.objects
	case r.csv.Text != nil:
		return r.records
	}
	return func(func(leaver.Result, error) bool) {} // the report is empty
}

// at puts the place of a line in front of an error.
func (r *Reader) at(line int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s:%d: %w", r.Name, line, err)
}

// ended says why nothing more can be read.
func (r *Reader) ended(err error) error {
	if at, ok := errors.AsType[*table.LineError](err); ok {
		return r.at(at.Line, err)
	}
	return r.named(err)
}

// records reads the lines of a CSV file.
func (r *Reader) records(yield func(leaver.Result, error) bool) {
	var l line
	header := true
	for record, err := range r.csv.Records() {
		var result leaver.Result
		switch {
		case err != nil:
			err = r.ended(err)
		case header:
			header = false
			continue // its columns are known
		case record.Fault != "":
			err = r.at(record.Line, errors.New(record.Fault))
		case blank(record.Fields):
			continue // spreadsheets leave such lines behind
		default:
			if err = r.columns.parseCSV(&l, record.Fields); err == nil {
				result, err = l.result(r.zone)
			}
			err = r.at(record.Line, err)
		}
		if !yield(result, err) || err != nil {
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

// objects reads JSON lines, or the elements of a JSON array.
func (r *Reader) objects(yield func(leaver.Result, error) bool) {
	parser := objectParser{zone: r.zone}
	for o, err := range r.json.Objects() {
		var result leaver.Result
		if err != nil {
			err = r.ended(err)
		} else {
			result, err = parser.parse(o)
			err = r.at(o.Line, err)
		}
		if !yield(result, err) || err != nil {
			return
		}
	}
}

// objectParser reads JSON objects as lines. Nearly always one has the keys of the
// one before, so that their layout has to be found once.
type objectParser struct {
	zone   *time.Location
	keys   []string
	layout layout // of the keys
	line   line
}

func (p *objectParser) parse(o *table.Object) (leaver.Result, error) {
	if o.Fault != "" {
		return leaver.Result{}, errors.New(o.Fault)
	}
	if !slices.Equal(p.keys, o.Keys) {
		keys := slices.Clone(o.Keys)
		layout, err := layoutOf(keys)
		if err != nil {
			return leaver.Result{}, err
		}
		p.keys, p.layout = keys, layout
	}
	if err := p.layout.parseJSON(&p.line, o.Values); err != nil {
		return leaver.Result{}, err
	}
	return p.line.result(p.zone)
}

// Standing reads the lines that count: of several lines about one row, the last
// one. It reads the report twice, and needs a few dozen bytes of memory for each row.
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
			counts := err != nil || last[of(result.Place)] == n
			n++
			if counts && !yield(result, err) {
				return
			}
		}
	}
}
