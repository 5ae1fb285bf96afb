package dates

import "time"

// scanner reads the parts of a date from the front of what is left of a text. It
// accepts what time.Parse accepts, and allocates nothing.
type scanner string

// number reads a number of so many digits.
func (s *scanner) number(least, most int) (n int, ok bool) {
	digits := 0
	for digits < most && digits < len(*s) && isDigit((*s)[digits]) {
		n = n*10 + int((*s)[digits]-'0')
		digits++
	}
	*s = (*s)[digits:]
	return n, digits >= least
}

// shortYear reads a year of two characters, from 1969 on. Like time.Parse it takes
// a sign and a digit for a year.
func (s *scanner) shortYear() (year int, ok bool) {
	if len(*s) < 2 {
		return 0, false
	}
	sign := (*s)[0]
	if sign == '+' || sign == '-' {
		*s = (*s)[1:]
		if year, ok = s.number(1, 1); sign == '-' {
			year = -year
		}
	} else {
		year, ok = s.number(2, 2)
	}
	if year >= 69 {
		return year + 1900, ok
	}
	return year + 2000, ok
}

// digits returns the number of digits at the front.
func (s *scanner) digits() int {
	n := 0
	for n < len(*s) && isDigit((*s)[n]) {
		n++
	}
	return n
}

// spaces reads spaces and returns their number.
func (s *scanner) spaces() int {
	n := 0
	for s.take(' ') {
		n++
	}
	return n
}

// take reads a character, if it is the next one.
func (s *scanner) take(char byte) bool {
	if *s == "" || (*s)[0] != char {
		return false
	}
	*s = (*s)[1:]
	return true
}

// fraction reads the fraction of a second, if there is one: a point or a comma, and
// digits, of which nine count.
func (s *scanner) fraction() (d time.Duration) {
	if len(*s) < 2 || (*s)[0] != '.' && (*s)[0] != ',' || !isDigit((*s)[1]) {
		return 0
	}
	*s = (*s)[1:]
	for unit := 100 * time.Millisecond; *s != "" && isDigit((*s)[0]); unit /= 10 {
		d += time.Duration((*s)[0]-'0') * unit
		*s = (*s)[1:]
	}
	return d
}

// half reads AM or PM, with or without spaces before it.
func (s *scanner) half() (pm, ok bool) {
	rest := *s
	rest.spaces()
	if len(rest) < 2 {
		return false, false
	}
	switch rest[:2] {
	case "PM", "pm":
		pm = true
	case "AM", "am":
	default:
		return false, false
	}
	*s = rest[2:]
	return pm, true
}

// offset reads an offset from UTC, in seconds: Z, UTC, GMT, +02:00, +0200 or +02, with
// or without spaces before it. Like time.Parse it takes 24 hours and 60 minutes.
func (s *scanner) offset() (seconds int, ok bool) {
	s.spaces()
	if s.take('Z') || s.take('z') {
		return 0, true
	}
	if len(*s) >= 3 && ((*s)[:3] == "UTC" || (*s)[:3] == "GMT") {
		*s = (*s)[3:]
		return 0, true
	}
	sign := 1
	if s.take('-') {
		sign = -1
	} else if !s.take('+') {
		return 0, false
	}
	hours, ok := s.number(2, 2)
	minutes, okMinutes := 0, true
	if *s != "" {
		s.take(':')
		minutes, okMinutes = s.number(2, 2)
	}
	return sign * (hours*3600 + minutes*60), ok && okMinutes && hours <= 24 && minutes <= 60
}

func isDigit(char byte) bool { return char >= '0' && char <= '9' }
