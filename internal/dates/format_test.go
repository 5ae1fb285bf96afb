package dates

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of these tests, wherever they run

	"offboard/internal/leaver"
)

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestDatesInEveryFormat reads texts in formats and zones. Each line has a text and,
// after "=", the Text of its end date and the moment that is sent to the API; or "!"
// if the text is no end date in the format.
func TestDatesInEveryFormat(t *testing.T) {
	tests := []struct{ format, zone, readings string }{
		{"DD/MM/YYYY", "UTC", `
30/06/2024 = 2024-06-30; 2024-06-30T00:00:00Z
01/02/2024 = 2024-02-01; 2024-02-01T00:00:00Z
29/02/2024 = 2024-02-29; 2024-02-29T00:00:00Z
29/02/2023 = !
31/02/2024 = !
31/04/2024 = !
00/01/2024 = !
13/13/2024 = !
06/30/2024 = !
1/2/2024 = !
30/06/0202 = !
30/06/1949 = !
01/01/1950 = 1950-01-01; 1950-01-01T00:00:00Z
30/06/24 = !
30-06-2024 = !
30.06.2024 = !
30/06/2024x = !
30/06/2024 17:00 = 2024-06-30T17:00:00Z; 2024-06-30T17:00:00Z
30/06/2024 17:00:30 = 2024-06-30T17:00:30Z; 2024-06-30T17:00:30Z
30/06/2024 17:00 +02:00 = 2024-06-30T17:00:00+02:00; 2024-06-30T15:00:00Z
30/06/2024 17:00:30Z = 2024-06-30T17:00:30Z; 2024-06-30T17:00:30Z
30/06/2024T17:00 = 2024-06-30T17:00:00Z; 2024-06-30T17:00:00Z
30/06/2024 24:00 = 2024-06-30; 2024-06-30T00:00:00Z
30/06/2024 24:01 = !
30/06/2024 00:00 = 2024-06-30; 2024-06-30T00:00:00Z
30/06/2024 00:00:00 = 2024-06-30; 2024-06-30T00:00:00Z
30/06/2024 00:00 +02:00 = 2024-06-30T00:00:00+02:00; 2024-06-29T22:00:00Z
30/06/2024 12:00:00 AM = 2024-06-30; 2024-06-30T00:00:00Z
30/06/2024 5:30 pm = 2024-06-30T17:30:00Z; 2024-06-30T17:30:00Z
30/06/2024 5:30 PM = 2024-06-30T17:30:00Z; 2024-06-30T17:30:00Z
30/06/2024 13:30 PM = !
30/06/2024 17 = !
2024-06-30 = !
soon = !
- = !
`},
		{"D/M/YYYY", "UTC", `
1/2/2024 = 2024-02-01; 2024-02-01T00:00:00Z
01/02/2024 = 2024-02-01; 2024-02-01T00:00:00Z
31/12/2024 = 2024-12-31; 2024-12-31T00:00:00Z
32/12/2024 = !
1/2/24 = !
`},
		{"MM/DD/YYYY", "UTC", `
06/30/2024 = 2024-06-30; 2024-06-30T00:00:00Z
01/02/2024 = 2024-01-02; 2024-01-02T00:00:00Z
30/06/2024 = !
02/29/2024 = 2024-02-29; 2024-02-29T00:00:00Z
02/29/2100 = !
`},
		{"M/D/YY", "UTC", `
6/30/24 = 2024-06-30; 2024-06-30T00:00:00Z
06/30/24 = 2024-06-30; 2024-06-30T00:00:00Z
6/3/68 = 2068-06-03; 2068-06-03T00:00:00Z
6/3/99 = 1999-06-03; 1999-06-03T00:00:00Z
6/30/2024 = !
`},
		{"DD.MM.YYYY", "Europe/Berlin", `
30.06.2024 = 2024-06-30; 2024-06-29T22:00:00Z
31.12.2024 = 2024-12-31; 2024-12-30T23:00:00Z
31.03.2024 = 2024-03-31; 2024-03-30T23:00:00Z
27.10.2024 = 2024-10-27; 2024-10-26T22:00:00Z
31.03.2024 01:59 = 2024-03-31T01:59:00+01:00; 2024-03-31T00:59:00Z
31.03.2024 03:00 = 2024-03-31T03:00:00+02:00; 2024-03-31T01:00:00Z
27.10.2024 01:00 = 2024-10-27T01:00:00+02:00; 2024-10-26T23:00:00Z
27.10.2024 03:00 = 2024-10-27T03:00:00+01:00; 2024-10-27T02:00:00Z
30.6.2024 = !
30.06.2024. = !
`},
		{"DD/MM/YYYY", "America/New_York", `
01/11/2026 01:30 = 2026-11-01T01:30:00-05:00; 2026-11-01T06:30:00Z
01/11/2026 00:59 = 2026-11-01T00:59:00-04:00; 2026-11-01T04:59:00Z
08/03/2026 02:30 = 2026-03-08T03:00:00-04:00; 2026-03-08T07:00:00Z
08/03/2026 01:59 = 2026-03-08T01:59:00-05:00; 2026-03-08T06:59:00Z
`},
		{"DD/MM/YYYY", "Europe/London", `
25/10/2026 01:30 = 2026-10-25T01:30:00Z; 2026-10-25T01:30:00Z
29/03/2026 01:30 = 2026-03-29T02:00:00+01:00; 2026-03-29T01:00:00Z
`},
		{"excel", "America/New_York", `
46327.0625 = 2026-11-01T01:30:00-05:00; 2026-11-01T06:30:00Z
46326.999999999 = 2026-11-01; 2026-11-01T04:00:00Z
`},
		{"D.M.YY", "Europe/London", `
3.6.24 = 2024-06-03; 2024-06-02T23:00:00Z
30.12.24 = 2024-12-30; 2024-12-30T00:00:00Z
31.11.24 = !
3.6.2024 = !
31.3.24 = 2024-03-31; 2024-03-31T00:00:00Z
1.4.24 = 2024-04-01; 2024-03-31T23:00:00Z
`},
		{"DD-MMM-YYYY", "UTC", `
30-Jun-2024 = 2024-06-30; 2024-06-30T00:00:00Z
30-JUN-2024 = 2024-06-30; 2024-06-30T00:00:00Z
30-jun-2024 = 2024-06-30; 2024-06-30T00:00:00Z
30-June-2024 = !
30-Juin-2024 = 2024-06-30; 2024-06-30T00:00:00Z
31-Jun-2024 = !
30-06-2024 = !
30-Jun-2024 08:15 = 2024-06-30T08:15:00Z; 2024-06-30T08:15:00Z
`},
		{"D MMMM YYYY", "America/New_York", `
3 June 2024 = 2024-06-03; 2024-06-03T04:00:00Z
30 December 2024 = 2024-12-30; 2024-12-30T05:00:00Z
3 Jun 2024 = !
3 June 2024 17:00 = 2024-06-03T17:00:00-04:00; 2024-06-03T21:00:00Z
3 June 2024T17:00 = 2024-06-03T17:00:00-04:00; 2024-06-03T21:00:00Z
10 March 2024 = 2024-03-10; 2024-03-10T05:00:00Z
11 March 2024 = 2024-03-11; 2024-03-11T04:00:00Z
`},
		{"MMM D, YYYY", "UTC", `
Jun 30, 2024 = 2024-06-30; 2024-06-30T00:00:00Z
Jun 3, 2024 = 2024-06-03; 2024-06-03T00:00:00Z
June 3, 2024 = !
`},
		{"YYYYMMDD", "UTC", `
20240630 = 2024-06-30; 2024-06-30T00:00:00Z
20240631 = !
00000000 = !
2024063 = !
202406301 = !
99981231 = 9998-12-31; 9998-12-31T00:00:00Z
99991231 = !
20240630 1700 = !
`},
		{"YYYY/MM/DD", "Pacific/Apia", `
2024/06/30 = 2024-06-30; 2024-06-29T11:00:00Z
2011/12/29 = 2011-12-29; 2011-12-29T10:00:00Z
2024-06-30 = !
`},
		{"YYYY-DD-MM", "UTC", `
2024-30-06 = 2024-06-30; 2024-06-30T00:00:00Z
2024-05-06 = 2024-06-05; 2024-06-05T00:00:00Z
2024-06-30 = !
`},
		{"dd/mm/yyyy", "UTC", `
30/06/2024 = 2024-06-30; 2024-06-30T00:00:00Z
`},
		{"excel", "UTC", `
45473 = 2024-06-30; 2024-06-30T00:00:00Z
45473.0 = 2024-06-30; 2024-06-30T00:00:00Z
45473.5 = 2024-06-30T12:00:00Z; 2024-06-30T12:00:00Z
45473.708333333336 = 2024-06-30T17:00:00Z; 2024-06-30T17:00:00Z
45291 = 2023-12-31; 2023-12-31T00:00:00Z
45292 = 2024-01-01; 2024-01-01T00:00:00Z
45351 = 2024-02-29; 2024-02-29T00:00:00Z
18264 = 1950-01-01; 1950-01-01T00:00:00Z
18263 = !
0 = !
60 = !
-1 = !
1e5 = !
0x1F = !
NaN = !
2958466 = !
30/06/2024 = !
2024-06-30 = !
`},
		{"excel", "Europe/Berlin", `
45473 = 2024-06-30; 2024-06-29T22:00:00Z
45473.5 = 2024-06-30T12:00:00+02:00; 2024-06-30T10:00:00Z
`},
		{"", "Europe/Berlin", `
2024-06-30 = 2024-06-30; 2024-06-29T22:00:00Z
2024-06-30T17:00:00Z = 2024-06-30T17:00:00Z; 2024-06-30T17:00:00Z
2024-06-30T17:00:00+02:00 = 2024-06-30T17:00:00+02:00; 2024-06-30T15:00:00Z
2024-06-30 17:00 = !
30/06/2024 = !
20240630 = !
45473 = !
2024-6-30 = !
2024-02-30 = !
0001-01-01 = !
1900-01-01 = !
2024-06-30T17:00:00 = !
`},
		{"DD/MM/YY", "UTC", `
30/06/24 = 2024-06-30; 2024-06-30T00:00:00Z
30/06/69 = 1969-06-30; 1969-06-30T00:00:00Z
30/06/2024 = !
06/30/24 = !
`},
	}
	n := 0
	for _, tt := range tests {
		f, err := ParseFormat(tt.format)
		if err != nil {
			t.Fatal(err)
		}
		zone := location(t, tt.zone)
		for line := range strings.SplitSeq(strings.TrimSpace(tt.readings), "\n") {
			n++
			text, want, _ := strings.Cut(line, " = ")
			d, err := f.Parse(text, zone)
			got := "!"
			if err == nil {
				got = fmt.Sprintf("%s; %s", d.Text, d.Time().UTC().Format(time.RFC3339))
				// A report is read without the format, and must mean the same.
				again, err := leaver.ParseEndDate(d.Text, zone)
				if err != nil || again.Key() != d.Key() || !again.Time().Equal(d.Time()) {
					t.Errorf("%s, %s: %q is %q in a report, which means %v, %v", tt.format, tt.zone, text, d.Text, again, err)
				}
			} else if _, err := leaver.ParseEndDate(d.Text, zone); err == nil {
				t.Errorf("%s, %s: %q is no end date, and would be one in a report: %q", tt.format, tt.zone, text, d.Text)
			}
			if got != want {
				t.Errorf("%s, %s: %q is %s (%v), want %s", tt.format, tt.zone, text, got, err, want)
			}
		}
	}
	if n < 120 {
		t.Errorf("%d texts, want 120 at least", n)
	}
}

