package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// asking returns the settings of a run that keeps columns and matches others; their names
// have commas between them.
func asking(keep, match string, paths ...string) Settings {
	names := func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) }
	s := settingsFor(paths...)
	s.Keep, s.Match = names(keep), names(match)
	return s
}

// triedBefore writes the report of a run of an export in a tenant that does not know the
// leavers, so that all of them are to be done again. The columns that it keeps have commas
// between them.
func triedBefore(t *testing.T, path, export, keep string) {
	t.Helper()
	_, target := simulator(t)
	s := asking(keep, "", export)
	s.Report = path
	carriedOut(t, s, target)
}

// keptTexts returns the ref and the kept texts of each row of a plan, in the order of refs:
// the lines of a report have that in which answers came.
func keptTexts(t *testing.T, r *Run) (all []string) {
	t.Helper()
	for d, err := range r.Decisions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d.Ref+" "+strings.Join(d.Kept, "|"))
	}
	slices.Sort(all)
	return all
}

func TestRowsHaveTheTextsOfColumnsThatMustAgreeWithTheAccount(t *testing.T) {
	inFolder(t, map[string]string{
		"may.csv":   "ref,Name,Email\nE1,Ada,ada@x\nE2,Alan,alan@x\n",
		"june.csv":  "E-Mail,ref,Name,Room\nbo@x,E3,Bo,7\n,E4,Cy,8\n",
		"july.json": `[{"ref":"E5","person":{"name":"Dee","mail":"dee@x"}},{"ref":"E6"}]`,
		"aug.xlsx":  workbook(t, []any{"ref", "Name", "Email"}, []any{"E7", "Eve", 7}),
		"odd.csv":   "ref,person.name,Email\nE8,Fay,fay@x\n",
	})
	triedBefore(t, "may.report.csv", "may.csv", "Name,Email")
	triedBefore(t, "may.report.jsonl", "may.csv", "Name,Email")
	triedBefore(t, "june.report.jsonl", "june.csv", "Name,Room")
	triedBefore(t, "odd.report.csv", "odd.csv", "person.name,Email")
	for _, test := range []struct {
		name        string
		keep, match string
		paths       []string
		want        []string
	}{
		{"of CSV", "Name", "E_Mail", []string{"june.csv"}, []string{"E3 Bo|bo@x", "E4 Cy|"}},
		{"of CSV, without a column to keep", "", "Name,Email", []string{"may.csv"}, []string{"E1 Ada|ada@x", "E2 Alan|alan@x"}},
		{"of JSON by their paths", "person.name", "person.mail,person.name", []string{"july.json"}, []string{"E5 Dee|dee@x|Dee", "E6 ||"}},
		{"of a workbook", "Name", "email,Name", []string{"aug.xlsx"}, []string{"E7 Eve|7|Eve"}},
		{"of several inputs", "Name", "Email,name,Email", []string{"may.csv", "june.csv", "aug.xlsx"},
			[]string{"E1 Ada|ada@x|Ada|ada@x", "E2 Alan|alan@x|Alan|alan@x", "E3 Bo|bo@x|Bo|bo@x", "E4 Cy||Cy|", "E7 Eve|7|Eve|7"}},
		{"of a report", "Email", "Name", []string{"may.report.csv"}, []string{"E1 ada@x|Ada", "E2 alan@x|Alan"}},
		{"of a report in JSON lines", "Email", "Name", []string{"may.report.jsonl"}, []string{"E1 ada@x|Ada", "E2 alan@x|Alan"}},
		{"of a report, without a column to keep", "", "email,NAME,Email", []string{"may.report.csv"}, []string{"E1 ada@x|Ada|ada@x", "E2 alan@x|Alan|alan@x"}},
		{"a column of a report that is kept, too", "Email,Name", "name,Name", []string{"may.report.jsonl"}, []string{"E1 ada@x|Ada|Ada|Ada", "E2 alan@x|Alan|Alan|Alan"}},
		{"a path that a report keeps", "", "person.name", []string{"july.json", "odd.report.csv"}, []string{"E5 Dee", "E6 ", "E8 Fay"}},
		{"of reports and exports", "", "Name", []string{"june.csv", "may.report.csv", "aug.xlsx", "june.report.jsonl"},
			[]string{"E1 Ada", "E2 Alan", "E3 Bo", "E3 Bo", "E4 Cy", "E4 Cy", "E7 Eve"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				s := asking(test.keep, test.match, test.paths...)
				s.Report = "new.csv"
				r, err := plan(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				defer closed(t, r, nil)
				if got := keptTexts(t, r); !slices.Equal(got, test.want) {
					t.Errorf("got  %q\nwant %q", got, test.want)
				}
			})
		})
	}
}

