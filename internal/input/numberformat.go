package input

import "strings"

// format is how a number is shown, as far as it matters for what it is.
type format struct {
	date       bool // as a day or a time
	zeros      int  // with so many digits, zeros in front
	scientific bool // as 1.2E+11
	dressed    bool // with characters that are not its own, such as E-0123
}

// formatOf reads the code of a format, such as dd/mm/yyyy or 000000.
func formatOf(code string) format {
	var f format
	amount, literal := false, false // what there is in it
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == ';':
			code = code[:i] // what follows is for other numbers
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
			i++ // room as wide as the next character, or filled with it
		case c == '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return format{}
			}
			if strings.Trim(strings.ToLower(code[i:i+end]), "[hms") == "" {
				return format{date: true} // [h]:mm, a span of time
			}
			i += end // a colour, a language
		case len(code) >= i+len("General") && strings.EqualFold(code[i:i+len("General")], "General"):
			i += len("General") - 1
		case (c == 'E' || c == 'e') && i+1 < len(code) && (code[i+1] == '+' || code[i+1] == '-'):
			return format{scientific: true}
		case strings.IndexByte("ymdhsegbYMDHSEGB", c) >= 0:
			return format{date: true} // with years of eras, too
		case c == '0':
			f.zeros++
		case c == '#' || c == '?':
			f.zeros = 0
		case c == '.' || c == ',':
			amount = true // a number to count with
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

// builtIn is a format that has a number only (ECMA-376 part 1, 18.8.30).
func builtIn(id int) format {
	return format{
		date:       id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58 || id >= 71 && id <= 81,
		scientific: id == 11 || id == 48,
	}
}
