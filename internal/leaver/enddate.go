package leaver

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// EndDate is when a leaver left: a whole day, a moment, or unknown. The zero
// value is unknown, which is also called "no end date".
type EndDate struct {
	// Text is the end date as it was read, without white space around it and
	// without characters that have no width. A moment that is a day only in the
	// zone of the reading (see ParseEndDate) has the text of that day,
	// YYYY-MM-DD. A report repeats the Text, so that the report means the same
	// as its input.
	Text string

	at   time.Time      // the moment, or the first moment of the day in its zone
	day  int            // a day as the number 20240630; 0 for a moment
	also *time.Location // a second zone in which the day must be over, or nil
}

const dayLayout = "2006-01-02"

// MaxEndDate is the number of bytes that the text of an end date has at most.
// RFC 3339 allows any number of digits in a fraction of a second.
const MaxEndDate = 40

// ErrDateForm is matched, with errors.Is, by the error for an end date that is
// written in another form than ParseEndDate reads, or that is no day of the
// calendar.
var ErrDateForm = errors.New("is neither YYYY-MM-DD nor RFC 3339")

var errTooEarly = fmt.Errorf("lies before the year %d", earliest)

// endDateError says why a text is no end date. An input can have millions of
// such texts, so the message is formatted only when it is asked for.
type endDateError struct {
	text string
	err  error // what is wrong: ErrDateForm, ErrNoDate or errTooEarly
}

func (e *endDateError) Error() string {
	fault := e.err.Error()
	if e.err == ErrDateForm && beginsWithDay(e.text) {
		if _, ok := parseDay(e.text[:len(dayLayout)]); !ok {
			fault = "is no day of the calendar in the form YYYY-MM-DD"
		}
	}
	return "the end date " + strconv.Quote(Excerpt(e.text, 40)) + " " + fault
}

func (e *endDateError) Unwrap() error { return e.err }

// ParseEndDate reads a moment in RFC 3339 (2024-06-30T17:00:00Z, also with t, z
// or a space between day and time), a day (2024-06-30, which begins at 00:00 in
// zone), or a day with a zone as XML Schema writes it (2024-06-30+02:00). An
// empty text means no end date.
//
// A moment at midnight is the day that begins then, because systems that know
// no days write one like this:
//
//   - 2024-06-30T00:00:00+02:00 is midnight in the zone that the text names. It
//     is the day 30 June in that zone, and passes when the day is over there.
//   - 2024-06-30T00:00:00Z, or with another offset of zero, is the day 30 June
//     in UTC. Systems also write it for 30 June in no particular zone, so it
//     passes when the day is over both in UTC and in zone.
//   - 2024-06-29T22:00:00Z is midnight in zone if that is Europe/Berlin. It is
//     the day 30 June in zone, and its Text is 2024-06-30. The same holds for
//     the first moment of a day whose 00:00 is skipped in zone.
//
// The error matches ErrNoDate for what systems write for "no date", and
// ErrDateForm for a text in another form and for a day that does not exist. It
// matches neither for other days before 1950. After an error the EndDate has a
// Text only.
func ParseEndDate(text string, zone *time.Location) (EndDate, error) {
	if text == "" {
		return EndDate{}, nil
	}
	if at, ok := parseDay(text); ok && checkDay(at) == nil {
		return dayIn(at, zone, text), nil // nearly every end date
	}
	plain := PlainDate(text)
	d, err := parseEndDate(plain, zone)
	if err == nil {
		return d, nil
	}
	if err == ErrDateForm && isNoDate(plain) {
		err = ErrNoDate
	}
	return EndDate{Text: text}, &endDateError{text, err}
}

// parseEndDate returns one of the errors in an endDateError.
func parseEndDate(text string, zone *time.Location) (d EndDate, err error) {
	if at, ok := parseDay(text); ok {
		return dayIn(at, zone, text), checkDay(at)
	}
	at, ok := parseMoment(text)
	if !ok {
		if at, ok = parseZonedDay(text); !ok {
			return d, ErrDateForm
		}
	}
	if err := checkDay(at); err != nil {
		return d, err
	}
	if sinceMidnight(at) == 0 {
		d = dayIn(at, at.Location(), text)
		if at.Location() == time.UTC && zone != time.UTC {
			d.also = zone
		}
		return d, nil
	}
	if zone != time.UTC || at.Location() != time.UTC {
		if local := at.In(zone); beginsDay(local) {
			return dayIn(local, zone, local.Format(dayLayout)), nil
		}
	}
	d.Text, d.at = text, at
	return d, nil
}

// dayIn returns the day that a clock shows, as a day in zone.
func dayIn(clock time.Time, zone *time.Location, text string) EndDate {
	year, month, day := clock.Date()
	return EndDate{Text: text, at: dayStart(year, month, day, zone), day: year*10000 + int(month)*100 + day}
}

