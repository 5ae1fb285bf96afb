package run

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"offboard/internal/leaver"
	"offboard/internal/report"
)

func TestAnInputThatIsNamedTwiceIsRefused(t *testing.T) {
	tests := []struct {
		name   string
		second string
		twice  bool
	}{
		{"by the same path", "a.csv", true},
		{"by another path", "folder/../a.csv", true},
		{"by its absolute path", "ABSOLUTE", true},
		{"by a hard link", "hard.csv", true},
		{"by a symbolic link", "soft.csv", true},
		{"another file with the same content", "b.csv", false},
		{"another file with the same name", "folder/a.csv", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inFolder(t, map[string]string{"a.csv": "ref\nE1\n", "b.csv": "ref\nE1\n", "folder/a.csv": "ref\nE1\n"})
			if err := errors.Join(os.Link("a.csv", "hard.csv"), os.Symlink("a.csv", "soft.csv")); err != nil {
				t.Skip(err)
			}
			second := tt.second
			if second == "ABSOLUTE" {
				var err error
				if second, err = filepath.Abs("a.csv"); err != nil {
					t.Fatal(err)
				}
			}
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				r, err := plan(t.Context(), settingsFor("a.csv", second))
				if !tt.twice {
					closed(t, r, err)
					return
				}
				var twice *NamedTwiceError
				if !errors.As(err, &twice) || twice.Name != filepath.ToSlash(filepath.Clean(second)) {
					t.Errorf("got %v, want a *NamedTwiceError for %s", err, second)
				}
			})
		})
	}
}

func TestStandardInputThatIsNamedTwiceIsRefused(t *testing.T) {
	inFolder(t, map[string]string{"june.csv": "ref\nE2\n", "stdin": "ref\nE3\n"})
	for name, paths := range map[string][]string{
		"twice":                    {StdinPath, "june.csv", StdinPath},
		"and a file with its name": {StdinPath, "stdin"},
	} {
		t.Run(name, func(t *testing.T) {
			s := settingsFor(paths...)
			s.Stdin = strings.NewReader("ref\nE1\n")
			_, err := Rehearse(t.Context(), s)
			if twice, ok := errors.AsType[*NamedTwiceError](err); !ok || twice.Name != "stdin" {
				t.Errorf("got %v, want a *NamedTwiceError for stdin", err)
			}
		})
	}
}

func TestReportsAmongTheInputsAreReadAsOne(t *testing.T) {
	inFolder(t, map[string]string{
		"june.csv": "ref\nE1\nE2\n",
		"june.report.csv": header + "E1,,failed,june.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n" +
			"E2,,suspended,june.csv,3,200,1,80,2026-01-02T03:04:05Z,,\n",
		"again.report.csv": header + "E3,,failed,may.csv,2,500,1,80,2026-01-02T03:04:04Z,,\n" +
			"E1,,not_found,may.csv,9,404,5,80,2026-01-02T03:04:06Z,,\n",
		"before.report.csv": header + "E1,,rejected,april.csv,2,409,5,80,2026-01-01T03:04:06Z,,\n" +
			"E2,,failed,april.csv,3,500,5,80,2026-01-03T03:04:06Z,,\n",
	})
	tests := []struct {
		name  string
		paths []string
		want  []string
	}{
		{"of two lines about a leaver the later one counts", []string{"june.report.csv", "again.report.csv"}, []string{"E3 pending", "E2 suspended", "E1 pending"}},
		{"whatever their order", []string{"again.report.csv", "june.report.csv"}, []string{"E3 pending", "E2 suspended", "E1 pending"}},
		{"a leaver who is suspended stays so", []string{"june.report.csv", "before.report.csv"}, []string{"E1 pending", "E2 suspended"}},
		{"a report and the file that it was made from", []string{"june.report.csv", "june.csv"}, []string{"E1 pending", "E2 suspended", "E1 duplicate: the same leaver as june.csv:2", "E2 duplicate: an earlier run has suspended the leaver, who is in another row, too"}},
		{"the file before the report", []string{"june.csv", "june.report.csv"}, []string{"E1 pending", "E2 duplicate: an earlier run has suspended the leaver, who is in another row, too", "E1 duplicate: the same leaver as june.csv:2", "E2 suspended"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := settingsFor(tt.paths...)
			s.Report = "new.csv"
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				r, err := plan(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				if got := decisions(t, r); !slices.Equal(got, tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
				closed(t, r, nil)
			})
		})
	}
}

func TestReportsWithoutTimesAreNotReadAsOne(t *testing.T) {
	inFolder(t, map[string]string{
		"a.csv": header + "E1,,failed,june.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n",
		"b.csv": header + "E1,2027-01-01,not_due,june.csv,2,,0,0,26/11/2026 06:26,,\n",
	})
	s := settingsFor("a.csv", "b.csv")
	s.Report = "new.csv"
	bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
		if _, err := plan(t.Context(), s); !errors.Is(err, report.ErrNoTime) || !strings.Contains(err.Error(), "june.csv:2 E1") {
			t.Errorf("got %v, want ErrNoTime", err)
		}
	})
	s.Paths = []string{"b.csv"}
	r, err := Rehearse(t.Context(), s)
	closed(t, r, err)
}

