// Package run owns one run from its inputs to its report: the order of the steps,
// and the checks that protect people from being suspended by mistake.
//
//	open inputs ─▶ open and lock report ─▶ plan ─▶ check ─▶ carry out ─▶ Ending
//
// Before CarryOut nothing is sent, and nothing on disk changes. The package knows
// neither flags nor terminals: its errors are typed, so that the caller can add
// what a person can type.
package run

import (
	"context"
	"errors"
	"iter"
	"path"
	"strings"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
	"offboard/internal/plan"
	"offboard/internal/report"
	"offboard/internal/table"
)

// Settings say what to plan.
type Settings struct {
	Reading
	// Report is the path of the report. "" means that of the input if the only input
	// is a report, or else a file with the name of the first input.
	Report        string
	Resume        bool // from the report, if it exists
	IncludeFuture bool // also suspend leavers whose end date has not passed
	// Unfinished also suspends the leavers whom the report left unfinished and whom the
	// inputs do not have: those who were called for, and those who are pending.
	Unfinished bool
	Shard      Shard     // the part of the plan that the run carries out; the zero value: all of it
	MaxLeavers *int      // leavers to suspend at most; nil: any number
	Now        time.Time // the moment at which an end date has passed or not
	// Accept has the kinds of doubt that a person has accepted. Each is accepted if no
	// more leavers have it than its number says; plan.AnyNumber accepts any number.
	Accept map[leaver.Doubt]int
	// Target is where the run suspends, as its report says it. Rehearse takes "", and then
	// refuses only reports of different targets.
	Target string
	// Approved is the plan that is carried out; nil: any is. Now is its time, and the run
	// resumes from the report.
	Approved *PlanFile
	// Keep has the names of the columns of the inputs that travel into the report.
	Keep []string
	// Match has the names of the columns of the inputs that must agree with the account. A
	// column may be there several times, and in Keep, too. Their texts do not travel into
	// the report: in each row of Run.Decisions they are the last ones of leaver.Row.Kept. A
	// text is empty if the row comes from the report that the run goes on with
	// (Unfinished), and that report lacks the column.
	Match []string

	clock func() time.Time // of the lines that the report gets
}

// Run is a run with its plan. A Run is for one goroutine at a time.
type Run struct {
	Inputs Inputs
	Plan   *plan.Plan
	Part   Part         // of the plan
	Totals leaver.Tally // of this part
	// Leftover are the leavers whom the report has as unfinished and who are not in this
	// run's input, by outcome: the run does not call them. nil if there are none.
	Leftover leaver.Tally
	// Changed is how many lines of the report do not count, because a spreadsheet or a
	// person has changed them.
	Changed int
	// Proven tells that a report which the run goes on with, or reads, has somebody who is
	// suspended in its target.
	Proven bool
	// ReportPath is the path of the report, which may not exist yet.
	ReportPath string
	// NeedsResume tells that Prepare would fail with report.ErrExists, because the
	// report exists and Settings.Resume is false. It is set by Rehearse.
	NeedsResume bool

	settings   Settings
	acceptance acceptance
	connection *connection    // nil: nothing was sent
	asked      *asked         // nil: the tenant was not asked
	report     *report.Report // nil in a rehearsal
	past       pastRuns
}

// Prepare opens the inputs, opens and locks the report, and makes the plan. Close
// releases them. If ctx ends first, the error is its cause.
//
// Any other error is for the user to solve: it is one of this package, or one about
// an input. It matches table.ErrChanged if an input has changed since it was opened,
// because somebody may still be writing it. An *OpenReportError matches report.ErrExists, report.ErrLocked,
// report.ErrForeign or report.ErrNotReport, or fs.ErrNotExist if the folder of the
// report does not exist; it is a *report.MissingError, a *report.KeepError or a
// *report.TargetError if the report lacks columns, keeps other columns or is of another
// target, and a *report.NotFileError or a *report.NoLocksError if no report can be there;
// a *ReportIsInputError says that it is an input, and an *OtherShardsError, an *OwnShardsError or
// a *ReportNameError that the reports of shards do not go together. An input that is such a report is the same error without the *OpenReportError.
// A *MatchError says that a report among the inputs lacks a column of Settings.Match.
func Prepare(ctx context.Context, s Settings) (*Run, error) {
	return prepare(ctx, s, func(r *Run, inPlace bool) error {
		var err error
		if r.report, err = report.Open(r.ReportPath, r.reportOptions(inPlace)); err != nil {
			return &OpenReportError{r.ReportPath, err}
		}
		if err := r.Inputs.keep(r.report.Keep(), s.Match); err != nil {
			return err
		}
		return r.plan(ctx, withKept(r.report.Lines(), r.report.Kept(), r.report.Keep(), s.Match), inPlace)
	})
}

