package run

import (
	"testing"
	"time"

	"offboard/internal/compact"
	"offboard/internal/leaver"
)

func TestWhatALaterFileHasSaidStands(t *testing.T) {
	now := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	line := func(source, endDate string, o leaver.Outcome, doubts ...leaver.Doubt) leaver.Result {
		r := leaver.Result{Row: leaver.NewRow(leaver.Place{Source: source, Row: 2}, "E1", endDate, time.UTC), Outcome: o}
		r.Doubts = leaver.DoubtsOf(doubts...)
		return r
	}
	for name, tt := range map[string]struct {
		lines   []leaver.Result
		row     leaver.Result
		undated bool
		want    leaver.Doubts
	}{
		"nothing was said":            {nil, line("in/1.csv", "2026-01-01", leaver.Pending), false, 0},
		"not due by a later file":     {[]leaver.Result{line("in/2.csv", "2027-01-01", leaver.NotDue)}, line("in/1.csv", "2026-01-01", leaver.Pending), false, leaver.DoubtsOf(leaver.ActiveElsewhere)},
		"that date has passed":        {[]leaver.Result{line("in/2.csv", "2026-11-01", leaver.NotDue)}, line("in/1.csv", "2026-01-01", leaver.Pending), false, 0},
		"not due by an earlier file":  {[]leaver.Result{line("in/2.csv", "2027-01-01", leaver.NotDue)}, line("in/3.csv", "2026-01-01", leaver.Pending), false, 0},
		"the same date":               {[]leaver.Result{line("in/2.csv", "2027-01-01", leaver.NotDue)}, line("in/1.csv", "2027-01-01", leaver.Pending), false, 0},
		"in another folder":           {[]leaver.Result{line("out/2.csv", "2027-01-01", leaver.NotDue)}, line("in/1.csv", "2026-01-01", leaver.Pending), false, 0},
		"held by a later file":        {[]leaver.Result{line("in/2.csv", "", leaver.Held, leaver.StillActive)}, line("in/1.csv", "2026-01-01", leaver.Pending), false, leaver.DoubtsOf(leaver.ActiveElsewhere)},
		"held for its form":           {[]leaver.Result{line("in/2.csv", "2026-01-01", leaver.Held, leaver.OddRef)}, line("in/1.csv", "2026-01-01", leaver.Pending), false, 0},
		"the row itself was held":     {[]leaver.Result{line("in/1.csv", "", leaver.Held, leaver.NoEndDate, leaver.StillActive)}, line("in/1.csv", "", leaver.Pending), false, leaver.DoubtsOf(leaver.NoEndDate)},
		"and nobody needs a date":     {[]leaver.Result{line("in/1.csv", "", leaver.Held, leaver.NoEndDate)}, line("in/1.csv", "", leaver.Pending), true, 0},
		"it has another date now":     {[]leaver.Result{line("in/1.csv", "", leaver.Held, leaver.NoEndDate)}, line("in/1.csv", "2026-01-01", leaver.Pending), false, 0},
		"the last line counts":        {[]leaver.Result{line("in/2.csv", "2027-01-01", leaver.NotDue), line("in/3.csv", "2026-02-01", leaver.Suspended)}, line("in/1.csv", "2026-01-01", leaver.Pending), false, 0},
		"a line about a row does not": {[]leaver.Result{line("in/2.csv", "2027-01-01", leaver.NotDue), line("in/1.csv", "2026-01-01", leaver.Duplicate)}, line("in/1.csv", "2026-01-01", leaver.Pending), false, leaver.DoubtsOf(leaver.ActiveElsewhere)},
	} {
		s := newStatements(compact.NewKeys(), Folders{{Name: "in"}}, now)
		for _, l := range tt.lines {
			s.add(l)
		}
		row := tt.row
		s.doubt(&row, tt.undated)
		if row.Doubts != tt.want || (row.Seen == "") != (tt.want == 0) {
			t.Errorf("%s: got %s (%s), want %s", name, row.Doubts, row.Seen, tt.want)
		}
	}
}
