package leaver_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

func TestWhatSystemsWriteForNoDateIsRefused(t *testing.T) {
	for _, text := range []string{
		"0001-01-01", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+02:00", "1601-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01", "1899-12-30T00:00:00Z",
		"1969-12-31", "1970-01-01", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T01:00:00+01:00", "1969-12-31T19:00:00-05:00", "1969-12-31T14:00:00Z",
		"1969-12-30T23:00:00-11:00", "1970-01-02T01:00:00+14:00", "1970-01-01Z", "1970-01-01+14:00",
		"9999-12-31", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-14:00", "9999-12-30T22:00:00Z", "9999-01-01",
		"0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00Z", "0000-01-01", "1900-01-00", "00.00.0000", "00/00/0000", "00000000", "0", "00:00",
		"-", "--", "–", "—", "- -", "/ - /", "\u200e", "\u200b", "\ufeff",
		"null", "NULL", "(null)", "<null>", "[NULL]", "None", "nil", "N/A", "n/a", "(n/a)", "NA", "n.a.", "#N/A", `\N`, "NaN", "NaT", "undefined", "tbc", "TBD", "not applicable",
	} {
		for _, name := range []string{"UTC", "Asia/Tokyo", "America/New_York"} {
			d, err := leaver.ParseEndDate(text, zone(t, name))
			if !errors.Is(err, leaver.ErrNoDate) || errors.Is(err, leaver.ErrDateForm) {
				t.Errorf("%q in %s is %v, %v", text, name, d.Time(), err)
				continue
			}
			if !strings.HasSuffix(err.Error(), "is what systems write for no date") || d != (leaver.EndDate{Text: text}) {
				t.Errorf("%q in %s: got %+v, %v", text, name, d, err)
			}
		}
	}
}

func TestOtherTextsDoNotStandForNoDate(t *testing.T) {
	for text, form := range map[string]bool{
		"1949-12-29": false, "1935-06-30": false, "1949-01-02": false, // before 1950, and nothing else
		"1970-01-02": true, "1950-01-01": true, "1980-01-01": true, "2000-01-01": true, "9998-12-31": true, "2099-12-31": true,
		"1970-01-02T14:00:01Z": true, "1969-12-30T23:59:59Z": true,
	} {
		_, err := leaver.ParseEndDate(text, time.UTC)
		if (err == nil) != form || errors.Is(err, leaver.ErrNoDate) || errors.Is(err, leaver.ErrDateForm) {
			t.Errorf("%q: got %v", text, err)
		}
	}
	for _, text := range []string{"2024-30-06", "2024-00-00", "1949-06-31", "soon", "T", "Z", ".", "?", "+", "nope", "30/06/2024", "00/06/2024", strings.Repeat("0", 100), "null and void"} {
		if _, err := leaver.ParseEndDate(text, time.UTC); !errors.Is(err, leaver.ErrDateForm) || errors.Is(err, leaver.ErrNoDate) {
			t.Errorf("%q: got %v", text, err)
		}
	}
}

func TestTheErrorOfADayThatDoesNotExistSaysSo(t *testing.T) {
	_, err := leaver.ParseEndDate("2024-30-06", time.UTC)
	if want := `the end date "2024-30-06" is no day of the calendar in the form YYYY-MM-DD`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// TestTheTextOfADay has for each text the Text of its end date. Read again, in the
// same zone, it is the same day and passes at the same moment.
func TestTheTextOfADay(t *testing.T) {
	for text, want := range map[string]string{
		"2024-06-30":                             "2024-06-30",
		"2024-06-30T00:00:00Z":                   "2024-06-30T00:00:00Z",
		"2024-06-30T00:00:00+09:00":              "2024-06-30T00:00:00+09:00",
		"2024-06-30t00:00:00z":                   "2024-06-30t00:00:00z",
		"2024-06-30-07:00":                       "2024-06-30-07:00",
		"2024-06-29T22:00:00Z":                   "2024-06-30",
		"2024-06-29T22:00:00.000+00:00":          "2024-06-30",
		"2024-06-30T17:00:00Z":                   "2024-06-30T17:00:00Z",
		"\u200e2024-06-30\u200e":                 "2024-06-30",
		"\u200e2024\u200e-\u200e06\u200e-30":     "2024-06-30",
		"2024-06-30\u00a017:00:00Z":              "2024-06-30 17:00:00Z",
		"\u202a2024-06-30T00:00:00Z\u202c\ufeff": "2024-06-30T00:00:00Z",
	} {
		berlin := zone(t, "Europe/Berlin")
		d := endDate(t, text, berlin)
		again := endDate(t, d.Text, berlin)
		if d.Text != want || again.Key() != d.Key() || !again.Time().Equal(d.Time()) {
			t.Errorf("%q has the text %q, want %q", text, d.Text, want)
		}
		for at := d.Time(); at.Before(d.Time().Add(50 * time.Hour)); at = at.Add(time.Hour) {
			if d.Passed(at) != again.Passed(at) {
				t.Errorf("%q has passed at %v: %t, and its text %q: %t", text, at, d.Passed(at), d.Text, again.Passed(at))
			}
		}
	}
}
