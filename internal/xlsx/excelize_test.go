package xlsx_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"offboard/internal/xlsx"
)

// written returns the file of a workbook.
func written(t testing.TB, f *excelize.File) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestSheetsReadAsExcelizeReadsThem writes sheets with all kinds of cells, and
// compares each cell with what the library says about its type, value and style.
func TestSheetsReadAsExcelizeReadsThem(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		f := randomSheet(t, random, 200)
		text := written(t, f)
		again, err := excelize.OpenReader(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		holds(t, text, asExcelize(t, again)...)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

// randomSheet has cells of many kinds in its columns A to D, and leaves rows out.
func randomSheet(t *testing.T, random *rand.Rand, rows int) *excelize.File {
	t.Helper()
	f := excelize.NewFile()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	styles := make([]int, 0, 8)
	for _, code := range []string{"dd/mm/yyyy", `[$-407]d\. mmmm yyyy;@`, "yyyy-mm-dd", "m/d/yy h:mm", `"left on "dddd`} {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		must(err)
		styles = append(styles, id)
	}
	for row := 1; row < rows; row += 1 + random.IntN(2)*random.IntN(3) {
		for column := 1 + random.IntN(2); column <= 4; column += 1 + random.IntN(3) {
			cell, err := excelize.CoordinatesToCellName(column, row)
			must(err)
			switch number := random.IntN(1e9) + row; random.IntN(9) {
			case 0:
				must(f.SetCellValue("Sheet1", cell, number))
			case 1:
				must(f.SetCellValue("Sheet1", cell, float64(number)*1e5))
			case 2:
				must(f.SetCellValue("Sheet1", cell, float64(number)/64))
			case 3:
				must(f.SetCellValue("Sheet1", cell, fmt.Sprintf("%012d", number)))
			case 4:
				must(f.SetCellValue("Sheet1", cell, fmt.Sprintf("E<%d>&\"ü\"\n", number)))
			case 5:
				must(f.SetCellValue("Sheet1", cell, fmt.Sprintf(" %d\u00a0", number)))
			case 6:
				must(f.SetCellValue("Sheet1", cell, number%2 == 0))
			case 7:
				must(f.SetCellValue("Sheet1", cell, time.Date(1960, 1, 1, 0, 0, number, 0, time.UTC))) // with a style of its own
			default:
				must(f.SetCellValue("Sheet1", cell, number%100000))
				must(f.SetCellStyle("Sheet1", cell, cell, styles[random.IntN(len(styles))]))
			}
		}
		must(f.SetRowVisible("Sheet1", row, random.IntN(5) > 0))
	}
	return f
}

// asExcelize returns the rows of a sheet as the library reads them cell by cell.
func asExcelize(t *testing.T, f *excelize.File) []string {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := f.GetRows("Sheet1", excelize.Options{RawCellValue: true})
	must(err)
	var want []string
	for i, values := range all {
		visible, err := f.GetRowVisible("Sheet1", i+1)
		must(err)
		row := xlsx.Row{Number: i + 1, Hidden: !visible}
		for j, value := range values {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			must(err)
			kind, err := f.GetCellType("Sheet1", cell)
			must(err)
			style, err := f.GetCellStyle("Sheet1", cell)
			must(err)
			c := xlsx.Cell{Text: value}
			switch {
			case value == "":
			case kind == excelize.CellTypeBool:
				c = xlsx.Cell{Kind: xlsx.Truth, Text: map[string]string{"0": "FALSE", "1": "TRUE"}[value]}
			case kind != excelize.CellTypeSharedString:
				number, err := strconv.ParseFloat(value, 64)
				must(err)
				c = xlsx.Cell{Kind: xlsx.Number, Text: strconv.FormatFloat(number, 'f', -1, 64)}
				if style != 0 { // all others are those of dates
					c.Kind = xlsx.Date
				}
			}
			row.Cells = append(row.Cells, c)
		}
		if len(row.Cells) > 0 {
			want = append(want, line(row))
		}
	}
	return want
}

// TestSheetsThatExcelizeWouldMisread is why the streaming reader of excelize is not
// used: what it makes of these sheets is another leaver, or none, and no error. If
// this fails because a newer version refuses them, the reason is gone.
func TestSheetsThatExcelizeWouldMisread(t *testing.T) {
	crc, err := os.ReadFile("testdata/checksum.xlsx") // a digit of E1001 was changed
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		text    string
		library []string // its rows
		want    []string // ours
		says    string   // or why we refuse the sheet
	}{
		"a formula that was never computed is an empty cell": {
			text:    withCells(t, `<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>TODAY()+30</f></c></row>`),
			library: []string{"ref,endDate", "1,"},
			want:    []string{`1 "ref", "endDate"`, "2 number 1, " + never},
		},
		"a sheet that is cut off ends there": {
			text:    withCells(t, `<row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v`),
			library: []string{"ref,endDate", "1", ""},
			says:    "cell A3: XML syntax error on line 1: invalid characters between </v and >",
		},
		"cells of several rows become one row": {
			text:    withCells(t, `<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="B2" s="1"><v>45473</v></c></row>`),
			library: []string{"ref,endDate", "", "1,06-30-24"},
			says:    "the number 2 after row 3",
		},
		"a text that is not there is an empty cell": {
			text:    withCells(t, `<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>99</v></c></row>`),
			library: []string{"ref,endDate", "1"},
			says:    "no text with the number 99",
		},
		"a number is a text of digits": {
			text:    withCells(t, `<row r="2"><c r="A2"><v>1234567890123450</v></c></row>`),
			library: []string{"ref,endDate", "1234567890123450"},
			want:    []string{`1 "ref", "endDate"`, "2 number 1234567890123450"},
		},
		"a checksum that does not fit is not noticed": {
			text:    string(crc),
			library: []string{"ref,endDate,name", "E1002,30/06/2024,Ann", "007,2024-05-31", "4712,31/12/2099", "E1004"},
			says:    "zip: checksum error",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := excelize.OpenReader(strings.NewReader(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			rows, err := f.Rows(f.GetSheetName(0))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for rows.Next() {
				fields, err := rows.Columns()
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, strings.Join(fields, ","))
			}
			if rows.Error() != nil || !slices.Equal(got, tt.library) {
				t.Errorf("the library reads %q, %v; want %q", got, rows.Error(), tt.library)
			}
			if tt.says != "" {
				refused(t, tt.text, xlsx.ErrDamaged, tt.says)
				return
			}
			holds(t, tt.text, tt.want...)
		})
	}
}

// withCells is a workbook as the library writes it, but for the cells of its
// sheet. Style 1 is that of a date.
func withCells(t *testing.T, rows string) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if _, err := f.NewStyle(&excelize.Style{NumFmt: 14}); err != nil {
		t.Fatal(err)
	}
	f.Sheet.Delete(sheetPart)
	f.Pkg.Store(sheetPart, []byte(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>ref</t></is></c><c r="B1" t="inlineStr"><is><t>endDate</t></is></c></row>`+rows+`</sheetData></worksheet>`))
	return written(t, f)
}

// wrongChecksum is a workbook in which a part was changed after its checksum was
// computed.
func wrongChecksum(t *testing.T, parts map[string]string, part, from, to string) string {
	t.Helper()
	r, err := zip.NewReader(strings.NewReader(pack(t, parts)), int64(len(pack(t, parts))))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range r.File {
		content := new(bytes.Buffer)
		in, err := f.Open()
		if err == nil {
			_, err = content.ReadFrom(in)
		}
		if err != nil {
			t.Fatal(err)
		}
		sum, text := crc32.ChecksumIEEE(content.Bytes()), content.String()
		if f.Name == part {
			if text = strings.Replace(text, from, to, 1); text == content.String() {
				t.Fatalf("%s has no %s", part, from)
			}
		}
		out, err := z.CreateRaw(&zip.FileHeader{Name: f.Name, CRC32: sum, CompressedSize64: uint64(len(text)), UncompressedSize64: uint64(len(text))})
		if err == nil {
			_, err = out.Write([]byte(text))
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
