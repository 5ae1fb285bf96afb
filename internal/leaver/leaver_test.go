package leaver_test

import (
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

var place = leaver.Place{Source: "leavers.csv", Row: 7}

func TestNewRowReadsRefs(t *testing.T) {
	tests := map[string]struct {
		ref   string
		want  string // the ref of the row
		fault string // what its fault says; empty: the row is usable
	}{
		"a plain ref is kept":                                  {"E1001", "E1001", ""},
		"symbols are kept":                                     {"a/b?c#d%e@f", "a/b?c#d%e@f", ""},
		"case is kept":                                         {"aBc", "aBc", ""},
		"a space inside is kept":                               {"a b", "a b", ""},
		"letters beyond ASCII are kept":                        {"Zoë-漢-🙂", "Zoë-漢-🙂", ""},
		"three dots are kept":                                  {"...", "...", ""},
		"a dot with a letter is kept":                          {".a", ".a", ""},
		"spaces around are cut":                                {"  a  ", "a", ""},
		"tabs and line breaks around are cut":                  {"\t\r\na\n\t", "a", ""},
		"a no-break space around is cut":                       {"\u00a0a\u00a0", "a", ""},
		"other spaces of Unicode around are cut":               {"\u2003\u3000a\u2028\u0085", "a", ""},
		"nothing is refused":                                   {"", "", "empty"},
		"only white space is refused":                          {" \t\u00a0", "", "empty"},
		"one dot is refused":                                   {".", ".", `"."`},
		"two dots are refused":                                 {"..", "..", `".."`},
		"dots with space around are refused":                   {" .. ", "..", `".."`},
		"NUL is refused":                                       {"a\x00b", "a\x00b", "control"},
		"a tab inside is refused":                              {"a\tb", "a\tb", "control"},
		"a line break inside is refused":                       {"a\nb", "a\nb", "control"},
		"a carriage return inside is refused":                  {"a\rb", "a\rb", "control"},
		"DEL is refused":                                       {"a\x7f", "a\x7f", "control"},
		"a C1 control character is refused":                    {"a\u0085b", "a\u0085b", "control"},
		"a NUL at the edge is refused":                         {"\x00a", "\x00a", "control"},
		"a lone byte of Latin-1 is refused":                    {"Zo\xeb", "Zo\xeb", "UTF-8"},
		"a character cut short is refused":                     {"a\xe6\xbc", "a\xe6\xbc", "UTF-8"},
		"an encoded surrogate is refused":                      {"\xed\xa0\x80", "\xed\xa0\x80", "UTF-8"},
		"U+FFFD is refused":                                    {"Zo\ufffd", "Zo\ufffd", "U+FFFD"},
		"113 characters are the most":                          {strings.Repeat("a", 113), strings.Repeat("a", 113), ""},
		"114 characters are refused":                           {strings.Repeat("a", 114), strings.Repeat("a", 114), "longer than 113"},
		"113 characters of four bytes are the most":            {strings.Repeat("🙂", 113), strings.Repeat("🙂", 113), ""},
		"114 characters of four bytes are refused":             {strings.Repeat("🙂", 114), strings.Repeat("🙂", 114), "longer than 113"},
		"113 characters are counted without white space":       {"  " + strings.Repeat("a", 113) + "\u00a0", strings.Repeat("a", 113), ""},
		"a long ref with an invalid byte is refused as UTF-8":  {strings.Repeat("a", 200) + "\xff", strings.Repeat("a", 200) + "\xff", "UTF-8"},
		"an invisible character that is no space is preserved": {"a\u200b", "a\u200b", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			row := leaver.NewRow(place, tt.ref, "2024-06-30", time.UTC)
			if row.Ref != tt.want {
				t.Errorf("ref %q, want %q", row.Ref, tt.want)
			}
			if (row.Fault == "") != (tt.fault == "") || !strings.Contains(row.Fault, tt.fault) {
				t.Errorf("fault %q, want %q", row.Fault, tt.fault)
			}
			if row.Place != place {
				t.Errorf("place %v, want %v", row.Place, place)
			}
			if row.EndDate.Text != "2024-06-30" {
				t.Errorf("the end date %q got lost", row.EndDate.Text)
			}
			if err := leaver.CheckRef(row.Ref); (err != nil) != (row.Fault != "") {
				t.Errorf("CheckRef says %v, the row %q", err, row.Fault)
			}
		})
	}
}

func TestNewRowWithAWrongEndDate(t *testing.T) {
	t.Run("a faulty end date makes the row faulty and is kept", func(t *testing.T) {
		row := leaver.NewRow(place, "a", " soon ", time.UTC)
		if !strings.Contains(row.Fault, `"soon"`) || row.EndDate.Text != "soon" {
			t.Errorf("fault %q, text %q", row.Fault, row.EndDate.Text)
		}
	})
	t.Run("of two faults the ref's is named, and the end date is kept", func(t *testing.T) {
		row := leaver.NewRow(place, "", "soon", time.UTC)
		if !strings.Contains(row.Fault, "ref") || row.EndDate.Text != "soon" {
			t.Errorf("fault %q, text %q", row.Fault, row.EndDate.Text)
		}
	})
	t.Run("white space alone is no end date", func(t *testing.T) {
		row := leaver.NewRow(place, "a", " \u00a0\t", time.UTC)
		if row.Fault != "" || row.EndDate != (leaver.EndDate{}) {
			t.Errorf("fault %q, end date %+v", row.Fault, row.EndDate)
		}
	})
}

func TestPlaceReadsAsEditorsWriteIt(t *testing.T) {
	if got := place.String(); got != "leavers.csv:7" {
		t.Errorf("got %q", got)
	}
}
