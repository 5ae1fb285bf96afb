package input_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/input"
	"offboard/internal/table"
)

func TestKeptColumnsAreInTheRows(t *testing.T) {
	keep := func(names ...string) input.Options { return input.Options{Keep: names} }
	tests := map[string]struct {
		text    string
		options input.Options
		want    []string // the texts of each row, with a bar between them
	}{
		"of CSV, in the order of Keep": {"Name,ref,Work E-mail\nAda,E1,ada@x\nAlan,E2,\n", keep("work email", "NAME"), []string{"ada@x|Ada", "|Alan"}},
		"between semicolons":           {"ref;Name;Room\nE1;\"Lovelace; Ada\";07\n", keep("Name", "Room"), []string{"Lovelace; Ada|07"}},
		"as they are written":          {"ref,Name,No\nE1,\"  Ada\nLovelace \",=\"007\"\n", keep("name", "no"), []string{"  Ada\nLovelace |007"}},
		"by the exact name of two":     {"ref,Name,NAME\nE1,Ada,LOVELACE\n", keep("NAME", "Name"), []string{"LOVELACE|Ada"}},
		"with a comma in the name":     {"ref,\"Name, full\"\nE1,Ada\n", keep("Name, full"), []string{"Ada"}},
		"the ref, the end date and a condition": {"ref,endDate,Status\n7,30/06/2024,left\n8,,active\n",
			input.Options{Keep: []string{"ref", "endDate", "Status"}, Where: where(t, "Status=Left").Where, Repair: input.Repair{Pad: 3}}, []string{"7|30/06/2024|left"}},
		"of rows that are invalid":   {"ref,Name\n.,Ada\n,Alan\n", keep("Name"), []string{"Ada", "Alan"}},
		"of malformed rows: nothing": {"ref,Name,Room\nE1,Lovelace, Ada,7\nE2,\"Alan\"x,8\n", keep("Name", "Room"), []string{"|", "|"}},

		"of JSON lines":                   {`{"ref":"a","Name":"Ada","no":7}` + "\n" + `{"no":1.50,"name":"Zo\u00eb \"Z\"","ref":"b"}`, keep("name", "no"), []string{"Ada|7", `Zoë "Z"|1.50`}},
		"of JSON by their path":           {`{"ref":"a","person":{"name":{"last":"L"},"mail":null}}`, keep("person.name.last", "person.mail", "Person.Name"), []string{`L||{"last":"L"}`}},
		"of a JSON array":                 {`[{"ref":"a","name":"Ada"},{"ref":"b"},{"ref":"c","name":null},{"ref":"d","name":true}]`, keep("name"), []string{"Ada", "", "", "true"}},
		"of a list in an object":          {`{"company":"X","people":[{"ref":"a","name":"Ada"},{"ref":"b"}]}`, keep("name"), []string{"Ada", ""}},
		"lists and objects as their JSON": {`{"ref":"a","tags":["x", 1],"p":{"q": 1}}`, keep("tags", "p"), []string{`["x", 1]|{"q": 1}`}},
		"what is not at the end of a path": {`{"ref":"a","p":{"q":1}}` + "\n" + `{"ref":"b","p":"x"}` + "\n" + `{"ref":"c","p":[{"q":2}]}` + "\n" + `{"ref":"d","p":{"r":1}}`,
			keep("p.q"), []string{"1", "", "", ""}},
		"a JSON key that has points":    {`{"ref":"a","p.q":1,"p":{"q":2}}`, keep("p.q"), []string{"1"}},
		"all of several keys":           {`{"ref":"a","name":"Ada","Name":"L"}`, keep("NAME"), []string{`"Ada", "L"`}},
		"the exact one of several keys": {`{"ref":"a","name":"Ada","Name":"L"}`, keep("Name"), []string{"L"}},
		"keys in another order":         {`{"ref":"a","x":1,"y":2}` + "\n" + `{"y":4,"ref":"b","x":3}`, keep("x", "y"), []string{"1|2", "3|4"}},
		"the ref of JSON":               {`{"ref":17,"name":"x"}`, keep("ref"), []string{"17"}},
		"of malformed objects: nothing": {`{"ref":"a","name":"Ada"}` + "\n" + `{"ref":"b","name":"B",` + "\n[]\n", keep("name"), []string{"Ada", "", ""}},
		"of an object without the ref":  {`{"ref":"a","name":"Ada"}` + "\n" + `{"name":"Alan"}`, keep("name"), []string{"Ada", "Alan"}},
		"a key that only left out rows have": {`{"ref":"a","s":"x","name":"Ada"}` + "\n" + `{"ref":"b","s":"y"}`,
			input.Options{Keep: []string{"name"}, Where: where(t, "s=y").Where}, []string{""}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { checkKept(t, tt.text, tt.options, tt.want) })
	}
}

