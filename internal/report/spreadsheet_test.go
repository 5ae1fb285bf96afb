package report

import (
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// spreadsheetResults are the results in testdata/spreadsheet/original.csv, with the
// columns Name and Email.
func spreadsheetResults() []leaver.Result {
	var all []leaver.Result
	for i, r := range []struct {
		ref, endDate string
		outcome      leaver.Outcome
		status       int
		reason       string
		name, email  string
	}{
		{"00417", "2024-06-30", leaver.Suspended, 200, "", "Turing, Alan", "alan@example.com"},
		{"1002", "2024-06-30", leaver.Suspended, 200, "", "Lovelace, Ada", "ada@example.com"},
		{"E1003", "", leaver.Suspended, 200, "", "Müller, Jörg", "joerg@example.com"},
		{"12345678901234567890", "2024-06-30", leaver.Suspended, 200, "", "Hopper, Grace", "grace@example.com"},
		{"=1+2", "2024-06-30", leaver.NotFound, 404, "404 Not Found: no such user", "Noether, Emmy", "=HYPERLINK(\"http://example.com\")"},
		{"-5", "", leaver.Failed, 503, "503 Service Unavailable", "'Apostrophe", "-"},
		{"E1007", "2024-06-30T17:00:00+02:00", leaver.Pending, 0, "", "Curie, Marie", "+44 20 7946 0000"},
		{"E1008", "2030-01-31", leaver.NotDue, 0, "the end date 2030-01-31 has not passed", "Meitner, Lise", "lise@example.com"},
		{"0815", "", leaver.Pending, 0, "", "Zuse, Konrad", "konrad@example.com"},
		{"E1010", "", leaver.Held, 0, "odd-ref: \"E1010\" is a word among numbers", "", ""},
		{"3-4", "", leaver.Suspended, 200, "", "Date, Like", "1e5"},
		{"1E5", "2024-06-30", leaver.Suspended, 200, "", "Number, Like", "true"},
	} {
		result := leaver.Result{
			Row:     leaver.NewRow(leaver.Place{Source: "leavers.csv", Row: i + 2}, r.ref, r.endDate, time.UTC),
			Outcome: r.outcome, HTTPStatus: r.status, Reason: r.reason, Target: target,
			FinishedAt: time.Date(2024, 7, 1, 12, 0, i, 250e6, time.UTC),
		}
		if r.status > 0 {
			result.Attempts, result.Duration, result.RequestID = 1, 84*time.Millisecond, "0f8fad5b-d9cb-469f-a165-70867728950e"
		}
		result.Kept = []string{r.name, r.email}
		all = append(all, result)
	}
	return all
}

func TestTheOriginalIsWhatARunWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "original.csv")
	if err := record(path, options(false, "Name", "Email"), spreadsheetResults()...); err != nil {
		t.Fatal(err)
	}
	if got, want := content(t, path), content(t, "testdata/spreadsheet/original.csv"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestWhatASpreadsheetLeavesUnchangedReadsAsItWas is about reports that a spreadsheet has
// opened and saved, with every column as text.
func TestWhatASpreadsheetLeavesUnchangedReadsAsItWas(t *testing.T) {
	for file, foreign := range map[string]string{
		"original.csv":   "",
		"text.csv":       "",
		"sorted.csv":     "",
		"semicolons.csv": "its fields are separated by ';'",
		"reordered.csv":  "its columns are in another order",
	} {
		t.Run(file, func(t *testing.T) {
			path := filepath.Join("testdata", "spreadsheet", file)
			r, got := recognised(t, content(t, path))
			slices.SortFunc(got, func(a, b leaver.Result) int { return a.Row.Place.Row - b.Row.Place.Row })
			want := spreadsheetResults()
			for i := range want {
				want[i].Doubts, want[i].Seen = leaver.ParseHeldReason(want[i].Reason)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, want)
			}
			if r.Foreign() != foreign {
				t.Errorf("foreign because %q, want %q", r.Foreign(), foreign)
			}
			if names := r.Kept(); !slices.Equal(names, []string{"Name", "Email"}) {
				t.Errorf("it keeps %q", names)
			}
		})
	}
}

// TestWhatASpreadsheetHasChangedIsInvalid is about a report in which a spreadsheet has
// detected numbers and dates: the lines that it has changed lead to no call and are no
// proof, and the others are as they were.
func TestWhatASpreadsheetHasChangedIsInvalid(t *testing.T) {
	_, got := recognised(t, content(t, "testdata/spreadsheet/changed.csv"))
	was := spreadsheetResults()
	if len(got) != len(was) {
		t.Fatalf("%d lines, want %d", len(got), len(was))
	}
	var unchanged, changed []string
	for i, r := range got {
		if r.Place != was[i].Place {
			t.Errorf("line %d is about %s, want %s", i+1, r.Place, was[i].Place)
		}
		if r.Leaver == was[i].Leaver {
			unchanged = append(unchanged, r.Ref)
			if r.Outcome != was[i].Outcome || r.Fault != "" || r.Target != target {
				t.Errorf("%q is unchanged, and is %+v", r.Ref, r)
			}
			continue
		}
		changed = append(changed, r.Ref)
		if r.Outcome != leaver.Invalid || !strings.Contains(r.Fault, "changed by a spreadsheet or by hand") || r.Reason != r.Fault || r.Attempts != 0 || r.Target != "" {
			t.Errorf("%q was changed from %q, and is %+v", r.Ref, was[i].Ref, r)
		}
	}
	if want := []string{"E1003", "-5", "E1007", "E1010"}; !slices.Equal(unchanged, want) {
		t.Errorf("unchanged are %q, want %q", unchanged, want)
	}
	if want := []string{"417", "1002", "1.23456789012346E+019", "=1+2", "E1008", "815", "04/03/2026", "100000"}; !slices.Equal(changed, want) {
		t.Errorf("changed are %q, want %q", changed, want)
	}
	s := NewSummary([]string{"changed.csv"}, time.UTC, time.Now())
	for _, r := range got {
		s.Count(r)
	}
	if s.Outcomes[leaver.Invalid] != len(changed) || s.Outcomes[leaver.Suspended] != 1 || s.Rows != len(was) {
		t.Errorf("the summary has %v", s.Outcomes)
	}
}
