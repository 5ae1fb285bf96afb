package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"offboard/internal/table"
)

// column is a column of a report, or a key of its JSON lines.
type column struct {
	name  string
	core  bool // a file that has all of these is a report
	kept  bool // it comes from an input
	field func(*line) field
}

// columns are the columns of a report, in the order in which a new one has them.
var columns = []column{
	{name: "ref", core: true, field: func(l *line) field { return &l.ref }},
	{name: "endDate", field: func(l *line) field { return &l.endDate }},
	{name: "outcome", core: true, field: func(l *line) field { return &l.outcome }},
	{name: "source", field: func(l *line) field { return &l.source }},
	{name: "row", field: func(l *line) field { return &l.row }},
	{name: "httpStatus", field: func(l *line) field { return &l.httpStatus }},
	{name: "attempts", field: func(l *line) field { return &l.attempts }},
	{name: "durationMs", field: func(l *line) field { return &l.durationMs }},
	{name: "finishedAt", field: func(l *line) field { return &l.finishedAt }},
	{name: "requestId", field: func(l *line) field { return &l.requestID }},
	{name: "error", field: func(l *line) field { return &l.reason }},
	{name: "target", field: func(l *line) field { return &l.target }},
	{name: "check", field: func(l *line) field { return &l.check }},
}

// keptColumn returns the column of a kept text.
func keptColumn(i int, name string) *column {
	return &column{name: name, kept: true, field: func(l *line) field { return &l.kept[i] }}
}

// Is tells whether a file with these names of columns or keys is a report, even if
// somebody has taken columns away: it has ref and outcome among them, or at least half of
// all columns of a report. A list with outcomes is never read as one without: its leavers
// would be called whatever their outcome. In names, case, white space, "_", "-", invisible
// characters and punctuation around a name do not count, as in any input (see
// table.NormalName).
func Is(names []string) bool {
	found, core := 0, true
	for _, c := range columns {
		if slices.ContainsFunc(names, c.named) {
			found++
		} else if c.core {
			core = false
		}
	}
	return (core || 2*found >= len(columns)) && !slices.ContainsFunc(names, isGarbled)
}

// isGarbled tells whether a name has characters that no text has: that of a file that
// only begins like a table.
func isGarbled(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) && !unicode.IsSpace(r) })
}

// MissingError says that a file is a report, and that columns of a report are missing.
type MissingError struct{ Columns []string }

// Error names the columns.
func (e *MissingError) Error() string {
	columns, them := "the column", "it"
	if len(e.Columns) > 1 {
		columns, them = "the columns", "them"
	}
	text := fmt.Sprintf("this is a report that lacks %s %s; use the original report, or put %s back", columns, strings.Join(e.Columns, ", "), them)
	if 2*len(e.Columns) > len(ownLayout().columns) {
		text += "; if it is no report, rename its column outcome"
	}
	return text
}

// named tells whether a name is that of the column.
func (c column) named(name string) bool {
	return strings.EqualFold(table.NormalName(name), c.name)
}

// layout is how the columns of a file, or the keys of an object, stand.
type layout struct {
	columns []*column // in their order; nil for one that is not used
	kept    []string  // names of the columns that a report has from an input
}

// ownLayout returns the layout of a report that offboard creates.
func ownLayout(keep ...string) layout {
	l := layout{kept: keep}
	for i := range columns {
		l.columns = append(l.columns, &columns[i])
	}
	for i, name := range keep {
		l.columns = append(l.columns, keptColumn(i, name))
	}
	return l
}

// isOwn tells whether the columns of a report are in their own order, with the others
// behind them.
func (l layout) isOwn() bool {
	for i := range columns {
		if l.columns[i] != &columns[i] {
			return false
		}
	}
	return true
}

// ownHeader returns the first line of a report that offboard has created, without its
// line break and without the columns that it keeps.
func ownHeader() string {
	header := ownLayout().appendHeader(nil)
	return string(header[:len(header)-1])
}

// appendHeader appends the first line of a CSV file.
func (l layout) appendHeader(b []byte) []byte {
	for i, c := range l.columns {
		if i > 0 {
			b = append(b, ',')
		}
		name := text(c.name)
		b = name.appendCSV(b)
	}
	return append(b, '\n')
}

