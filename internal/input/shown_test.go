package input_test

import (
	"strconv"
	"testing"

	"offboard/internal/input"
)

// A number counts with the zeros that the sheet shows in front of it.
func TestZerosThatASheetShowsCount(t *testing.T) {
	sheet := workbook(t, map[string]string{
		"xl/styles.xml":            `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="00000000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="str"><v>ref</v></c><c t="str"><v>endDate</v></c></row><row><c t="str"><v>a</v></c><c s="1"><v>1062024</v></c></row></sheetData></worksheet>`,
	})
	story{text: sheet, options: input.Options{Dates: dates(t, "DDMMYYYY")}, rows: []string{"2 a 2024-06-01"}}.check(t, "leavers.xlsx")
	story{text: sheet, options: where(t, "endDate=01062024"), rows: []string{"2 ! endDate"}}.check(t, "leavers.xlsx")
	story{text: sheet, options: where(t, "endDate!=01062024"), rows: nil}.check(t, "leavers.xlsx")
}

func TestAWiderHeaderBelowEndsTheReadingOfASheet(t *testing.T) {
	row := func(cells ...string) string {
		text := "<row>"
		for _, c := range cells {
			text += `<c t="str"><v>` + c + `</v></c>`
		}
		return text + "</row>"
	}
	sheet := workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + row("Employee ID", "Leave Date") + row("E1", "2024-01-01") +
		row("Employee ID", "Kommentar", "Austritt") + row("M9", "", "") + `</sheetData></worksheet>`})
	// Further down than the rows among which the header is looked for.
	story{text: sheet, fails: []string{"leavers.xlsx:1: row 1 and row 3 could each be the header"}}.check(t, "leavers.xlsx")
	var rows []string
	below := ""
	for i := range 40 {
		below += row("E1000"+string(rune('a'+i%26)), "2024-01-01")
		rows = append(rows, "")
		rows[i] = strconv.Itoa(i+2) + " E1000" + string(rune('a'+i%26)) + " 2024-01-01"
	}
	sheet = workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>` + row("Employee ID", "Leave Date") + below +
		row("Employee ID", "Kommentar", "Austritt") + row("M9", "", "") + `</sheetData></worksheet>`})
	story{text: sheet, rows: rows, fails: []string{"leavers.xlsx:42: this looks like another header"}}.check(t, "leavers.xlsx")
}