// checkKept compares the kept texts of the rows of an input, and the rows with those of a
// reading that keeps nothing.
func checkKept(t *testing.T, text string, o input.Options, want []string) {
	t.Helper()
	s, rows, err := story{text: text, options: o}.read(t, "leavers")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range rows {
		if n := len(o.Keep) + len(o.Match); len(rows[i].Kept) != n {
			t.Errorf("%v: %d texts, want %d", rows[i].Place, len(rows[i].Kept), n)
		}
		got = append(got, strings.Join(rows[i].Kept, "|"))
		rows[i].Kept = nil
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	for row := range s.Survey(&input.Survey{}) {
		if row.Kept != nil {
			t.Errorf("a first reading has %q", row.Kept)
		}
	}
	o.Keep, o.Match = nil, nil
	_, without, err := story{text: text, options: o}.read(t, "leavers")
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(rows) != fmt.Sprint(without) {
		t.Errorf("the rows are\n%v\nand without kept columns\n%v", rows, without)
	}
	for _, row := range without {
		if row.Kept != nil {
			t.Errorf("%v has %q, and nothing was asked for", row.Place, row.Kept)
		}
	}
}

// sheetOf returns a workbook whose only sheet has these rows, and what follows them.
func sheetOf(t *testing.T, rows, behind string) string {
	t.Helper()
	return workbook(t, map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + rows + "</sheetData>" + behind + "</worksheet>"})
}

func TestKeptCellsOfASheetAreTexts(t *testing.T) {
	const header = `<row><c t="str"><v>ref</v></c><c t="str"><v>X</v></c><c t="str"><v>Y</v></c></row>`
	row := func(cells string) string { return `<row><c t="str"><v>E1</v></c>` + cells + `</row>` }
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		row  string
		zone *time.Location
		want string
	}{
		"a day":                                  {row: row(`<c s="1"><v>45473</v></c>`), want: "2024-06-30|"},
		"a day that could be no end date":        {row: row(`<c s="1"><v>2</v></c><c s="1"><v>16439</v></c>`), want: "1900-01-01|1945-01-02"},
		"a moment":                               {row: row(`<c s="1"><v>45473.5</v></c>`), zone: berlin, want: "2024-06-30T12:00:00+02:00|"},
		"a time":                                 {row: row(`<c s="3"><v>0.75</v></c>`), zone: berlin, want: "18:00:00|"},
		"numbers":                                {row: row(`<c><v>4711</v></c><c><v>1234567890123456</v></c>`), want: "4711|1234567890123456"},
		"a fraction, and a number with units":    {row: row(`<c><v>0.5</v></c><c s="2"><v>1500</v></c>`), want: "0.5|1500"},
		"a truth value, and a text":              {row: row(`<c t="b"><v>1</v></c><c t="str"><v> a  b</v></c>`), want: "TRUE| a  b"},
		"nothing at the end of the row":          {row: row(``), want: "|"},
		"a cell that cannot be read":             {row: row(`<c t="e"><v>#REF!</v></c><c><f>1+1</f></c>`), want: "?|?"},
		"of a row that is wider than the header": {row: row(`<c><v>1</v></c><c><v>2</v></c><c><v>3</v></c>`), want: "1|2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			checkKept(t, sheetOf(t, header+tt.row, ""), input.Options{Keep: []string{"x", "Y"}, Zone: tt.zone, EndDateColumn: input.NoEndDates}, []string{tt.want})
		})
	}
	t.Run("merged cells that are only kept do not matter", func(t *testing.T) {
		text := sheetOf(t, header+row(`<c><v>1</v></c>`)+strings.Replace(row(``), "E1", "E2", 1), `<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>`)
		checkKept(t, text, input.Options{Keep: []string{"x"}}, []string{"1", ""})
		story{text: text, options: input.Options{Keep: []string{"x"}}, rows: []string{"2 E1", "3 E2"}}.check(t, "leavers.xlsx")
	})
	t.Run("a hidden column that is only kept gets no warning", func(t *testing.T) {
		text := workbook(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><cols><col min="2" max="2" hidden="1"/></cols><sheetData>` + header + row(`<c><v>1</v></c>`) + `</sheetData></worksheet>`})
		s, _, err := story{text: text, options: input.Options{Keep: []string{"x"}}}.read(t, "leavers.xlsx")
		if err != nil || len(s.Warnings()) > 0 {
			t.Errorf("%q, %v", s.Warnings(), err)
		}
	})
}

func TestColumnsThatCannotBeKeptAreRefused(t *testing.T) {
	header := `<row r="2"><c t="str"><v>ref</v></c><c t="str"><v>Name</v></c></row><row><c t="str"><v>E1</v></c></row>`
	tests := map[string]struct {
		text string
		keep []string
		want []string
	}{
		"no such column":            {"title\n\nref,Name\nE1,Ada\n", []string{"Name", "Mail"}, []string{`leavers:3: no column "Mail" (--keep); the header has "ref", "Name"`}},
		"no such column in a sheet": {sheetOf(t, header, ""), []string{"Mail"}, []string{`leavers:2: no column "Mail" (--keep); the header has "ref", "Name"`}},
		"two columns":               {"ref,Na_me,Name\nE1,Ada,L\n", []string{"name"}, []string{`leavers:1: 2 columns could be meant by "name": "Na_me", "Name"; name one with --keep`}},
		"one column twice":          {"ref,Name\nE1,Ada\n", []string{"name", "NAME"}, []string{`leavers:1: --keep names the column "Name" twice: "name", "NAME"`}},
		"no such key":               {`{"ref":"a","name":"x"}` + "\n" + `{"ref":"b"}`, []string{"name", "mail"}, []string{`leavers: no object has the key "mail"; the first one has "ref", "name"; name the key with --keep, or its path`}},
		"no such path":              {`[{"ref":"a","p":{"q":1}}]`, []string{"p.r"}, []string{`no object has the key "p.r"; the first one has "ref", "p.q"`, "--keep"}},
		"a path without an object":  {`{"ref":"a","p":"x"}`, []string{"p.q"}, []string{`no object has the key "p.q"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := story{text: tt.text, options: input.Options{Keep: tt.keep}}.read(t, "leavers")
			checkError(t, err, tt.want)
		})
	}
}

