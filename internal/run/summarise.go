package run

import (
	"context"
	"io"
	"iter"
	"slices"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
	"offboard/internal/report"
)

// Summary sums up the reports, as of a moment. Business days are those of zone. The error
// is one of Lines.
func (all *Reports) Summary(ctx context.Context, names []string, zone *time.Location, now time.Time) (*report.Summary, error) {
	defer collectForPlan()()
	s, l := report.NewSummary(names, zone, now), ledger.New()
	for r, err := range until(ctx, report.Merge(all.each...)) {
		if err != nil {
			return nil, err
		}
		l.Add(r)
		number := -1
		if r.Attempts > 0 {
			if standing, known := l.Leaver(l.Keys.Of(r.Ref)); known {
				number = standing.Number
			}
		}
		s.Read(r, number)
	}
	all.ledger = l
	for r, err := range all.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		s.Count(r)
	}
	s.Conclude(l.Leavers())
	return s, nil
}

// Rows returns the lines that count, each with the outcome that a run over the reports
// would start from: a leaver whom a later line excludes is excluded, and one whose rows
// contradict each other is invalid. So nobody is suspended because some of the rows are
// made an input without the others.
func (all *Reports) Rows(ctx context.Context) iter.Seq2[leaver.Result, error] {
	return settled(all.Lines(ctx))
}

// settled returns lines with the outcomes that Rows describes.
func settled(lines iter.Seq2[leaver.Result, error]) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for r, err := range lines {
			switch {
			case err != nil, r.Outcome.Closed(), r.Outcome.AboutRow():
			case r.Excluded != "":
				r.Outcome, r.Reason = leaver.Excluded, r.Excluded
			case r.Fault != "":
				r.Outcome, r.Reason = leaver.Invalid, r.Fault
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Copy writes the Rows with some outcomes as a CSV report, which is an input of a run. It
// has the columns that any of the reports keeps; the error is a *report.KeepError if they
// are too many for one report.
func (all *Reports) Copy(ctx context.Context, w io.Writer, outcomes []leaver.Outcome) error {
	defer collectForPlan()()
	if err := all.fill(ctx); err != nil {
		return err
	}
	keep, each := all.aligned()
	if err := report.CheckKeep(keep); err != nil {
		return err
	}
	c := report.NewCopy(w, keep)
	for r, err := range settled(until(ctx, all.ledger.Standing(report.Merge(each...)))) {
		if err == nil && slices.Contains(outcomes, r.Outcome) {
			err = c.Add(r)
		}
		if err != nil {
			return err
		}
	}
	return c.Flush()
}
