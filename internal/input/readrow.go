package input

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"offboard/internal/dates"
	"offboard/internal/leaver"
	"offboard/internal/xlsx"
)

// finish returns the row of a record.
func (g *reading) finish(s slot, f fields) (leaver.Row, error) {
	row := leaver.Row{Place: leaver.Place{Source: g.source.Name, Row: s.row}}
	if s.trouble != nil {
		row.Fault = s.trouble.fault // and no ref: a report of the row must not name a leaver
	}
	if s.leftOut {
		if raw, fault := g.source.refIn(s.ref.or(f.Ref)); fault == "" {
			row.Ref = leaver.TrimRef(g.inTenant(g.source.options.Repair.ref(raw)).ref)
		}
		row.LeftOut, row.Facts = true, s.facts
		return row, nil
	}
	if row.Fault == "" {
		row = g.row(row.Place, s.ref.or(f.Ref), s.endDate.or(f.EndDate))
	}
	if row.Fault == "" {
		row.Facts |= s.facts
		if g.known != nil {
			g.doubt(&row, s.active)
		} else {
			g.survey.patterns.parted.note(row.Facts)
		}
		return row, nil
	}
	if s.trouble != nil && s.trouble.otherHeader != nil {
		return row, lineErrorf(s.row, "%w", s.trouble.otherHeader)
	}
	if s.lines > 1 {
		row.Fault += fmt.Sprintf("; lines %d to %d were read as one row", s.row, s.row+s.lines-1)
	}
	return row, nil
}

// row reads a row from its cells. A fault names its column or key.
func (g *reading) row(place leaver.Place, ref, endDate cell) leaver.Row {
	found := g.identify(ref)
	d := g.date(endDate)
	row := leaver.RowOf(place, found.ref, d.EndDate, nil)
	row.Excluded, row.Facts = found.excluded, found.facts|d.swap|fact(blankDate, d.err == nil && d.Text == "")
	usable := row.Fault == ""
	g.noteDate(d, usable)
	refName := cmp.Or(g.names[refCell], g.source.options.RefColumn, refName)
	switch {
	case found.fault != "":
		row.Fault = faultIn(g.source.Field(), refName, found.fault)
	case found.excluded != "":
		row.Fault = "" // whatever the end date is
	case !usable:
		row.Fault = faultIn(g.source.Field(), refName, row.Fault)
	default:
		row.Fault = d.fault
	}
	return row
}

// dateFault says why the end date of a row cannot be used, and what would help.
func (g *reading) dateFault(d date) string {
	name, fault := g.names[endDateCell], d.err.Error()
	switch {
	case errors.Is(d.err, leaver.ErrDateForm) && g.advice != "":
		fault += "; " + g.advice
	case errors.Is(d.err, leaver.ErrNoDate) && g.known != nil:
		fault += leftOutBy(name, d.Text)
	}
	return faultIn(g.source.Field(), name, fault)
}

// faultIn names the column or key of a fault; field is the word for it.
func faultIn(field, name, fault string) string {
	return fmt.Sprintf("%s %q: %s", field, name, fault)
}

// date reads the end date in a cell, or remembers it if the text was read before.
func (g *reading) date(c cell) date {
	if c.Kind != xlsx.Text {
		return g.newDate(c)
	}
	d, known := g.dates[c.Text]
	if !known {
		const most = 1024
		if len(g.dates) == most {
			clear(g.dates)
		}
		c.Text = strings.Clone(c.Text) // so that the record does not stay in memory
		d = g.newDate(c)
		g.dates[c.Text] = d
	} else if d.local {
		g.survey.dates.swaps.Again()
	}
	return d
}

// newDate reads the end date in a cell, and shows it to those who look at the whole
// column: once is enough for each text.
func (g *reading) newDate(c cell) date {
	d := g.source.dateIn(c)
	if d.local {
		g.survey.dates.swaps.AddLocal(d.EndDate)
	} else {
		d.local = g.survey.dates.swaps.Add(d.EndDate, d.ownKind)
	}
	if dates.Swappable(d.EndDate) {
		d.swap = swappableText
		if d.ownKind {
			d.swap = swappableCell
		}
	}
	if d.err != nil {
		d.fault = g.dateFault(d) // once for each text, because millions of rows may have it
	}
	return d
}
