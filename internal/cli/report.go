package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"offboard/internal/report"
	"offboard/internal/run"
)

// reportCommand summarises reports.
type reportCommand struct {
	Reports []string `arg:"" name:"report" help:"Reports to summarise, CSV or JSON lines; with --html also summaries of their runs."`
	JSON    bool     `help:"Print the summary as JSON."`
	HTML    string   `name:"html" placeholder:"FILE" help:"Also write a page for people: one HTML file that needs no network. FILE ends in .html and must not exist. With the files of run --summary among the reports it also shows the settings and the pace of these runs."`
}

// Run prints the summary.
func (c *reportCommand) Run(a *app) error {
	page, reports, err := newPageMaker(a, c.HTML, c.Reports)
	if err != nil {
		return err
	}
	s := report.NewSummary()
	if err := add(a.intake, s, reports, page); err != nil {
		return usageError{err}
	}
	if err := page.write(a, c.JSON); err != nil {
		return err
	}
	if c.JSON {
		return writeDocument(a.Stdout, s)
	}
	_, err = a.Stdout.Write(summaryText(s))
	return err
}

// add reads reports, and adds their lines to the summary and the page.
func add(ctx context.Context, s *report.Summary, reports []string, page *pageMaker) error {
	all, err := run.OpenReports(ctx, reports, time.UTC, "")
	if err != nil {
		return err
	}
	return errors.Join(s.Add(reports, page.watch(all.Lines(ctx))), all.Close())
}

// summaryText returns a summary as text.
func summaryText(s *report.Summary) []byte {
	var text []byte
	for _, name := range s.Reports {
		text = fmt.Appendf(text, "%s\n", nameOf(name))
	}
	text = fmt.Appendf(text, "%s, %s fine\n", count(s.Rows, "row"), group(fine(s.Outcomes)))
	text = appendTally(text, s.Outcomes)
	if !s.First.IsZero() {
		text = fmt.Appendf(text, "From %s to %s\n", s.First.Format(time.DateTime), s.Last.Format(time.DateTime)+" UTC")
		text = fmt.Appendf(text, "%s in %s at work", count(s.Requests, "request"), spell(time.Duration(s.Seconds*float64(time.Second))))
		if s.Pace > 0 {
			text = fmt.Appendf(text, ", %.1f leavers per second", s.Pace)
		}
		text = append(text, '\n')
	}
	return appendFailures(text, s)
}

// appendFailures writes the largest groups of failures, with an example of each.
func appendFailures(text []byte, s *report.Summary) []byte {
	const most = 10
	if len(s.Failures) == 0 {
		return text
	}
	text = fmt.Appendf(text, "\nFailures, each kind with one example:\n")
	rest := s.Ungrouped
	for i, f := range s.Failures {
		if i >= most {
			rest += f.Count
			continue
		}
		text = fmt.Appendf(text, "  %9s  %s: %s\n", group(f.Count), f.Outcome, printable(f.Message, 600))
		text = fmt.Appendf(text, "             such as %s in %s:%d", printable(f.Example.Ref, 120), printable(f.Example.Source, 200), f.Example.Row)
		if f.Example.RequestID != "" {
			text = fmt.Appendf(text, ", request %s", printable(f.Example.RequestID, 130))
		}
		text = append(text, '\n')
	}
	if rest > 0 {
		text = fmt.Appendf(text, "  %9s  of other kinds; --json shows more\n", group(rest))
	}
	return text
}
