package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"

	"github.com/alecthomas/kong"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/run"
	"offboard/internal/table"
)

// Run plans, asks, suspends and reports.
func (c *runCommand) Run(a *app, parsed *kong.Context, conf *configuration, m *monitor) (err error) {
	intake, cancel := c.until(a.intake)
	defer cancel()
	target, err := a.target(intake, &c.targetFlags, c.scope())
	if err != nil {
		return beforeSending(err)
	}
	defer target.close()
	settings, err := c.settings(a, parsed, conf, target.word)
	if err != nil {
		return beforeSending(err)
	}
	r, err := run.Prepare(intake, settings)
	if err != nil {
		return beforeSending(usageError{explainRun(err)})
	}
	m.opened(r)
	defer func() { err = m.write(a, joinClose(err, r.Close())) }()
	if err := m.check(c, r); err != nil {
		return err
	}
	if err := c.checkTenant(a, intake, r, target); err != nil {
		return beforeSending(err)
	}
	tenant, err := c.confirm(a, intake, r, target)
	if err != nil {
		return beforeSending(err)
	}
	if err := m.begin(intake, a, parsed, r, c.First, tenant); err != nil {
		return beforeSending(err)
	}
	return c.carryOut(a, intake, r, target, c.resume(a.commandLine(parsed, conf), r), m)
}

// settings returns the settings of a run: those of the plan that was approved, if there is
// one.
func (c *runFlags) settings(a *app, parsed *kong.Context, conf *configuration, target string) (run.Settings, error) {
	s := a.runSettings(&c.inputFlags, &c.planFlags, &c.checkFlags, target)
	s.Beside = beside(parsed, a.Stdout, a.Stderr)
	var err error
	s.Shard, err = c.shard(a.LookupEnv)
	p := conf.approved
	if err != nil || p == nil {
		return s, err
	}
	if err := p.CheckAge(s.Now, c.MaxPlanAge); err != nil {
		return s, usagef("%w (--max-plan-age %s)", err, c.MaxPlanAge)
	}
	s.Approved, s.Now, s.Reading.Options.Now, s.Resume = p, p.Made, p.Made, true
	return s, nil
}

// confirm checks the plan, shows it, and asks a person to confirm it. It returns what the
// tenant says; nil if it was not asked.
func (c *runCommand) confirm(a *app, intake context.Context, r *run.Run, t *target) (*run.Tenant, error) {
	if err := r.CheckMax(); err != nil {
		return nil, usageError{explainRun(err)}
	}
	o, err := c.outline(a, intake, r, t.name)
	if err != nil {
		return nil, usageError{err}
	}
	a.sayOutline(o)
	leavers := r.Leavers(c.First)
	if leavers == 0 || c.Yes || c.Plan != "" || t.sandbox != nil {
		return o.tenant, nil
	}
	return o.tenant, a.confirm(leavers, r.Totals[leaver.Held], t.name)
}

// carryOut carries out the plan and writes the result. resume is the command that
// resumes the run. m takes what was done.
func (c *runCommand) carryOut(a *app, intake context.Context, r *run.Run, t *target, resume commandLine, m *monitor) error {
	if torn, path := r.Torn(); torn > 0 {
		a.log.Warn("the last line of the report is incomplete: it is moved to another file, and its row is done again", "report", r.ReportPath, "bytes", torn, "file", path)
	}
	conduct := c.conduct(a, intake)
	conduct.Observe = m.durations.Observe
	ended, err := r.CarryOut(intake, a.calls, t.Target, conduct)
	if !ended.Began() {
		return notBegun(err, r.ReportPath)
	}
	err = explainRun(err)
	result := runResult{
		Ending: ended, shard: r.Part.Shard, concurrency: c.Concurrency, report: r.ReportPath, planned: r.Totals.Total(), leftover: r.Leftover,
		tolerate: c.Tolerate, resume: resume, resumed: c.Resume, approved: c.Plan != "", arrivals: c.arrivals(r, a.now()),
	}
	_, bad := tolerance(c.Tolerate).of(ended.Rows, ended.Known)
	if c.First > 0 {
		bad -= ended.Rows[leaver.Pending] // they are not a part of this run
	}
	end := err
	if err == nil && (bad > 0 || result.arrivals.isBad()) {
		end = errRows
	}
	if c.JSON {
		end = cmp.Or(writeDocument(a.Stdout, result.document(t.word, err, end)), end)
	} else {
		result.write(a.Stdout, err)
	}
	a.sayEnd(result, err)
	m.ended(a, r, result)
	return end
}

