package input

import (
	"slices"
	"strings"

	"offboard/internal/leaver"
)

// leaveOut tells whether a record that does not meet the conditions is wanted all the
// same, in the first reading, because it may say that the person is still employed: it
// may be another record of a leaver.
func (g *reading) leaveOut(r *record, s *slot) (wanted bool) {
	if g.known != nil {
		return false
	}
	s.leftOut = true
	s.keep(r)
	code := g.survey.status.code(g.status.read(r, false), true)
	if g.status.isOpen(r) {
		code = rareActive
	}
	s.facts = code<<statusAt | fact(blankDate, strings.TrimSpace(r.cells[endDateCell].Text) == "")
	return s.facts != 0
}

// employment notes what a record that is read says of the person's employment.
func (g *reading) employment(r *record, s *slot) {
	if r.columns == nil {
		return
	}
	c := g.status.read(r, true)
	if g.known == nil {
		code := g.survey.status.code(c, true)
		g.survey.status.note(&g.status, r, c, code)
		s.facts |= code << statusAt
		return
	}
	code := g.known.status.code(c, false)
	s.facts |= code << statusAt
	if g.known.status.isDoubt(int(code)) {
		s.active = g.status.says(r, c)
	}
}

// facts returns what a record shows beside its ref and end date.
func (g *reading) facts(r *record) leaver.Facts {
	if r.grid == nil {
		return 0
	}
	v := g.survey
	if r.header > v.header {
		v.header = r.header
		v.titles.add(title{row: r.header})
	}
	if r.named.text != "" {
		v.titles.add(v.namedTitle(r))
	}
	shape := v.shapes.note(r.grid)
	f := r.grid.facts | leaver.Facts(shape)<<shapeAt | leaver.Facts(len(v.titles.all))<<titlesAt
	if f&lastRow != 0 && !mayEndInRef(r.grid, v.shapes.ref) {
		f &^= lastRow
	}
	v.wide++
	n, text := r.grid.filled()
	ref := r.cells[refCell].Text
	if last := len(ref) - 1; last < 0 || ref[last] < '0' || ref[last] > '9' { // most refs end in a digit, and are no title
		if ref = leaver.TrimRef(ref); ref != "" && n > 1 {
			v.noteWords(r.row, r.grid, ref, shape)
		}
	}
	switch {
	case n == 2 && len(r.grid.texts) > 2:
		v.narrow++
		if ref == "" || mayBeTitle(ref) {
			v.notePair(r.row, r.grid, leaver.TrimRef(ref), shape)
		}
	case n == 1 && len(r.grid.texts) > 1:
		isRef := ref != ""
		if isRef {
			v.alone++
		}
		if isRef && len(r.grid.texts) > 2 {
			v.sparse++
			f |= sparseRow
		}
		if !isRef || mayBeTitle(text) || v.titles.isFirstWord(text) {
			v.noteTitle(r.row, text, isRef)
		}
	case len(r.grid.texts) == 1 && n == 1 && (mayBeTitle(text) || v.titles.isFirstWord(text)):
		v.noteTitle(r.row, text, true)
	}
	return f
}

// mayEndInRef tells whether a file that ends in a row may end within its ref: no cell is
// behind that, or some are missing.
func mayEndInRef(r *gridRow, ref int) bool {
	return ref >= len(r.texts)-1 || slices.ContainsFunc(r.texts[ref+1:], func(text string) bool { return strings.TrimSpace(text) == "" })
}

// namedTitle returns the title that a record with the name of a column is. Where a single
// cell is the name of its own column, as people write it into a column of marks, the ref
// has to be another one, too.
func (v *Survey) namedTitle(r *record) title {
	t := title{row: r.row, text: r.named.text}
	if ref := leaver.TrimRef(r.cells[refCell].Text); r.named.single && ref != "" {
		t.ref = v.forms.formOf(ref)
	}
	return t
}
