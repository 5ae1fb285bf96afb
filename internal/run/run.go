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
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"
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
	Resume        bool      // from the report, if it exists
	IncludeFuture bool      // also suspend leavers whose end date has not passed
	MaxLeavers    *int      // leavers to suspend at most; nil: any number
	Now           time.Time // the moment at which an end date has passed or not
	// Accept has the kinds of doubt that a person has accepted. Each is accepted if no
	// more leavers have it than its number says; plan.AnyNumber accepts any number.
	Accept map[leaver.Doubt]int
}

// Run is a run with its plan. A Run is for one goroutine at a time.
type Run struct {
	Inputs Inputs
	Plan   *plan.Plan
	Totals leaver.Tally // of the plan
	// ReportPath is the path of the report, which may not exist yet.
	ReportPath string
	// NeedsResume tells that Prepare would fail with report.ErrExists, because the
	// report exists and Settings.Resume is false. It is set by Rehearse.
	NeedsResume bool

	settings Settings
	accepted func(ref string) bool // by the list of Reading.AcceptRefs; nil: no list
	tooMany  leaver.Doubts         // kinds that more leavers have than Settings.Accept allows
	report   *report.Report        // nil in a rehearsal
}

// Prepare opens the inputs, opens and locks the report, and makes the plan. Close
// releases them. If ctx ends first, the error is its cause.
//
// Any other error is for the user to solve: it is one of this package, or one about
// an input. It matches table.ErrChanged if an input has changed since it was opened,
// because somebody may still be writing it. An *OpenReportError matches report.ErrExists, report.ErrLocked,
// report.ErrForeign or report.ErrNotReport, or fs.ErrNotExist if the folder of the
// report does not exist.
func Prepare(ctx context.Context, s Settings) (*Run, error) {
	return prepare(ctx, s, func(r *Run, inPlace bool) error {
		var err error
		if r.report, err = report.Open(r.ReportPath, s.Resume || inPlace, s.Options.Zone); err != nil {
			return &OpenReportError{r.ReportPath, err}
		}
		return r.plan(ctx, r.report.Lines())
	})
}

// Rehearse makes the same plan as Prepare. It does not lock the report. The Run
// that it returns cannot be carried out.
func Rehearse(ctx context.Context, s Settings) (*Run, error) {
	return prepare(ctx, s, func(r *Run, inPlace bool) error {
		if !s.Resume && !inPlace {
			_, err := os.Stat(r.ReportPath)
			r.NeedsResume = err == nil
			return r.plan(ctx, noLines)
		}
		earlier, file, err := OpenReport(r.ReportPath, s.Options.Zone)
		if errors.Is(err, fs.ErrNotExist) {
			return r.plan(ctx, noLines)
		}
		if err != nil {
			return &OpenReportError{r.ReportPath, err}
		}
		defer file.Close()
		if err := earlier.CheckOwn(); err != nil {
			return &OpenReportError{r.ReportPath, err}
		}
		return r.plan(ctx, earlier.Lines())
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
	r := &Run{settings: s}
	var err error
	if r.accepted, err = Await(ctx, s.acceptedRefs); err != nil {
		return nil, err
	}
	if r.Inputs, err = openInputs(ctx, s.Reading); err != nil {
		return nil, err
	}
	var inPlace bool
	r.ReportPath, inPlace = r.Inputs.reportPath(s.Report)
	err = makePlan(r, inPlace)
	if changed := r.Inputs.checkUnchanged(""); changed != nil && ctx.Err() == nil {
		err = changed // which may be why makePlan has failed
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	r.Totals = r.Plan.Totals()
	return r, nil
}

// Close closes the inputs and releases the report.
func (r *Run) Close() error {
	r.Inputs.close()
	if r.report != nil {
		return r.report.Close()
	}
	return nil
}

// CheckMax returns a *TooManyError if the plan suspends more leavers than
// Settings.MaxLeavers.
func (r *Run) CheckMax() error {
	if n, most := r.Totals[leaver.Pending], r.settings.MaxLeavers; most != nil && n > *most {
		return &TooManyError{n, *most}
	}
	return nil
}

// Decisions reads the inputs once more and returns the plan's decision about each
// row. An error ends the sequence: it matches plan.ErrChanged if the inputs have
// changed since the plan was made.
func (r *Run) Decisions(ctx context.Context) iter.Seq2[plan.Decision, error] {
	return r.Plan.Tasks(r.Inputs.rows(ctx))
}

// plan makes the plan from the lines of the report that the run resumes, and from
// the first reading of the inputs.
func (r *Run) plan(ctx context.Context, lines iter.Seq2[leaver.Result, error]) error {
	r.Plan = plan.New(plan.Options{
		Now:           r.settings.Now,
		IncludeFuture: r.settings.IncludeFuture,
		Accept:        r.settings.Accept,
		AcceptRefs:    r.accepted,
	})
	dated := datedSources{}
	for line, err := range lines {
		if err == nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return &ReportError{err}
		}
		r.Plan.Recorded(line)
		dated.add(line)
	}
	owners := map[string]*Input{}
	for _, in := range r.Inputs {
		if err := r.add(ctx, in, owners); err != nil {
			return err
		}
		if !in.IsReport() && in.Survey.Ref != "" && in.Survey.EndDate == "" && dated.has(in.Name) {
			return &NoEndDatesError{in.Name, in.Export.Field()}
		}
	}
	r.tooMany = r.Plan.Judge(func(source string, facts leaver.Facts) leaver.Doubts {
		return owners[source].doubts(facts)
	})
	return nil
}

// add adds the rows of an input to the plan. owners maps each source to the input
// that has its rows.
func (r *Run) add(ctx context.Context, in *Input, owners map[string]*Input) error {
	last := ""
	for row, err := range in.first() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		if row.Source != last {
			last = strings.Clone(row.Source)
			if owner, ok := owners[last]; ok && owner != in {
				return &SharedSourceError{last, owner.Name, in.Name}
			}
			owners[last] = in
		}
		r.Plan.Add(row)
	}
	return nil
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
