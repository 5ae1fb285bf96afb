package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// leaverLine is a line about a leaver with an end date that is read in a zone. An empty time
// is none.
func leaverLine(t *testing.T, zone *time.Location, ref, endDate string, o leaver.Outcome, at string) leaver.Result {
	t.Helper()
	r := leaver.Result{Row: leaver.NewRow(leaver.Place{Source: "in.csv", Row: 2}, ref, endDate, zone), Outcome: o}
	if at != "" {
		var err error
		if r.FinishedAt, err = time.Parse(time.RFC3339, at); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// timelinessOf sums up lines as of a moment.
func timelinessOf(t *testing.T, zone *time.Location, now string, lines ...leaver.Result) *Timeliness {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	s := NewSummary(nil, zone, at)
	for _, r := range lines {
		s.Count(r)
	}
	s.Conclude(len(lines))
	return &s.Timeliness
}

func TestWhetherALeaverWasSuspendedInTime(t *testing.T) {
	for _, tt := range []struct {
		name, zone, endDate, at string
		day, business           bool
		delay                   time.Duration // the longest one
	}{
		{"in the night after the last day", "UTC", "2024-07-02", "2024-07-03T02:00:00Z", true, true, 2 * time.Hour},
		{"the moment at which the day is over", "UTC", "2024-07-02", "2024-07-03T00:00:00Z", true, true, 0},
		{"24 hours after it", "UTC", "2024-07-02", "2024-07-04T00:00:00Z", true, true, 24 * time.Hour},
		{"a second more", "UTC", "2024-07-02", "2024-07-04T00:00:01Z", false, false, 24*time.Hour + time.Second},
		{"a last day before a weekend, on Monday", "UTC", "2024-07-05", "2024-07-08T09:00:00Z", false, true, 57 * time.Hour},
		{"on Monday at midnight", "UTC", "2024-07-05", "2024-07-09T00:00:00Z", false, true, 72 * time.Hour},
		{"on Tuesday", "UTC", "2024-07-05", "2024-07-09T00:00:01Z", false, false, 72*time.Hour + time.Second},
		{"a last day on Thursday, on Saturday", "UTC", "2024-07-04", "2024-07-06T02:00:00Z", false, false, 26 * time.Hour},
		{"a last day on Sunday, on Monday", "UTC", "2024-07-07", "2024-07-08T23:00:00Z", true, true, 23 * time.Hour},
		{"a moment", "UTC", "2024-07-02T17:00:00Z", "2024-07-03T17:00:00Z", true, true, 24 * time.Hour},
		{"a moment, a minute late", "UTC", "2024-07-02T17:00:00Z", "2024-07-03T17:01:00Z", false, false, 24*time.Hour + time.Minute},
		{"a moment on Friday, on Monday", "UTC", "2024-07-05T17:00:00Z", "2024-07-08T17:00:00Z", false, true, 72 * time.Hour},
		{"a moment on Friday, late on Monday", "UTC", "2024-07-05T17:00:00Z", "2024-07-08T17:01:00Z", false, false, 72*time.Hour + time.Minute},
		{"before the end date has passed", "UTC", "2024-07-20", "2024-07-03T02:00:00Z", true, true, 0},
		{"on the last day", "UTC", "2024-07-02", "2024-07-02T23:59:59Z", true, true, 0},
		{"the last day is that of the zone", "America/New_York", "2024-07-02", "2024-07-03T03:59:59Z", true, true, 0},
		{"and is over there", "America/New_York", "2024-07-02", "2024-07-04T04:00:01Z", false, false, 24*time.Hour + time.Second},
		{"clocks go forward on the day after: 24 hours", "Europe/Berlin", "2024-03-30", "2024-03-31T23:00:00Z", true, true, 24 * time.Hour},
		{"and a second", "Europe/Berlin", "2024-03-30", "2024-03-31T23:00:01Z", false, true, 24*time.Hour + time.Second},
		{"Monday after clocks went forward", "Europe/Berlin", "2024-03-29", "2024-04-01T22:00:00Z", false, true, 71 * time.Hour},
		{"Tuesday after clocks went forward", "Europe/Berlin", "2024-03-29", "2024-04-01T22:00:01Z", false, false, 71*time.Hour + time.Second},
		{"Monday after clocks went back", "Europe/Berlin", "2024-10-25", "2024-10-28T23:00:00Z", false, true, 73 * time.Hour},
		{"Tuesday after clocks went back", "Europe/Berlin", "2024-10-25", "2024-10-28T23:00:01Z", false, false, 73*time.Hour + time.Second},
		{"a moment before clocks go back, at the same hour of Monday", "Europe/Berlin", "2024-10-25T17:00:00+02:00", "2024-10-28T16:00:00Z", false, true, 73 * time.Hour},
		{"months late", "UTC", "2024-03-01", "2024-07-01T00:00:00Z", false, false, 121 * 24 * time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zone := location(t, tt.zone)
			got := timelinessOf(t, zone, "2026-01-01T00:00:00Z", leaverLine(t, zone, "E1", tt.endDate, leaver.Suspended, tt.at))
			if got.Suspended != 1 || (got.Within24Hours.Leavers == 1) != tt.day || (got.WithinBusinessDay.Leavers == 1) != tt.business {
				t.Errorf("within 24 hours: %d, within a business day: %d of %d", got.Within24Hours.Leavers, got.WithinBusinessDay.Leavers, got.Suspended)
			}
			if late := time.Duration(got.Longest.Seconds) * time.Second; late != tt.delay {
				t.Errorf("the delay is %s, want %s", late, tt.delay)
			}
			if got.Overdue.Leavers != 0 {
				t.Error("who is suspended is overdue")
			}
		})
	}
}

func TestWhoHasADelay(t *testing.T) {
	line := func(ref, endDate string, o leaver.Outcome, at string) leaver.Result {
		return leaverLine(t, time.UTC, ref, endDate, o, at)
	}
	changed := line("E9", "2024-07-01", leaver.Invalid, "")
	changed.Changed = true
	got := timelinessOf(t, time.UTC, "2026-01-01T00:00:00Z",
		line("E1", "2024-07-02", leaver.Suspended, "2024-07-03T01:00:00Z"),
		line("E2", "2024-07-02", leaver.Suspended, "2024-07-03T03:30:40Z"),
		line("E3", "2024-07-02", leaver.Suspended, "2024-07-12T00:00:00Z"),
		line("E4", "2024-07-20", leaver.Suspended, "2024-07-03T00:00:00Z"),
		line("E5", "2024-07-02", leaver.AlreadyInactive, "2024-07-03T00:00:00Z"),
		line("E6", "", leaver.Suspended, "2024-07-03T00:00:00Z"), line("E7", "", leaver.AlreadyInactive, "2024-07-03T00:00:00Z"),
		line("E8", "2024-07-02", leaver.Suspended, ""),
		line("E1", "2024-07-02", leaver.Duplicate, "2024-07-03T00:00:00Z"), changed,
		line("E10", "", leaver.NotFound, "2024-07-03T00:00:00Z"),
	)
	if got.Suspended != 4 || got.BeforeEndDate != 1 || got.AlreadyInactive != 1 || got.NoEndDate != 2 || got.NoTime != 1 || got.Overdue.Leavers != 0 {
		t.Errorf("got %d suspended, %d before, %d inactive, %d without end date, %d without time, %d overdue",
			got.Suspended, got.BeforeEndDate, got.AlreadyInactive, got.NoEndDate, got.NoTime, got.Overdue.Leavers)
	}
	if got.Within24Hours != (Share{3, 0.75}) || got.WithinBusinessDay != (Share{3, 0.75}) {
		t.Errorf("the shares are %v and %v", got.Within24Hours, got.WithinBusinessDay)
	}
	// The delays are none, 1 h, 3 h 30 min 40 s and 9 days; of the two in the middle, the shorter one is the median.
	if got.MedianSeconds != 3600 || got.Longest.Ref != "E3" || got.Longest.Seconds != 9*24*3600 {
		t.Errorf("the median is %d, the longest %+v", got.MedianSeconds, got.Longest)
	}
}

func TestWhoIsOverdue(t *testing.T) {
	line := func(ref, endDate string, o leaver.Outcome) leaver.Result {
		return leaverLine(t, time.UTC, ref, endDate, o, "2024-07-01T00:00:00Z")
	}
	got := timelinessOf(t, time.UTC, "2024-07-10T00:00:00Z",
		line("passed now", "2024-07-09", leaver.NotDue), line("not yet", "2024-07-10", leaver.NotDue),
		line("held", "2024-07-01", leaver.Held), line("nobody", "2024-06-01", leaver.NotFound), line("refused", "2024-06-02", leaver.Rejected),
		line("unclear", "2024-06-03", leaver.Unconfirmed), line("down", "2024-06-04", leaver.Failed), line("waits", "2024-07-08T12:00:00Z", leaver.Pending),
		line("later", "2024-07-10T00:00:01Z", leaver.Pending),
		line("undated", "", leaver.Failed), line("stays", "2024-01-01", leaver.Excluded), line("bad", "2024-01-01", leaver.Invalid),
		line("twice", "2024-01-01", leaver.Duplicate), line("done", "2024-01-01", leaver.Suspended), line("inactive", "2024-01-01", leaver.AlreadyInactive),
	)
	var names []string
	for _, l := range got.Overdue.Longest {
		names = append(names, fmt.Sprintf("%s %s %d", l.Ref, l.EndDate, l.Seconds/3600))
	}
	want := []string{"nobody 2024-06-01 912", "refused 2024-06-02 888", "unclear 2024-06-03 864", "down 2024-06-04 840", "held 2024-07-01 192", "waits 2024-07-08T12:00:00Z 36", "passed now 2024-07-09 0"}
	if got.Overdue.Leavers != 7 || !slices.Equal(names, want) || got.Overdue.Outcomes[leaver.Held] != 1 || got.Overdue.Outcomes.Total() != 7 {
		t.Errorf("got %d, %v:\n%s", got.Overdue.Leavers, got.Overdue.Outcomes, strings.Join(names, "\n"))
	}
}

func TestOfThoseWhoAreOverdueTheFirstAreNamed(t *testing.T) {
	var lines []leaver.Result
	for i := range 3 * mostOverdue {
		day := 1 + (i*7)%20 // in no order, and some of the same day
		lines = append(lines, leaverLine(t, time.UTC, fmt.Sprintf("E%02d", i), fmt.Sprintf("2024-06-%02d", day), leaver.Failed, ""))
	}
	got := timelinessOf(t, time.UTC, "2024-07-10T00:00:00Z", lines...)
	slices.SortStableFunc(lines, func(a, b leaver.Result) int { return strings.Compare(a.EndDate.Text, b.EndDate.Text) })
	if got.Overdue.Leavers != len(lines) || len(got.Overdue.Longest) != mostOverdue {
		t.Fatalf("%d are overdue, and %d are named", got.Overdue.Leavers, len(got.Overdue.Longest))
	}
	for i, l := range got.Overdue.Longest {
		if l.Ref != lines[i].Ref {
			t.Errorf("at %d is %s, want %s", i, l.Ref, lines[i].Ref)
		}
	}
}

func TestTheMedianIsRoundedDown(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name   string
		delays []time.Duration
		want   time.Duration
	}{
		{"no delay", nil, 0},
		{"none at all", []time.Duration{0, 0, time.Hour}, 0},
		{"to a minute", []time.Duration{time.Second, 90 * time.Second, 5 * time.Hour}, time.Minute},
		{"the last minute of a week", []time.Duration{week - time.Second}, week - time.Minute},
		{"a week", []time.Duration{week}, week},
		{"to an hour", []time.Duration{30*day + 90*time.Minute}, 30*day + time.Hour},
		{"a year", []time.Duration{year}, year},
		{"to a day", []time.Duration{1000*day + 13*time.Hour}, 1000 * day},
		{"more than a century", []time.Duration{200 * year}, 366*day + (daysOfCentury-1)*day},
		{"of two, the shorter one", []time.Duration{time.Hour, 2 * time.Hour}, time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var d delays
			for _, delay := range tt.delays {
				d.add(delay)
			}
			if got := d.median(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
