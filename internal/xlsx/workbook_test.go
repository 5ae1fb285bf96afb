package xlsx_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"offboard/internal/xlsx"
)

// one is the part of a sheet with a header and one leaver.
var one = sheetOf(`<row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c t="s"><v>2</v></c><c s="1"><v>44011</v></c></row>`)

// withBook is a workbook with the sheet one, and with this content of its main part.
func withBook(t *testing.T, book string) string {
	return pack(t, map[string]string{sheetPart: one, "xl/workbook.xml": `<workbook xmlns:r="r">` + book + `</workbook>`})
}

func TestSheets(t *testing.T) {
	w, err := open(t, withBook(t, `<sheets><sheet name="Chart" r:id="rId9"/><sheet name=" One " r:id="rId1"/><sheet name="Two &amp; three" r:id="rId1" state="hidden"/><sheet name="Four" r:id="rId1" state="veryHidden"/><sheet name="Five" r:id="rId1" state="visible"/></sheets>`))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range w.Sheets() {
		got = append(got, fmt.Sprintf("%q %t", s.Name, s.Hidden))
		c, err := w.Read(s)
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{`1 "ref", "endDate"`, `2 "E1", date 44011`}; !slices.Equal(lines(t, c), want) {
			t.Errorf("sheet %s has %q, want %q", s.Name, lines(t, c), want)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if want := []string{`" One " false`, `"Two & three" true`, `"Four" true`, `"Five" false`}; !slices.Equal(got, want) {
		t.Errorf("the sheets are %s, want %s", got, want)
	}
}

func TestCellsStayWhenTheWorkbookIsClosed(t *testing.T) {
	text := pack(t, map[string]string{sheetPart: one})
	w, err := xlsx.Open(strings.NewReader(text), int64(len(text)), scratch, 0)
	if err != nil {
		t.Fatal(err)
	}
	c, err := w.Read(w.Sheets()[0])
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	if len(lines(t, c)) != 2 {
		t.Error("rows are missing")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	for _, err := range c.Rows() {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("reading closed cells: %v", err)
		}
	}
}

func TestRowsMayBeLeft(t *testing.T) {
	c, err := read(t, pack(t, map[string]string{sheetPart: one}))
	if err != nil {
		t.Fatal(err)
	}
	for row := range c.Rows() {
		if row.Number != 1 {
			t.Errorf("the first row has the number %d", row.Number)
		}
		break
	}
	if len(lines(t, c)) != 2 {
		t.Error("rows are missing in the next reading")
	}
}

func TestDaysCountFrom1904WhereTheWorkbookSaysSo(t *testing.T) {
	const sheets = `<sheets><sheet name="One" r:id="rId1"/></sheets>`
	for book, from1904 := range map[string]bool{
		sheets: false, `<workbookPr/>` + sheets: false, `<workbookPr date1904="0"/>` + sheets: false,
		`<workbookPr date1904="1"/>` + sheets: true, `<workbookPr date1904="true"/>` + sheets: true,
	} {
		text := withBook(t, book)
		w, err := open(t, text)
		if err != nil {
			t.Fatal(err)
		}
		if w.From1904() != from1904 {
			t.Errorf("%s: from 1904: %t", book, w.From1904())
		}
		day := "44011"
		if from1904 {
			day = "45473"
		}
		holds(t, text, `1 "ref", "endDate"`, `2 "E1", date `+day)
	}
	t.Run("numbers and dates in ISO 8601 do not", func(t *testing.T) {
		holds(t, pack(t, map[string]string{"xl/workbook.xml": `<workbook xmlns:r="r"><workbookPr date1904="1"/>` + sheets + `</workbook>`,
			sheetPart: sheetOf(`<row><c><v>44011</v></c><c t="d"><v>2024-06-30</v></c></row>`)}), "1 number 44011, date 45473")
	})
}

func TestMergedAreas(t *testing.T) {
	merged := func(t *testing.T, refs ...string) string {
		areas := `<mergeCell ref="` + strings.Join(refs, `"/><mergeCell ref="`) + `"/>`
		return pack(t, map[string]string{sheetPart: strings.Replace(one, "</sheetData>", "</sheetData><mergeCells>"+areas+"</mergeCells>", 1)})
	}
	c, err := read(t, merged(t, "B3:B4", "A3:B3", "$A$1:$C$1", "A1:XFD1048575", "C5", "aa7:ab9", "$B$7:$B$8", "2:4", "$2:$4", "3:3"))
	if err != nil {
		t.Fatal(err)
	}
	want := []xlsx.Area{{"B3:B4", 1, 1, 3, 4}, {"A1:XFD1048575", 0, 16383, 1, 1048575}, {"aa7:ab9", 26, 27, 7, 9}, {"B7:B8", 1, 1, 7, 8}, {"2:4", 0, 16383, 2, 4}, {"2:4", 0, 16383, 2, 4}}
	if !slices.Equal(c.Merged(), want) {
		t.Errorf("merged are %v, want %v", c.Merged(), want)
	}
	for _, ref := range []string{"A1048576:B3", "2:B", "B:2", "B:B3", "C:B", ":", "B3:B2", "", "ZZZZ1:ZZZZ2", "B1:A2", "A1:B2:C3", "A-1:B2", "A1:B1048577", "0:2", "4:2", "2:1048577", ":2", "2:", "A:", "$:$"} {
		t.Run(ref, func(t *testing.T) {
			refused(t, merged(t, ref), xlsx.ErrDamaged, sheetPart, "is no range of cells")
		})
	}
	t.Run("an area of all rows", func(t *testing.T) {
		c, err := read(t, merged(t, "A:A", "$B:$C", "D1:E1048576", "1:1048576", "B3:B4"))
		if err != nil {
			t.Fatal(err)
		}
		if want := []xlsx.Area{{"B3:B4", 1, 1, 3, 4}}; !slices.Equal(c.Merged(), want) {
			t.Errorf("merged are %v, want %v", c.Merged(), want)
		}
	})
	t.Run("too many", func(t *testing.T) {
		refused(t, merged(t, slices.Repeat([]string{"A1:A2"}, 1<<16+1)...), xlsx.ErrDamaged, "more than 65536 areas of cells are merged")
	})
}

func TestHiddenRowsAreCounted(t *testing.T) {
	c, err := read(t, pack(t, map[string]string{sheetPart: sheetOf(`<row hidden="1"><c><v>1</v></c></row><row hidden="1"/><row hidden="1"><c t="str"><v> </v></c></row><row><c><v>2</v></c></row><row hidden="true"><c><v>3</v></c></row>`)}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Hidden() != 2 {
		t.Errorf("%d rows are hidden, want 2", c.Hidden())
	}
}

func TestWorkbooksOfOtherPrograms(t *testing.T) {
	rows := []string{`1 "ref", "endDate"`, `2 "E1", date 44011`}
	t.Run("parts named as Windows names files", func(t *testing.T) {
		holds(t, strings.ReplaceAll(pack(t, map[string]string{sheetPart: one}), sheetPart, `xl\worksheets\SHEET1.xml`), rows...)
	})
	for name, target := range map[string][2]string{ // the sheet in a relation, and in the archive
		"a backslash in a relation":              {`worksheets\sheet1.xml`, sheetPart},
		"a relation from the top":                {"/xl/worksheets/sheet1.xml", sheetPart},
		"a relation from the top, by backslash":  {`\xl\worksheets\sheet1.xml`, sheetPart},
		"a relation by way of the folder above":  {"../xl/./worksheets/sheet1.xml", sheetPart},
		"a relation above the top":               {"../../xl/worksheets/sheet1.xml", sheetPart},
		"a relation out of the folder":           {"../sheets/sheet1.xml", "sheets/sheet1.xml"},
		"a part at the top":                      {"/sheet1.xml", "/sheet1.xml"},
		"%20 in a relation":                      {"worksheets/my%20sheet.xml", "xl/worksheets/my sheet.xml"},
		"%20 in a relation and in the archive":   {"worksheets/my%20sheet.xml", "xl/worksheets/my%20sheet.xml"},
		"a space in a relation":                  {"worksheets/my sheet.xml", "xl/worksheets/my%20sheet.xml"},
		"other escapes, in small letters":        {"worksheets%2fBl%c3%a4tter%5c1.xml", "xl/worksheets/Blätter/1.xml"},
		"a percent sign that is none":            {"worksheets/100%.xml", "xl/worksheets/100%.xml"},
		"parts that begin with a slash or a dot": {"worksheets/sheet1.xml", "./xl//worksheets/sheet1.xml"},
	} {
		t.Run(name, func(t *testing.T) {
			holds(t, pack(t, map[string]string{target[1]: one, "xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="` + target[0] + `"/><Relationship Id="rId2" Type="x/styles" Target="\xl\styles.xml"/><Relationship Id="rId3" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`}), rows...)
		})
	}
	t.Run("a prefix of all elements", func(t *testing.T) {
		holds(t, pack(t, map[string]string{sheetPart: strings.NewReplacer("</", "</x:", "<", "<x:").Replace(one)}), rows...)
	})
	t.Run("a byte order mark and a declaration", func(t *testing.T) {
		holds(t, pack(t, map[string]string{sheetPart: "\ufeff<?xml version='1.0' encoding='utf-8' standalone=\"yes\"?>\r\n<!-- by hand -->\r\n" + one + "\n"}), rows...)
	})
	t.Run("styles that are not there", func(t *testing.T) {
		holds(t, pack(t, map[string]string{sheetPart: one, "xl/styles.xml": ""}), rows[0], `2 "E1", number 44011`)
	})
	t.Run("shared texts that are not there, and that no cell uses", func(t *testing.T) {
		holds(t, pack(t, map[string]string{sheetPart: sheetOf(`<row><c><v>1</v></c><c t="s"/></row>`), "xl/sharedStrings.xml": ""}), "1 number 1")
	})
	t.Run("all parts in UTF-16", func(t *testing.T) {
		for _, order := range []unicode.Endianness{unicode.LittleEndian, unicode.BigEndian} {
			parts := map[string]string{}
			for name, text := range unpack(t, pack(t, map[string]string{sheetPart: one})) {
				var err error
				if parts[name], err = unicode.UTF16(order, unicode.UseBOM).NewEncoder().String(`<?xml version="1.0" encoding="UTF-16"?>` + text); err != nil {
					t.Fatal(err)
				}
			}
			holds(t, pack(t, parts), rows...)
		}
	})
	t.Run("Windows-1252", func(t *testing.T) {
		text := `<?xml version="1.0" encoding="windows-1252"?>` + sheetOf(`<row><c t="inlineStr"><is><t>J`+"\xfc"+`rgen `+"\x80"+`</t></is></c></row>`)
		holds(t, pack(t, map[string]string{sheetPart: text}), `1 "Jürgen €"`)
	})
	t.Run("no shared texts", func(t *testing.T) {
		holds(t, pack(t, map[string]string{sheetPart: sheetOf(`<row><c><v>1</v></c></row>`), "xl/sharedStrings.xml": "<sst/>"}), "1 number 1")
	})
}

func TestFilesThatAreNoWorkbooks(t *testing.T) {
	for name, text := range map[string]string{
		"text":              "ref\nE1\n",
		"nothing":           "",
		"another archive":   pack(t, map[string]string{"_rels/.rels": "<Relationships/>"}),
		"an empty archive":  pack(t, map[string]string{"_rels/.rels": ""}),
		"a binary workbook": pack(t, map[string]string{"_rels/.rels": `<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>`}),
		"a letter":          pack(t, map[string]string{"xl/workbook.xml": "<document/>"}),
		"an old workbook":   "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
		"a web page":        "<html><table><tr><td>ref</td></tr></table></html>",
		"two letters":       "PK",
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, text, xlsx.ErrNotWorkbook, "this is no XLSX workbook")
		})
	}
}

func TestWorkbooksThatAreDamaged(t *testing.T) {
	relations := func(more string) string {
		return `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>` + more + `</Relationships>`
	}
	tests := map[string]struct {
		parts map[string]string
		says  []string
	}{
		"a part that is missing":               {map[string]string{}, []string{"xl/worksheets/sheet1.xml: this part is missing"}},
		"shared texts that are missing":        {map[string]string{sheetPart: one, "xl/sharedStrings.xml": ""}, []string{"cell A1: there is no text with the number 0: xl/sharedStrings.xml: this part is missing"}},
		"shared texts that are not whole":      {map[string]string{sheetPart: one, "xl/sharedStrings.xml": "<sst><si><t>ref"}, []string{"xl/sharedStrings.xml: unexpected EOF"}},
		"a shared text that is too long":       {map[string]string{sheetPart: one, "xl/sharedStrings.xml": "<sst><si><t>" + strings.Repeat("x", 3*longest) + "</t></si></sst>"}, []string{"xl/sharedStrings.xml: it is too long"}},
		"a part that is too long":              {map[string]string{sheetPart: one, "xl/styles.xml": "<styleSheet>" + strings.Repeat(" ", 17<<20) + "</styleSheet>"}, []string{"xl/styles.xml: it is too long"}},
		"two parts with shared texts":          {map[string]string{sheetPart: one, "xl/_rels/workbook.xml.rels": relations(`<Relationship Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Type="x/sharedStrings" Target="sharedStrings.xml"/>`)}, []string{"xl/sharedStrings.xml", "two parts of this kind"}},
		"two parts with styles":                {map[string]string{sheetPart: one, "xl/_rels/workbook.xml.rels": relations(`<Relationship Type="x/styles" Target="styles.xml"/><Relationship Type="x/styles" Target="styles.xml"/>`)}, []string{"xl/styles.xml", "two parts of this kind"}},
		"a part that stands there twice":       {map[string]string{sheetPart: one, `xl\worksheets\Sheet1.xml`: sheetOf("")}, []string{sheetPart, "the archive has this part twice"}},
		"another encoding":                     {map[string]string{sheetPart: `<?xml version="1.0" encoding="Shift_JIS"?>` + one}, []string{sheetPart, `"Shift_JIS": this encoding is not read`}},
		"a part whose name differs by escapes": {map[string]string{sheetPart: one, "xl/worksheets/sheet%31.xml": one}, []string{sheetPart, "the archive has this part twice"}},
		"a document type":                      {map[string]string{sheetPart: `<!DOCTYPE worksheet [<!ENTITY a "E1">]>` + one}, []string{sheetPart, "document type"}},
		"a sheet that breaks off at its end":   {map[string]string{sheetPart: strings.Replace(one, "</worksheet>", "<a", 1)}, []string{sheetPart, "unexpected EOF"}},
		"a sheet without cells":                {map[string]string{sheetPart: "<worksheet></worksheet>"}, []string{sheetPart, "unexpected EOF"}},
		"a main part that is no XML":           {map[string]string{sheetPart: one, "xl/workbook.xml": "workbook"}, []string{"xl/workbook.xml: "}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			refused(t, pack(t, tt.parts), xlsx.ErrDamaged, append(tt.says, "the workbook is damaged: ")...)
		})
	}
	t.Run("an archive that is cut off", func(t *testing.T) {
		text := pack(t, map[string]string{sheetPart: one})
		refused(t, text[:len(text)-30], xlsx.ErrDamaged, "the archive: ")
	})
}

// A byte of any part may be wrong; a checksum tells.
func TestEveryPartIsReadToItsChecksum(t *testing.T) {
	parts := map[string]string{sheetPart: one}
	packed := pack(t, parts)
	holds(t, packed, `1 "ref", "endDate"`, `2 "E1", date 44011`)
	for _, change := range []struct{ part, from, to string }{
		{sheetPart, "44011", "44012"},
		{"xl/styles.xml", `numFmtId="14"`, `numFmtId="10"`},
		{"xl/sharedStrings.xml", "<t>E1</t>", "<t>E2</t>"},
		{"xl/workbook.xml", `name="One"`, `name="Two"`},
		{"xl/_rels/workbook.xml.rels", `Id="rId2"`, `Id="rId9"`},
		{"_rels/.rels", `Id="rId1"`, `Id="rId9"`},
	} {
		t.Run(change.part, func(t *testing.T) {
			refused(t, wrongChecksum(t, parts, change.part, change.from, change.to), xlsx.ErrDamaged, change.part+": zip: checksum error")
		})
	}
}

func TestAScratchFileThatFailsIsNoDamage(t *testing.T) {
	text := pack(t, map[string]string{sheetPart: one})
	full := func(after int) func() (*os.File, error) {
		return func() (*os.File, error) {
			if after--; after >= 0 {
				return scratch()
			}
			return os.Open(os.DevNull) // which cannot be written
		}
	}
	_, err := xlsx.Open(strings.NewReader(text), int64(len(text)), full(0), 0)
	if err == nil || errors.Is(err, xlsx.ErrDamaged) {
		t.Errorf("opening: %v", err)
	}
	w, err := xlsx.Open(strings.NewReader(text), int64(len(text)), full(1), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err = w.Read(w.Sheets()[0]); err == nil || errors.Is(err, xlsx.ErrDamaged) {
		t.Errorf("reading: %v", err)
	}
}

func TestSharedTextsAreFoundInAnyOrder(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, 3000)
	var part, rows strings.Builder
	for i := range texts {
		if i%10 > 0 {
			texts[i] = strings.Repeat(strconv.Itoa(i)+" ", random.IntN(200))
		}
		if i%500 == 499 {
			texts[i] = strings.Repeat("long", 5000)
		}
		fmt.Fprintf(&part, "<si><t>%s</t></si>", texts[i])
	}
	var want []string
	for row := range 10_000 {
		number := row
		if row%3 > 0 || row >= len(texts) {
			number = random.IntN(len(texts))
		}
		fmt.Fprintf(&rows, `<row><c t="s"><v>%d</v></c><c t="s"><v>%d</v></c></row>`, number, row%2)
		texts := [2]string{texts[number], texts[row%2]}
		if texts == [2]string{} {
			continue
		}
		var cells []xlsx.Cell
		for _, text := range texts {
			cells = append(cells, xlsx.Cell{Text: text})
		}
		if texts[1] == "" {
			cells = cells[:1]
		}
		want = append(want, line(xlsx.Row{Number: row + 1, Cells: cells}))
	}
	c, err := read(t, pack(t, map[string]string{sheetPart: sheetOf(rows.String()), "xl/sharedStrings.xml": "<sst>" + part.String() + "</sst>"}))
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(t, c); !slices.Equal(got, want) {
		t.Errorf("%d rows, want %d, or their texts differ", len(got), len(want))
	}
}
