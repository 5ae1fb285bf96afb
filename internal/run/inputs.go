package run

import (
	"context"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/table"
)

// StdinPath is the path that means standard input.
const StdinPath = "-"

// Reading says which inputs are read, and how.
type Reading struct {
	Paths     []string
	Stdin     io.Reader     // what StdinPath means
	Options   input.Options // for inputs that are not reports; its lists are read from the files below, its Keep and Match are those of Settings
	Crosswalk string        // path of the table of old refs and new ones; "": none
	Except    string        // path of the list of refs that are never suspended; "": none
	// AcceptRefs is the path of the list of refs whose rows a person has looked at: they
	// are not held. Refs are compared byte by byte, in the form in which the tenant knows
	// them. "": no list.
	AcceptRefs string
	// MaxUnpacked is how many bytes a file may unpack to, and standard input may have; 0:
	// the bounds of table.Opening.
	MaxUnpacked int64
}

// opening returns how the files are opened.
func (r Reading) opening() table.Opening {
	return table.Opening{MaxUnpacked: r.MaxUnpacked, Now: r.Options.Now}
}

// Input is one input of a run: an export, or the report of an earlier run.
type Input struct {
	Name    string
	Options input.Options
	// Export is nil if the input is a report. Survey is what the first reading of
	// the export has noticed.
	Export *input.Source
	Survey input.Survey

	rows    int    // that the first reading has found, without those that a condition has left out
	path    string // "" for standard input
	file    *table.File
	earlier *report.Reader // of a report
	most    int            // lines of the report that are read; 0: all
	order   []int          // for each column whose texts the rows have, which one of the report it is
	reports *reports       // all reports among the inputs, if this is the first one
}

// IsReport tells whether the input is a report of an earlier run.
func (i *Input) IsReport() bool { return i.Export == nil }

// Inputs are the inputs of a run, in the order in which they were named.
type Inputs []*Input

// openInputs opens all inputs. If ctx ends first, it returns the cause.
func openInputs(ctx context.Context, r Reading) (Inputs, error) {
	o, err := Await(ctx, r.options)
	if err != nil {
		return nil, err
	}
	if first := slices.Index(r.Paths, StdinPath); first >= 0 && slices.Contains(r.Paths[first+1:], StdinPath) {
		return nil, &NamedTwiceError{table.Stdin} // it could be read only once
	}
	var all Inputs
	var together *reports
	for _, path := range r.Paths {
		next, err := Await(ctx, func() (*Input, error) { return r.open(path, o) })
		if err == nil {
			all = append(all, next)
			err = all.refuseRepeated()
		}
		if err == nil && next.IsReport() {
			if together == nil {
				together = &reports{}
				next.reports = together
			}
			together.each = append(together.each, next.lines)
		}
		if err != nil {
			all.close()
			return nil, err
		}
	}
	return all, nil
}

// options returns the options of the inputs, with the lists.
func (r Reading) options() (o input.Options, err error) {
	o = r.Options
	if r.Crosswalk != "" {
		if o.Crosswalk, err = input.ReadCrosswalk(r.Crosswalk, r.opening()); err != nil {
			return o, &ListError{CrosswalkList, err}
		}
	}
	if r.Except != "" {
		if o.Except, err = input.ReadList(r.Except, r.opening()); err != nil {
			return o, &ListError{ExceptList, err}
		}
	}
	return o, nil
}

func (r Reading) open(path string, o input.Options) (*Input, error) {
	in := &Input{path: path, Options: o}
	var err error
	if path == StdinPath {
		in.path = ""
		in.file, err = r.opening().Spool(table.Stdin, r.Stdin)
	} else {
		in.file, err = r.opening().Open(path)
	}
	if err != nil {
		return nil, err
	}
	in.Name = in.file.Name
	earlier, err := report.Recognise(in.file, o.Zone)
	switch {
	case err != nil:
		_ = in.file.Close() // it was only read
		return nil, err
	case earlier != nil:
		in.earlier = earlier
		return in, nil
	}
	if in.Export, err = input.Open(in.file, o); err != nil {
		return nil, err
	}
	if in.Export.Format == input.XLSX && report.Is(in.Export.Header) {
		_ = in.Export.Close() // it was only read
		return nil, &WorkbookReportError{in.Name}
	}
	if report.IsBefore(in.Export.Header) {
		_ = in.Export.Close() // it was only read
		return nil, &BeforeInputError{in.Name}
	}
	return in, nil
}

