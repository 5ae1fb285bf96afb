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
		"a plain ref is kept":                                 {"E1001", "E1001", ""},
		"symbols are kept":                                    {"a/b?c#d%e@f", "a/b?c#d%e@f", ""},
		"case is kept":                                        {"aBc", "aBc", ""},
		"a space inside is kept":                              {"a b", "a b", ""},
		"letters beyond ASCII are kept":                       {"Zoë-漢-🙂", "Zoë-漢-🙂", ""},
		"three dots are kept":                                 {"...", "...", ""},
		"a dot with a letter is kept":                         {".a", ".a", ""},
		"spaces around are trimmed":                           {"  a  ", "a", ""},
		"tabs and line breaks around are trimmed":             {"\t\r\na\n\t", "a", ""},
		"a no-break space around is trimmed":                  {"\u00a0a\u00a0", "a", ""},
		"other spaces of Unicode around are trimmed":          {"\u2003\u3000a\u2028\u0085", "a", ""},
		"nothing is refused":                                  {"", "", "empty"},
		"only white space is refused":                         {" \t\u00a0", "", "empty"},
		"one dot is refused":                                  {".", ".", `"."`},
		"two dots are refused":                                {"..", "..", `".."`},
		"dots with space around are refused":                  {" .. ", "..", `".."`},
		"NUL is refused":                                      {"a\x00b", "a\x00b", "control"},
		"a tab inside is refused":                             {"a\tb", "a\tb", "control"},
		"a line break inside is refused":                      {"a\nb", "a\nb", "control"},
		"a carriage return inside is refused":                 {"a\rb", "a\rb", "control"},
		"DEL is refused":                                      {"a\x7f", "a\x7f", "control"},
		"a C1 control character is refused":                   {"a\u0085b", "a\u0085b", "control"},
		"a NUL at the edge is refused":                        {"\x00a", "\x00a", "control"},
		"a lone byte of Latin-1 is refused":                   {"Zo\xeb", "Zo\xeb", "UTF-8"},
		"an incomplete character is refused":                  {"a\xe6\xbc", "a\xe6\xbc", "UTF-8"},
		"an encoded surrogate is refused":                     {"\xed\xa0\x80", "\xed\xa0\x80", "UTF-8"},
		"U+FFFD is refused":                                   {"Zo\ufffd", "Zo\ufffd", "U+FFFD"},
		"113 characters are the most":                         {strings.Repeat("a", 113), strings.Repeat("a", 113), ""},
		"114 characters are refused":                          {strings.Repeat("a", 114), strings.Repeat("a", 114), "longer than 113"},
		"113 characters of four bytes are the most":           {strings.Repeat("🙂", 113), strings.Repeat("🙂", 113), ""},
		"114 characters of four bytes are refused":            {strings.Repeat("🙂", 114), strings.Repeat("🙂", 114), "longer than 113"},
		"113 characters are counted without white space":      {"  " + strings.Repeat("a", 113) + "\u00a0", strings.Repeat("a", 113), ""},
		"a long ref with an invalid byte is refused as UTF-8": {strings.Repeat("a", 200) + "\xff", strings.Repeat("a", 200) + "\xff", "UTF-8"},
		"an invisible character around is trimmed":            {"\ufeffa\u200b", "a", ""},
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