// layoutOf finds the columns of a report among the names of a file. Where several
// names could be meant by a column, the one that is spelt as a report spells it is
// taken (the last one, should it stand there twice), and it is an error if none is. It
// is a *MissingError if there is no name for a column.
//
// Every other name is that of a kept column.
func layoutOf(names []string) (layout, error) {
	l, taken, err := findColumns(names)
	if err != nil {
		return layout{}, err
	}
	for at, name := range names {
		// Spreadsheets leave columns without a name behind.
		if name = strings.TrimSpace(name); !taken[at] && name != "" {
			l.columns[at] = keptColumn(len(l.kept), name)
			l.kept = append(l.kept, name)
		}
	}
	return l, nil
}

// layoutWith is layoutOf for a report that keeps these columns, and no others.
func layoutWith(names, kept []string) (layout, error) {
	l, taken, err := findColumns(names)
	if err != nil {
		return layout{}, err
	}
	l.kept = kept
	for at, name := range names {
		if i := slices.Index(kept, strings.TrimSpace(name)); i >= 0 && !taken[at] {
			l.columns[at] = keptColumn(i, kept[i])
		}
	}
	return l, nil
}

// findColumns finds the columns that every report has. It tells which names are those of
// one.
func findColumns(names []string) (l layout, taken []bool, err error) {
	l.columns, taken = make([]*column, len(names)), make([]bool, len(names))
	var missing []string
	for i, c := range columns {
		var found []int
		exact := -1
		for at, name := range names {
			if name == c.name {
				exact = at
			} else if c.named(name) {
				found = append(found, at)
			} else {
				continue
			}
			taken[at] = true
		}
		switch {
		case exact >= 0:
			l.columns[exact] = &columns[i]
		case len(found) == 1:
			l.columns[found[0]] = &columns[i]
		case len(found) > 1:
			return l, nil, fmt.Errorf("the columns %q and %q could both be %s; rename one of them", names[found[0]], names[found[1]], c.name)
		default:
			missing = append(missing, c.name)
		}
	}
	if missing != nil {
		return l, nil, &MissingError{missing}
	}
	return l, taken, nil
}

// ready makes room for the kept texts of a line, and empties them.
func (l layout) ready(to *line) {
	if len(to.kept) != len(l.kept) {
		to.kept = make([]anyText, len(l.kept))
	}
	clear(to.kept)
}

// parseCSV reads the fields of a CSV record into a line: all of them, whatever is wrong
// with some. It returns the first error.
func (l layout) parseCSV(to *line, fields []string) (first error) {
	l.ready(to)
	for i, c := range l.columns {
		if c == nil {
			continue
		}
		if err := c.field(to).parseCSV(fields[i]); err != nil && first == nil {
			first = fmt.Errorf("%s %w", c.name, err)
		}
	}
	return first
}

// parseJSON reads the values of a JSON object into a line, as parseCSV does.
func (l layout) parseJSON(to *line, values []table.Value) (first error) {
	l.ready(to)
	for i, c := range l.columns {
		switch {
		case c == nil:
		case values[i].Kind() == table.Nothing:
			c.field(to).clear()
		default:
			if err := c.field(to).parseJSON(values[i]); err != nil && first == nil {
				first = fmt.Errorf("%s %w", c.name, err)
			}
		}
	}
	return first
}

// appendCSV appends a line as a CSV record. Columns that are not used stay empty.
func (l layout) appendCSV(b []byte, from *line) []byte {
	for i, c := range l.columns {
		if i > 0 {
			b = append(b, ',')
		}
		if c != nil {
			b = c.field(from).appendCSV(b)
		}
	}
	return append(b, '\n')
}

// appendJSON appends a line as a JSON object.
func (l layout) appendJSON(b []byte, from *line) []byte {
	opening := byte('{')
	for _, c := range l.columns {
		name := text(c.name)
		b = name.appendJSON(append(b, opening))
		b = append(b, ':')
		b = c.field(from).appendJSON(b)
		opening = ','
	}
	return append(b, '}', '\n')
}
