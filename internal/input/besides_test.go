package input_test

import (
	"strings"
	"testing"

	"offboard/internal/input"
)

// Some leavers may be in a sheet that has no column for the ref.
func TestASheetThatIsNotReadIsSaid(t *testing.T) {
	const leavers, notes = `<row><c t="str"><v>ref</v></c></row><row><c t="str"><v>E1</v></c></row>`, `<row><c t="str"><v>Number</v></c></row><row><c t="str"><v>E2</v></c></row>`
	const title = `<row><c t="str"><v>Made by HR</v></c></row>`
	for name, tt := range map[string]struct {
		second, state, sheet, want string
	}{
		"it has rows":          {notes, "", "", `the sheet "Two" is not read, because it has no column for the ref`},
		"it has a title":       {title, "", "", ""},
		"it has nothing":       {"", "", "", ""},
		"it is hidden":         {notes, "hidden", "", ""},
		"another one is named": {notes, "", "One", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := workbook(t, map[string]string{
				"xl/worksheets/sheet1.xml":   "<worksheet><sheetData>" + leavers + "</sheetData></worksheet>",
				"xl/worksheets/sheet2.xml":   "<worksheet><sheetData>" + tt.second + "</sheetData></worksheet>",
				"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="One" r:id="rId1"/><sheet name="Two" state="` + tt.state + `" r:id="rId2"/></sheets></workbook>`,
				"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/worksheet" Target="worksheets/sheet2.xml"/></Relationships>`,
			})
			o := input.Options{Sheet: tt.sheet}
			s, err := open(t, "leavers.xlsx", text, o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := read(t, s, o); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(s.Warnings(), "; "); got != tt.want {
				t.Errorf("the warnings are %q, want %q", got, tt.want)
			}
		})
	}
}

// A title may stand beside the table, where the header has no name.
func TestATitleBesideTheTable(t *testing.T) {
	row := func(cells string) string { return "<row>" + cells + "</row>" }
	text := func(cell string) string { return `<c t="str"><v>` + cell + `</v></c>` }
	for name, tt := range map[string]struct {
		between string
		want    []string
	}{
		"a title":           {row("<c/><c/><c/>" + text("Still employed")), []string{`4 below-title: it stands below "Still employed" in row 3`}},
		"a number":          {row("<c/><c/><c/><c><v>17</v></c>"), nil},
		"a remark in a row": {row(text("E8") + text("Ken") + "<c/>" + text("see below")), nil},
		"a day":             {row("<c/><c/><c/>" + text("2024-01-02")), nil},
	} {
		t.Run(name, func(t *testing.T) {
			sheet := row(text("ref")+text("Name")) + row(text("E1")+text("Ada")) + tt.between + row(text("E2")+text("Bo"))
			_, rows, err := story{text: workbook(t, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + sheet + "</sheetData></worksheet>"})}.read(t, "leavers.xlsx")
			if err != nil {
				t.Fatal(err)
			}
			compareDoubts(t, rows, tt.want)
		})
	}
}