// workbook returns a workbook whose only sheet has these rows.
func workbook(t *testing.T, rows ...[]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1) // the coordinates are valid
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAReportThatWasSavedAsAWorkbookIsRefused(t *testing.T) {
	var names []any
	for _, name := range strings.Split(strings.TrimSpace(header), ",") {
		names = append(names, name)
	}
	inFolder(t, map[string]string{
		"report.xlsx":  workbook(t, names, []any{"E1", "", "failed", "june.csv", 2}),
		"leavers.xlsx": workbook(t, []any{"ref", "endDate"}, []any{"E1", "2024-06-30"}),
	})
	bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
		_, err := plan(t.Context(), settingsFor("report.xlsx"))
		if refused, ok := errors.AsType[*WorkbookReportError](err); !ok || refused.Name != "report.xlsx" {
			t.Errorf("got %v, want a *WorkbookReportError", err)
		}
		r, err := plan(t.Context(), settingsFor("leavers.xlsx"))
		closed(t, r, err)
	})
}

func TestAListThatCannotBeUsed(t *testing.T) {
	inFolder(t, map[string]string{"a.csv": "ref\nE1\n", "wrong.csv": "name\nAda\n"})
	tests := []struct {
		name   string
		change func(*Settings)
		list   List
		absent bool
	}{
		{"a crosswalk that does not exist", func(s *Settings) { s.Crosswalk = "absent.csv" }, CrosswalkList, true},
		{"a crosswalk without its columns", func(s *Settings) { s.Crosswalk = "wrong.csv" }, CrosswalkList, false},
		{"exceptions that do not exist", func(s *Settings) { s.Except = "absent.csv" }, ExceptList, true},
		{"exceptions without a column", func(s *Settings) { s.Except = "wrong.csv" }, ExceptList, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := settingsFor("a.csv")
			tt.change(&s)
			_, err := Rehearse(t.Context(), s)
			got, ok := errors.AsType[*ListError](err)
			if !ok || got.List != tt.list {
				t.Fatalf("got %v, want a *ListError for list %d", err, tt.list)
			}
			if errors.Is(err, fs.ErrNotExist) != tt.absent || !strings.Contains(err.Error(), ".csv") {
				t.Errorf("got %q", err)
			}
		})
	}
}

func TestExceptionsAndTheRowsOfAReport(t *testing.T) {
	inFolder(t, map[string]string{
		"june.report.csv": header +
			"E1,,failed,june.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n" +
			"E2,,failed,june.csv,3,500,5,80,2026-01-02T03:04:05Z,,\n" +
			"E3,,suspended,june.csv,4,200,1,80,2026-01-02T03:04:05Z,,\n" +
			"E4,,excluded,june.csv,5,,0,0,2026-01-02T03:04:05Z,,listed in old.csv:9\n" +
			"E5,,excluded,june.csv,6,,0,0,2026-01-02T03:04:05Z,,\n" +
			"E6,,held,june.csv,7,,0,0,2026-01-02T03:04:05Z,,odd-ref: a word\n" +
			"E7,soon,invalid,june.csv,8,,0,0,2026-01-02T03:04:05Z,,the end date\n",
		"keep.csv": "ref\nE2\nE3\nE5\nE6\nE7\n",
	})
	tests := []struct {
		name   string
		except string
		want   []string // the beginning of each decision
	}{
		{"with a list, it decides", "keep.csv", []string{
			"E1 pending", `E2 excluded: the ref "E2" is listed in keep.csv:2`, "E3 suspended",
			"E4 pending", `E5 excluded: the ref "E5" is listed in keep.csv:4`, `E6 excluded: odd-ref: the ref "E6" is listed in keep.csv:5`, `E7 excluded: the ref "E7" is listed in keep.csv:6`,
		}},
		{"without one, whoever was excluded stays so", "", []string{
			"E1 pending", "E2 pending", "E3 suspended",
			"E4 excluded: listed in old.csv:9", "E5 excluded: an earlier run has excluded the leaver", "E6 held: odd-ref: a word", "E7 invalid: the end date",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := settingsFor("june.report.csv")
			s.Except = tt.except
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				r, err := plan(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				got := decisions(t, r)
				if !slices.EqualFunc(got, tt.want, strings.HasPrefix) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			})
		})
	}
}

