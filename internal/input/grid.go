package input

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"offboard/internal/leaver"
	"offboard/internal/table"
	"offboard/internal/xlsx"
)

// grid is an input with a header: a CSV file, or a sheet.
type grid struct {
	header    []string
	headerRow int
	titled    bool  // something stands above the header
	names     names // of the columns
	columns   []int // whose cells are read; -1: one that is not there:
	picked    int   // those of the record's cells, and then those of status
	ref       int   // the column of the ref
	endDate   int   // that of the end date; -1: there is none
	status    []statusColumn
	kept      []int                 // columns whose texts rows have: they say nothing about a row
	rivals    []string              // names of the columns that may be the end date, too
	merged    merged                // cells of a sheet that are merged over several rows
	hides     func(column int) bool // tells whether a sheet hides a column; nil for a text

	// rows reads the rows below the header.
	rows iter.Seq2[*gridRow, error]
}

// gridRow is a row of a grid. It is valid until the next one is read.
type gridRow struct {
	row, lines int
	texts      []string    // as many as the header has, unless there is a fault
	cells      []xlsx.Cell // of a sheet: those that texts was made of
	fault      string
	facts      leaver.Facts // that the format shows: of hiddenRow, joinedRow, lastRow
}

// cell returns the cell in a column.
func (r *gridRow) cell(column int) cell {
	switch {
	case column < 0 || column >= len(r.texts):
		return cell{}
	case r.cells == nil:
		return fieldCell(r.texts[column])
	case column >= len(r.cells):
		return cell{}
	}
	return sheetCell(r.cells[column])
}

// size returns how many bytes the texts of the row have. They are parts of one string,
// which stays in memory as long as one of them is used.
func (r *gridRow) size() int {
	n := 0
	for _, text := range r.texts {
		n += len(text)
	}
	return n
}

// pick sets the columns of the ref and of the end date, and all columns whose cells are
// those of a record; -1 is a column that is not there. Those of g.status are read, too; a
// first day of work need not be readable.
func (g *grid) pick(ref, endDate int, columns ...int) error {
	g.picked = len(columns)
	for _, c := range g.status {
		if c.kind != startDate {
			columns = append(columns, c.at)
		}
	}
	g.ref, g.endDate, g.columns = ref, endDate, columns
	var err error
	g.merged, err = g.merged.in(columns)
	return err
}

// records implements format.
func (g *grid) records() iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		r := record{cells: make([]cell, g.picked), names: g.namesOf(g.columns), rivals: g.rivals, columns: g.status, values: make([]statusValue, len(g.status))}
		var row *gridRow
		r.each = func(visit func(name string, c cell)) {
			for i := range row.texts {
				visit(g.header[i], row.cell(i))
			}
		}
		r.kept = func(i int) (cell, bool) { return g.keptCell(row, i), true }
		for next, err := range g.rows {
			if err != nil {
				yield(nil, err)
				return
			}
			row, r.grid = next, next
			r.row, r.lines, r.size, r.fault, r.headers.other = row.row, row.lines, row.size(), row.fault, nil
			if r.fault == "" || row.cells != nil { // a row of a sheet can be wider than the header
				again, err := g.headerAgain(row)
				if err != nil {
					yield(nil, err)
					return
				}
				if again {
					r.headers.above = row.row
					continue
				}
			}
			r.headers.named = g.named(row)
			if r.fault == "" {
				r.fault = g.merged.at(row.row) // before conditions look at cells that are empty because of it
			}
			for i := range r.cells {
				r.cells[i] = row.cell(g.columns[i])
			}
			for i, c := range g.status {
				r.values[i] = statusValue{i, row.cell(c.at)}
			}
			if g.headerBelow(row) {
				r.headers.other = otherHeader(row.texts)
			}
			if !yield(&r, nil) {
				return
			}
		}
	}
}

// columnNames implements format.
func (g *grid) columnNames() (names [firstCondition]string) {
	copy(names[:], g.namesOf(g.columns))
	return names
}

func (g *grid) namesOf(columns []int) []string {
	names := make([]string, len(columns))
	for i, column := range columns {
		if column >= 0 {
			names[i] = g.header[column]
		}
	}
	return names
}

