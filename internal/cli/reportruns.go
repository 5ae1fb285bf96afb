package cli

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"offboard/internal/run"
)

// runOfReport is a run whose summary stands beside the reports: when it was, and by which
// version.
type runOfReport struct {
	Version  string    `json:"version"`
	Host     string    `json:"host"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Tried    int       `json:"tried"`
	ExitCode int       `json:"exitCode"`
	Reason   string    `json:"reason"` // why it stopped early; "": it did not
}

// runsOf returns the runs of summaries, the first one first.
func runsOf(summaries []*run.Summary) []runOfReport {
	runs := []runOfReport{}
	for _, s := range summaries {
		runs = append(runs, runOfReport{s.Tool.Version, s.Host.Name, s.Start, s.End, s.Leavers.Tried, s.Exit.Code, s.Exit.Reason})
	}
	slices.SortStableFunc(runs, func(a, b runOfReport) int { return cmp.Compare(a.Start.UnixNano(), b.Start.UnixNano()) })
	return runs
}

// mostRuns is how many runs the text names.
const mostRuns = 5

// appendRuns writes when the runs were, by which version, and how they ended.
func (s summaryText) appendRuns(text []byte) []byte {
	for i, r := range s.runs {
		if i == mostRuns {
			return fmt.Appendf(text, "  … and %s more\n", count(len(s.runs)-i, "run"))
		}
		text = fmt.Appendf(text, "Run of %s, %s, by offboard %s on %s: %s tried, exit code %d", r.Start.In(s.zone).Format(time.DateTime),
			spell(r.End.Sub(r.Start)), printable(r.Version, 60), printable(r.Host, 80), people(r.Tried), r.ExitCode)
		if r.Reason != "" {
			text = fmt.Appendf(text, " (%s)", printable(r.Reason, 200))
		}
		text = append(text, '\n')
	}
	return text
}
