package xlsx_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"offboard/internal/xlsx"
)

// scratch returns files without a name, as the package asks for them.
func scratch() (*os.File, error) {
	f, err := os.CreateTemp("", "xlsx-test-*")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// pack makes an XLSX file of parts. Those that are not given are as small as can be;
// one that is given as "" is left out.
func pack(t testing.TB, parts map[string]string) string {
	t.Helper()
	all := map[string]string{
		"_rels/.rels":                `<Relationships xmlns="r"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://x/styles" Target="/xl/styles.xml"/><Relationship Id="rId3" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml":              `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="[Red]&quot;days &quot;#,##0"/><numFmt numFmtId="171" formatCode="[h]:mm"/><numFmt numFmtId="172" formatCode="000000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="172"/><xf numFmtId="11"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml":       `<sst><si><t>ref</t></si><si><r><t>end</t></r><r><t>Date</t></r><rPh sb="0" eb="1"><t>silent</t></rPh></si><si> <t>E1</t> </si></sst>`,
	}
	maps.Copy(all, parts)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name] == "" {
			continue
		}
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(all[name]))
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

// unpack returns the parts of an XLSX file.
func unpack(t testing.TB, text string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range z.File {
		part, err := fs.ReadFile(z, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(part)
	}
	return parts
}

const sheetPart = "xl/worksheets/sheet1.xml"

// sheetOf is the part of a sheet with these rows.
func sheetOf(rows string) string {
	return `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`
}

// open opens a workbook, which the end of the test closes.
func open(t testing.TB, text string) (*xlsx.Workbook, error) {
	t.Helper()
	w, err := xlsx.Open(strings.NewReader(text), int64(len(text)), scratch, 0)
	if err == nil {
		t.Cleanup(func() {
			if err := w.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return w, err
}

// read reads the first sheet of a workbook.
func read(t testing.TB, text string) (*xlsx.Cells, error) {
	t.Helper()
	w, err := open(t, text)
	if err != nil {
		return nil, err
	}
	if len(w.Sheets()) == 0 {
		return nil, errors.New("no sheets")
	}
	c, err := w.Read(w.Sheets()[0])
	if err == nil {
		t.Cleanup(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return c, err
}

// lines writes down the rows of a sheet, twice, as they have to be alike.
func lines(t testing.TB, c *xlsx.Cells) []string {
	t.Helper()
	all := [2][]string{}
	for i := range all {
		for row, err := range c.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			all[i] = append(all[i], line(row))
		}
	}
	if !slices.Equal(all[0], all[1]) {
		t.Errorf("the second reading differs from the first one:\n%s\n%s", all[0], all[1])
	}
	return all[0]
}

func line(row xlsx.Row) string {
	cells := make([]string, len(row.Cells))
	for i, c := range row.Cells {
		switch {
		case c == xlsx.Cell{}:
			continue
		case c.Kind == xlsx.Text:
			cells[i] = fmt.Sprintf("%q", c.Text)
		default:
			cells[i] = c.Kind.String() + " " + c.Text
		}
		if c.Width != 0 {
			cells[i] += fmt.Sprintf(" as %d digits", c.Width)
		}
		if c.Dressed {
			cells[i] += " dressed"
		}
	}
	hidden := ""
	if row.Hidden {
		hidden = "hidden "
	}
	return fmt.Sprintf("%d %s%s", row.Number, hidden, strings.Join(cells, ", "))
}

// holds compares the rows of a workbook's first sheet.
func holds(t *testing.T, text string, want ...string) {
	t.Helper()
	c, err := read(t, text)
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(t, c); !slices.Equal(got, want) {
		t.Errorf("the rows are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// refused tests that a workbook cannot be read, for a reason that says these things.
func refused(t *testing.T, text string, kind error, says ...string) {
	t.Helper()
	_, err := read(t, text)
	if err == nil {
		t.Fatal("it was read")
	}
	if !errors.Is(err, kind) {
		t.Errorf("%v is not %v", err, kind)
	}
	for _, part := range append(says, "save it") {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "--") {
		t.Errorf("%q names a flag", err)
	}
}
