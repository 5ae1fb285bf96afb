package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/plan"
	"offboard/internal/report"
)

// source is one input of a run.
type source struct {
	*input.Source
	path     string                          // "" for standard input
	report   bool                            // it is a report of an earlier run
	standing iter.Seq2[leaver.Result, error] // rows of a report
	options  input.Options                   // it is read with
}

// rows reads the input as results: an input is a report in which everything is
// pending.
func (s *source) rows() iter.Seq2[leaver.Result, error] {
	if s.report {
		return s.allowed
	}
	return func(yield func(leaver.Result, error) bool) {
		for row, err := range s.Rows() {
			if !yield(leaver.Result{Row: row, Outcome: leaver.Pending}, err) {
				return
			}
		}
	}
}

// undated tells whether leavers were read, but no end dates.
func (s *source) undated() bool {
	ref, endDate := s.Columns()
	return ref != "" && endDate == ""
}

// allowed reads the rows of a report. Who is not to be suspended now is nobody
// that the report can name, as in any other input.
func (s *source) allowed(yield func(leaver.Result, error) bool) {
	for r, err := range s.standing {
		if err == nil && r.Outcome != leaver.Suspended && r.Fault == "" {
			if r.Fault = s.options.Refuse(r.Ref); r.Fault != "" {
				r.Ref = ""
			}
		}
		if !yield(r, err) {
			return
		}
	}
}

// sources are the inputs of a run, in the order of the command line.
type sources []*source

// openSources opens all inputs; whatever is wrong with one is a usage error.
func (a *app) openSources(ctx context.Context, f *inputFlags) (sources, error) {
	o, err := await(ctx, f.options)
	if err != nil {
		return nil, usageError{err}
	}
	o.Now, o.Plain = a.now(), report.Is
	var all sources
	for _, path := range f.Inputs {
		s, err := await(ctx, func() (*source, error) { return a.openSource(path, o) })
		if err != nil {
			all.close()
			return nil, usageError{err}
		}
		all = append(all, s)
		if err := all.refuseTwice(); err != nil {
			all.close()
			return nil, err
		}
	}
	return all, nil
}

func (a *app) openSource(path string, o input.Options) (*source, error) {
	s := &source{path: path, options: o}
	var err error
	if path == "-" {
		s.path = ""
		s.Source, err = input.Spool(input.Stdin, a.Stdin, o)
	} else {
		s.Source, err = input.Open(path, o)
	}
	if err != nil {
		return nil, err
	}
	if report.Is(s.Header) {
		if s.Format == input.XLSX {
			return nil, errors.Join(fmt.Errorf("%s: this is a report that was saved as a workbook, which changes what stands in it; go on with the report itself", s.Name), s.Close())
		}
		s.report = true
		var r *report.Reader
		if r, err = reportOf(s.Source, o.Zone); err == nil {
			s.standing = r.Standing()
		}
	} else {
		err = s.Prepare()
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// refuseTwice refuses the input opened last if it was opened before: its rows
// would be named twice by one place.
func (all sources) refuseTwice() error {
	last := all[len(all)-1]
	for _, s := range all[:len(all)-1] {
		if sameFile(s, last) || s.Name == last.Name {
			return usagef("%s is named twice; name each input once", last.Name)
		}
	}
	return nil
}

func sameFile(a, b *source) bool {
	return os.SameFile(a.Info(), b.Info())
}

func (all sources) close() {
	for _, s := range all {
		_ = s.Close() // was only read
	}
}

// rows reads all inputs, one after the other, until ctx is done.
func (all sources) rows(ctx context.Context) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for _, s := range all {
			for r, err := range s.rows() {
				if err == nil && ctx.Err() != nil {
					err = context.Cause(ctx)
				}
				if !yield(r, err) || err != nil {
					return
				}
			}
		}
	}
}