func TestThePathOfTheReport(t *testing.T) {
	tests := []struct {
		name    string
		paths   []string
		given   string
		want    string
		inPlace bool
	}{
		{"an export", []string{"june.csv"}, "", "june.report.csv", false},
		{"an export in another folder", []string{"folder/may.csv"}, "", "may.report.csv", false},
		{"a compressed export", []string{"april.csv.gz"}, "", "april.report.csv", false},
		{"a name without an extension", []string{"march"}, "", "march.report.csv", false},
		{"standard input", []string{StdinPath}, "", "stdin.report.csv", false},
		{"two exports", []string{"march", "june.csv"}, "", "march.report.csv", false},
		{"a given path", []string{"june.csv"}, "x.jsonl", "x.jsonl", false},
		{"a report", []string{"folder/old.csv"}, "", "folder/old.csv", true},
		{"a report that is the given path", []string{"folder/old.csv"}, "./folder/../folder/old.csv", "./folder/../folder/old.csv", true},
		{"a report and another path", []string{"folder/old.csv"}, "new.csv", "new.csv", false},
		{"a report and an export", []string{"folder/old.csv", "june.csv"}, "", "old.report.csv", false},
		{"a report that is the given path, and an export", []string{"folder/old.csv", "june.csv"}, "folder/old.csv", "folder/old.csv", false},
	}
	inFolder(t, map[string]string{
		"june.csv": "ref\nE1\n", "folder/may.csv": "ref\nE1\n", "april.csv.gz": "ref\nE1\n", "march": "ref\nE1\n",
		"folder/old.csv": header + "E9,,failed,x.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n",
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := settingsFor(tt.paths...)
			s.Stdin = strings.NewReader("ref\nE1\n")
			inputs, _, err := openInputs(t.Context(), s.Reading)
			if err != nil {
				t.Fatal(err)
			}
			defer inputs.close()
			s.Report, s.Target = tt.given, testTarget
			if got, inPlace := inputs.reportPath(s); got != tt.want || inPlace != tt.inPlace {
				t.Errorf("got %s, %t; want %s, %t", got, inPlace, tt.want, tt.inPlace)
			}
		})
	}
}

func TestAReportOnStandardInputIsNotContinuedInPlace(t *testing.T) {
	s := settingsFor(StdinPath)
	s.Stdin = strings.NewReader(checked(header + "E9,,failed,x.csv,2,500,5,80,2026-01-02T03:04:05Z,,\n"))
	inputs, _, err := openInputs(t.Context(), s.Reading)
	if err != nil {
		t.Fatal(err)
	}
	defer inputs.close()
	s.Target = testTarget
	if got, inPlace := inputs.reportPath(s); got != "stdin.report.csv" || inPlace {
		t.Errorf("got %s, %t", got, inPlace)
	}
}

func TestADateFormatIsProposedOnlyIfItFitsAllInputs(t *testing.T) {
	inFolder(t, map[string]string{
		"iso.csv": "ref,endDate\nE1,2024-06-30\n",
		"uk.csv":  "ref,endDate\nE2,31/01/2024\n",
		"us.csv":  "ref,endDate\nE3,01/31/2024\n",
		"no.csv":  "ref,endDate\nE4,soon\n",
	})
	tests := []struct {
		name  string
		paths []string
		want  string
	}{
		{"all dates can be read", []string{"iso.csv"}, ""},
		{"one input", []string{"uk.csv"}, "DD/MM/YYYY"},
		{"an input that can be read, too", []string{"uk.csv", "iso.csv"}, "DD/MM/YYYY"},
		{"two formats", []string{"uk.csv", "us.csv"}, ""},
		{"no format fits", []string{"uk.csv", "no.csv"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			slices.Reverse(tt.paths) // the order does not matter
			r, err := Rehearse(t.Context(), settingsFor(tt.paths...))
			closed(t, r, err)
			if got := r.Inputs.DateFormat(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestZerosArePutBackOnlyIfAllInputsAgree(t *testing.T) {
	const cut = "ref\n00001234\n1235\n"
	tests := []struct {
		name  string
		other string
		want  int
	}{
		{"the other input has lost zeros, too", "ref\n00004711\n4712\n", 8},
		{"it has numbers of that length", "ref\n12345678\n00004711\n", 8},
		{"it has no numbers", "ref\nE4711\nE4712\n", 8},
		{"it has numbers without zeros", "ref\n4711\n4712\n", 0},
		{"it has another number of zeros", "ref\n004711\n4712\n", 0},
		{"one of its refs has another number of zeros", "ref\n00004711\n0004712\n4713\n", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inFolder(t, map[string]string{"june.csv": cut, "july.csv": tt.other})
			r, err := Rehearse(t.Context(), settingsFor("june.csv", "july.csv"))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			held, err := r.Held(t.Context(), 1)
			if err != nil || len(held) == 0 || held[0].Doubt != leaver.CutZeros || held[0].Remedy.Digits != tt.want || r.Inputs.RefPad() != tt.want {
				t.Errorf("%d digits are proposed, and held are %v, %v", r.Inputs.RefPad(), held, err)
			}
		})
	}
}
