package cli

import (
	"time"

	"offboard/internal/report"
	"offboard/internal/run"
)

// reportDocument is the result of report.
type reportDocument struct {
	Kind  string     `json:"kind"`  // "report"
	First *time.Time `json:"first"` // null: no line has a time
	Last  *time.Time `json:"last"`
	*report.Summary
	Missing  []string      `json:"missingShards"` // reports of shards that were not named, by the names of the others
	Runs     []runOfReport `json:"runs"`          // whose summaries stand beside the reports
	Next     []string      `json:"next"`
	ExitCode int           `json:"exitCode"`
}

func reportDocumentOf(s *report.Summary, runs []runOfReport) reportDocument {
	d := reportDocument{Kind: "report", Summary: s, Missing: run.MissingShards(s.Reports), Runs: runs, Next: goOn(s), ExitCode: exitFine}
	if len(d.Missing) > 0 {
		d.ExitCode = exitRows
	}
	if !s.First.IsZero() {
		d.First, d.Last = &s.First, &s.Last
	}
	return d
}