func TestAReportInPlaceHasTheTextsToMatchBehindThoseThatItKeeps(t *testing.T) {
	for _, path := range []string{"may.report.csv", "may.report.jsonl"} {
		inFolder(t, map[string]string{"may.csv": "ref,Name,Email\nE1,Ada,ada@x\n"})
		triedBefore(t, path, "may.csv", "Name,Email")
		for keep, want := range map[string]string{"": "E1 Ada|ada@x|ada@x", "email,name": "E1 ada@x|Ada|ada@x"} {
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				r, err := plan(t.Context(), asking(keep, "Email", path))
				if err != nil {
					t.Fatal(err)
				}
				defer closed(t, r, nil)
				if got := keptTexts(t, r); !slices.Equal(got, []string{want}) {
					t.Errorf("%s: got %q, want %q", path, got, want)
				}
			})
		}
	}
}

func TestAReportThatLacksAColumnToMatchIsRefused(t *testing.T) {
	inFolder(t, map[string]string{"may.csv": "ref,Name,Email,Room\nE1,Ada,ada@x,7\n"})
	triedBefore(t, "name.csv", "may.csv", "Name")
	triedBefore(t, "both.jsonl", "may.csv", "Name,Email")
	triedBefore(t, "none.csv", "may.csv", "")
	for _, test := range []struct {
		name        string
		keep, match string
		report      string // "": in place, if the input is one report
		paths       []string
		want        MatchError
		text        string
	}{
		{"one column", "", "Email", "new.csv", []string{"name.csv"}, MatchError{"name.csv", "Email", []string{"Name"}},
			`name.csv: the report keeps the column "Name", so that "Email" cannot be compared with the account`},
		{"one of two", "Email", "Name,Room", "new.csv", []string{"both.jsonl"}, MatchError{"both.jsonl", "Room", []string{"Name", "Email"}},
			`both.jsonl: the report keeps the columns "Name", "Email", so that "Room" cannot be compared with the account`},
		{"one of two reports", "Name", "Name,Email", "new.csv", []string{"both.jsonl", "name.csv"}, MatchError{"name.csv", "Email", []string{"Name"}}, ""},
		{"a report that keeps nothing", "", "Name", "new.csv", []string{"none.csv"}, MatchError{"none.csv", "Name", nil},
			`none.csv: the report keeps no columns, so that "Name" cannot be compared with the account`},
		{"a column that every report has", "", "ref", "new.csv", []string{"name.csv"}, MatchError{"name.csv", "ref", []string{"Name"}}, ""},
		{"in place", "", "Email", "", []string{"name.csv"}, MatchError{"name.csv", "Email", []string{"Name"}}, ""},
		{"beside an export that has it", "", "Email", "new.csv", []string{"may.csv", "name.csv"}, MatchError{"name.csv", "Email", []string{"Name"}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := files(t)
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				s := asking(test.keep, test.match, test.paths...)
				s.Report = test.report
				_, err := plan(t.Context(), s)
				lacks, ok := errors.AsType[*MatchError](err)
				if !ok || lacks.Report != test.want.Report || lacks.Column != test.want.Column || !slices.Equal(lacks.Kept, test.want.Kept) {
					t.Fatalf("got %v, want the error %+v", err, test.want)
				}
				if test.text != "" && err.Error() != test.text {
					t.Errorf("the text is %q, want %q", err, test.text)
				}
			})
			for path, text := range files(t) {
				if before[path] != text {
					t.Errorf("%s has changed", path)
				}
			}
		})
	}
}

func TestAnExportThatLacksAColumnToMatchIsRefused(t *testing.T) {
	inFolder(t, map[string]string{
		"may.csv": "ref,Name\nE1,Ada\n", "june.csv": "ref,Mail\nE2,bo@x\n", "july.jsonl": `{"ref":"E3","Mail":"cy@x"}` + "\n",
		"twice.csv": "ref,Name,NAME\nE4,Dee,D\n",
	})
	for want, paths := range map[string][]string{
		`june.csv:1: no column "name" (--match); the header has "ref", "Mail"`: {"may.csv", "june.csv"},
		`july.jsonl: no object has the key "name"`:                             {"may.csv", "july.jsonl"},
		`twice.csv:1: 2 columns could be meant by "name"`:                      {"twice.csv"},
	} {
		bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
			_, err := plan(t.Context(), asking("", "name", paths...))
			if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "--match") {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

func TestUnfinishedRowsHaveTheTextsToMatchThatTheReportKeeps(t *testing.T) {
	inFolder(t, map[string]string{"may.csv": "ref,Name,Email\nE1,Ada,ada@x\n", "june.csv": "Email,ref,Name\nzoe@x,E9,Zoe\n"})
	for _, keep := range []string{"Name,Email", "Name", ""} {
		for _, format := range []string{".csv", ".jsonl"} {
			triedBefore(t, "keeps "+keep+format, "may.csv", keep)
		}
	}
	for _, test := range []struct {
		name              string
		has, keep, match  string // columns of the report, and of the run
		unfinished, other string // the rows of the report, and of the export
	}{
		{"all", "Name,Email", "Name,Email", "Email,name,Email", "E1 Ada|ada@x|ada@x|Ada|ada@x", "E9 Zoe|zoe@x|zoe@x|Zoe|zoe@x"},
		{"in another order", "Name,Email", "Email,Name", "Name", "E1 ada@x|Ada|Ada", "E9 zoe@x|Zoe|Zoe"},
		{"one of two", "Name", "Name", "Email,Name", "E1 Ada||Ada", "E9 Zoe|zoe@x|Zoe"},
		{"none, of a report that keeps others", "Name", "Name", "Email", "E1 Ada|", "E9 Zoe|zoe@x"},
		{"none, of a report that keeps nothing", "", "", "Email,Name", "E1 |", "E9 zoe@x|Zoe"},
	} {
		for _, format := range []string{".csv", ".jsonl"} {
			t.Run(test.name+" in "+format, func(t *testing.T) {
				bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
					s := asking(test.keep, test.match, "june.csv")
					s.Report, s.Resume, s.Unfinished = "keeps "+test.has+format, true, true
					r, err := plan(t.Context(), s)
					if err != nil {
						t.Fatal(err)
					}
					defer closed(t, r, nil)
					if got, want := keptTexts(t, r), []string{test.unfinished, test.other}; !slices.Equal(got, want) {
						t.Errorf("got  %q\nwant %q", got, want)
					}
				})
			})
		}
	}
}

