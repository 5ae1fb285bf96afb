package dates

import (
	"errors"
	"strings"
	"time"

	"offboard/internal/leaver"
)

const dayLayout = "2006-01-02"

// candidate is a text that is compared with formats.
type candidate struct {
	plain   string
	named   bool // it begins with a weekday
	weekday time.Weekday
	unnamed scanner // the text without its weekday
}

func newCandidate(text string) candidate {
	c := candidate{plain: leaver.PlainDate(text)}
	c.unnamed = scanner(c.plain)
	c.weekday, c.named = c.unnamed.weekday()
	return c
}

// read is Parse without an error, which would cost more than the reading. For a text in
// the format that stands for no date, none is set.
func (f Format) read(c candidate, zone *time.Location) (d leaver.EndDate, ok, none bool) {
	standard, ok := f.standard(c, zone)
	if !ok {
		return d, false, false
	}
	d, err := leaver.ParseEndDate(standard, zone)
	if err == nil && f.isCutNone(d) {
		return leaver.EndDate{}, false, true
	}
	return d, err == nil, errors.Is(err, leaver.ErrNoDate)
}

// isCutNone tells whether an end date is what stands for no date, read with a year of
// two digits: 9999-12-31, 1899-12-30, 1899-12-31, 1900-01-01 and 0001-01-01 have the
// same two digits as a day that somebody could have left on. Hardly anybody did, and
// somebody who has no end date is still there. (1970-01-01 is itself in two digits.)
func (f Format) isCutNone(d leaver.EndDate) bool {
	if f.number != notNumber || !f.hasShortYear() || len(d.Text) < len(dayLayout) {
		return false
	}
	switch d.Text[:len(dayLayout)] {
	case "1999-12-30", "1999-12-31", "2000-01-01", "2001-01-01":
		return true
	}
	return false
}

// hasShortYear tells whether the format has a year of two digits.
func (f Format) hasShortYear() bool { return strings.IndexByte(f.pattern, shortYear) >= 0 }

// standard returns a text in the format as YYYY-MM-DD or RFC 3339. It tells
// whether the text is in the format, without an error: a list is compared with
// many formats, most of which do not fit.
func (f Format) standard(c candidate, zone *time.Location) (string, bool) {
	if f.number != notNumber {
		return f.number.standard(c.plain, zone)
	}
	if len(c.plain) > leaver.MaxEndDate {
		return "", false
	}
	day, rest, ok := f.day(c)
	if !ok {
		return "", false
	}
	if rest == "" {
		return day.Format(dayLayout), true
	}
	t, ok := parseClock(rest, f.pattern == compactPattern)
	switch {
	case !ok:
		return c.plain, f.readsUsual()
	case t.hasOffset:
		year, month, date := day.Date()
		at := time.Date(year, month, date, 0, 0, 0, 0, time.FixedZone("", t.offset)).Add(t.sinceMidnight)
		return at.Format(time.RFC3339Nano), true
	case t.sinceMidnight == 0:
		// Systems that know no days write 2024-06-30 00:00:00 for one. As a
		// moment it would be a day too early.
		return day.Format(dayLayout), true
	}
	return inZone(day.Add(t.sinceMidnight), zone).Format(time.RFC3339Nano), true
}

// compactPattern is that of YYYYMMDD.
const compactPattern = string(longYear) + string(twoDigitMonth) + string(twoDigitDay)

// readsUsual tells whether the format reads YYYY-MM-DD. Such a format also reads what
// leaver.ParseEndDate reads.
func (f Format) readsUsual() bool {
	return len(f.pattern) == len("Y-M-D") && f.pattern[0] == longYear && f.pattern[1] == '-' && f.pattern[3] == '-' &&
		(f.pattern[2] == twoDigitMonth || f.pattern[2] == aMonth) && (f.pattern[4] == twoDigitDay || f.pattern[4] == aDay)
}

// day reads a day in the format, perhaps with its weekday before it, and returns its
// midnight in UTC and the rest of the text.
func (f Format) day(c candidate) (day time.Time, rest scanner, ok bool) {
	day, rest, ok = f.bareDay(scanner(c.plain))
	if ok || !c.named {
		return day, rest, ok
	}
	day, rest, ok = f.bareDay(c.unnamed)
	return day, rest, ok && day.Weekday() == c.weekday
}

