package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/run"
)

// reportCommand summarises reports.
type reportCommand struct {
	Reports  []string     `arg:"" name:"report" help:"Reports to summarise, CSV or JSON lines, and perhaps the summaries of their runs (--summary). Several reports are read as one."`
	All      bool         `help:"List every row that is not fine, after the summary."`
	Rows     []outcomeRow `placeholder:"OUTCOME" help:"Write only the rows with these outcomes, as a CSV report that run takes as its input. Repeat the flag, or write a comma between outcomes."`
	JSON     bool         `name:"json" help:"Print the summary as one JSON document."`
	HTML     string       `name:"html" placeholder:"FILE" help:"Also write a page for people: one HTML file that needs no network. FILE ends in .html and must not exist. With the files of run --summary among the reports it also shows the settings and the pace of these runs."`
	Timezone input.Zone   `default:"UTC" help:"IANA time zone of dates that have no time zone, and of the business days: as in run."`
	XLSX     string       `name:"xlsx" placeholder:"FILE" help:"Also write a workbook for people: refs as text, dates as dates, and a sheet for each outcome that needs somebody. FILE ends in .xlsx and must not exist."`
}

// Help returns the second part of the help of the command.
func (*reportCommand) Help() string {
	return "The summary says what became of whom, what to do about every row that is not fine, how long after their end dates leavers were suspended, and who is overdue. Business days are Monday to Friday. The exit code is 0 whatever the rows say, and 3 if the report of a shard is missing: among ledger.01-of-10.csv and others of its name there should be ten."
}

// outcomeRow is a value of --rows.
type outcomeRow leaver.Outcome

// UnmarshalText reads the name of an outcome.
func (o *outcomeRow) UnmarshalText(text []byte) error {
	outcome, known := leaver.ParseOutcome(strings.TrimSpace(string(text)))
	if !known {
		return fmt.Errorf("%q is not an outcome; the outcomes are %s%s", text, enumerateOutcomes(leaver.Outcomes()), didYouMean(string(text), leaver.Outcomes()))
	}
	*o = outcomeRow(outcome)
	return nil
}

// enumerateOutcomes joins outcomes as in "a, b and c".
func enumerateOutcomes(outcomes []leaver.Outcome) string {
	names := make([]string, len(outcomes))
	for i, o := range outcomes {
		names[i] = string(o)
	}
	return enumerate(names)
}

// Validate checks the flags.
func (c *reportCommand) Validate() error {
	switch {
	case len(c.Rows) > 0 && c.JSON:
		return errors.New("--rows writes CSV, so it cannot be combined with --json; leave one of them out")
	case len(c.Rows) > 0 && c.All:
		return errors.New("--rows writes only these rows, so it cannot be combined with --all; leave one of them out")
	case len(c.Rows) > 0 && c.XLSX != "":
		return errors.New("--rows writes only these rows, so it cannot be combined with --xlsx; leave one of them out")
	case len(c.Rows) > 0 && c.HTML != "":
		return errors.New("--rows writes only these rows, so it cannot be combined with --html; leave one of them out")
	case c.JSON && c.All:
		return errors.New("--all lists rows as text, so it cannot be combined with --json; leave one of them out")
	}
	return nil
}

// Run prints the summary, or the rows of --rows.
func (c *reportCommand) Run(a *app) error {
	var summaries []string
	if c.Reports, summaries = run.SplitSummaries(c.Reports); len(c.Reports) == 0 {
		return usagef("%s is the summary of a run; name its report, too", nameOf(summaries[0]))
	}
	page, err := newPageMaker(a, c.HTML, c.Reports, summaries)
	if err != nil {
		return err
	}
	if err := writeWorkbook(a, c.XLSX, c.Reports, c.JSON); err != nil {
		return err
	}
	all, err := run.OpenReports(a.intake, c.Reports, c.Timezone.Location, "")
	if err != nil {
		return usageError{explainReports(err)}
	}
	if len(c.Rows) > 0 {
		err = c.writeRows(a, all)
	} else {
		err = c.summarise(a, all, summaries, page)
	}
	if err = errors.Join(err, all.Close()); err != nil {
		return err
	}
	return c.sayMissing(a)
}

