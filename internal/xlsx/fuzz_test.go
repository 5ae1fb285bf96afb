package xlsx_test

import (
	"encoding/xml"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"offboard/internal/xlsx"
)

// FuzzSheet reads cells that no program has written: the result is rows, the same
// ones in each reading and in UTF-16, or an error that says what to do.
func FuzzSheet(f *testing.F) {
	for _, rows := range []string{
		``, `<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>45473</v></c></row>`,
		`<row><c><f>A1</f></c><c t="e"><v>#N/A</v></c></row>`, `<row r="3" hidden="1"><c t="inlineStr"><is><r><t>a</t></r><rPh><t>b</t></rPh></is></c></row>`,
		`<row r="2"><c r="B2" t="d"><v>2024-06-30T17:00+02:00</v></c><c r="A2"><v>1.5E300</v></c></row>`, `<row r="2"><c r="A2"><v>-0</v></c><c s="1"><v>NaN</v></c></row>`,
		`<row r="2"><c r="A2" s="1"><v>1e400</v></c><c><v>0x1p4</v></c></row></sheetData>`, `<row r="2"/><row r="2" ht="0"/>`, `<row r="2"><c r="A2" t="str"><v>` + "\ue002" + `</v></c></row>`,
		`<row><c t="str"><v>_x000D__xD83D__x005F_</v></c><c s="4"><v>7</v></c><c t="b"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells><sheetData>`,
		`</sheetData><cols><col min="1" max="2" hidden="1"/></cols><sheetData><row><c><f t="array" ref="A1:B2"/><v>0</v></c><c t="str"><f/><v></v></c></row><row><c/><c><v>5</v></c></row>`,
	} {
		f.Add(rows, `[Red][<=0]"a;b"0;dd/mm/yyyy;@`, true)
		f.Add(rows, `000000;-0;`, false)
	}
	f.Fuzz(func(t *testing.T, rows, code string, onLoad bool) {
		var attribute strings.Builder
		if err := xml.EscapeText(&attribute, []byte(code)); err != nil {
			t.Fatal(err)
		}
		calculation := "<calcPr/>"
		if onLoad {
			calculation = `<calcPr fullCalcOnLoad="1"/>`
		}
		parts := map[string]string{sheetPart: sheetOf(rows),
			"xl/workbook.xml": `<workbook xmlns:r="r"><sheets><sheet name="One" r:id="rId1"/></sheets>` + calculation + `</workbook>`,
			"xl/styles.xml":   `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="` + attribute.String() + `"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>`}
		want, wantErr := rowsOf(t, pack(t, parts))
		if !utf8.ValidString(rows) || strings.HasPrefix(rows, "<?") || len(rows) > 1000 {
			return
		}
		var err error
		if parts[sheetPart], err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(parts[sheetPart]); err != nil {
			t.Fatal(err)
		}
		if got, err := rowsOf(t, pack(t, parts)); !slices.Equal(got, want) || (err == nil) != (wantErr == nil) {
			t.Errorf("in UTF-16 the rows are %q, %v; want %q, %v", got, err, want, wantErr)
		}
	})
}

// rowsOf reads the first sheet of a workbook twice.
func rowsOf(t *testing.T, text string) ([]string, error) {
	w, err := xlsx.Open(strings.NewReader(text), int64(len(text)), scratch, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	c, err := w.Read(w.Sheets()[0])
	if err != nil {
		if !errors.Is(err, xlsx.ErrDamaged) || !strings.HasSuffix(err.Error(), "save it as .xlsx") {
			t.Errorf("reading: %v", err)
		}
		return nil, err
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
	return lines(t, c), nil
}
