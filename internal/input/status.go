package input

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"offboard/internal/dates"
	"offboard/internal/table"
	"offboard/internal/xlsx"
)

// statusColumn is a column, or a key, that says what a person's employment is.
type statusColumn struct {
	name   string
	kind   statusKind
	at     int  // its position in a header
	chosen bool // a condition has chosen its values: those of rows that are read say nothing more
	list   bool // the key is within a list: no condition finds it
}

// maxStatusColumns is how many such columns are looked at.
const maxStatusColumns = 16

// statusValue is the value of such a column in a record.
type statusValue struct {
	column int
	cell   cell
}

// statusColumns finds the columns of a header that say what a person's employment is,
// except those that are read for something else.
func statusColumns(header []string, where []Condition, read ...int) []statusColumn {
	var found []statusColumn
	for i, name := range header {
		if c, ok := newStatusColumn(name, where); ok && !slices.Contains(read, i) && len(found) < maxStatusColumns {
			c.at = i
			found = append(found, c)
		}
	}
	if slices.ContainsFunc(header, func(name string) bool { return table.NormalName(name) == "right" }) {
		found = slices.DeleteFunc(found, func(c statusColumn) bool { return table.NormalName(c.name) == "left" }) // the other side
	}
	return found
}

func newStatusColumn(name string, where []Condition) (statusColumn, bool) {
	kind := statusKindOf(name)
	ok := kind != noStatus && kind != formOnly && (kind != statusEvent || len(where) > 0)
	return statusColumn{name: name, kind: kind, chosen: chosen(name, where)}, ok
}

// chosen tells whether a condition has chosen the values of a column.
func chosen(name string, where []Condition) bool {
	return slices.ContainsFunc(where, func(c Condition) bool {
		return !c.Not && table.NormalName(c.Column) == table.NormalName(name)
	})
}

// combination is what all values of a record say of the person's employment, by columns:
// the i-th bit is the i-th column.
type combination struct {
	active uint16 // columns that say that the person is still employed, or has not left yet,
	other  uint16 // and that do not say that the person has left, if no end date does
	// known is how many columns were known when the record was read. Further ones have no
	// value for it.
	known uint8
}

// statusReader reads what records say of the person's employment.
type statusReader struct {
	source *Source
	survey *statusSurvey // what this reading notices
	known  *statusSurvey // what the first reading has noticed; nil in that reading

	texts []statusTexts        // by column
	days  map[string]date      // dates that are not end dates of rows that are read
	forms map[string]time.Time // the same, of those that are read in another form
}

// statusTexts has what the texts of a column say. Many records have the same one.
type statusTexts struct {
	all  map[string]saidText
	last saidText
}

// saidText is a text, and what it says.
type saidText struct {
	text string
	said standing
}

// saysNothing is what a record says in which no column can be in doubt.
var saysNothing = combination{known: maxStatusColumns}

// read returns what a record says of the person's employment. isRead tells that it is no
// row that a condition has left out.
func (e *statusReader) read(r *record, isRead bool) combination {
	if r.columns == nil {
		return saysNothing
	}
	var blank, gone, seen, apart uint16 // apart: they say something about some rows only
	c := combination{known: uint8(len(r.columns))}
	if r.grid != nil {
		c.known = maxStatusColumns
	}
	for i := range r.values {
		v := &r.values[i]
		bit := uint16(1) << v.column
		seen |= bit
		switch e.standing(r, v) {
		case noStanding:
			blank |= bit
		case otherStanding:
			c.other |= bit
		case goneStanding:
			gone |= bit
		case plannedStanding, activeStanding, unreadStanding, backStanding:
			c.active |= bit
		}
	}
	for i, column := range r.columns {
		switch isChosen := isRead && (column.chosen || column.kind == statusEvent); {
		case isChosen:
			apart |= 1 << i
			c.active &^= 1 << i
		case column.kind == startDate || column.kind == statusEvent:
			apart |= 1 << i
		}
	}
	blank |= ^seen & (1<<len(r.columns) - 1)
	e.survey.gone |= gone
	c.other |= blank
	c.other &^= apart | c.active
	outweighs := gone != 0 // one column is enough where others are blank
	if outweighs {
		c.other &^= blank
	}
	if (c.other != 0 || !outweighs && int(c.known) < maxStatusColumns) && e.hasPassed(r) {
		c.other, outweighs = 0, true // somebody with an end date in the past may have any status
	}
	if outweighs {
		c.known = maxStatusColumns
		if isRead {
			e.survey.noteExcused(blank)
		}
	}
	return c
}

// hasPassed tells whether the end date of a record was read and has passed.
func (e *statusReader) hasPassed(r *record) bool {
	c := r.cells[endDateCell]
	if strings.TrimSpace(c.Text) == "" {
		return false
	}
	d := e.day(c)
	return d.err == nil && d.Text != "" && d.Passed(e.source.options.Now)
}

