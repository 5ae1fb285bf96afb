package xlsx

import (
	"regexp"
	"strconv"
	"strings"
)

// numberFormat is how the numbers of a style are shown. It has one section or
// several: a number is shown by the first one whose condition holds, or else by the
// last one.
type numberFormat []section

type section struct {
	format
	compare string // the number with the limit: one of = <> < <= > >=
	limit   float64
}

// format is how a number is shown, as far as it tells what the number is.
type format struct {
	date       bool // as a day or a time
	width      int  // with at least so many digits, zeros in front
	scientific bool // as 1.2E+11
	dressed    bool // with other characters than those of a number, such as E-0123
}

// of returns how a number is shown.
func (f numberFormat) of(value float64) format {
	last := len(f) - 1
	for _, s := range f[:last] {
		if s.holds(value) {
			return s.format
		}
	}
	return f[last].format
}

func (s section) holds(value float64) bool {
	switch {
	case value < s.limit:
		return strings.Contains(s.compare, "<")
	case value > s.limit:
		return strings.Contains(s.compare, ">")
	}
	return strings.Contains(s.compare, "=")
}

// condition is that of a section, such as [=0], behind a colour or a language.
var condition = regexp.MustCompile(`^(?:\[[^\]]*\])*?\[(=|<>|<=?|>=?)([-+.0-9eE]+)\]`)

// numberFormatOf reads the code of a format, such as dd/mm/yyyy, 0;-0;"none";@ or
// [=0]"";dd/mm/yyyy. The section for texts is left out. Sections that do not name a
// condition are for numbers above, below and equal to zero.
func numberFormatOf(code string) numberFormat {
	codes := split(code)
	if last := len(codes) - 1; last >= 3 || last > 0 && strings.Contains(codes[last], "@") {
		codes = codes[:min(last, 3)]
	}
	all := make(numberFormat, len(codes))
	for i, code := range codes {
		all[i] = section{format: formatOf(code), compare: ">"}
		switch m := condition.FindStringSubmatch(code); {
		case m != nil:
			all[i].compare = m[1]
			all[i].limit, _ = strconv.ParseFloat(m[2], 64)
		case i == 1:
			all[i].compare = "<"
		case len(codes) == 2:
			all[i].compare = ">="
		}
	}
	return all
}

// split returns the sections of a code, which have ; between them.
func split(code string) []string {
	var all []string
	start := 0
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '\\', '_', '*':
			i++ // the next character stands for itself
		case '"', '[':
			closing := map[byte]byte{'"': '"', '[': ']'}[c]
			if end := strings.IndexByte(code[i+1:], closing); end >= 0 {
				i += end + 1
			}
		case ';':
			all = append(all, code[start:i])
			start = i + 1
		}
	}
	return append(all, code[start:])
}

// formatOf reads the code of a section, such as dd/mm/yyyy or 000000.
func formatOf(code string) format {
	var f format
	amount, literal := false, false // it has decimals or thousands, or other characters
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return format{}
			}
			literal = literal || strings.TrimSpace(code[i+1:i+1+end]) != ""
			i += end + 1
		case c == '\\':
			i++ // the next character stands for itself
			literal = literal || i < len(code) && code[i] != ' '
		case c == '_' || c == '*':
			i++ // a space as wide as the next character, or a line of that character
		case c == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return format{}
			}
			if strings.Trim(strings.ToLower(code[i:i+end]), "[hms") == "" {
				return format{date: true} // such as [h]:mm, a span of time
			}
			i += end // a colour, a language, a condition
		case len(code) >= i+len("General") && strings.EqualFold(code[i:i+len("General")], "General"):
			i += len("General") - 1
		case (c == 'E' || c == 'e') && i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-'):
			return format{scientific: true}
		case strings.IndexByte("ymdhsegbYMDHSEGB", c) >= 0:
			return format{date: true} // g, e and b are for the years of eras
		case c == '0':
			f.width++
		case c == '#' || c == '?':
			f.width = 0
		case c == '.' || c == ',':
			amount = true // an amount, not a number that names something
		case c == '-' || c == '/' || c == ':' || c == '%':
			literal = true
		}
	}
	switch {
	case literal:
		return format{dressed: true}
	case amount:
		return format{}
	}
	return f
}

// builtIn returns a format that has a number and no code (ECMA-376 part 1, 18.8.30).
func builtIn(id int) numberFormat {
	return numberFormat{{format: format{
		date:       id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58 || id >= 71 && id <= 81,
		scientific: id == 11 || id == 48,
	}}}
}
