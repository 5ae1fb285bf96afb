package input

import "strings"

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
