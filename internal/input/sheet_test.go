package input_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"offboard/internal/input"
)

// leaversSheet are the rows of the sheet "Leavers" of testdata/leavers.xlsx.
var leaversSheet = []string{
	"4 004711 2024-06-30",
	"5 4712 2024-06-28",
	"6 4713 2024-06-28T17:00:00Z",
	"7 120457000000 2024-05-31",
	`9 ! column "Employee No.": the ref "1.20457E+11" is a number that a spreadsheet has rounded`,
	`10 ! column "Employee No.": the ref is a date, 2024-03-04`,
	`11 ! column "Employee No.": the ref is the number 4714.5`,
	"12 E4715",
	`13 ! #N/A`,
	`14 ! column "Leave Date": the end date "30.06.2024" is neither YYYY-MM-DD nor RFC 3339; all of them would fit --date-format DD.MM.YYYY`,
	`15 ! column "Employee No.": the ref "Total: 10" is that of a line of totals`,
}

// byExcelize returns the workbook of testdata/leavers.fods, written by another program.
func byExcelize(t *testing.T) string {
	t.Helper()
	f := excelize.NewFile()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	style := func(code string) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		must(err)
		return id
	}
	must(f.SetSheetName("Sheet1", "Leavers"))
	day := func(month time.Month, day, hour int) time.Time {
		return time.Date(2024, month, day, hour, 0, 0, 0, time.UTC)
	}
	for i, row := range [][]any{
		{"Leavers of the second quarter"}, {}, {"Name", "Employee No.", "Leave Date"},
		{"text with zeros", "004711", day(6, 30, 0)},
		{"a number,\non two lines", 4712, day(6, 28, 0)},
		{"hidden, shown with zeros", 4713, day(6, 28, 17)},
		{"a long number, a formula", 120457000000.0, 45443}, {},
		{"eaten", "1.20457E+11"}, {"a ref that became a date", day(3, 4, 0)},
		{"a fraction, text for a date", 4714.5, "30.06.2024"},
		{"a formula with text", "E4715"}, {"an error", "#N/A"},
		{"text for a date", 4716, "30.06.2024"}, {nil, "Total: 10"},
	} {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		must(err)
		must(f.SetSheetRow("Leavers", cell, &row))
	}
	for cell, code := range map[string]string{"C4": "dd/mm/yy", "C5": `[$-409]mmmm\ yyyy`, "B6": "000000", "C6": "yyyy-mm-dd hh:mm", "C7": "dd/mm/yy"} {
		must(f.SetCellStyle("Leavers", cell, cell, style(code)))
	}
	must(f.SetRowVisible("Leavers", 6, false))
	_, err := f.NewSheet("Notes")
	must(err)
	must(f.SetSheetRow("Notes", "A1", &[]any{"ref"}))
	must(f.SetSheetRow("Notes", "A2", &[]any{"N1"}))
	var b bytes.Buffer
	must(f.Write(&b))
	must(f.Close())
	return b.String()
}

func TestTwoProgramsWriteWorkbooksThatReadAlike(t *testing.T) {
	byLibreOffice, err := os.ReadFile("testdata/leavers.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"LibreOffice": string(byLibreOffice), "excelize": byExcelize(t)} {
		t.Run(name, func(t *testing.T) {
			leavers := input.Options{Sheet: "Leavers"}
			story{text: text, options: leavers, rows: leaversSheet}.check(t, "leavers.xlsx")
			story{text: gzipped(t, text), options: leavers, rows: leaversSheet}.check(t, "leavers.xlsx.gz")
			story{text: text, fails: []string{`2 sheets have a column for the ref: "Leavers", "Notes"; name one with --sheet`}}.check(t, "leavers.xlsx")
			story{text: text, options: input.Options{Sheet: " notes"}, rows: []string{"2 N1"}}.check(t, "leavers.xlsx")
			story{text: text, options: input.Options{Sheet: "Leaver"}, fails: []string{`no sheet "Leaver" (--sheet); the workbook has "Leavers", "Notes"`}}.check(t, "leavers.xlsx")
			s, err := open(t, "leavers.xlsx", text, leavers)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := read(t, s, leavers); err != nil {
				t.Fatal(err)
			}
			if s.Format != input.XLSX || s.Sheet != "Leavers" || s.HeaderRow != 3 || !s.Titled {
				t.Errorf("format %s, sheet %q, header in row %d (titled: %t)", s.Format, s.Sheet, s.HeaderRow, s.Titled)
			}
			var held []string
			for row, err := range s.Rows() {
				if err == nil && row.Doubts != 0 {
					held = append(held, fmt.Sprint(row.Place.Row, " ", row.Doubts))
				}
			}
			if want := []string{"5 cut-zeros", "6 cut-zeros, hidden-row", "12 no-end-date, odd-ref"}; !slices.Equal(held, want) {
				t.Errorf("the rows %q have doubts, want %q", held, want)
			}
		})
	}
}

