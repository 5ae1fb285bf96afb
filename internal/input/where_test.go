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

func TestValuesOfConditionsAreThoseThatAPersonMeans(t *testing.T) {
	const file = "ref,Status,Title\n1,AKTIV\u200b,\"Director, Finance\"\n2,regelmässig,Clerk\n3,Bescha\u0308ftigt,Clerk\n4,#N/A,Clerk\n5, Left\u00a0,Clerk\n"
	tests := map[string]struct {
		condition string
		rows      []string
	}{
		"an invisible character after a value":                         {"Status=aktiv,x", []string{"2 1", `5 ! column "Status" (--where): #N/A is the error of a formula`}},
		"letters in another case":                                      {"Status=REGELMÄSSIG", []string{"3 2", "5 ! error"}},
		"a letter with a combining accent":                             {"Status=BESCHÄFTIGT", []string{"4 3", "5 ! error"}},
		"the error of a formula can neither meet nor fail a condition": {"Status!=Left,aktiv", []string{"3 2", "4 3", "5 ! error"}},
		"a comma in quotes":                                            {`Title="Director, Finance"`, []string{"2 1"}},
		"quotes around a value that needs none":                        {`Status="Left"`, []string{"5 ! error", "6 5"}},
		"a value that no row has":                                      {"Status=x", []string{"5 ! error"}},
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

func TestConditionsThatCannotBeMeantAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"Status":          "is not a condition such as Status=Leaver,Terminated",
		"Status=a\nb":     "put one with a comma in quotes, and close them",
		"=Left":           "is not a condition such as Status=Leaver,Terminated",
		"Status==Left":    "is not a condition such as Status=Leaver,Terminated",
		"Status! =Active": "has a space between ! and =; write != without one",
		"! =":             "has a space between ! and =; write != without one",
		`Status=a\`:       "ends with a backslash; put the value in quotes",
	} {
		if c, err := input.ParseCondition(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is read as %+v, error %v, want an error that has %q", text, c, err, want)
		}
	}
}

func TestRowsThatAreLeftOutAreCounted(t *testing.T) {
	o := where(t, "Status=Leaver")
	s, err := open(t, "leavers.csv", "ref,Status\na,Leaver\nb,Active\nc,Active\n", o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s, o); err != nil { // three readings, each of which counts anew
		t.Fatal(err)
	}
	if n := s.survey.LeftOut; n != 2 {
		t.Errorf("%d rows were left out, want 2", n)
	}
}
