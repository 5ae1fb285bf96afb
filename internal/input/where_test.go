package input_test

import (
	"strings"
	"testing"

	"offboard/internal/input"
)

func where(t *testing.T, conditions ...string) input.Options {
	t.Helper()
	var o input.Options
	for _, text := range conditions {
		c, err := input.ParseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		o.Where = append(o.Where, c)
	}
	return o
}

func TestOnlyRowsThatMeetAllConditionsAreLeavers(t *testing.T) {
	const census = "ref,Status,Country Code\na,Leaver,GB\nb,Active,GB\nc, TERMINATED ,FR\nd,,GB\n"
	tests := map[string]story{
		"one of several values":      {text: census, options: where(t, "Status=Leaver,Terminated"), rows: []string{"2 a", "4 c"}},
		"none of several values":     {text: census, options: where(t, "status!=active,"), rows: []string{"2 a", "4 c"}},
		"all of several conditions":  {text: census, options: where(t, "Status!=Active", "country_code=gb"), rows: []string{"2 a", "5 d"}},
		"no row at all":              {text: census, options: where(t, "Status=Leavers"), rows: nil},
		"a value that is empty":      {text: census, options: where(t, "Status="), rows: []string{"5 d"}},
		"a column that is not there": {text: census, options: where(t, "State=Leaver"), fails: []string{`no column "State" (--where)`, `"Country Code"`}},
		"two columns":                {text: "ref,a b,A_B\n1,2,3\n", options: where(t, "ab=2"), fails: []string{"2 columns", `"a b", "A_B"`}},
		"a row that is malformed":    {text: census + "e\n", options: where(t, "Status=Leaver"), rows: []string{"2 a", "6 ! the header, which has 3"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.csv") })
	}
	objects := map[string]story{
		"objects": {
			text:    `{"ref":"a","status":"Leaver"}` + "\n" + `{"ref":"b","status":"Active"}` + "\n" + `{"ref":"c"}` + "\n" + `{"ref":"d","status":"leaver","STATUS":"x"}` + "\n" + `{"ref":5,"status":true}` + "\n",
			options: where(t, "Status=leaver,true"),
			rows:    []string{"1 a", `4 ! 2 keys could be meant by "Status"`, "5 5"},
		},
		"a key that no object has":  {text: `{"ref":"a","status":"Active"}`, options: where(t, "Statuz!=Active"), rows: []string{"1 a"}, fails: []string{`no object has the key "Statuz"`, `the first one has "ref", "status"`, "--where"}},
		"a key that some lack":      {text: `{"ref":"a","status":"Active"}` + "\n" + `{"ref":"b"}`, options: where(t, "Status!=Active"), rows: []string{"2 b"}},
		"a path through a list":     {text: `{"ref":"a","jobs":[{"status":"Active"}]}` + "\n" + `{"ref":"b","jobs":{"status":"Left"}}`, options: where(t, "jobs.status!=Active"), rows: []string{`1 ! key "jobs.status" (--where): the value of "jobs" is a list`, "2 b"}},
		"a value that is an object": {text: `{"ref":"a","status":{"code":"Active"}}` + "\n" + `{"ref":"b","status":["x"]}` + "\n" + `{"ref":"c","status":1.5}`, options: where(t, "status!=Active"), rows: []string{`1 ! key "status"`, `2 ! neither text nor`, "3 c"}},
	}
	for name, tt := range objects {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.jsonl") })
	}
}

func TestValuesOfConditionsAreThoseThatAPersonMeans(t *testing.T) {
	const file = "ref,Status,Title\n1,AKTIV\u200b,\"Director, Finance\"\n2,regelmässig,Clerk\n3,Bescha\u0308ftigt,Clerk\n4,#N/A,Clerk\n5, Left\u00a0,Clerk\n"
	tests := map[string]struct {
		condition string
		rows      []string
	}{
		"what cannot be seen around a value":    {"Status=aktiv,x", []string{"2 1", `5 ! column "Status" (--where): #N/A is the error of a formula`}},
		"letters with two forms of their case":  {"Status=REGELMÄSSIG", []string{"3 2", "5 ! error"}},
		"letters of two characters":             {"Status=BESCHÄFTIGT", []string{"4 3", "5 ! error"}},
		"an error is neither":                   {"Status!=Left,aktiv", []string{"3 2", "4 3", "5 ! error"}},
		"a comma in quotes":                     {`Title="Director, Finance"`, []string{"2 1"}},
		"quotes around what needs none":         {`Status="Left"`, []string{"5 ! error", "6 5"}},
		"one that does not hold outweighs that": {"Status=x", []string{"5 ! error"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			story{text: file, options: where(t, tt.condition), rows: tt.rows}.check(t, "leavers.csv")
		})
	}
	t.Run("an error in a row that is left out anyway", func(t *testing.T) {
		story{text: file, options: where(t, "Status=Left", "Title!=Clerk"), rows: nil}.check(t, "leavers.csv")
	})
}

func TestTextsThatKeepTheirFormInASpreadsheet(t *testing.T) {
	const file = "ref,Status,endDate\n\"=\"\"001\"\"\",\"=\"\"Active\"\"\",\"=\"\"2024-06-30\"\"\"\n\"=\"\"002\"\"\",\"=\"\"Left\"\"\",\"=\"\"2024-06-30\"\"\"\n"
	story{text: file, options: where(t, "Status!=Active"), rows: []string{"3 002 2024-06-30"}}.check(t, "leavers.csv")
}

func TestConditionsReadAsTheyAreWritten(t *testing.T) {
	for _, text := range []string{"Status=Leaver,Terminated", "Status!=Active", "Status=", "Status=,x", `Title="Director, Finance",Clerk`, `Title="a ""b"" c"`, "A B=1", `Team="A\"`, `Team="=A"`} {
		c, err := input.ParseCondition(text)
		if err != nil || c.String() != text {
			t.Errorf("%s is written as %s, %v", text, c, err)
		}
	}
	for _, text := range []string{"", "Status", "=x", " =x", "!=x", "Status==Active", "Status!==Active", "Status= =x", `Team!=A\`, "Status=\"a\nb\"\nc"} {
		if c, err := input.ParseCondition(text); err == nil {
			t.Errorf("%q is taken for %s", text, c)
		}
	}
}

func TestValuesThatNoRowHasAreWarnedAbout(t *testing.T) {
	tests := map[string]struct {
		text, condition, want string
	}{
		"a misspelt value":  {"ref,Status\n1,Active\n", "Status!=Aktiv,Active", `no row has "Aktiv" in the column "Status"; see how it is spelt there (--where)`},
		"all are there":     {"ref,Status\n1,Active\n2,\n", "Status!=active,", ""},
		"there are no rows": {"ref,Status\n", "Status!=active", ""},
		"objects":           {`{"ref":"1","job":{"state":"Active"}}`, "job.state=Leaver,Left", `no row has "Leaver", "Left" in the key "job.state"; see how it is spelt there (--where)`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			o := where(t, tt.condition)
			s, err := prepare(t, "leavers", tt.text, o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := read(t, s, o); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(s.Warnings(), "\n"); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestRowsThatAreLeftOutAreCounted(t *testing.T) {
	o := where(t, "Status=Leaver")
	s, err := prepare(t, "leavers.csv", "ref,Status\na,Leaver\nb,Active\nc,Active\n", o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s, o); err != nil { // twice: each reading counts anew
		t.Fatal(err)
	}
	if n := s.LeftOut(); n != 2 {
		t.Errorf("%d rows were left out, want 2", n)
	}
}
