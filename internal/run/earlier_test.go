package run

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"offboard/internal/leaver"
	"offboard/internal/report"
)

const failedLine = "E1,,failed,x.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n"

// elsewhere is a report of another target.
func elsewhere(target, lines string) string {
	text := checked(header + lines)
	for _, ref := range []string{"E1", "E2"} {
		text = strings.ReplaceAll(text, testTarget+","+report.Check(testTarget, ref, ""), target+","+report.Check(target, ref, ""))
	}
	return text
}

func TestAReportOfAnotherTargetIsRefused(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Settings)
		writes bool // the report that the run goes on with is the reason
	}{
		{"as the input", func(s *Settings) { s.Paths, s.Report = []string{"old.csv"}, "new.csv" }, false},
		{"as one of several inputs", func(s *Settings) { s.Paths = []string{"june.csv", "old.csv"} }, false},
		{"in place", func(s *Settings) { s.Paths = []string{"old.csv"} }, true},
		{"to go on with", func(s *Settings) { s.Paths, s.Report, s.Resume = []string{"june.csv"}, "old.csv", true }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			old := elsewhere("sandbox", failedLine)
			inFolder(t, map[string]string{"june.csv": "ref\nE9\n", "old.csv": old})
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				s := settingsFor()
				test.change(&s)
				_, err := plan(t.Context(), s)
				other, ok := errors.AsType[*report.TargetError](err)
				if !ok || *other != (report.TargetError{Path: "old.csv", Line: 2, Target: "sandbox", Wanted: testTarget}) {
					t.Errorf("got %v, want a *report.TargetError", err)
				}
				if _, writes := errors.AsType[*OpenReportError](err); writes != test.writes {
					t.Errorf("it is about the report that the run writes: %t, want %t", writes, test.writes)
				}
				if text, err := os.ReadFile("old.csv"); err != nil || string(text) != old {
					t.Errorf("the report has changed: %s (%v)", text, err)
				}
			})
		})
	}
}

func TestARehearsalWithoutATargetTakesReportsOfOne(t *testing.T) {
	inFolder(t, map[string]string{
		"a.csv": elsewhere("sandbox", failedLine), "b.csv": header + strings.ReplaceAll(failedLine, "x.csv", "y.csv"), "june.csv": "ref\nE9\n",
	})
	s := settingsFor("a.csv")
	s.Target = ""
	r, err := Rehearse(t.Context(), s)
	closed(t, r, err)
	for name, change := range map[string]func(){
		"two inputs":             func() { s.Paths, s.Report = []string{"a.csv", "b.csv"}, "" },
		"an input and a report":  func() { s.Paths, s.Report, s.Resume = []string{"a.csv"}, "b.csv", true },
		"two inputs, and others": func() { s.Paths, s.Report, s.Resume = []string{"b.csv", "june.csv", "a.csv"}, "", false },
	} {
		change()
		_, err := Rehearse(t.Context(), s)
		if other, ok := errors.AsType[*report.TargetError](err); !ok || other.From == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	s.Paths = []string{"june.csv"}
	if _, err := Prepare(t.Context(), s); err == nil {
		t.Error("a run that would write a report of no target is prepared")
	}
}

func TestAChangedLineOfAReportLeadsToNoCall(t *testing.T) {
	text := checked(header + "00417,,failed,x.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n00418,,suspended,x.csv,3,200,1,80,2026-01-02T03:04:05Z,,\n" + strings.Replace(failedLine, ",2,", ",4,", 1))
	text = strings.ReplaceAll(text, "\n004", "\n4")
	for _, name := range []string{"x.report.csv", "copy.csv"} {
		inFolder(t, map[string]string{"x.report.csv": text, "x.csv": "ref\n"})
		bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
			s := settingsFor("x.report.csv")
			if name != "x.report.csv" {
				s.Report = name
			}
			r, err := plan(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			defer closed(t, r, err)
			if r.Totals[leaver.Invalid] != 2 || r.Totals[leaver.Pending] != 1 || r.Totals[leaver.Suspended] != 0 {
				t.Errorf("the totals are %v", r.Totals)
			}
		})
	}
}