func TestADateFormatNeedsAYearAMonthAndADay(t *testing.T) {
	for _, letters := range []string{"DD/MM", "YYYY", "DD/MM/YYYY/DD", "YYYY-YY-DD", "HH/MM/YYYY", "day/month/year", "%d/%m/%Y", "2006-01-02", "DD_MM_YYYY", "yyyy", "YYYYDM", "MD.YY", "DM:YY", "MYYD", "YYYYMMD", "DMMYYYY"} {
		if f, err := ParseFormat(letters); err == nil {
			t.Errorf("%q is read as %+v", letters, f)
		}
	}
}

func TestAFormatIsAText(t *testing.T) {
	for _, letters := range []string{"", "DD/MM/YYYY", "d.m.yy", "excel", "Excel", "MMMM D, YYYY"} {
		var f Format
		if err := f.UnmarshalText([]byte(letters)); err != nil {
			t.Fatal(err)
		}
		text, err := f.MarshalText()
		if string(text) != letters || err != nil || f.String() != letters {
			t.Errorf("%q is written as %q (%v) and %q", letters, text, err, f)
		}
		if f.IsZero() != (letters == "") || f.Serial() != strings.EqualFold(letters, "excel") {
			t.Errorf("%q: zero %t, serial %t", letters, f.IsZero(), f.Serial())
		}
	}
	f := Serial()
	if err := f.UnmarshalText(nil); err != nil || !f.IsZero() {
		t.Errorf("an empty text gives %+v, %v", f, err)
	}
	if err := f.UnmarshalText([]byte(strings.Repeat("x", 5000))); err == nil || len(err.Error()) > 300 {
		t.Errorf("a long text gives the error %v", err)
	}
}

