package view

import "offboard/internal/leaver"

// column is a column of a sheet of lines.
type column struct {
	title string
	width float64                  // in characters
	style int                      // of its cells
	cell  func(*leaver.Result) any // nil: the cell stays empty
}

// reasonWidth is the width of the column that has long texts.
const reasonWidth = 80

// columnsOf returns the columns, in the order in which a report has them, with those that
// it keeps behind them. The check of a report is left out: it is for a run that reads the
// report, and a workbook is none.
func columnsOf(s *styles, kept []string) []column {
	columns := []column{
		{"Ref", 22, s.text, func(r *leaver.Result) any { return text(r.Ref) }},
		{"End date (times in UTC)", 28, s.day, s.endDate},
		{"Outcome", 16, s.text, func(r *leaver.Result) any { return text(string(r.Outcome)) }},
		{"Source", 28, s.text, func(r *leaver.Result) any { return text(r.Source) }},
		{"Row", 10, s.number, func(r *leaver.Result) any { return r.Row.Place.Row }},
		{"HTTP status", 14, s.number, func(r *leaver.Result) any { return number(r.HTTPStatus) }},
		{"Attempts", 12, s.number, func(r *leaver.Result) any { return r.Attempts }},
		{"Duration (ms)", 16, s.number, func(r *leaver.Result) any { return int(r.Duration.Milliseconds()) }},
		{"Finished at (UTC)", 21, s.moment, func(r *leaver.Result) any { return s.momentCell(r.FinishedAt) }},
		{"Request ID", 26, s.text, func(r *leaver.Result) any { return text(r.RequestID) }},
		{"Reason", reasonWidth, s.long, func(r *leaver.Result) any { return text(r.Reason) }},
		{"Target", 32, s.text, func(r *leaver.Result) any { return text(r.Target) }},
	}
	for i, name := range kept {
		columns = append(columns, column{name, 24, s.text, func(r *leaver.Result) any {
			if i >= len(r.Kept) {
				return nil
			}
			return text(r.Kept[i])
		}})
	}
	return columns
}
