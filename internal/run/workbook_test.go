package run

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"offboard/internal/report"
	"offboard/internal/view"
)

// workbookOf writes the workbook of reports, and returns the texts of all rows.
func workbookOf(t *testing.T, paths ...string) [][]string {
	t.Helper()
	all, err := OpenReports(t.Context(), paths, time.UTC, "")
	if err != nil {
		t.Fatal(err)
	}
	w, err := all.WriteWorkbook(t.Context(), "copy.xlsx", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err := errors.Join(err, all.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenFile("copy.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("All rows")
	if err := errors.Join(err, f.Close(), os.Remove("copy.xlsx")); err != nil {
		t.Fatal(err)
	}
	if w.Rows != len(rows)-1 {
		t.Errorf("%d rows were said, and there are %d", w.Rows, len(rows)-1)
	}
	return rows
}

func TestTheWorkbookHasOnlyTheLinesThatCount(t *testing.T) {
	const lines = "E1,2024-06-30,failed,a.csv,2,503,6,80,2026-01-02T03:04:05.000Z,r-1,503\n" +
		"007,,not_found,a.csv,3,404,1,80,2026-01-02T03:04:06.000Z,r-2,=1+1\n" +
		"E1,2024-06-30,suspended,a.csv,2,200,1,80,2026-01-03T03:04:05.000Z,r-3,\n"
	object := func(ref, endDate, o, at, reason string) string {
		return `{"ref":"` + ref + `","endDate":"` + endDate + `","outcome":"` + o + `","source":"a.csv","row":2,"httpStatus":200,"attempts":1,"durationMs":80,"finishedAt":"` + at +
			`","requestId":"r","error":"` + reason + `","target":"` + testTarget + `","check":"` + report.Check(testTarget, ref, endDate) + `"}` + "\n"
	}
	inFolder(t, map[string]string{
		"a.csv":     header + lines,
		"a.jsonl":   object("E1", "2024-06-30", "failed", "2026-01-02T03:04:05Z", "503") + object("007", "", "not_found", "2026-01-02T03:04:06Z", "=1+1") + object("E1", "2024-06-30", "suspended", "2026-01-03T03:04:05Z", ""),
		"saved.csv": strings.ReplaceAll(checked(header+lines), ",", ";"),
	})
	for _, path := range []string{"a.csv", "a.jsonl", "saved.csv"} {
		var got []string
		for _, row := range workbookOf(t, path)[1:] {
			got = append(got, strings.Join([]string{row[0], row[1], row[2], row[8], row[10]}, "|"))
		}
		if want := []string{"007||not_found|2026-01-02 03:04:06|=1+1", "E1|2024-06-30|suspended|2026-01-03 03:04:05|"}; !slices.Equal(got, want) {
			t.Errorf("%s: the rows are %q, want %q", path, got, want)
		}
	}
}

// TestKeptColumnsOfSeveralReportsStandBelowTheirNames has reports that keep other columns,
// and the same ones in another order.
func TestKeptColumnsOfSeveralReportsStandBelowTheirNames(t *testing.T) {
	line := func(ref, at string, kept ...string) string {
		return ref + ",,failed,a.csv,2,,1,0,2026-01-02T03:04:0" + at + "Z,,," + testTarget + "," + report.Check(testTarget, ref, "") + strings.Join(append([]string{""}, kept...), ",") + "\n"
	}
	head := strings.TrimSpace(header)
	inFolder(t, map[string]string{
		"a.csv": head + ",Surname,City\n" + line("E1", "1", "Ash", "Ulm"),
		"b.csv": head + ",city,Surname\n" + line("E2", "2", "Rom", "Birch"),
		"c.csv": head + ",Grade,Surname\n" + line("E3", "3", "12", "Cole"),
		"d.csv": head + "\n" + line("E4", "4"),
	})
	for _, tt := range []struct {
		paths []string
		want  string
	}{
		{[]string{"a.csv", "b.csv", "c.csv", "d.csv"}, "Surname|City|Grade / Ash|Ulm / Birch|Rom / Cole||12 / "},
		{[]string{"d.csv", "b.csv", "a.csv"}, "city|Surname / Ulm|Ash / Rom|Birch / "},
		{[]string{"c.csv"}, "Grade|Surname / 12|Cole"},
		{[]string{"d.csv"}, " / "},
	} {
		var got []string
		for _, row := range workbookOf(t, tt.paths...) {
			got = append(got, strings.Join(row[12:], "|"))
		}
		if strings.Join(got, " / ") != tt.want {
			t.Errorf("%q: the columns are %q, want %q", tt.paths, strings.Join(got, " / "), tt.want)
		}
	}
}

func TestNoWorkbookIsWrittenOverAReport(t *testing.T) {
	inFolder(t, map[string]string{"a.xlsx": header, "b.csv": header})
	if err := os.Link("b.csv", "b.xlsx"); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{
		"a.xlsx":   "a.xlsx is one of the reports; name another file for the workbook",
		"./a.xlsx": "./a.xlsx is one of the reports; name another file for the workbook",
		"b.xlsx":   "b.xlsx is one of the reports; name another file for the workbook",
		"b.csv":    "b.csv is one of the reports; name another file for the workbook",
		"c.csv":    "c.csv: the name of a workbook ends in .xlsx",
	} {
		all, err := OpenReports(t.Context(), []string{"a.xlsx", "b.csv"}, time.UTC, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = all.WriteWorkbook(t.Context(), path, time.Time{})
		if err == nil || err.Error() != says {
			t.Errorf("%s: the error is %v, want %q", path, err, says)
		}
		if err := all.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := os.WriteFile("broken.csv", []byte(header+"E1,,failed,a.csv\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := OpenReports(t.Context(), []string{"broken.csv"}, time.UTC, "")
	if err != nil {
		t.Fatal(err)
	}
	// The path is known to be wrong before a line is read.
	if _, err := all.WriteWorkbook(t.Context(), "c.csv", time.Time{}); err == nil || err.Error() != "c.csv: the name of a workbook ends in .xlsx" {
		t.Errorf("the error is %v", err)
	}
	if err := all.Close(); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"a.xlsx", "b.csv"} {
		if text, err := os.ReadFile(path); err != nil || string(text) != header {
			t.Errorf("%s is %q, %v", path, text, err)
		}
	}
}

// lateContext ends when it was asked a number of times whether it has ended.
type lateContext struct {
	context.Context
	asked, most int
}

func (c *lateContext) Err() error {
	if c.asked++; c.asked <= c.most {
		return nil
	}
	return c.Context.Err()
}

func TestAWorkbookEndsWithTheContext(t *testing.T) {
	stop := errors.New("interrupted")
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	inFolder(t, map[string]string{"a.csv": header + strings.Repeat("E1,,failed,a.csv,2,,1,0,2026-01-02T03:04:05Z,,\n", 3)})
	for _, most := range []int{0, 2, 3, 4} { // the lines are read three times, and one of them counts
		ctx := &lateContext{Context: ended, most: most}
		all, err := OpenReports(t.Context(), []string{"a.csv"}, time.UTC, "")
		if err != nil {
			t.Fatal(err)
		}
		_, err = all.WriteWorkbook(ctx, "copy.xlsx", time.Time{})
		if _, broke := errors.AsType[*view.WriteError](err); !errors.Is(err, stop) || broke || ctx.asked > most+2 {
			t.Errorf("asked %d times, the error is %T %v", ctx.asked, err, err)
		}
		if err := all.Close(); err != nil {
			t.Error(err)
		}
		if files, err := os.ReadDir("."); err != nil || len(files) != 1 {
			t.Errorf("the folder has %v, %v", files, err)
		}
	}
}
