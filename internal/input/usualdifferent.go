package input

import "strings"

// exponentForm is the form of refs such as 1E5: in a spreadsheet they would be numbers.
const exponentForm = "9E9"

// differentRefs is the number of refs from which on those that are quite different from
// the others are told, be there several of them.
const differentRefs = 7

// findDifferent finds the forms that are quite different from those that most refs have,
// where these have digits: words, and numbers to which something was added. It is for
// lists in which several refs differ, so that no form is that of nearly all.
func (u *usual) findDifferent(f *forms) {
	coded, most := 0, &f.all[0]
	for id := 1; id < rareForm; id++ {
		c := &f.all[id]
		if c.n == 0 || !f.isCoded(c) {
			continue
		}
		if coded += c.n; c.n > most.n {
			most = c
		}
	}
	if f.n < differentRefs || 3*coded < 2*f.n {
		return
	}
	u.example, u.oddWords = most.first, true
	for id := 1; id < rareForm; id++ {
		c := &f.all[id]
		u.names[id] = c.general == nameForm
		u.odd[id] = u.odd[id] || c.n > 0 && c.isMarred()
	}
}

// isCoded tells whether a form is one of digits, with or without letters: no name, and
// nothing that changes again and again.
func (f *forms) isCoded(c *formCount) bool {
	return strings.Contains(c.general, "9") && !hasBlank(c.general) && f.group(c) != nameForm && !c.isMarred()
}

// isMarred tells whether a form is that of numbers to which something was added: decimals,
// an exponent, a sign, an apostrophe, characters of another encoding.
func (c *formCount) isMarred() bool {
	isOther := strings.Contains(c.general, "#") && strings.Contains(c.general, "9")
	return isOther || c.general == "9.9" || c.form == exponentForm || c.general == "+9" || c.general == "'9"
}

// isExponent tells whether a ref is a number with an exponent, such as 1E5.
func isExponent(ref string) bool {
	number, exponent, found := strings.Cut(strings.ToUpper(ref), "E")
	return found && digitsOnly(number) && digitsOnly(exponent)
}

// mostlyCapital tells whether nearly all refs are names with a capital letter.
func (f *forms) mostlyCapital() bool { return nearlyAll(f.all[f.ids[capitalForm]].n, f.n) }
