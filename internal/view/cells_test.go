package view

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"offboard/internal/leaver"
	"offboard/internal/xlsx"
)

// oddRefs are refs that a spreadsheet program would change if it took them for anything but
// a text.
var oddRefs = []string{
	"007", "00000000", "1E5", "12E3", "1.20457E+11", "123456789012345678901234567890", "-5", "+49 30 1234", "=1+1", "@SUM(A1)",
	"=cmd|' /C calc'!A0", "'007", "''", "1,5", "1.50", "12%", "2024-06-30", "30.6.", "6/7", "3-4", "12:30", "TRUE", "false", "#N/A", "NULL",
	"_x0041_", "_x005F_", "_x005F_x0041_", "_X0041_", "_x000D_", "a_x0009_b", "<t>&amp;</t>", `"quoted"`, "]]>", "{=1+1}", "\uff1d1+1",
	"x\u202e=1+1", "x\u2028y", "é", "e\u0301", "日本", "😀", "a  b", "$1,000", "1 000", "1e400", "0x10", "½",
}

func TestEveryRefComesBackAsItWas(t *testing.T) {
	var lines []leaver.Result
	for _, ref := range oddRefs {
		lines = append(lines, lineOf(ref, "", leaver.NotFound, ""))
	}
	path, _ := written(t, Book{Lines: linesOf(lines...)})
	f := opened(t, path)
	for _, sheet := range []string{"not_found", "All rows"} {
		for i, row := range rowsOf(t, path, sheet)[1:] {
			cell := fmt.Sprintf("A%d", i+2)
			if row[0] != (xlsx.Cell{Kind: xlsx.Text, Text: oddRefs[i]}) {
				t.Errorf("%s %s: our reader has %+v, want the text %q", sheet, cell, row[0], oddRefs[i])
			}
			kind, err := f.GetCellType(sheet, cell)
			if err != nil || kind != excelize.CellTypeInlineString {
				t.Errorf("%s %s: the library has the type %v, %v", sheet, cell, kind, err)
			}
			if text, err := f.GetCellValue(sheet, cell); err != nil || text != oddRefs[i] {
				t.Errorf("%s %s: the library has %q, %v, want %q", sheet, cell, text, err, oddRefs[i])
			}
			if id, err := f.GetCellStyle(sheet, cell); err != nil {
				t.Error(err)
			} else if style, err := f.GetStyle(id); err != nil || style.NumFmt != 49 {
				t.Errorf("%s %s: the format is %+v, %v, and not that of a text", sheet, cell, style, err)
			}
		}
	}
	wantNoFormula(t, path)
}

func TestDatesAreDates(t *testing.T) {
	tests := []struct {
		name, endDate string
		kind          xlsx.Kind
		shown         string // by the library
	}{
		{"a day", "2024-06-30", xlsx.Date, "2024-06-30"},
		{"a day with a zone is that day", "2024-06-30T00:00:00+02:00", xlsx.Date, "2024-06-30"},
		{"a day on which a leap year begins to differ", "2024-02-29", xlsx.Date, "2024-02-29"},
		{"a moment", "2024-06-30T17:05:09Z", xlsx.Date, "2024-06-30 17:05:09"},
		{"a moment in another zone is shown in UTC", "2024-07-01T01:30:00+02:00", xlsx.Date, "2024-06-30 23:30:00"},
		{"an old day", "1950-01-01", xlsx.Date, "1950-01-01"},
		{"a day far ahead", "9998-12-31", xlsx.Date, "9998-12-31"},
		{"a moment at the end of time", "9999-12-31T23:59:59-14:00", xlsx.Text, "9999-12-31T23:59:59-14:00"},
		{"another form", "30/06/2024", xlsx.Text, "30/06/2024"},
		{"no day of the calendar", "2024-02-30", xlsx.Text, "2024-02-30"},
		{"a formula", "=TODAY()", xlsx.Text, "=TODAY()"},
	}
	var lines []leaver.Result
	for _, tt := range tests {
		lines = append(lines, lineOf("E1", tt.endDate, leaver.Invalid, ""))
	}
	path, _ := written(t, Book{Lines: linesOf(lines...)})
	rows, f := rowsOf(t, path, "invalid"), opened(t, path)
	for i, tt := range tests {
		cell := fmt.Sprintf("B%d", i+2)
		if got := rows[i+1][1]; got.Kind != tt.kind {
			t.Errorf("%s: our reader has %+v, want a %s", tt.name, got, tt.kind)
		}
		if shown, err := f.GetCellValue("invalid", cell); err != nil || shown != tt.shown {
			t.Errorf("%s: %q is shown, %v, want %q", tt.name, shown, err, tt.shown)
		}
	}
	if rows[1][1].Text != "45473" {
		t.Errorf("30 June 2024 is day %s, want 45473", rows[1][1].Text)
	}
	wantNoFormula(t, path)
}

