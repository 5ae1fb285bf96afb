package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/alecthomas/kong"

	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/run"
	"offboard/internal/table"
)

// Run plans, asks, suspends and reports.
func (c *runCommand) Run(a *app, parsed *kong.Context, conf *configuration) (err error) {
	intake := a.intake
	if c.Deadline > 0 {
		var cancel context.CancelFunc
		intake, cancel = context.WithTimeoutCause(intake, c.Deadline, run.ErrDeadline)
		defer cancel()
	}
	target, err := a.target(&c.targetFlags)
	if err != nil {
		return err
	}
	defer target.close()
	r, err := run.Prepare(intake, a.runSettings(&c.inputFlags, &c.planFlags, target.word))
	if err != nil {
		return usageError{explainRun(err)}
	}
	defer func() { err = joinClose(err, r.Close()) }()
	if err := c.confirm(a, r, target); err != nil {
		return err
	}
	return c.carryOut(a, intake, r, target, c.resume(a.commandLine(parsed, conf), r))
}

// confirm checks the plan, shows it, and asks a person to confirm it.
func (c *runCommand) confirm(a *app, r *run.Run, t *target) error {
	if err := r.CheckMax(); err != nil {
		return usageError{explainRun(err)}
	}
	held, err := r.Held(a.intake, heldExamples)
	if err != nil {
		return usageError{err}
	}
	writeOutline(a.stderr, widthOf(a.Stderr), outline{run: r, held: held, rate: c.Rate, first: c.First, target: t.name})
	a.stderr.println("")
	leavers := r.Leavers(c.First)
	if leavers == 0 || c.Yes || t.sandbox != nil {
		return nil
	}
	return a.confirm(leavers, r.Totals[leaver.Held], t.name)
}

// carryOut carries out the plan and writes the result. resume is the command that
// resumes the run.
func (c *runCommand) carryOut(a *app, intake context.Context, r *run.Run, t *target, resume commandLine) error {
	if torn, path := r.Torn(); torn > 0 {
		a.log.Warn("the last line of the report is incomplete: it is moved to another file, and its row is done again", "report", r.ReportPath, "bytes", torn, "file", path)
	}
	ended, err := r.CarryOut(intake, a.calls, t.Target, run.Conduct{
		Rate:        c.Rate,
		Concurrency: c.Concurrency,
		MaxAttempts: c.MaxAttempts,
		MaxFailures: c.MaxFailures,
		MaxOutage:   c.MaxOutage,
		First:       c.First,
		Timeout:     c.Timeout,
		Show:        func(p *run.Progress) (stop func()) { return a.show(p, c.Progress) },
		Now:         a.now,
		Jitter:      a.jitter,
		Log:         a.log,
	})
	if !ended.Began() {
		return notBegun(err, r.ReportPath)
	}
	err = explainRun(err)
	runResult{
		Ending: ended, concurrency: c.Concurrency, report: r.ReportPath, leftover: r.Leftover,
		tolerate: c.Tolerate, resume: resume, resumed: c.Resume,
	}.write(a.Stdout, err)
	_, bad := tolerance(c.Tolerate).of(ended.Rows, ended.Known)
	if c.First > 0 {
		bad -= ended.Rows[leaver.Pending] // they are not a part of this run
	}
	if err == nil && bad > 0 {
		return errRows
	}
	return err
}

// notBegun returns the error of a command whose run could not begin: nothing was sent.
func notBegun(err error, path string) error {
	_, target := errors.AsType[*run.TargetError](err)
	switch {
	case target:
		return usageError{err}
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
	if !c.Resume {
		command = command.with("--resume")
	}
	return command
}
