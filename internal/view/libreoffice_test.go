package view

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offboard/internal/leaver"
)

// TestLibreOfficeShowsEveryRefAsItWas opens a workbook with a program that people use, and
// lets it write every sheet as CSV, as it shows the cells. It needs Debian's package
// libreoffice-calc.
func TestLibreOfficeShowsEveryRefAsItWas(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("LibreOffice is not installed: the workbook is read back by our reader and by the library only")
	}
	outcomes := []leaver.Outcome{leaver.Suspended, leaver.Held, leaver.NotFound}
	var lines []leaver.Result
	for _, o := range outcomes {
		for _, ref := range oddRefs {
			lines = append(lines, lineOf(ref, "2024-06-30", o, "=1+1"))
		}
	}
	lines = append(lines, lineOf("moment", "2024-06-30T17:00:00+02:00", leaver.Failed, "@SUM(A1)"), lineOf("text", "30/06/2024", leaver.Failed, "+1"))
	path, w := written(t, Book{Reports: []string{"=1+1"}, Kept: []string{"=2+2"}, Lines: linesOf(lines...)})
	folder := t.TempDir()
	// The comma, the quote, UTF-8, cells as they are shown, and every sheet.
	const form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
	out, err := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+t.TempDir(), "--headless", "--convert-to", form, "--outdir", folder, path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, sheet := range w.Sheets {
		f, err := os.Open(filepath.Join(folder, "copy-"+sheet+".csv"))
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		r := csv.NewReader(f)
		r.FieldsPerRecord = -1
		records, err := r.ReadAll()
		if err != nil || f.Close() != nil {
			t.Fatalf("%s: %v", sheet, err)
		}
		switch sheet {
		case summarySheet:
			if !slices.ContainsFunc(records, func(record []string) bool { return record[0] == "=1+1" }) {
				t.Errorf("the summary does not show the name of the report: %q", records)
			}
		case "failed":
			wantColumn(t, records, 1, "2024-06-30 15:00:00", "30/06/2024")
			wantColumn(t, records, 10, "@SUM(A1)", "+1")
		case allRows:
			wantColumn(t, records, 0, append(slices.Repeat(oddRefs, len(outcomes)), "moment", "text")...)
			if records[0][12] != "=2+2" {
				t.Errorf("the header is %q", records[0])
			}
		default:
			wantColumn(t, records, 0, oddRefs...)
			wantColumn(t, records, 1, slices.Repeat([]string{"2024-06-30"}, len(oddRefs))...)
			wantColumn(t, records, 8, slices.Repeat([]string{"2026-01-02 03:04:05"}, len(oddRefs))...)
			wantColumn(t, records, 10, slices.Repeat([]string{"=1+1"}, len(oddRefs))...)
		}
	}
	if !strings.Contains(string(out), "Writing sheet All rows") {
		t.Errorf("LibreOffice says\n%s", out)
	}
}

// wantColumn compares a column of records below their header.
func wantColumn(t *testing.T, records [][]string, column int, want ...string) {
	t.Helper()
	if len(records) != len(want)+1 {
		t.Errorf("there are %d rows, want %d", len(records)-1, len(want))
		return
	}
	for i, record := range records[1:] {
		if record[column] != want[i] {
			t.Errorf("row %d, column %d: %q is shown, want %q", i+2, column, record[column], want[i])
		}
	}
}
