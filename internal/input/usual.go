package input

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// usual is what nearly all refs of a source have in common.
type usual struct {
	general string // the form that nearly all have; "": there is none
	major   string // the form that most have, if nearly all have none; "": there is none
	spelt   string // the form with letters as they are; "": there is none
	example string // a ref of this form

	oddWords bool // names without marks, which are mere words, are odd
	mixed    bool // refs are so few and so different that none is usual

	// By number of a form.
	odd     [maxForms]bool // it is another form
	foreign [maxForms]bool // it is another form than major
	alone   [maxForms]bool // it is a domain that one of many addresses has
	other   [maxForms]bool // it is not the general form, be it alike or not
	names   [maxForms]bool // it is that of names
	letters [maxForms]int  // letters in front that do not count in the size; -1: sizes say nothing

	// By size, and by first digit.
	oddSize  [2*maxSize + 1][4]bool // nearly all refs have another size
	short    [2*maxSize + 1][4]bool // the same, less certain: enough for a ref at the end of a file
	oddOther [2*maxSize + 1]bool    // most refs have another size: enough for a form that is alike
}

// From these numbers of refs on, nearly all of them can be told from the others.
const (
	fewRefs  = 3   // all but one of them, if the one is quite different
	someRefs = 5   // all but one of them
	moreRefs = 20  // 95 of 100, or all but two of them
	manyRefs = 100 // for their size
)

// nearlyAll tells whether so many of n are nearly all.
func nearlyAll(of, n int) bool {
	if n < moreRefs {
		return n >= someRefs && of >= n-1
	}
	return of >= n-max(2, (n+10)/20)
}

// isMost tells whether so many of n are most: enough to doubt a row that differs in two
// ways.
func isMost(of, n int) bool { return n >= someRefs && 5*of >= 3*n }

// exampleOf returns the first ref of a form.
func (f *forms) exampleOf(general string) string {
	for id := 1; id < maxForms; id++ {
		if c := &f.all[id]; c.n > 0 && c.general == general {
			return c.first
		}
	}
	return ""
}

// usual returns what nearly all refs have in common.
func (f *forms) usual() usual {
	var u usual
	generals := map[string]int{}
	for i := range f.all {
		if c := &f.all[i]; c.n > 0 {
			generals[f.group(c)] += c.n
		}
	}
	u.choose(f, generals)
	for id := 1; id < maxForms; id++ {
		c := &f.all[id]
		u.foreign[id] = u.major != "" && c.n > 0 && !alike(f.group(c), u.major) && (!isPrefixed(c.general, u.major) || 10*generals[u.major] >= 9*f.n)
	}
	if u.general == "" {
		u.findTexts(f)
		u.findDifferent(f)
		u.findMixed(f)
		return u
	}
	u.findSpelt(f, generals[u.general])
	lower, upper := f.lowerCase(), f.mostlyCapital()
	for id := 1; id < maxForms; id++ {
		c := &f.all[id]
		u.odd[id] = id == rareForm || c.form == capitalForm && u.general == nameForm && lower || c.form == nameForm && u.general == nameForm && upper || c.n > 0 && (!alike(f.group(c), u.general) ||
			u.spelt != "" && c.general == u.general && c.form != u.spelt || f.isCutDomain(c))
		u.letters[id] = u.lettersOf(c)
		u.alone[id] = c.general == addressForm && c.n == 1 && f.n >= moreRefs
		u.other[id] = f.group(c) != u.general
	}
	u.findSizes(f)
	return u
}

// choose finds the form that nearly all refs have, or else the one that most have.
// generals counts the refs by their general form.
func (u *usual) choose(f *forms, generals map[string]int) {
	for _, general := range slices.Sorted(maps.Keys(generals)) {
		own := generals[general]
		n := own
		for other, more := range generals {
			if other != general && alike(other, general) {
				n += more
			}
		}
		isStrict := general == uuidForm || general == addressForm
		switch best := generals[cmp.Or(u.general, u.major)]; {
		case general == "" || 3*own <= f.n || own < best || own == best && general > cmp.Or(u.general, u.major):
		case nearlyAll(n, f.n) || f.isOfFew(general, n), isStrict && n >= someRefs && 4*n >= 3*f.n:
			u.general, u.major = general, ""
		case isMost(n, f.n) && u.general == "":
			u.major, u.example = general, f.exampleOf(general)
		}
	}
}

// findSpelt finds the letters that nearly all of the n refs of the general form have, if
// these are many, and an example.
func (u *usual) findSpelt(f *forms, n int) {
	for id := 1; id < maxForms; id++ {
		c := &f.all[id]
		if c.n == 0 || f.group(c) != u.general {
			continue
		}
		if n >= moreRefs && 50*c.n >= 49*n && c.form != c.general && c.general != addressForm {
			u.spelt = c.form
		}
		if u.example == "" || c.n > n/2 {
			u.example = c.first
		}
	}
}

// isPrefixed tells whether two forms are numbers with and without letters: systems have
// both, so that many refs have to be of one form before another one says something.
func isPrefixed(a, b string) bool {
	isNumber := func(general string) bool { return general == "9" || general == "A9" || general == "9A" }
	return isNumber(a) && isNumber(b)
}

