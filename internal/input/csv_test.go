package input_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"offboard/internal/dates"
	"offboard/internal/input"
)

func TestCSV(t *testing.T) {
	long := strings.Repeat("x", longest+100<<10)
	tests := map[string]story{
		"a ref and an end date":                        {text: "ref,endDate\na,2024-06-30\nb,\n", rows: []string{"2 a 2024-06-30", "3 b"}},
		"a header alone has no rows":                   {text: "ref,endDate\n"},
		"a header without a line break has no rows":    {text: "ref,endDate"},
		"no end date column":                           {text: "ref\na\nb\n", rows: []string{"2 a", "3 b"}},
		"a byte order mark does not count":             {text: "\xef\xbb\xbfref,endDate\na,2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"a byte order mark before a quoted header":     {text: "\xef\xbb\xbf\"ref\",endDate\na,\n", rows: []string{"2 a"}},
		"columns in another order":                     {text: "endDate,ref\n2024-06-30,a\n", rows: []string{"2 a 2024-06-30"}},
		"other columns are ignored":                    {text: "id,ref,name,endDate,ref2\n1,a,Ann,2024-06-30,z\n", rows: []string{"2 a 2024-06-30"}},
		"other columns may have one name":              {text: "x,x,ref,,\n1,2,a,3,4\n", rows: []string{"2 a"}},
		"names regardless of case":                     {text: "REF,ENDDATE\na,2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"names with underscores":                       {text: "_ref_,end_date\na,2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"names with spaces and dashes":                 {text: " Ref , End - Date\na,2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"names with no-break spaces":                   {text: "ref\u00a0,End\u00a0Date\na,2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"a name that a spreadsheet has wrapped":        {text: "ref,\"End\nDate\"\na,2024-06-30\n", rows: []string{"3 a 2024-06-30"}},
		"white space around values is cut":             {text: "ref,endDate\n  a\u00a0,\t2024-06-30 \n", rows: []string{"2 a 2024-06-30"}},
		"CRLF":                                         {text: "ref,endDate\r\na,2024-06-30\r\nb,\r\n", rows: []string{"2 a 2024-06-30", "3 b"}},
		"no line break at the end":                     {text: "ref,endDate\na,\nb,2024-06-30", rows: []string{"2 a", "3 b 2024-06-30"}},
		"a carriage return at the very end":            {text: "ref\na\nb\r", rows: []string{"2 a", "3 b"}},
		"blank lines count as lines":                   {text: "ref\n\na\n\r\n\nb\n\n", rows: []string{"3 a", "6 b"}},
		"more blank lines than a record may be long":   {text: "ref\na\n" + strings.Repeat("\n", 2*longest), rows: []string{"2 a"}},
		"blank lines before the header":                {text: "\n\r\nref\na\n", rows: []string{"4 a"}},
		"values in quotes":                             {text: "ref,endDate\n\"a,\"\"1\"\"\",\"2024-06-30\"\n", rows: []string{`2 a,"1" 2024-06-30`}},
		"line breaks in quotes are counted":            {text: "ref,note\na,\"one\ntwo\n\nfour\"\nb,x\n", rows: []string{"2 a", "6 b"}},
		"CRLF in quotes is counted":                    {text: "ref,note\r\na,\"one\r\ntwo\"\r\nb,x\r\n", rows: []string{"2 a", "4 b"}},
		"a ref with a line break around it is used":    {text: "ref,endDate\n\"\na\n\",\nb,\n", rows: []string{"2 a", "5 b"}},
		"a day is read in the zone":                    {text: "ref,endDate\na,2024-06-30\n", options: input.Options{Zone: time.FixedZone("", 3600)}, rows: []string{"2 a 2024-06-30"}},
		"a ref that reads like a number is text":       {text: "ref\n007\n1e5\n", rows: []string{"2 007", "3 1e5"}},
		"a ref that reads like a formula is text":      {text: "ref\n=1+1\n", rows: []string{"2 =1+1"}},
		"a text that keeps its zeros in a spreadsheet": {text: "ref\n\"=\"\"00123\"\"\"\n\"=\"\"a\"\"&\"\"b\"\"\"\n\"=\"\"\"\n", rows: []string{"2 00123", `3 ="a"&"b"`, `4 ="`}},
		"a record of nearly the longest":               {text: "ref,x\na," + strings.Repeat("x", longest-200<<10) + "\nb,\n", rows: []string{"2 a", "3 b"}},
		"many records are longer than one may be":      {text: "ref,x\n" + strings.Repeat("a,"+strings.Repeat("x", longest/4)+"\n", 9), rows: []string{"2 a", "3 a", "4 a", "5 a", "6 a", "7 a", "8 a", "9 a", "10 a"}},
		"no ref":                   {text: "ref,endDate\n,2024-06-30\nb,\n", rows: []string{"2 ! the ref is empty", "3 b"}},
		"a ref that is not UTF-8":  {text: "ref,endDate\nZo\xeb,\nb,é\n", rows: []string{"2 ! UTF-8", "3 ! \"é\""}},
		"an end date that is none": {text: "ref,endDate\na,soon\nb,\n", rows: []string{"2 ! \"soon\"", "3 b"}},
		"another column that is not UTF-8 is no one": {text: "ref,name\na,Zo\xeb\n", rows: []string{"2 a"}},
		"a NUL far behind is a faulty row":           {text: "ref,x\na," + strings.Repeat("x", 10<<10) + "\nb\x00,\nc,\n", rows: []string{"2 a", "3 ! control", "4 c"}},

		"a line of totals whose count stands in the ref's place": {text: "Name,ref,endDate\nTotal,1,2024-06-30\nTotal,2,\n Report total:,3,\nTotal,E4,\nTotalEnergies,5,\nTotal,,\n", rows: []string{"2 1 2024-06-30", `3 ! this looks like a line of totals: it has nothing but "Total", "2"; if it is a leaver, fill in the end date`, "4 ! line of totals", "5 E4", "6 5", `7 ! line of totals`}},
		"a line of totals whose end date is blank":               {text: "Name,ref,endDate\nTotal,2, \nTotal,3,\"=\"\"\"\"\"\nTotal,4,\u00a0\n", rows: []string{"2 ! line of totals", "3 ! line of totals", "4 ! line of totals"}},
		"lines of counts, as spreadsheets put between":           {text: "Dept,ref,Name,endDate\nOps,1,Ada,\nOps Count,1,,\nGrand Count,1,,\n", rows: []string{"2 1", "3 ! line of totals", "4 ! line of totals"}},
		"lines of totals that sum other columns":                 {text: "Name,ref,Dept,endDate,Days,Pay\nAda,1,HR,,4,\"1,200.50 €\"\nTotal,2,,,8,2400\nHR,3,HR Total,,8,\nBo,4,,,,\n", rows: []string{"2 1", "3 ! line of totals", "4 ! line of totals", "5 4"}},
		"a word for a total among others":                        {text: "Name,ref,Dept,Reason,endDate\nAda,1,Total Rewards,Headcount reduction,\n", rows: []string{"2 1"}},
		"a line of totals with its label behind the ref":         {text: "ref,Name,endDate\n1,Ada,\n1,Total,\n", rows: []string{"2 1", "3 ! line of totals"}},
		"too few fields":                                   {text: "ref,endDate\na\nb,\n", rows: []string{"2 ! the header, which has 2", "3 b"}},
		"too many fields":                                  {text: "ref,endDate\na,2024-06-30,x\nb,\n", rows: []string{"2 ! more or fewer fields", "3 b"}},
		"too many fields over several lines":               {text: "ref,endDate\n\na,\"x\ny\",z\nb,\n", rows: []string{"3 ! lines 3 to 4 were read as one row", "5 b"}},
		"a quote in a field without":                       {text: "ref,endDate\na\"b,\nb,\n", rows: []string{"2 ! column 2: a quote", "3 b"}},
		"a quote behind a space":                           {text: "ref,endDate\na, \"2024-06-30\"\nb,\n", rows: []string{"2 ! column 4: a quote", "3 b"}},
		"a quote in a field after a long one":              {text: "ref,endDate\n\"a\nb\",x\"y\"\nc,\n", rows: []string{"2 ! lines 2 to 3 were read as one row", "4 c"}},
		"text after a closing quote":                       {text: "ref,endDate\n\"a\"b,\nb,\n", rows: []string{"2 ! line 2, column 3: text follows a closing quote", "3 b"}},
		"text after a closing quote, at last":              {text: "ref,endDate\nb,\n\"a\"b,", rows: []string{"2 b", "3 ! text follows a closing quote"}},
		"a space after a closing quote":                    {text: "ref,endDate\n\"a\" ,\nb,\n", rows: []string{"2 ! text follows", "3 b"}},
		"a carriage return after a quote":                  {text: "ref,endDate\n\"a\"\r\"b\",\nb,\n", rows: []string{"2 ! text follows", "3 b"}},
		"a carriage return after a quote, and an open one": {text: "ref,endDate\n\"a\"\r\"b,\nb,\n", rows: []string{"2 ! text follows", "3 b"}},
		"a carriage return after the last one":             {text: "ref,endDate\n\"a\",\"\"\r", rows: []string{"2 a"}},
		"a quote that a later one closes": {text: "ref,endDate\n\"a,2024-06-30\nb,2024-06-30\nc,\"x\"\nd,\n",
			rows: []string{"2 ! line 4, column 3: text follows a closing quote; double the quotes inside a quoted field; lines 2 to 4 were read as one row", "5 d"}},
		"a quote that a later one closes, so that it fits": {text: "ref,endDate\n\"a,2024-06-30\nb,2024-06-30\nc\",\nd,\n",
			rows: []string{"2 ! control character; lines 2 to 4 were read as one row", "5 d"}},
		"a quote after blank lines that a later one closes": {text: "ref,endDate\n\n\r\n\"a,\r\nb,\"x\r\nd,\r\n",
			rows: []string{"4 ! lines 4 to 5 were read as one row", "6 d"}},
		"a malformed row over several lines after a mark": {text: "\xef\xbb\xbfref,endDate\na,\n\"b\nb\"x,\nc,\n",
			rows: []string{"2 a", "3 ! lines 3 to 4 were read as one row", "5 c"}},
		"many malformed rows": {text: "ref\n" + strings.Repeat("\"a\"b\n", 3) + "c\n",
			rows: []string{"2 ! text", "3 ! text", "4 ! text", "5 c"}},

		"a quote that is never closed, in the first field":  {text: "ref,endDate\na,\n\"b,\nc,\nd,\n", rows: []string{"2 a"}, fails: []string{"leavers.csv:3: a quote that opens on this line is never closed"}},
		"a quote that is never closed, in a later field":    {text: "ref,endDate\na,\nb,\"2024-06-30\nc,\nd,\n", rows: []string{"2 a"}, fails: []string{"leavers.csv:3: a quote"}},
		"a quote that is never closed, after a long field":  {text: "ref,endDate\n\"a\nb\n\",\"2024-06-30\nc,\nd,\n", fails: []string{"leavers.csv:4: a quote"}},
		"a quote that is never closed, after blank lines":   {text: "ref,endDate\na,\n\n\r\n\nb,\"2024\nc,\n", rows: []string{"2 a"}, fails: []string{"leavers.csv:6: a quote"}},
		"a quote that is never closed, on the last line":    {text: "ref,endDate\na,\nb,\"2024", rows: []string{"2 a"}, fails: []string{"leavers.csv:3: a quote"}},
		"a quote that is never closed, the last character":  {text: "ref,endDate\na,\nb,\"", rows: []string{"2 a"}, fails: []string{"leavers.csv:3: a quote"}},
		"a quote that is never closed, after a mark":        {text: "\xef\xbb\xbfref,endDate\na,\nb,\"x\nc,\n", rows: []string{"2 a"}, fails: []string{"leavers.csv:3: a quote"}},
		"a quote that is never closed, after a doubled one": {text: "ref,endDate\na,\"x\"\"\nc,\nd,\"\"\n", fails: []string{"leavers.csv:2: a quote"}},
		"a quote that is never closed, after a quoted one":  {text: "ref,endDate,x\n\"a\",\"\",\"x\r\nc,\r\n", fails: []string{"leavers.csv:2: a quote"}},
		"a quote that is never closed, in CRLF":             {text: "ref,endDate\r\n\"a\r\nb\",\"x\r\nc,\r\n", fails: []string{"leavers.csv:3: a quote"}},
		"a quote that is never closed, in a long file": {text: "ref,endDate\na,\nb,\"x\n" + strings.Repeat("c,\n", longest),
			rows: []string{"2 a"}, fails: []string{"leavers.csv:3: a quote that opens on this line is never closed"}},
		"a quote that is never closed, in a long file after a mark and blank lines": {text: "\xef\xbb\xbfref,endDate\na,\n\n\n\"b\n\",\"x\n" + strings.Repeat("c,\n", longest),
			rows: []string{"2 a"}, fails: []string{"leavers.csv:6: a quote that opens on this line is never closed"}},
		"a record that is too long": {text: "ref,endDate\na,\n\nb," + long + "\nc,\n",
			rows: []string{"2 a"}, fails: []string{"leavers.csv:4: the record is longer than 1048576 bytes"}},
		"a record that is too long in quotes": {text: "ref,endDate\na,\nb,\"" + long + "\"\nc,\n",
			rows: []string{"2 a"}, fails: []string{"leavers.csv:3: the record is longer than 1048576 bytes"}},
		"a record that is too long, and begins with a line break in quotes": {text: "ref,endDate\na,\n\"\n" + long + "\",\nc,\n",
			rows: []string{"2 a"}, fails: []string{"leavers.csv:3: the record is longer than 1048576 bytes"}},
		"a malformed record that is too long does not begin anew in its middle": {text: "ref\na\nb\"" + long + "\nc\n",
			rows: []string{"2 a", "3 ! a quote"}, fails: []string{"leavers.csv:3: the record is longer than 1048576 bytes"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.csv") })
	}
}

func TestCSVColumns(t *testing.T) {
	const text = "Person ID,person_id,ref,Left On,End Date,left-on\n1,2,3,2024-01-01,2024-02-02,2024-03-03\n"
	asked := func(ref, endDate string) input.Options {
		return input.Options{RefColumn: ref, EndDateColumn: endDate}
	}
	var wide strings.Builder
	for i := range 100 {
		fmt.Fprintf(&wide, "column %d,", i)
	}
	tests := map[string]story{
		"by their usual names":                        {text: text, rows: []string{"2 3 2024-02-02"}},
		"by the names asked for":                      {text: "id,left\na,2024-06-30\n", options: asked("id", "left"), rows: []string{"2 a 2024-06-30"}},
		"by a name asked for in another spelling":     {text: "Staff No,x\na,\n", options: asked("staff_no", ""), rows: []string{"2 a"}},
		"what is asked for wins over the usual names": {text: "ref,id,endDate,left\na,b,2024-01-01,2024-02-02\n", options: asked("id", "left"), rows: []string{"2 b 2024-02-02"}},
		"the usual names may swap":                    {text: "ref,endDate\n2024-06-30,a\n", options: asked("endDate", "ref"), rows: []string{"2 a 2024-06-30"}},
		"of two, the one spelt as asked":              {text: text, options: asked("person_id", "Left On"), rows: []string{"2 2 2024-01-01"}},
		"no ref":                                      {text: "id,name\na,b\n", fails: []string{"leavers.csv:1: ", "no column ref", `"id", "name"`, "--ref-column"}},
		"no ref, and the header is not on line 1":     {text: "\n\nid,name\na,b\n", fails: []string{"leavers.csv:3: ", "no column ref"}},
		"no ref in a wide file":                       {text: wide.String() + "\n", fails: []string{`"column 11", and 89 more`}},
		"no ref, and a name that is long":             {text: strings.Repeat("é", 100) + "\n", fails: []string{`"` + strings.Repeat("é", 20) + `…"`}},
		"no ref, and semicolons":                      {text: "id;endDate\na;2024-06-30\n", fails: []string{"no column ref", `"id", "endDate"`}},
		"by what other systems call them":             {text: "Name,Employee No.,Leave Date\nx,a,2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"the usual name wins over other systems'":     {text: "Employee ID,ref,Termination Date,end_date\n1,a,2024-01-01,2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"two of what other systems call them":         {text: "Employee ID,Payroll ID\n1,2\n", fails: []string{"2 columns", `"Employee ID", "Payroll ID"`, "--ref-column"}},
		"two end dates of other systems":              {text: "ref,Leaving Date,Last Working Day\na,,\n", fails: []string{"2 columns", `"Leaving Date", "Last Working Day"`, "--end-date-column"}},
		"two refs":                                    {text: "ref,name,REF\na,b,c\n", fails: []string{"leavers.csv:1: ", "2 columns", `"ref", "REF"`, "--ref-column"}},
		"names with a mark, and punctuation":          {text: "\"\ufeffRef:\",End\u200b Date.,# No\na,2024-06-30,7\n", rows: []string{"2 a 2024-06-30"}},
		"two refs spelt the same":                     {text: "ref,ref\na,b\n", options: asked("ref", ""), fails: []string{"2 columns", `"ref", "ref"`}},
		"two end dates":                               {text: "ref,endDate,End Date\na,,\n", fails: []string{"2 columns", `"endDate", "End Date"`, "--end-date-column"}},
		"two for the name asked for":                  {text: text, options: asked("PERSON ID", ""), fails: []string{"2 columns", `"Person ID", "person_id"`}},
		"a ref column that is missing":                {text: "ref,endDate\na,\n", options: asked("id", ""), fails: []string{`"id"`, "--ref-column", `"ref", "endDate"`}},
		"an end date column that is missing":          {text: "ref,endDate\na,\n", options: asked("", "left"), fails: []string{`"left"`, "--end-date-column", `"ref", "endDate"`}},
		"both asked for and the same":                 {text: "ref,id\na,\n", options: asked("id", "ID"), fails: []string{"both", `"id"`}},
		"one asked for is the other":                  {text: "endDate,id\na,\n", options: asked("endDate", ""), fails: []string{"both", `"endDate"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.csv") })
	}
}

func TestDelimiters(t *testing.T) {
	said := func(char rune) input.Options { return input.Options{Delimiter: char} }
	tests := map[string]story{
		"semicolons":                               {text: "ref;endDate\na;2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"tabs":                                     {text: "name\tref\nx, y\ta\n", rows: []string{"2 a"}},
		"bars":                                     {text: "name|ref\nx|a\n", rows: []string{"2 a"}},
		"one column, and rows with more":           {text: "ref\na;b\n", fails: []string{"leavers.csv:1: the header has one field", "if ';' separates them", "--delimiter ,"}},
		"one column, said to be one":               {text: "ref\na;b\n", options: input.Options{Delimiter: ','}, rows: []string{"2 a;b"}},
		"one column, and one row with more":        {text: "ref\na\nb;c\nd\n", rows: []string{"2 a", "3 b;c", "4 d"}},
		"commas in names between semicolons":       {text: "\"Name, first\";Name, last;ref\nx;y;a\n", rows: []string{"2 a"}},
		"the one that gives the columns":           {text: "Name,first;ref;endDate\nx,y;a;2024-06-30\n", rows: []string{"2 a 2024-06-30"}},
		"the one that the rows have, too":          {text: "a,b|c;ref\n1,2|3;x\n4|5;y\n6;z\n", options: input.Options{}, rows: []string{"2 x", "3 y", "4 z"}},
		"a doubt is not a guess":                   {text: "a,b;c\n1,2;3\n", fails: []string{"several characters", "--delimiter"}},
		"what is said is done":                     {text: "a,ref;c\n1,2;3\n", options: said(';'), fails: []string{"no column ref", `"a,ref", "c"`}},
		"any character can be said":                {text: "ref~endDate\na~2024-06-30\n", options: said('~'), rows: []string{"2 a 2024-06-30"}},
		"the line that Excel writes":               {text: "sep=;\r\nref;name,x\r\na;b\r\n", rows: []string{"3 a"}},
		"the line that Excel writes, after a mark": {text: "\xef\xbb\xbf\"sep=\t\"\nref\tendDate\na\t\n", rows: []string{"3 a"}},
		"its lines are counted":                    {text: "sep=;\nref;x\na;b\nb\nc;\"d\"e\nf;g\n", rows: []string{"3 a", "4 ! the row has more or fewer fields than the header, which has 2; look for a missing or an unquoted ';'", "5 ! line 5, column 5", "6 f"}},
		"a quote that is never closed after it":    {text: "sep=;\nref;x\na;\"b\nb;c\n", fails: []string{"leavers.csv:3: a quote that opens on this line is never closed"}},
		"the header again is no leaver":            {text: "ref,endDate\na,2024-06-30\nref,endDate\nb,\n", rows: []string{"2 a 2024-06-30", "4 b"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.csv") })
	}
}

func dateFormat(t *testing.T, letters string) dates.Format {
	t.Helper()
	f, err := dates.ParseFormat(letters)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestDates(t *testing.T) {
	format := func(letters string) input.Options { return input.Options{Dates: dateFormat(t, letters)} }
	tests := map[string]story{
		"in the format that was said": {text: "ref,endDate\na,30/06/2024\nb,31/06/2024\nc,\n", options: format("DD/MM/YYYY"), rows: []string{"2 a 2024-06-30", "3 ! in the form DD/MM/YYYY", "4 c"}},
		"serial numbers":              {text: "ref,endDate\na,45473\n", options: format("excel"), rows: []string{"2 a 2024-06-30"}},
		"what would read all of them": {text: "ref,endDate\na,01/02/2024\nb,30/06/2024\n", rows: []string{"2 ! all of them would fit --date-format DD/MM/YYYY", "3 ! all of them would fit --date-format DD/MM/YYYY"}},
		"nothing is read by guess":    {text: "ref,endDate\na,01/02/2024\nb,03/04/2024\n", rows: []string{"2 ! they could be DD/MM/YYYY or MM/DD/YYYY", "3 ! they could be"}},
		"a bad date among usual ones": {text: "ref,endDate\na,2024-06-30\nb,30.6.2024\n", rows: []string{"2 a 2024-06-30", "3 ! 1 would fit --date-format D.M.YYYY, and 1 are YYYY-MM-DD: write them alike"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.csv") })
	}
	numbers := story{text: "{\"ref\":\"a\",\"endDate\":20240630}\n{\"ref\":\"b\",\"endDate\":20240631}\n{\"ref\":\"c\",\"endDate\":true}\n", options: format("YYYYMMDD"),
		rows: []string{"1 a 2024-06-30", "2 ! in the form YYYYMMDD", "3 ! neither text nor"}}
	numbers.check(t, "leavers.jsonl")
}

func TestParseDelimiter(t *testing.T) {
	for text, want := range map[string]rune{"": 0, ";": ';', "tab": '\t', "Tab": '\t', `\t`: '\t', "\t": '\t', "§": '§'} {
		if got, err := input.ParseDelimiter(text); got != want || err != nil {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{";;", "\"", "\n", "\xff", "comma"} {
		if got, err := input.ParseDelimiter(text); err == nil {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func TestCSVSaysWhichColumnsItReads(t *testing.T) {
	s, err := prepare(t, "leavers.csv", "Name,REF ,End_Date\n", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if ref, endDate := s.Columns(); ref != "REF " || endDate != "End_Date" || len(s.Header) != 3 {
		t.Errorf("got %q and %q of %q", ref, endDate, s.Header)
	}
	s, err = prepare(t, "leavers.csv", "Name,REF \n", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, endDate := s.Columns(); endDate != "" {
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
			s, err := prepare(t, name, text, o)
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
