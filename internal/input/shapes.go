package input

import (
	"slices"
	"strings"

	"offboard/internal/xlsx"
)

// shapes counts which kinds of values stand beside each other in the rows of a grid,
// around the ref and the end date, so that the few rows stand out whose cells are
// shifted.
type shapes struct {
	columns []int // that are looked at, in their order
	ids     map[uint64]uint8
	all     [maxShapes]shapeCount
	n       int // rows
	last    uint64
	lastID  uint8
	shifted [maxShapes]bool // by number, when the reading is complete
	foreign [maxShapes]bool // by number: a column beside the ref has another class than most rows have there
	beside  [maxShapes]int  // by number: the first such column, if it is foreign
	strayed [maxShapes]bool // by number: a filled cell beside the ref does
	bare    [maxShapes]bool // by number: hardly anything stands beside the ref, in these rows alone
	ref     int             // the column of the ref
	mixed   bool            // as in settle
}

// shapeCount is a shape: the classes of the columns, and how many rows have it.
type shapeCount struct {
	classes uint64
	n       int
}

const (
	maxShapes = 1 << shapeBits
	rareShape = maxShapes - 1 // stands for all further shapes
	classBits = 4

	narrowTable = 6 // columns
	maxColumns  = 16
)

// class is what a value looks like.
type class uint8

const (
	emptyClass class = iota
	numberClass
	dateClass
	codeClass // letters and digits
	wordClass
	wordsClass // with blanks between them
	addressClass
	otherClass
)

// around returns the columns around the ref and the end date; of a narrow table, all.
func (g *grid) around() []int {
	var columns []int
	for column := range g.header {
		beside := func(of, most int) bool { return of >= 0 && column >= of-most && column <= of+most }
		if len(g.header) <= narrowTable || beside(g.ref, 3) || beside(g.endDate, 1) {
			columns = append(columns, column)
		}
	}
	return columns
}

// note counts a row, and returns the number of its shape.
func (s *shapes) note(r *gridRow) uint8 {
	var classes uint64
	for _, column := range s.columns {
		classes = classes<<classBits | uint64(r.class(column))
	}
	s.n++
	if s.lastID == 0 || classes != s.last {
		s.last, s.lastID = classes, s.idOf(classes)
	}
	s.all[s.lastID].n++
	return s.lastID
}

func (s *shapes) idOf(classes uint64) uint8 {
	if id, known := s.ids[classes]; known {
		return id
	}
	if s.ids == nil {
		s.ids = map[uint64]uint8{}
	}
	if len(s.ids)+1 >= rareShape {
		return rareShape
	}
	id := uint8(len(s.ids) + 1)
	s.ids[classes] = id
	s.all[id].classes = classes
	return id
}

// at returns the class of the i-th column.
func (s *shapes) at(classes uint64, i int) class {
	return class(classes>>(classBits*(len(s.columns)-1-i))) & (1<<classBits - 1)
}

// settle finds the shapes that are shifted: a column has what belongs beside it, and
// there is an empty cell on that side, or another column that differs, too. mixed tells
// that refs have letters and digits at random, or are names with and without numbers.
func (s *shapes) settle(mixed bool) {
	s.mixed = mixed
	most, isKnown := s.mostFilled()
	filled, isFilled := s.usualFilled()
	for id := 1; id < rareShape; id++ {
		if s.all[id].n == 0 {
			continue
		}
		others, explained := 0, false
		for i := range s.columns {
			is := s.at(s.all[id].classes, i)
			if s.columns[i] != s.ref && isKnown[i] && is != most[i] && is != emptyClass {
				if s.strayed[id] = s.strayed[id] || !same(is, most[i]); !s.foreign[id] && !s.repeatsRef(i) {
					s.foreign[id], s.beside[id] = true, s.columns[i]
				}
			}
			if !s.differs(i, is, filled[i], isFilled[i]) {
				continue
			}
			if others++; is == emptyClass {
				continue
			}
			for _, beside := range [2]int{i - 1, i + 1} {
				if beside >= 0 && beside < len(s.columns) && s.columns[beside]-s.columns[i] == beside-i && isFilled[beside] && same(is, filled[beside]) {
					explained = true
					if s.hasEmpty(s.all[id].classes, i, beside-i) {
						others++
					}
				}
			}
		}
		s.shifted[id] = others > 1 && explained
	}
	s.settleFew()
	s.settleBare()
}

// repeatsRef tells whether the i-th column has the same class as the ref in every row:
// then it says nothing that the ref does not say.
func (s *shapes) repeatsRef(i int) bool {
	at := slices.Index(s.columns, s.ref)
	for id := 1; id < rareShape && at >= 0; id++ {
		if s.all[id].n > 0 && s.at(s.all[id].classes, i) != s.at(s.all[id].classes, at) {
			return false
		}
	}
	return at >= 0
}