// workbook returns a workbook with these parts; all other parts are as small as possible.
func workbook(t *testing.T, parts map[string]string) string {
	t.Helper()
	all := map[string]string{
		"_rels/.rels":                `<Relationships xmlns="r"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://x/styles" Target="/xl/styles.xml"/><Relationship Id="rId3" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml":              `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="[Red]&quot;days &quot;#,##0"/><numFmt numFmtId="171" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml":       `<sst><si><t>ref</t></si><si><r><t>end</t></r><r><t>Date</t></r><rPh sb="0" eb="1"><t>silent</t></rPh></si><si> <t>E1</t> </si></sst>`,
	}
	for name, text := range parts {
		all[name] = text
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range all {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// cells returns a workbook with one sheet, whose first row is the header ref, endDate.
func cells(t *testing.T, rows string) string {
	t.Helper()
	return workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>` + rows + `</sheetData></worksheet>`})
}

func TestCells(t *testing.T) {
	tests := map[string]struct {
		rows  string
		want  []string
		fails []string
	}{
		"a text that is longer than a record":          {rows: `<row r="2"><c r="A2" t="str"><v>` + strings.Repeat("x", 3*longest) + `</v></c></row>`, fails: []string{"too long"}},
		"texts that are together longer than a record": {rows: strings.Repeat(`<row><c t="str"><v>`+strings.Repeat("x", longest/2)+`</v></c></row>`, 4), want: []string{"2 ! longer than 113", "3 ! longer", "4 ! longer", "5 ! longer"}},
		"a line break around a ref, and within one":    {rows: `<row r="2"><c r="A2" t="inlineStr"><is><t xml:space="preserve">E1` + "\n" + `</t></is></c></row><row r="3"><c r="A3" t="inlineStr"><is><t>E_x000D_2</t></is></c></row>`, want: []string{"2 E1", "3 ! control"}},
		"a character for private use is text":          {rows: `<row r="2"><c r="A2" t="inlineStr"><is><t>` + "\ue000" + `45473</t></is></c></row>`, want: []string{"2 \ue00045473"}},
		"a sheet that ends within a row":               {rows: `<row r="2"><c r="A2"><v>1</v></c>` + "\x00", fails: []string{"damaged"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			story{text: cells(t, tt.rows), rows: tt.want, fails: tt.fails}.check(t, "leavers.xlsx")
		})
	}
}

func TestWorkbooks(t *testing.T) {
	const one = `<worksheet><sheetData><row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c t="s"><v>2</v></c><c s="1"><v>44011</v></c></row></sheetData></worksheet>`
	sheets := func(s string) map[string]string {
		return map[string]string{"xl/worksheets/sheet1.xml": one, "xl/workbook.xml": `<workbook xmlns:r="r">` + s + `</workbook>`}
	}
	t.Run("days count from 1904 where the workbook says so", func(t *testing.T) {
		story{text: workbook(t, sheets(`<workbookPr date1904="1"/><sheets><sheet name="One" r:id="rId1"/></sheets>`)), rows: []string{"2 E1 2024-06-30"}}.check(t, "leavers.xlsx")
	})
	t.Run("a number is not a day where days count from 1904", func(t *testing.T) {
		number := strings.Replace(one, ` s="1"`, "", 1)
		parts := sheets(`<workbookPr date1904="true"/><sheets><sheet name="One" r:id="rId1"/></sheets>`)
		parts["xl/worksheets/sheet1.xml"] = number
		for _, o := range []input.Options{{}, {Dates: dates(t, "excel")}} {
			story{text: workbook(t, parts), options: o, rows: []string{"2 ! the end date is the number 44011, in a workbook that counts days from 1904"}}.check(t, "leavers.xlsx")
		}
	})
	t.Run("eight digits are a day where days count from 1904", func(t *testing.T) {
		parts := sheets(`<workbookPr date1904="1"/><sheets><sheet name="One" r:id="rId1"/></sheets>`)
		parts["xl/worksheets/sheet1.xml"] = strings.Replace(one, `<c s="1"><v>44011</v>`, `<c><v>20240630</v>`, 1)
		story{text: workbook(t, parts), options: input.Options{Dates: dates(t, "YYYYMMDD")}, rows: []string{"2 E1 2024-06-30"}}.check(t, "leavers.xlsx")
	})
	t.Run("a sheet that is damaged after its cells", func(t *testing.T) {
		story{text: workbook(t, map[string]string{"xl/worksheets/sheet1.xml": one[:len(one)-len("</worksheet>")] + "<a"}), fails: []string{"damaged"}}.check(t, "leavers.xlsx")
	})
	t.Run("parts with names of Windows", func(t *testing.T) {
		text := strings.ReplaceAll(workbook(t, map[string]string{"xl/worksheets/sheet1.xml": one}), "xl/worksheets/sheet1.xml", `xl\worksheets\SHEET1.xml`)
		story{text: text, rows: []string{"2 E1 2020-06-29"}}.check(t, "leavers.xlsx")
	})
	t.Run("a prefix of all elements", func(t *testing.T) {
		prefixed := strings.NewReplacer("</", "</x:", "<", "<x:").Replace(one)
		story{text: workbook(t, map[string]string{"xl/worksheets/sheet1.xml": prefixed}), rows: []string{"2 E1 2020-06-29"}}.check(t, "leavers.xlsx")
	})
	t.Run("a hidden sheet is not read unless it is named", func(t *testing.T) {
		text := workbook(t, sheets(`<sheets><sheet name="Chart" r:id="rId9"/><sheet name="One" r:id="rId1" state="hidden"/></sheets>`))
		story{text: text, fails: []string{`all sheets are hidden; name one with --sheet: "One"`}}.check(t, "leavers.xlsx")
		story{text: text, options: input.Options{Sheet: "One"}, rows: []string{"2 E1 2020-06-29"}}.check(t, "leavers.xlsx")
	})
	t.Run("no sheets", func(t *testing.T) {
		story{text: workbook(t, sheets("")), fails: []string{"no sheet with cells"}}.check(t, "leavers.xlsx")
	})
	t.Run("another archive", func(t *testing.T) {
		story{text: workbook(t, map[string]string{"_rels/.rels": "<Relationships/>"}), fails: []string{"no XLSX workbook", "save the sheet as .xlsx"}}.check(t, "leavers.xlsx")
	})
	t.Run("a part that is missing", func(t *testing.T) {
		story{text: workbook(t, nil), fails: []string{"xl/worksheets/sheet1.xml: this part is missing"}}.check(t, "leavers.xlsx")
	})
	t.Run("shared texts that are together longer than a record", func(t *testing.T) {
		many := "<sst>" + strings.Repeat("<si><t>"+strings.Repeat("x", longest/2)+"</t></si>", 4) + "<si><t>ref</t></si><si><t>E1</t></si></sst>"
		text := workbook(t, map[string]string{"xl/sharedStrings.xml": many, "xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="s"><v>4</v></c></row><row><c t="s"><v>5</v></c></row></sheetData></worksheet>`})
		story{text: text, rows: []string{"2 E1"}}.check(t, "leavers.xlsx")
		text = workbook(t, map[string]string{"xl/sharedStrings.xml": "<sst><si><t>" + strings.Repeat("x", 3*longest) + "</t></si></sst>", "xl/worksheets/sheet1.xml": one})
		story{text: text, fails: []string{"xl/sharedStrings.xml: it is too long"}}.check(t, "leavers.xlsx")
	})
	t.Run("a part that is too long", func(t *testing.T) {
		text := workbook(t, map[string]string{"xl/styles.xml": "<styleSheet>" + strings.Repeat(" ", 17<<20) + "</styleSheet>", "xl/worksheets/sheet1.xml": one})
		story{text: text, fails: []string{"the workbook is damaged: xl/styles.xml: it is too long"}}.check(t, "leavers.xlsx")
	})
}

