package dates

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Sight is how certain it is that a text is a date.
type Sight byte

// From no date to a date that can hardly be anything else.
const (
	NoDate Sight = iota
	Maybe        // a month or a number that may be a date, or a year of two digits
	Sure         // a day, a month and a year of four digits, or a month by name
)

// Spot looks for a date in a text whose form nobody has said, and returns the last day
// that it may mean. It is wider than the formats, and quick for texts that are none.
// With numbers, texts may also be what only the name of a column makes dates: serial
// numbers, seconds since 1970, days without separators, months such as 12/27.
func Spot(text string, numbers bool) (last time.Time, s Sight) {
	if text == "" || len(text) > maxSpot || !hasDigit(text) {
		return last, NoDate
	}
	switch char := text[0]; {
	case char == '/':
		if standard, ok := standardMillis(text); ok {
			return parseDay(standard), Sure
		}
		return last, NoDate
	case isDigit(char) && strings.Trim(text, "0123456789.") == "" && strings.Count(text, ".") < 2:
		return spotNumber(text, numbers)
	case !isDigit(char) && (char < 'A' || len(text) < 2 || !mayBeName(char, text[1]) || strings.IndexByte(text, '@') > 0):
		return last, NoDate // +44…, E10017, an address
	}
	c := newCandidate(text)
	parts, n, rest := c.unnamed.parts()
	switch {
	case n == 3 && rest.endsDay():
		return parts.day()
	case n == 2 && (rest == "" || numbers && rest == "."):
		return parts.month(numbers) // or a day without a year: 31.12.
	case n == 0 && c.unnamed.digits() >= len("240630"):
		return c.packed() // 20240630 17:00
	}
	return last, NoDate
}

// packed looks for a day without separators, perhaps with a time behind it.
func (c candidate) packed() (last time.Time, s Sight) {
	for _, f := range proposals {
		if f.number != notNumber || len(f.pattern) > len(compactPattern) {
			continue
		}
		if d, ok, none := f.read(c, time.UTC); none || ok && d.Text < "2100" {
			last, s = later(last, d.Time()), Maybe
		}
	}
	return last, s
}

// nameBeginnings are the first two letters of the names of months and weekdays.
var nameBeginnings = func() (all [26][26]bool) {
	for _, names := range []map[string]int{longMonth, shortMonth, weekday} {
		for name := range names {
			all[name[0]-'a'][name[1]-'a'] = true
		}
	}
	return all
}()

// mayBeName tells whether a month or a weekday may begin with two bytes. It rules out most
// words quickly.
func mayBeName(a, b byte) bool {
	if a >= utf8.RuneSelf || b >= utf8.RuneSelf {
		return true
	}
	a, b = a|0x20, b|0x20
	return a >= 'a' && a <= 'z' && b >= 'a' && b <= 'z' && nameBeginnings[a-'a'][b-'a']
}

// isDay tells whether a text has a day, a month and a year in any order, with anything
// between them, that could be an end date.
func isDay(text string) bool {
	if len(text) > maxSpot || !hasDigit(text) || text[len(text)-1] == '.' {
		return false
	}
	parts, n, rest := newCandidate(text).unnamed.parts()
	last, s := parts.day()
	return n == len(parts) && rest.endsDay() && s != NoDate && last.Year() >= 1950 && last.Year() < 2100
}

// maxSpot is how long a text is in which Spot looks for a date: the longest is one with
// weekday, month by name, time and zone.
const maxSpot = 64

// parseDay returns the day with which a text begins: YYYY-MM-DD.
func parseDay(standard string) time.Time {
	at, _ := time.Parse(dayLayout, standard[:len(dayLayout)])
	return at
}

