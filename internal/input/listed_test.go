package input_test

import (
	"fmt"
	"strings"
	"testing"

	"offboard/internal/input"
	"offboard/internal/table"
)

// notOneRef are texts that are hardly one ref, with a part of the reason.
var notOneRef = map[string]string{
	"E1, E2":               "the character ','",
	"10,017":               "the character ','",
	"Ada <ada@x.example>":  "the character '<'",
	"mailto:ada@x.example": "something else in it than an address",
	"E1001/E1002":          "may be two refs",
	"E1001 E1002":          "may be two refs",
	"E1001 and E1002":      "may be two refs",
	"10017 10018":          "may be two refs, or all",
	"E4-E6":                "or all from one to the other",
	"E4–E6":                "or all from one to the other",
	"1001-1005":            "or all from one to the other",
	"1001/1002":            "or all from one to the other",
	"E3 (CEO)":             "something else beside it",
	"E3 CEO":               "something else beside it",
	"10017.0":              "a number with decimals",
	"10.017":               "a number with decimals",
	"1.010.017":            "points between thousands",
	"'10017":               "a mark in front",
	"not found":            "what programs write for no value",
	"TBD":                  "what programs write for no value",
	"0":                    "what programs write for no value",
	"00000000":             "what programs write for no value",
	"?":                    "what programs write for no value",
	"1-Mar":                "a date",
}

// lists are the readers of lists. Each takes the texts of a column that has to have one
// ref in each row.
var lists = map[string]func(t *testing.T, refs ...string) error{
	"refs that are never suspended": func(t *testing.T, refs ...string) error {
		_, err := input.ReadList(file(t, "list.csv", column("ref", refs)), table.Opening{})
		return err
	},
	"the same in JSON": func(t *testing.T, refs ...string) error {
		text := ""
		for _, ref := range refs {
			text += fmt.Sprintf("{\"ref\":%q}\n", ref)
		}
		_, err := input.ReadList(file(t, "list.csv", text), table.Opening{})
		return err
	},
	"refs that a person has looked at": func(t *testing.T, refs ...string) error {
		_, err := input.ReadAccepted(file(t, "list.csv", column("ref", refs)), table.Opening{}, input.Options{EndDateColumn: input.NoEndDates}, anyHeader)
		return err
	},
	"new refs": func(t *testing.T, refs ...string) error {
		text := "old,new\n"
		for i, ref := range refs {
			text += fmt.Sprintf("A%d,\"%s\"\n", i, ref)
		}
		_, err := input.ReadCrosswalk(file(t, "list.csv", text), table.Opening{})
		return err
	},
}

func anyHeader([]string) error { return nil }

// column writes a table with one column.
func column(name string, values []string) string {
	text := name + "\n"
	for _, v := range values {
		text += "\"" + v + "\"\n"
	}
	return text
}

func TestAListHasOneRefInEachRow(t *testing.T) {
	for name, read := range lists {
		row := "list.csv:3: "
		if strings.Contains(name, "JSON") {
			row = "list.csv:2: "
		}
		for ref, want := range notOneRef {
			if err := read(t, "E1001", ref); err == nil || !strings.Contains(err.Error(), row) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ref) {
				t.Errorf("%s: of %q the error is %v", name, ref, err)
			}
		}
		if err := read(t, "Company Secretary", "E1001"); err == nil || !strings.Contains(err.Error(), "has words only, and others have digits") {
			t.Errorf("%s: of words the error is %v", name, err)
		}
		for _, good := range []string{"E1001", "004711", "AB-17", "AB 1234", "12 A", "12 345 678", "12-34", "123 456", "1234 5678", "1001-1057", "2024-0017", "2024/0017", "2024.0017", "1.2.3", "A-B", "O'Brien", "maria.lopez", "Contractor 17", "ada@x.example", "1E5", "+4479460017", "B2 R14", "A1-B2"} {
			if err := read(t, "E2", good); err != nil {
				t.Errorf("%s: %q is refused: %v", name, good, err)
			}
		}
		if err := read(t, "Ada Lovelace", "Alan Turing"); err != nil {
			t.Errorf("%s: names are refused: %v", name, err)
		}
	}
}

