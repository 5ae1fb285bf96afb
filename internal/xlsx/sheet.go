package xlsx

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// How far sheets go.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// sheetReader reads the part of a sheet, row by row.
type sheetReader struct {
	book      *Workbook
	xml       *scanner
	row       int    // the number of the row
	number    string // the same as text
	following int    // that of the next one, whose start tag was read; 0: the rows have ended
	hidden    bool
	cells     []placed // of the row, in the order of their columns; some are empty
	size      int      // of the texts of the row, in bytes
	value     []byte   // reused for the value of a cell
	columns   []Area   // that are hidden
	formulas  formulas
}

// placed is a cell in its column, counted from 0.
type placed struct {
	column int
	Cell
}

// next reads the next row. more is false where the rows end. Elements that follow
// each other with the same number are one row.
func (r *sheetReader) next() (more bool, err error) {
	if r.row == 0 {
		err = r.find()
	}
	if err != nil || r.following == 0 {
		return false, err
	}
	r.row, r.hidden, r.cells, r.size = r.following, false, r.cells[:0], 0
	r.number = strconv.Itoa(r.row)
	for r.following == r.row {
		if err := r.readRow(); err != nil {
			return false, err
		}
		if err := r.find(); err != nil {
			return false, err
		}
	}
	return true, r.sort()
}

// find reads to the start tag of the next row, or to where the rows end.
func (r *sheetReader) find() error {
	for {
		r.xml.renew()
		token, err := r.xml.next()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		switch name := r.xml.name; {
		case token == endTag && name == "sheetData":
			r.following = 0
			return nil
		case token == startTag && name == "row":
			return r.follow()
		case token == startTag && name == "c":
			return errors.New("a cell is outside of all rows")
		case token == startTag && name == "mergeCell":
			return errors.New("the merged cells stand in front of all rows")
		case token == startTag && name == "col" && r.isHidden("width"):
			if err := r.hideColumns(); err != nil {
				return err
			}
		}
	}
}

// follow finds the number of the row that begins.
func (r *sheetReader) follow() error {
	r.following = r.row + 1
	if n, found := r.xml.attribute("r"); found {
		r.following = rowOf(n)
	}
	if r.following < max(r.row, 1) || r.following > maxRows {
		return fmt.Errorf("a row has the number %d after row %d", r.following, r.row)
	}
	return nil
}

// isHidden tells whether the last start tag, of a row or of columns, hides them, or
// gives them no height or width.
func (r *sheetReader) isHidden(size string) bool {
	if hidden, _ := r.xml.attribute("hidden"); isTrue(hidden) {
		return true
	}
	extent, found := r.xml.attribute(size)
	if !found {
		return false
	}
	number, err := strconv.ParseFloat(extent, 64)
	return err == nil && number == 0
}

// hideColumns keeps the columns of the last start tag.
func (r *sheetReader) hideColumns() error {
	first, _ := r.xml.attribute("min")
	last, _ := r.xml.attribute("max")
	if len(r.columns) == maxColumns {
		return fmt.Errorf("the sheet hides more than %d ranges of columns", maxColumns)
	}
	r.columns = append(r.columns, Area{Left: rowOf(first) - 1, Right: rowOf(last) - 1})
	return nil
}

// readRow reads to the end of the element of a row.
func (r *sheetReader) readRow() error {
	r.hidden = r.hidden || r.isHidden("ht")
	outside := r.xml.depth() - 1
	column := 0
	for {
		r.xml.renew()
		token, err := r.xml.next()
		if err != nil {
			return err
		}
		switch name := r.xml.name; {
		case token == endTag && r.xml.depth() == outside:
			return nil
		case token == startTag && name == "row":
			return fmt.Errorf("a row begins before the end of row %d", r.row)
		case token == startTag && name == "c":
			if column, err = r.columnOfCell(column); err != nil {
				return err
			}
			c, err := r.readCell(column)
			if err != nil {
				return fmt.Errorf("cell %s: %w", cellName(column, r.row), err)
			}
			if r.size += len(c.Text); r.size > recordLimit {
				return fmt.Errorf("row %d is too long: its texts have more than %d bytes", r.row, recordLimit)
			}
			r.cells = append(r.cells, placed{column, c})
			column++
		}
	}
}

