package cli

import (
	"errors"
	"fmt"
	"iter"
	"log/slog"
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

// newPageMaker begins a page, before a report is read. paths are the arguments of the
// command; those that are no summaries are returned, too.
func newPageMaker(a *app, path string, paths []string) (m *pageMaker, reports []string, err error) {
	var summaries []string
	for _, name := range paths {
		if run.IsSummaryFile(name) {
			summaries = append(summaries, name)
		} else {
			reports = append(reports, name)
		}
	}
	switch {
	case path == "" && len(summaries) > 0:
		return nil, nil, usagef("%s is the summary of a run, which only a page shows; leave it out, or add --html FILE", nameOf(summaries[0]))
	case len(reports) == 0:
		return nil, nil, usagef("%s is the summary of a run, and a page is about a report; name the report of the run, too", nameOf(summaries[0]))
	case path == "":
		return &pageMaker{}, reports, nil
	}
	page, err := run.NewPage(run.PageSettings{
		Reports: reports, Summaries: summaries, Path: path,
		Made: a.now(), Version: a.buildInfo().version, Words: pageWords(reports[0]),
	})
	if err != nil {
		return nil, nil, usageError{fmt.Errorf("--html: %w", err)}
	}
	return &pageMaker{path, page}, reports, nil
}

// watch returns lines that are added to the page as they are read.
func (m *pageMaker) watch(lines iter.Seq2[leaver.Result, error]) iter.Seq2[leaver.Result, error] {
	if m.page == nil {
		return lines
	}
	return func(yield func(leaver.Result, error) bool) {
		for r, err := range lines {
			if err == nil {
				m.page.Add(r)
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// write writes the page, and says so: on standard output, unless that has a JSON document.
func (m *pageMaker) write(a *app, asJSON bool) error {
	if m.page == nil {
		return nil
	}
	size, err := m.page.Write()
	if err != nil {
		err = fmt.Errorf("--html: %w", err)
		if _, broke := errors.AsType[*view.PageFileError](err); broke {
			return err
		}
		return usageError{err}
	}
	text := fmt.Sprintf("Page: %s (%d KB)", nameOf(m.path), (size+999)/1000)
	if asJSON {
		a.say(slog.LevelInfo, eventLog, text, "page", m.path, "bytes", size)
		return nil
	}
	_, err = fmt.Fprintln(a.Stdout, text)
	return err
}

// pageWords are what a page says about what to do. Some of what the end of a run says
// refers to the text around it, so that a page needs its own words.
func pageWords(reportPath string) view.PageWords {
	w := view.PageWords{Outcomes: map[leaver.Outcome]string{}, Doubts: map[leaver.Doubt]view.PageDoubtWords{}}
	for o, hint := range hints {
		w.Outcomes[o] = hint
	}
	w.Outcomes[leaver.Held] = fmt.Sprintf(hints[leaver.Held], "offboard plan "+quote(operand(reportPath))) + "."
	w.Outcomes[leaver.Failed] = "the same run with --resume tries again; the report has what the service answered"
	w.Outcomes[leaver.Pending] = "The same run with --resume goes on with these rows."
	for _, kind := range leaver.DoubtKinds() {
		settle := settle(run.HeldRows{Doubt: kind})
		w.Doubts[kind] = view.PageDoubtWords{What: doubtTexts[kind].what, Settle: strings.Join(strings.Fields(settle), " ")}
	}
	return w
}
