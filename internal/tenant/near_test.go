package tenant

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// listOf returns a user with a ref in JSON.
func listOf(ref string) string { return `{"ref":` + strconv.Quote(ref) + `}` }

func TestNearRefsAreNamed(t *testing.T) {
	for _, tt := range []struct {
		name, ref string
		users     []string
		want      string // the refs that are named, with commas
	}{
		{"nobody", "123", nil, ""},
		{"nobody who looks like it", "123", []string{"124", "1234", "12", "1 24"}, ""},
		{"zeros in front", "123", []string{"000123"}, "000123"},
		{"zeros in front of the leaver's", "000123", []string{"123"}, "123"},
		{"other zeros in front", "00123", []string{"0123"}, "0123"},
		{"zeros within a number", "1023", []string{"10023"}, ""},
		{"zeros behind", "1230", []string{"123"}, ""},
		{"zeros only", "0", []string{"000", "00"}, "000,00"},
		{"zeros in front of the number of a ref", "E123", []string{"E00123"}, "E00123"},
		{"zeros in a second number", "E1-23", []string{"E1-023"}, "E1-023"},
		{"a zero in front of a letter is another ref", "E1", []string{"0E1"}, ""},
		{"case", "e123", []string{"E123"}, "E123"},
		{"inner space", "E 123", []string{"E123"}, "E123"},
		{"inner space of the tenant's", "E123", []string{"E\u00a0123", "E 12 3"}, "E\u00a0123,E 12 3"},
		{"space around", "E123", []string{" E123 "}, " E123 "},
		{"marks around", "E123", []string{"'E123'", "(E123)", "E123."}, "'E123',(E123),E123."},
		{"a mark inside is another ref", "E-123", []string{"E123"}, ""},
		{"full width", "E123", []string{"Ｅ１２３"}, "Ｅ１２３"},
		{"several changes at once", "e 123", []string{"E00123"}, "E00123"},
		{"three at most", "7", []string{"07", "007", "0007", "00007"}, "07,007,0007"},
		{"each once", "7", []string{"07", "07", "007", "07"}, "07,007"},
		{"accents are another ref", "zoe", []string{"zoë"}, ""},
		{"an e-mail address", "Ada@x.org", []string{"ada@x.org"}, "ada@x.org"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := asking(tt.ref)
			for _, ref := range tt.users {
				c.Page(pageOf(t, -1, listOf(ref)))
			}
			c.Absent(tt.ref)
			a := c.Account(tt.ref)
			if got := strings.Join(a.near, ","); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			want := "the tenant has no user with this ref"
			if tt.want != "" {
				var quoted []string
				for near := range strings.SplitSeq(tt.want, ",") {
					quoted = append(quoted, `"`+near+`"`)
				}
				want += "; did you mean " + strings.Join(quoted, " or ") + "?"
			}
			if got := a.Finding().Reason; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestNearRefsAreNeverUsed(t *testing.T) {
	c := asking("123")
	c.Page(pageOf(t, -1, `{"ref":"0123","id":"1","status":"inactive","role":"administrator"}`))
	if got := fmt.Sprint(c.Account("123").state); got != "" {
		t.Errorf("the leaver is %s", got)
	}
	c.Read("0123", user(t, `{"ref":"0123","id":"1","status":"inactive"}`))
	c.Absent("123")
	if got := c.Account("123").Classes().text(); got != "noSuchUser | " {
		t.Errorf("got %s", got)
	}
}

func TestARefOfSomebodyElseIsNearForEachLeaverWhoLooksLikeIt(t *testing.T) {
	c := asking("07", "7", "x")
	c.Page(pageOf(t, -1, listOf("007"), listOf("7")))
	for ref, want := range map[string]string{"07": "[007 7]", "7": "[007]", "x": "[]"} {
		if got := fmt.Sprint(c.Account(ref).near); got != want {
			t.Errorf("%s: got %s, want %s", ref, got, want)
		}
	}
	if f := c.Account("7").Finding(); f != nil {
		t.Errorf("a leaver who is in the list: %+v", f)
	}
}

func TestANearRefIsShownOnOneShortLine(t *testing.T) {
	c := asking("7")
	c.Absent("7")
	c.Account("7").near = []string{"a\nb; c", strings.Repeat("x", 90)}
	if got, want := c.Account("7").didYouMean(), `; did you mean "a b, c" or "`+strings.Repeat("x", 60)+`…"?`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
