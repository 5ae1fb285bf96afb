package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"

	"offboard/internal/leaver"
	"offboard/internal/run"
	"offboard/internal/view"
)

// pageMaker makes the page of report. One without a path makes none.
type pageMaker struct {
	path string
	page *run.Page
}

// newPageMaker begins a page, before a report is read.
func newPageMaker(a *app, path string, reports, summaries []string) (*pageMaker, error) {
	if path == "" {
		return &pageMaker{}, nil
	}
	page, err := run.NewPage(run.PageSettings{
		Reports: reports, Summaries: summaries, Path: path,
		Made: a.now(), Version: a.buildInfo().version, Words: pageWords(reports[0]), Warnings: missingShards(reports),
	})
	if err != nil {
		return nil, usageError{fmt.Errorf("--html: %w", err)}
	}
	return &pageMaker{path, page}, nil
}

// write writes the page of the reports that a summary is about, and says so: on standard
// output, unless that has a JSON document.
func (m *pageMaker) write(a *app, all *run.Reports, s summaryText, asJSON bool) error {
	if m.page == nil {
		return nil
	}
	for r, err := range all.Rows(a.intake) {
		if err != nil {
			return usageError{explainReports(err)}
		}
		m.page.Add(r)
	}
	m.page.Conclude(s.Summary, s.timelinessFacts())
	size, err := m.page.Write()
	return saidPage(a, m.path, size, err, asJSON)
}

// saidPage says that a page of so many bytes was written: on standard output, unless that has
// a JSON document. It returns the error with which that has failed.
func saidPage(a *app, path string, size int64, err error, asJSON bool) error {
	if err != nil {
		err = fmt.Errorf("--html: %w", err)
		if _, broke := errors.AsType[*view.WriteError](err); broke {
			return err
		}
		return usageError{err}
	}
	text := fmt.Sprintf("Page: %s (%d KB)", nameOf(path), (size+999)/1000)
	if asJSON {
		a.say(slog.LevelInfo, eventLog, text, "page", path, "bytes", size)
		return nil
	}
	_, err = fmt.Fprintln(a.Stdout, text)
	return err
}

// timelinessFacts returns what the text says of how long after their end dates leavers were
// suspended; nothing if nobody has one.
func (s summaryText) timelinessFacts() []view.PageFact {
	t := &s.Timeliness
	if t.Suspended == 0 {
		return nil
	}
	facts := []view.PageFact{
		{Name: "Suspended leavers with an end date", Value: group(t.Suspended)},
		{Name: "Within 24 hours after it had passed", Value: fmt.Sprintf("%s (%s)", percent(t.Within24Hours.Share), group(t.Within24Hours.Leavers))},
		{Name: "Within one business day, Monday to Friday", Value: fmt.Sprintf("%s (%s)", percent(t.WithinBusinessDay.Share), group(t.WithinBusinessDay.Leavers))},
		{Name: "Median delay", Value: lasted(t.MedianSeconds)},
	}
	if l := t.Longest; l != nil && l.Seconds > 0 {
		facts = append(facts, view.PageFact{Name: "Longest delay", Value: fmt.Sprintf("%s, %s in %s", lasted(l.Seconds), l.Ref, l.Place())})
	}
	if t.AlreadyInactive > 0 {
		facts = append(facts, view.PageFact{Name: "Inactive already, since when is not known", Value: group(t.AlreadyInactive)})
	}
	return append(facts, view.PageFact{Name: "Overdue: the end date has passed, and they are not suspended", Value: group(t.Overdue.Leavers)})
}

// pageWords are what a page says about what to do. Some of what the end of a run says
// refers to the text around it, so that a page needs its own words.
func pageWords(reportPath string) view.PageWords {
	w := view.PageWords{Outcomes: maps.Clone(hints), Rest: "the report has all of them", Doubts: map[leaver.Doubt]view.PageDoubtWords{}}
	w.Outcomes[leaver.Held] = fmt.Sprintf(hints[leaver.Held], "offboard plan "+quote(operand(reportPath))) + "."
	w.Outcomes[leaver.Failed] = "the same run with --resume tries again; the report has what the service answered"
	w.Outcomes[leaver.Pending] = "The same run with --resume goes on with these rows."
	for _, kind := range leaver.DoubtKinds() {
		w.Doubts[kind] = doubtWords(run.HeldRows{Doubt: kind})
	}
	return w
}

// doubtWords are what a page says about a kind of doubt.
func doubtWords(h run.HeldRows) view.PageDoubtWords {
	return view.PageDoubtWords{What: doubtTexts[h.Doubt].what, Settle: strings.Join(strings.Fields(settle(h)), " ")}
}
