package run

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"slices"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
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
		Now:     func() time.Time { return r.settings.clock() },
	}
}

// pastRuns are what reports say about earlier runs.
type pastRuns struct {
	targets   *report.Targets                 // of all reports that are read
	rehearsed *earlierReport                  // that the run would go on with; nil except in a rehearsal
	lines     iter.Seq2[leaver.Result, error] // of the report that the run goes on with
	ledger    *ledger.Ledger                  // of these
	// unfinished are those of leavers whom the inputs do not have, if the run calls them.
	unfinished iter.Seq2[leaver.Result, error]
	said       *statements     // of files of folders
	taken      []leaver.Result // lines of reports among the inputs that the report gets, too (see activeAgain)
}

// earlierReport is the report that a run goes on with, in a rehearsal.
type earlierReport struct {
	lines iter.Seq2[leaver.Result, error]
	keep  []string    // the columns that it keeps
	file  *table.File // nil if there is no report
	whole int64       // bytes of it that are whole lines
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
	earlier.Hold(r.past.targets)
	lines := withKept(earlier.Lines(), earlier.Kept(), o.Keep, r.settings.Match)
	return &earlierReport{lines, o.Keep, file, earlier.Whole()}, nil
}

// hold makes the inputs that are reports end with an error at a line of another target.
func (all Inputs) hold(t *report.Targets) {
	for _, in := range all {
		if in.IsReport() {
			in.earlier.Hold(t)
		}
	}
}

// keep makes the rows of all reports among the inputs have the texts of the columns of
// keep, and then those of match. It returns a *report.KeepError or a *MatchError if a
// report lacks one of them, and leaves out such a report of a folder.
func (all Inputs) keep(keep, match []string) (Inputs, error) {
	return all.without(context.Background(), func(in *Input) error {
		if !in.IsReport() {
			return nil
		}
		kept := in.earlier.Kept()
		in.order = report.Order(keep, kept)
		if slices.Contains(in.order, -1) {
			return &report.KeepError{Report: in.Name, Kept: kept}
		}
		matched := matchOrder(match, kept)
		if i := slices.Index(matched, -1); i >= 0 {
			return &MatchError{Report: in.Name, Column: match[i], Kept: kept}
		}
		in.order = append(in.order, matched...)
		return nil
	})
}

// matchOrder is report.Order for columns that must agree with the account: a name may be
// there several times, because a column can be compared with several fields.
func matchOrder(match, kept []string) []int {
	order := make([]int, len(match))
	for i := range match {
		order[i] = report.Order(match[i:i+1], kept)[0]
	}
	return order
}

// withKept returns lines of a report that keeps the columns kept, with the texts of those
// of keep, in their order, and then those of match. A text of match is empty if the report
// lacks its column: the run that wrote it may not have kept it.
func withKept(lines iter.Seq2[leaver.Result, error], kept, keep, match []string) iter.Seq2[leaver.Result, error] {
	order := report.Order(keep, kept)
	if len(match) == 0 && (len(kept) == 0 || slices.Contains(order, -1) || slices.Equal(keep, kept)) {
		return lines
	}
	order = append(order, matchOrder(match, kept)...)
	return func(yield func(leaver.Result, error) bool) {
		for r, err := range lines {
			r.Kept = keptOf(order, r.Kept)
			if !yield(r, err) {
				return
			}
		}
	}
}

// keptOf returns the texts that a row of the run has, of those that a line of a report has.
// order has for each of them which one of the report it is; -1 for one that the report
// lacks.
func keptOf(order []int, texts []string) []string {
	if len(order) == 0 {
		return nil
	}
	kept := make([]string, len(order))
	for n, at := range order {
		if at >= 0 && at < len(texts) { // what comes with an error has no texts
			kept[n] = texts[at]
		}
	}
	return kept
}
