package input_test

import (
	"strings"
	"testing"

	"offboard/internal/input"
)

// matched returns options with the names of columns, between commas.
func matched(keep, match string) input.Options {
	names := func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) }
	return input.Options{Keep: names(keep), Match: names(match)}
}

func TestTextsOfMatchAreBehindThoseOfKeep(t *testing.T) {
	both := matched("name", "mail")
	both.Where = where(t, "s=y").Where
	tests := map[string]struct {
		text    string
		options input.Options
		want    []string // the texts of each row, with a bar between them
	}{
		"of CSV":                           {"Name,ref,Work E-mail,Room\nAda,E1,ada@x,7\nAlan,E2,,8\n", matched("room", "work email,NAME"), []string{"7|ada@x|Ada", "8||Alan"}},
		"without a column to keep":         {"ref,Name\nE1,\"  Ada\nL \"\n", matched("", "name"), []string{"  Ada\nL "}},
		"a column that is kept, too":       {"ref,Name,Mail\nE1,Ada,a@x\n", matched("Mail,Name", "name"), []string{"a@x|Ada|Ada"}},
		"a column twice":                   {"ref,Name\nE1,Ada\n", matched("", "Name,NAME,Name"), []string{"Ada|Ada|Ada"}},
		"the ref and the end date":         {"ref,endDate\n7,2024-06-30\n", matched("", "REF,end date"), []string{"7|2024-06-30"}},
		"by the exact name of two columns": {"ref,Name,NAME\nE1,Ada,L\n", matched("Name", "NAME"), []string{"Ada|L"}},
		"of rows that are invalid":         {"ref,Name,Room\n.,Ada,7\n,Alan,8\n", matched("Room", "Name"), []string{"7|Ada", "8|Alan"}},
		"of malformed rows: nothing":       {"ref,Name,Room\nE1,L, Ada,7\nE2,\"Alan\"x,8\n", matched("Room", "Name"), []string{"|", "|"}},
		"behind rows that are left out":    {"ref,name,mail,s\nE1,Ada,a@x,x\nE2,Alan,b@x,y\n", both, []string{"Alan|b@x"}},

		"of JSON lines": {`{"ref":"a","Name":"Ada","no":7}` + "\n" + `{"no":1.50,"name":"Zo\u00eb","ref":"b"}`, matched("no", "name"), []string{"7|Ada", "1.50|Zoë"}},
		"of JSON by their path": {`{"ref":"a","p":{"name":{"last":"L","first":"A"}}}` + "\n" + `{"ref":"b","p":{"name":"x"}}` + "\n" + `{"ref":"c"}`,
			matched("p.name.first", "p.name.last,P.Name.Last"), []string{"A|L|L", "||", "||"}},
		"a key that is kept, too":          {`[{"ref":"a","name":"Ada"},{"ref":"b"}]`, matched("name", "name"), []string{"Ada|Ada", "|"}},
		"of a list in an object":           {`{"company":"X","people":[{"ref":"a","name":"Ada"},{"ref":"b"}]}`, matched("", "name"), []string{"Ada", ""}},
		"keys in another order":            {`{"ref":"a","x":1,"y":2}` + "\n" + `{"y":4,"ref":"b","x":3}`, matched("x", "y"), []string{"1|2", "3|4"}},
		"all of several keys":              {`{"ref":"a","name":"Ada","Name":"L"}`, matched("ref", "NAME"), []string{`a|"Ada", "L"`}},
		"of malformed objects: nothing":    {`{"ref":"a","name":"Ada"}` + "\n" + `{"ref":"b","name":"B",` + "\n", matched("ref", "name"), []string{"a|Ada", "|"}},
		"a key that left out objects have": {`{"ref":"a","s":"x","mail":"m","name":"n"}` + "\n" + `{"ref":"b","s":"y"}`, both, []string{"|"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { checkKept(t, tt.text, tt.options, tt.want) })
	}
	t.Run("of a sheet", func(t *testing.T) {
		text := sheetOf(t, `<row><c t="str"><v>ref</v></c><c t="str"><v>Born</v></c><c t="str"><v>Name</v></c></row>`+
			`<row><c t="str"><v>E1</v></c><c s="1"><v>16439</v></c><c t="str"><v> Ada</v></c></row>`+
			`<row><c t="str"><v>E2</v></c><c><v>4711</v></c><c t="e"><v>#REF!</v></c></row>`, "")
		o := matched("Name", "born,name")
		o.EndDateColumn = input.NoEndDates
		checkKept(t, text, o, []string{" Ada|1945-01-02| Ada", "?|4711|?"})
	})
}

func TestColumnsToMatchThatAreNotThereAreRefused(t *testing.T) {
	sheet := `<row r="2"><c t="str"><v>ref</v></c><c t="str"><v>Name</v></c></row><row><c t="str"><v>E1</v></c></row>`
	tests := map[string]struct {
		text    string
		options input.Options
		want    []string
	}{
		"no such column":            {"title\n\nref,Name\nE1,Ada\n", matched("Name", "Name,Mail"), []string{`leavers:3: no column "Mail" (--match); the header has "ref", "Name"`}},
		"no such column in a sheet": {sheetOf(t, sheet, ""), matched("", "Mail"), []string{`leavers:2: no column "Mail" (--match); the header has "ref", "Name"`}},
		"two columns":               {"ref,Na_me,Name\nE1,Ada,L\n", matched("", "name"), []string{`leavers:1: 2 columns could be meant by "name": "Na_me", "Name"; name one with --match`}},
		"neither of both flags":     {"ref,Name\nE1,Ada\n", matched("Mail", "Mail"), []string{`no column "Mail" (--keep)`}},
		"no such key":               {`{"ref":"a","name":"x"}` + "\n" + `{"ref":"b"}`, matched("name", "name,mail"), []string{`leavers: no object has the key "mail"; the first one has "ref", "name"; name the key with --match, or its path`}},
		"no such path":              {`[{"ref":"a","p":{"q":1}}]`, matched("p.q", "p.r"), []string{`no object has the key "p.r"; the first one has "ref", "p.q"; name the key with --match`}},
		"no such key to keep":       {`{"ref":"a","name":"x"}`, matched("mail", "name"), []string{`no object has the key "mail"`, "name the key with --keep"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := story{text: tt.text, options: tt.options}.read(t, "leavers")
			checkError(t, err, tt.want)
		})
	}
	t.Run("in the first reading of JSON", func(t *testing.T) {
		s, failed := open(t, "leavers", `{"ref":"a"}`, matched("", "mail"))
		if failed != nil {
			t.Fatal(failed)
		}
		for _, err := range s.Survey(&input.Survey{}) {
			failed = err
		}
		checkError(t, failed, []string{`no object has the key "mail"`})
	})
}