func TestTheErrorOfATextInAnotherForm(t *testing.T) {
	for letters, want := range map[string]string{
		"DD/MM/YYYY": `the end date "2024-06-30x" is not a day of the calendar in the form DD/MM/YYYY`,
		"excel":      `the end date "2024-06-30x" is not the serial number of a day, such as 45473`,
		"":           `the end date "2024-06-30x" is neither YYYY-MM-DD nor RFC 3339`,
	} {
		f, err := ParseFormat(letters)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Parse("2024-06-30x", time.UTC); err == nil || err.Error() != want || errors.Is(err, leaver.ErrDateForm) != f.IsZero() {
			t.Errorf("%q: got %v, want %s", letters, err, want)
		}
	}
}

// FuzzDateFormat reads texts in formats, and the Text of the result without a format:
// an end date must mean the same, and any other text must be no end date.
func FuzzDateFormat(f *testing.F) {
	for _, letters := range append(testFormats(), "YYYYDM") {
		for _, text := range []string{"", "30/06/2024", "30.6.24", "2024-06-30", "20240630", "45473.708333", "Jun 30, 2024", "30/06/2024 17:00 +02:00", "08/03/2026 02:30", "01/11/2026 01:30:00"} {
			f.Add(letters, text)
		}
	}
	zone := time.FixedZone("", -4*60*60)
	if at, err := time.LoadLocation("America/New_York"); err == nil {
		zone = at
	}
	f.Fuzz(func(t *testing.T, letters, text string) {
		format, err := ParseFormat(letters)
		if err != nil {
			return
		}
		d, err := format.Parse(text, zone)
		again, errAgain := leaver.ParseEndDate(d.Text, zone)
		if (err == nil) != (errAgain == nil) || d.Key() != again.Key() {
			t.Errorf("%q in the form %q is %q (%v), and read again %q (%v)", text, letters, d.Key(), err, again.Key(), errAgain)
		}
		if d.Passed(d.Time().Add(-time.Nanosecond)) && !d.Time().IsZero() {
			t.Errorf("%q in the form %q has passed before %v", text, letters, d.Time())
		}
	})
}

func TestSerialTextReadsAnyNumberOfASpreadsheet(t *testing.T) {
	berlin := location(t, "Europe/Berlin")
	for number, want := range map[string]string{
		"45473":      "2024-06-30",
		"16439":      "1945-01-02",
		"2":          "1900-01-01",
		"45473.5":    "2024-06-30T12:00:00+02:00",
		"0.75":       "18:00:00",
		"0.99999999": "1899-12-31", // rounding noise
		"2958465":    "9999-12-31",
		"2958466":    "",
		"-1":         "",
		"x":          "",
		"":           "",
	} {
		if got, ok := SerialText(number, berlin); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %t, want %q", number, got, ok, want)
		}
	}
}
