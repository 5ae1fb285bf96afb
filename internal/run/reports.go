package run

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/ledger"
	"offboard/internal/report"
	"offboard/internal/table"
)

// reports are the reports among the inputs. Lines of all of them speak of the same
// leavers, so they are read as one.
type reports struct {
	each   []iter.Seq2[leaver.Result, error] // the lines of each
	ledger *ledger.Ledger                    // of all lines; nil: they were not read yet
}

// fill reads the reports for the first time.
func (s *reports) fill(ctx context.Context) error {
	if s.ledger != nil {
		return nil
	}
	l := ledger.New()
	if err := l.Fill(until(ctx, report.Merge(s.each...))); err != nil {
		return err
	}
	s.ledger = l
	return nil
}

// lines returns the lines that count.
func (s *reports) lines() iter.Seq2[leaver.Result, error] {
	return s.ledger.Standing(report.Merge(s.each...))
}

// activeAgain are lines of reports among the inputs which say that an account is active
// again, by ref. They are the last ones about their leavers in these reports; what the
// report says that the run goes on with may be later.
type activeAgain map[string]leaver.Result

// activeAgain returns the lines of the inputs. inPlace tells that the only input is the
// report that the run goes on with, which speaks for itself.
func (all Inputs) activeAgain(ctx context.Context, inPlace bool) (activeAgain, error) {
	first := slices.IndexFunc(all, func(in *Input) bool { return in.reports != nil })
	if first < 0 || inPlace {
		return nil, nil
	}
	reports, lines := all[first].reports, activeAgain{}
	if err := reports.fill(ctx); err != nil {
		return nil, err
	}
	for line, err := range until(ctx, reports.lines()) {
		switch {
		case err != nil:
			return nil, err
		case line.ActiveAgain():
			line.Ref = strings.Clone(line.Ref)
			lines[line.Ref] = line
		}
	}
	return lines, nil
}

// add takes a line of the report that the run goes on with: what it says later counts.
func (a activeAgain) add(line leaver.Result) {
	other, known := a[line.Ref]
	if known && line.Outcome.Closed() && line.EndDate.Key() == other.EndDate.Key() && line.FinishedAt.After(other.FinishedAt) {
		delete(a, line.Ref)
	}
}

// takeOver adds the lines to the ledger that end what it says, and returns them. The report
// gets them, too, before anything is sent: otherwise it would go on saying that these
// leavers are done, and a call that fails would not count.
func (a activeAgain) takeOver(l *ledger.Ledger) (taken []leaver.Result) {
	for _, ref := range slices.Sorted(maps.Keys(a)) {
		line := a[ref]
		if _, isDone := l.Done(l.Keys.Of(ref), line.EndDate.Key()); isDone {
			l.Add(line)
			taken = append(taken, line)
		}
	}
	return taken
}

// Reports are reports that are open, to be read as one.
type Reports struct {
	reports
	readers []*report.Reader
	files   []*table.File
}

// OpenReports opens reports. If ctx ends first, it returns the cause. Another error
// matches report.ErrNotReport if a file is none. Lines of another target than this one, or
// of different ones if it is "", are an error of Lines. Close closes the files.
func OpenReports(ctx context.Context, paths []string, zone *time.Location, target string) (*Reports, error) {
	all, targets := &Reports{}, report.NewTargets(target)
	for _, path := range paths {
		file, err := Await(ctx, func() (*table.File, error) { return table.Open(path) })
		if err != nil {
			return nil, errors.Join(err, all.Close())
		}
		r, err := report.NewReader(file, zone)
		if err != nil {
			return nil, errors.Join(err, file.Close(), all.Close())
		}
		r.Hold(targets)
		all.each, all.files = append(all.each, r.Lines()), append(all.files, file)
		all.readers = append(all.readers, r)
	}
	return all, nil
}

// Lines returns the lines that count. If ctx ends first, the last error is its cause.
func (all *Reports) Lines(ctx context.Context) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		if err := all.fill(ctx); err != nil {
			yield(leaver.Result{}, err)
			return
		}
		until(ctx, all.lines())(yield)
	}
}

// Close closes the files.
func (all *Reports) Close() error {
	var err error
	for _, f := range all.files {
		err = errors.Join(err, f.Close())
	}
	return err
}

// until ends a sequence with the cause of ctx when ctx is done.
func until(ctx context.Context, lines iter.Seq2[leaver.Result, error]) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for r, err := range lines {
			if err == nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// underExceptions returns lines of a report under the list of exceptions.
//
// A leaver whose ref is on the list is excluded, whatever the report says, as in any
// other input. A row that an earlier run has excluded is planned anew if this run has
// a list, which decides then. Without a list it stays excluded, so that nobody is
// suspended because a flag was forgotten.
func underExceptions(o input.Options, lines iter.Seq2[leaver.Result, error]) iter.Seq2[leaver.Result, error] {
	if o.Except == nil {
		return lines
	}
	return func(yield func(leaver.Result, error) bool) {
		for r, err := range lines {
			if err == nil {
				r.Excluded = o.Refuse(r.Ref)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}