// differs tells whether a class is not what nearly all rows have in the i-th column. usual
// is what nearly all filled cells have, if that is known.
func (s *shapes) differs(i int, is, usual class, known bool) bool {
	counts := s.counts(i)
	filled := s.n - counts[emptyClass]
	if is == emptyClass {
		return nearlyAll(filled, s.n)
	}
	if s.mixed && usual == codeClass && (is == wordClass || is == numberClass) {
		return false // by chance, it has no digit or no letter
	}
	return known && !same(is, usual) && (counts[is] == 1 || 100*counts[is] <= filled)
}

// same tells whether two classes are the same but for blanks.
func same(a, b class) bool { return a == b || min(a, b) == wordClass && max(a, b) == wordsClass }

// hasEmpty tells whether a cell to the left (-1) or to the right (1) of the i-th column is
// empty.
func (s *shapes) hasEmpty(classes uint64, i, to int) bool {
	for i += to; i >= 0 && i < len(s.columns); i += to {
		if s.at(classes, i) == emptyClass {
			return true
		}
	}
	return false
}

// counts returns how many rows have each class in the i-th column.
func (s *shapes) counts(i int) (counts [otherClass + 1]int) {
	for id := range s.all {
		if s.all[id].n > 0 && id != rareShape {
			counts[s.at(s.all[id].classes, i)] += s.all[id].n
		}
	}
	return counts
}

// ofClass returns how many rows have a class, or the same but for blanks.
func ofClass(counts *[otherClass + 1]int, c class) int {
	if c == wordClass || c == wordsClass {
		return counts[wordClass] + counts[wordsClass]
	}
	return counts[c]
}

// mostFilled returns the classes of most filled cells of each column.
func (s *shapes) mostFilled() (most []class, known []bool) {
	most, known = make([]class, len(s.columns)), make([]bool, len(s.columns))
	for i := range s.columns {
		counts := s.counts(i)
		for c := emptyClass + 1; c <= otherClass; c++ {
			if s.n >= someRefs && counts[c] > 1 && 5*counts[c] >= 3*(s.n-counts[emptyClass]) {
				most[i], known[i] = c, true
			}
		}
	}
	return most, known
}

// usualFilled returns the classes of nearly all filled cells of each column.
func (s *shapes) usualFilled() (usual []class, known []bool) {
	usual, known = make([]class, len(s.columns)), make([]bool, len(s.columns))
	for i := range s.columns {
		counts := s.counts(i)
		filled := s.n - counts[emptyClass]
		if s.mixed && 2*counts[codeClass] > filled {
			counts[codeClass] += counts[wordClass] + counts[numberClass] // without a digit or a letter by chance
		}
		for c := emptyClass + 1; c <= otherClass; c++ {
			if of := ofClass(&counts, c); nearlyAll(of, filled) || of == filled && filled >= fewRefs {
				usual[i], known[i] = c, true
			}
		}
	}
	return usual, known
}

// class returns the class of the cell in a column.
func (r *gridRow) class(column int) class {
	if column >= len(r.texts) {
		return emptyClass
	}
	if r.cells != nil && column < len(r.cells) {
		switch r.cells[column].Kind {
		case xlsx.Date:
			return dateClass
		case xlsx.Fault:
			return otherClass
		}
	}
	return classOf(r.texts[column])
}

// classOf returns the class of a text.
func classOf(text string) class {
	digits, letters, marks, blanks := 0, 0, 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80:
			letters++
		case c == '-' || c == '/' || c == '.' || c == ':':
			marks++
		case c == ' ' || c == '\t':
			blanks++
		case c == '@':
			return addressClass
		}
	}
	switch n := digits + letters + marks; {
	case n == 0 && blanks == len(text):
		return emptyClass
	case isUUID(text):
		return codeClass // and not a date, even if it begins with digits
	case digits == len(text):
		return numberClass
	case digits >= 4 && marks >= 2 && letters <= 3 && text[0] >= '0' && text[0] <= '9':
		return dateClass
	case digits == 0 && letters > 0 && blanks > 0:
		return wordsClass
	case digits == 0 && letters > 0:
		return wordClass
	case digits > 0 && letters > 0 && blanks == 0:
		return codeClass
	}
	return otherClass
}

// filled returns how many cells of a row have something in them, 3 for more, and the
// text of the first of these.
func (r *gridRow) filled() (n int, text string) {
	for _, t := range r.texts {
		if t == "" {
			continue
		}
		if t = strings.TrimSpace(t); t != "" {
			if n++; n == 1 {
				text = t
			} else if n == 3 {
				return n, text
			}
		}
	}
	return n, text
}
