package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/pace"
	"offboard/internal/plan"
	"offboard/internal/report"
)

// grace is how long requests in flight may take once a run stops.
const grace = 10 * time.Second

// run is one run on its way from the inputs to the report.
type run struct {
	*app
	*runCommand
	typed   retyped
	intake  context.Context // the app's, with the deadline
	sources sources
	report  *report.Report
	target  *target
	plan    *plan.Plan
	totals  leaver.Tally
}

// Run plans, asks, suspends and reports.
func (c *runCommand) Run(a *app, parsed *kong.Context, s *settings) (err error) {
	r := &run{app: a, runCommand: c, intake: a.intake, typed: a.retype(parsed, s)}
	if c.Deadline > 0 {
		var cancel context.CancelFunc
		r.intake, cancel = context.WithTimeoutCause(a.intake, c.Deadline, errDeadline)
		defer cancel()
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.prepare(); err != nil {
		return err
	}
	if err := r.accept(); err != nil {
		return err
	}
	return r.execute()
}

func (r *run) close() error {
	r.sources.close()
	if r.target != nil {
		r.target.close()
	}
	if r.report != nil {
		return r.report.Close()
	}
	return nil
}

// prepare opens everything that the run needs and makes the plan. Nothing on
// disk changes, and nothing is sent.
func (r *run) prepare() error {
	var err error
	if r.target, err = r.app.target(&r.targetFlags); err != nil {
		return err
	}
	if r.sources, err = r.openSources(r.intake, &r.inputFlags); err != nil {
		return err
	}
	if r.report, err = openReport(r.sources, &r.planFlags, r.Timezone); err != nil {
		return err
	}
	if r.plan, err = r.makePlan(r.intake, r.sources, r.report.Lines(), r.IncludeFuture); err != nil {
		return err
	}
	r.totals = r.plan.Totals()
	return nil
}

// accept holds the plan against the bounds, shows it, and asks.
func (r *run) accept() error {
	leavers := r.totals[leaver.Pending]
	if err := r.checkMax(leavers); err != nil {
		return err
	}
	outline := outline{sources: r.sources, plan: r.plan, totals: r.totals, rate: r.Rate, target: r.target.name}
	outline.write(r.stderr, widthOf(r.Stderr))
	r.stderr.println("")
	if leavers == 0 || r.Yes || r.target.sandbox != nil {
		return nil
	}
	return r.confirm(leavers, r.target.name)
}

// checkMax refuses a plan with more leavers than --max-leavers.
func (f *planFlags) checkMax(leavers int) error {
	if f.MaxLeavers != nil && leavers > *f.MaxLeavers {
		return usagef("the plan is to suspend %s, and --max-leavers allows %s; nothing was sent", people(leavers), group(*f.MaxLeavers))
	}
	return nil
}

// execute carries the plan out, and says what came of it.
func (r *run) execute() error {
	if torn := r.report.Torn(); torn > 0 {
		r.log.Warn("the end of the report was torn off, and is cut; its row is done again", "report", r.report.Path, "bytes", torn, "kept", r.report.TornPath())
	}
	pace := pace.New(r.Rate)
	client, err := r.target.client(&r.paceFlags, pace, r.buildInfo().version)
	if err != nil {
		return usageError{err}
	}
	defer client.Close()
	writer, err := r.report.Start()
	if errors.Is(err, report.ErrExists) {
		return usagef("%w; another run has just started it", err)
	} else if err != nil {
		return err
	}

	defer collectForRun()()
	p := &progress{next: writer, total: r.totals[leaver.Pending], start: r.now(), counts: counts{rows: leaver.Tally{}}}
	end := p.begin(r.app, r.Progress)
	// What was not reached is read to its end even when the run stops early,
	// so that it can be recorded: reading ends with calls, not with intake.
	err = batch.Run(r.intake, r.calls, r.tasks(r.sources.rows(r.calls), p), suspender{client}, p, batch.Options{
		Pace:        pace,
		Concurrency: r.Concurrency,
		MaxAttempts: r.MaxAttempts,
		MaxFailures: r.MaxFailures,
		Grace:       grace,
		Jitter:      r.jitter,
		Log:         r.log,
	})
	if failures, ok := errors.AsType[*batch.TooManyFailuresError](err); ok {
		err = fmt.Errorf("%w (--max-failures %s)", err, failures.Limit)
	}
	end()
	if closed := writer.Close(); closed != nil && err == nil {
		err = closed
	}
	ending := ending{counts: p.now(), elapsed: r.now().Sub(p.start), report: r.report.Path, again: r.again()}
	ending.hint = r.effort(ending.counts, ending.elapsed, pace).hint()
	ending.write(r.Stdout, err)
	if err == nil && !ending.rows.Fine() {
		return errRows
	}
	return err
}

func (r *run) effort(c counts, elapsed time.Duration, pace *pace.Pace) effort {
	e := effort{leavers: c.called, busy: c.busy, elapsed: elapsed, concurrency: r.Concurrency, ceiling: r.Rate}
	if limit, limited := pace.Sustained(); limited {
		e.sustained = limit
	}
	return e
}

// tasks are the plan's decisions as the engine takes them. Rows whose line is
// in the report already are counted and go no further.
func (r *run) tasks(rows iter.Seq2[leaver.Result, error], p *progress) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for d, err := range r.plan.Tasks(rows) {
			if err == nil && d.Written {
				p.written(d.Outcome)
				continue
			}
			if !yield(d.Result, err) {
				return
			}
		}
	}
}

// again is the command that goes on with this run: the same one, with
// --resume. Standard input is gone, so the report takes the place of all
// inputs.
func (r *run) again() string {
	typed := r.typed
	if slices.Contains(r.Inputs, "-") {
		typed = typed.from(r.Inputs, r.report.Path)
	}
	if !r.Resume {
		typed = typed.with("--resume")
	}
	return typed.String()
}

// stopped says in a line why a run ended early; "" if it did not.
func stopped(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrInterrupted):
		return "The run was interrupted.\n"
	case errors.Is(err, errDeadline), errors.Is(err, batch.ErrTooManyFailures), errors.Is(err, batch.ErrRefused):
		return fmt.Sprintf("The run stopped early: %s.\n", err)
	}
	return "The run broke off.\n"
}
