package leaver

import (
	"testing"
	"time"
)

func TestOneBusinessDayAfter(t *testing.T) {
	const layout = "Mon 2006-01-02 15:04 -0700"
	for _, tt := range []struct{ name, zone, at, want string }{
		{"the beginning of a day", "UTC", "2024-07-02T00:00:00Z", "Wed 2024-07-03 00:00 +0000"},
		{"a moment of a day", "UTC", "2024-07-02T17:00:00Z", "Wed 2024-07-03 17:00 +0000"},
		{"the beginning of Friday", "UTC", "2024-07-05T00:00:00Z", "Sat 2024-07-06 00:00 +0000"},
		{"Friday evening", "UTC", "2024-07-05T17:00:00Z", "Mon 2024-07-08 17:00 +0000"},
		{"the beginning of Saturday", "UTC", "2024-07-06T00:00:00Z", "Tue 2024-07-09 00:00 +0000"},
		{"Saturday evening", "UTC", "2024-07-06T20:00:00Z", "Tue 2024-07-09 00:00 +0000"},
		{"Sunday", "UTC", "2024-07-07T12:00:00Z", "Tue 2024-07-09 00:00 +0000"},
		{"the last evening of a year", "UTC", "2024-12-31T17:00:00Z", "Wed 2025-01-01 17:00 +0000"},
		{"the weekend is that of the zone", "America/New_York", "2024-07-06T02:00:00Z", "Mon 2024-07-08 22:00 -0400"},
		{"Friday evening before clocks go forward", "Europe/Berlin", "2024-03-29T16:00:00Z", "Mon 2024-04-01 17:00 +0200"},
		{"Friday evening before clocks go back", "Europe/Berlin", "2024-10-25T15:00:00Z", "Mon 2024-10-28 17:00 +0100"},
		{"the Sunday on which clocks go forward", "Europe/Berlin", "2024-03-30T23:00:00Z", "Tue 2024-04-02 00:00 +0200"},
		{"a Friday of 23 hours, which begins at 01:00", "Africa/Cairo", "2024-04-25T22:00:00Z", "Sat 2024-04-27 00:00 +0300"},
		{"a Thursday of 25 hours", "Africa/Cairo", "2024-10-30T21:00:00Z", "Fri 2024-11-01 00:00 +0200"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zone, err := time.LoadLocation(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := OneBusinessDayAfter(at.In(zone)).Format(layout); got != tt.want {
				t.Errorf("after %s: got %s, want %s", at.In(zone).Format(layout), got, tt.want)
			}
		})
	}
}
