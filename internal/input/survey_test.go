package input_test

import (
	"fmt"
	"strings"
	"testing"

	written "offboard/internal/dates"
	"offboard/internal/input"
	"offboard/internal/leaver"
)

func TestDatesThatNobodyReadsAreRefused(t *testing.T) {
	const want = `no end date is read, but there are dates in the column "Until": if it says when people leave, name it with --end-date-column`
	for name, text := range map[string]string{
		"a column that is empty in many rows": "ref,Until\n" + strings.Repeat("a,\n", 900) + "b,2027-01-01\n",
		"a cell that is a date": workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>
			<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>Until</t></is></c></row>
			<row><c><v>1</v></c><c s="1"><v>45473</v></c></row>
		</sheetData></worksheet>`}),
		"a cell that is a number": workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>
			<row><c t="s"><v>0</v></c><c t="inlineStr"><is><t>Until</t></is></c></row>
			<row><c><v>1</v></c><c><v>46753</v></c></row>
		</sheetData></worksheet>`}),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := story{text: text}.read(t, "leavers")
			checkError(t, err, []string{want, "--end-date-column none"})
		})
	}
}

func TestDatesBesideTextsMayBeSwapped(t *testing.T) {
	for name, tt := range map[string]struct {
		cells []int // serial numbers
		texts []string
		ask   string // --date-format
		held  bool   // the cells are, but 3 March, which is the same day when day and month change places
	}{
		"five and seven":                   {[]int{45352, 45353, 45354, 45355, 45356}, days("06/2024", 20, 27), "", true},
		"five and four":                    {[]int{45352, 45353, 45354, 45355, 45356}, days("06/2024", 20, 24), "", true},
		"two and two":                      {[]int{45352, 45355}, days("06/2024", 20, 22), "", true},
		"two and two on one day":           {[]int{45355, 45355}, []string{"30/06/2024", "30/06/2024"}, "", true},
		"read by the format that fits":     {[]int{45352, 45355}, days("06/2024", 20, 22), "DD/MM/YYYY", true},
		"one text":                         {[]int{45352, 45355}, days("06/2024", 20, 21), "", false},
		"a cell with a later day":          {[]int{45352, 45371}, days("06/2024", 20, 22), "", false},
		"a text with an earlier day":       {[]int{45352, 45355}, days("06/2024", 10, 14), "", false},
		"texts that are read in any event": {[]int{45352, 45355}, []string{"2024-06-30", "2024-06-29"}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			var rows strings.Builder
			for _, serial := range tt.cells {
				fmt.Fprintf(&rows, `<row><c><v>1</v></c><c s="1"><v>%d</v></c></row>`, serial)
			}
			for _, text := range tt.texts {
				fmt.Fprintf(&rows, `<row><c><v>2</v></c><c t="str"><v>%s</v></c></row>`, text)
			}
			format, err := written.ParseFormat(tt.ask)
			if err != nil {
				t.Fatal(err)
			}
			s, err := open(t, "leavers.xlsx", cells(t, rows.String()), input.Options{Dates: format})
			if err != nil {
				t.Fatal(err)
			}
			all, err := read(t, s, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range all {
				held := tt.held && i < len(tt.cells) && tt.cells[i] != 45354
				if row.Doubts.Has(leaver.SwappedDates) != held {
					t.Errorf("%v, %v: the doubts are %v", row.Place, row.EndDate, row.Doubts)
				}
				if tt.held && row.Fault != "" && !strings.Contains(row.Fault, "export dates as YYYY-MM-DD") {
					t.Errorf("%v: %s", row.Place, row.Fault)
				}
			}
			var v input.Survey
			for range s.Survey(&v) {
			}
			if letters, _ := v.DateFormat(); tt.held && letters != "" {
				t.Errorf("the format %s is proposed", letters)
			}
		})
	}
}

// days returns the days of a month from one to before another one.
func days(month string, from, to int) (all []string) {
	for day := from; day < to; day++ {
		all = append(all, fmt.Sprintf("%d/%s", day, month))
	}
	return all
}

func TestTheEndOfAFileMayBeMissing(t *testing.T) {
	row := func(i int) string { return fmt.Sprintf("E%d\n", 1000+i) }
	list := func(n int) string {
		text := "ref\n"
		for i := range n {
			text += row(i)
		}
		return text
	}
	block := list(682) // 4 + 682 * 6 = 4096
	for name, tt := range map[string]struct {
		text string
		held int
	}{
		"it ends within the last ref":                      {list(20) + "E10", 1},
		"it ends without a line break, behind a whole ref": {list(20) + "E1099", 0},
		"another ref is as short":                          {"ref\nE1\nE10\nE11\nE12\nE2", 0},
		"it ends with a block, and a line break":           {block, 0},
		"it ends with a block, behind a ref":               {"ref\n" + strings.Repeat("E1001\n", 681) + "E10002", 1}, /* 4 + 681 * 6 + 6 = 4096 */
		"it ends elsewhere, behind a ref":                  {"ref\n" + strings.Repeat("E1001\n", 500) + "E1002", 0},
	} {
		t.Run(name, func(t *testing.T) {
			_, rows, err := story{text: tt.text}.read(t, "leavers.csv")
			if err != nil {
				t.Fatal(err)
			}
			held := 0
			for _, row := range rows {
				if row.Doubts.Has(leaver.CutOff) {
					held++
				}
			}
			if held != tt.held {
				t.Errorf("%d rows are held, want %d", held, tt.held)
			}
		})
	}
}

