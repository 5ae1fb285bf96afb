package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"offboard/internal/batch"
	"offboard/internal/report"
	"offboard/internal/run"
)

// summaryFlag names the document about a run.
type summaryFlag struct {
	Summary string `group:"report" placeholder:"FILE" help:"JSON file that gets what the run was and did, for evidence: version, inputs and report with their SHA-256, settings, counts, times, exit code, and the pace and the answers over time. It has no refs and no secrets. A summary that is there is replaced, any other file is refused."`
}

// Validate checks the flag.
func (f *summaryFlag) Validate() error {
	if f.Summary == run.StdinPath {
		return errors.New("--summary needs the name of a file, not -: standard output has the result; name a file, such as --summary leavers.summary.json")
	}
	return nil
}

// evidence is the summary of a run in the making. Without a path there is none.
type evidence struct {
	path    string       // "": it is not written to a file
	wanted  bool         // somebody gets it
	summary *run.Summary // nil until the run is about to begin
	ending  *run.Ending  // nil if the run did not begin
}

// check fails if no summary can be written to its path. It is asked before anything is
// sent, also to ask the tenant.
func (e *evidence) check(c *runCommand, r *run.Run) error {
	if e.path == "" {
		return nil
	}
	before := ""
	if c.asks() {
		before = c.checking(r).Before
	}
	if err := run.CheckSummaryPath(r, e.path, before); err != nil {
		return usagef("--summary: %w; name another file; nothing was sent", err)
	}
	return nil
}

// begin starts the summary of a run that is about to begin. t is what the tenant says; nil
// if it was not asked.
func (e *evidence) begin(ctx context.Context, a *app, parsed *kong.Context, r *run.Run, first int, t *run.Tenant) error {
	if !e.wanted {
		return nil
	}
	s, err := run.NewSummary(ctx, r, first)
	if err != nil {
		return usageError{explainRun(err)}
	}
	s.Tool, s.Host, s.Settings = a.buildInfo().tool(), host(), allSettings(parsed)
	if t != nil {
		s.Tenant = &run.TenantFigures{Leavers: t.Leavers, ActiveUsers: t.People.Active, Whole: t.People.Whole}
		s.Tenant.Is, s.Tenant.NotKnown = classesOf(t)
	}
	e.summary = s
	return nil
}

// tool returns what this program is, as a summary says it.
func (b build) tool() run.Tool {
	return run.Tool{Version: b.version, Commit: b.commit, Go: runtime.Version()}
}

// host returns what this machine is.
func host() run.Host {
	name, _ := os.Hostname() // "": the system does not tell
	return run.Host{Name: name, OS: runtime.GOOS, Arch: runtime.GOARCH}
}

// allSettings returns all flags of a command with their values as they are typed, wherever
// they were set. Those that have their default are left out. No flag has a secret as its
// value, unless somebody has mistaken it for the name of a file; an address can have one in it.
func allSettings(parsed *kong.Context) map[string]string {
	settings := map[string]string{}
	for _, flag := range parsed.Flags() {
		text := settingOf(flag)
		mistaken := slices.Contains(secretFlags, flag.Name) && !looksLikePath(text)
		isDefault := text == "" || strings.EqualFold(text, flag.Default) // a level is written in capitals
		if configurable(flag) && !isDefault && !mistaken {
			settings[flag.Name] = hidden(flag.Name, text)
		}
	}
	return settings
}

// ended takes what a run has done, while no other run can write its report.
func (e *evidence) ended(a *app, r *run.Run, result runResult) {
	if e.summary == nil {
		return
	}
	e.ending = &result.Ending
	if err := e.summary.Finish(r, result.Ending); err != nil {
		a.log.Warn("the summary has no SHA-256 of the report, which cannot be read: " + err.Error())
	}
	e.summary.Rows.Tolerated, _ = result.tolerate.of(result.Rows, result.Known)
}

// write writes the summary of a run that ended with err, which it returns. If the summary
// cannot be written, that is the error of a run that would have finished: somebody who
// counts on the file has to learn of it. A run that has stopped keeps its error, because
// that says how to go on.
func (e *evidence) write(a *app, err error) error {
	if e.ending == nil {
		return err
	}
	e.summary.Exit = exitOf(err, e.ending)
	if e.path == "" {
		return err
	}
	failed := e.summary.Write(e.path)
	if failed == nil {
		return err
	}
	failed = fmt.Errorf("the summary %s cannot be written: %w; the report is not affected", nameOf(e.path), failed)
	if code := exitCode(err); code == exitFine || code == exitRows {
		return failed
	}
	a.log.Warn(failed.Error())
	return err
}

// The words of a summary for why a run stopped.
const (
	causeInterrupted = "interrupted"
	causeDeadline    = "deadline"
	causeFailures    = "failures"
	causeNobody      = "nobodySuspended"
	causeOutage      = "outage"
	causeLater       = "later"
	causeRefused     = "refused"
	causeReport      = "report"
	causeUsage       = "usage" // these two are of a run that did not begin
	causeLocked      = "locked"
	causeError       = "error"
)

// exitOf returns how a run ended: without a text of the service, and without one about a
// row, because these can have a ref in them. ending is nil if the run did not begin.
func exitOf(err error, ending *run.Ending) run.Exit {
	exit := run.Exit{Code: exitCode(err)}
	var unrecorded error
	if ending != nil {
		unrecorded = ending.Unrecorded
	}
	switch exit.Code {
	case exitFine, exitRows:
	case exitUsage:
		exit.Cause, exit.Reason = causeUsage, "the run was refused before its first call; standard error says why"
	case exitLocked:
		exit.Cause, exit.Reason = causeLocked, report.ErrLocked.Error()
	default:
		exit.Cause, exit.Reason = causeOf(err, unrecorded)
	}
	return exit
}

// causeOf returns why a run stopped, as a word and in words. unrecorded is why its report
// could not be written; nil if it could.
func causeOf(err, unrecorded error) (word, reason string) {
	failures, isFailures := errors.AsType[*batch.TooManyFailuresError](err)
	nobody, isNobody := errors.AsType[*batch.NobodySuspendedError](err)
	outage, isOutage := errors.AsType[*batch.OutageError](err)
	later, isLater := errors.AsType[*batch.LaterError](err)
	forbidden, isForbidden := errors.AsType[*batch.ForbiddenError](err)
	switch {
	case errors.Is(err, ErrInterrupted):
		return causeInterrupted, "a signal has ended the run"
	case errors.Is(err, run.ErrDeadline):
		return causeDeadline, run.ErrDeadline.Error()
	case isFailures:
		return causeFailures, failures.Error()
	case isNobody:
		return causeNobody, nobody.Error()
	case isOutage:
		o := outage.Outage
		return causeOutage, fmt.Sprintf("the service has answered nobody for %s, since %s", o.Until.Sub(o.Since).Round(time.Second), o.Since.UTC().Format(time.RFC3339))
	case isLater:
		return causeLater, "the service takes no more requests until " + later.Until.UTC().Format(time.RFC3339)
	case isForbidden:
		return causeRefused, fmt.Sprintf("the service forbids to suspend %d leavers, one after the other", forbidden.Leavers)
	case errors.Is(err, batch.ErrRefused):
		return causeRefused, batch.ErrRefused.Error()
	case unrecorded != nil:
		return causeReport, unrecorded.Error()
	}
	return causeError, "an error that standard error has"
}