// spotNumber looks for a date in a text of digits, and perhaps a point. Without numbers
// only YYYYMMDD before the year 2100 is one.
func spotNumber(text string, numbers bool) (last time.Time, s Sight) {
	if d, ok, _ := compact.read(newCandidate(text), time.UTC); ok && d.Text < "2100" {
		return d.Time(), Maybe
	}
	if whole, fraction, found := strings.Cut(text, "."); found && len(whole) == 2 && len(fraction) == 4 || found && len(whole) == 4 && len(fraction) == 2 {
		parts, n, _ := scanner(text).parts()
		if n == 2 {
			return parts.month(numbers) // 12.2027
		}
	}
	if !numbers || text[0] == '0' && len(text) != len("010724") && len(text) != len("01072024") {
		return last, NoDate
	}
	const from, to = 946684800, 4102444800 // 2000 and 2100
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return last, NoDate
	case n >= firstSerial && n <= lastSerial:
		return time.Date(1899, 12, 30+int(n), 0, 0, 0, 0, time.UTC), Maybe
	case n >= from && n < to:
		return time.Unix(int64(n), 0).UTC(), Maybe
	case n >= from*1000 && n < to*1000:
		return time.UnixMilli(int64(n)).UTC(), Maybe
	}
	return newCandidate(text).packed()
}

// firstSerial and lastSerial are the serial numbers of days from 2000 to 2099.
const firstSerial, lastSerial = 36526, 73050

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// part is a number, or a month by its name.
type part struct{ n, digits int } // no digits: a name

type parts [3]part

// parts reads up to three parts of a date from the front of a text, and what separates
// them.
func (s scanner) parts() (p parts, n int, rest scanner) {
	for n < len(p) {
		before := s
		if n > 0 {
			s.separators()
		}
		var ok bool
		if p[n], ok = s.part(); !ok {
			return p, n, before
		}
		n++
	}
	return p, n, s
}

// part reads a number of up to four digits, or the name of a month.
func (s *scanner) part() (p part, ok bool) {
	if p.digits = s.digits(); p.digits > 0 {
		if p.digits > 4 {
			return p, false
		}
		p.n, _ = s.number(p.digits, p.digits)
		return p, true
	}
	if p.n, ok = s.month(longMonth); !ok {
		p.n, ok = s.month(shortMonth)
	}
	return p, ok
}

// separators reads what may stand between the parts of a date.
func (s *scanner) separators() {
	for *s != "" && strings.IndexByte(" ./-,'_", (*s)[0]) >= 0 {
		before := *s
		s.of()
		if before == *s {
			*s = (*s)[1:]
		}
	}
}

// endsDay tells whether a rest may follow a day: nothing, a point, a time or a zone.
func (s scanner) endsDay() bool {
	if s == "" || s == "." {
		return true
	}
	if _, ok := parseClock(s, false); ok {
		return true
	}
	_, ok := s.offset()
	return ok && s == ""
}

// year returns the year that a part may be; 0 if it is none.
func (p part) year() int {
	switch {
	case p.digits == 4:
		return p.n
	case p.digits == 2 && p.n >= 69:
		return 1900 + p.n
	case p.digits == 2:
		return 2000 + p.n
	}
	return 0
}

// orders are the places of year, month and day.
var orders = [...][3]int{{0, 1, 2}, {0, 2, 1}, {2, 1, 0}, {2, 0, 1}, {1, 0, 2}, {1, 2, 0}}

// day returns the last day that three parts may be, in any order.
func (p parts) day() (last time.Time, s Sight) {
	for _, o := range orders {
		year, month, day := p[o[0]], p[o[1]], p[o[2]]
		if year.year() == 0 || month.digits > 2 || month.n < 1 || month.n > 12 || day.digits < 1 || day.digits > 2 || day.n < 1 {
			continue
		}
		at := time.Date(year.year(), time.Month(month.n), day.n, 0, 0, 0, 0, time.UTC)
		if at.Day() != day.n {
			continue
		}
		last = later(last, at)
		if s = max(s, Maybe); year.digits == 4 || month.digits == 0 {
			s = Sure
		}
	}
	return last, s
}

// month returns the last day of the month that two parts may be: a month by its name and
// a year, or two numbers of which one is a year of four digits. With short, it may have
// two digits.
func (p parts) month(short bool) (last time.Time, s Sight) {
	for _, o := range [...][2]int{{0, 1}, {1, 0}} {
		year, month := p[o[0]], p[o[1]]
		plain := year.digits == 4 && year.n >= 1900 && year.n < 2100
		if !plain && (!short || year.digits != 2) || month.digits > 2 || month.n < 1 || month.n > 12 {
			continue
		}
		last, s = later(last, time.Date(year.year(), time.Month(month.n+1), 0, 0, 0, 0, 0, time.UTC)), Maybe
	}
	return last, s
}
