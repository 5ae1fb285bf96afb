package dates

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// TestSpellingsOfSystems reads what systems write. Each line of a table has a format, a
// zone, a text, and the Text of its end date: "!" if the text is not in the format, and
// "none" if it stands for no date.
func TestSpellingsOfSystems(t *testing.T) {
	table, err := os.ReadFile(filepath.Join("testdata", "spellings.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	marks := strings.NewReplacer("<LRM>", "\u200e", "<RLM>", "\u200f", "<NBSP>", "\u00a0", "<NNBSP>", "\u202f", "<ZWSP>", "\u200b")
	for line := range strings.Lines(string(table)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, "|")
		if len(fields) != 4 {
			t.Fatalf("%q does not have four fields", line)
		}
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		letters, zone, text, want := fields[0], location(t, fields[1]), marks.Replace(fields[2]), fields[3]
		f, err := ParseFormat(letters)
		if err != nil {
			t.Fatal(err)
		}
		d, err := f.Parse(text, zone)
		got := d.Text
		switch {
		case errors.Is(err, leaver.ErrNoDate):
			got = "none"
		case err != nil:
			got = "!"
		}
		if got != want {
			t.Errorf("%s: got %s, %v", line, got, err)
		}
		again, errAgain := leaver.ParseEndDate(d.Text, zone)
		if (errAgain == nil) != (err == nil) || again.Key() != d.Key() || !again.Time().Equal(d.Time()) {
			t.Errorf("%s: a report has %q, which is %+v, %v", line, d.Text, again, errAgain)
		}
		lines++
	}
	if lines < 120 {
		t.Errorf("%d lines, want 120 at least", lines)
	}
}

// TestMonthsAndWeekdaysOfEveryLanguage reads each name as CLDR writes it, in capitals,
// and without accents.
func TestMonthsAndWeekdaysOfEveryLanguage(t *testing.T) {
	long, _ := ParseFormat("D MMMM YYYY")
	short, _ := ParseFormat("D MMM YYYY")
	for f, lines := range map[Format][]string{long: longMonths, short: shortMonths} {
		for _, line := range lines {
			names := strings.Fields(line)
			if len(names) != 12 {
				t.Errorf("%d months in %q", len(names), line)
			}
			for i, name := range names {
				want := time.Date(2024, time.Month(i+1), 5, 0, 0, 0, 0, time.UTC).Format(dayLayout)
				for _, spelling := range []string{name, strings.ToUpper(name), bare(name)} {
					if d, err := f.Parse("5 "+spelling+" 2024", time.UTC); err != nil || d.Text != want {
						t.Errorf("%q is %q, %v, want %s", spelling, d.Text, err, want)
					}
				}
			}
		}
	}
	for _, line := range weekdays {
		names := strings.Fields(line)
		if len(names) != 7 {
			t.Errorf("%d weekdays in %q", len(names), line)
		}
		for i, name := range names {
			day := time.Date(2024, 6, 30+i, 0, 0, 0, 0, time.UTC)
			for _, spelling := range []string{name + " ", strings.ToUpper(name) + ", ", bare(name) + ". ", name + "., "} {
				if d, err := short.Parse(spelling+day.Format("2 Jan 2006"), time.UTC); err != nil || d.Text != day.Format(dayLayout) {
					t.Errorf("%q is %q, %v", spelling+day.Format("2 Jan 2006"), d.Text, err)
				}
				if d, err := short.Parse(spelling+day.AddDate(0, 0, 1).Format("2 Jan 2006"), time.UTC); err == nil {
					t.Errorf("%q before the day after it is %q", spelling, d.Text)
				}
			}
		}
	}
}

func TestANameMeansOneMonthOrOneWeekday(t *testing.T) {
	for _, lines := range [][]string{append(append([]string{}, longMonths...), shortMonths...), weekdays} {
		places := map[string]int{}
		for _, line := range lines {
			for i, name := range strings.Fields(line) {
				if before, known := places[bare(name)]; known && before != i {
					t.Errorf("%q has the places %d and %d", name, before, i)
				}
				places[bare(name)] = i
			}
		}
	}
}

// TestAdviceOnReportedColumns has columns of the kinds that people report.
func TestAdviceOnReportedColumns(t *testing.T) {
	tests := map[string]struct {
		texts       []string
		want        string
		none        int
		noneExample string
	}{
		"ISO days with a time":             {[]string{"2024-06-30 17:00:00+00", "2024-06-30 08:54:14.751721+00"}, "YYYY-MM-DD", 0, ""},
		"timestamps beside days":           {[]string{"2024-06-30 17:00:00+00", "2024-06-28", "2024-06-30T17:00:00Z"}, "YYYY-MM-DD", 0, ""},
		"24:00":                            {[]string{"2024-06-30 24:00", "2024-06-30T24:00:00Z", "2024-06-28 23:59:59.999"}, "YYYY-MM-DD", 0, ""},
		"generalised time":                 {[]string{"20240630170000.0Z", "20240630170000Z"}, "YYYYMMDD", 0, ""},
		"the form of .NET":                 {[]string{"/Date(1719705600000)/", "/Date(253402214400000)/"}, "unix-ms for all but 1", 1, "/Date(253402214400000)/"},
		"milliseconds":                     {[]string{"1719705600000", "0"}, "unix-ms for all but 1", 1, "0"},
		"seconds":                          {[]string{"1719705600", "1719619200"}, "unix", 0, ""},
		"a weekday in front":               {[]string{"Sunday, June 30, 2024", "Friday, June 28, 2024"}, "MMMM D, YYYY", 0, ""},
		"a weekday that settles the order": {[]string{"Thu 01/02/2024"}, "DD/MM/YYYY", 0, ""},
		"French months":                    {[]string{"30 août 2024", "1 mai 2024", "12 déc. 2024"}, "D MMM YYYY", 0, ""},
		"French months in several forms":   {[]string{"30 août 2024", "1 déc. 2024", "12-févr.-24"}, "none", 0, ""},
		"German months":                    {[]string{"30. Juni 2024", "1. Dezember 2024"}, "D. MMMM YYYY", 0, ""},
		"Spanish months":                   {[]string{"30 de junio de 2024", "1 de septiembre de 2024"}, "D MMMM YYYY", 0, ""},
		"May":                              {[]string{"3 May 2024"}, "D MMM YYYY", 0, ""},
		"left-to-right marks":              {[]string{"\u200e6/\u200e30/\u200e2024", "\u200e6/\u200e28/\u200e2024"}, "M/D/YYYY", 0, ""},
		"spaces":                           {[]string{"30 06 2024", "28 06 2024"}, "DD MM YYYY", 0, ""},
		"Hungarian days":                   {[]string{"2024. 06. 30.", "2024. 06. 28."}, "YYYY. MM. DD.", 0, ""},
		"year, day, month":                 {[]string{"2024-30-06", "2024-28-06"}, "none", 0, ""},
		"the end of time":                  {[]string{"30/06/2024", "31/12/9999", "31/12/2099", "01/01/1900"}, "DD/MM/YYYY for all but 3", 3, "31/12/9999"},
		"the end of time alone":            {[]string{"31/12/9999", "31/12/9999"}, "none", 2, "31/12/9999"},
		"words":                            {[]string{"30/06/2024", "N/A", `\N`, "-", "soon"}, "DD/MM/YYYY for all but 4", 3, "N/A"},
		"what stands for no date settles nothing": {[]string{"01/02/2024", "31/12/9999"}, "DD/MM/YYYY or MM/DD/YYYY for all but 1", 1, "31/12/9999"},
		"two forms, and one is ambiguous":         {[]string{"01/02/2024", "2024-06-30"}, "DD/MM/YYYY or MM/DD/YYYY", 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := propose(tt.texts...)
			got := spell(a)
			if len(a.Formats) > 1 && a.Odd > 0 {
				got += " for all but 1"
			}
			if got != tt.want || a.None != tt.none || a.NoneExample != tt.noneExample {
				t.Errorf("got %q, %d for none (%q), want %q, %d (%q)", got, a.None, a.NoneExample, tt.want, tt.none, tt.noneExample)
			}
		})
	}
}

