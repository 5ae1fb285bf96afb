package input_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offboard/internal/input"
	"offboard/internal/table"
)

// file writes a text into a file in a new folder, and returns its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func except(t *testing.T, text string) *input.List {
	t.Helper()
	l, err := input.ReadList(file(t, "keep.csv", text), table.Opening{})
	if err != nil {
		t.Fatal(err)
	}
	l.Name = "keep.csv"
	return l
}

func crosswalk(t *testing.T, text string) *input.Crosswalk {
	t.Helper()
	c, err := input.ReadCrosswalk(file(t, "map.csv", text), table.Opening{})
	if err != nil {
		t.Fatal(err)
	}
	c.Name = "map.csv"
	return c
}

func TestExcept(t *testing.T) {
	keep := except(t, "Title\nref,until\nE1,whenever\ne9,\n")
	if keep.Len() != 2 {
		t.Errorf("%d refs are listed", keep.Len())
	}
	// A mark of direction cannot be seen.
	story{text: "ref\nE1\u200e\n", options: input.Options{Except: keep}, rows: []string{"2 ! keep.csv:3"}}.check(t, "leavers.csv")
}

// A row of a report has the ref of the tenant; the list may have the one of the export.
func TestOptionsRefuseARefOfTheTenant(t *testing.T) {
	keep := except(t, "ref\nE1\n4711\nUK-5\n")
	repair := input.Repair{Prefix: "UK-"}
	pairs := crosswalk(t, "old,new\nE1,N1\nUK-4711,N2\nE3,N3\n")
	for name, tt := range map[string]struct {
		options input.Options
		ref     string
		listed  bool
	}{
		"no list":                              {input.Options{}, "E1", false},
		"the ref is listed":                    {input.Options{Except: keep}, "E1", true},
		"the ref is not listed":                {input.Options{Except: keep}, "E2", false},
		"the ref without its prefix is listed": {input.Options{Except: keep, Repair: repair}, "UK-4711", true},
		"the ref with its prefix is listed":    {input.Options{Except: keep, Repair: repair}, "UK-5", true},
		"a prefix that was not asked for":      {input.Options{Except: keep}, "UK-4711", false},
		"the old ref is listed":                {input.Options{Except: keep, Crosswalk: pairs}, "N1", true},
		"the old ref without its prefix":       {input.Options{Except: keep, Crosswalk: pairs, Repair: repair}, "N2", true},
		"the old ref is not listed":            {input.Options{Except: keep, Crosswalk: pairs}, "N3", false},
		"a ref that the crosswalk lacks":       {input.Options{Except: keep, Crosswalk: pairs}, "N4", false},
	} {
		if got := tt.options.Refuse(tt.ref); (got != "") != tt.listed {
			t.Errorf("%s: %s is refused by %q", name, tt.ref, got)
		}
	}
}

func TestListsInOtherForms(t *testing.T) {
	sheet := workbook(t, map[string]string{
		"xl/styles.xml":            `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="000000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="str"><v>ref</v></c></row><row><c s="1"><v>4711</v></c></row></sheetData></worksheet>`,
	})
	for name, text := range map[string]string{
		"a table with leave dates of its own": "Staff No.,Leave Date,Leaving Date\n004711,soon,never\n",
		"objects":                             `[{"ref":4711,"endDate":"soon"}]`,
		"a sheet that shows zeros":            sheet,
	} {
		t.Run(name, func(t *testing.T) {
			story{text: "ref\n004711\n004712\n", options: input.Options{Except: except(t, text)}, rows: []string{"2 ! listed in keep.csv:", "3 004712"}}.check(t, "leavers.csv")
		})
	}
}

