package run

import (
	"cmp"
	"errors"
	"io/fs"
	"iter"
	"os"
	"slices"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/table"
)

// SandboxTarget is the target of a run against the simulator. Such a run is a rehearsal:
// its report replaces that of the one before.
const SandboxTarget = "sandbox"

// reportOptions returns how the report of the run is opened.
func (r *Run) reportOptions(inPlace bool) report.Options {
	isInput := func(in *Input) bool { return in.isAt(r.ReportPath) }
	return report.Options{
		Zone:    r.settings.Options.Zone,
		Target:  r.settings.Target,
		Keep:    r.settings.Keep,
		Inherit: inPlace,
		Resume:  r.settings.Resume || inPlace,
		// Only a report that no person has named is replaced, and never one that is read.
		Replace: r.settings.Report == "" && r.settings.Target == SandboxTarget && !slices.ContainsFunc(r.Inputs, isInput),
		Now:     func() time.Time { return r.clock() },
	}
}

// earlierReport is the report that a run goes on with, in a rehearsal.
type earlierReport struct {
	lines iter.Seq2[leaver.Result, error]
	keep  []string    // the columns that it keeps
	file  *table.File // nil if there is no report
}

func (e *earlierReport) close() {
	if e.file != nil {
		_ = e.file.Close() // it was only read
	}
}

// openEarlier opens the report that the run goes on with, if there is one, and sets
// NeedsResume.
func (r *Run) openEarlier(o report.Options) (*earlierReport, error) {
	none := &earlierReport{lines: noLines, keep: o.Keep}
	if err := cmp.Or(report.CheckKeep(o.Keep), report.CheckPath(r.ReportPath)); err != nil {
		return nil, err
	}
	if !o.Resume {
		_, err := os.Stat(r.ReportPath)
		r.NeedsResume = err == nil && !(o.Replace && report.CanReplace(r.ReportPath, o.Target, o.Zone))
		return none, nil
	}
	earlier, file, err := OpenReport(r.ReportPath, o.Zone)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return nil, err
	}
	if o.Inherit && len(o.Keep) == 0 {
		o.Keep = earlier.Kept()
	}
	if err = earlier.CheckOwn(); err == nil {
		err = earlier.CheckKept(o.Keep)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	earlier.Hold(r.targets)
	return &earlierReport{withKept(earlier.Lines(), o.Keep, earlier.Kept()), o.Keep, file}, nil
}

// hold makes the inputs that are reports end with an error at a line of another target.
func (all Inputs) hold(t *report.Targets) {
	for _, in := range all {
		if in.IsReport() {
			in.earlier.Hold(t)
		}
	}
}

// keep makes the rows of all reports among the inputs have the texts of these columns. It
// returns a *report.KeepError if a report lacks one of them.
func (all Inputs) keep(names []string) error {
	for _, in := range all {
		if !in.IsReport() {
			continue
		}
		in.order = report.Order(names, in.earlier.Kept())
		if slices.Contains(in.order, -1) {
			return &report.KeepError{Report: in.Name, Kept: in.earlier.Kept()}
		}
	}
	return nil
}

// withKept returns lines of a report that keeps some columns, with the texts of those that
// the run keeps, in their order.
func withKept(lines iter.Seq2[leaver.Result, error], names, kept []string) iter.Seq2[leaver.Result, error] {
	order := report.Order(names, kept)
	if len(kept) == 0 || slices.Contains(order, -1) || slices.Equal(names, kept) {
		return lines
	}
	return func(yield func(leaver.Result, error) bool) {
		for r, err := range lines {
			r.Kept = keptOf(order, r.Kept)
			if !yield(r, err) {
				return
			}
		}
	}
}

// keptOf returns the texts that the run keeps of those that a report has. order has for
// each column that the run keeps which one of the report it is.
func keptOf(order []int, texts []string) []string {
	if len(order) == 0 || texts == nil {
		return nil
	}
	kept := make([]string, len(order))
	for n, at := range order {
		kept[n] = texts[at]
	}
	return kept
}