// isNumberedName tells whether refs are names with marks and a number behind: john.smith2.
func (c *formCount) isNumberedName() bool {
	before, isNumbered := strings.CutSuffix(c.general, "A9")
	if !isNumbered || !strings.HasPrefix(before, "A") || strings.Trim(before, "A._") != "" {
		return false
	}
	name := strings.TrimRight(c.first, "0123456789")
	last := name[strings.LastIndexAny(name, "._")+1:]
	return len(last) > 2 && strings.ToUpper(last) != last
}

// group returns the general form of refs. Names with numbers are names.
func (f *forms) group(c *formCount) string {
	if c.isNumberedName() {
		return nameForm
	}
	if c.general != userForm {
		return c.general
	}
	if id, known := f.ids[userForm]; known && f.all[id].varies {
		return nameForm
	}
	return c.general
}

// lowerCase tells whether nearly all refs that are names have no capital letter.
func (f *forms) lowerCase() bool {
	lower, all := 0, 0
	for id := 1; id < maxForms; id++ {
		c := &f.all[id]
		if c.n == 0 || !alike(f.group(c), nameForm) {
			continue
		}
		all += c.n
		switch {
		case c.letters == 0:
			lower += c.n - c.capital
		case c.form == strings.ToLower(c.form[:len(c.form)-1])+"9":
			lower += c.n
		}
	}
	return nearlyAll(lower, all)
}

// isOfFew tells whether n refs of a general form are enough in a list of three or four
// refs: if all have it, or all but one, and this one is quite different, such as a word
// among numbers.
func (f *forms) isOfFew(general string, n int) bool {
	if f.n < fewRefs || f.n >= someRefs || n < f.n-1 {
		return false
	}
	if n == f.n || general == addressForm || general == uuidForm {
		most, _ := f.mostFrequent()
		return !f.anyApart(most)
	}
	different := 0
	for i := range f.all {
		if c := &f.all[i]; c.general == nameForm || hasBlank(c.general) || c.general == addressForm || c.n > 0 && !strings.ContainsAny(c.first, "0123456789") {
			different += c.n
		}
	}
	return different == 1 && (strings.Contains(general, "9") || general == mixedForm)
}

// findTexts finds the forms with blanks, where at least a third of the refs have one form
// with digits and without blanks: below a short table there may be several lines of text.
func (u *usual) findTexts(f *forms) {
	most := &f.all[0]
	for i := range f.all {
		if c := &f.all[i]; c.n > most.n && strings.Contains(c.general, "9") && !hasBlank(c.general) {
			most = c
		}
	}
	if most.n < 2 || 3*most.n < f.n {
		return
	}
	u.example = most.first
	for id := 1; id < rareForm; id++ {
		u.odd[id] = f.all[id].n > 0 && hasBlank(f.all[id].general)
	}
}

// hasBlank tells whether refs of a form have blanks.
func hasBlank(general string) bool { return general == wordsForm || strings.Contains(general, " ") }

// isCutDomain tells whether the domain of the only address that has it is the beginning
// of that of other addresses. If it is a whole domain, as example.com of example.com.au,
// there have to be many of these.
func (f *forms) isCutDomain(c *formCount) bool {
	if c.general != addressForm || c.n != 1 {
		return false
	}
	for i := range f.all {
		if o := &f.all[i]; o.general == addressForm && len(o.form) > len(c.form) && strings.HasPrefix(o.form, c.form) {
			isWhole := o.form[len(c.form)] == '.' && strings.Contains(c.form, ".")
			if o.n >= moreRefs || o.n > 1 && !isWhole || !strings.Contains(c.form, ".") {
				return true
			}
		}
	}
	return false
}

// goesOn tells whether a ref is the only address of a domain with which another one begins.
func (f *forms) goesOn(r refForm) bool {
	c := &f.all[r.id]
	for i := range f.all {
		if o := &f.all[i]; c.n == 1 && c.general == addressForm && len(o.form) > len(c.form) && strings.HasPrefix(o.form, c.form) {
			return true
		}
	}
	return false
}

// alike tells whether refs of a form can be expected among those of the usual one: of
// random letters and digits, some look like a plain number or a plain word, and a few
// letters and a number can be a name.
func alike(general, usual string) bool {
	if general == usual {
		return true
	}
	switch usual {
	case mixedForm:
		return general == "9" || general == "A9" || general == "9A" || general == nameForm
	case nameForm:
		return general == "A9"
	}
	return false
}

// isOdd tells whether a ref has another form than nearly all refs, or another size.
func (u *usual) isOdd(r refForm) bool {
	if r.id == 0 || u.hasOddForm(r) || u.general == "" {
		return u.hasOddForm(r)
	}
	return u.in(&u.oddSize, r) || u.other[r.id] && u.letters[r.id] >= 0 && u.oddOther[u.letters[r.id]+r.size]
}

// hasOddForm tells whether a ref has another form than nearly all refs, or is a word
// where most refs have digits.
func (u *usual) hasOddForm(r refForm) bool {
	return r.id != 0 && (u.odd[r.id] || u.oddWords && u.names[r.id] && r.first == 0)
}

// isShort tells whether all other refs are longer, and have one size.
func (u *usual) isShort(r refForm) bool { return r.id != 0 && u.general != "" && u.in(&u.short, r) }

func (u *usual) in(table *[2*maxSize + 1][4]bool, r refForm) bool {
	letters := u.letters[r.id]
	return letters >= 0 && r.size < maxSize && table[letters+r.size][r.first]
}
