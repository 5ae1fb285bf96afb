package run

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offboard/internal/leaver"
	"offboard/internal/report"
)

func TestAnInputWithoutEndDatesThatTheReportHas(t *testing.T) {
	const (
		dated   = header + "E1,2027-01-01,not_due,june.csv,2,,,,2026-01-02T03:04:05Z,,\n"
		undated = header + "E1,,failed,june.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n"
	)
	tests := []struct {
		name   string
		path   string
		report string
		want   *NoEndDatesError // nil: none
	}{
		{"a table", "june.csv", dated, &NoEndDatesError{"june.csv", "column"}},
		{"a table in another folder", "folder/june.csv", dated, &NoEndDatesError{"folder/june.csv", "column"}},
		{"JSON", "june.jsonl", header + "E1,2027-01-01,not_due,june.jsonl,1,,,,2026-01-02T03:04:05Z,,\n", &NoEndDatesError{"june.jsonl", "key"}},
		{"the report has none either", "june.csv", undated, nil},
		{"the report has them of the row that comes second", "june.csv", undated + "E2,2027-01-01,not_due,june.csv,3,,,,2026-01-02T03:04:05Z,,\n", &NoEndDatesError{"june.csv", "column"}},
		{"the report has them of another file", "june.csv", header + "E1,2027-01-01,not_due,may.csv,2,,,,2026-01-02T03:04:05Z,,\n", nil},
		{"the report has them of a file with the same name", "folder/june.csv", dated + "E1,,failed,folder/june.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n", nil},
		{"the input has them, too", "dated.csv", header + "E1,2027-01-01,not_due,dated.csv,2,,,,2026-01-02T03:04:05Z,,\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inFolder(t, map[string]string{
				"june.csv": "ref\nE1\n", "folder/june.csv": "ref\nE1\n", "june.jsonl": `{"ref":"E1"}`,
				"dated.csv": "ref,endDate\nE1,2027-01-01\n", "report.csv": tt.report,
			})
			s := settingsFor(tt.path)
			s.Report, s.Resume = "report.csv", true
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				r, err := plan(t.Context(), s)
				if tt.want == nil {
					closed(t, r, err)
					return
				}
				if got, ok := errors.AsType[*NoEndDatesError](err); !ok || *got != *tt.want {
					t.Errorf("got %v, want %v", err, tt.want)
				}
			})
		})
	}
}

// foreign is a report that a spreadsheet has saved with semicolons.
var foreign = strings.ReplaceAll(checked(header+
	"E1,,failed,june.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n"+
	"E2,,suspended,june.csv,3,200,1,80,2026-01-02T03:04:05Z,,\n"), ",", ";")

func TestAForeignReportIsAnInputButIsNotContinued(t *testing.T) {
	inFolder(t, map[string]string{"june.report.csv": foreign, "july.csv": "ref\nE9\n"})
	inPlace := settingsFor("june.report.csv")
	samePath := settingsFor("june.report.csv")
	samePath.Report = "./june.report.csv"
	resumed := settingsFor("july.csv")
	resumed.Report, resumed.Resume = "june.report.csv", true
	elsewhere := settingsFor("june.report.csv")
	elsewhere.Report = "new.csv"
	bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
		for name, s := range map[string]Settings{"in place": inPlace, "by its path": samePath, "by another input": resumed} {
			_, err := plan(t.Context(), s)
			if opened, ok := errors.AsType[*OpenReportError](err); !ok || !errors.Is(err, report.ErrForeign) || filepath.Clean(opened.Path) != "june.report.csv" {
				t.Errorf("%s: got %v, want an *OpenReportError that matches ErrForeign", name, err)
			}
		}
		r, err := plan(t.Context(), elsewhere)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if r.Totals[leaver.Pending] != 1 || r.Totals[leaver.Suspended] != 1 {
			t.Errorf("with another report the totals are %v", r.Totals)
		}
	})
	if text, err := os.ReadFile("june.report.csv"); err != nil || string(text) != foreign {
		t.Errorf("the report has changed: %s (%v)", text, err)
	}
}

func TestAReportThatCannotBeOpened(t *testing.T) {
	tests := []struct {
		name   string
		path   string
		resume bool
		want   error
		plan   func(context.Context, Settings) (*Run, error)
	}{
		{"a report that exists", "old.csv", false, report.ErrExists, Prepare},
		{"a file that is not a report", "june.csv", true, report.ErrNotReport, Prepare},
		{"a file that is not a report, in a rehearsal", "june.csv", true, report.ErrNotReport, Rehearse},
		{"a folder that does not exist", "absent/new.csv", true, fs.ErrNotExist, Prepare},
	}
	inFolder(t, map[string]string{"june.csv": "ref\nE1\n", "july.csv": "ref\nE1\n", "old.csv": header})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := settingsFor("july.csv")
			s.Report, s.Resume = tt.path, tt.resume
			_, err := tt.plan(t.Context(), s)
			if opened, ok := errors.AsType[*OpenReportError](err); !ok || !errors.Is(err, tt.want) || opened.Path != tt.path {
				t.Errorf("got %v, want an *OpenReportError that matches %v", err, tt.want)
			}
		})
	}
}

func TestALineThatCannotBeRead(t *testing.T) {
	inFolder(t, map[string]string{"june.csv": "ref\nE1\n", "report.csv": header + "E1,,done,june.csv,2,,,,,,\n"})
	s := settingsFor("june.csv")
	s.Report, s.Resume = "report.csv", true
	bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
		_, err := plan(t.Context(), s)
		if _, ok := errors.AsType[*ReportError](err); !ok {
			t.Errorf("got %v, want a *ReportError", err)
		}
	})
}