// refuseRepeated refuses the input that was opened last if it is one of those
// before, because the rows of both would have the same places.
func (all Inputs) refuseRepeated() error {
	last := all[len(all)-1]
	for _, in := range all[:len(all)-1] {
		if os.SameFile(in.file.Info(), last.file.Info()) || in.Name == last.Name {
			return &NamedTwiceError{last.Name}
		}
	}
	return nil
}

func (all Inputs) close() {
	for _, in := range all {
		if in.IsReport() {
			_ = in.file.Close() // it was only read
		} else {
			_ = in.Export.Close()
		}
	}
}

// checkUnchanged fails with an error that matches table.ErrChanged if an input has
// changed since it was opened. It leaves out the input at a path, if there is one: the
// report that the run writes.
func (all Inputs) checkUnchanged(except string) error {
	for _, in := range all {
		if except != "" && in.isAt(except) {
			continue
		}
		if err := in.file.CheckUnchanged(); err != nil {
			return err
		}
	}
	return nil
}

// first reads an input for the first time. The rows of an export are results that
// are pending. The first report has the rows of all reports.
func (i *Input) first(ctx context.Context) iter.Seq2[leaver.Result, error] {
	switch {
	case !i.IsReport():
		return pending(i.Export.Survey(&i.Survey))
	case i.reports == nil:
		return noLines
	}
	if err := i.reports.fill(ctx); err != nil {
		return func(yield func(leaver.Result, error) bool) { yield(leaver.Result{}, err) }
	}
	return i.again()
}

// lines reads the lines of a report, with the texts that the rows of the run have.
func (i *Input) lines(yield func(leaver.Result, error) bool) {
	n := 0
	for r, err := range i.earlier.Lines() {
		if n++; i.most > 0 && n > i.most {
			return
		}
		r.Kept = keptOf(i.order, r.Kept)
		if !yield(r, err) {
			return
		}
	}
}

// again reads an input once more.
func (i *Input) again() iter.Seq2[leaver.Result, error] {
	switch {
	case !i.IsReport():
		return pending(i.Export.Rows(i.Survey))
	case i.reports == nil:
		return noLines
	}
	return underExceptions(i.Options, i.reports.lines())
}

func pending(rows iter.Seq2[leaver.Row, error]) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for row, err := range rows {
			if !yield(leaver.Result{Row: row, Outcome: leaver.Pending}, err) {
				return
			}
		}
	}
}

// reportPath returns the path of the report: the given one if there is one, that of
// the only input if that is a report, or else a file in the working directory with
// the name of the first input; that of the sandbox has another name. inPlace tells that
// the only input is this report.
func (all Inputs) reportPath(path, target string) (_ string, inPlace bool) {
	first := all[0]
	alone := first.IsReport() && len(all) == 1
	switch {
	case path != "":
		return path, alone && first.isAt(path)
	case alone && first.path != "":
		return first.path, true
	}
	return ReportName(first.Name, target), false
}

// ReportName returns the path of the report of a run whose first input has a name, if
// nobody names another one.
func ReportName(first, target string) string {
	base := strings.TrimSuffix(filepath.Base(first), ".gz")
	extension := ".report.csv"
	if target == SandboxTarget {
		extension = ".sandbox.csv"
	}
	return strings.TrimSuffix(base, filepath.Ext(base)) + extension
}

// refuseReport returns a *ReportIsInputError if an export is the file at the path of the
// report.
func (all Inputs) refuseReport(path string) error {
	for _, in := range all {
		if !in.IsReport() && in.isAt(path) {
			return &ReportIsInputError{filepath.ToSlash(filepath.Clean(path)), in.Name}
		}
	}
	return nil
}

func (i *Input) isAt(path string) bool {
	info, err := os.Stat(path)
	return err == nil && os.SameFile(info, i.file.Info())
}

// DateFormat returns the one format that fits the end dates of all inputs that could
// not be read; "" if there is none, or if the inputs need different ones.
func (all Inputs) DateFormat() string {
	common := ""
	for _, in := range all {
		letters, unread := in.Survey.DateFormat()
		switch {
		case !unread:
		case letters == "", common != "" && letters != common:
			return ""
		default:
			common = letters
		}
	}
	return common
}

// RefPad returns the number of digits to which the refs of all inputs should be padded;
// 0 if none seem to have lost zeros, or if the number would not be right for all of them:
// an input may have numbers that never had zeros.
func (all Inputs) RefPad() int {
	common := 0
	for _, in := range all {
		if !in.IsReport() {
			common = max(common, in.Survey.RefPad())
		}
	}
	for _, in := range all {
		if !in.IsReport() && in.Survey.RefPad() != common && in.Survey.Padding(common) {
			return 0
		}
	}
	return common
}