func TestFilesThatAreNotReadAsWorkbooks(t *testing.T) {
	sheet := map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>`}
	t.Run("a damaged archive", func(t *testing.T) {
		text := []byte(workbook(t, sheet))
		for i := 40; i < len(text)/2; i++ { // names and contents of all parts
			text[i] ^= 0x55
		}
		story{text: string(text), fails: []string{"leavers.xlsx: "}}.check(t, "leavers.xlsx")
	})
	t.Run("an old workbook, or one with a password", func(t *testing.T) {
		story{text: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", fails: []string{"save it as .xlsx without a password"}}.check(t, "leavers.xls")
		story{text: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", options: input.Options{Format: input.XLSX}, fails: []string{"without a password"}}.check(t, "leavers.xls")
	})
	t.Run("text that is read as a workbook", func(t *testing.T) {
		story{text: "ref\nE1\n", options: input.Options{Format: input.XLSX}, fails: []string{"not a workbook (--format xlsx)"}}.check(t, "leavers.xlsx")
	})
	t.Run("a workbook that is read as CSV", func(t *testing.T) {
		story{text: workbook(t, sheet), options: input.Options{Format: input.CSV}, fails: []string{"leave out --format"}}.check(t, "leavers.csv")
	})
}

func TestCellsThatAreMergedOverRows(t *testing.T) {
	const three = `<worksheet><sheetData><row r="1"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row r="3"><c><v>1</v></c><c s="1"><v>45473</v></c></row><row r="4"><c><v>2</v></c></row><row r="5"><c><v>3</v></c></row></sheetData><mergeCells><mergeCell ref="%s"/></mergeCells></worksheet>`
	for merged, want := range map[string][]string{
		"B3:B4":       {"3 1 2024-06-30", "4 ! the cells B3:B4 are merged, and only the first one has their value", "5 3"},
		"A3:C5":       {"3 1 2024-06-30", "4 ! A3:C5", "5 ! A3:C5"},
		"A1:A2":       {"3 1 2024-06-30", "4 2", "5 3"}, // the header, over an empty row
		"A3:B3":       {"3 1 2024-06-30", "4 2", "5 3"},
		"C3:D5":       {"3 1 2024-06-30", "4 2", "5 3"},
		"B1":          {"3 1 2024-06-30", "4 2", "5 3"},
		"A7:C9":       {"3 1 2024-06-30", "4 2", "5 3"},
		"A1048576:B3": nil,
		"2:B":         nil,
		"B3:B2":       nil,
		"":            nil,
		"ZZZZ1:ZZZZ2": nil,
	} {
		tt := story{text: workbook(t, map[string]string{"xl/worksheets/sheet1.xml": fmt.Sprintf(three, merged)}), rows: want}
		if want == nil {
			tt.fails = []string{"is no range of cells"}
		}
		tt.check(t, "leavers.xlsx")
	}
	status := fmt.Sprintf(strings.NewReplacer(`<c t="s"><v>1</v></c></row><row r="3">`, `<c t="str"><v>Status</v></c></row><row r="3">`, `<c s="1"><v>45473</v></c>`, `<c t="str"><v>Left</v></c>`).Replace(three), "B3:B5")
	story{text: workbook(t, map[string]string{"xl/worksheets/sheet1.xml": status}), options: where(t, "Status=Left"), rows: []string{"3 1", "4 ! B3:B5", "5 ! B3:B5"}}.check(t, "leavers.xlsx")
	many := strings.Repeat(`<mergeCell ref="A3:A4"/>`, 1001)
	text := workbook(t, map[string]string{"xl/worksheets/sheet1.xml": strings.Replace(fmt.Sprintf(three, "A3:A4"), "<mergeCells>", "<mergeCells>"+many, 1)})
	story{text: text, fails: []string{"1002 ranges of cells are merged in the columns that are read"}}.check(t, "leavers.xlsx")
}

func TestConditionsOnCells(t *testing.T) {
	text := cells(t, `<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="1"><v>45473</v></c></row><row r="3"><c r="A3"><v>2</v></c></row><row r="4"><c r="A4"><v>3</v></c><c r="B4"><f>X</f></c></row>`)
	where := func(text string) input.Options {
		c, err := input.ParseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		return input.Options{Where: []input.Condition{c}}
	}
	story{text: text, options: where("endDate=2024-06-30"), rows: []string{"2 1 2024-06-30", "4 ! formula that was never computed"}}.check(t, "leavers.xlsx")
	story{text: text, options: where("endDate="), rows: []string{"3 2", "4 ! formula that was never computed"}}.check(t, "leavers.xlsx")
}

func TestFormatsOfNumbersSayWhatTheyAre(t *testing.T) {
	const date, zeros, dressed, scientific, plain = "2 ! the ref is a date, 2024-06-30", "warning", "2 ! shows it with other characters", "2 ! the number 4.5473E+04", "2 45473"
	for code, want := range map[string]string{
		"dd/mm/yyyy": date, `[$-407]d\. mmmm yyyy;@`: date, "[h]:mm:ss": date, "[Red]m/d": date, `"on "d`: date, "ggge": date, "B2dd": date,
		"General": plain, "general;general": plain, "[$-809]General": plain, "0": plain, "#,##0": plain, "0.00": plain, "@": plain, `_-* #,##0_-`: plain, `"unclosed`: plain, "[unclosed": plain, "0_)": plain, `0\ `: plain,
		"0000000": zeros, "0000000;-0000000": zeros, "0000000;@": zeros, "0000000_)": zeros, "[Black]0000000": zeros,
		`00000"-"00`: dressed, `"E"0000`: dressed, `00\-00`: dressed, `"A;"0000`: dressed, `"Yes";"No"`: dressed, "###-##-####": dressed, `"E"0`: dressed, "0%": dressed, `"EUR "#,##0.00`: dressed, `"DE-"#,##0`: dressed,
		"[$E]0000": dressed, "№0": dressed, "£0": dressed, "&0": dressed, "{0}": dressed, "(0)": dressed, "0,": dressed, ";;;": dressed, `""`: dressed, `0" "000`: dressed, "00000.": dressed, "[$P-]00000": dressed, "P00000": dressed, "+00000": dressed, "0 000": dressed, "*x0": dressed, "[DBNum1]0": dressed, "0,.0": dressed, "[$€-407]0": dressed,
		`0" "`: plain, "* 0": plain, "[Red]0": plain, "[>5]0": plain, "[$-409]0": plain, "#,##0 ;(#,##0)": plain, "?0": plain,
		"0.00E+00": scientific, "##0.0E+0": scientific, "0e-0": scientific,
	} {
		t.Run(code, func(t *testing.T) {
			f := excelize.NewFile()
			defer f.Close()
			id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
			if err == nil {
				err = f.SetCellStyle("Sheet1", "A2", "A2", id)
			}
			var b bytes.Buffer
			if err := errors.Join(err, f.SetCellValue("Sheet1", "A1", "ref"), f.SetCellValue("Sheet1", "A2", 45473), f.Write(&b)); err != nil {
				t.Fatal(err)
			}
			if want == zeros {
				for pad, want := range map[int]int{0: 7, 6: 7, 7: 0} {
					o := input.Options{Repair: input.Repair{Pad: input.Pad(pad)}}
					s, err := open(t, "leavers.xlsx", b.String(), o)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := read(t, s, o); err != nil || s.survey.RefPad() != want {
						t.Errorf("with --ref-pad %d, %d is proposed, %v", pad, s.survey.RefPad(), err)
					}
				}
				return
			}
			story{text: b.String(), rows: []string{want}}.check(t, "leavers.xlsx")
		})
	}
}

func TestAHiddenColumnThatIsReadIsSaid(t *testing.T) {
	for columns, want := range map[string]string{
		`<cols><col min="2" max="2" hidden="1"/></cols>`: `the sheet hides the column "endDate", which is read all the same`,
		`<cols><col min="1" max="3" hidden="1"/></cols>`: `the sheet hides the columns "ref", "endDate", which are read all the same`,
		`<cols><col min="3" max="3" hidden="1"/></cols>`: "",
		"": "",
	} {
		sheet := workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet>` + columns + `<sheetData>` +
			`<row><c t="str"><v>ref</v></c><c t="str"><v>endDate</v></c><c t="str"><v>name</v></c></row>` +
			`<row><c t="str"><v>E1</v></c><c t="str"><v>2024-06-30</v></c></row></sheetData></worksheet>`})
		source, _, err := story{text: sheet}.read(t, "leavers.xlsx")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(source.Warnings(), "; "); got != want {
			t.Errorf("with %s got %q, want %q", columns, got, want)
		}
	}
}