func TestAPlanWithTooManyLeavers(t *testing.T) {
	inFolder(t, map[string]string{
		"june.csv":   "ref\nE1\nE2\nE3\nE3\n",
		"report.csv": header + "E1,,suspended,june.csv,2,200,1,80,2026-01-02T03:04:05Z,,\n",
	})
	s := settingsFor("june.csv")
	s.Report, s.Resume = "report.csv", true
	number := func(n int) *int { return &n }
	for _, tt := range []struct {
		name string
		most *int
		want *TooManyError
	}{
		{"no maximum", nil, nil},
		{"as many as allowed", number(2), nil},
		{"one too many", number(1), &TooManyError{2, 1}},
		{"none allowed", number(0), &TooManyError{2, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s.MaxLeavers = tt.most
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				r, err := plan(t.Context(), s)
				closed(t, r, err)
				err = r.CheckMax()
				if got, ok := errors.AsType[*TooManyError](err); ok != (tt.want != nil) || ok && *got != *tt.want {
					t.Errorf("got %v, want %v", err, tt.want)
				}
			})
		})
	}
}

// files returns the content of all files in the working directory.
func files(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		all[e.Name()] = string(text)
	}
	return all
}

func TestNothingOnDiskChangesBeforeCarryOut(t *testing.T) {
	torn := checked(header + "E1,,suspended,june.csv,2,200,1,80,2026-01-02T03:04:05Z,,\nE2,,susp")
	for name, given := range map[string]map[string]string{
		"a new report":                        {"june.csv": "ref\nE1\nE2\n"},
		"a report with an incomplete line":    {"june.csv": "ref\nE1\nE2\n", "june.report.csv": torn},
		"a report that is its own only input": {"june.report.csv": checked(header + "E1,,failed,x.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n")},
	} {
		t.Run(name, func(t *testing.T) {
			inFolder(t, given)
			s := settingsFor("june.csv")
			if given["june.csv"] == "" {
				s = settingsFor("june.report.csv")
			}
			s.Resume = true
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				r, err := plan(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				if got := decisions(t, r); got[len(got)-1] != "E2 pending" && got[0] != "E1 pending" {
					t.Errorf("the decisions are %q", got)
				}
				closed(t, r, err)
				if got := files(t); !maps.Equal(got, given) {
					t.Errorf("the files are %q, want %q", got, given)
				}
			})
		})
	}
}

func TestOnlyPrepareLocksTheReport(t *testing.T) {
	inFolder(t, map[string]string{"june.csv": "ref\nE1\n", "june.report.csv": header})
	s := settingsFor("june.csv")
	s.Resume = true
	rehearsal, err := Rehearse(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer rehearsal.Close()
	first, err := Prepare(t.Context(), s)
	if err != nil {
		t.Fatalf("after a rehearsal: %v", err)
	}
	if _, err := Prepare(t.Context(), s); !errors.Is(err, report.ErrLocked) {
		t.Errorf("a second run: got %v, want ErrLocked", err)
	}
	again, err := Rehearse(t.Context(), s)
	closed(t, again, err)
	closed(t, first, nil)
	second, err := Prepare(t.Context(), s)
	closed(t, second, err)
}

func TestARehearsalTellsThatARunNeedsResume(t *testing.T) {
	inFolder(t, map[string]string{"june.csv": "ref\nE1\nE2\n", "june.report.csv": header + "E1,,suspended,june.csv,2,200,1,80,2026-01-02T03:04:05Z,,\n"})
	for _, resume := range []bool{false, true} {
		s := settingsFor("june.csv")
		s.Resume = resume
		r, err := Rehearse(t.Context(), s)
		closed(t, r, err)
		want := 2
		if resume {
			want = 1
		}
		if r.NeedsResume == resume || r.Totals[leaver.Pending] != want {
			t.Errorf("resume %t: NeedsResume is %t, with %d leavers", resume, r.NeedsResume, r.Totals[leaver.Pending])
		}
	}
}

func TestTheEndOfTheContextEndsTheReadingOfAReport(t *testing.T) {
	cause := errors.New("stopped by the test")
	ctx, cancel := context.WithCancelCause(t.Context())
	n := 0
	err := new(Run).plan(ctx, func(yield func(leaver.Result, error) bool) {
		for n < 100 && yield(leaver.Result{Outcome: leaver.Suspended}, nil) {
			if n++; n == 10 {
				cancel(cause)
			}
		}
	}, false)
	if !errors.Is(err, cause) || n != 10 {
		t.Errorf("got %v after %d lines, want the cause after 10", err, n)
	}
}

func TestAContextThatHasEndedStopsThePlan(t *testing.T) {
	inFolder(t, map[string]string{"june.csv": "ref\nE1\n", "june.report.csv": header})
	s := settingsFor("june.csv")
	s.Resume = true
	cause := errors.New("stopped by the test")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
		if _, err := plan(ctx, s); !errors.Is(err, cause) {
			t.Errorf("got %v, want the cause", err)
		}
	})
	r, err := Prepare(t.Context(), s) // the report is not locked
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, err := range r.Decisions(ctx) {
		if !errors.Is(err, cause) {
			t.Errorf("decisions: got %v, want the cause", err)
		}
	}
}
