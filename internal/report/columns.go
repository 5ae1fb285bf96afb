package report

import (
	"fmt"
	"slices"
	"strings"

	"offboard/internal/table"
)

// column is a column of a report, or a key of its JSON lines.
type column struct {
	name  string
	core  bool // without it a line says nothing
	field func(*line) field
}

// columns are the columns of a report, in the order in which a new one has them.
var columns = []column{
	{name: "ref", core: true, field: func(l *line) field { return &l.ref }},
	{name: "endDate", core: true, field: func(l *line) field { return &l.endDate }},
	{name: "outcome", core: true, field: func(l *line) field { return &l.outcome }},
	{name: "source", core: true, field: func(l *line) field { return &l.source }},
	{name: "row", core: true, field: func(l *line) field { return &l.row }},
	{name: "httpStatus", field: func(l *line) field { return &l.httpStatus }},
	{name: "attempts", field: func(l *line) field { return &l.attempts }},
	{name: "durationMs", field: func(l *line) field { return &l.durationMs }},
	{name: "finishedAt", field: func(l *line) field { return &l.finishedAt }},
	{name: "requestId", field: func(l *line) field { return &l.requestID }},
	{name: "error", field: func(l *line) field { return &l.reason }},
}

// Is tells whether a file with these names of columns or keys is a report: it has
// ref, endDate, outcome, source and row among them. In names, case, white space,
// "_", "-", invisible characters and punctuation around a name do not count, as in
// any input (see table.NormalName).
func Is(names []string) bool {
	for _, c := range columns {
		if c.core && !slices.ContainsFunc(names, c.named) {
			return false
		}
	}
	return true
}

// named tells whether a name is that of the column.
func (c column) named(name string) bool {
	return strings.EqualFold(table.NormalName(name), c.name)
}

// layout gives for each column of a file the one of a report that it is; nil for
// one that offboard does not know.
type layout []*column

// ownLayout is the layout of a report that offboard has created.
var ownLayout = func() layout {
	l := make(layout, len(columns))
	for i := range columns {
		l[i] = &columns[i]
	}
	return l
}()

// names returns the names of the columns.
func (l layout) names() []string {
	names := make([]string, len(l))
	for i, c := range l {
		names[i] = c.name
	}
	return names
}

// ownHeader returns the first line of a report that offboard has created, without its
// line break.
func ownHeader() string { return strings.Join(ownLayout.names(), ",") }

// layoutOf finds the columns of a report among the names of a file. Where several
// names could be meant by a column, the one that is spelt as a report spells it is
// taken (the last one, should it stand there twice), and it is an error if none is.
func layoutOf(names []string) (layout, error) {
	l := make(layout, len(names))
	for i, c := range columns {
		var found []int
		exact := -1
		for at, name := range names {
			if name == c.name {
				exact = at
			} else if c.named(name) {
				found = append(found, at)
			}
		}
		switch {
		case exact >= 0:
			l[exact] = &columns[i]
		case len(found) == 1:
			l[found[0]] = &columns[i]
		case len(found) > 1:
			return nil, fmt.Errorf("the columns %q and %q could both be %s; rename one of them", names[found[0]], names[found[1]], c.name)
		}
	}
	return l, nil
}

// endsInCore tells whether the last column of a CSV file is one without which a
// line says nothing. It is not in the layout of our own: there, a last line that
// was cut off has too few fields, or lacks no more than the end of its message.
func (l layout) endsInCore() bool {
	last := l[len(l)-1]
	return last != nil && last.core
}

// parseCSV reads the fields of a CSV record into a line.
func (l layout) parseCSV(to *line, fields []string) error {
	*to = line{}
	for i, c := range l {
		if c == nil {
			continue
		}
		if err := c.field(to).parseCSV(fields[i]); err != nil {
			return fmt.Errorf("%s %w", c.name, err)
		}
	}
	return nil
}

// parseJSON reads the values of a JSON object into a line.
func (l layout) parseJSON(to *line, values []table.Value) error {
	*to = line{}
	for i, c := range l {
		if c == nil || values[i].Kind() == table.Nothing {
			continue
		}
		if err := c.field(to).parseJSON(values[i]); err != nil {
			return fmt.Errorf("%s %w", c.name, err)
		}
	}
	return nil
}

// appendCSV appends a line as a CSV record. Columns that offboard does not know stay
// empty. If the last column is one without which a line says nothing, it is always
// in quotes: without them a line that was cut off within it would pass for a whole
// one about another leaver or row. (It still can right after a quote that is part
// of a ref.)
func (l layout) appendCSV(b []byte, from *line) []byte {
	for i, c := range l {
		if i > 0 {
			b = append(b, ',')
		}
		if c == nil {
			continue
		}
		start := len(b)
		b = c.field(from).appendCSV(b)
		if i == len(l)-1 && c.core && (len(b) == start || b[start] != '"') {
			b = append(slices.Insert(b, start, '"'), '"')
		}
	}
	return append(b, '\n')
}

// appendJSON appends a line as a JSON object.
func (l layout) appendJSON(b []byte, from *line) []byte {
	opening := byte('{')
	for _, c := range l {
		b = append(b, opening, '"')
		b = append(b, c.name...)
		b = append(b, '"', ':')
		b = c.field(from).appendJSON(b)
		opening = ','
	}
	return append(b, '}', '\n')
}
