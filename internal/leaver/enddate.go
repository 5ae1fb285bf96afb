package leaver

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// EndDate is when a leaver left: a whole day, a moment, or unknown. The zero
// value is unknown, which is also called "no end date".
type EndDate struct {
	// Text is the end date as it was read, without white space around it. A
	// report repeats it, so that the report means the same as its input.
	Text string

	at  time.Time // the moment, or the first moment of the day in its zone
	day int       // a day as the number 20240630; 0 for a moment
}

const dayLayout = "2006-01-02"

// MaxEndDate is the number of bytes that the text of an end date has at most.
// RFC 3339 allows any number of digits in a fraction of a second.
const MaxEndDate = 40

// earliest is the first year that an end date can have. What old systems
// write for "none" (0001-01-01, 1899-12-30, 1900-01-01) is no end date.
const earliest = 1950

// ErrDateForm is matched, with errors.Is, by the error for an end date that is
// written in another form than ParseEndDate reads, or that is no day of the
// calendar.
var ErrDateForm = errors.New("is neither YYYY-MM-DD nor RFC 3339")

var errTooEarly = fmt.Errorf("lies before the year %d", earliest)

// endDateError says why a text is no end date. An input can have millions of
// such texts, so the message is formatted only when it is asked for.
type endDateError struct {
	text string
	err  error // what is wrong: ErrDateForm or errTooEarly
}

func (e *endDateError) Error() string {
	return "the end date " + strconv.Quote(Excerpt(e.text, 40)) + " " + e.err.Error()
}

func (e *endDateError) Unwrap() error { return e.err }

// ParseEndDate reads RFC 3339 (2024-06-30T17:00:00Z) or a day (2024-06-30,
// which begins at 00:00 in zone). An empty text means no end date. The error
// matches ErrDateForm unless the year is before 1950; then the EndDate has a
// Text only.
func ParseEndDate(text string, zone *time.Location) (EndDate, error) {
	d := EndDate{Text: text}
	if text == "" {
		return d, nil
	}
	at, ok := parseDay(text)
	isDay := ok
	if !isDay && mayBeRFC3339(text) {
		var err error
		at, err = time.ParseInLocation(time.RFC3339, text, time.UTC)
		ok = err == nil
	}
	if !ok {
		return d, &endDateError{text, ErrDateForm}
	}
	year, month, day := at.Date()
	if year < earliest {
		return d, &endDateError{text, errTooEarly}
	}
	d.at = at
	if isDay {
		d.at, d.day = dayStart(year, month, day, zone), year*10000+int(month)*100+day
	}
	return d, nil
}

// parseDay reads YYYY-MM-DD. It is time.Parse without an error, which would
// cost more than all the rest.
func parseDay(text string) (time.Time, bool) {
	if len(text) != len(dayLayout) {
		return time.Time{}, false
	}
	var parts [3]int // year, month, day
	part := 0
	for i := range len(text) {
		switch c := text[i]; {
		case dayLayout[i] == '-':
			if c != '-' {
				return time.Time{}, false
			}
			part++
		case c < '0' || c > '9':
			return time.Time{}, false
		default:
			parts[part] = parts[part]*10 + int(c-'0')
		}
	}
	at := time.Date(parts[0], time.Month(parts[1]), parts[2], 0, 0, 0, 0, time.UTC)
	// time.Date takes the 31st of June for the first of July.
	return at, at.Month() == time.Month(parts[1]) && at.Day() == parts[2]
}

// mayBeRFC3339 tells whether a text has the separators of RFC 3339. Most texts
// in another form do not, and need no error of time.Parse.
func mayBeRFC3339(text string) bool {
	n := len(text)
	if n < len("2006-01-02T5:04:05Z") || n > MaxEndDate || text[4] != '-' || text[7] != '-' || text[10] != 'T' {
		return false
	}
	return text[n-1] == 'Z' || text[n-3] == ':' && (text[n-6] == '+' || text[n-6] == '-')
}

// dayStart returns the first moment of a day in zone: 00:00, or the end of
// the gap if clocks skip 00:00. In that case time.Date may return a moment of
// the day before, which is too early.
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
		// The next midnight is taken from the calendar: a day on which clocks
		// change does not have 24 hours.
		year, month, day := d.day/10000, time.Month(d.day/100%100), d.day%100
		return !now.Before(dayStart(year, month, day+1, d.at.Location()))
	default:
		return !now.Before(d.at)
	}
}

// Horizon is how many years ahead an end date can lie. A later one is a typing
// error, or what an old system writes for "none".
const Horizon = 2

// FarAhead tells whether the end date is more than Horizon years after now.
func (d EndDate) FarAhead(now time.Time) bool {
	return d.at.After(now.AddDate(Horizon, 0, 0))
}

// DateKey stands for an end date in comparisons: two end dates are the same
// if their keys are equal. A day differs from the moment at which it begins,
// because it passes 24 hours later. A day is the same day in every zone.
type DateKey int64

// noDate is not the key of any day, or of any moment that RFC 3339 can write.
const noDate DateKey = -1 << 63

// Key returns the end date's DateKey.
func (d EndDate) Key() DateKey {
	switch {
	case d.at.IsZero():
		return noDate
	case d.day != 0:
		return DateKey(d.day)<<1 | 1
	default:
		// The API takes milliseconds: smaller differences are not sent.
		return DateKey(d.at.UnixMilli()) << 1
	}
}

// String returns the day as YYYY-MM-DD, the moment in UTC with milliseconds, or
// "no end date".
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
