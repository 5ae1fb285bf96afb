package report

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offboard/internal/leaver"
)

// withKept is a result with kept texts.
func withKept(ref string, row int, kept ...string) leaver.Result {
	r := suspended(ref, row)
	r.Kept = kept
	return r
}

func TestAReportKeepsColumnsOfTheInput(t *testing.T) {
	for _, f := range bothFormats {
		path := filepath.Join(t.TempDir(), pathOf(f))
		if err := record(path, options(false, "Last Name", "Email"), withKept("a", 2, "Ada, Lady", "ada@example.com"), withKept("b", 3, "Bo"), suspended("c", 4)); err != nil {
			t.Fatal(err)
		}
		// Another order of the same columns, in other words.
		if err := record(path, options(true, "email", "last_name"), withKept("d", 5, "d@example.com", "Dee\nDee")); err != nil {
			t.Fatal(err)
		}
		r := newReader(t, content(t, path))
		if !slices.Equal(r.Kept(), []string{"Last Name", "Email"}) {
			t.Errorf("%s: it keeps %q", f, r.Kept())
		}
		var got []string
		for _, l := range collect(t, r.Lines()) {
			got = append(got, fmt.Sprintf("%s %q", l.Ref, l.Kept))
		}
		if want := `a ["Ada, Lady" "ada@example.com"]; b ["Bo" ""]; c ["" ""]; d ["Dee Dee" "d@example.com"]`; strings.Join(got, "; ") != want {
			t.Errorf("%s: got %s, want %s", f, strings.Join(got, "; "), want)
		}
	}
}

func TestAKeptTextIsCutToALineOfLimitedLength(t *testing.T) {
	names := make([]string, MaxKept)
	texts := make([]string, MaxKept)
	for i := range names {
		names[i] = fmt.Sprint(strings.Repeat("é", maxName-4), i)
		texts[i] = strings.Repeat("\U0010ffff", 2*maxKept)
	}
	for _, f := range bothFormats {
		path := filepath.Join(t.TempDir(), pathOf(f))
		r := withKept(strings.Repeat("\U0010ffff", leaver.MaxRef), 2, texts...)
		r.Source, r.Reason = strings.Repeat("\u2028", maxSource), strings.Repeat("é", 2*maxReason)
		if err := record(path, options(false, names...), r); err != nil {
			t.Fatal(err)
		}
		if n := len(content(t, path)); n > lineLimit+4000 {
			t.Errorf("%s: it has %d bytes", f, n)
		}
		if got := readBack(t, path); len(got) != 1 || got[0].Kept[MaxKept-1] != strings.Repeat("\U0010ffff", maxKept)+"…" {
			t.Errorf("%s: got %+v", f, got)
		}
	}
}

func TestColumnsThatCannotBeKept(t *testing.T) {
	many := make([]string, MaxKept+1)
	for i := range many {
		many[i] = fmt.Sprint("c", i)
	}
	for _, test := range []struct {
		name  string
		names []string
		want  string // "": they can
	}{
		{"none", nil, ""},
		{"some", []string{"Name", "E-Mail", "Ref no"}, ""},
		{"a column of the report's own", []string{"Name", "ref"}, `the column "ref" cannot be kept, because a report has a column ref itself`},
		{"one in other words", []string{"HTTP Status"}, "a column httpStatus itself"},
		{"one in other words, with punctuation", []string{"[Check]"}, "a column check itself"},
		{"the same name twice", []string{"Name", "Email", "Name"}, `the columns "Name" and "Name" have the same name`},
		{"the same name in other words", []string{"Last Name", "last_name"}, `the columns "Last Name" and "last_name" have the same name`},
		{"no name", []string{"  "}, "a column without a name"},
		{"a name that is too long", []string{strings.Repeat("x", maxName+1)}, "is longer than 60 characters"},
		{"too many", many, "at most 16 columns, not 17"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.csv")
			for _, err := range []error{CheckKeep(test.names), record(path, options(false, test.names...), suspended("a", 2))} {
				_, typed := errors.AsType[*KeepError](err)
				if test.want == "" && err != nil || test.want != "" && (!typed || !strings.Contains(err.Error(), test.want)) {
					t.Errorf("got %v, want %q", err, test.want)
				}
			}
		})
	}
}

