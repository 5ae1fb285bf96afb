package leaver

import (
	"errors"
	"fmt"
	"time"
)

// EndDate is when a leaver left: a whole day, a moment, or nothing. The zero
// value is nothing.
type EndDate struct {
	// Text is what was read, white space cut; the report repeats it, so that
	// a report means the same as the input that it came from.
	Text string

	at  time.Time // the moment, or the first one of the day in its zone
	day int       // a day as the number 20240630; 0 for a moment
}

const dayLayout = "2006-01-02"

// longest is how many characters an end date has at most. RFC 3339 allows any
// number of digits behind a second; a report does not.
const longest = 40

// earliest is the first year that an end date can have. What old systems
// write for "none" (0001-01-01, 1899-12-30, 1900-01-01) must not pass for a date.
const earliest = 1950

// ErrDateForm is matched by the error for an end date that is written in another
// way than ParseEndDate reads.
var ErrDateForm = errors.New("is neither YYYY-MM-DD nor RFC 3339")

// ParseEndDate reads RFC 3339 (2024-06-30T17:00:00Z) or a day (2024-06-30,
// which begins at 00:00 in zone). An empty text means no end date. After an
// error the EndDate carries the text only.
func ParseEndDate(text string, zone *time.Location) (EndDate, error) {
	d := EndDate{Text: text}
	if text == "" {
		return d, nil
	}
	whole := len(text) == len(dayLayout)
	layout := time.RFC3339
	if whole {
		layout = dayLayout
	}
	at, err := time.ParseInLocation(layout, text, time.UTC)
	if err != nil || len(text) > longest {
		return d, fmt.Errorf("the end date %q %w", cut(text, 40), ErrDateForm)
	}
	year, month, day := at.Date()
	if year < earliest {
		return d, fmt.Errorf("the end date %q lies before the year %d", text, earliest)
	}
	d.at = at
	if whole {
		d.at, d.day = dayStart(year, month, day, zone), year*10000+int(month)*100+day
	}
	return d, nil
}

// dayStart returns the first moment of a day in zone: 00:00, or the end of
// the gap where clocks skip it. There, time.Date may return a moment of the
// day before, on which nobody has left yet.
func dayStart(year int, month time.Month, day int, zone *time.Location) time.Time {
	at := time.Date(year, month, day, 0, 0, 0, 0, zone)
	_, offset := at.Zone()
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()
	switch clock := at.Unix() + int64(offset); {
	case clock < midnight:
		_, at = at.ZoneBounds()
	case clock > midnight:
		at, _ = at.ZoneBounds()
	}
	return at
}

// moment returns the moment at which clocks in zone show what wall shows in UTC:
// the later one of two, and the end of the gap where they show it never. Nobody
// is to be gone too early.
func moment(wall time.Time, zone *time.Location) time.Time {
	var latest time.Time
	for _, far := range []time.Duration{-24 * time.Hour, 24 * time.Hour} { // both sides of a change
		_, offset := wall.Add(far).In(zone).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if _, is := at.Zone(); is == offset && at.After(latest) {
			latest = at
		}
	}
	if latest.IsZero() {
		_, latest = wall.Add(-24 * time.Hour).In(zone).ZoneBounds()
	}
	return latest
}

// Time returns the moment that is sent to the API: for a day, its 00:00 in
// the zone in which it was read, or its first moment where clocks skip 00:00.
// It is the zero time if there is no end date.
func (d EndDate) Time() time.Time { return d.at }

// Passed tells whether the end date has passed at now. A day has passed when
// it is over in its zone; no end date has always passed.
func (d EndDate) Passed(now time.Time) bool {
	switch {
	case d.at.IsZero():
		return true
	case d.day != 0:
		// Midnight comes from the calendar, not from 24 hours: days on which
		// clocks change are shorter or longer.
		year, month, day := d.day/10000, time.Month(d.day/100%100), d.day%100
		return !now.Before(dayStart(year, month, day+1, d.at.Location()))
	default:
		return !now.Before(d.at)
	}
}

// Horizon is how many years ahead an end date can lie. What lies further ahead is
// a slip, or what old systems write for "none".
const Horizon = 2

// FarAhead tells whether the end date lies further ahead than that.
func (d EndDate) FarAhead(now time.Time) bool {
	return d.at.After(now.AddDate(Horizon, 0, 0))
}

// DateKey stands for an end date in comparisons: two end dates are the same
// if their keys are. A day differs from the moment at which it begins, as it
// passes 24 hours later; a day is the same day in every zone.
type DateKey int64

// noDate cannot be the key of a day or of a moment that RFC 3339 can write.
const noDate DateKey = -1 << 63

// Key returns the end date's DateKey.
func (d EndDate) Key() DateKey {
	switch {
	case d.at.IsZero():
		return noDate
	case d.day != 0:
		return DateKey(d.day)<<1 | 1
	default:
		// The API takes milliseconds; what differs by less is sent alike.
		return DateKey(d.at.UnixMilli()) << 1
	}
}

// String writes the end date that the key stands for.
func (k DateKey) String() string {
	switch {
	case k == noDate:
		return "no end date"
	case k&1 == 1:
		day := int(k >> 1)
		return fmt.Sprintf("%04d-%02d-%02d", day/10000, day/100%100, day%100)
	default:
		return time.UnixMilli(int64(k >> 1)).UTC().Format("2006-01-02T15:04:05.000Z")
	}
}

// cut shortens a text to so many characters, for messages.
func cut(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
