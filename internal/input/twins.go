package input

import (
	"slices"
	"strings"
)

// twins are the columns of a grid that have a usual name of the end date, if there are
// several: systems have one that nobody uses, or two of the same day. They do no harm if
// only one of them has dates, or if all have the same ones. That is known when the whole
// input was read.
type twins struct {
	names   []string
	filled  []bool // by column: it has dates
	differs [][]bool
}

// name returns the name of the column that is read; "" if there are not several.
func (t *twins) name() string {
	if len(t.names) == 0 {
		return ""
	}
	return t.names[max(0, slices.Index(t.filled, true))]
}

// join takes the end date of a record from the column that has one. It fails if two
// columns have dates, and these differ in some row: either could be meant.
func (t *twins) join(s *Source, r *record) error {
	if len(r.twins) == 0 {
		return nil
	}
	if t.names == nil {
		n := 1 + len(r.twins)
		t.names, t.filled, t.differs = append([]string{r.names[endDateCell]}, r.twins...), make([]bool, n), make([][]bool, n)
		for i := range t.differs {
			t.differs[i] = make([]bool, n)
		}
	}
	behind := r.cells[firstCondition+len(s.options.Where)+len(r.rivals):]
	at := func(i int) cell {
		if i == 0 {
			return r.cells[endDateCell]
		}
		return behind[i-1]
	}
	read := r.cells[endDateCell]
	for i := range t.names {
		c := at(i)
		isBlank := strings.TrimSpace(c.Text) == ""
		t.filled[i] = t.filled[i] || !isBlank
		if strings.TrimSpace(read.Text) == "" && !isBlank {
			read = c
		}
		for j := range i {
			o := at(j)
			t.differs[i][j] = t.differs[i][j] || o.Kind != c.Kind || strings.TrimSpace(o.Text) != strings.TrimSpace(c.Text)
			if t.differs[i][j] && t.filled[i] && t.filled[j] {
				return lineErrorf(r.row, "%d %ss could be meant by %q: %s; name one with --end-date-column, or rename the others",
					len(t.names), s.Field(), spelt(endDateName), quoted(t.names))
			}
		}
	}
	r.cells[endDateCell] = read
	return nil
}
