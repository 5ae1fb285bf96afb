package cli

import (
	"slices"
	"strings"
	"testing"
)

func TestNamesOfColumnsAreToldApartAsInCSV(t *testing.T) {
	for text, want := range map[string][]string{
		"Surname":                   {"Surname"},
		"Surname,Email":             {"Surname", "Email"},
		" Surname , Work e-mail ":   {"Surname", "Work e-mail"},
		`"Name, full",Email`:        {"Name, full", "Email"},
		`Email, "The ""real"" one"`: {"Email", `The "real" one`},
		`back\slash,a\`:             {`back\slash`, `a\`},
		"person.name":               {"person.name"},
	} {
		got, err := parseColumnNames(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, %v, want %q", text, got, err, want)
		}
		again, err := parseColumnNames(columnNames{}.join(got))
		if err != nil || !slices.Equal(again, want) {
			t.Errorf("%s: written and read again, it is %q, %v", text, again, err)
		}
	}
}

func TestNamesThatCannotBeToldApartAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":             "has a name that is empty",
		"  ":           "has a name that is empty",
		"a,,b":         "has a name that is empty",
		"a,":           "has a name that is empty",
		`"a,b`:         "cannot be told apart",
		`a"b`:          "cannot be told apart",
		"a\nb":         "cannot be told apart",
		`"a" behind,b`: "cannot be told apart",
	} {
		if got, err := parseColumnNames(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}
