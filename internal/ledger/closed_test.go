package ledger

import (
	"testing"
	"time"

	"offboard/internal/leaver"
)

// TestALaterLineOfAnotherReportReopensAnEndDate takes what a report among the inputs says
// later than the ledger.
func TestALaterLineOfAnotherReportReopensAnEndDate(t *testing.T) {
	line := func(ref, date string, o leaver.Outcome) leaver.Result {
		d, err := leaver.ParseEndDate(date, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		return leaver.Result{Row: leaver.Row{Leaver: leaver.Leaver{Ref: ref, EndDate: d}, Place: leaver.Place{Source: "in", Row: 2}}, Outcome: o}
	}
	const first, second = "2024-06-30", "2024-07-31"
	tests := map[string]struct {
		lines  []leaver.Result
		reopen leaver.Result
		done   map[string]leaver.Outcome // end dates that are closed after it
	}{
		"the end date of the last line": {
			lines:  []leaver.Result{line("a", first, leaver.Suspended)},
			reopen: line("a", first, leaver.Pending),
		},
		"an earlier end date": {
			lines:  []leaver.Result{line("a", first, leaver.AlreadyInactive), line("a", second, leaver.Suspended)},
			reopen: line("a", first, leaver.Pending),
			done:   map[string]leaver.Outcome{second: leaver.Suspended},
		},
		"another end date": {
			lines:  []leaver.Result{line("a", first, leaver.Suspended)},
			reopen: line("a", second, leaver.Pending),
			done:   map[string]leaver.Outcome{first: leaver.Suspended},
		},
		"another leaver": {
			lines:  []leaver.Result{line("a", first, leaver.Suspended)},
			reopen: line("b", first, leaver.Pending),
			done:   map[string]leaver.Outcome{first: leaver.Suspended},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := New()
			for _, r := range tt.lines {
				l.Add(r)
			}
			l.Reopen(tt.reopen)
			for _, date := range []string{first, second} {
				if o, _ := l.Done(l.Keys.Of("a"), line("a", date, "").EndDate.Key()); o != tt.done[date] {
					t.Errorf("%s is closed by %q, want %q", date, o, tt.done[date])
				}
			}
			for s := range l.Unfinished() {
				t.Errorf("%+v is unfinished, and the input says that", s)
			}
		})
	}
}