// TestKeptTextsStayAsTheyAre reads several pages before it looks at the rows.
func TestKeptTextsStayAsTheyAre(t *testing.T) {
	csv, objects := "ref,name\n", ""
	const n = 700
	for i := range n {
		csv += fmt.Sprintf("r%d,n%d\n", i, i)
		objects += fmt.Sprintf(`{"ref":"r%d","name":"n%d"}`+"\n", i, i)
	}
	for _, text := range []string{csv, objects} {
		_, rows, err := story{text: text, options: input.Options{Keep: []string{"name", "ref"}}}.read(t, "leavers")
		if err != nil || len(rows) != n {
			t.Fatal(len(rows), err)
		}
		for i, row := range rows {
			if want := []string{fmt.Sprint("n", i), fmt.Sprint("r", i)}; !slices.Equal(row.Kept, want) {
				t.Fatalf("row %d has %q, want %q", i, row.Kept, want)
			}
		}
	}
}

// TestLongKeptTextsTakeLittleMemory: a page must not fill up with them.
func TestLongKeptTextsTakeLittleMemory(t *testing.T) {
	note := strings.Repeat("x", longest/4)
	for format, text := range map[string]repeated{
		"CSV":  {"ref,note\n", "r," + note + "\n"},
		"JSON": {"", `{"ref":"r","note":"` + note + `"}` + "\n"},
	} {
		t.Run(format, func(t *testing.T) {
			file, err := table.FileOf("leavers", text, int64(len(text.header)+120*len(text.record)))
			if err != nil {
				t.Fatal(err)
			}
			s, err := input.Open(file, input.Options{Keep: []string{"note"}})
			if err != nil {
				t.Fatal(err)
			}
			before, n := heap(), 0
			for row, err := range s.Rows(input.Survey{}) {
				if err != nil || len(row.Kept[0]) != len(note) {
					t.Fatal(err)
				}
				if n++; n%40 == 1 {
					if now := heap(); now > before+8<<20 {
						t.Fatalf("after %d rows %d MiB are in use", n, (now-before)>>20)
					}
				}
			}
		})
	}
}
