package xlsx_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offboard/internal/xlsx"
)

// TestWorkbooksThatSystemsProduce reads the workbooks in testdata: each gives these
// rows, of all of its sheets, or this refusal.
func TestWorkbooksThatSystemsProduce(t *testing.T) {
	const header = `1 "ref", "endDate", "name"`
	usual := []string{header, `2 "E1001", date 45473, "Ann"`, `3 "007", "2024-05-31"`, `4 number 4712, date 73050`, `5 "E1004"`}
	tests := map[string]struct {
		want []string
		kind error // or why the workbook is refused
		says string
	}{
		"backslash_target.xlsx":            {want: usual},
		"baseline.xlsx":                    {want: usual},
		"blank_boolean.xlsx":               {want: []string{`1 "ref", "endDate", "Active"`, `2 "E1001", date 45473, truth FALSE`, `3 "E1002", date 45473`, `4 "E1003", date 45473`, `5 "E1004", date 45473, truth TRUE`}},
		"conditional_date_format.xlsx":     {want: []string{header, `2 "E1001", date 45473`}},
		"first_sheet_cover.xlsx":           {want: []string{`1 "Cover page: leavers of Q2"`, header, `2 "S2X", date 45473`}},
		"first_sheet_empty.xlsx":           {want: []string{header, `2 "S2X", date 45473`}},
		"hidden_enddate_column.xlsx":       {want: usual},
		"latin1_part.xlsx":                 {want: slices.Concat(usual[:1], []string{`2 "E1001", date 45473, "Jürgen"`}, usual[2:])},
		"merged_whole_column.xlsx":         {want: usual},
		"row_split_over_two_elements.xlsx": {want: []string{header, `2 "E1001", date 73050`, `3 "007"`}},
		"shared_strings_kinds.xlsx":        {want: []string{`1 "ref", "endDate"`, `2 "E1001"`, `3 "E1002"`, `4 "E_1003"`, `5 "  E1004  "`, `6 "E😀"`, `7 "E2"`, `8 "E1007"`, `9 "E1008"`}},
		"styles_named_but_absent.xlsx":     {want: []string{header, `2 "E1001", number 45473, "Ann"`, usual[2], `4 number 4712, number 73050`, usual[4]}},
		"t_d_variants.xlsx":                {want: []string{header, `2 "E0", date 45473`, `3 "E1", date 45473`, `4 "E2", date 45473`, `5 "E3", date 45473`, `6 "E4", date 45473`, `7 "E5", date 45473.708333333336`, `8 "E6", date 45473`, `9 "E7", date 45473`, `10 "E8", "T17:00:00"`}},
		"three_sheets_active_third.xlsx":   {want: []string{header, `2 "S1X", date 45473`, header, `2 "S2X", date 45473`, header, `2 "S3X", date 45473`}},
		"utf16le_parts.xlsx":               {want: usual},
		"xlsxwriter_status_formula.xlsx":   {want: []string{`1 "ref", "endDate", "Left on", "Status"`, `2 "E1001", date 45473, "x", ` + never, `3 "E1002", date 45473, , ` + never, `4 "E1003", date 45473, , ` + never}},
		"bzip2.xlsx":                       {kind: xlsx.ErrDamaged, says: "_rels/.rels: zip: unsupported compression algorithm"},
		"cell_twice.xlsx":                  {kind: xlsx.ErrDamaged, says: "xl/worksheets/sheet1.xml: the sheet has the cell A2 twice"},
		"checksum.xlsx":                    {kind: xlsx.ErrDamaged, says: "xl/worksheets/sheet1.xml: zip: checksum error"},
		"duplicate_zip_entry.xlsx":         {kind: xlsx.ErrDamaged, says: "xl/worksheets/sheet1.xml: the archive has this part twice"},
		"missing_row_end.xlsx":             {kind: xlsx.ErrDamaged, says: "xl/worksheets/sheet1.xml: a row begins before the end of row 2"},
		"html_named_xls.xls":               {kind: xlsx.ErrNotWorkbook, says: "this is no XLSX workbook"},
		"spreadsheetml2003.xls":            {kind: xlsx.ErrNotWorkbook, says: "this is no XLSX workbook"},
	}
	files, err := filepath.Glob("testdata/*.xls*")
	if err != nil || len(files) != len(tests) {
		t.Errorf("%d workbooks, %v; want %d", len(files), err, len(tests))
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			if tt.kind != nil {
				refused(t, string(data), tt.kind, tt.says, "open it in a spreadsheet program and save it as .xlsx")
				return
			}
			if got := sheetLines(t, string(data)); !slices.Equal(got, tt.want) {
				t.Errorf("the rows are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

// sheetLines writes down the rows of all sheets of a workbook.
func sheetLines(t *testing.T, text string) []string {
	t.Helper()
	w, err := open(t, text)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range w.Sheets() {
		c, err := w.Read(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, lines(t, c)...)
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	return all
}

// withCalculation is a workbook with these rows and this element calcPr.
func withCalculation(t *testing.T, calculation, rows string) string {
	t.Helper()
	return pack(t, map[string]string{sheetPart: sheetOf(rows),
		"xl/workbook.xml": `<workbook xmlns:r="r"><sheets><sheet name="One" r:id="rId1"/></sheets>` + calculation + `</workbook>`})
}

// TestFormulasThatWereNeverComputed has the formulas of programs that compute, and
// of programs that only write.
func TestFormulasThatWereNeverComputed(t *testing.T) {
	const onLoad, excel, google, none = `<calcPr calcId="124519" fullCalcOnLoad="1"/>`, `<calcPr calcId="191029"/>`, `<calcPr/>`, ""
	const zero, zeroPOI, empty, noValue = `<c><f>A1</f><v>0</v></c>`, `<c t="n"><f>A1</f><v>0.0</v></c>`, `<c t="str"><f>A1</f><v></v></c>`, `<c><f>A1</f><v></v></c>`
	const five, text, truth, fault = `<c><f>A1</f><v>5</v></c>`, `<c t="str"><f>A1</f><v>Left</v></c>`, `<c t="b"><f>A1</f><v>0</v></c>`, `<c t="e"><f>A1</f><v>#N/A</v></c>`
	const array = `<c><f t="array" ref="A1:A3">B1:B3</f><v>0</v></c>`
	number := func(n string) string { return `<c><v>` + n + `</v></c>` }
	tests := map[string]struct {
		calculation string
		cells       []string // one in each row
		want        []string
	}{
		"all formulas are 0, as XlsxWriter writes them":         {onLoad, []string{zero, zero}, []string{"1 " + never, "2 " + never}},
		"the only formula is 0":                                 {onLoad, []string{number("7"), zero}, []string{"1 number 7", "2 " + never}},
		"the attribute in letters":                              {`<calcPr fullCalcOnLoad="true"/>`, []string{zero}, []string{"1 " + never}},
		"a zero with a style of dates":                          {onLoad, []string{`<c s="1"><f>A1</f><v>0</v></c>`}, []string{"1 " + never}},
		"all formulas are 0 or empty":                           {onLoad, []string{empty, zero, empty}, []string{"1 " + never, "2 " + never, "3 " + never}},
		"some have no value, the others are 0":                  {onLoad, []string{noValue, zero}, []string{"1 " + never, "2 " + never}},
		"the workbook says nothing, as with Apache POI":         {none, []string{zeroPOI, zeroPOI}, []string{"1 " + never, "2 " + never}},
		"the workbook says nothing, and formulas are empty":     {none, []string{number("7"), empty}, []string{"1 number 7"}},
		"a later formula has another value":                     {onLoad, []string{zero, zero, five}, []string{"1 number 0", "2 number 0", "3 number 5"}},
		"an earlier formula has another value":                  {onLoad, []string{five, zero}, []string{"1 number 5", "2 number 0"}},
		"a text, a truth value and an error were computed":      {onLoad, []string{zero, text, truth, fault}, []string{"1 number 0", `2 "Left"`, "3 truth FALSE", "4 fault the cell holds #N/A, the error of a formula"}},
		"a truth value alone was computed":                      {onLoad, []string{truth, zero}, []string{"1 truth FALSE", "2 number 0"}},
		"a later value, with formulas that are empty":           {onLoad, []string{empty, number("1"), text}, []string{"2 number 1", `3 "Left"`}},
		"one formula has no value, and another one has one":     {onLoad, []string{zero, five, noValue}, []string{"1 number 0", "2 number 5", "3 " + never}},
		"zeros that are no formulas":                            {onLoad, []string{number("0"), number("5"), zero}, []string{"1 number 0", "2 number 5", "3 " + never}},
		"the other cells of an array":                           {onLoad, []string{array, number("0"), number("0"), number("0")}, []string{"1 " + never, "2 " + never, "3 " + never, "4 number 0"}},
		"the other cells of an array have values":               {onLoad, []string{array, number("0"), number("5")}, []string{"1 number 0", "2 number 0", "3 number 5"}},
		"empty cells of an array":                               {onLoad, []string{array, `<c/>`}, []string{"1 " + never, "2 " + never}},
		"Excel has computed the zeros":                          {excel, []string{zero, empty, zero}, []string{"1 number 0", "3 number 0"}},
		"Google Sheets has computed the zeros":                  {google, []string{zero, zero}, []string{"1 number 0", "2 number 0"}},
		"PhpSpreadsheet has computed the zeros":                 {`<calcPr calcId="999999" calcMode="auto" calcCompleted="1" fullCalcOnLoad="0" forceFullCalc="0"/>`, []string{zero, zero}, []string{"1 number 0", "2 number 0"}},
		"a program without values, such as openpyxl and EPPlus": {excel, []string{noValue, `<c><f>A1</f></c>`, `<c><f>A1</f><v/></c>`}, []string{"1 " + never, "2 " + never, "3 " + never}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rows := "<row>" + strings.Join(tt.cells, "</row><row>") + "</row>"
			holds(t, withCalculation(t, tt.calculation, rows), tt.want...)
		})
	}
	t.Run("the formulas of another sheet do not count", func(t *testing.T) {
		text := pack(t, map[string]string{
			sheetPart: sheetOf("<row>" + zero + "</row>"), "xl/worksheets/sheet2.xml": sheetOf("<row>" + zero + five + "</row>"),
			"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="One" r:id="rId1"/><sheet name="Two" r:id="rId2"/></sheets>` + onLoad + `</workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/worksheet" Target="worksheets/sheet2.xml"/></Relationships>`,
		})
		if got, want := sheetLines(t, text), []string{"1 " + never, "1 number 0, number 5"}; !slices.Equal(got, want) {
			t.Errorf("the rows are %q, want %q", got, want)
		}
	})
}

func TestRowsInSeveralElements(t *testing.T) {
	for name, tt := range map[string]struct {
		rows string
		want []string
	}{
		"two elements":                      {`<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row><row><c><v>3</v></c></row>`, []string{"2 number 1, number 2", "3 number 3"}},
		"three, and cells in another order": {`<row r="2"><c r="C2"><v>3</v></c></row><row r="2"/><row r="2"><c r="A2"><v>1</v></c></row>`, []string{"2 number 1, , number 3"}},
		"only empty elements":               {`<row r="2"/><row r="2"/><row r="3"><c><v>1</v></c></row>`, []string{"3 number 1"}},
		"one of them is hidden":             {`<row r="2" hidden="1"><c r="A2"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row><row r="3"><c><v>3</v></c></row>`, []string{"2 hidden number 1, number 2", "3 number 3"}},
	} {
		t.Run(name, func(t *testing.T) {
			holds(t, pack(t, map[string]string{sheetPart: sheetOf(tt.rows)}), tt.want...)
		})
	}
	for name, tt := range map[string]struct{ rows, says string }{
		"a cell stands in both":             {`<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>`, "the sheet has the cell A2 twice"},
		"a cell without a name is A":        {`<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c><v>2</v></c></row>`, "the sheet has the cell A2 twice"},
		"a cell of the row above":           {`<row r="2"/><row r="3"><c r="A2"><v>1</v></c></row>`, `row 3 has a cell "A2"`},
		"a cell of the row below":           {`<row r="3"><c r="A3"><v>1</v></c><c r="B4"><v>2</v></c></row>`, `row 3 has a cell "B4"`},
		"a cell that names no row":          {`<row r="3"><c r="A"><v>1</v></c></row>`, `row 3 has a cell "A"`},
		"a cell with a text and a value":    {`<row r="3"><c r="A3" t="inlineStr"><is><t>E1</t></is><v>E2</v></c></row>`, "cell A3: the cell has two values"},
		"a cell with a value and a text":    {`<row r="3"><c r="A3" t="inlineStr"><v>E2</v><is><t>E1</t></is></c></row>`, "cell A3: the cell has two values"},
		"a cell with two texts":             {`<row r="3"><c r="A3" t="inlineStr"><is><t>E1</t></is><is><t>E2</t></is></c></row>`, "cell A3: the cell has two values"},
		"a cell with two values":            {`<row r="3"><c r="A3"><v>1</v><v>2</v></c></row>`, "cell A3: the cell has two values"},
		"rows twice":                        {`<row r="3"><c r="A3"><v>1</v></c></row></sheetData><sheetData><row r="3"/>`, "the sheet has its rows twice"},
		"rows behind none":                  {`</sheetData><sheetData><row r="3"/>`, "the sheet has its rows twice"},
		"they do not follow each other":     {`<row r="2"/><row r="3"/><row r="2"/>`, "the number 2 after row 3"},
		"their texts are too long together": {strings.Repeat(`<row r="2"><c t="str"><v>`+strings.Repeat("x", longest/2)+`</v></c></row>`, 3), "row 2 is too long"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, pack(t, map[string]string{sheetPart: sheetOf(tt.rows)}), xlsx.ErrDamaged, "xl/worksheets/sheet1.xml: ", tt.says, "save it as .xlsx")
		})
	}
	merged := strings.Replace(one, "<sheetData>", `<mergeCells><mergeCell ref="A1:A2"/></mergeCells><sheetData>`, 1)
	refused(t, pack(t, map[string]string{sheetPart: merged}), xlsx.ErrDamaged, "xl/worksheets/sheet1.xml: the merged cells stand in front of all rows")
	holds(t, pack(t, map[string]string{sheetPart: sheetOf(`<row r="3"><c r="a3" t="inlineStr"><is><t>E1</t></is><v/></c><c r="B03"><v/><v>2</v></c></row>`)}), `3 "E1", number 2`)
}

func TestHiddenColumns(t *testing.T) {
	hidden := func(t *testing.T, columns string) string {
		t.Helper()
		c, err := read(t, pack(t, map[string]string{sheetPart: strings.Replace(one, "<sheetData>", "<cols>"+columns+"</cols><sheetData>", 1)}))
		if err != nil {
			t.Fatal(err)
		}
		names := ""
		for column := range 7 {
			if c.ColumnHidden(column) {
				names += string(rune('A' + column))
			}
		}
		return names
	}
	for columns, want := range map[string]string{
		``: "", `<col min="2" max="2" hidden="1"/>`: "B", `<col min="2" max="3" hidden="true" width="9"/><col min="5" max="16384" hidden="1"/>`: "BCEFG",
		`<col min="1" max="1" hidden="0"/><col min="2" max="2" width="8.43"/>`: "", `<col min="2" max="2" width="0" customWidth="1"/>`: "B",
		`<col min="1" max="7" hidden="false" outlineLevel="1"/>`: "", `<col hidden="1"/><col min="3" max="2" hidden="1"/>`: "",
	} {
		if got := hidden(t, columns); got != want {
			t.Errorf("with %s the columns %q are hidden, want %q", columns, got, want)
		}
	}
	t.Run("in a workbook", func(t *testing.T) {
		data, err := os.ReadFile("testdata/hidden_enddate_column.xlsx")
		if err != nil {
			t.Fatal(err)
		}
		c, err := read(t, string(data))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := [3]bool{c.ColumnHidden(0), c.ColumnHidden(1), c.ColumnHidden(2)}, [3]bool{false, true, false}; got != want {
			t.Errorf("hidden are %v, want %v", got, want)
		}
	})
	t.Run("too many", func(t *testing.T) {
		columns := strings.Repeat(`<col min="1" max="1" hidden="1"/>`, 1<<14+1)
		refused(t, pack(t, map[string]string{sheetPart: "<worksheet><cols>" + columns + "</cols><sheetData/></worksheet>"}), xlsx.ErrDamaged, "more than 16384 ranges of columns")
	})
}

// TestRowsThatAFilterHides: the programs mark them as they mark all hidden rows. A
// filter that its program has not applied hides nothing.
func TestRowsThatAFilterHides(t *testing.T) {
	const filter = `</sheetData><autoFilter ref="A1:B4"><filterColumn colId="1"><filters><filter val="x"/></filters></filterColumn></autoFilter>`
	rows := `<row r="1"><c><v>1</v></c></row><row r="2" hidden="1"><c><v>2</v></c></row><row r="3" ht="0" customHeight="1"><c><v>3</v></c></row><row r="4" ht="15"><c><v>4</v></c></row>`
	text := pack(t, map[string]string{sheetPart: strings.Replace(sheetOf(rows), "</sheetData>", filter, 1)})
	holds(t, text, "1 number 1", "2 hidden number 2", "3 hidden number 3", "4 number 4")
	c, err := read(t, text)
	if err != nil || c.Hidden() != 2 {
		t.Errorf("%d rows are hidden, %v; want 2", c.Hidden(), err)
	}
}

// FuzzOpen reads files that begin as workbooks: the result is rows, or an error that
// names what to do.
func FuzzOpen(f *testing.F) {
	files, err := filepath.Glob("testdata/*.xls*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w, err := xlsx.Open(strings.NewReader(string(data)), int64(len(data)), scratch, 0)
		if err != nil {
			if !errors.Is(err, xlsx.ErrDamaged) && !errors.Is(err, xlsx.ErrNotWorkbook) || !strings.Contains(err.Error(), "save it") {
				t.Errorf("opening: %v", err)
			}
			return
		}
		defer w.Close()
		for _, s := range w.Sheets() {
			c, err := w.Read(s)
			if err != nil {
				if !errors.Is(err, xlsx.ErrDamaged) || !strings.Contains(err.Error(), "save it") {
					t.Errorf("reading: %v", err)
				}
				continue
			}
			lines(t, c)
			c.Close()
		}
	})
}
