package xlsx

import "strings"

// format is how a number is shown, as far as it tells what the number is.
type format struct {
	date       bool // as a day or a time
	width      int  // with at least so many digits, zeros in front
	scientific bool // as 1.2E+11
	dressed    bool // with other characters than those of a number, such as E-0123
}

// formatOf reads the code of a format, such as dd/mm/yyyy or 000000. Of several
// formats with ; between them it reads the first one, which is for positive numbers.
func formatOf(code string) format {
	var f format
	amount, literal := false, false // it has decimals or thousands, or other characters
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == ';':
			code = code[:i]
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
func builtIn(id int) format {
	return format{
		date:       id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58 || id >= 71 && id <= 81,
		scientific: id == 11 || id == 48,
	}
}
