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
		"below a title":                                      {text: "Leavers, second quarter\n\nPrinted on 1 July; confidential\nName;Employee No.;Leave Date\nx;1;2024-06-30\n", rows: []string{"5 1 2024-06-30"}},
		"below a title with a quote":                         {text: "Leavers of \"Q2\"\nref,endDate\n1,2024-06-30\n", rows: []string{"3 1 2024-06-30"}},
		"below the delimiter and a title":                    {text: "sep=;\nLeavers\nref;endDate\n1;2024-06-30\n", rows: []string{"4 1 2024-06-30"}},
		"of one column, below a title":                       {text: "Leavers\nref\n1\n", rows: []string{"3 1"}},
		"in row 30":                                          {text: titles + "ref\n1\n", rows: []string{"31 1"}},
		"too far down to be found":                           {text: titles + "a title\nref\n1\n", fails: []string{`leavers.csv:1: no column ref; the header has "a title"`, "--header-row"}},
		"too far down, and said":                             {text: titles + "a title\nref\n1\n", options: at(31), rows: []string{"32 1"}},
		"said where the delimiter is announced":              {text: "sep=;\nLeavers\nref;endDate\n1;2024-06-30\n", options: at(3), rows: []string{"4 1 2024-06-30"}},
		"said, and not that of leavers":                      {text: "Leavers\nref\n1\n", options: at(1), fails: []string{"leavers.csv:1: no column ref"}},
		"said, and not there":                                {text: "ref\n1\n", options: at(9), fails: []string{"there is no row 9", "--header-row"}},
		"two rows could be it":                               {text: "Ref,HR-2024-06\n\nName,Employee No.\nx,1\n", fails: []string{"leavers.csv:1: row 1 and row 3 could each be the header; say which with --header-row, or read exports that were put together one by one"}},
		"two rows could be it, and one is said":              {text: "Ref,HR-2024-06\n\nName,Employee No.\nx,1\n", options: at(3), rows: []string{"4 1"}},
		"the same one again, further down":                   {text: "ref,endDate\n1,\nref,endDate\n2,\n", rows: []string{"2 1", "4 2"}},
		"the same one again, spelt otherwise":                {text: "ref,End Date\n1,\n\ufeffREF,end_date.\n2,\n", rows: []string{"2 1", "4 2"}},
		"another one, further down":                          {text: "ref,Manager Ref,endDate\n1,9,\nManager Ref,ref,endDate\n9002,2,\n", rows: nil, fails: []string{"row 1 and row 3 could each be the header"}},
		"another one, far down":                              {text: "ref,Manager Ref,endDate\n" + strings.Repeat("a1,9,\n", 40) + "Manager Ref,,ref\n9002,2,\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`, `"Manager Ref", "", "ref"`}},
		"the same one, whose names end and begin with signs": {text: "Employee No.,Name\n1,x\nEmployee No.,Name\n2,y\n", rows: []string{"2 1", "4 2"}},
		"the same one, whose names begin with a sign":        {text: "*Employee ID,Name (HR)\n1,x\n*Employee ID,Name (HR)\n2,y\n", rows: []string{"2 1", "4 2"}},
		"the same one, with space around and other letters":  {text: "Übersicht, Employee ID\nx,1\nübersicht,Employee ID\ny,2\n", rows: []string{"2 1", "4 2"}},
		"another one whose names end with signs":             {text: "Employee No.,Manager No.,Leave Date\n" + strings.Repeat("a1,9,\n", 40) + "Manager No.,Employee No.,Leave Date\n9002,2,\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"another one, with names that are new":               {text: "Staff ID,Manager ID,Leave Date\n" + strings.Repeat("a1,9,\n", 40) + "Manager ID,Staff ID,Last Day\n9002,2,\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"another one, whose first name is new":               {text: "Name,ref,endDate\n" + strings.Repeat("x,a1,\n", 40) + "Surname,endDate,ref\nx,,2\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"the announced delimiter again":                      {text: "sep=;\nref;endDate\n1;\nsep=;\nref;endDate\n2;\n", rows: []string{"3 1", "6 2"}},
		"years, and the day on which it was made":            {text: "Absence report;;;;\nEmployee ID;2024;2025;Leave Date;\n7;1;2;2024-06-30;\n", rows: []string{"3 7 2024-06-30"}},
		"a row of the table that has the name of a ref":      {text: "Personalnummer;Nachname;Kürzel;Austrittsdatum\n70001;Meier;mei;30.06.2026\n70003;Fischer;ref;31.12.2026\n", fails: []string{"leavers.csv:3: row 3 could be the header, by what stands in it, and row 2 above it looks like a part of its table", "--header-row", "--ref-column"}},
		"a line of labels":                                   {text: "Ref:;HR/2026/11;;\nPersonalnummer;Name;Austritt;Abteilung\n10012;Ann;30. Juni 2027;HR\n", fails: []string{"leavers.csv:1: row 1 could be the header, by what stands in it, and most rows below it fill columns that have no name there"}},
		"a short line of labels":                             {text: "Ref:;HR/2026/11;\nPersonalnummer;Name;Austritt\n10012;Ann;30. Juni 2027\n", fails: []string{"most rows below it fill columns"}},
		"labels and their values above it":                   {text: "Company;Acme;Period;Q2\n\nEmployee ID;Name;Leave Date;Dept\n1;Ada;2024-06-30;x\n", rows: []string{"4 1 2024-06-30"}},
		"a second table, with the same ref":                  {text: "Employee ID,Name,Leave Date\n" + strings.Repeat("a1,x,\n", 40) + "Joiners,,\nEmployee ID,Forename,Start Date\n9,y,2020-02-28\n", rows: append(many[:40:40], "42 Joiners"), fails: []string{`leavers.csv:43: this looks like another header`}},
		"values that are the name of one column, twice":      {text: "ref,Job title,Manager,endDate\n1,Manager,Manager,tbc\n2,Clerk,Bob,2024-06-30\n", rows: []string{`2 ! the end date "tbc"`, "3 2 2024-06-30"}},
		"rows of text above it":                              {text: "Ash;HR\nBirch;Ops\nName;Staff ID\nx;E1\n", fails: []string{"row 3 could be the header, by what stands in it, and row 2 above it"}},
		"a row above it with a number, and a column named":   {text: "Ash;1\nName;Person\nx;E1\n", options: input.Options{RefColumn: "person"}, fails: []string{"row 2 could be the header, by what stands in it, and row 1 above it"}},
		"a word above far more columns":                      {text: "Ref;;;\nPersonalnummer;Name;Austritt;Abteilung\n1;Ada;2027;HR\n", fails: []string{"most rows below it fill columns"}},
		"one row with far more columns":                      {text: "Ref;;;\nE1;;;\nE2;;;\nE3;a;b;c\n", rows: []string{"2 E1", "3 E2", "4 E3"}},
		"a leaver with two names, and a day that is none":    {text: "ref,Job,Manager,endDate\n1,Job,Manager,31/06/2024\n", rows: []string{`2 ! the end date "31/06/2024"`}},
		"another one, by its column of the ref alone":        {text: "ref,a,b,c,d\n" + strings.Repeat("a1,,,,\n", 40) + "Ref,v,w,x,y\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"the same, and the column is named":                  {text: "Personalnummer;Nachname;Kürzel;Austrittsdatum\n70001;Meier;mei;30.06.2026\n70003;Fischer;ref;31.12.2026\n", options: input.Options{RefColumn: "Personalnummer", EndDateColumn: "Austrittsdatum", Dates: dateFormat(t, "DD.MM.YYYY")}, rows: []string{"2 70001 2026-06-30", "3 70003 2026-12-31"}},
		"a leaver whose ref is the name of its column":       {text: "ref,endDate\nName,2024-06-30\nRef,2024-06-30\n", rows: []string{"2 Name 2024-06-30", "3 Ref 2024-06-30"}},
		"a leaver who is called as a column":                 {text: "Employee ID,Last Name,First Name,Leave Date\n1,Ref,Ada,2024-06-30\n2,Name,Bo,2024-06-30\n", rows: []string{"2 1 2024-06-30", "3 2 2024-06-30"}},
		"another one, with a name that is a usual one":       {text: "Payroll No,Name,Leave Date\n" + strings.Repeat("a1,x,\n", 40) + "Employee ID,Surname,Leave Date\n9,y,\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"another one, with its end date elsewhere":           {text: "Staff No,Name,Leave Date,Dept\n" + strings.Repeat("a1,x,,y\n", 40) + "Manager ID,Staff No,Start Date,Leave Date\n9,2,2020-02-28,\n", rows: many, fails: []string{`leavers.csv:42: this looks like another header`}},
		"marks around the names":                             {text: "(Ref),'End Date'?\n1,2024-06-30\n", rows: []string{"2 1 2024-06-30"}},
		"a leaver whose values are names of columns":         {text: "Name,ref,Team,Role,endDate\nName,1,Team,Lead,2024-06-30\n", rows: []string{"2 1 2024-06-30"}},
		"a leaver with the name of a column":                 {text: "ref,Name,endDate\nName,Ada,\nNAME,,\n", rows: []string{"2 Name", "3 NAME"}},
		"a number beside a label is none":                    {text: "Staff No.;17;;\nPrinted;2024-06-30;;\n\nName;Staff No.;Leave Date;Dept\nAda;1;2024-06-30;x\n", rows: []string{"5 1 2024-06-30"}},
		"a row of values is none":                            {text: "Number;Number type;Leave Date\n77;Payroll ID;2024-06-30\n", fails: []string{"leavers.csv:1: no column ref"}},
		"a column that was asked for":                        {text: "ref,of the list\nNo,Person\n7,x\n", options: input.Options{RefColumn: "Person"}, rows: []string{"3 x"}},
		"two columns could be meant below a title":           {text: "Leavers\nStaff ID,Payroll ID\n1,2\n", fails: []string{"leavers.csv:2: 2 columns could be meant", `"Staff ID", "Payroll ID"`}},
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
		s, err := prepare(t, "leavers.csv", text, input.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(s.HeaderRow, s.Titled); got != want {
			t.Errorf("%q: header in row %s, want %s", text, got, want)
		}
	}
}
