package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
)

func TestARowThatAReportCallsADuplicateNeedsItsOriginal(t *testing.T) {
	line := func(row int, ref string, o leaver.Outcome) leaver.Result {
		return leaver.Result{Row: leaver.NewRow(leaver.Place{Source: "in.csv", Row: row}, ref, "2024-06-30", time.UTC), Outcome: o}
	}
	excluded := func(r leaver.Result) leaver.Result {
		r.Excluded = "on a list"
		return r
	}
	tests := []struct {
		name string
		rows []leaver.Result
		want string
	}{
		{"its original is done", []leaver.Result{line(2, "a", leaver.Suspended), line(3, "a", leaver.Duplicate)}, "2 suspended, 3 duplicate"},
		{"its original is still to be done", []leaver.Result{line(2, "a", leaver.Failed), line(3, "a", leaver.Duplicate)}, "2 pending, 3 duplicate"},
		{"it is before its original", []leaver.Result{line(3, "a", leaver.Duplicate), line(2, "a", leaver.Failed)}, "3 duplicate, 2 pending"},
		{"two of them are before it", []leaver.Result{line(3, "a", leaver.Duplicate), line(4, "a", leaver.Duplicate), line(2, "a", leaver.Pending)}, "3 duplicate, 4 duplicate, 2 pending"},
		{"it is before its original, which is done", []leaver.Result{line(3, "a", leaver.Duplicate), line(2, "a", leaver.Suspended)}, "3 duplicate, 2 suspended"},
		{"the ref of its original was corrected", []leaver.Result{line(2, "b", leaver.Failed), line(3, "a", leaver.Duplicate)}, "2 pending, 3 pending"},
		{"its original cannot be used", []leaver.Result{line(2, "a", leaver.Invalid), line(3, "a", leaver.Duplicate)}, "2 invalid, 3 duplicate"},
		{"it is before its original, which cannot be used", []leaver.Result{line(3, "a", leaver.Duplicate), line(2, "a", leaver.Invalid)}, "3 duplicate, 2 invalid"},
		{"its original is excluded", []leaver.Result{excluded(line(2, "a", leaver.Excluded)), line(3, "a", leaver.Duplicate)}, "2 excluded, 3 duplicate"},
		{"its original was removed", []leaver.Result{line(3, "a", leaver.Duplicate), line(4, "a", leaver.Duplicate)}, "3 pending, 4 duplicate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := New(Options{Now: time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)}, ledger.New())
			for _, r := range tt.rows {
				p.Add(r)
			}
			rows := func(yield func(leaver.Result, error) bool) {
				for _, r := range tt.rows {
					if !yield(r, nil) {
						return
					}
				}
			}
			var got []string
			for d, err := range p.Tasks(rows) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%d %s", d.Place.Row, d.Outcome))
			}
			if s := strings.Join(got, ", "); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
		})
	}
}
