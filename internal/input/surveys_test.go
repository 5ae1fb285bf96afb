package input

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"offboard/internal/dates"
	"offboard/internal/leaver"
)

// rowsOf notes the rows of a grid of which the first column is the ref.
func rowsOf(rows ...string) (s rowSurvey, p patterns, facts []leaver.Facts) {
	p.shapes.columns = []int{0, 1, 2}
	for i, row := range rows {
		texts := strings.Split(row, ",")
		r := &record{row: i + 2, lines: 1, cells: []cell{textCell(texts[0]), {}}, grid: &gridRow{row: i + 2, lines: 1, texts: texts}}
		f := s.note(r, &p)
		if ref := texts[0]; ref != "" {
			f |= p.forms.note(ref).facts()
		}
		facts = append(facts, f)
	}
	p.settle()
	return s, p, facts
}

func TestARowBelowATitleIsToldByTheRowsAlone(t *testing.T) {
	s, p, facts := rowsOf("E1,Ann,Sales", "E2,Bob,Sales", "E3,Cid,Sales", "E4,Dan,Sales", "E5,Eve,Sales", "Still employed,,", "E7,Fay,Sales")
	for i, want := range []bool{false, false, false, false, false, false, true} {
		title, below := s.titleAbove(facts[i], &p)
		if i == 5 {
			continue // the title itself: it is an odd ref
		}
		if below != want || below && title.row != 7 {
			t.Errorf("row %d is below a title: %t (row %d), want %t", i+2, below, title.row, want)
		}
	}
}

func TestARowWithNothingBesideItsRefStandsOut(t *testing.T) {
	full := slices.Repeat([]string{"E1,Ann,Sales"}, 40)
	for name, tt := range map[string]struct {
		rows []string
		want bool
	}{
		"one of forty":                       {append(full, "E9,,"), true},
		"most of them":                       {append(slices.Repeat([]string{"E9,,"}, 60), full...), false},
		"where more rows have one more cell": {append(append([]string{"E9,,"}, full...), "E8,Ann,", "E7,Ann,"), false},
		"one of six":                         {append(full[:5:5], "E9,,"), true},
		"one of three":                       {append(full[:2:2], "E9,,"), false},
	} {
		if s, _, _ := rowsOf(tt.rows...); s.isSparse() != tt.want {
			t.Errorf("%s: it stands out: %t, want %t", name, s.isSparse(), tt.want)
		}
	}
}

func TestRefsAreSurveyedOneByOne(t *testing.T) {
	repair := Repair{Pad: 6, Prefix: "E"}
	var s refSurvey
	for _, tt := range []struct {
		raw       string
		width     int
		wantRef   string
		wantFacts leaver.Facts
	}{
		{" 4711 ", 0, "004711", 0},
		{"E4712", 0, "E4712", 0}, // with the prefix twice
		{"4713", 8, "004713", unpaddedRef},
		{"123456789012345000", 0, "123456789012345000", roundedRef},
		{"123456789012345001", 0, "123456789012345001", 0},
		{"a\x00b", 0, "a\x00b", 0},
	} {
		ref, facts := s.note(tt.raw, repair.ref(tt.raw), tt.width, repair)
		if ref != tt.wantRef || facts != tt.wantFacts {
			t.Errorf("%q: ref %q with facts %b, want %q with %b", tt.raw, ref, facts, tt.wantRef, tt.wantFacts)
		}
	}
	if s.prefixed != 1 || s.long != 2 || s.rounded != 1 || !s.isRounded() {
		t.Errorf("%d have the prefix, %d are long, %d rounded", s.prefixed, s.long, s.rounded)
	}
	if got := s.warning(repair); !strings.HasPrefix(got, `1 ref with "E" in front already`) {
		t.Errorf("the warning is %q", got)
	}
}

func TestDateAdvice(t *testing.T) {
	for name, tt := range map[string]struct {
		survey      dateSurvey
		want, isNot string // parts of the advice
		format      string
	}{
		"all dates are read":    {dateSurvey{}, "", "", ""},
		"one format reads them": {dateSurvey{unread: dates.Advice{Texts: 3, Formats: []string{"DD/MM/YYYY"}}}, "all of them would fit --date-format DD/MM/YYYY", "", "DD/MM/YYYY"},
		"two formats read them": {dateSurvey{unread: dates.Advice{Texts: 3, Formats: []string{"DD/MM/YYYY", "D MMM YYYY"}}}, "DD/MM/YYYY or 'D MMM YYYY'", "", ""},
		"none does":             {dateSurvey{unread: dates.Advice{Texts: 3}}, "say how dates are written", "", ""},
		"others are swapped":    {dateSurvey{unread: dates.Advice{Texts: 3, Formats: []string{"DD/MM/YYYY"}}, swappedCells: true}, "seem to be swapped", "would fit", ""},
	} {
		got := tt.survey.advice()
		if !strings.Contains(got, tt.want) || tt.want == "" && got != "" || tt.isNot != "" && strings.Contains(got, tt.isNot) {
			t.Errorf("%s: the advice is %q", name, got)
		}
		if format, unread := tt.survey.format(); format != tt.format || unread != (tt.want != "") {
			t.Errorf("%s: the format is %q, %t", name, format, unread)
		}
	}
}

func TestConditionsSayWhichOfTheirValuesNoRowHas(t *testing.T) {
	where := []Condition{{Column: "Status", Values: []string{"Left", "Gone", "Retired"}}, {Column: "Site", Values: []string{"Berlin"}, Not: true}, {Column: "Team", Values: []string{"A"}}}
	var s conditionsSurvey
	s.note(0, where[0], 1)
	s.note(0, where[0], -1)
	s.note(2, where[2], 0)
	got := s.missing(where, "column")
	if want := `no row has "Left", "Retired" in the column "Status"`; len(got) != 1 || !strings.HasPrefix(got[0], want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAPlainCodeIsAlwaysARef holds the quick look at the refs of a list against the close one.
func TestAPlainCodeIsAlwaysARef(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := []string{"0", "1", "9", "E", "e", "Mar", "null", "na", "TBD", "none", "20240630", "CEO", "-", " ", "ß"}
	plain := 0
	for range 50_000 {
		ref := ""
		for range 1 + random.IntN(4) {
			ref += parts[random.IntN(len(parts))]
		}
		if !isPlainCode(ref) {
			continue
		}
		plain++
		if reason := hardlyOne(ref); reason != "" || hasRemark(ref) || isRange(ref) {
			t.Fatalf("%q is no ref, and looks like a plain code: %s", ref, reason)
		}
	}
	if plain < 10_000 {
		t.Errorf("only %d texts are plain codes", plain)
	}
}
