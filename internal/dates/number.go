package dates

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// number is what a format counts, if its dates are numbers.
type number byte

const (
	notNumber number = iota
	serial           // days of a spreadsheet
	seconds          // since 1970
	millis           // milliseconds since 1970
)

// parseNumber reads the word for a number.
func parseNumber(letters string) (number, bool) {
	switch strings.ToLower(letters) {
	case "excel":
		return serial, true
	case "unix":
		return seconds, true
	case "unix-ms":
		return millis, true
	}
	return notNumber, false
}

// example names the number and shows one; "" for notNumber.
func (n number) example() string {
	switch n {
	case serial:
		return "the serial number of a day, such as 45473"
	case seconds:
		return "a number of seconds since 1970, such as 1719705600"
	case millis:
		return "a number of milliseconds since 1970, such as 1719705600000"
	}
	return ""
}

// standard returns a number as YYYY-MM-DD or RFC 3339.
func (n number) standard(text string, zone *time.Location) (string, bool) {
	switch n {
	case serial:
		return standardSerial(text, zone)
	case seconds:
		return standardUnix(text, time.Second)
	default:
		return standardMillis(text)
	}
}

// standardSerial reads the number of days since 30 December 1899. Its fraction is
// the time of day. Spreadsheets count 29 February 1900, which is no day, and differ in
// the numbers of the days before it; but no end date is so early.
func standardSerial(text string, zone *time.Location) (string, bool) {
	if strings.Trim(text, "0123456789.") != "" || strings.Count(text, ".") > 1 {
		return "", false
	}
	days, err := strconv.ParseFloat(text, 64)
	if err != nil || days > 2958465 {
		return "", false
	}
	// Less than a second is rounding noise, which must not make a moment of a day.
	const secondsOfDay = 24 * 60 * 60
	since := int64(math.Round(days * secondsOfDay))
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(since/secondsOfDay))
	if since%secondsOfDay == 0 {
		return at.Format(dayLayout), true
	}
	return inZone(at.Add(time.Duration(since%secondsOfDay)*time.Second), zone).Format(time.RFC3339), true
}

// SerialText returns the text of a serial number of a spreadsheet, whatever it means: a
// day as YYYY-MM-DD, a moment in RFC 3339, which has no zone of its own and is taken in
// zone, and a number below 1, which is a time without a day, as 15:04:05. It returns false
// for a text that is no such number.
func SerialText(number string, zone *time.Location) (text string, ok bool) {
	text, ok = standardSerial(number, zone)
	if days, err := strconv.ParseFloat(number, 64); ok && err == nil && days > 0 && days < 1 {
		text, _ = standardSerial(number, time.UTC)
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return at.Format(time.TimeOnly), true
		}
	}
	return text, ok
}

// standardMillis reads milliseconds, also in the form of .NET: /Date(1719705600000)/
// or /Date(1719705600000+0200)/, whose offset does not change the moment.
func standardMillis(text string) (string, bool) {
	inner, isDotNet := strings.CutPrefix(text, "/Date(")
	if !isDotNet {
		return standardUnix(text, time.Millisecond)
	}
	inner, isDotNet = strings.CutSuffix(inner, ")/")
	if i := strings.LastIndexAny(inner, "+-"); i > 0 {
		s := scanner(inner[i:])
		if _, ok := s.offset(); !ok || len(inner)-i != len("+0200") {
			return "", false
		}
		inner = inner[:i]
	}
	if !isDotNet || strings.Contains(inner, ".") {
		return "", false
	}
	return standardUnix(inner, time.Millisecond)
}

// standardUnix reads a number of units since 1970, perhaps with a fraction, and
// returns the moment in UTC. Small numbers are refused, because they count something
// else: 45473 is a serial number, 20240630 is YYYYMMDD, and seconds are too few for
// milliseconds. The numbers of the first day are 1970-01-01, which is no end date.
func standardUnix(text string, unit time.Duration) (string, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	if strings.Trim(strings.TrimPrefix(whole, "-"), "0123456789") != "" || strings.Trim(fraction, "0123456789") != "" {
		return "", false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return "", false
	}
	const day, least = 24 * 60 * 60, 100_000_000
	perSecond := int64(time.Second / unit)
	if n >= day*perSecond && n < least*perSecond {
		return "", false
	}
	const first, last = -62135596800, 253402300799 // of the years 1 and 9999
	if n < first*perSecond || n > last*perSecond+perSecond-1 {
		return "", false
	}
	at := time.Unix(n/perSecond, n%perSecond*int64(unit)).UTC()
	if fraction != "" {
		part, _ := strconv.ParseFloat("0."+fraction, 64)
		if n < 0 {
			part = -part
		}
		at = at.Add(time.Duration(part * float64(unit)).Truncate(time.Millisecond))
	}
	return at.Format(time.RFC3339Nano), true
}
