package xlsx

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
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
	dressed    bool // with other characters than its digits, such as E-0123, or not at all
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
	if code == "" {
		code = "General"
	}
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

// thousands writes the marks between thousands of other countries as a comma.
var thousands = strings.NewReplacer("# ##0", "#,##0", "#\u00a0##0", "#,##0", "#\u202f##0", "#,##0", `#\ ##0`, "#,##0", "#'##0", "#,##0", "#’##0", "#,##0")

// formatOf reads the code of a section, such as dd/mm/yyyy or 000000.
func formatOf(code string) format {
	var r formatReader
	code = thousands.Replace(code)
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"' || c == '[':
			end := strings.IndexByte(code[i+1:], map[byte]byte{'"': '"', '[': ']'}[c])
			if end < 0 {
				return format{}
			}
			inner := code[i+1 : i+1+end]
			if c == '[' && isSpan(inner) {
				return format{date: true}
			}
			r.text(c, inner)
			i += end + 1
		case strings.IndexByte(`\_*`, c) >= 0:
			_, size := utf8.DecodeRuneInString(code[i+1:])
			r.text(c, code[i+1:i+1+size])
			i += size
		case len(code) >= i+len("General") && strings.EqualFold(code[i:i+len("General")], "General"):
			i += len("General") - 1
			r.shown = true
		case (c == 'E' || c == 'e') && i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-'):
			return format{scientific: true}
		case strings.IndexByte("ymdhsegbYMDHSEGB", c) >= 0:
			return format{date: true} // g, e and b are for the years of eras
		default:
			r.sign(c)
		}
	}
	return r.format()
}

// isSpan tells whether what stands in brackets is a span of time, as in [h]:mm. It is a
// colour, a currency, a language or a condition otherwise.
func isSpan(inner string) bool { return strings.Trim(strings.ToLower(inner), "hms") == "" }

// formatReader is what was read of the code of a section that shows a number.
type formatReader struct {
	shown   bool // the number, at least in part
	width   int
	amount  bool // with decimals or thousands: no number that names something
	literal bool // with other characters
	gap     bool // there is a blank behind the last digit so far,
	comma   bool // a comma,
	point   bool // or a point
}

// text takes a text that is shown as it is: in quotes, behind a backslash, or in brackets
// the sign of a currency. Behind _ there is a blank as wide as the text, and behind * a
// line of it.
func (r *formatReader) text(kind byte, text string) {
	switch {
	case kind == '[' && strings.HasPrefix(strings.ToUpper(text), "DBNUM"):
		r.literal = true // digits of another script
	case kind == '[' && !strings.HasPrefix(text, "$"):
		return
	case kind == '[':
		text, _, _ = strings.Cut(text[1:], "-")
	}
	switch {
	case text == "":
	case kind == '_' || strings.TrimSpace(text) == "":
		r.gap = r.gap || kind != '*' && r.shown
	default:
		r.literal = true
	}
}

// sign takes a character that stands for itself, or for a digit.
func (r *formatReader) sign(c byte) {
	switch c {
	case '0', '#', '?':
		r.literal = r.literal || r.gap && r.shown
		r.amount = r.amount || r.comma
		r.shown, r.gap, r.comma, r.point = true, false, false, false
		if r.width++; c != '0' {
			r.width = 0
		}
	case '.':
		r.literal = r.literal || r.comma
		r.amount, r.point = true, true
	case ',':
		r.comma = r.shown
	case ' ':
		r.gap = r.shown
	case '@':
		r.shown = true
	default:
		r.literal = true
	}
}

// format returns how the section shows a number. A comma behind the last digit divides it
// by thousand, and without any digit the cell looks empty.
func (r *formatReader) format() format {
	switch {
	case r.literal || r.comma || r.point || !r.shown:
		return format{dressed: true}
	case r.amount:
		return format{}
	}
	return format{width: r.width}
}

// builtIn returns a format that has a number and no code (ECMA-376 part 1, 18.8.30).
func builtIn(id int) numberFormat {
	return numberFormat{{format: format{
		date:       id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58 || id >= 71 && id <= 81,
		scientific: id == 11 || id == 48,
		dressed:    id >= 5 && id <= 10 || id == 42 || id == 44, // of currencies and per cent
	}}}
}
