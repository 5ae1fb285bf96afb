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
	"time"

	"offboard/internal/leaver"
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
	Inputs  Inputs
	Folders Folders // among the inputs
	// Newest is when the newest input that is no report has changed, those that are left for
	// the next run included; the zero value if there is none.
	Newest time.Time
	Plan   *plan.Plan
	Part   Part         // of the plan
	Totals leaver.Tally // of this part
	Earlier
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

// Earlier is what reports say of earlier runs.
type Earlier struct {
	// Leftover are the leavers whom the report has as unfinished and who are not in this
	// run's input, by outcome: the run does not call them. nil if there are none.
	Leftover leaver.Tally
	// Changed is how many lines of the report do not count, because a spreadsheet or a
	// person has changed them.
	Changed int
	// Proven tells that a report which the run goes on with, or reads, has somebody who is
	// suspended in its target.
	Proven bool
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
		if err := r.keep(r.report.Keep()); err != nil {
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
		if err := r.keep(earlier.keep); err != nil {
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
	if err = r.open(ctx); err != nil {
		return nil, err
	}
	var inPlace bool
	r.ReportPath, inPlace = r.Inputs.reportPath(s)
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

// open opens the inputs.
func (r *Run) open(ctx context.Context) (err error) {
	s := &r.settings
	if s.Options, err = Await(ctx, s.options); err != nil {
		return err
	}
	s.Beside, s.approved = s.beside(), s.Approved.left()
	if r.Inputs, r.Folders, err = openInputs(ctx, s.Reading); err != nil {
		return err
	}
	if recent := r.Folders.Recent(); len(recent) > 0 && !s.Shard.IsWhole() {
		r.Inputs.close()
		return &SettlingError{recent[0]}
	}
	r.Newest = r.Inputs.newest(r.Folders, s.Now)
	r.past.targets = report.NewTargets(s.Target)
	if r.Inputs, err = r.Inputs.checkFiled(ctx, s.Target); err != nil {
		r.Inputs.close()
		return err
	}
	r.Inputs.hold(r.past.targets)
	return nil
}

// keep makes the rows of the reports among the inputs have the texts of columns.
func (r *Run) keep(columns []string) (err error) {
	if r.Inputs, err = r.Inputs.keep(columns, r.settings.Match); err == nil {
		r.Inputs.join()
	}
	return err
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
			for row, err := range r.past.said.doubted(in, in.again()) {
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
// the first reading of the inputs. It begins anew without the files of folders that turn out
// to be unreadable.
func (r *Run) planFrom(ctx context.Context, lines iter.Seq2[leaver.Result, error], inPlace bool) error {
	for {
		err := (&planning{r, lines, datedSources{}}).make(ctx, inPlace)
		failed, isUnread := errors.AsType[*unreadError](err)
		if !isUnread {
			r.Inputs.count(r.Folders)
			return err
		}
		if r.Inputs, err = r.Inputs.withoutUnread(ctx, failed); err != nil {
			return err
		}
	}
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