func TestAListWithoutRowsIsRefused(t *testing.T) {
	for name, read := range lists {
		if strings.Contains(name, "JSON") {
			continue // a text without objects has no header either
		}
		if err := read(t); err == nil || !strings.Contains(err.Error(), "list.csv: the list has a header and no rows") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	if _, err := input.ReadList(file(t, "list.json", "[]"), table.Opening{}); err == nil || !strings.Contains(err.Error(), "no rows") {
		t.Errorf("of an empty array the error is %v", err)
	}
}

// Text processors put in other dashes and apostrophes while a person types a list.
func TestDashesAndApostrophesOfAListAreFolded(t *testing.T) {
	keep := except(t, "ref\nAB‐17\nO’Brien\nC−3\n")
	story{text: "ref\nAB-17\nAB–17\nO'Brien\nOʼBrien\nc-3\nD-4\n", options: input.Options{Except: keep},
		rows: []string{"2 ! keep.csv:2", "3 ! keep.csv:2", "4 ! keep.csv:3", "5 ! keep.csv:3", "6 ! keep.csv:4", "7 D-4"}}.check(t, "leavers.csv")
}

// The list may have a ref as it is in the export, as it is in the tenant, or with the
// prefix and other zeros.
func TestZerosBehindAPrefixDoNotCountInAList(t *testing.T) {
	keep := except(t, "ref\nDE-123\nDE-00124\nDE-000125\n126\n")
	options := input.Options{Except: keep, Repair: input.Repair{Pad: 6, Prefix: "DE-"}}
	story{text: "ref\n123\n0124\n125\n00126\n127\n", options: options,
		rows: []string{"2 ! keep.csv:2", "3 ! keep.csv:3", "4 ! keep.csv:4", "5 ! keep.csv:5", "6 DE-000127"}}.check(t, "leavers.csv")
	for ref, listed := range map[string]bool{"DE-000123": true, "DE-000124": true, "DE-000126": true, "DE-000127": false} {
		if got := options.Refuse(ref); (got != "") != listed {
			t.Errorf("%s of a report is refused by %q", ref, got)
		}
	}
	options.Repair.Prefix = "UK-"
	story{text: "ref\n123\n", options: options, rows: []string{"2 UK-000123"}}.check(t, "leavers.csv")
}

func TestAListCountsTheRefsThatNobodyHas(t *testing.T) {
	keep := except(t, "ref\nE1\nE2\nE7\ne2\n")
	if got := keep.Unfound(); got != 3 {
		t.Errorf("in the beginning %d refs are not found", got)
	}
	story{text: "ref\nE1\nE3\nE2\n", options: input.Options{Except: keep}, rows: []string{"2 ! keep.csv:2", "3 E3", "4 ! keep.csv:3"}}.check(t, "leavers.csv")
	if got := keep.Unfound(); got != 1 {
		t.Errorf("in the end %d refs are not found", got)
	}
}

// A filter hides rows that a person has not looked at. Whom a list protects it protects,
// be the row hidden or not.
func TestHiddenRowsOfLists(t *testing.T) {
	text := workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="str"><v>ref</v></c></row><row><c t="str"><v>E1</v></c></row><row hidden="1"><c t="str"><v>E2</v></c></row></sheetData></worksheet>`})
	_, err := input.ReadAccepted(file(t, "list.xlsx", text), table.Opening{}, input.Options{}, anyHeader)
	if err == nil || !strings.Contains(err.Error(), `list.xlsx:3: the sheet hides the row with the ref "E2"`) {
		t.Errorf("the error is %v", err)
	}
	keep, err := input.ReadList(file(t, "list.xlsx", text), table.Opening{})
	if err != nil || keep.Hidden != 1 || keep.Refuse("E2") == "" {
		t.Errorf("%d rows are hidden, %v", keep.Hidden, err)
	}
}

// A list would protect nobody if the sheet showed another ref than the number.
func TestARefOfAListThatTheSheetShowsOtherwise(t *testing.T) {
	for _, code := range []string{"[$E]0000", "P00000", "0,", ";;;"} {
		text := workbook(t, map[string]string{
			"xl/styles.xml":            `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="` + code + `"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>`,
			"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="str"><v>ref</v></c></row><row><c s="1"><v>4711</v></c></row></sheetData></worksheet>`,
		})
		_, err := input.ReadList(file(t, "list.xlsx", text), table.Opening{})
		_, err2 := input.ReadAccepted(file(t, "list.xlsx", text), table.Opening{}, input.Options{}, anyHeader)
		for _, err := range []error{err, err2} {
			if err == nil || !strings.Contains(err.Error(), "list.xlsx:2: ") || !strings.Contains(err.Error(), "the sheet shows it with other characters") {
				t.Errorf("%s: the error is %v", code, err)
			}
		}
	}
}