// sinceMidnight returns what a clock shows at a moment in its zone.
func sinceMidnight(at time.Time) time.Duration {
	const secondsOfDay = 24 * 60 * 60
	_, offset := at.Zone()
	seconds := (at.Unix() + int64(offset)) % secondsOfDay
	if seconds < 0 {
		seconds += secondsOfDay
	}
	return time.Duration(seconds)*time.Second + time.Duration(at.Nanosecond())
}

// beginsDay tells whether a moment is midnight in its zone, or the first moment of
// a day on which clocks skip midnight, by two hours at most.
func beginsDay(at time.Time) bool {
	since := sinceMidnight(at)
	if since == 0 || since > 2*time.Hour {
		return since == 0
	}
	year, month, day := at.Date()
	return at.Equal(dayStart(year, month, day, at.Location()))
}

// beginsWithDay tells whether a text begins in the form YYYY-MM-DD.
func beginsWithDay(text string) bool {
	if len(text) < len(dayLayout) || text[4] != '-' || text[7] != '-' {
		return false
	}
	return isDigits(text[:4]) && isDigits(text[5:7]) && isDigits(text[8:10])
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

// parseZonedDay reads a day with a zone, as XML Schema writes it, and returns its
// midnight: Z or an offset of at most 14 hours follows the day (XML Schema 1.1
// Part 2, section 3.3.9).
func parseZonedDay(text string) (at time.Time, ok bool) {
	if len(text) != len("2006-01-02Z") && len(text) != len("2006-01-02+02:00") {
		return at, false
	}
	if at, ok = parseDay(text[:len(dayLayout)]); !ok {
		return at, false
	}
	zone, ok := parseZone(text[len(dayLayout):])
	if !ok {
		return at, false
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, zone), true
}

func parseZone(text string) (*time.Location, bool) {
	if text == "Z" || text == "z" {
		return time.UTC, true
	}
	if len(text) != len("+02:00") || text[0] != '+' && text[0] != '-' || text[3] != ':' || !isDigits(text[1:3]) || !isDigits(text[4:]) {
		return nil, false
	}
	hours, minutes := int(text[1]-'0')*10+int(text[2]-'0'), int(text[4]-'0')*10+int(text[5]-'0')
	offset := hours*60 + minutes
	switch {
	case minutes > 59 || offset > 14*60:
		return nil, false
	case offset == 0:
		return time.UTC, true
	case text[0] == '-':
		offset = -offset
	}
	return time.FixedZone("", offset*60), true
}

// parseMoment reads RFC 3339, which allows t and z, and a space between day and
// time (section 5.6).
func parseMoment(text string) (time.Time, bool) {
	if !mayBeRFC3339(text) {
		return time.Time{}, false
	}
	if text[10] != 'T' || text[len(text)-1] == 'z' {
		text = text[:10] + "T" + strings.ToUpper(text[11:])
	}
	at, err := time.ParseInLocation(time.RFC3339, text, time.UTC)
	return at, err == nil
}

// mayBeRFC3339 tells whether a text has the separators of RFC 3339. Most texts
// in another form do not, and need no error of time.Parse.
func mayBeRFC3339(text string) bool {
	n := len(text)
	if n < len("2006-01-02T5:04:05Z") || n > MaxEndDate || text[4] != '-' || text[7] != '-' {
		return false
	}
	if c := text[10]; c != 'T' && c != 't' && c != ' ' {
		return false
	}
	return text[n-1] == 'Z' || text[n-1] == 'z' || text[n-3] == ':' && (text[n-6] == '+' || text[n-6] == '-')
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

// IsDay tells whether the end date is a whole day, which is that of Time in its own zone.
func (d EndDate) IsDay() bool { return d.day != 0 }

// Passed tells whether the end date has passed at now. A day has passed when
// it is over in its zone, and for one that is written with Z also in the zone of
// the reading. No end date has always passed.
func (d EndDate) Passed(now time.Time) bool { return !now.Before(d.PassesAt()) }

// PassesAt returns the first moment at which the end date has passed (see Passed). It is
// the zero time if there is no end date.
func (d EndDate) PassesAt() time.Time {
	if d.day == 0 {
		return d.at
	}
	over := d.overIn(d.at.Location())
	if d.also != nil {
		if also := d.overIn(d.also); also.After(over) {
			return also
		}
	}
	return over
}

// overIn returns the moment at which the day is over in zone. The next midnight is taken
// from the calendar: a day on which clocks change does not have 24 hours.
func (d EndDate) overIn(zone *time.Location) time.Time {
	year, month, day := d.day/10000, time.Month(d.day/100%100), d.day%100
	return dayStart(year, month, day+1, zone)
}

// Horizon is how many years ahead an end date can lie. A later one is a typing
// error, or what an old system writes for "none".
const Horizon = 2

// FarAhead tells whether the end date is more than Horizon years after now.
func (d EndDate) FarAhead(now time.Time) bool {
	return d.at.After(now.AddDate(Horizon, 0, 0))
}

// DateKey stands for an end date in comparisons: two end dates are the same
// if their keys are equal. A day is the same day in every zone, and however it
// is written: 2024-06-30, 2024-06-30T00:00:00Z and 2024-06-30+02:00 are the same.
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