// TestTextsToMatchStayOutOfTheReport is about lines of every origin: rows of an export, a
// line that is written again with its proof, and unfinished rows of the report.
func TestTextsToMatchStayOutOfTheReport(t *testing.T) {
	for _, test := range []struct {
		keep, match string
		want        []string // the lines of the last run: ref, outcome, attempts, kept texts
	}{
		{"", "Email,Name", []string{"E1 suspended 1 []", "E2 suspended 1 []", "E3 suspended 1 []", "E4 invalid 0 []"}},
		{"Room", "Email", []string{"E1 suspended 1 [7]", "E2 suspended 1 [80]", "E3 suspended 1 [9]", "E4 invalid 0 [10]"}},
		{"Room,Email", "Email,Room,Name", []string{"E1 suspended 1 [7 ada@x]", "E2 suspended 1 [80 alan@x]", "E3 suspended 1 [9 bo@x]", "E4 invalid 0 [10 ]"}},
	} {
		for _, path := range []string{"old.csv", "old.jsonl"} {
			t.Run(fmt.Sprintf("%s, keep %s, match %s", path, test.keep, test.match), func(t *testing.T) {
				// E2 is suspended, and E3 is not found. Row 3 is invalid, so that the line of E2
				// is written again when that leaver is in row 3.
				inFolder(t, map[string]string{"june.csv": "ref,Name,Email,Room,endDate\nE2,Alan,alan@x,8,2025-06-30\nE4,Cy,cy@x,6,soon\nE3,Bo,bo@x,9,2025-06-30\n"})
				_, target := simulator(t, "E2")
				s := asking(test.keep, test.match, "june.csv")
				s.Report, s.Resume, s.Unfinished = path, true, true
				carriedOut(t, s, target)
				before := files(t)[path]

				const next = "Email,ref,Room,Name,endDate\nada@x,E1,7,Ada,2025-06-30\nalan@x,E2,80,Alan,2025-06-30\n,E4,10,Cy,soon\n"
				if err := os.WriteFile("june.csv", []byte(next), 0o600); err != nil {
					t.Fatal(err)
				}
				server, target := simulator(t, "E1", "E3")
				if ended := carriedOut(t, s, target); ended.Rows[leaver.Suspended] != 3 || server.Stats().Suspends != 2 {
					t.Errorf("the run ended with %+v", ended.Counts)
				}
				after := files(t)[path]
				if !strings.HasPrefix(after, before) {
					t.Errorf("the report was\n%s\nand is\n%s", before, after)
				}
				checkKeeps(t, path, s.Keep, test.want)
			})
		}
	}
}

// checkKeeps compares the columns that a report keeps, and its last lines, one for each ref.
func checkKeeps(t *testing.T, path string, keep, want []string) {
	t.Helper()
	r, file, err := OpenReport(path, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if !slices.Equal(r.Kept(), keep) {
		t.Errorf("the report keeps %q, want %q", r.Kept(), keep)
	}
	last := map[string]string{}
	for line, err := range r.Lines() {
		if err != nil {
			t.Fatal(err)
		}
		last[line.Ref] = fmt.Sprint(line.Ref, " ", line.Outcome, " ", line.Attempts, " ", line.Kept)
	}
	var got []string
	for _, text := range last {
		got = append(got, text)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	text, err := os.ReadFile(path)
	for _, name := range []string{"Name", "Email", "Room"} {
		if err != nil || strings.Contains(string(text), name) != slices.Contains(keep, name) {
			t.Errorf("the report has the name %s, or lacks it (%v):\n%s", name, err, text)
		}
	}
}