func TestMomentsAreInUTCAndNumbersAreNumbers(t *testing.T) {
	line := lineOf("E1", "", leaver.Failed, "503")
	line.HTTPStatus, line.Attempts, line.Row.Place.Row = 503, 6, 1_000_001
	line.FinishedAt = time.Date(2026, 1, 2, 4, 4, 5, 999_000_000, time.FixedZone("", 3600))
	none := lineOf("E2", "", leaver.Pending, "")
	none.HTTPStatus, none.Attempts, none.Duration, none.FinishedAt = 0, 0, 0, time.Time{}
	old := lineOf("E3", "", leaver.Pending, "")
	old.FinishedAt = time.Date(12, 1, 2, 3, 4, 5, 0, time.UTC)
	late := lineOf("E4", "", leaver.Pending, "")
	late.FinishedAt = time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("", -14*3600))
	path, _ := written(t, Book{Lines: linesOf(line, none, old, late)})
	rows := rowsOf(t, path, "All rows")
	wantCells(t, rows[1][4:9], "number 1000001", "number 503", "number 6", "number 87", "date 46024.1278472106")
	wantCells(t, rows[2][4:8], "number 2", "text ", "number 0", "number 0")
	wantCells(t, rows[3][8:9], "text 0012-01-02T03:04:05Z")
	wantCells(t, rows[4][8:9], "text 10000-01-01T13:59:59Z")
	if shown, err := opened(t, path).GetCellValue("All rows", "I2"); err != nil || !strings.HasPrefix(shown, "2026-01-02 03:04:0") {
		t.Errorf("%q is shown, %v", shown, err)
	}
	if rows[0][8].Text != "Finished at (UTC)" {
		t.Errorf("the header is %q", rows[0][8].Text)
	}
}

// wantCells compares cells with their kinds and texts.
func wantCells(t *testing.T, cells []xlsx.Cell, want ...string) {
	t.Helper()
	var got []string
	for _, c := range cells {
		got = append(got, c.Kind.String()+" "+c.Text)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestHostileTextsDoNoHarm(t *testing.T) {
	long := strings.Repeat("x", maxText-1)
	tests := map[string]struct{ text, want string }{
		"control characters":                    {"a\x00b\x1bc\x7f", "a\ufffdb\ufffdc\x7f"},
		"invalid UTF-8":                         {"a\xffb", "a\ufffdb"},
		"no characters":                         {"a\ufffeb\uffffc", "a\ufffdb\ufffdc"},
		"line breaks stay":                      {"a\nb\r\nc\td", "a\nb\r\nc\td"},
		"white space stays":                     {" a ", " a "},
		"the end of a cell":                     {"</t></is></c><c r=\"Z1\"><f>1+1</f></c>", "</t></is></c><c r=\"Z1\"><f>1+1</f></c>"},
		"an entity":                             {"&lt;&#65;&x;", "&lt;&#65;&x;"},
		"a call of another program":             {"=DDE(\"cmd\";\"/C calc\";\"x\")", "=DDE(\"cmd\";\"/C calc\";\"x\")"},
		"a link":                                {"=HYPERLINK(\"http://x.example\")", "=HYPERLINK(\"http://x.example\")"},
		"as long as it may be":                  {long + "y", long + "y"},
		"too long":                              {long + "yz", long + "…"},
		"too long, and invalid UTF-8":           {strings.Repeat("\xff", maxText+1), strings.Repeat("\ufffd", maxText-1) + "…"},
		"cut in front of a character of two":    {long[1:] + "😀y", long[1:] + "…"},
		"as long as it may be, by its bytes":    {strings.Repeat("é", maxText), strings.Repeat("é", maxText)},
		"too long by characters that are twice": {strings.Repeat("😀", 16_384), strings.Repeat("😀", 16_383) + "…"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			line := lineOf("E1", "", leaver.Rejected, tt.text)
			line.Source, line.RequestID, line.Target, line.Kept = tt.text, tt.text, tt.text, []string{tt.text}
			path, _ := written(t, Book{Reports: []string{tt.text}, Kept: []string{tt.text}, Lines: linesOf(line)})
			rows := rowsOf(t, path, "rejected")
			for _, at := range []int{3, 9, 10, 11, 12} {
				if got := rows[1][at]; got != (xlsx.Cell{Kind: xlsx.Text, Text: tt.want}) {
					t.Errorf("column %d has %s %.60q, want %.60q", at, got.Kind, got.Text, tt.want)
				}
			}
			if rows[0][12].Text != tt.want {
				t.Errorf("the header is %.60q", rows[0][12].Text)
			}
			if n := len(utf16.Encode([]rune(rows[1][10].Text))); n > 32_767 {
				t.Errorf("the cell has %d characters", n)
			}
			if text, err := opened(t, path).GetCellValue("rejected", "K2"); err != nil || text != tt.want {
				t.Errorf("the library has %.60q, %v", text, err)
			}
			wantNoFormula(t, path)
		})
	}
}

// TestRandomTextsComeBack puts texts of awkward characters into a workbook.
func TestRandomTextsComeBack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	awkward := []rune("_x005Fx0041_<>&\"'=+-@\t\n\r ;éß日😀\u00a0\u200b\u2028\ufeff\x7f0123")
	var lines []leaver.Result
	for range 2000 {
		text := []rune{'.'} // so that there is more than white space
		for range random.IntN(24) {
			text = append(text, awkward[random.IntN(len(awkward))])
		}
		lines = append(lines, lineOf("E1", "", leaver.Suspended, string(text)))
	}
	path, _ := written(t, Book{Lines: linesOf(lines...)})
	for i, text := range textsOf(t, path, "All rows", 10) {
		if text != lines[i].Reason {
			t.Errorf("%q came back as %q", lines[i].Reason, text)
		}
	}
	wantNoFormula(t, path)
}