// sort puts the cells of a row in the order of their columns.
func (r *sheetReader) sort() error {
	byColumn := func(a, b placed) int { return cmp.Compare(a.column, b.column) }
	if !slices.IsSortedFunc(r.cells, byColumn) {
		slices.SortFunc(r.cells, byColumn)
	}
	for i := 1; i < len(r.cells); i++ {
		if column := r.cells[i].column; column == r.cells[i-1].column {
			return fmt.Errorf("the sheet has the cell %s twice", cellName(column, r.row))
		}
	}
	return nil
}

// columnOfCell returns the column of the cell that begins. A cell that does not say
// where it stands is in the column next to the one before.
func (r *sheetReader) columnOfCell(next int) (int, error) {
	if name, found := r.xml.attribute("r"); found {
		column, row := columnOf(name)
		if column < 0 || row != r.number && rowOf(row) != r.row {
			return 0, fmt.Errorf("row %d has a cell %.20q", r.row, name)
		}
		return column, nil
	}
	if next >= maxColumns {
		return 0, fmt.Errorf("row %d has more cells than a sheet has columns", r.row)
	}
	return next, nil
}

// readCell reads to the end of the cell in a column.
func (r *sheetReader) readCell(column int) (Cell, error) {
	outside := r.xml.depth() - 1
	kind, _ := r.xml.attribute("t")
	style := -1
	if s, found := r.xml.attribute("s"); found {
		if number, err := strconv.Atoi(s); err == nil {
			style = number
		}
	}
	r.value = r.value[:0]
	known, formula := false, r.formulas.filled(column, r.row)
	values := 0 // elements that have one
	for {
		token, err := r.xml.next()
		if err != nil {
			return Cell{}, err
		}
		if token == endTag && r.xml.depth() == outside {
			break
		}
		if token != startTag {
			continue
		}
		switch name := r.xml.name; name {
		case "v", "is":
			before := len(r.value)
			if r.value, err = r.xml.appendText(r.value, name == "v"); err == nil && len(r.value) > before {
				values++
			}
			known = known || name == "is" || len(r.value) > 0 || kind == "str" // only a text may be nothing
		case "f":
			formula = true
			r.formulas.begin(r.xml)
		}
		if err == nil && values > 1 {
			err = errors.New("the cell has two values")
		}
		if err != nil {
			return Cell{}, err
		}
	}
	if formula {
		computed, err := r.formulas.computed(kind, r.value, known)
		if !computed || err != nil {
			return Cell{Kind: Fault, Text: neverComputed}, err
		}
	}
	return r.book.cell(kind, style, r.value)
}

// columnOf returns the column of a cell such as C7, counted from 0, and what follows
// its letters. It is -1 if there are no letters, or if sheets have no such column.
func columnOf(name string) (column int, row string) {
	i := 0
	for ; i < len(name) && column <= maxColumns; i++ {
		letter := name[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		column = column*26 + int(letter-'A') + 1
	}
	if column > maxColumns {
		return -1, name
	}
	return column - 1, name[i:]
}

// cellName is the name of a cell, such as C7.
func cellName(column, row int) string {
	name := strconv.Itoa(row)
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// maxMerged is how many areas of merged cells are kept.
const maxMerged = 1 << 16

// merged reads to the end of the part, and returns the areas of merged cells that
// have several rows, and not all rows.
func (r *sheetReader) merged() ([]Area, error) {
	var all []Area
	for {
		r.xml.renew()
		token, err := r.xml.next()
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		case token == startTag && r.xml.name == "sheetData":
			return nil, errors.New("the sheet has its rows twice")
		case token != startTag || r.xml.name != "mergeCell":
			continue
		}
		ref, _ := r.xml.attribute("ref")
		area, err := areaOf(ref)
		switch {
		case err != nil:
			return nil, err
		case area.FirstRow == area.LastRow, area.FirstRow == 1 && area.LastRow == maxRows:
		case len(all) == maxMerged:
			return nil, fmt.Errorf("more than %d areas of cells are merged", maxMerged)
		default:
			all = append(all, area)
		}
	}
}