// Rehearse makes the same plan as Prepare. It does not lock the report. The Run
// that it returns cannot be carried out.
func Rehearse(ctx context.Context, s Settings) (*Run, error) {
	return prepare(ctx, s, func(r *Run, inPlace bool) error {
		earlier, err := Await(ctx, func() (*earlierReport, error) { return r.openEarlier(r.reportOptions(inPlace)) })
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return &OpenReportError{r.ReportPath, err}
		}
		r.past.rehearsed = earlier
		if err := r.Inputs.keep(earlier.keep, s.Match); err != nil {
			return err
		}
		return r.plan(ctx, earlier.lines, inPlace)
	})
}

func noLines(func(leaver.Result, error) bool) {}

// OpenReport opens a report for reading. The file is to be closed after the last
// use of the reader. The error matches report.ErrNotReport if it is not a report.
func OpenReport(path string, zone *time.Location) (*report.Reader, *table.File, error) {
	file, err := table.Open(path)
	if err != nil {
		return nil, nil, err
	}
	r, err := report.NewReader(file, zone)
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return r, file, nil
}

func prepare(ctx context.Context, s Settings, makePlan func(r *Run, inPlace bool) error) (*Run, error) {
	defer collectForPlan()()
	// The rows of exports must have the same texts as those of reports.
	s.Options.Keep, s.Options.Match = s.Keep, s.Match
	now := s.Now
	s.clock = func() time.Time { return now }
	r := &Run{settings: s, Part: Part{Shard: s.Shard}}
	var err error
	if r.acceptance.refs, err = Await(ctx, s.acceptedRefs); err != nil {
		return nil, err
	}
	if r.Inputs, err = openInputs(ctx, s.Reading); err != nil {
		return nil, err
	}
	r.past.targets = report.NewTargets(s.Target)
	r.Inputs.hold(r.past.targets)
	var inPlace bool
	r.ReportPath, inPlace = r.Inputs.reportPath(s.Report, s.Target)
	if r.ReportPath, err = r.Inputs.shardReport(s, r.ReportPath, inPlace); err == nil {
		err = r.Inputs.refuseReport(r.ReportPath)
	}
	if err == nil {
		err = makePlan(r, inPlace)
	}
	if err == nil {
		r.Totals, err = r.Part.count(r.Decisions(ctx), r.Plan)
	}
	if changed := r.Inputs.checkUnchanged(""); changed != nil && ctx.Err() == nil {
		err = changed // which may be why makePlan has failed
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Close closes the inputs and releases the report.
func (r *Run) Close() error {
	r.Inputs.close()
	if r.connection != nil {
		r.connection.client.Close()
	}
	if r.past.rehearsed != nil {
		r.past.rehearsed.close()
	}
	if r.report != nil {
		return r.report.Close()
	}
	return nil
}

// Leavers returns how many leavers a run tries that is limited to the first ones; 0: it is
// not.
func (r *Run) Leavers(first int) int {
	if n := r.Totals[leaver.Pending]; first == 0 || n < first {
		return n
	}
	return first
}

// CheckMax returns a *TooManyError if the plan suspends more leavers than
// Settings.MaxLeavers, and a *ShareError if it suspends a larger share of the tenant than
// Checking.MaxShare. A shard counts the leavers of the whole plan, as every other shard
// does: those whom the report of another shard says to be done are unknown to it.
func (r *Run) CheckMax() error {
	n := r.Part.Leavers
	if most := r.settings.MaxLeavers; most != nil && n > *most {
		return &TooManyError{n, *most}
	}
	return r.asked.checkShare(n)
}

// Decisions reads the inputs once more and returns the plan's decision about each
// row, or each one of the shard. An error ends the sequence: it matches plan.ErrChanged if the inputs have
// changed since the plan was made.
func (r *Run) Decisions(ctx context.Context) iter.Seq2[plan.Decision, error] {
	return r.Part.of(r.Plan.Tasks(until(ctx, r.rows())))
}

// rows reads the inputs once more.
func (r *Run) rows() iter.Seq2[leaver.Result, error] {
	return r.asked.told(func(yield func(leaver.Result, error) bool) {
		for _, in := range r.Inputs {
			for row, err := range in.again() {
				if !yield(row, err) {
					return
				}
			}
		}
		r.past.unfinished(yield)
	})
}

// Known returns how many rows have an outcome without a call that the report has in their
// line already, by outcome. It reads the inputs; the error is one of Decisions.
func (r *Run) Known(ctx context.Context) (leaver.Tally, error) {
	known := leaver.Tally{}
	for d, err := range r.Decisions(ctx) {
		if err != nil {
			return nil, err
		}
		if (d.Written || d.Result.Known()) && d.Outcome != leaver.Pending {
			known[d.Outcome]++
		}
	}
	return known, nil
}

// plan makes the plan. inPlace tells that the only input is the report that the run goes on
// with.
func (r *Run) plan(ctx context.Context, lines iter.Seq2[leaver.Result, error], inPlace bool) error {
	if p := r.settings.Approved; p != nil {
		return (&comparison{run: r, plan: p}).makePlan(ctx, lines, inPlace)
	}
	return r.planFrom(ctx, lines, inPlace)
}

// planFrom makes the plan from the lines of the report that the run goes on with, and from
// the first reading of the inputs.
func (r *Run) planFrom(ctx context.Context, lines iter.Seq2[leaver.Result, error], inPlace bool) error {
	r.past.ledger, r.past.lines, r.Changed, r.Proven = ledger.New(), lines, 0, false
	again, err := r.Inputs.activeAgain(ctx, inPlace)
	if err != nil {
		return err
	}
	dated := datedSources{}
	for line, err := range until(ctx, lines) {
		_, other := errors.AsType[*report.TargetError](err)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case other:
			return &OpenReportError{r.ReportPath, err}
		case err != nil:
			return &ReportError{err}
		}
		if line.Changed {
			r.Changed++
		}
		r.Proven = r.Proven || line.Target != "" && line.Outcome == leaver.Suspended
		r.past.ledger.Add(line)
		again.add(line)
		dated.add(line)
	}
	for _, line := range again {
		r.past.ledger.Reopen(line)
	}
	r.Plan = plan.New(plan.Options{
		Now:           r.settings.Now,
		IncludeFuture: r.settings.IncludeFuture,
		Accept:        r.settings.Accept,
		AcceptRefs:    r.acceptance.refs,
	}, r.past.ledger)
	if inPlace {
		r.Inputs[0].reports.ledger = r.past.ledger
	}
	for _, in := range r.Inputs {
		if in.rows, err = r.add(ctx, in.first(ctx)); err != nil {
			return err
		}
		if in.IsReport() {
			continue
		}
		if in.Survey.Ref != "" && in.Survey.EndDate == "" && dated.has(in.Name) {
			return &NoEndDatesError{in.Name, in.Export.Field()}
		}
	}
	if err := r.addUnfinished(ctx); err != nil {
		return err
	}
	r.judge()
	r.Leftover = r.Plan.Leftover()
	r.Proven = r.Proven || r.Plan.Totals()[leaver.Suspended] > 0 // by a report among the inputs
	return nil
}

// judge says which doubts there are, and which of them are accepted.
func (r *Run) judge() {
	exports := map[string]*Input{}
	for _, in := range r.Inputs {
		if !in.IsReport() {
			exports[in.Name] = in
		}
	}
	r.acceptance.tooMany = r.Plan.Judge(func(source string, facts leaver.Facts) leaver.Doubts {
		return exports[source].doubts(facts)
	})
}

// add adds rows to the plan, and returns how many they are.
func (r *Run) add(ctx context.Context, rows iter.Seq2[leaver.Result, error]) (n int, err error) {
	for row, err := range until(ctx, rows) {
		if err != nil {
			return n, err
		}
		r.Plan.Add(row)
		if !row.LeftOut {
			n++
		}
	}
	return n, nil
}

// addUnfinished adds the leavers whom the report left unfinished, if they are asked for.
func (r *Run) addUnfinished(ctx context.Context) error {
	r.past.unfinished = noLines
	if !r.settings.Unfinished {
		return nil
	}
	isUnfinished := r.Plan.Unfinished()
	r.past.unfinished = underExceptions(r.Inputs[0].Options, func(yield func(leaver.Result, error) bool) {
		for line, err := range r.past.ledger.Standing(r.past.lines) {
			if err == nil && !isUnfinished(line) {
				continue
			}
			if !yield(line, err) {
				return
			}
		}
	})
	_, err := r.add(ctx, r.past.unfinished)
	return err
}

// datedSources maps each source in a report to whether its rows have end dates.
type datedSources map[string]bool

func (d datedSources) add(line leaver.Result) {
	if has, ok := d[line.Source]; !ok || !has && line.EndDate.Text != "" {
		d[strings.Clone(line.Source)] = line.EndDate.Text != ""
	}
}

// has tells whether the report has end dates of a source. The report may know the
// source by another path, so that the name of the file decides if the path is not
// found.
func (d datedSources) has(name string) bool {
	if has, ok := d[name]; ok {
		return has
	}
	for other, has := range d {
		if has && path.Base(other) == path.Base(name) {
			return true
		}
	}
	return false
}
