package input

import (
	"math"
	"strings"
)

// lettersOf returns how many letters in front of the refs of a form do not count in
// their size, although they do in that of the usual ones; -1 if sizes say nothing.
func (u *usual) lettersOf(c *formCount) int {
	switch {
	case strings.Contains(soundMarks, u.general) || u.general == nameForm || u.general == addressForm || c.general == addressForm:
		return -1
	case u.general == mixedForm:
		return c.letters
	}
	return 0
}

// sizes counts the sizes of all refs that are alike.
type sizes struct {
	all [2*maxSize + 1]sizeCount
	n   int
}

// findSizes finds the sizes that stand out.
func (u *usual) findSizes(f *forms) {
	var s sizes
	for id := 1; id < maxForms; id++ {
		c := &f.all[id]
		if c.n == 0 || u.odd[id] || u.letters[id] < 0 {
			continue
		}
		s.n += c.n
		for size := range c.sizes {
			to, from := &s.all[size+u.letters[id]], &c.sizes[size]
			to.n += from.n
			for first, n := range from.firsts {
				to.firsts[first] += n
			}
		}
	}
	usual := 0
	for size := range s.all {
		if s.all[size].n > s.all[usual].n {
			usual = size
		}
	}
	isFixed := u.general == mixedForm || s.all[usual].firsts[0] > 0 // numbers with zeros in front
	for size := range s.all {
		for first := range s.all[size].firsts {
			switch {
			case size == usual || s.all[size].n == 0:
			case isFixed:
				same := s.all[usual].n
				odd := nearlyAll(same, s.n) || s.n >= fewRefs && same >= s.n-1
				u.oddOther[size] = u.general == mixedForm && s.n >= someRefs && 2*same > s.n
				u.oddSize[size][first] = odd && (u.general == mixedForm || size != usual+1 || first != 1)
			default:
				u.oddSize[size][first] = s.standsOut(size, first, usual, surprise/float64(s.n))
				u.short[size][first] = size < usual && s.standsOut(size, first, usual, lastSurprise)
			}
		}
	}
}

// Numbers grow: they are given one after another, so some are shorter than others, and
// that is no surprise. It is one if it is less likely than this.
const (
	surprise     = 0.001 // for a list
	lastSurprise = 0.02  // for one ref, which may be cut off
)

// standsOut tells whether numbers of a size stand out among those of the usual one.
// Where all of these but one have the same size, it stands out if the probability of such
// a number is less than limit, the numbers being given one after another.
func (s *sizes) standsOut(size, first, usual int, limit float64) bool {
	// The greatest number is below most, in numbers of the usual size that begin with 1.
	most := 2.0
	if s.all[usual].firsts[firstDigit('9')] > 0 {
		most = 10
	} else if s.all[usual].firsts[firstDigit('2')] > 0 {
		most = 5
	}
	same := 1 - 1/most // of all numbers up to the greatest one, so many have the usual size
	others := s.n - s.all[usual].n
	switch {
	case size == usual-1 && first == firstDigit('9') || size == usual+1 && first <= 1:
		return false // 998 among those from 1001 on, and the other way round
	case s.n >= manyRefs && 5*float64(others) <= (1-same)*float64(s.n):
		return true // far fewer than there are of numbers that grow
	case others > 1:
		return false
	case size > usual:
		return s.n >= someRefs && size > usual+1 || s.n >= moreRefs
	}
	shorter := 0.9 * math.Pow10(size-usual+1) / most
	return shorter*math.Pow(same, float64(s.n-1)) < limit
}

// isShortest tells whether all other refs of the form of a ref are longer, and there are
// enough of them. Numbers grow, so that 998 among those from 1001 on is none.
func (f *forms) isShortest(r refForm) bool {
	c := &f.all[r.id]
	if r.id == 0 || c.n < someRefs || !strings.Contains(c.general, "9") && c.general != mixedForm || f.group(c) == nameForm {
		return false
	}
	for size := range c.sizes[:r.size] {
		if c.sizes[size].n > 0 {
			return false
		}
	}
	next := &c.sizes[min(r.size+1, maxSize)]
	grows := r.first == firstDigit('9') && next.firsts[0]+next.firsts[1] == c.n-1
	return c.sizes[r.size].n == 1 && !grows
}