// TestNoProposedFormatBreaksADateThatIsRead proposes formats for odd texts beside usual
// ones: a single one that is proposed must read all of these as they are read already.
func TestNoProposedFormatBreaksADateThatIsRead(t *testing.T) {
	usual := []string{"2024-06-30", "2024-06-05", "2024-06-30T17:00:00Z", "2024-06-30t17:00:00.5+02:00", "2024-06-30 17:00:00z", "2024-06-30-07:00", "2024-06-30Z", "2024-06-30T7:00:00,5Z", "\u200e2024-06-30"}
	proposed := 0
	for _, text := range days {
		for _, clock := range []string{"", " 17:00", "T17:00:00+00"} {
			a := propose(append([]string{text + clock}, usual...)...)
			if a.Usual < len(usual) {
				t.Fatalf("%d of %d texts are usual", a.Usual, len(usual))
			}
			if a.Mixed() != (len(a.Formats) > 0 && a.Format() == "" && !a.readsUsual) {
				t.Errorf("%q: mixed is %t with %q", text+clock, a.Mixed(), a.Formats)
			}
			if a.Format() == "" {
				continue
			}
			proposed++
			f, _ := ParseFormat(a.Format())
			for _, u := range usual {
				before, _ := leaver.ParseEndDate(u, time.UTC)
				if d, err := f.Parse(u, time.UTC); err != nil || d.Key() != before.Key() || !d.Time().Equal(before.Time()) {
					t.Errorf("%q proposes %s, which reads %q as %+v, %v", text+clock, f, u, d, err)
				}
			}
		}
	}
	if proposed < 3 {
		t.Errorf("only %d proposals", proposed)
	}
}

func TestWhatLooksLikeADate(t *testing.T) {
	for _, text := range []string{
		"2024-06-30", "2024-06-30t17:00:00z", "2024-06-30-07:00", "2024-06-30Z", "2024-06-30 17:00:00+00", "/Date(1719705600000)/", "/Date(1719705600000+0200)/",
		"Sunday, June 30, 2024", "30 août 2024", "30 de junio de 2024", "20240630170000Z", "20240630170000", "20240630", "2024. 06. 30.", "30 06 2024",
		"\u200e6/\u200e30/\u200e2024", "1970-01-01", "31.12.9999", "9999-12-31", "1900-01-01", "/Date(0)/",
	} {
		if !Looks(text, time.UTC) {
			t.Errorf("%q does not look like a date", text)
		}
	}
	for _, text := range []string{
		"1719705600", "1719705600000", "1719705600.5", "-1", "0", "1", "45473", "45473.5", "10010101", "19000101", "99991231", "123456789", "20240631", "20240630250000", "4711", "N/A", "-", "",
		"/Date/", "/Date()/", "/Date(soon)/", "2024-30-06", "Sunday", "June", "Fri, June 30, 2024", "Sunday 30", "Mar 4711",
	} {
		if Looks(text, time.UTC) {
			t.Errorf("%q looks like a date", text)
		}
	}
}
