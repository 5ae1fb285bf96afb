package view

import (
	"archive/zip"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"offboard/internal/leaver"
	"offboard/internal/xlsx"
)

// made is when the workbooks of the tests are made.
var made = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// lineOf returns a line of a report.
func lineOf(ref, endDate string, o leaver.Outcome, reason string) leaver.Result {
	return leaver.Result{
		Row:     leaver.NewRow(leaver.Place{Source: "june.csv", Row: 2}, ref, endDate, time.UTC),
		Outcome: o, HTTPStatus: 200, Attempts: 1, Duration: 87 * time.Millisecond, FinishedAt: made,
		RequestID: "r-1", Reason: reason, Target: "sandbox",
	}
}

// linesOf returns lines that can be read several times.
func linesOf(lines ...leaver.Result) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for _, line := range lines {
			if !yield(line, nil) {
				return
			}
		}
	}
}

// written writes a workbook, and returns its path.
func written(t *testing.T, b Book) (path string, w Written) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "copy.xlsx")
	b.Made = made
	w, err := WriteWorkbook(t.Context(), path, b)
	if err != nil {
		t.Fatal(err)
	}
	return path, w
}

// rowsOf returns the rows of a sheet as our own reader has them, the header first.
func rowsOf(t *testing.T, path, name string) (rows [][]xlsx.Cell) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	scratch := func() (*os.File, error) { return os.CreateTemp(t.TempDir(), "") }
	w, err := xlsx.Open(f, info.Size(), scratch, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	at := slices.IndexFunc(w.Sheets(), func(s xlsx.Sheet) bool { return s.Name == name })
	if at < 0 {
		t.Fatalf("there is no sheet %s among %v", name, w.Sheets())
	}
	cells, err := w.Read(w.Sheets()[at])
	if err != nil {
		t.Fatal(err)
	}
	defer cells.Close()
	for row, err := range cells.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, slices.Clone(row.Cells))
	}
	return rows
}

// textsOf returns the texts of a column of a sheet, without the header.
func textsOf(t *testing.T, path, name string, column int) (texts []string) {
	t.Helper()
	for _, row := range rowsOf(t, path, name)[1:] {
		text := ""
		if column < len(row) {
			text = row[column].Text
		}
		texts = append(texts, text)
	}
	return texts
}

// opened opens a workbook with the library.
func opened(t *testing.T, path string) *excelize.File {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// partsOf returns the parts of a workbook by their names.
func partsOf(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	all := map[string]string{}
	for _, f := range z.File {
		if _, twice := all[f.Name]; twice {
			t.Errorf("the workbook has the part %s twice", f.Name)
		}
		part, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(text)
	}
	return all
}

// wantNoFormula looks for a formula in every sheet, and for anything that leads out of the
// workbook.
func wantNoFormula(t *testing.T, path string) {
	t.Helper()
	for name, text := range partsOf(t, path) {
		sheet := strings.HasPrefix(name, "xl/worksheets/")
		if sheet && (strings.Contains(text, "<f>") || strings.Contains(text, "<f ") || strings.Contains(text, "<f/") || strings.Contains(text, `t="str"`)) {
			t.Errorf("%s has a formula", name)
		}
		if strings.Contains(text, "hyperlink") && !strings.HasPrefix(name, "xl/theme/") || strings.Contains(text, `TargetMode="External"`) || strings.Contains(name, "externalLink") {
			t.Errorf("%s leads out of the workbook", name)
		}
	}
}

// styleOf returns the style of a cell.
func styleOf(t *testing.T, f *excelize.File, sheet, cell string) *excelize.Style {
	t.Helper()
	id, err := f.GetCellStyle(sheet, cell)
	if err != nil {
		t.Fatal(err)
	}
	style, err := f.GetStyle(id)
	if err != nil {
		t.Fatal(err)
	}
	return style
}
