package input_test

import (
	"fmt"
	"strings"
	"testing"

	"offboard/internal/input"
)

func TestHeader(t *testing.T) {
	at := func(row int) input.Options { return input.Options{HeaderRow: row} }
	var many []string
	for i := range 40 {
		many = append(many, fmt.Sprintf("%d a1", i+2))
	}
	titles := strings.Repeat("a title\n", 29)
	tests := map[string]story{
		"in row 30":                                           {text: titles + "ref\n1\n", rows: []string{"31 1"}},
		"too far down to be found":                            {text: titles + "a title\nref\n1\n", fails: []string{`leavers.csv:1: no column ref; the header has "a title"`, "--header-row"}},
		"too far down to be found, and asked for":             {text: titles + "a title\nref\n1\n", options: at(31), rows: []string{"32 1"}},
		"the same header once more, in another spelling":      {text: "ref,End Date\n1,\n\ufeffREF,end_date.\n2,\n", rows: []string{"2 1", "4 2"}},
		"another header, far down":                            {text: "ref,Manager Ref,endDate\n" + strings.Repeat("a1,9,\n", 40) + "Manager Ref,,ref\n9002,2,\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`, `"Manager Ref", "", "ref"`}},
		"another header, whose names end with punctuation":    {text: "Employee No.,Manager No.,Leave Date\n" + strings.Repeat("a1,9,\n", 40) + "Manager No.,Employee No.,Leave Date\n9002,2,\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"another header, with new names":                      {text: "Staff ID,Manager ID,Leave Date\n" + strings.Repeat("a1,9,\n", 40) + "Manager ID,Staff ID,Last Day\n9002,2,\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"another header, whose first name is new":             {text: "Name,ref,endDate\n" + strings.Repeat("x,a1,\n", 40) + "Surname,endDate,ref\nx,,2\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"a second table, with the same ref":                   {text: "Employee ID,Name,Leave Date\n" + strings.Repeat("a1,x,\n", 40) + "Joiners,,\nEmployee ID,Forename,Start Date\n9,y,2020-02-28\n", rows: append(many[:40:40], "42 Joiners"), fails: []string{`leavers.csv:43: this looks like another header`}},
		"another header, known by the name of the ref alone":  {text: "ref,a,b,c,d\n" + strings.Repeat("a1,,,,\n", 40) + "Ref,v,w,x,y\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"another header, with a synonym":                      {text: "Payroll No,Name,Leave Date\n" + strings.Repeat("a1,x,\n", 40) + "Employee ID,Surname,Leave Date\n9,y,\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"another header, with the end date in another column": {text: "Staff No,Name,Leave Date,Dept\n" + strings.Repeat("a1,x,,y\n", 40) + "Manager ID,Staff No,Start Date,Leave Date\n9,2,2020-02-28,\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.csv") })
	}
}

func TestTitlesAboveTheHeaderAreSaid(t *testing.T) {
	for text, want := range map[string]string{
		"ref\n1\n":                  "1 false",
		"\n\nref\n1\n":              "3 false",
		"sep=;\nref;a\n1;b\n":       "2 false",
		";;\nref;a;b\n1;b;c\n":      "2 false",
		"Leavers\nref\n1\n":         "2 true",
		"sep=;\nLeavers\nref;a\n":   "3 true",
		"\xef\xbb\xbfref\n1\n":      "1 false",
		"\xef\xbb\xbfL\n\nref\n1\n": "3 true",
	} {
		s, err := open(t, "leavers.csv", text, input.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(s.HeaderRow, s.Titled); got != want {
			t.Errorf("%q: header in row %s, want %s", text, got, want)
		}
	}
}
