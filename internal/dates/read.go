package dates

import (
	"math"
	"strconv"
	"strings"
	"time"

	"offboard/internal/leaver"
)

const dayLayout = "2006-01-02"

// read is Parse without an error, which would cost more than the reading.
func (f Format) read(text string, zone *time.Location) (d leaver.EndDate, ok bool) {
	standard, ok := f.standard(text, zone)
	if !ok {
		return d, false
	}
	d, err := leaver.ParseEndDate(standard, zone)
	return d, err == nil
}

// standard returns a text in the format as YYYY-MM-DD or RFC 3339. It tells
// whether the text is in the format, without an error: a list is compared with
// many formats, most of which do not fit.
func (f Format) standard(text string, zone *time.Location) (string, bool) {
	if f.serial {
		return standardSerial(text, zone)
	}
	if len(text) > leaver.MaxEndDate {
		return "", false
	}
	day, clock := f.split(text)
	at, ok := f.day(day)
	switch {
	case !ok:
		return "", false
	case clock == "":
		return at.Format(dayLayout), true
	}
	t, ok := parseClock(clock)
	switch {
	case !ok:
		return "", false
	case t.hasOffset:
		year, month, date := at.Date()
		at = time.Date(year, month, date, 0, 0, 0, 0, time.FixedZone("", t.offset)).Add(t.sinceMidnight)
		return at.Format(time.RFC3339Nano), true
	case t.sinceMidnight == 0:
		// Systems that know no days write 2024-06-30 00:00:00 for one. As a
		// moment it would be a day too early.
		return at.Format(dayLayout), true
	}
	return inZone(at.Add(t.sinceMidnight), zone).Format(time.RFC3339Nano), true
}

// split separates the day of a text from the time that follows it. The day has as
// many spaces as the format; a space or a T begins the time.
func (f Format) split(text string) (day, clock string) {
	colon := strings.IndexByte(text, ':')
	if colon < 0 {
		return text, ""
	}
	spaces := f.spaces
	for i := range colon {
		if text[i] != ' ' {
			continue
		}
		if spaces == 0 {
			return text[:i], text[i:]
		}
		spaces--
	}
	if t := strings.LastIndexByte(text[:colon], 'T'); t >= 0 {
		return text[:t], text[t:]
	}
	return text, ""
}

// day reads a day in the format, by the rules of time.Parse, and returns its
// midnight in UTC.
func (f Format) day(text string) (time.Time, bool) {
	s := scanner(text)
	var year, month, day int
	for i := range len(f.pattern) {
		ok := true
		switch code := f.pattern[i]; code {
		case longYear:
			year, ok = s.number(4, 4)
		case shortYear:
			year, ok = s.shortYear()
		case monthName:
			month, ok = s.month(false)
		case shortName:
			month, ok = s.month(true)
		case twoDigitMonth:
			month, ok = s.number(2, 2)
		case aMonth:
			month, ok = s.number(1, 2)
		case twoDigitDay:
			day, ok = s.number(2, 2)
		case aDay:
			day, ok = s.number(1, 2)
		case ' ':
			if i == 0 || f.pattern[i-1] != ' ' {
				ok = s == "" || s.spaces() > 0
			}
		default:
			ok = s.take(code)
		}
		if !ok {
			return time.Time{}, false
		}
	}
	if s != "" || month < 1 || month > 12 || day < 1 || day > 31 {
		return time.Time{}, false
	}
	at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return at, at.Day() == day // time.Date takes the 31st of June for the first of July
}

// clock is a time of day.
type clock struct {
	sinceMidnight time.Duration
	offset        int // from UTC, in seconds
	hasOffset     bool
}

// parseClock reads the time that follows a day, by the rules of time.Parse: a T or
// spaces, the hour and the minutes, perhaps seconds and a fraction of them, perhaps
// AM or PM, and perhaps an offset from UTC.
func parseClock(text string) (c clock, ok bool) {
	s := scanner(text)
	spaces := s.spaces()
	if spaces == 0 && !s.take('T') {
		return c, false
	}
	hour, ok1 := s.number(1, 2)
	ok2 := s.take(':')
	minute, ok3 := s.number(2, 2)
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 {
		return c, false
	}
	second, fraction := 0, time.Duration(0)
	if s.take(':') {
		var isSecond bool
		if second, isSecond = s.number(2, 2); !isSecond || second > 59 {
			return c, false
		}
		fraction = s.fraction()
	}
	if pm, isHalf := s.half(); isHalf {
		switch {
		case spaces == 0 || hour > 12:
			return c, false
		case pm && hour < 12:
			hour += 12
		case !pm && hour == 12:
			hour = 0
		}
	}
	c.sinceMidnight = time.Duration(hour*3600+minute*60+second)*time.Second + fraction
	if s == "" {
		return c, true
	}
	c.hasOffset = true
	c.offset, ok = s.offset()
	return c, ok && s == ""
}

// standardSerial reads the number of days since 30 December 1899. Its fraction is
// the time of day.
func standardSerial(text string, zone *time.Location) (string, bool) {
	if strings.Trim(text, "0123456789.") != "" || strings.Count(text, ".") > 1 {
		return "", false
	}
	serial, err := strconv.ParseFloat(text, 64)
	// Spreadsheets count 29 February 1900, which is no day: they differ in the
	// numbers of the days before it.
	if err != nil || serial < 61 || serial > 2958465 {
		return "", false
	}
	// Less than a second is rounding noise, which must not make a moment of a day.
	const secondsOfDay = 24 * 60 * 60
	seconds := int64(math.Round(serial * secondsOfDay))
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(seconds/secondsOfDay))
	if seconds%secondsOfDay == 0 {
		return at.Format(dayLayout), true
	}
	return inZone(at.Add(time.Duration(seconds%secondsOfDay)*time.Second), zone).Format(time.RFC3339), true
}

// inZone returns the moment at which clocks in zone show what wall shows in UTC. If
// they show it twice it is the later moment, and if they skip it, the end of the
// gap: an end date must not pass too early.
func inZone(wall time.Time, zone *time.Location) time.Time {
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
