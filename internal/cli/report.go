package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/table"
)

// reportCommand sums up reports.
type reportCommand struct {
	Reports []string `arg:"" name:"report" help:"Reports to sum up, in either format."`
	JSON    bool     `help:"Print the summary as JSON."`
}

// Run prints the summary.
func (c *reportCommand) Run(a *app) error {
	s := report.NewSummary()
	for _, path := range c.Reports {
		if err := c.add(s, path); err != nil {
			return usageError{err}
		}
	}
	if c.JSON {
		e := json.NewEncoder(a.Stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(s)
	}
	_, err := a.Stdout.Write(summaryText(s))
	return err
}

func (c *reportCommand) add(s *report.Summary, path string) error {
	r, err := openToRead(path, time.UTC)
	if err != nil {
		return err
	}
	defer r.close()
	return s.Add(path, r.Standing())
}

// readReport is a report that is only read.
type readReport struct {
	*report.Reader
	file *input.Source
}

// openToRead opens a report that nobody is going to write.
func openToRead(path string, zone *time.Location) (*readReport, error) {
	file, err := input.Open(path, input.Options{})
	if err != nil {
		return nil, err
	}
	r, err := reportOf(file, zone)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &readReport{r, file}, nil
}

// reportOf reads an input as a report.
func reportOf(s *input.Source, zone *time.Location) (*report.Reader, error) {
	text := s.Reader()
	f, err := table.FileOf(s.Name, text, text.Size())
	if err != nil {
		return nil, err
	}
	return report.NewReader(f, zone)
}

// lines are those of the report; a nil one has none.
func (r *readReport) lines() iter.Seq2[leaver.Result, error] {
	if r == nil {
		return func(func(leaver.Result, error) bool) {}
	}
	return r.Lines()
}

func (r *readReport) close() {
	if r != nil {
		_ = r.file.Close() // was only read
	}
}

// examples is how many groups of failures the text shows.
const examples = 10

func summaryText(s *report.Summary) []byte {
	var text []byte
	for _, name := range s.Reports {
		text = fmt.Appendf(text, "%s\n", name)
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
	if len(s.Failures) == 0 {
		return text
	}
	text = fmt.Appendf(text, "\nFailures, each kind with one example:\n")
	rest := s.Ungrouped
	for i, f := range s.Failures {
		if i >= examples {
			rest += f.Count
			continue
		}
		text = fmt.Appendf(text, "  %9s  %s: %s\n", group(f.Count), f.Outcome, visible(f.Message, 600))
		text = fmt.Appendf(text, "             such as %s in %s:%d", visible(f.Example.Ref, 120), visible(f.Example.Source, 200), f.Example.Row)
		if f.Example.RequestID != "" {
			text = fmt.Appendf(text, ", request %s", visible(f.Example.RequestID, 130))
		}
		text = append(text, '\n')
	}
	if rest > 0 {
		text = fmt.Appendf(text, "  %9s  of other kinds; --json lists more\n", group(rest))
	}
	return text
}