// outline returns a plan in short. target is the name of the target; "" if the plan is not
// carried out.
func (c *runFlags) outline(a *app, ctx context.Context, r *run.Run, target string) (o outline, err error) {
	o = outline{run: r, arrivals: c.arrivals(r, a.now()), rate: r.Part.Rate(c.Rate), first: c.First, target: target, most: c.mostShare()}
	if o.held, err = r.Held(ctx, heldExamples); err != nil {
		return o, err
	}
	o.tenant, err = r.Tenant(ctx)
	return o, err
}

// conduct returns what the flags say about how the plan is carried out.
func (c *runFlags) conduct(a *app, intake context.Context) run.Conduct {
	conduct := conductOf(a, intake, c.Rate, c.paceFlags, c.MaxFailures, c.Progress)
	conduct.First = c.First
	return conduct
}

// conductOf returns how calls are made.
func conductOf(a *app, intake context.Context, rate float64, f paceFlags, most batch.Limit, progress string) run.Conduct {
	return run.Conduct{
		Rate:        rate,
		Concurrency: f.Concurrency,
		MaxAttempts: f.MaxAttempts,
		MaxFailures: most,
		MaxOutage:   f.MaxOutage,
		Timeout:     f.Timeout,
		Show:        func(p *run.Progress) (stop func()) { return a.follow(intake, p, progress) },
		Now:         a.now,
		Jitter:      a.jitter,
		Log:         a.log,
		Warn:        func(err error) { a.log.Warn(err.Error()) },
	}
}

// beforeSending adds to the error of a run that was stopped before its first request that
// nothing was sent.
func beforeSending(err error) error {
	if _, asked := errors.AsType[*run.CheckError](err); asked || isStop(err) {
		return fmt.Errorf("%w; nothing was sent", err)
	}
	return err
}

// follow shows the progress of a run, and says at once when it begins to stop.
func (a *app) follow(intake context.Context, p *run.Progress, style string) (stop func()) {
	var isStopping atomic.Bool
	hide := a.show(p, style, &isStopping)
	said := make(chan struct{}) // closed below, and received by stop
	disarm := context.AfterFunc(intake, func() {
		defer close(said)
		isStopping.Store(true)
		inFlight := p.InFlight()
		a.say(slog.LevelWarn, eventStopping, stopping(context.Cause(intake), inFlight), "inFlight", inFlight, "graceSeconds", run.Grace.Seconds())
	})
	return func() {
		if !disarm() {
			<-said
		}
		hide()
	}
}

// stopping says what happens after the end of intake.
func stopping(cause error, inFlight int) string {
	text := "Stopping: " + cause.Error() + "; nothing new is sent"
	if inFlight > 0 {
		text += fmt.Sprintf(", %s in flight may finish (%s at most)", count(inFlight, "request"), run.Grace)
	}
	if errors.Is(cause, ErrInterrupted) {
		text += "; a second Ctrl-C or signal ends the run without waiting"
	}
	return text + "."
}

// notBegun returns the error of a command whose run could not begin: nothing was sent.
func notBegun(err error, path string) error {
	_, target := errors.AsType[*run.TargetError](err)
	_, noLocks := errors.AsType[*report.NoLocksError](err)
	_, noFile := errors.AsType[*report.NotFileError](err)
	_, before := errors.AsType[*run.BeforeError](err)
	switch {
	case before && isStop(err):
		return beforeSending(err)
	case before:
		return usagef("%w (--before FILE, or --before none); nothing was sent", err)
	case target:
		return usageError{err}
	case noLocks, noFile:
		return usageError{explainRun(err)}
	case errors.Is(err, report.ErrExists):
		// Another run has created the report since this one was planned, and is writing it.
		return explainRun(fmt.Errorf("%s: %w", path, report.ErrLocked))
	case errors.Is(err, table.ErrChanged):
		return usagef("%w; nothing was sent", err)
	}
	return explainRun(err)
}

// resume returns the command that resumes this run: the same one with --resume.
// Standard input cannot be read again, so the report replaces the inputs if it is
// one of them.
func (c *runCommand) resume(command commandLine, r *run.Run) commandLine {
	if slices.Contains(c.Inputs, run.StdinPath) {
		command = command.withInput(c.Inputs, r.ReportPath)
	}
	if !c.Resume && c.Plan == "" { // a plan goes on with its report by itself
		command = command.with("--resume")
	}
	return command.ofShard(r.Part.Shard)
}