func TestAReportGoesOnWithTheColumnsThatItKeeps(t *testing.T) {
	two := "Name,Email"
	for _, test := range []struct {
		name, has, keep string
		inherit         bool
		want            string // the error; "": none
	}{
		{"the same columns", two, "Name,Email", false, ""},
		{"another order", two, "Email,Name", false, ""},
		{"none, in place", two, "", true, ""},
		{"none, and the report has none", "", "", false, ""},
		{"none", two, "", false, `a.csv: the report keeps the columns "Name", "Email"`},
		{"one of them", two, "Name", false, `the report keeps the columns "Name", "Email"`},
		{"one of them, in place", two, "Name", true, `the report keeps the columns "Name", "Email"`},
		{"another one", "Name", "Email", false, `the report keeps the column "Name"`},
		{"one, and the report has none", "", "Name", false, "the report keeps no columns"},
	} {
		t.Run(test.name, func(t *testing.T) {
			split := func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == ',' }) }
			path := filepath.Join(t.TempDir(), "a.csv")
			if err := record(path, options(false, split(test.has)...), withKept("a", 2, "1", "2")); err != nil {
				t.Fatal(err)
			}
			before := content(t, path)
			o := options(true, split(test.keep)...)
			o.Inherit = test.inherit
			err := record(path, o, withKept("b", 3, "3", "4"))
			if test.want != "" {
				keep, ok := errors.AsType[*KeepError](err)
				if !ok || !strings.Contains(err.Error(), test.want) || strings.Join(keep.Kept, ",") != test.has || keep.Report != path || content(t, path) != before {
					t.Errorf("got %v, want %q", err, test.want)
				}
				return
			}
			if err != nil || refs(readBack(t, path)) != "a b" {
				t.Errorf("got %v, %s", err, content(t, path))
			}
		})
	}
	t.Run("a report in which nothing is yet keeps whatever is asked for", func(t *testing.T) {
		for _, text := range []string{"", header[:40], strings.TrimSpace(header), strings.TrimSpace(header) + ",Nam"} {
			path := place(t, "a.csv", text)
			if err := record(path, options(true, "Email"), withKept("b", 3, "b@example.com")); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if got := readBack(t, path); refs(got) != "b" || got[0].Kept[0] != "b@example.com" {
				t.Errorf("%q: %s", text, content(t, path))
			}
		}
	})
}

func TestAReportThatHasANameTwiceGoesOnInPlace(t *testing.T) {
	header, first, _ := strings.Cut(written(t, CSV, suspended("a", 2)), "\n")
	path := place(t, "a.csv", header+",Note,note\n"+strings.TrimSpace(first)+",1,2\n")
	if err := recordInPlace(path, withKept("b", 3, "3", "4")); err != nil {
		t.Fatal(err)
	}
	if got := readBack(t, path); fmt.Sprint(got[0].Kept, got[1].Kept) != "[1 2] [3 4]" {
		t.Errorf("got %s", content(t, path))
	}
}

func TestKeptKeysOfJSONLines(t *testing.T) {
	line := strings.TrimSpace(written(t, JSONL, suspended("a", 2)))
	with := func(keys string) string { return strings.TrimSuffix(line, "}") + keys + "}\n" }
	r := newReader(t, with(`,"Name":"Ada","age":7`)+with(`,"age":null,"other":1,"Name":["x"]`)+with(""))
	var got []string
	for _, l := range collect(t, r.Lines()) {
		got = append(got, fmt.Sprintf("%q", l.Kept))
	}
	if want := `["Ada" "7"] ["[\"x\"]" ""] ["" ""]`; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, " "), want)
	}
}
