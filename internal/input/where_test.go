package input_test

import (
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
	objects := story{
		text:    `{"ref":"a","status":"Leaver"}` + "\n" + `{"ref":"b","status":"Active"}` + "\n" + `{"ref":"c"}` + "\n" + `{"ref":"d","status":"leaver","STATUS":"x"}` + "\n" + `{"ref":5,"status":true}` + "\n",
		options: where(t, "Status=leaver,true"),
		rows:    []string{"1 a", `4 ! 2 keys could be meant by "Status"`, "5 5"},
	}
	t.Run("objects", func(t *testing.T) { objects.check(t, "leavers.jsonl") })
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

func TestParseCondition(t *testing.T) {
	for _, text := range []string{"", "Status", "=Leaver", "!=Leaver", " =x"} {
		if c, err := input.ParseCondition(text); err == nil {
			t.Errorf("%q is read as %+v", text, c)
		}
	}
}
