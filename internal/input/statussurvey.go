package input

import (
	"math/bits"
	"slices"
	"strings"

	"offboard/internal/leaver"
)

// What the values of a column mean for others is known when the whole source was read: if
// one of them says that somebody has left, a row with another value is in doubt. Until
// then a row has a code for what its values say (leaver.Facts). There are few.
const (
	statusBits   = 3
	maxCodes     = 1<<statusBits - 1
	rareOther    = maxCodes - 1 // stands for further combinations in which no column says that the person is employed,
	rareActive   = maxCodes     // and for those in which one does
	statusValues = 5            // how many values a condition may have that leaves rows out
)

// statusSurvey is what a reading has noticed of the columns that say what a person's
// employment is.
type statusSurvey struct {
	gone    uint16 // the columns in which some row says that the person has left
	codes   []combination
	used    [maxCodes + 1]bool // by code: a row that is read has it,
	dated   [maxCodes + 1]bool // and an end date
	columns [maxStatusColumns]statusNotes
}

// statusNotes are the values of a column by which rows may be in doubt.
type statusNotes struct {
	name    string
	values  []string   // in the order in which they were found
	said    []standing // by value
	odd     bool       // there are too many, or a condition cannot find them
	excused bool       // it is blank in rows of which another column says that the person has left
}

// code returns the code of what a record says: 0 if no column says anything.
func (s *statusSurvey) code(c combination, learn bool) leaver.Facts {
	if c == saysNothing {
		return 0
	}
	i := slices.Index(s.codes, c)
	if i < 0 && learn && len(s.codes) < rareOther-1 {
		i, s.codes = len(s.codes), append(s.codes, c)
	}
	switch {
	case i >= 0:
		return leaver.Facts(i + 1)
	case c.active != 0:
		return rareActive
	}
	return rareOther
}

// doubtful returns the columns by which what a record says is in doubt.
func (s *statusSurvey) doubtful(c combination) uint16 {
	return c.active | s.gone&(c.other|^uint16(0)<<c.known)
}

// isDoubt tells whether a code is a doubt.
func (s *statusSurvey) isDoubt(code int) bool {
	switch code {
	case 0:
		return false
	case rareOther:
		return s.gone != 0
	case rareActive:
		return true
	}
	return code <= len(s.codes) && s.doubtful(s.codes[code-1]) != 0
}

// noteExcused notes columns that are blank where another one says that the person has left.
func (s *statusSurvey) noteExcused(blank uint16) {
	for ; blank != 0; blank &= blank - 1 {
		s.columns[bits.TrailingZeros16(blank)].excused = true
	}
}

// note notes the values of a row that is read.
func (s *statusSurvey) note(e *statusReader, r *record, c combination, code leaver.Facts) {
	s.used[code] = true
	s.dated[code] = s.dated[code] || code != 0 && strings.TrimSpace(r.cells[endDateCell].Text) != ""
	if c.active|c.other == 0 {
		return
	}
	var seen uint16
	for i := range r.values {
		v := &r.values[i]
		bit := uint16(1) << v.column
		if seen |= bit; (c.active|c.other)&bit == 0 {
			continue
		}
		column, said := r.columns[v.column], e.standing(r, v)
		text, _ := e.source.valueIn(v.cell)
		s.columns[v.column].note(column, leaver.TrimRef(text), said)
	}
	for rest := c.other &^ seen; rest != 0; rest &= rest - 1 {
		i := bits.TrailingZeros16(rest)
		s.columns[i].note(r.columns[i], "", noStanding)
	}
}

// note notes a value. No condition finds one that cannot be read, or a date.
func (n *statusNotes) note(column statusColumn, value string, said standing) {
	n.name = column.name
	n.odd = n.odd || said > activeStanding || column.list
	if n.odd || slices.ContainsFunc(n.values, func(v string) bool { return strings.EqualFold(v, value) }) {
		return
	}
	if len(n.values) > 2*statusValues {
		n.odd = true
		return
	}
	n.values, n.said = append(n.values, strings.Clone(value)), append(n.said, said)
}

// remedy returns the condition that leaves out all rows in doubt: by one column, and
// without those who have left.
func (s *statusSurvey) remedy() leaver.Remedy {
	remedy, all := leaver.Remedy{Undated: true}, ^uint16(0)
	for code := 1; code <= maxCodes; code++ {
		if !s.used[code] || !s.isDoubt(code) {
			continue
		}
		remedy.Undated = remedy.Undated && !s.dated[code]
		if code > len(s.codes) {
			return leaver.Remedy{}
		}
		all &= s.doubtful(s.codes[code-1])
	}
	for ; all != 0; all &= all - 1 {
		i := bits.TrailingZeros16(all)
		column, gone := s.columns[i], s.gone>>i&1 == 1
		if column.name == "" || column.odd {
			continue
		}
		var values []string
		unsure := false
		for at, value := range column.values {
			said := column.said[at]
			if said == activeStanding || said == plannedStanding || gone {
				values = append(values, value)
				unsure = unsure || said != activeStanding && said != noStanding
			}
		}
		if len(values) > statusValues || slices.Contains(values, "") && column.excused {
			continue
		}
		remedy.Column, remedy.Values, remedy.Unsure = column.name, values, unsure
		remedy.Undated = remedy.Undated && gone // all others have left
		return remedy
	}
	return remedy
}
