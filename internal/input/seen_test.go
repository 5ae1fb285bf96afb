package input_test

import (
	"slices"
	"strings"
	"testing"

	"offboard/internal/input"
)

func TestDatesThatNobodyReadsAreWarnedAbout(t *testing.T) {
	sheet := workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>Until</t></is></c></row><row><c><v>1</v></c><c s="1"><v>45473</v></c></row></sheetData></worksheet>`})
	left := input.Options{EndDateColumn: "left"}
	tests := map[string]struct {
		name, text string
		options    input.Options
		want       string
	}{
		"a column in a language that nobody knows": {"a.csv", "ref,Austritt,Name\na,30.6.2024,Ash\n", input.Options{}, `no end date is read, but there are dates in the column "Austritt"; if it says when people leave, name it with --end-date-column`},
		"several columns":                          {"a.csv", "ref,Born,Until\na,1980-01-02,\nb,,2024-06-30 17:00\nc,,31-Dec-2024\n", input.Options{}, `no end date is read, but there are dates in the columns "Born", "Until"; if one of them says when people leave, name it with --end-date-column`},
		"numbers are no dates":                     {"a.csv", "ref,Cost\na,45473\nb,20241330\nc,soon\nd,45473.5\n", input.Options{}, ""},
		"days of digits":                           {"a.csv", "ref,Until\na,20270630\n", input.Options{}, `no end date is read, but there are dates in the column "Until"; if it says when people leave, name it with --end-date-column`},
		"a column that says so":                    {"a.csv", "ref,Austrittsdatum,Update,Datum\na,Ende Juni,x,\n", input.Options{}, `no end date is read, but there are dates in the column "Austrittsdatum"; if it says when people leave, name it with --end-date-column`},
		"a column that is empty for long":          {"a.csv", "ref,Austritt\n" + strings.Repeat("a,\n", 900) + "b,2027-01-01\n", input.Options{}, `no end date is read, but there are dates in the column "Austritt"; if it says when people leave, name it with --end-date-column`},
		"days that no format reads":                {"a.csv", "ref,Sortie,Bis,Candidate ID,Updated by\na,30 juin 2027,31. Dezember 2027,7,x\n", input.Options{}, `no end date is read, but there are dates in the columns "Sortie", "Bis"; if one of them says when people leave, name it with --end-date-column`},
		"a column that is read":                    {"a.csv", "ref,endDate,Born\na,,1980-01-02\n", input.Options{}, ""},
		"a cell that is a date":                    {"a.xlsx", sheet, input.Options{}, `no end date is read, but there are dates in the column "Until"; if it says when people leave, name it with --end-date-column`},
		"keys of objects":                          {"a.json", `[{"ref":"a","job":{"until":"30/06/2024"}}]`, input.Options{}, `no end date is read, but there are dates in the key "job.until"; if it says when people leave, name it with --end-date-column`},
		"a key that only some objects have":        {"a.json", `[{"ref":"a","born":"1980-01-02"},{"ref":"b","left":"2024-06-30"}]`, left, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := prepare(t, tt.name, tt.text, tt.options)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := read(t, s, tt.options); err != nil {
				t.Fatal(err)
			}
			var want []string
			if tt.want != "" {
				want = []string{tt.want}
			}
			if got := s.Warnings(); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestDatesAndTextsInOneColumnAreWarnedAbout(t *testing.T) {
	const want = "2 end dates with a cell that is a date, and 1 with text; a spreadsheet that has read days as months makes such columns"
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
			s, err := prepare(t, "leavers.xlsx", cells(t, tt.rows), input.Options{})
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
