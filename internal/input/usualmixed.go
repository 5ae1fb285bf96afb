package input

import "strings"

// refKind is what a form of refs is at first sight.
type refKind uint8

const (
	otherKind   refKind = iota
	numberKind          // digits only
	codeKind            // one or two letters, and digits
	randomKind          // letters and digits that change again and again
	nameKind            // names, with and without a number
	addressKind         // mail addresses
	uuidKind
)

func (f *forms) kindOf(c *formCount) refKind {
	switch group := f.group(c); {
	case group == "9":
		return numberKind
	case group == mixedForm:
		return randomKind
	case group == addressForm:
		return addressKind
	case group == uuidForm:
		return uuidKind
	case group == nameForm, group == userForm && c.letters != 1 && c.letters != 2:
		return nameKind
	case group == userForm:
		return codeKind
	}
	return otherKind
}

// areApart tells whether refs of two forms are hardly of one list. Numbers with and
// without letters are of the same systems, initials with a number are names, and random
// letters may be a word in capital letters.
func (f *forms) areApart(a, b *formCount) bool {
	if f.kindOf(a) > f.kindOf(b) {
		a, b = b, a
	}
	kind, other := f.kindOf(a), f.kindOf(b)
	switch {
	case kind == otherKind, kind == other:
		return false
	case kind == numberKind:
		return other != codeKind
	case kind == codeKind && other == nameKind:
		return !hasDigits(b.first)
	case kind == randomKind && other == nameKind:
		return strings.ToUpper(b.first) != b.first
	}
	return true
}

// findMixed finds refs that are apart from most others, where no form is that of nearly
// all refs. In a list of few nobody can tell which ones are usual, so that all are odd.
func (u *usual) findMixed(f *forms) {
	switch most, own := f.mostFrequent(); {
	case f.n < someRefs:
		if f.anyApart(most) {
			u.allOdd()
		}
	case f.n >= moreRefs:
		if f.kindOf(most) >= nameKind && 10*own >= 9*f.n {
			u.numbersAreOdd(f, most)
		}
	default:
		u.findNumbers(f)
	}
}

// findNumbers finds numbers among random letters and digits, names with a number,
// addresses and identifiers. Unless these are most of the refs, all are odd. So they are
// if at least half of the refs are words.
func (u *usual) findNumbers(f *forms) {
	numbers, apart, names, words := 0, 0, 0, 0
	most := &f.all[0]
	for id := 1; id < rareForm; id++ {
		switch c := &f.all[id]; {
		case c.n == 0:
		case f.kindOf(c) == numberKind:
			numbers += c.n
		case f.kindOf(c) == nameKind && !hasDigits(c.first):
			words += c.n
		case f.kindOf(c) == nameKind:
			names += c.n
			most = moreFrequent(most, c)
		case f.kindOf(c) > nameKind, c.n > 1 && f.kindOf(c) == randomKind && !f.alikeInSize(c):
			apart += c.n
			most = moreFrequent(most, c)
		}
	}
	if names > 1 {
		apart += names
	}
	switch {
	case numbers > 0 && 2*words >= f.n:
		u.allOdd()
	case numbers == 0 || apart == 0:
	case isMost(apart, f.n):
		u.numbersAreOdd(f, most)
	default:
		u.allOdd()
	}
}

// alikeInSize tells whether numbers have the size of random letters and digits: then
// they may have no letter by chance.
func (f *forms) alikeInSize(random *formCount) bool {
	for id := 1; id < rareForm; id++ {
		c := &f.all[id]
		for size := range c.sizes {
			if f.kindOf(c) == numberKind && c.sizes[size].n > 0 && random.sizes[size].n == 0 {
				return false
			}
		}
	}
	return true
}

func (u *usual) numbersAreOdd(f *forms, most *formCount) {
	for id := 1; id < rareForm; id++ {
		if c := &f.all[id]; c.n > 0 && f.kindOf(c) == numberKind {
			u.odd[id], u.example = true, most.first
		}
	}
}

// anyApart tells whether any refs are apart from those of a form.
func (f *forms) anyApart(from *formCount) bool {
	for id := 1; id < rareForm; id++ {
		if c := &f.all[id]; c.n > 0 && f.areApart(c, from) {
			return true
		}
	}
	return false
}

func moreFrequent(a, b *formCount) *formCount {
	if b.n > a.n {
		return b
	}
	return a
}

// mostFrequent returns the form that most refs have, and how many refs are of its kind.
func (f *forms) mostFrequent() (most *formCount, ofKind int) {
	most = &f.all[0]
	for id := 1; id < rareForm; id++ {
		most = moreFrequent(most, &f.all[id])
	}
	for id := 1; id < rareForm; id++ {
		if c := &f.all[id]; c.n > 0 && f.kindOf(c) == f.kindOf(most) {
			ofKind += c.n
		}
	}
	return most, ofKind
}

// allOdd says that no ref is usual.
func (u *usual) allOdd() {
	u.mixed = true
	for id := range u.odd {
		u.odd[id] = id > 0
	}
}
