package input_test

import (
	"slices"
	"strings"
	"testing"

	"offboard/internal/input"
)

func TestDatesThatNobodyReadsAreWarnedAbout(t *testing.T) {
	const want = `no end date is read, but there are dates in the column "Until"; if it says when people leave, name it with --end-date-column`
	for name, text := range map[string]string{
		"a column that is empty in many rows": "ref,Until\n" + strings.Repeat("a,\n", 900) + "b,2027-01-01\n",
		"a cell that is a date": workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>
			<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>Until</t></is></c></row>
			<row><c><v>1</v></c><c s="1"><v>45473</v></c></row>
		</sheetData></worksheet>`}),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := open(t, "leavers", text, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := read(t, s, input.Options{}); err != nil {
				t.Fatal(err)
			}
			if got := s.Warnings(); !slices.Equal(got, []string{want}) {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestDatesAndTextsInOneColumnAreWarnedAbout(t *testing.T) {
	const want = "2 end dates with a cell that is a date, and 1 with text; a spreadsheet program that has read days as months makes such columns"
	date := func(row string) string { return `<row><c><v>` + row + `</v></c><c s="1"><v>45473</v></c></row>` }
	text := func(of string) string { return `<row><c><v>9</v></c><c t="str"><v>` + of + `</v></c></row>` }
	for name, tt := range map[string]struct{ rows, want string }{
		"some are text":                     {date("1") + date("2") + text("30/06/2026"), want},
		"all are dates":                     {date("1") + date("2"), ""},
		"all are text":                      {text("30/06/2026"), ""},
		"text that nobody can misread":      {date("1") + text("2026-06-30"), ""},
		"text that is no date":              {date("1") + text("to be agreed"), ""},
		"a number in a column without form": {date("1") + `<row><c><v>9</v></c><c><v>45473</v></c></row>`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := open(t, "leavers.xlsx", cells(t, tt.rows), input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := read(t, s, input.Options{}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(s.Warnings(), "\n"); !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}
