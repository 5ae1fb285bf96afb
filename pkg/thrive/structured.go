package thrive

import "strings"

// item is one item of a list in a structured header field (RFC 9651), with those of its
// parameters that have one letter and a number.
type item struct {
	name    string // a string or token, as it is written
	numbers [4]parameter
}

type parameter struct {
	key   byte // 0: there is none
	value int64
}

// number returns the value of a parameter that is a number of 0 or more.
func (i item) number(key byte) (int64, bool) {
	for _, p := range i.numbers {
		if p.key == key {
			return p.value, true
		}
	}
	return 0, false
}

// set keeps a parameter. The last one of a name counts, as the standard says.
func (i *item) set(key byte, value int64) {
	for n := range i.numbers {
		if p := &i.numbers[n]; p.key == key || p.key == 0 {
			*p = parameter{key, value}
			return
		}
	}
}

// unset removes a parameter whose last value is no number of 0 or more.
func (i *item) unset(key byte) {
	for n := range i.numbers {
		if p := &i.numbers[n]; p.key == key {
			p.key = '-' // the name of no parameter, so that those behind it are found
		}
	}
}

// parseItems parses the lines of a header that is a list of items. It returns false if they
// are no such list: of a field that is malformed nothing is used.
func parseItems(lines []string) ([]item, bool) {
	if len(lines) == 0 {
		return nil, true
	}
	text := strings.Join(lines, ", ")
	if len(text) > maxRateHeader {
		return nil, false
	}
	var items []item
	for r := (reader{text}); ; {
		r.skip(" \t")
		i, ok := r.item()
		if !ok {
			return nil, false
		}
		items = append(items, i)
		r.skip(" \t")
		if r.rest == "" {
			return items, true
		}
		if !r.take(',') {
			return nil, false
		}
	}
}

// reader takes values from the front of a text.
type reader struct{ rest string }

func (r *reader) skip(chars string) { r.rest = strings.TrimLeft(r.rest, chars) }

func (r *reader) take(c byte) bool {
	if r.rest == "" || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// while takes the characters in front that are in a set.
func (r *reader) while(is func(byte) bool) string {
	n := 0
	for n < len(r.rest) && is(r.rest[n]) {
		n++
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func (r *reader) item() (i item, ok bool) {
	if i.name, _, ok = r.value(); !ok {
		return i, false
	}
	for r.take(';') {
		r.skip(" ")
		key := r.while(isKey)
		if key == "" || key[0] >= '0' && key[0] <= '9' || key[0] == '-' || key[0] == '.' {
			return i, false
		}
		number := int64(-1) // no number of 0 or more; a parameter without a value is true
		if r.take('=') {
			if _, number, ok = r.value(); !ok {
				return i, false
			}
		}
		switch {
		case len(key) > 1:
		case number >= 0:
			i.set(key[0], number)
		default:
			i.unset(key[0])
		}
	}
	return i, true
}

// value takes a bare item: its text and, if it is a number of 0 or more, that number, or
// else -1. Decimals are rounded up.
func (r *reader) value() (text string, number int64, ok bool) {
	switch before := r.rest; {
	case before == "":
		return "", -1, false
	case before[0] == '"':
		return r.quoted()
	case before[0] == ':': // bytes in Base64
		r.take(':')
		text = r.while(func(c byte) bool { return isLetter(c) || isDigit(c) || strings.IndexByte("+/=", c) >= 0 })
		return text, -1, r.take(':')
	case before[0] == '?': // a truth
		r.take('?')
		return before[:min(2, len(before))], -1, r.take('0') || r.take('1')
	case before[0] == '-' || isDigit(before[0]):
		r.take('-')
		text = r.while(func(c byte) bool { return isDigit(c) || c == '.' })
		number, ok = wholeSeconds(text)
		if before[0] == '-' || !ok || len(text) > 16 {
			return text, -1, ok && len(text) <= 16
		}
		return text, number, true
	case isLetter(before[0]) || before[0] == '*':
		return r.while(isToken), -1, true
	}
	return "", -1, false
}

// quoted takes a string. Its text has the escapes, which is enough to compare names.
func (r *reader) quoted() (text string, number int64, ok bool) {
	for n := 1; n < len(r.rest); n++ {
		switch c := r.rest[n]; {
		case c == '"':
			text, r.rest = r.rest[1:n], r.rest[n+1:]
			return text, -1, true
		case c == '\\':
			n++
		case c < ' ' || c > '~':
			return "", -1, false
		}
	}
	return "", -1, false
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isKey(c byte) bool {
	return c >= 'a' && c <= 'z' || isDigit(c) || strings.IndexByte("_-.*", c) >= 0
}
func isToken(c byte) bool {
	return isLetter(c) || isDigit(c) || strings.IndexByte(":/!#$%&'*+-.^_`|~", c) >= 0
}
