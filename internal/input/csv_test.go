package input_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	written "offboard/internal/dates"
	"offboard/internal/input"
)

func TestCSV(t *testing.T) {
	long := strings.Repeat("x", longest+100<<10)
	var wide strings.Builder
	for i := range 100 {
		fmt.Fprintf(&wide, "column %d,", i)
	}
	tests := map[string]story{
		"a header without a line break has no rows":    {text: "ref,endDate", fails: []string{"there are no rows"}},
		"a byte order mark does not count":             {text: "\xef\xbb\xbfref,endDate\na,2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"names with no-break spaces":                   {text: "ref\u00a0,End\u00a0Date\na,2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"white space around values is cut":             {text: "ref,endDate\n  a\u00a0,\t2024-06-30 \n", rows: []string{"2 a 2024-06-30"}},
		"blank lines count as lines":                   {text: "ref\n\na\n\r\n\nb\n\n", rows: []string{"3 a", "6 b"}},
		"a ref that is not UTF-8":                      {text: "ref,endDate\nZo\xeb,\nb,é\n", rows: []string{"2 ! UTF-8", "3 ! \"é\""}},
		"another column that is not UTF-8 is no one":   {text: "ref,name\na,Zo\xeb\n", rows: []string{"2 a"}},
		"a NUL far from the beginning is a faulty row": {text: "ref,x\na," + strings.Repeat("x", 10<<10) + "\nb\x00,\nc,\n", rows: []string{"2 a", "3 ! control", "4 c"}},

		"a line of totals whose end date is blank": {text: "Name,ref,endDate\nTotal,2, \nTotal,3,\"=\"\"\"\"\"\nTotal,4,\u00a0\n", rows: []string{"2 ! line of totals", "3 ! line of totals", "4 ! line of totals"}},
		"a quote that a later one closes, after blank lines": {text: "ref,endDate\n\n\r\n\"a,\r\nb,\"x\r\nd,\r\n",
			rows: []string{"4 ! lines 4 to 5 were read as one row", "6 d"}},

		"names with a byte order mark and with a space of no width": {text: "\"\ufeffRef:\",End\u200b Date.,# No\na,2024-06-30,7\n", rows: []string{"2 a 2024-06-30"}},
		"the line that Excel writes":                                {text: "sep=;\r\nref;name,x\r\na;b\r\n", rows: []string{"3 a"}},
		"the line that Excel writes, after a byte order mark":       {text: "\xef\xbb\xbf\"sep=\t\"\nref\tendDate\na\t\n", rows: []string{"3 a"}},
		"no ref, and a name that is long":                           {text: strings.Repeat("é", 100) + "\n", fails: []string{`"` + strings.Repeat("é", 20) + `…"`}},
		"no ref in a wide file":                                     {text: wide.String() + "\n", fails: []string{`"column 11", and 89 more`}},
		"a record that is too long": {text: "ref,endDate\na,\n\nb," + long + "\nc,\n",
			rows: []string{"2 a"}, fails: []string{"leavers.csv:4: the record is longer than 1048576 bytes"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.csv") })
	}
}

func dates(t *testing.T, letters string) written.Format {
	t.Helper()
	f, err := written.ParseFormat(letters)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParseDelimiter(t *testing.T) {
	for text, want := range map[string]rune{"": 0, ";": ';', "tab": '\t', "Tab": '\t', `\t`: '\t', "\t": '\t', "§": '§'} {
		var got input.Delimiter
		if err := got.UnmarshalText([]byte(text)); rune(got) != want || err != nil {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{";;", "\"", "\n", "\xff", "comma"} {
		var got input.Delimiter
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func TestCSVSaysWhichColumnsItReads(t *testing.T) {
	s, err := open(t, "leavers.csv", "Name,REF ,End_Date\nx,a,\n", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s, input.Options{}); err != nil {
		t.Fatal(err)
	}
	if v := s.survey; v.Ref != "REF " || v.EndDate != "End_Date" || len(s.Header) != 3 {
		t.Errorf("got %q and %q of %q", v.Ref, v.EndDate, s.Header)
	}
	s, err = open(t, "leavers.csv", "Name,REF \nx,a\n", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s, input.Options{}); err != nil {
		t.Fatal(err)
	}
	if endDate := s.survey.EndDate; endDate != "" {
		t.Errorf("the end date column is %q", endDate)
	}
}

func TestCSVReadsDaysInTheZone(t *testing.T) {
	zone := time.FixedZone("", -5*3600)
	o := input.Options{Zone: zone}
	for name, text := range map[string]string{
		"leavers.csv":   "ref,endDate\na,2024-06-30\n",
		"leavers.jsonl": `{"ref": "a", "endDate": "2024-06-30"}`,
	} {
		t.Run(name, func(t *testing.T) {
			s, err := open(t, name, text, o)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := read(t, s, o)
			if err != nil || len(rows) != 1 {
				t.Fatalf("got %v, %v", rows, err)
			}
			if want := time.Date(2024, 6, 30, 5, 0, 0, 0, time.UTC); !rows[0].EndDate.Time().Equal(want) {
				t.Errorf("got %v, want %v", rows[0].EndDate.Time(), want)
			}
		})
	}
}

// Programs for DOS end a text with the character 0x1A, which is no row.
func TestTheCharacterThatEndsATextOfDOSIsNoRow(t *testing.T) {
	for name, text := range map[string]string{
		"leavers.csv":    "ref\nE1\nE2\n\x1a",
		"latin.csv":      "ref,Name\nE1,Jos\xe9\nE2,Ada\n\x1a",
		"utf16.csv":      "\xff\xfer\x00e\x00f\x00\n\x00E\x001\x00\n\x00E\x002\x00\n\x00\x1a\x00",
		"leavers.csv.gz": gzipped(t, "ref\nE1\nE2\n\x1a\x1a"),
	} {
		story{text: text, rows: []string{"2 E1", "3 E2"}}.check(t, name)
	}
	story{text: "{\"ref\":\"E1\"}\n{\"ref\":\"E2\"}\n\x1a", rows: []string{"1 E1", "2 E2"}}.check(t, "leavers.jsonl")
	story{text: "[{\"ref\":\"E1\"},{\"ref\":\"E2\"}]\x1a", rows: []string{"1 E1", "2 E2"}}.check(t, "leavers.json")
}