// reportPath is where the report goes: where --report says, in place for a
// report that is the only input, or beside the first input's name.
func (all sources) reportPath(flag string) (path string, inPlace bool) {
	first := all[0]
	switch {
	case flag != "":
		return flag, first.report && len(all) == 1 && isFile(flag, first)
	case first.report && first.path != "" && len(all) == 1:
		return first.path, true
	}
	base := strings.TrimSuffix(filepath.Base(first.Name), ".gz")
	return strings.TrimSuffix(base, filepath.Ext(base)) + ".report.csv", false
}

func isFile(path string, s *source) bool {
	one, err := os.Stat(path)
	if err != nil {
		return false
	}
	return os.SameFile(one, s.Info())
}

// openReport opens the report for a run.
func openReport(all sources, f *planFlags, zone zone) (*report.Report, error) {
	path, inPlace := all.reportPath(f.Report)
	r, err := report.Open(path, f.Resume || inPlace, zone.Location)
	switch {
	case err == nil:
		return r, nil
	case errors.Is(err, report.ErrExists):
		return nil, usagef("%w; add --resume to go on with it, or name another with --report FILE", err)
	case errors.Is(err, report.ErrLocked):
		return nil, usagef("%w; wait for it to end, or name another with --report FILE", err)
	case errors.Is(err, fs.ErrNotExist):
		return nil, usagef("the folder of the report %s does not exist; create it, or name another with --report FILE", path)
	}
	return nil, usageError{err}
}

// makePlan reads the report that the run goes on with, if any, and the whole
// input for the first time.
func (a *app) makePlan(ctx context.Context, all sources, earlier iter.Seq2[leaver.Result, error], future bool) (*plan.Plan, error) {
	defer collectForPlan()()
	p := plan.New(plan.Options{Now: a.now(), IncludeFuture: future})
	known := map[string]bool{} // sources of the report, and whether it has end dates of theirs
	for r, err := range earlier {
		if err == nil && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			return nil, usagef("the report cannot be gone on with: %w; mend the line, or name another report with --report FILE", err)
		}
		p.Recorded(r)
		if has, ok := known[r.Source]; !ok || !has && r.EndDate.Text != "" {
			known[strings.Clone(r.Source)] = r.EndDate.Text != ""
		}
	}
	// A row is named by its source: two inputs that speak of rows of one
	// source would overwrite each other's lines in the report.
	owners := map[string]*source{}
	for _, s := range all {
		last := ""
		for r, err := range s.rows() {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if err != nil {
				return nil, usageError{err}
			}
			if r.Source != last {
				last = strings.Clone(r.Source)
				if owner, ok := owners[last]; ok && owner != s {
					return nil, usagef("rows of %s come from %s and from %s; name one of the two, or go on with a report by --report FILE --resume", last, owner.Name, s.Name)
				}
				owners[last] = s
			}
			p.Add(r)
		}
		if s.undated() && hadDates(known, s.Name) {
			return nil, usagef("%s has no end dates now, and had them when the report was begun; name the %s with --end-date-column", s.Name, s.Field())
		}
	}
	return p, nil
}

// hadDates tells whether a report has end dates of a source: without them everybody
// would count as gone, whom the report knows to be still there. A source that it does
// not know may have been named by another path.
func hadDates(known map[string]bool, name string) bool {
	if has, ok := known[name]; ok {
		return has
	}
	for other, has := range known {
		if has && path.Base(other) == path.Base(name) {
			return true
		}
	}
	return false
}

// dateFormat is the one that would read the end dates that could not be read, of
// all inputs; "" if there is none, or not the same for all of them.
func (all sources) dateFormat() string {
	common := ""
	for _, s := range all {
		letters, unread := s.DateFormat()
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

// names lists the inputs for people.
func (all sources) names() string {
	names := make([]string, len(all))
	for i, s := range all {
		names[i] = s.Name
	}
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more inputs", names[0], len(names)-1)
	}
	return strings.Join(names, ", ")
}