func TestListsThatCannotBeTrusted(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "empty",
		"E1\nE2\n":                  `keep.csv:1: a list has one column ref; this one has "E1"`,
		"ref,a\nE1\n":               "more or fewer fields",
		"ref\n1.2E+11\n":            "keep.csv:2: column \"ref\": the ref \"1.2E+11\"",
		"ref,a\nE1,\"b\nE2,c\n":     "never closed",
		"ref,payroll id\n,E1\n":     `one column ref; this one has "ref", "payroll id"`,
		"staff id,payroll id\n,\n":  `one column ref; this one has "staff id", "payroll id"`,
		`[{"ref":"E1"},{"ref":""}]`: "keep.csv:2: key \"ref\": the ref is empty",
		`[{"id":"E1"}]`:             "keep.csv:1: key \"ref\": the ref is empty",
	} {
		_, err := input.ReadList(file(t, "keep.csv", text), table.Opening{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error %v does not say %q", text, err, want)
		}
	}
	if _, err := input.ReadList("absent.csv", table.Opening{}); err == nil {
		t.Error("a list that is not there is none")
	}
}

func TestCrosswalk(t *testing.T) {
	c := crosswalk(t, "sep=;\nName;Old ID;New ID\nAda;004711;N1\nAlan;815;N2\nAda;004711;N1\n")
	if c.Len() != 2 {
		t.Errorf("%d pairs", c.Len())
	}
}

func TestCrosswalksThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"old,new\na,X\nb,Y\nc,X\nd,Y\n": `two people would become one: "X" is the new ref of "a" in row 2 and "c" in row 4; "Y" is the new ref of "b" in row 3 and "d" in row 5`,
		"old,new\na,X\na,Y\n":           `map.csv:3: "a" has the new ref "Y" here and "X" in row 2`,
		"from,to\na,X\n":                `one column old and one column new; this one has "from", "to"`,
		"old,new,New\na,X,Y\n":          "one column old and one column new",
		"old,new\na,\n":                 `map.csv:2: column "new": the ref is empty`,
		"old,new\n1.2E+11,X\n":          `map.csv:2: column "old": the ref "1.2E+11"`,
		"old,new\na\n":                  "more or fewer fields",
		"{\"old\":\"a\",\"new\":\"b\"}": "a crosswalk is a table",
	} {
		_, err := input.ReadCrosswalk(file(t, "map.csv", text), table.Opening{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error %v does not say %q", text, err, want)
		}
	}
	text := "old,new\n"
	for i := range 26 {
		text += string(rune('a'+i)) + ",X" + string(rune('a'+i/2)) + "\n"
	}
	if _, err := input.ReadCrosswalk(file(t, "map.csv", text), table.Opening{}); err == nil || !strings.Contains(err.Error(), "; and 3 more") {
		t.Errorf("of many pairs the error is %v", err)
	}
}

func TestNewRefsThatLackZeros(t *testing.T) {
	sheet := workbook(t, map[string]string{
		"xl/styles.xml":            `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="000000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="str"><v>old</v></c><c t="str"><v>new</v></c></row><row><c t="str"><v>A</v></c><c s="1"><v>4711</v></c></row></sheetData></worksheet>`,
	})
	if _, err := input.ReadCrosswalk(file(t, "map.xlsx", sheet), table.Opening{}); err == nil || !strings.Contains(err.Error(), `map.xlsx:2: column "new": the sheet shows 004711, and the cell holds a number without these zeros`) {
		t.Errorf("the error is %v", err)
	}
	got := crosswalk(t, "old,new\nA,004711\nB,4712\n").Warnings()
	if want := "1 new ref shorter than those with a zero in front, which have 6 digits"; len(got) != 1 || !strings.HasPrefix(got[0], want) {
		t.Errorf("the warnings are %q", got)
	}
	if got := crosswalk(t, "old,new\nA,004711\nB,004712\n").Warnings(); got != nil {
		t.Errorf("the warnings are %q", got)
	}
}

func TestACrosswalkCanBeAWorkbook(t *testing.T) {
	text := workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="str"><v>Migration</v></c></row><row><c t="str"><v>old</v></c><c t="str"><v>new</v></c></row><row><c><v>4711</v></c><c t="str"><v>N1</v></c></row></sheetData></worksheet>`})
	c, err := input.ReadCrosswalk(file(t, "map.xlsx", text), table.Opening{})
	if err != nil || c.Len() != 1 {
		t.Fatal(c, err)
	}
	story{text: "ref\n4711\n", options: input.Options{Crosswalk: c}, rows: []string{"2 N1"}}.check(t, "leavers.csv")
}