func TestAChangedLineLeadsToNoCallInTheNextRunEither(t *testing.T) {
	server, target := simulator(t, "417", "E1")
	text := strings.ReplaceAll(checked(header+"00417,,failed,x.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n"+failedLine), "\n00417", "\n417")
	inFolder(t, map[string]string{"old.csv": strings.Replace(text, "E1,,failed,x.csv,2", "E1,,failed,x.csv,3", 1)})
	s := settingsFor("old.csv")
	for _, path := range []string{"second.csv", "third.jsonl", "third.jsonl"} {
		s.Report = path
		if ending := carriedOut(t, s, target); ending.Rows[leaver.Invalid] != 1 || ending.Rows[leaver.Suspended] != 1 {
			t.Errorf("%s: the rows are %v", path, ending.Rows)
		}
		s.Paths = []string{path}
	}
	if n := server.Stats().Suspends; n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// withNames is a report that keeps two columns.
func withNames(lines ...string) string {
	text := checked(header + strings.Join(lines, ""))
	rows := strings.Split(strings.TrimSpace(text), "\n")
	rows[0] += ",Name,Email"
	for i := range rows[1:] {
		rows[i+1] += ",Ada,ada@example.com"
	}
	return strings.Join(rows, "\n") + "\n"
}

func TestTheRowsOfAReportHaveTheColumnsThatTheRunKeeps(t *testing.T) {
	for _, test := range []struct {
		name   string
		keep   []string
		report string // "": in place
		want   []string
		refuse bool
	}{
		{"none, in place", nil, "", []string{"Ada", "ada@example.com"}, false},
		{"another order, in place", []string{"email", "Name"}, "", []string{"ada@example.com", "Ada"}, false},
		{"one, in another report", []string{"Email"}, "new.csv", []string{"ada@example.com"}, false},
		{"none, in another report", nil, "new.csv", nil, false},
		{"one that the report lacks", []string{"Surname"}, "new.csv", nil, true},
		{"one of two, in place", []string{"Email"}, "", nil, true},
		{"one that every report has", []string{"Row"}, "new.csv", nil, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			inFolder(t, map[string]string{"old.csv": withNames(failedLine)})
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				s := settingsFor("old.csv")
				s.Keep, s.Report = test.keep, test.report
				r, err := plan(t.Context(), s)
				if test.refuse {
					if _, ok := errors.AsType[*report.KeepError](err); !ok {
						t.Errorf("got %v, want a *report.KeepError", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				defer closed(t, r, err)
				for d, err := range r.Decisions(t.Context()) {
					if err != nil || !slices.Equal(d.Kept, test.want) {
						t.Errorf("kept are %q, want %q (%v)", d.Kept, test.want, err)
					}
				}
			})
		})
	}
}

func TestKeptColumnsComeIntoTheNextReport(t *testing.T) {
	_, target := simulator(t, "E1")
	inFolder(t, map[string]string{"old.csv": withNames(failedLine)})
	s := settingsFor("old.csv")
	s.Keep, s.Report = []string{"Email"}, "new.csv"
	carriedOut(t, s, target)
	text, err := os.ReadFile("new.csv")
	if err != nil || !strings.HasPrefix(string(text), strings.TrimSpace(header)+",Email\nE1,,suspended,") || !strings.HasSuffix(string(text), ",ada@example.com\n") {
		t.Errorf("got %s (%v)", text, err)
	}
}

func TestTheReportOfASandboxRun(t *testing.T) {
	sandbox := elsewhere("sandbox", failedLine)
	for _, test := range []struct {
		name    string
		files   map[string]string
		paths   []string
		report  string
		want    string // the path
		refused bool
	}{
		{"is new", nil, []string{"june.csv"}, "", "june.sandbox.csv", false},
		{"replaces that of the run before", map[string]string{"june.sandbox.csv": sandbox}, []string{"june.csv"}, "", "june.sandbox.csv", false},
		{"replaces no other report", map[string]string{"june.sandbox.csv": header + failedLine}, []string{"june.csv"}, "", "june.sandbox.csv", true},
		{"replaces none that is named", map[string]string{"june.sandbox.csv": sandbox}, []string{"june.csv"}, "june.sandbox.csv", "june.sandbox.csv", true},
		{"replaces none that is an input", map[string]string{"june.sandbox.csv": sandbox}, []string{"june.csv", "june.sandbox.csv"}, "", "june.sandbox.csv", true},
		{"is gone on with in place", map[string]string{"june.sandbox.csv": sandbox}, []string{"june.sandbox.csv"}, "", "june.sandbox.csv", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			inFolder(t, map[string]string{"june.csv": "ref\nE1\n"})
			for path, text := range test.files {
				if err := os.WriteFile(path, []byte(checked(text)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			before := files(t)
			s := settingsFor(test.paths...)
			s.Target, s.Report = SandboxTarget, test.report
			r, err := Rehearse(t.Context(), s)
			if err != nil || r.ReportPath != test.want || r.NeedsResume != test.refused {
				t.Fatalf("the rehearsal: %v, %+v", err, r)
			}
			closed(t, r, err)
			r, err = Prepare(t.Context(), s)
			if test.refused {
				if !errors.Is(err, report.ErrExists) {
					t.Errorf("got %v, want ErrExists", err)
				}
				return
			}
			if err != nil || r.Totals[leaver.Pending] != 1 {
				t.Fatalf("got %v, %+v", err, r)
			}
			closed(t, r, err)
			for path, text := range files(t) {
				if before[path] != text {
					t.Errorf("%s has changed before the run began", path)
				}
			}
		})
	}
}