// TestDamagedRefs reads refs that spreadsheets, editors and exports have damaged.
// Each must be refused, or read without white space and invisible characters.
func TestDamagedRefs(t *testing.T) {
	const below, eaten, hidden, control, damaged, utf8, empty, total, formula = "below a table", "spreadsheet has rounded", "cannot be seen", "control", "U+FFFD", "UTF-8", "empty", "line of totals", "formula"
	tests := []struct{ ref, want, fault string }{
		{"1.2E+11", "", eaten}, {"1.20457E+11", "", eaten}, {"1,20457E+11", "", eaten}, {"1E+11", "", eaten}, {"1e+11", "", eaten},
		{"9.99999E+14", "", eaten}, {" 1.2E+11 ", "", eaten}, {"1.2E+5", "", eaten}, {"1.23456789012345E+19", "", eaten}, {"5.E+09", "", eaten},
		{"1.20457E11", "", eaten}, {"1.0e5", "", eaten}, {"12E+4", "", eaten}, {"1.2E-11", "", eaten}, {"-1.2E+11", "", eaten},
		{"1E5", "1E5", ""}, {"12e4", "12e4", ""}, {"E+11", "E+11", ""}, {"1.2E+", "1.2E+", ""}, {"1.2E+x", "1.2E+x", ""}, {".5E+3", ".5E+3", ""},
		{"A1.2E+11", "A1.2E+11", ""}, {"1.2.3E+11", "1.2.3E+11", ""}, {"x+E+1", "x+E+1", ""}, {"7E1.5", "7E1.5", ""}, {"1.2E+1E+1", "1.2E+1E+1", ""},
		{"\u00a012345", "12345", ""}, {"12345\u00a0", "12345", ""}, {"\u202f12345\u2007", "12345", ""}, {"\ufeff12345", "12345", ""}, {"12345\u200b", "12345", ""},
		{"\u200d12345\u200c", "12345", ""}, {"\u206012345\u00ad", "12345", ""}, {" \u200b 12345 \ufeff ", "12345", ""}, {"\t12345\r", "12345", ""}, {"\u300012345\u2003", "12345", ""},
		{"123\u00a045", "", hidden}, {"123\u202f45", "", hidden}, {"123\u200745", "", hidden}, {"123\u200b45", "", hidden}, {"123\u200c45", "", hidden},
		{"123\u200d45", "", hidden}, {"123\u206045", "", hidden}, {"\u200e12345\u200f", "12345", ""}, {"123\u202e45", "", hidden}, {"123\u2066\u206945", "", hidden}, {"123\ufe0f45", "", hidden}, {"123\u316445", "", hidden}, {"123\ufeff45", "", hidden}, {"123\u00ad45", "", hidden}, {"a\u00a0b\u00a0c", "", hidden},
		{"12345\x00", "", control}, {"\x0012345", "", control}, {"123\t45", "", control}, {"123\n45", "", control}, {"123\r\n45", "", control},
		{"123\x1b[0m45", "", control}, {"123\x7f45", "", control}, {"123\u008545", "", control},
		{"J\ufffdrgen", "", damaged}, {"\ufffd", "", damaged}, {"12345\ufffd", "", damaged},
		{"J\xfcrgen", "", utf8}, {"\xff", "", utf8}, {"12345\xc3", "", utf8}, {"\xed\xa0\x80", "", utf8},
		{"", "", empty}, {" ", "", empty}, {"\u200b", "", empty}, {"\u00a0\ufeff", "", empty}, {"\t\r\n", "", empty},
		{"Total", "", total}, {"Total: 250", "", total}, {"TOTALS", "", total}, {"Grand Total", "", total}, {"grand total: 1,250.00", "", total}, {"Sum 12", "", total}, {"Count=", "", total},
		{"Total employees: 42", "", total}, {"Insgesamt 5", "", total}, {"E1", "E1", ""}, {"Er", "Er", ""}, {"total leavers 2", "", total}, {"Subtotal HR dept 7", "", total}, {"Summe", "", total}, {"Gesamt: 2", "", total}, {"Total:", "", total},
		{"2 rows", "", below}, {"(42 records)", "", below}, {"2 rows selected.", "", below}, {"End of report", "", below}, {"2 employees", "", below}, {"Row count: 2", "", below}, {"Records: 2", "", below}, {"Page 1 of 1", "", below}, {"Generated on 25/11/2026 by HR", "", below}, {"Page Turner", "Page Turner", ""}, {"E7: 2", "E7: 2", ""},
		{"End", "End", ""}, {"2 rowers", "2 rowers", ""}, {"7 of 9", "7 of 9", ""}, {"endofit", "endofit", ""},
		{"Total Recall", "Total Recall", ""}, {"Totally", "Totally", ""}, {"Sum12", "Sum12", ""}, {"Grand", "Grand", ""}, {"Count Basie 3", "Count Basie 3", ""}, {"Total 1 2", "Total 1 2", ""},
		{"#N/A", "", formula}, {"#REF!", "", formula}, {" #DIV/0! ", "", formula}, {"#17", "#17", ""}, {"#", "#", ""}, {"A#N/A", "A#N/A", ""},
		{".", "", `"."`}, {" .. ", "", `".."`}, {"\u200b.\u200b", "", `"."`},
	}
	if len(tests) < 60 {
		t.Errorf("%d refs, want 60 at least", len(tests))
	}
	for _, tt := range tests {
		row := leaver.NewRow(place, tt.ref, "", time.UTC)
		switch {
		case tt.fault == "" && (row.Fault != "" || row.Ref != tt.want):
			t.Errorf("%q is read as %q (%s), want %q", tt.ref, row.Ref, row.Fault, tt.want)
		case tt.fault != "" && !strings.Contains(row.Fault, tt.fault):
			t.Errorf("%q is read as %q (%s), want a fault with %q", tt.ref, row.Ref, row.Fault, tt.fault)
		}
	}
}

func TestLookAlikes(t *testing.T) {
	alike := [][]string{
		{"e1001", "E1001", " E1001", "E1001.", "(E1001)", "#e1001", "'E1001'", "Ｅ１００１", "e１００1", "-E1001-"},
		{"maria.lopez", "Maria.Lopez", "MARIA.LOPEZ", "maria.lopez,"},
		{"jürgen", "JÜRGEN", "ju\u0308rgen"},
		{"4711", "４７１１", "*4711"},
		{"a-1", "A-1"}, {"a1"}, {"a.1"}, {"04711"}, {"--"}, {"-"}, {"0"},
	}
	seen := map[string]int{}
	for _, upper := range []bool{false, true} {
		clear(seen)
		for i, refs := range alike {
			for _, ref := range refs {
				look := leaver.LookAlike(ref, upper)
				if again := leaver.LookAlike(look, upper); again != look {
					t.Errorf("%q looks like %q, and that like %q", ref, look, again)
				}
				if other, ok := seen[look]; ok && other != i {
					t.Errorf("%q looks like %q, as others do: %q", ref, look, alike[other])
				}
				seen[look] = i
				if want := leaver.LookAlike(refs[0], upper); look != want {
					t.Errorf("%q looks like %q, want %q", ref, look, want)
				}
			}
		}
	}
}

func TestLabelsOfTotals(t *testing.T) {
	for _, text := range []string{"Total", "TOTAL EMPLOYEES:", "Total leavers", "Total number of records", "Overall Total", "Report total", "Total (2)", "Count", "Sum:", "Totaal", "Total général", "Suma", "Grand total: 3", "Ops Count", "*** Total ***", "[Total]", "Leavers (total)", "Dept/Total", "Report\u00a0total", "Number of leavers", "Employees", "Leavers in Q2"} {
		if label, _ := leaver.IsTotal(text); !label {
			t.Errorf("%q is no label of totals", text)
		}
	}
	for _, text := range []string{"", "To", "TotalEnergies", "Ada Ash", "Nora Ash", "Subtotally", "Sales", "2024-06-30", "Ash", "Grandtotal-1"} {
		if label, _ := leaver.IsTotal(text); label {
			t.Errorf("%q is a label of totals", text)
		}
	}
}
