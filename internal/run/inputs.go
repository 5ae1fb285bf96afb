package run

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

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
	// Settle is how long before Options.Now a file of a folder must have changed last to be
	// read; 0: any is read.
	Settle time.Duration
	// Beside are files of the command that are no inputs, even if they are in a folder.
	Beside []os.FileInfo

	approved map[string]LeftFile // files that an approved plan leaves, by name; nil: no plan was approved
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
	Folder *Folder // that the input is a file of; nil: it was named

	rows     int    // that the first reading has found, without those that a condition has left out
	path     string // "" for standard input
	file     *table.File
	inFolder leaver.Order   // of an export of a folder
	earlier  *report.Reader // of a report
	most     int            // lines of the report that are read; 0: all
	order    []int          // for each column whose texts the rows have, which one of the report it is
	reports  *reports       // all reports among the inputs, if this is the first one
}

// IsReport tells whether the input is a report of an earlier run.
func (i *Input) IsReport() bool { return i.Export == nil }

// Inputs are the inputs of a run, in the order in which they were named.
type Inputs []*Input

// openInputs opens all inputs, with the options that they have. If ctx ends first, it returns
// the cause. The inputs are to be joined before they are read.
func openInputs(ctx context.Context, r Reading) (all Inputs, folders Folders, err error) {
	if first := slices.Index(r.Paths, StdinPath); first >= 0 && slices.Contains(r.Paths[first+1:], StdinPath) {
		return nil, nil, &NamedTwiceError{table.Stdin} // it could be read only once
	}
	attached := 0 // of the exports of folders
	for _, path := range r.Paths {
		var opened Inputs
		folder, err := Await(ctx, func() (*Folder, error) { return folderOf(path), nil })
		switch {
		case err != nil:
		case folder != nil:
			folders = append(folders, folder)
			folder.number = uint32(len(folders))
			opened, err = r.openFolder(ctx, folder, r.Options, &attached)
		default:
			var in *Input
			in, err = Await(ctx, func() (*Input, error) { return r.open(path, r.Options) })
			opened = Inputs{in}
		}
		if err != nil {
			all.close()
			return nil, nil, err
		}
		for _, next := range opened {
			all = append(all, next)
			err = errors.Join(err, all.refuseRepeated())
		}
		if err != nil {
			all.close()
			return nil, nil, err
		}
	}
	return all, folders, nil
}

// join makes all reports among the inputs one, which is read where the first of them stands.
func (all Inputs) join() {
	var together *reports
	for _, in := range all {
		if !in.IsReport() {
			continue
		}
		if together == nil {
			together = &reports{}
			in.reports = together
		}
		together.each = append(together.each, in.lines)
	}
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
	if path == StdinPath {
		file, err := r.opening().Spool(table.Stdin, r.Stdin)
		if err != nil {
			return nil, err
		}
		return openInput(file, "", o)
	}
	file, err := r.opening().Open(path)
	if err != nil {
		return nil, err
	}
	return openInput(file, path, o)
}

// openInput returns the input that a file is, and owns the file.
func openInput(file *table.File, path string, o input.Options) (*Input, error) {
	in := &Input{path: path, Options: o, file: file, Name: file.Name}
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
		in.close()
	}
}

func (i *Input) close() {
	if i.IsReport() || i.Folder != nil {
		_ = i.file.Close() // it was only read
	} else {
		_ = i.Export.Close()
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
		return i.pending(func(s *input.Source) iter.Seq2[leaver.Row, error] { return s.Survey(&i.Survey) })
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
		return i.pending(func(s *input.Source) iter.Seq2[leaver.Row, error] { return s.Rows(i.Survey) })
	case i.reports == nil:
		return noLines
	}
	return underExceptions(i.Options, i.reports.lines())
}

// pending returns the rows of an export as results that are pending. One of a folder is
// opened for the reading.
func (i *Input) pending(rows func(*input.Source) iter.Seq2[leaver.Row, error]) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		source := i.Export
		if i.Folder != nil {
			var err error
			if source, err = i.openAgain(); err != nil {
				yield(leaver.Result{}, err)
				return
			}
			defer source.Close()
		}
		for row, err := range rows(source) {
			row.Order = i.inFolder
			if !yield(leaver.Result{Row: row, Outcome: leaver.Pending}, err) {
				return
			}
		}
	}
}

// openAgain opens an export for another reading.
func (i *Input) openAgain() (*input.Source, error) {
	file, err := i.file.Again()
	if err != nil {
		return nil, err
	}
	return input.Open(file, i.Options)
}

// reportPath returns the path of the report: the given one if there is one, that of
// the only input if that is a report, or else a file in the working directory with
// the name of the first input; that of the sandbox has another name. inPlace tells that
// the only input is this report.
func (all Inputs) reportPath(s Settings) (_ string, inPlace bool) {
	alone := len(s.Paths) == 1 && len(all) == 1 && all[0].IsReport() && all[0].Folder == nil
	switch {
	case s.Report != "":
		return s.Report, alone && all[0].isAt(s.Report)
	case alone && all[0].path != "":
		return all[0].path, true
	case s.Paths[0] == StdinPath:
		return ReportName(table.Stdin, s.Target), false
	}
	return ReportName(s.Paths[0], s.Target), false
}

// ReportName returns the path of the report of a run whose first input has a name, if
// nobody names another one. That of a folder keeps the whole name.
func ReportName(first, target string) string {
	base := strings.TrimSuffix(filepath.Base(first), ".gz")
	base = strings.TrimSuffix(base, filepath.Ext(base))
	if folderOf(first) != nil {
		base = folderName(first)
	}
	extension := ".report.csv"
	if target == SandboxTarget {
		extension = ".sandbox.csv"
	}
	return base + extension
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