// standing returns what a value of a record says of the person's employment.
func (e *statusReader) standing(r *record, v *statusValue) standing {
	column := &r.columns[v.column]
	text, fault := e.source.valueIn(v.cell)
	switch {
	case column.kind == startDate:
		if e.isBack(r, v.cell) {
			return backStanding
		}
		return nothing
	case fault != "":
		return unreadStanding
	}
	for len(e.texts) <= v.column {
		e.texts = append(e.texts, statusTexts{all: map[string]saidText{}})
	}
	of := &e.texts[v.column]
	if text == of.last.text && text != "" {
		return of.last.said
	}
	known, ok := of.all[text]
	if !ok {
		known = saidText{strings.Clone(text), column.kind.standingOf(text)} // the record does not stay in memory
		if (known.said == goneStanding || known.said == otherStanding) && isAhead(text, e.source.options.Now) {
			known.said = plannedStanding
		}
		const most = 1024
		if len(of.all) == most {
			clear(of.all)
		}
		of.all[known.text] = known
	}
	of.last = known
	return known.said
}

// isBack tells whether a first day of work is after the end date: the person came back.
func (e *statusReader) isBack(r *record, first cell) bool {
	end, start := e.day(r.cells[endDateCell]), e.day(first)
	if end.err != nil || end.Text == "" || start.Text == "" || end.Time().IsZero() {
		return false
	}
	at := start.Time()
	if start.err != nil {
		if at = e.otherwise(start.Text); at.IsZero() {
			return false
		}
	} else if start.FarAhead(e.source.options.Now) {
		return false
	}
	return !at.Before(end.Time().Add(24 * time.Hour))
}

// otherwise returns the earliest day that a text may be in another form than that of the
// end dates; the zero time if it is none.
func (e *statusReader) otherwise(text string) (first time.Time) {
	if at, known := e.forms[text]; known {
		return at
	}
	o := e.source.options
	proposal := dates.NewProposal(o.Zone, o.Now)
	proposal.Add(text)
	for _, letters := range proposal.Advice().Formats {
		format, err := dates.ParseFormat(letters)
		if err != nil {
			continue
		}
		if d, err := format.Parse(text, o.Zone); err == nil && (first.IsZero() || d.Time().Before(first)) {
			first = d.Time()
		}
	}
	const most = 1024
	if e.forms == nil || len(e.forms) == most {
		e.forms = map[string]time.Time{}
	}
	e.forms[text] = first
	return first
}

// day reads a date that is not the end date of a row that is read. It notes nothing in the
// survey, which is about those.
func (e *statusReader) day(c cell) date {
	if c.Kind != xlsx.Text {
		return e.source.dateIn(c)
	}
	d, known := e.days[c.Text]
	if !known {
		const most = 1024
		if e.days == nil || len(e.days) == most {
			e.days = map[string]date{}
		}
		c.Text = strings.Clone(c.Text)
		d = e.source.dateIn(c)
		e.days[c.Text] = d
	}
	return d
}

// isOpen tells whether the end date of a row that was left out says that the person is
// still there: it has not passed, or stands for none, or cannot be read.
func (e *statusReader) isOpen(r *record) bool {
	if r.names[endDateCell] == "" || strings.TrimSpace(r.cells[endDateCell].Text) == "" {
		return false // which of these are blank is known at the end
	}
	d := e.day(r.cells[endDateCell])
	return d.err != nil || !d.Passed(e.source.options.Now)
}

// says says in words what speaks against a row: the first value by which it is in doubt.
func (e *statusReader) says(r *record, c combination) string {
	doubtful := e.known.doubtful(c)
	field := e.source.Field()
	for _, active := range []bool{true, false} {
		for i := range r.values {
			v := &r.values[i]
			bit := uint16(1) << v.column
			if doubtful&bit == 0 || active != (c.active&bit != 0) {
				continue
			}
			name := r.columns[v.column].name
			text, fault := e.source.valueIn(v.cell)
			text = shorten(text)
			switch said := e.standing(r, v); {
			case said == unreadStanding:
				return fmt.Sprintf("the %s %q cannot be read: %s", field, name, fault)
			case said == backStanding:
				return fmt.Sprintf("the %s %q says %q, which is after the end date", field, name, text)
			case said == activeStanding:
				return fmt.Sprintf("the %s %q says %q", field, name, text)
			case said == plannedStanding, said == otherStanding && !active:
				return fmt.Sprintf("the %s %q says %q, and not that the person has left", field, name, text)
			}
		}
	}
	for i, column := range r.columns {
		if doubtful>>i&1 == 1 {
			return fmt.Sprintf("the %s %q does not say that the person has left", field, column.name)
		}
	}
	return "a " + field + " of other rows does not say that the person has left"
}