// sayMissing warns of reports of shards that were not named. Where that is a part of the
// summary already, it only returns the error.
func (c *reportCommand) sayMissing(a *app) error {
	missing := missingShards(c.Reports)
	if len(missing) == 0 {
		return nil
	}
	if len(c.Rows) > 0 || c.JSON {
		a.say(slog.LevelWarn, eventWarning, "Warning: "+missing[0])
	}
	return errRows
}

// explainReports adds to an error about reports that are read what a person can do.
func explainReports(err error) error {
	if other, ok := errors.AsType[*report.TargetError](err); ok && other.From != "" {
		return fmt.Errorf("%w; summarise them one by one", err)
	}
	if errors.Is(err, report.ErrNoTime) {
		return fmt.Errorf("%w; give the original reports, or only one", err)
	}
	return err
}

// writeRows writes the rows of --rows. A file or a pipe gets every character as it is in the
// reports, because a run reads it; a terminal only what is safe to show.
func (c *reportCommand) writeRows(a *app, all *run.Reports) error {
	outcomes := make([]leaver.Outcome, len(c.Rows))
	for i, o := range c.Rows {
		outcomes[i] = leaver.Outcome(o)
	}
	out := &watchedWriter{w: a.Stdout}
	if _, isTerminal := terminalFile(a.Stdout); !isTerminal {
		out.w = innermost(a.Stdout).(io.Writer)
	}
	err := all.Copy(a.intake, out, outcomes)
	if err == nil || out.err != nil {
		return err
	}
	return usageError{explainReports(err)}
}

// watchedWriter keeps the error of a stream apart from those of what is written to it.
type watchedWriter struct {
	w   io.Writer
	err error
}

func (w *watchedWriter) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	w.err = err
	return n, err
}

// summarise prints the summary.
func (c *reportCommand) summarise(a *app, all *run.Reports, summaries []string, page *pageMaker) error {
	s, err := all.Summary(a.intake, c.Reports, c.Timezone.Location, a.now())
	if err != nil {
		return usageError{explainReports(err)}
	}
	read, err := run.ReadSummaries(summaries, s.Target)
	if err != nil {
		return usageError{err}
	}
	summary := summaryText{s, c.Timezone.Location, runsOf(read)}
	if err := page.write(a, all, summary, c.JSON); err != nil {
		return err
	}
	if c.JSON {
		return writeDocument(a.Stdout, reportDocumentOf(s, summary.runs))
	}
	width := widthOf(a.Stdout)
	text := wrap(summary.text(), width)
	if !c.All {
		text += more(s)
	}
	if _, err := io.WriteString(a.Stdout, text); err != nil || !c.All {
		return err
	}
	if s.Outcomes.Fine() {
		return nil
	}
	return listNotFine(a.intake, a.Stdout, width, all)
}

// listNotFine lists every row that is not fine.
func listNotFine(ctx context.Context, w io.Writer, width int, all *run.Reports) error {
	if _, err := io.WriteString(w, "\nAll rows that are not fine:\n"); err != nil {
		return err
	}
	for r, err := range all.Rows(ctx) {
		if err != nil {
			return usageError{explainReports(err)}
		}
		if r.Outcome.Fine() {
			continue
		}
		text := fmt.Sprintf("  %-24s %-11s %s", printable(r.Place.String(), 200), r.Outcome, printable(r.Ref, 120))
		text = strings.TrimRight(text, " ") + "\n"
		reason := printable(r.Reason, 600)
		if r.RequestID != "" {
			reason += " (request " + printable(r.RequestID, 130) + ")"
		}
		if reason != "" {
			text += wrap("      "+strings.TrimSpace(reason)+"\n", width)
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}
