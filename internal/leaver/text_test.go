package leaver_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"offboard/internal/leaver"
)

func TestClean(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"a short ASCII text is unchanged":            {"a b~", "a b~"},
		"other letters are unchanged":                {"Zoë漢🙂", "Zoë漢🙂"},
		"control characters are replaced":            {"a\x00\n\x7f\u0085b", "a????b"},
		"invalid bytes are replaced one by one":      {"a\xff\xe6\xbcb", "a???b"},
		"U+FFFD is replaced":                         {"a\ufffd", "a?"},
		"ten characters are not shortened":           {"0123456789", "0123456789"},
		"eleven characters are":                      {"0123456789a", "0123456789…"},
		"ten characters of four bytes are not":       {strings.Repeat("🙂", 10), strings.Repeat("🙂", 10)},
		"a shortened text is not shortened again":    {"0123456789…", "0123456789…"},
		"a text is shortened after its replacements": {"012345678\x00a", "012345678?…"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := leaver.Clean(tt.text, 10, '?'); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestExcerpt(t *testing.T) {
	for text, want := range map[string]string{"": "", "abc": "abc", "abcd": "abc…", "äöü": "äöü", "äöüß": "äöü…", "\xff\xffab": "\xff\xffa…"} {
		if got := leaver.Excerpt(text, 3); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// checkNormal checks what Normal promises of a row.
func checkNormal(t *testing.T, row leaver.Row) {
	t.Helper()
	ref, endDate := row.Normal()
	if row.Fault == "" && (ref != row.Ref || endDate != row.EndDate.Text) {
		t.Errorf("%q, %q can be used, and is changed to %q, %q", row.Ref, row.EndDate.Text, ref, endDate)
	}
	for _, text := range []string{ref, endDate} {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) || utf8.RuneCountInString(text) > 300 {
			t.Errorf("a report cannot hold %q", text)
		}
	}
	again := leaver.NewRow(row.Place, ref, endDate, time.UTC)
	if (again.Fault == "") != (row.Fault == "") {
		t.Errorf("%q, %q has the fault %q, and its normal form %q", row.Ref, row.EndDate.Text, row.Fault, again.Fault)
	}
	if ref2, endDate2 := again.Normal(); ref2 != ref || endDate2 != endDate {
		t.Errorf("the normal form %q, %q becomes %q, %q when it is read again", ref, endDate, ref2, endDate2)
	}
}

func FuzzNormal(f *testing.F) {
	for _, ref := range []string{"", "E1001", "Zoë", "a\x00b", "\x00", "a\xff", strings.Repeat("x", 113), strings.Repeat("é", 400), strings.Repeat("x", 225) + " \u00a0 x", strings.Repeat("\x00", 300)} {
		for _, date := range []string{"", "2024-06-30", "soon", "2024-06-30T17:00:00." + strings.Repeat("0", 120) + "Z", strings.Repeat("x", 101), strings.Repeat("\u2003\x00", 70) + "x"} {
			f.Add(ref, date)
		}
	}
	f.Fuzz(func(t *testing.T, ref, date string) { checkNormal(t, leaver.NewRow(place, ref, date, time.UTC)) })
}

func TestQuotedLen(t *testing.T) {
	for text, want := range map[string]int{"": 0, "x": 0, `"`: 0, `""`: 2, `"a" b`: 3, `"a\"b" c`: 6, `"a\\" b`: 5, `"a`: 0, `"a\"`: 0, `x "a"`: 0} {
		if got := leaver.QuotedLen(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}
