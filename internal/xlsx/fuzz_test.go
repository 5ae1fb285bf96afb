package xlsx_test

import (
	"strings"
	"testing"

	"offboard/internal/xlsx"
)

// FuzzSheet reads cells that no program has written: the result is rows, the same
// ones in each reading, or an error.
func FuzzSheet(f *testing.F) {
	for _, rows := range []string{
		``, `<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>45473</v></c></row>`,
		`<row><c><f>A1</f></c><c t="e"><v>#N/A</v></c></row>`, `<row r="3" hidden="1"><c t="inlineStr"><is><r><t>a</t></r><rPh><t>b</t></rPh></is></c></row>`,
		`<row r="2"><c r="B2" t="d"><v>2024-06-30</v></c><c r="A2"><v>1.5E300</v></c></row>`, `<row r="2"><c r="A2"><v>-0</v></c><c s="1"><v>NaN</v></c></row>`,
		`<row r="2"><c r="A2" s="1"><v>1e400</v></c><c><v>0x1p4</v></c></row></sheetData>`, `<row r="2"/><row r="2"/>`, `<row r="2"><c r="A2" t="str"><v>` + "\ue002" + `</v></c></row>`,
		`<row><c t="str"><v>_x000D__xD83D__x005F_</v></c><c s="4"><v>7</v></c><c t="b"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells><sheetData>`,
	} {
		f.Add(rows)
	}
	f.Fuzz(func(t *testing.T, rows string) {
		text := pack(t, map[string]string{sheetPart: sheetOf(rows)})
		w, err := xlsx.Open(strings.NewReader(text), int64(len(text)), scratch)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		c, err := w.Read(w.Sheets()[0])
		if err != nil {
			return
		}
		defer c.Close()
		last := 0
		for row, err := range c.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			if row.Number <= last || len(row.Cells) == 0 || row.Cells[len(row.Cells)-1] == (xlsx.Cell{}) {
				t.Errorf("after row %d follows %+v", last, row)
			}
			last = row.Number
		}
		lines(t, c) // which reads them twice
	})
}
