package cli

import (
	"time"

	"offboard/internal/report"
)

// reportDocument is the result of report.
type reportDocument struct {
	Kind  string     `json:"kind"`  // "report"
	First *time.Time `json:"first"` // null: no line has a time
	Last  *time.Time `json:"last"`
	*report.Summary
	Runs     []runOfReport `json:"runs"` // whose summaries stand beside the reports
	Next     []string      `json:"next"`
	ExitCode int           `json:"exitCode"`
}

func reportDocumentOf(s *report.Summary, runs []runOfReport) reportDocument {
	d := reportDocument{Kind: "report", Summary: s, Runs: runs, Next: goOn(s), ExitCode: exitFine}
	if !s.First.IsZero() {
		d.First, d.Last = &s.First, &s.Last
	}
	return d
}