// headerAgain tells whether a row repeats the header, or the line sep= in front of it,
// as where exports were put together. It fails if the row is a header with other
// columns, because the rows below it would be read from the wrong columns.
func (g *grid) headerAgain(row *gridRow) (bool, error) {
	first := slices.IndexFunc(row.texts, func(f string) bool { return f != "" })
	ref := row.texts[g.ref]
	if first < 0 || !g.names.has(row.texts[first]) && !g.names.has(ref) {
		return len(row.texts) == 2 && row.texts[1] == "" && strings.EqualFold(row.texts[0], "sep="), nil
	}
	if sameNames(row.texts, g.header) {
		return true, nil
	}
	all, known := g.known(row.texts)
	isRef := len(match([]string{ref}, "", refName)) > 0 || table.NormalName(ref) == table.NormalName(g.header[g.ref])
	if isRef && all > 1 && !g.hasDay(row) || known > 1 && known > all/2 {
		return false, &table.LineError{Line: row.row, Err: otherHeader(row.texts)}
	}
	return false, nil
}

// named is a cell that is the name of a column.
type named struct {
	text   string // "": there is none
	single bool   // it is that of its own column, and other cells are no names
}

// named returns a cell of a row that may be the header of another table: a cell is the
// name of its own column, the cell of the ref is the name of any column, or at least two
// cells and half of the columns are.
func (g *grid) named(row *gridRow) named {
	names, own, filled := 0, 0, 0
	var found named
	for i, text := range row.texts {
		if text == "" || i >= len(g.header) {
			continue
		}
		filled++
		if !g.names.has(text) {
			continue
		}
		names++
		if len(text) == len(g.header[i]) && text == g.header[i] {
			own++
			found = named{text, true}
		}
		if i == g.ref || own > 1 || names > 1 && 2*names >= len(row.texts) {
			return named{text, false}
		}
	}
	found.single = filled > 1
	return found
}

// headerBelow tells whether a row, should it be unusable, is a header with other
// columns: it cannot have an end date, and has the names of several columns.
func (g *grid) headerBelow(row *gridRow) bool {
	if g.hasDay(row) {
		return false
	}
	for i, n := 0, 0; i < len(row.texts); i++ { // this is quick, and nearly always enough
		if g.names.has(row.texts[i]) {
			if n++; n > 1 {
				_, known := g.known(row.texts)
				return known > 1
			}
		}
	}
	return false
}

// hasDay tells whether a row may have an end date: there are digits in its column.
func (g *grid) hasDay(row *gridRow) bool {
	return g.endDate >= 0 && g.endDate < len(row.texts) && strings.ContainsAny(row.texts[g.endDate], "0123456789")
}

// known counts the texts that are not empty, and the names of columns among them,
// each once.
func (g *grid) known(texts []string) (all, known int) {
	seen := map[string]bool{}
	for _, text := range texts {
		if text != "" {
			all++
		}
		if name := table.NormalName(text); g.names.normal[name] && !seen[name] {
			seen[name] = true
			known++
		}
	}
	return all, known
}

// otherHeader is the error about a header with other columns.
func otherHeader(texts []string) error {
	return fmt.Errorf("this looks like another header, with other columns than the first one (%s); read the exports that were put together one by one", quoted(texts))
}

// openCSV finds the header of a CSV text, and the delimiter of its fields.
func openCSV(text *table.Text, head table.Head, o headerOptions) (*grid, rune, error) {
	found, err := findCSVHeader(head, o)
	if err != nil {
		return nil, 0, err
	}
	csv := table.CSV{Text: text, Comma: found.comma, Lead: found.lead, Above: found.above}
	header, err := csv.Header()
	if err != nil {
		return nil, 0, err
	}
	g := &grid{header: header.Fields, headerRow: header.Line, titled: found.titled, names: newNames(header.Fields)}
	g.rows = func(yield func(*gridRow, error) bool) {
		isHeader := true
		var row gridRow
		for r, err := range csv.Records() {
			if err != nil {
				yield(nil, err)
				return
			}
			if isHeader {
				isHeader = false
				continue
			}
			row = gridRow{row: r.Line, lines: r.Lines, texts: r.Fields, fault: r.Fault, facts: fact(lastRow, r.Open) | fact(joinedRow, r.Joined)}
			if !yield(&row, nil) {
				return
			}
		}
	}
	return g, found.comma, nil
}
