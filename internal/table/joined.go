package table

import (
	"slices"
	"strings"
	"unicode"
)

// joins tells whether a record over several lines looks like several rows that a quote
// too many has joined.
//
// If that quote opens in the field at position j of one row and the next one closes the
// same field of a later row, then the field has these lines: the end of the first row,
// from column j on; whole rows; and the beginning of the last row, up to column j. So the
// lines of a field are counted that have as many fields as such a part, in the forms that
// an ordinary row of the table has in these columns. Addresses and notes over several
// lines have neither. More than half of the lines that are not blank have to look so, and
// at least two.
func (s *rowShape) joins(fields []string, comma rune) bool {
	if s.width < 2 {
		return false
	}
	example := s.example
	if example == nil { // the record is the only one to compare with
		example = slices.Clone(fields)
		for i, field := range example {
			if strings.Contains(field, "\n") {
				example[i] = ""
			}
		}
	}
	for j, field := range fields {
		lines := strings.Split(field, "\n")
		if len(lines) < 2 {
			continue
		}
		alike, parts := 0, 0
		for i, line := range lines {
			if strings.TrimSpace(line) == "" {
				continue
			}
			from, to := 0, s.width
			if i == 0 {
				from = j
			}
			if i == len(lines)-1 {
				to = j + 1
			}
			parts++
			if looksLike(strings.Split(line, string(comma)), example[from:to]) {
				alike++
			}
		}
		if alike > 1 && 2*alike > parts {
			return true
		}
	}
	return false
}

// looksLike tells whether fields have the forms of those of an example. Fields of letters
// only tell nothing; there has to be another one that is alike, and none that differs.
func looksLike(fields, example []string) bool {
	if len(fields) != len(example) {
		return false
	}
	alike := false
	for i, field := range fields {
		form, wanted := formOf(field), formOf(example[i])
		if form == "" || strings.Trim(wanted, "a ") == "" {
			continue
		}
		if form != wanted {
			return false
		}
		alike = true
	}
	return alike
}

// formOf returns the form of a text: "9-9-9" for a date, "a9" for a ref such as E17.
func formOf(text string) string {
	form := []rune(nil)
	for _, c := range strings.Trim(strings.TrimSpace(text), `"`) {
		switch {
		case unicode.IsDigit(c):
			c = '9'
		case unicode.IsLetter(c):
			c = 'a'
		case unicode.IsSpace(c):
			c = ' '
		}
		if n := len(form); n == 0 || form[n-1] != c || c != 'a' && c != '9' && c != ' ' {
			form = append(form, c)
		}
	}
	return string(form)
}