func TestAFileThatEndsWithinARef(t *testing.T) {
	const numbers = "ref\n1001\n1002\n1003\n1004\n1005\n"
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"it is shorter than all others":           {numbers + "10", []string{`7 cut-off: the file ends behind "10" without a line break`}},
		"it ends as DOS ends a text":              {numbers + "1006\n\x1a", nil},
		"a filled cell is behind the ref":         {"ref,n\n1001,1\n1002,1\n1003,1\n1004,1\n1005,1\n10,1", nil},
		"it ends in a line break":                 {numbers + "10\n", nil},
		"it is as long as the others":             {numbers + "1006", nil},
		"the others have several lengths":         {"ref\n1001\n202\n30\n1004\n1005\n10", nil},
		"a number just below those of more":       {numbers + "998", nil},
		"it is shorter than those of two lengths": {"Name,ref\nA,9990\nB,9991\nC,9999\nD,10000\nE,10026\nF,100", []string{`7 cut-off: the file ends behind "100"`}},
		"others of two lengths, and one as short": {"Name,ref\nA,9990\nB,100\nC,9999\nD,10000\nE,10026\nF,101", nil},
		"its domain goes on in another":           {"Name,ref\nA,a@example.com\nB,b@uk.example.com\nC,c@uk.example.co", []string{`4 cut-off: the file ends behind "c@uk.example.co"`}},
		"it is the shortest of five":              {"Name,ref\nA,E4711\nB,E9182\nC,E7011\nD,E8123\nE,E815", []string{`6 cut-off: the file ends behind "E815"`}},
		"it is the shortest of four":              {"Name,ref\nA,E4711\nB,E9182\nC,E7011\nD,E815", nil},
		"it is the shortest name":                 {"Name,ref\nA,alice\nB,carol\nC,barbara\nD,jane\nE,bob", nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, rows, err := story{text: tt.text}.read(t, "leavers")
			if err != nil {
				t.Fatal(err)
			}
			compareDoubts(t, rows, tt.want)
		})
	}
}

func TestWhoIsStillEmployedIsLeftOutByOneCondition(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want leaver.Remedy
	}{
		"one value":               {"ref,Status,Leave Date\na,Active,\nb,Left,2024-06-30\n", leaver.Remedy{Column: "Status", Values: []string{"Active"}, Undated: true}},
		"case does not count":     {"ref,Status\na,Active\nb,ACTIVE \nc,Left\n", leaver.Remedy{Column: "Status", Values: []string{"Active"}, Undated: true}},
		"several values":          {"ref,Status,Leave Date\na,Active - on leave,\nb,Active,\nc,Left,2024-06-30\n", leaver.Remedy{Column: "Status", Values: []string{"Active - on leave", "Active"}, Undated: true}},
		"with an end date":        {"ref,Status,Leave Date\na,Active,\nb,Active,2024-06-30\n", leaver.Remedy{Column: "Status", Values: []string{"Active"}}},
		"too many values":         {"ref,Status\na,Active 1\nb,Active 2\nc,Active 3\nd,Active 4\ne,Active 5\nf,Active 6\n", leaver.Remedy{Undated: true}},
		"values of others":        {"ref,Status\na,Left\nb,Active\nc,On leave\nd,\n", leaver.Remedy{Column: "Status", Values: []string{"Active", "On leave", ""}, Undated: true, Unsure: true}},
		"blanks":                  {"ref,Status\na,Left\nb,Active\nc,\n", leaver.Remedy{Column: "Status", Values: []string{"Active", ""}, Undated: true}},
		"somebody who will leave": {"ref,Status\na,Left\nb,To be terminated\n", leaver.Remedy{Column: "Status", Values: []string{"To be terminated"}, Undated: true, Unsure: true}},
		"an unknown value":        {"ref,Status\na,Moved\nb,Active\n", leaver.Remedy{Column: "Status", Values: []string{"Active"}}},
		"it cannot be read":       {"ref,Status\na,Left\nb,#N/A\n", leaver.Remedy{Undated: true}},
		"blank, and another column says that the person has left": {"ref,Status,Leaver\na,Left,\nb,,Yes\nc,,\n", leaver.Remedy{Undated: true}},
		"a list":      {`{"ref":"a","jobs":[{"status":"Active"}]}` + "\n" + `{"ref":"b","jobs":[{"status":"Left"}]}` + "\n", leaver.Remedy{Undated: true}},
		"two columns": {"ref,Status,Is Active\na,Active,\nb,,yes\n", leaver.Remedy{Undated: true}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := open(t, "leavers.csv", tt.text, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var v input.Survey
			for _, err := range s.Survey(&v) {
				if err != nil {
					t.Fatal(err)
				}
			}
			if got := v.Remedy(leaver.StillActive); !got.Equal(tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