// bareDay reads a day in the format, by the rules of time.Parse.
func (f Format) bareDay(s scanner) (at time.Time, rest scanner, ok bool) {
	var year, month, day int
	for i := range len(f.pattern) {
		ok := true
		switch code := f.pattern[i]; code {
		case longYear:
			year, ok = s.number(4, 4)
		case shortYear:
			year, ok = s.shortYear()
		case monthName:
			month, ok = s.month(longMonth)
		case shortName:
			if month, ok = s.month(shortMonth); ok && !f.has('.', i+1) {
				s.take('.')
			}
		case twoDigitMonth:
			month, ok = s.number(2, 2)
		case aMonth:
			month, ok = s.number(1, 2)
		case twoDigitDay:
			day, ok = s.number(2, 2)
		case aDay:
			day, ok = s.number(1, 2)
		case ' ':
			if f.isName(i-1) || f.isName(i+1) {
				s.of()
			}
			if f.pattern[i-1] != ' ' {
				ok = s.spaces() > 0
			}
		default:
			ok = s.take(code)
		}
		if !ok {
			return at, "", false
		}
	}
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return at, "", false
	}
	at = time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return at, s, at.Day() == day // time.Date takes the 31st of June for the first of July
}

// has tells whether the pattern has a code at a place.
func (f Format) has(code byte, i int) bool {
	return i >= 0 && i < len(f.pattern) && f.pattern[i] == code
}

// isName tells whether the pattern has the name of a month at a place.
func (f Format) isName(i int) bool { return f.has(monthName, i) || f.has(shortName, i) }

// clock is a time of day.
type clock struct {
	sinceMidnight time.Duration
	offset        int // from UTC, in seconds
	hasOffset     bool
}

// parseClock reads the time that follows a day, by the rules of time.Parse: a T or
// spaces, the hour and the minutes, perhaps seconds and a fraction of them, perhaps
// AM or PM, and perhaps an offset from UTC. 24:00 is 00:00, because it is the end of
// the same day. A compact clock can be HHMMSS, with or without a T or spaces.
func parseClock(s scanner, compact bool) (c clock, ok bool) {
	spaces := s.spaces()
	isApart := spaces > 0 || s.take('T') || s.take('t')
	if compact && s.digits() == len("170000") {
		c.sinceMidnight, ok = s.compactTime()
	} else if isApart {
		c.sinceMidnight, ok = s.time(spaces > 0)
	}
	if !ok || s == "" {
		return c, ok
	}
	c.hasOffset = true
	c.offset, ok = s.offset()
	return c, ok && s == ""
}

// time reads a time of day, with AM or PM only if half is set.
func (s *scanner) time(half bool) (since time.Duration, ok bool) {
	hour, ok1 := s.number(1, 2)
	ok2 := s.take(':')
	minute, ok3 := s.number(2, 2)
	if !ok1 || !ok2 || !ok3 {
		return 0, false
	}
	second, fraction := 0, time.Duration(0)
	if s.take(':') {
		var isSecond bool
		if second, isSecond = s.number(2, 2); !isSecond {
			return 0, false
		}
		fraction = s.fraction()
	}
	if pm, isHalf := s.half(); isHalf {
		switch {
		case !half || hour > 12:
			return 0, false
		case pm && hour < 12:
			hour += 12
		case !pm && hour == 12:
			hour = 0
		}
	}
	return sinceMidnight(hour, minute, second, fraction)
}

// compactTime reads HHMMSS and perhaps a fraction.
func (s *scanner) compactTime() (since time.Duration, ok bool) {
	hour, _ := s.number(2, 2)
	minute, _ := s.number(2, 2)
	second, _ := s.number(2, 2)
	return sinceMidnight(hour, minute, second, s.fraction())
}

func sinceMidnight(hour, minute, second int, fraction time.Duration) (since time.Duration, ok bool) {
	since = time.Duration(hour*3600+minute*60+second)*time.Second + fraction
	if since == 24*time.Hour && hour == 24 {
		return 0, true
	}
	return since, hour < 24 && minute < 60 && second < 60
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
