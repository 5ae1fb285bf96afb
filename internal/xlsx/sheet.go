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
	book   *Workbook
	xml    *scanner
	row    int // the number of the last row
	hidden bool
	cells  []placed // of the row, in the order of their columns; some are empty
	value  []byte   // reused for the value of a cell
}

// placed is a cell in its column, counted from 0.
type placed struct {
	column int
	Cell
}

// next reads the next row. more is false where the rows end.
func (r *sheetReader) next() (more bool, err error) {
	for {
		r.xml.renew()
		token, err := r.xml.next()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return false, err
		}
		switch name := r.xml.name; {
		case token == endTag && name == "sheetData":
			return false, nil
		case token == startTag && name == "row":
			return true, r.readRow()
		case token == startTag && name == "c":
			return false, errors.New("a cell stands outside of all rows")
		}
	}
}

// readRow reads to the end of a row.
func (r *sheetReader) readRow() error {
	number := r.row + 1
	if n, found := r.xml.attribute("r"); found {
		number = rowOf(n)
	}
	if number <= r.row || number > maxRows {
		return fmt.Errorf("a row has the number %d after row %d", number, r.row)
	}
	hidden, _ := r.xml.attribute("hidden")
	r.row, r.hidden, r.cells = number, isTrue(hidden), r.cells[:0]
	outside := r.xml.depth() - 1
	column, size := 0, 0
	for {
		r.xml.renew()
		token, err := r.xml.next()
		if err != nil {
			return err
		}
		switch name := r.xml.name; {
		case token == endTag && r.xml.depth() == outside:
			return r.sort()
		case token == startTag && name == "row":
			return fmt.Errorf("a row begins before the end of row %d", number)
		case token == startTag && name == "c":
			if column, err = r.columnOfCell(column); err != nil {
				return err
			}
			c, err := r.readCell()
			if err != nil {
				return fmt.Errorf("cell %s: %w", cellName(column, number), err)
			}
			if size += len(c.Text); size > recordLimit {
				return fmt.Errorf("row %d is too long: its texts have more than %d bytes", number, recordLimit)
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
			return fmt.Errorf("the cell %s stands there twice", cellName(column, r.row))
		}
	}
	return nil
}

// columnOfCell returns the column of the cell that begins. A cell that does not say
// where it stands is in the column next to the one before.
func (r *sheetReader) columnOfCell(next int) (int, error) {
	if name, found := r.xml.attribute("r"); found {
		column, _ := columnOf(name)
		if column < 0 {
			return 0, fmt.Errorf("row %d has a cell %.20q", r.row, name)
		}
		return column, nil
	}
	if next >= maxColumns {
		return 0, fmt.Errorf("row %d has more cells than a sheet has columns", r.row)
	}
	return next, nil
}

// readCell reads to the end of a cell.
func (r *sheetReader) readCell() (Cell, error) {
	outside := r.xml.depth() - 1
	kind, _ := r.xml.attribute("t")
	style := -1
	if s, found := r.xml.attribute("s"); found {
		if number, err := strconv.Atoi(s); err == nil {
			style = number
		}
	}
	r.value = r.value[:0]
	known, formula := false, false
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
		switch r.xml.name {
		case "v":
			r.value, err = r.xml.appendText(r.value[:0], true)
			known = len(r.value) > 0 || kind == "str" // only a text may be nothing
		case "is":
			r.value, err = r.xml.appendText(r.value[:0], false)
			known = true
		case "f":
			formula = true
		}
		if err != nil {
			return Cell{}, err
		}
	}
	if formula && !known {
		return Cell{Kind: Fault, Text: neverComputed}, nil
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
// have several rows.
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
		case token != startTag || r.xml.name != "mergeCell":
			continue
		}
		ref, _ := r.xml.attribute("ref")
		area, err := areaOf(ref)
		switch {
		case err != nil:
			return nil, err
		case area.FirstRow == area.LastRow:
		case len(all) == maxMerged:
			return nil, fmt.Errorf("more than %d areas of cells are merged", maxMerged)
		default:
			all = append(all, area)
		}
	}
}
