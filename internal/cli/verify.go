package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kong"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/run"
)

// verifyCommand reads suspended leavers back.
type verifyCommand struct {
	Reports []string `arg:"" name:"report" help:"Reports of runs, CSV or JSON lines."`
	targetFlags
	rateFlag
	paceFlags
	MaxFailures batch.Limit `group:"safety" default:"50%" help:"As in run: stop when so many of the accounts could not be read."`
	Report      string      `group:"report" placeholder:"FILE" help:"Report to write if somebody is active again. Without it, a file in the working directory with the first report's name and .verify.csv."`
	Resume      bool        `group:"report" help:"Add to that report if it exists."`
	JSON        bool        `group:"report" name:"json" help:"Write the result as one JSON document to standard output; docs/schemas describes it."`
	Progress    string      `group:"report" enum:"auto,bar,plain,none" default:"auto" help:"Progress on standard error, as in run."`
}

// Help returns the second part of the help of the command.
func (*verifyCommand) Help() string {
	return "Nothing is changed: accounts are read, by the scope api/read. An HR system that feeds the tenant can bring suspended people back. Those who are active again are written to a report that run takes as its input: it suspends just these. The exit code is 3 if there are any, or if the report of a shard is missing."
}

// Validate checks the flags.
func (c *verifyCommand) Validate() error {
	if c.Report == run.StdinPath {
		return errors.New("--report needs the name of a file, not -")
	}
	return errors.Join(c.rateFlag.Validate(), c.paceFlags.Validate())
}

// Run reads the leavers back, and writes who is active again.
func (c *verifyCommand) Run(a *app, parsed *kong.Context, conf *configuration) error {
	intake, cancel := c.until(a.intake)
	defer cancel()
	t, err := a.target(intake, &c.targetFlags, "api/read")
	if err != nil {
		return err
	}
	defer t.close()
	v, err := run.Verify(intake, a.calls, run.Verifying{
		Reports: c.Reports, Zone: time.UTC, Target: t.word, Report: c.Report, Resume: c.Resume, Now: a.now(),
	}, t.Target, conductOf(a, intake, c.Rate, c.paceFlags, c.MaxFailures, c.Progress))
	if err != nil {
		return c.explain(intake, err)
	}
	result := verifyResult{Verified: v, reports: c.Reports, target: t.name, sandbox: t.sandbox != nil}
	if v.Again.Count > 0 {
		result.next = runCommandFor(a.commandLine(parsed, conf), c.Reports, v.Report)
	}
	var end error
	if v.Again.Count+v.Unsure.Count+v.Changed+len(run.MissingShards(c.Reports)) > 0 {
		end = errRows
	}
	if c.JSON {
		err = writeDocument(a.Stdout, result.document(t.word, end))
	} else {
		_, err = io.WriteString(a.Stdout, wrap(result.text(), widthOf(a.Stdout)))
	}
	return cmp.Or(err, end)
}

// explain adds to an error what a person can do.
func (c *verifyCommand) explain(intake context.Context, err error) error {
	_, failed := errors.AsType[*run.CheckError](err)
	switch {
	case context.Cause(intake) != nil:
		return err
	case failed:
		return explainCheck(err, c.ClientID != "", "api/read")
	}
	return usageError{explainRun(err)}
}

// runCommandFor returns the command that suspends those who are active again.
func runCommandFor(command commandLine, reports []string, report string) commandLine {
	return command.as("run").withInput(reports, report).without("--report", true).without("--resume", false).without("--scope", true)
}

// verifyResult is what verify writes.
type verifyResult struct {
	*run.Verified
	reports []string
	target  string
	sandbox bool
	next    commandLine
}

func (r verifyResult) text() string {
	names := nameOf(r.reports[0])
	if more := len(r.reports) - 1; more > 0 {
		names += " and " + count(more, "more report")
	}
	text := fmt.Appendf(nil, "Read back in %s, by %s: %s\n", printable(r.target, 1000), names, count(r.Leavers, "suspended leaver"))
	for _, line := range []struct {
		n     int
		words string
	}{
		{r.Inactive, "inactive, as they should be"},
		{r.Again.Count, "active again"},
		{r.Gone, "no such user any more, or deleted"},
		{r.Unsure.Count, "not known"},
	} {
		if line.n > 0 {
			text = fmt.Appendf(text, "  %9s  %s\n", group(line.n), line.words)
		}
	}
	if r.sandbox && r.Again.Count > 0 {
		text = append(text, "Each sandbox begins with everybody active, so it has forgotten what a run before did.\n"...)
	}
	text = appendWarnings(text, missingShards(r.reports))
	if r.Changed > 0 {
		text = fmt.Appendf(text, "Warning: %s of the reports changed, so nobody was asked about them\n", verb(r.Changed, "was", "were"))
	}
	text = appendSeen(text, "Active again:", r.Again, func(l leaver.Result) string {
		return fmt.Sprintf("%s on %s", closedWords[l.Outcome], l.FinishedAt.UTC().Format(time.DateOnly))
	})
	text = appendSeen(text, "Not known:", r.Unsure, func(l leaver.Result) string { return printable(l.Reason, 300) })
	if r.Again.Count == 0 {
		return string(text)
	}
	return string(fmt.Appendf(text, "\nReport: %s\nTo suspend %s again: %s\n", nameOf(r.Report), people(r.Again.Count), r.next))
}

// closedWords are the outcomes that verify is about, for people.
var closedWords = map[leaver.Outcome]string{leaver.Suspended: "suspended", leaver.AlreadyInactive: "found inactive"}

// appendSeen writes leavers of one kind.
func appendSeen(text []byte, title string, s run.Seen, what func(leaver.Result) string) []byte {
	if s.Count == 0 {
		return text
	}
	text = fmt.Appendf(text, "\n%s\n", title)
	for _, l := range s.Examples {
		text = fmt.Appendf(text, "  %-24s %s: %s\n", printable(l.Place.String(), 200), printable(l.Ref, 40), what(l))
	}
	if more := s.Count - len(s.Examples); more > 0 {
		text = fmt.Appendf(text, "  … and %s more\n", group(more))
	}
	return text
}
