package leaver_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of these tests, wherever they run

	"offboard/internal/leaver"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func endDate(t testing.TB, text string, z *time.Location) leaver.EndDate {
	t.Helper()
	d, err := leaver.ParseEndDate(text, z)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestParseEndDate(t *testing.T) {
	tests := map[string]struct {
		text, zone string
		want       string // the moment that is sent
	}{
		"a moment in UTC":                                                           {"2024-06-30T17:00:00Z", "UTC", "2024-06-30T17:00:00Z"},
		"a moment with an offset":                                                   {"2024-06-30T17:00:00+02:00", "UTC", "2024-06-30T15:00:00Z"},
		"a moment with a negative offset":                                           {"2024-06-30T17:30:00-07:00", "UTC", "2024-07-01T00:30:00Z"},
		"a moment with milliseconds":                                                {"2024-06-30T17:00:00.250Z", "UTC", "2024-06-30T17:00:00.250Z"},
		"a moment with nanoseconds":                                                 {"2024-06-30T17:00:00.123456789Z", "UTC", "2024-06-30T17:00:00.123456789Z"},
		"a moment does not depend on the zone":                                      {"2024-06-30T17:00:00Z", "Asia/Tokyo", "2024-06-30T17:00:00Z"},
		"a moment with t and z":                                                     {"2024-06-30t17:00:00z", "UTC", "2024-06-30T17:00:00Z"},
		"a moment with a space instead of T":                                        {"2024-06-30 17:00:00Z", "UTC", "2024-06-30T17:00:00Z"},
		"a moment with a space and an offset":                                       {"2024-06-30 17:00:00.5+02:00", "UTC", "2024-06-30T15:00:00.5Z"},
		"a day with the zone Z":                                                     {"2024-06-30Z", "Asia/Tokyo", "2024-06-30T00:00:00Z"},
		"a day with the zone z":                                                     {"2024-06-30z", "UTC", "2024-06-30T00:00:00Z"},
		"a day with a zone in the west":                                             {"2024-06-30-07:00", "UTC", "2024-06-30T07:00:00Z"},
		"a day with the zone farthest in the east":                                  {"2024-06-30+14:00", "UTC", "2024-06-29T10:00:00Z"},
		"midnight in its own zone":                                                  {"2024-06-30T00:00:00+02:00", "UTC", "2024-06-29T22:00:00Z"},
		"a day in UTC begins at 00:00":                                              {"2024-06-30", "UTC", "2024-06-30T00:00:00Z"},
		"a day begins at 00:00 of its zone":                                         {"2024-06-30", "Asia/Tokyo", "2024-06-29T15:00:00Z"},
		"a day in summer time":                                                      {"2024-06-30", "Europe/London", "2024-06-29T23:00:00Z"},
		"a day in winter time":                                                      {"2024-12-31", "Europe/London", "2024-12-31T00:00:00Z"},
		"29 February of a leap year":                                                {"2024-02-29", "UTC", "2024-02-29T00:00:00Z"},
		"29 February of 2000":                                                       {"2000-02-29", "UTC", "2000-02-29T00:00:00Z"},
		"the first day that can be":                                                 {"1950-01-01", "UTC", "1950-01-01T00:00:00Z"},
		"the first day that can be, far in the east":                                {"1950-01-01", "Asia/Tokyo", "1949-12-31T15:00:00Z"},
		"the last day that can be":                                                  {"9998-12-31", "UTC", "9998-12-31T00:00:00Z"},
		"a day whose 00:00 is skipped in the west begins when clocks go on":         {"2024-09-08", "America/Santiago", "2024-09-08T04:00:00Z"},
		"a day whose 00:00 is skipped in the east begins when clocks go on":         {"2024-03-31", "Asia/Beirut", "2024-03-30T22:00:00Z"},
		"a day that was skipped as a whole begins when clocks go on":                {"2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"},
		"the day after a skipped day begins then too":                               {"2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z"},
		"a day with two midnights begins at one of them, and the first in the west": {"2024-11-03", "America/Havana", "2024-11-03T04:00:00Z"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := endDate(t, tt.text, zone(t, tt.zone))
			if want := moment(t, tt.want); !d.Time().Equal(want) {
				t.Errorf("Time = %v, want %v", d.Time().UTC(), want)
			}
			if d.Text != tt.text {
				t.Errorf("Text = %q, want %q", d.Text, tt.text)
			}
		})
	}
}

