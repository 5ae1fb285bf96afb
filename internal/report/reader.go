package report

import (
	"errors"
	"fmt"
	"iter"
	"slices"
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
// end in a line that was not written to its end. A line whose target, ref or end date
// was changed does not fit its check: it is invalid, whatever it says. A Reader must not
// be used by several goroutines at once.
type Reader struct {
	// Name is the name of the report in errors.
	Name string
	// Format is the format of the report; "" if it is empty.
	Format Format

	zone    *time.Location
	csv     table.CSV
	json    table.JSON
	columns layout   // of a CSV file
	kept    []string // names of the columns that the report keeps
	targets *Targets // nil: lines of any target are read
	foreign string

	// The end of a report in our own form.
	whole int64 // bytes that are whole lines
	open  bool  // the last whole line has no line break
	torn  int64 // bytes after them
}

// Torn returns how many bytes at the end of the report are not a whole line. Only a
// report in the form that offboard writes can have such an end.
func (r *Reader) Torn() int64 { return r.torn }

// Whole returns how many bytes of the report are whole lines, its header included.
func (r *Reader) Whole() int64 { return r.whole }

// Kept returns the names of the columns that the report keeps, in the order of
// leaver.Row.Kept. They are not changed by the caller.
func (r *Reader) Kept() []string { return r.kept }

// Hold makes Lines and Standing end with a *TargetError at a line of another target.
func (r *Reader) Hold(t *Targets) { r.targets = t }

// isEmpty tells whether there is no whole line in the report, and no header either.
func (r *Reader) isEmpty() bool { return r.foreign == "" && r.whole == 0 }

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

// at puts the place of a line in front of an error, if the line has a number.
func (r *Reader) at(line int, err error) error {
	if err == nil || line == 0 {
		return err
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
			result, err = r.result(&l, record.Line, r.columns.parseCSV(&l, record.Fields))
		}
		if !yield(result, err) || err != nil {
			return
		}
	}
}

// result returns what a line says, which stands on the line with this number. fault is
// what is wrong with one of its fields.
func (r *Reader) result(l *line, number int, fault error) (leaver.Result, error) {
	if !l.fits() {
		return l.changed(leaver.Place{Source: r.Name, Row: number}, r.zone), nil // its other fields do not matter any more
	}
	if fault != nil {
		return leaver.Result{}, r.at(number, fault)
	}
	result, err := l.result(r.zone)
	if err == nil && r.targets != nil {
		if err := r.targets.check(r.Name, number, result.Target); err != nil {
			return leaver.Result{}, err
		}
	}
	return result, r.at(number, err)
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
	parser := objectParser{report: r}
	for o, err := range r.json.Objects() {
		var result leaver.Result
		if err != nil {
			err = r.ended(err)
		} else {
			result, err = parser.parse(o)
		}
		if !yield(result, err) || err != nil {
			return
		}
	}
}

// objectParser reads JSON objects as lines. Nearly always one has the keys of the
// one before, so that their layout has to be found once.
type objectParser struct {
	report *Reader
	keys   []string
	layout layout // of the keys
	line   line
}

// parse returns what an object says. The error names its line.
func (p *objectParser) parse(o *table.Object) (leaver.Result, error) {
	if o.Fault != "" {
		return leaver.Result{}, p.report.at(o.Line, errors.New(o.Fault))
	}
	if !slices.Equal(p.keys, o.Keys) {
		keys := slices.Clone(o.Keys)
		layout, err := layoutWith(keys, p.report.kept)
		if err != nil {
			return leaver.Result{}, p.report.at(o.Line, err)
		}
		p.keys, p.layout = keys, layout
	}
	return p.report.result(&p.line, o.Line, p.layout.parseJSON(&p.line, o.Values))
}
