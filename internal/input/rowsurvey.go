package input

import (
	"fmt"
	"slices"
	"strings"

	"offboard/internal/leaver"
)

// rowSurvey is what was noticed of the rows of a grid: which of them may be titles, and
// how many have little or nothing beside their ref.
type rowSurvey struct {
	titles titles
	header int // row of the last header that repeats the first one
	n      int // rows,
	alone  int // those of them with nothing but a ref,
	sparse int // those in a table of three columns or more,
	narrow int // and those with one more cell
}

// note notes a row, and returns what it shows beside its ref and end date.
func (s *rowSurvey) note(r *record, p *patterns) leaver.Facts {
	if r.headers.above > s.header {
		s.header = r.headers.above
		s.titles.add(title{row: s.header})
	}
	if r.headers.named.text != "" {
		s.titles.add(namedTitle(r, p))
	}
	shape := p.shapes.note(r.grid)
	f := r.grid.facts | leaver.Facts(shape)<<shapeAt | leaver.Facts(len(s.titles.all))<<titlesAt
	if f&lastRow != 0 && !mayEndInRef(r.grid, p.shapes.ref) {
		f &^= lastRow
	}
	s.n++
	n, text := r.grid.filled()
	ref := r.cells[refCell].Text
	if last := len(ref) - 1; last < 0 || ref[last] < '0' || ref[last] > '9' { // most refs end in a digit, and are no title
		if ref = leaver.TrimRef(ref); ref != "" && n > 1 {
			s.noteWords(r, p, ref, shape)
		}
	}
	switch {
	case n == 2 && len(r.grid.texts) > 2:
		s.narrow++
		if ref == "" || mayBeTitle(ref) {
			s.notePair(r, p, leaver.TrimRef(ref), shape)
		}
	case n == 1 && len(r.grid.texts) > 1:
		isRef := ref != ""
		if isRef {
			s.alone++
		}
		if isRef && len(r.grid.texts) > 2 {
			s.sparse++
			f |= sparseRow
		}
		if !isRef || mayBeTitle(text) || s.titles.isFirstWord(text) {
			s.noteTitle(r.row, p, text, isRef)
		}
	case len(r.grid.texts) == 1 && n == 1 && (mayBeTitle(text) || s.titles.isFirstWord(text)):
		s.noteTitle(r.row, p, text, true)
	}
	return f
}

// mayEndInRef tells whether a file that ends in a row may end within its ref: no cell is
// behind that, or some are missing.
func mayEndInRef(r *gridRow, ref int) bool {
	return ref >= len(r.texts)-1 || slices.ContainsFunc(r.texts[ref+1:], func(text string) bool { return strings.TrimSpace(text) == "" })
}

// isSparse tells whether a row that has nothing beside its ref stands out. It does not
// where columns are often empty: then more rows have one more cell.
func (s *rowSurvey) isSparse() bool {
	switch {
	case s.narrow > s.sparse:
		return false
	case s.n < 10:
		return s.n >= someRefs && s.sparse == 1 && s.narrow == 0
	}
	return nearlyAll(s.n-s.sparse, s.n)
}

// brokenRows counts rows that take up several lines.
type brokenRows struct {
	n     int
	first int // the line of the first of these
}

func (b *brokenRows) note(r *record) {
	if r.lines > 1 {
		if b.n++; b.n == 1 {
			b.first = r.row
		}
	}
}

// warning says that there are such rows; "" if there are none.
func (b brokenRows) warning() string {
	if b.n == 0 {
		return ""
	}
	return fmt.Sprintf("%s over several lines, the first one at line %d; if no line break is meant there, look for a quote too many", count(b.n, "row"), b.first)
}