func TestParseEndDateRefuses(t *testing.T) {
	tests := map[string]string{
		"29 February of a common year":           "2023-02-29",
		"29 February of 1900":                    "1900-02-29",
		"31 April":                               "2024-04-31",
		"month 13":                               "2024-13-01",
		"month 0":                                "2024-00-10",
		"day 0":                                  "2024-01-00",
		"a year before 1950":                     "1949-12-31",
		"what old systems write for none":        "0001-01-01",
		"what spreadsheets write for none":       "1899-12-30T00:00:00Z",
		"a moment that is zero":                  "0001-01-01T00:00:00Z",
		"day, month, year":                       "30/06/2024",
		"day, month, year with dots":             "30.06.2024",
		"no dashes":                              "20240630",
		"one digit for the month":                "2024-6-30",
		"a year of two digits":                   "24-06-30",
		"a moment without a zone":                "2024-06-30T17:00:00",
		"a moment without a zone, with a space":  "2024-06-30 17:00:00",
		"a zone of more than 14 hours":           "2024-06-30+14:01",
		"a zone of 60 minutes":                   "2024-06-30+01:60",
		"a zone without a colon":                 "2024-06-30+0200",
		"a month 30":                             "2024-30-06",
		"a month 30 at 17:00":                    "2024-30-06T17:00:00Z",
		"a day that is not known yet":            "2024-06-00",
		"a moment without seconds":               "2024-06-30T17:00Z",
		"24 o'clock":                             "2024-06-30T24:00:00Z",
		"an offset without a colon":              "2024-06-30T17:00:00+0200",
		"a zone by name":                         "2024-06-30T17:00:00CET",
		"a day with something behind it":         "2024-06-30x",
		"a day with a line break behind it":      "2024-06-30\n",
		"white space around, which NewRow trims": " 2024-06-30",
		"a serial number of a spreadsheet":       "45473",
		"null as a word":                         "null",
		"ten characters that are no date":        "next month",
		"digits that are not ASCII":              "２０２４-06-30",
		"invalid UTF-8":                          "2024-06-3\xff",
		"a year of five digits":                  "12024-06-30T00:00:00Z",
		"more digits than a report keeps":        "2024-06-30T17:00:00.000000000000000000000Z",
		"a text of 5000 characters":              strings.Repeat("x", 5000),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := leaver.ParseEndDate(text, time.UTC)
			if err == nil {
				t.Fatalf("%q is taken for %v", text, d.Time())
			}
			if d != (leaver.EndDate{Text: text}) {
				t.Errorf("the end date holds more than the text: %+v", d)
			}
			if len(err.Error()) > 300 {
				t.Errorf("the message has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestNoEndDateHasPassed(t *testing.T) {
	d := endDate(t, "", time.UTC)
	if d != (leaver.EndDate{}) || !d.Time().IsZero() {
		t.Errorf("got %+v", d)
	}
	if !d.Passed(moment(t, "1970-01-01T00:00:00Z")) {
		t.Error("it has not passed")
	}
}

// TestPassed has for each end date the first moment at which it has passed.
func TestPassed(t *testing.T) {
	tests := map[string]struct{ text, zone, from string }{
		"a moment":                                                 {"2024-06-30T17:00:00Z", "UTC", "2024-06-30T17:00:00Z"},
		"a moment with an offset":                                  {"2024-06-30T17:30:00+02:00", "Asia/Tokyo", "2024-06-30T15:30:00Z"},
		"midnight in UTC, read in UTC":                             {"2024-06-30T00:00:00Z", "UTC", "2024-07-01T00:00:00Z"},
		"midnight in UTC, read in the west":                        {"2024-06-30T00:00:00Z", "America/New_York", "2024-07-01T04:00:00Z"},
		"midnight in UTC, read in the east":                        {"2024-06-30T00:00:00Z", "Asia/Tokyo", "2024-07-01T00:00:00Z"},
		"midnight with an offset of zero, read in the west":        {"2024-06-30T00:00:00.000+00:00", "America/New_York", "2024-07-01T04:00:00Z"},
		"midnight in its own zone, read in the west":               {"2024-06-30T00:00:00+02:00", "America/New_York", "2024-06-30T22:00:00Z"},
		"midnight in its own zone, read in the east":               {"2024-06-30T00:00:00-07:00", "Asia/Tokyo", "2024-07-01T07:00:00Z"},
		"midnight in its own zone that is noon in the other":       {"2024-06-30T00:00:00+12:00", "UTC", "2024-06-30T12:00:00Z"},
		"midnight in the zone of the reading":                      {"2024-06-29T22:00:00Z", "Europe/Berlin", "2024-06-30T22:00:00Z"},
		"midnight in the zone of the reading on a day of 25 hours": {"2024-10-26T22:00:00Z", "Europe/Berlin", "2024-10-27T23:00:00Z"},
		"the first moment of a day without a midnight":             {"2024-09-08T04:00:00Z", "America/Santiago", "2024-09-09T03:00:00Z"},
		"the second of two midnights":                              {"2024-11-03T05:00:00Z", "America/Havana", "2024-11-04T05:00:00Z"},
		"a second after midnight":                                  {"2024-06-30T00:00:01Z", "UTC", "2024-06-30T00:00:01Z"},
		"a nanosecond after midnight":                              {"2024-06-30T00:00:00.000000001Z", "UTC", "2024-06-30T00:00:00.000000001Z"},
		"a day of XML Schema in UTC, read in the west":             {"2024-06-30Z", "America/New_York", "2024-07-01T04:00:00Z"},
		"a day of XML Schema in the west":                          {"2024-06-30-07:00", "Asia/Tokyo", "2024-07-01T07:00:00Z"},
		"a day in UTC, when it is over":                            {"2024-06-30", "UTC", "2024-07-01T00:00:00Z"},
		"the last day of a year":                                   {"2024-12-31", "UTC", "2025-01-01T00:00:00Z"},
		"the last day of February in a leap year":                  {"2024-02-28", "UTC", "2024-02-29T00:00:00Z"},
		"the last day of February in a common year":                {"2023-02-28", "UTC", "2023-03-01T00:00:00Z"},
		"a day far in the east":                                    {"2024-06-30", "Pacific/Kiritimati", "2024-06-30T10:00:00Z"},
		"a day far in the west":                                    {"2024-06-30", "Pacific/Pago_Pago", "2024-07-01T11:00:00Z"},
		"a day where offsets have 45 minutes":                      {"2024-06-30", "Asia/Kathmandu", "2024-06-30T18:15:00Z"},
		"London: the day of 23 hours":                              {"2024-03-31", "Europe/London", "2024-03-31T23:00:00Z"},
		"London: the day of 25 hours":                              {"2024-10-27", "Europe/London", "2024-10-28T00:00:00Z"},
		"London: the day before clocks go forward":                 {"2024-03-30", "Europe/London", "2024-03-31T00:00:00Z"},
		"New York: the day of 23 hours":                            {"2024-03-10", "America/New_York", "2024-03-11T04:00:00Z"},
		"New York: the day of 25 hours":                            {"2024-11-03", "America/New_York", "2024-11-04T05:00:00Z"},
		"Apia: the day before the one that was skipped":            {"2011-12-29", "Pacific/Apia", "2011-12-30T10:00:00Z"},
		"Apia: the day that was skipped":                           {"2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z"},
		"Apia: the day after the one that was skipped":             {"2011-12-31", "Pacific/Apia", "2011-12-31T10:00:00Z"},
		"Santiago: the day before the one without a midnight":      {"2024-09-07", "America/Santiago", "2024-09-08T04:00:00Z"},
		"Santiago: the day without a midnight":                     {"2024-09-08", "America/Santiago", "2024-09-09T03:00:00Z"},
		"São Paulo: the day before the one without a midnight":     {"2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00Z"},
		"São Paulo: the day without a midnight":                    {"2018-11-04", "America/Sao_Paulo", "2018-11-05T02:00:00Z"},
		"Beirut: the day before the one without a midnight":        {"2024-03-30", "Asia/Beirut", "2024-03-30T22:00:00Z"},
		"Beirut: the day without a midnight":                       {"2024-03-31", "Asia/Beirut", "2024-03-31T21:00:00Z"},
		"Santiago: the day whose last hour comes twice":            {"2024-04-06", "America/Santiago", "2024-04-07T04:00:00Z"},
		"Lord Howe: the day on which clocks change by 30 minutes":  {"2024-10-06", "Australia/Lord_Howe", "2024-10-06T13:00:00Z"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := endDate(t, tt.text, zone(t, tt.zone))
			from := moment(t, tt.from)
			if !d.Passed(from) || !d.PassesAt().Equal(from) {
				t.Errorf("has not passed at %v, but at %v", from, d.PassesAt())
			}
			if !d.Passed(from.Add(time.Second).In(zone(t, "Asia/Tokyo"))) {
				t.Error("has not passed a second later, at a time in another zone")
			}
			if d.Passed(from.Add(-time.Second)) {
				t.Error("has passed a second before")
			}
			if d.Passed(from.Add(-time.Nanosecond)) {
				t.Error("has passed a nanosecond before")
			}
		})
	}
}

// Where a day has two midnights, the day before is over at one of them.
func TestADayIsNotOverBeforeTheFirstOfTwoMidnights(t *testing.T) {
	for name, first := range map[string]string{
		"America/Havana 2024-11-02": "2024-11-03T04:00:00Z",
		"Asia/Amman 2021-10-28":     "2021-10-28T21:00:00Z",
	} {
		t.Run(name, func(t *testing.T) {
			z, day, _ := strings.Cut(name, " ")
			d := endDate(t, day, zone(t, z))
			if at := moment(t, first); d.Passed(at.Add(-time.Second)) || !d.Passed(at.Add(time.Hour)) {
				t.Errorf("a second before: %t; an hour after: %t", d.Passed(at.Add(-time.Second)), d.Passed(at.Add(time.Hour)))
			}
		})
	}
}

func TestKeys(t *testing.T) {
	type date struct{ text, zone string }
	tests := map[string]struct {
		a, b date
		same bool
	}{
		"a day and the same day":                                    {date{"2024-06-30", "UTC"}, date{"2024-06-30", "UTC"}, true},
		"a day and the same day in another zone":                    {date{"2024-06-30", "Asia/Tokyo"}, date{"2024-06-30", "America/New_York"}, true},
		"a day and the same day where 00:00 is skipped":             {date{"2024-09-08", "UTC"}, date{"2024-09-08", "America/Santiago"}, true},
		"a day and the next":                                        {date{"2024-06-30", "UTC"}, date{"2024-07-01", "UTC"}, false},
		"a day and its midnight":                                    {date{"2024-06-30", "UTC"}, date{"2024-06-30T00:00:00Z", "UTC"}, true},
		"a day and its midnight in another zone":                    {date{"2024-06-30", "UTC"}, date{"2024-06-30T00:00:00+02:00", "UTC"}, true},
		"a day and its midnight in the zone of the reading":         {date{"2024-06-30", "Europe/Berlin"}, date{"2024-06-29T22:00:00Z", "Europe/Berlin"}, true},
		"a day and the same day of XML Schema":                      {date{"2024-06-30", "UTC"}, date{"2024-06-30-07:00", "UTC"}, true},
		"a day and a moment in it":                                  {date{"2024-06-30", "UTC"}, date{"2024-06-30T00:00:01Z", "UTC"}, false},
		"a skipped day and the next":                                {date{"2011-12-30", "Pacific/Apia"}, date{"2011-12-31", "Pacific/Apia"}, false},
		"a moment and the same with another offset":                 {date{"2024-06-30T17:00:00Z", "UTC"}, date{"2024-06-30T19:00:00+02:00", "Asia/Tokyo"}, true},
		"a moment and the same with a fraction of zero":             {date{"2024-06-30T17:00:00Z", "UTC"}, date{"2024-06-30T17:00:00.000Z", "UTC"}, true},
		"the same clock time with another offset":                   {date{"2024-06-30T17:00:00Z", "UTC"}, date{"2024-06-30T17:00:00+02:00", "UTC"}, false},
		"moments that differ by a millisecond":                      {date{"2024-06-30T17:00:00.001Z", "UTC"}, date{"2024-06-30T17:00:00.002Z", "UTC"}, false},
		"moments that differ by less than a millisecond":            {date{"2024-06-30T17:00:00.001Z", "UTC"}, date{"2024-06-30T17:00:00.0019Z", "UTC"}, true},
		"moments before 1970 that differ by less":                   {date{"1960-06-30T17:00:00.001Z", "UTC"}, date{"1960-06-30T17:00:00.0019Z", "UTC"}, true},
		"no end date and no end date":                               {date{"", "UTC"}, date{"", "Asia/Tokyo"}, true},
		"no end date and a day":                                     {date{"", "UTC"}, date{"1950-01-01", "UTC"}, false},
		"no end date and the first moment":                          {date{"", "UTC"}, date{"1950-01-01T00:00:00Z", "UTC"}, false},
		"an early moment of 1970 and no end date":                   {date{"1970-01-02T00:00:01Z", "UTC"}, date{"", "UTC"}, false},
		"a day and a moment whose milliseconds look like that day":  {date{"9998-01-02", "UTC"}, date{"1970-01-02T03:46:20.102Z", "UTC"}, false},
		"the first day and the last":                                {date{"1950-01-01", "UTC"}, date{"9998-12-31", "UTC"}, false},
		"the last moment and no end date":                           {date{"9998-12-31T23:59:59.999Z", "UTC"}, date{"", "UTC"}, false},
		"a moment in summer time and the same an hour later, twice": {date{"2024-10-27T01:30:00+01:00", "Europe/London"}, date{"2024-10-27T01:30:00+00:00", "Europe/London"}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := endDate(t, tt.a.text, zone(t, tt.a.zone)).Key()
			b := endDate(t, tt.b.text, zone(t, tt.b.zone)).Key()
			if (a == b) != tt.same {
				t.Errorf("keys %d and %d: the same is %t, want %t", a, b, a == b, tt.same)
			}
			if (a.String() == b.String()) != tt.same {
				t.Errorf("keys read %q and %q", a, b)
			}
		})
	}
}

func TestKeysRead(t *testing.T) {
	tests := map[string]struct{ text, zone, want string }{
		"no end date":                            {"", "UTC", "no end date"},
		"a day":                                  {"2024-06-30", "UTC", "2024-06-30"},
		"a day in the east":                      {"2024-01-01", "Asia/Tokyo", "2024-01-01"},
		"a day whose 00:00 is skipped":           {"2024-09-08", "America/Santiago", "2024-09-08"},
		"a day that was skipped":                 {"2011-12-30", "Pacific/Apia", "2011-12-30"},
		"a moment, in UTC":                       {"2024-06-30T17:00:00+02:00", "UTC", "2024-06-30T15:00:00.000Z"},
		"a moment with milliseconds":             {"2024-06-30T17:00:00.250Z", "UTC", "2024-06-30T17:00:00.250Z"},
		"a moment with more is truncated":        {"2024-06-30T17:00:00.2509Z", "UTC", "2024-06-30T17:00:00.250Z"},
		"a moment before 1970":                   {"1950-01-01T00:00:00.001Z", "UTC", "1950-01-01T00:00:00.001Z"},
		"the last day":                           {"9998-12-31", "UTC", "9998-12-31"},
		"a moment that begins a day":             {"2024-06-30T00:00:00Z", "UTC", "2024-06-30"},
		"a moment before 1970 with more is, too": {"1960-06-30T17:00:00.0019Z", "UTC", "1960-06-30T17:00:00.001Z"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := endDate(t, tt.text, zone(t, tt.zone)).Key().String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// FuzzEndDate checks that a day is not over before it has begun, in any zone, that a
// refused text has no date, and that the Text of an end date means the same.
func FuzzEndDate(f *testing.F) {
	for _, text := range []string{
		"", "2024-06-30", "2024-06-30T17:00:00Z", "2024-06-30T17:00:00.250+02:00", "2024-02-29", "2023-02-29",
		"2024-09-08", "2011-12-30", "1950-01-01", "1949-12-31", "9999-12-31", "2024-06-30T7:00:00Z",
		"2024-06-30T17:00:00,5Z", "2024-06-30T23:59:60Z", " 2024-06-30", "soon", "\xff", "30/06/2024",
		"2024-06-30T17:00:00+23:59", "9999-12-31T23:59:59.999999999-23:59", "2024-06-30T00:00:00+02:00",
		"2024-06-29T23:00:00Z", "2024-09-08T04:00:00Z", "2024-06-30-07:00", "2024-06-30z", "2024-06-30 17:00:00z",
		"\u200e2024-06-30", "0000-00-00", "N/A", "1970-01-01T05:00:00+05:00",
	} {
		for z := range uint8(4) {
			f.Add(text, z)
		}
	}
	zones := []*time.Location{time.UTC, zone(f, "America/Santiago"), zone(f, "Pacific/Apia"), zone(f, "Europe/London")}
	f.Fuzz(func(t *testing.T, text string, z uint8) {
		in := zones[int(z)%len(zones)]
		d, err := leaver.ParseEndDate(text, in)
		if err != nil {
			if d != (leaver.EndDate{Text: text}) {
				t.Fatalf("%q is refused, and has a date: %+v", text, d)
			}
			return
		}
		again, err := leaver.ParseEndDate(d.Text, in)
		if err != nil || again.Key() != d.Key() || again.Text != d.Text || again.Time().Before(d.Time()) {
			t.Fatalf("%q is %+v, and its text is %+v (%v)", text, d, again, err)
		}
		if text == "" {
			return
		}
		begins := d.Time()
		if begins.Year() < 1949 || begins.Year() > 9998 || d.Passed(begins.Add(-time.Nanosecond)) {
			t.Fatalf("%q passes before %v", text, begins)
		}
		if !d.Passed(begins.Add(2 * 26 * time.Hour)) {
			t.Fatalf("%q has not passed two days after %v", text, begins)
		}
		if key := d.Key().String(); len(key) == len("2024-06-30") {
			if len(d.Text) == len(key) && d.Text != key {
				t.Fatalf("the key of the day %q reads %q", d.Text, key)
			}
			if begins.Add(22*time.Hour).Year() > 2011 && d.Passed(begins.Add(22*time.Hour)) {
				t.Fatalf("the day %q has passed 22 hours after %v", text, begins)
			}
			return
		}
		if begins.UTC().Equal(begins.UTC().Truncate(24 * time.Hour)) {
			return // written in UTC it would be a day
		}
		moment, err := leaver.ParseEndDate(begins.UTC().Format(time.RFC3339Nano), in)
		if y := begins.UTC().Year(); y >= 1950 && y <= 9998 && (err != nil || moment.Key() != d.Key()) {
			t.Fatalf("%q has the key %v; the same moment in UTC has %v (%v)", text, d.Key(), moment.Key(), err)
		}
		if !d.Passed(begins) {
			t.Fatalf("%q has not passed at its moment", text)
		}
	})
}

// TestDaysAreThoseOfTimeParse reads texts of ten bytes, most of them with a fault.
func TestDaysAreThoseOfTimeParse(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	days := 0
	for range 200_000 {
		text := []byte("1951-01-01")
		for range random.IntN(5) {
			text[random.IntN(len(text))] = "0000111223456789-/ T"[random.IntN(20)]
		}
		at, err := time.Parse("2006-01-02", string(text))
		d, got := leaver.ParseEndDate(string(text), time.UTC)
		if errors.Is(got, leaver.ErrNoDate) {
			if year := string(text[:4]); year >= "1950" && year != "1969" && year != "1970" && year != "9999" {
				t.Fatalf("%q has the error %v", text, got)
			}
			continue
		}
		if want := err == nil && at.Year() >= 1950; (got == nil) != want || want && !d.Time().Equal(at) {
			t.Fatalf("%q is %v, %v; by time.Parse it is %v, %v", text, d.Time(), got, at, err)
		}
		if got == nil {
			days++
		} else if errors.Is(got, leaver.ErrDateForm) != (err != nil) {
			t.Fatalf("%q has the error %v", text, got)
		}
	}
	if days < 1000 {
		t.Errorf("only %d of the texts are days", days)
	}
}

// TestMomentsAreThoseOfTimeParse changes bytes of texts in the form of RFC 3339.
func TestMomentsAreThoseOfTimeParse(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	texts := []string{"2024-06-30T17:00:00Z", "2024-06-30T17:00:00+02:00", "2024-06-30T17:00:00.25-07:00", "2024-06-30T7:00:00,5Z"}
	moments := 0
	for range 200_000 {
		text := []byte(texts[random.IntN(len(texts))])
		for range random.IntN(3) {
			i, char := random.IntN(len(text)), "0123459-:+TZ., "[random.IntN(15)]
			switch random.IntN(3) {
			case 0:
				text[i] = char
			case 1:
				text = slices.Insert(text, i, char)
			default:
				text = slices.Delete(text, i, i+1)
			}
		}
		if len(text) == len("2024-06-30") {
			continue
		}
		// RFC 3339 allows a space, which time.Parse does not read.
		normal := string(text)
		if len(text) > 10 && text[10] == ' ' {
			normal = normal[:10] + "T" + normal[11:]
		}
		at, err := time.Parse(time.RFC3339, normal)
		d, got := leaver.ParseEndDate(string(text), time.UTC)
		if want := err == nil && at.Year() >= 1950; (got == nil) != want || want && !d.Time().Equal(at) {
			t.Fatalf("%q is %v, %v; by time.Parse it is %v, %v", text, d.Time(), got, at, err)
		}
		if got == nil {
			moments++
		}
	}
	if moments < 1000 {
		t.Errorf("only %d of the texts are moments", moments)
	}
}

// A text in another form must cost hardly more than a day, because an input may have
// nothing else.
func BenchmarkParseEndDate(b *testing.B) {
	for _, text := range []string{"2024-06-30", "2024-13-07", "12/2024", "2024-06-30 17:00:00", "2024-06-30T17:00:00", "1900-01-01", "2024-06-30T17:00:00Z", "2024-06-30T17:00:00+02:00", "soon"} {
		b.Run(strings.ReplaceAll(text, "/", "."), func(b *testing.B) {
			for b.Loop() {
				_, _ = leaver.ParseEndDate(text, time.UTC)
			}
		})
	}
}

func TestATextInAnotherFormCostsOneAllocation(t *testing.T) {
	for _, text := range []string{"2024-13-07", "12/2024", "2024-06-30 17:00:00", "2024-06-30T17:00:00", "1900-01-01", "soon", "N/A", "0000-00-00", "2024-30-06"} {
		if n := testing.AllocsPerRun(100, func() {
			if _, err := leaver.ParseEndDate(text, time.UTC); err == nil {
				t.Errorf("%q is an end date", text)
			}
		}); n > 1 {
			t.Errorf("%q takes %v allocations", text, n)
		}
	}
}

func TestOnlyAWholeDayIsADay(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "2024-06-30": true, "2024-06-30T00:00:00Z": true, "2024-06-30+02:00": true,
		"2024-06-30T17:00:00Z": false, "30/06/2024": false,
	} {
		if d, _ := leaver.ParseEndDate(text, time.UTC); d.IsDay() != want {
			t.Errorf("%q: IsDay is %t", text, d.IsDay())
		}
	}
}
