package input

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"offboard/internal/table"
	"offboard/internal/xlsx"
)

// openSheet opens a workbook and reads one of its sheets.
func (s *Source) openSheet(file *table.File, o headerOptions) (*grid, error) {
	if err := file.Unpack(); err != nil {
		return nil, err
	}
	section := file.Section()
	book, err := xlsx.Open(section, section.Size(), table.Scratch, file.Left())
	if errors.Is(err, xlsx.ErrNotWorkbook) {
		return nil, fmt.Errorf("%w; save the sheet as .xlsx, or as CSV (UTF-8)", err)
	}
	if err != nil {
		return nil, tooLarge(file, err)
	}
	defer book.Close()
	wanted, err := findSheets(book.Sheets(), s.options.Sheet)
	if err != nil {
		return nil, err
	}
	g, err := s.openOneOf(book, wanted, o)
	return g, tooLarge(file, err)
}

// tooLarge returns the error about the file in place of one about what the workbook
// unpacks to: the file may be compressed, too.
func tooLarge(file *table.File, err error) error {
	if _, ok := errors.AsType[*xlsx.LimitError](err); ok {
		return file.TooLarge()
	}
	return err
}

// openOneOf opens the sheet that has a column for the ref. It fails if several have
// one: nobody has said which of them has the leavers.
func (s *Source) openOneOf(book *xlsx.Workbook, sheets []xlsx.Sheet, o headerOptions) (*grid, error) {
	var first error // about the first sheet
	var found *grid
	var names []string
	for i, sheet := range sheets {
		cells, err := book.Read(sheet)
		if err != nil {
			return nil, err
		}
		s.closers = append(s.closers, cells) // its scratch file
		g, err := newSheetGrid(cells, o)
		if err == nil && len(sheets) > 1 {
			_, _, err = findColumns(g.header, s.options)
		}
		if i == 0 {
			first = err
		}
		if errors.Is(err, errNoRef) && hasRows(cells) {
			s.workbook.unread = append(s.workbook.unread, sheet.Name)
		}
		if errors.Is(err, errEmpty) || errors.Is(err, errNoRef) {
			continue
		}
		if names = append(names, sheet.Name); len(names) > 1 {
			continue
		}
		if found, first = g, err; found != nil {
			// Each row gets the empty cells that the sheet does not store, as CSV has them.
			if blank := int64(cells.Count()) * int64(len(g.header)); blank > s.file.Left() {
				return nil, s.file.TooLarge()
			}
			s.Sheet, s.workbook.from1904 = sheet.Name, book.From1904()
		}
	}
	if len(names) > 1 {
		return nil, fmt.Errorf("%d sheets have a column for the ref: %s; name one with --sheet", len(names), quoted(names))
	}
	return found, first
}

// hasRows tells whether a sheet has more than one row, which may be a title.
func hasRows(cells *xlsx.Cells) bool {
	n := 0
	for range cells.Rows() {
		if n++; n > 1 {
			return true
		}
	}
	return false
}

// unreadSheets says which sheets have rows that are not read, although a person sees them:
// some leavers may be there. It returns "" if there are none.
func unreadSheets(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return "the sheet " + quoted(names) + " is not read, because it has no column for the ref"
	}
	return "the sheets " + quoted(names) + " are not read, because they have no column for the ref"
}

// findSheets returns the sheet of a name, or else those that are not hidden.
func findSheets(sheets []xlsx.Sheet, name string) ([]xlsx.Sheet, error) {
	var names []string
	var found []xlsx.Sheet
	for _, s := range sheets {
		names = append(names, s.Name)
		if name == "" && !s.Hidden || name != "" && strings.EqualFold(strings.TrimSpace(s.Name), strings.TrimSpace(name)) {
			found = append(found, s)
		}
	}
	switch {
	case name != "" && len(found) > 0:
		return found[:1], nil
	case len(found) > 0:
		return found, nil
	case name != "":
		return nil, fmt.Errorf("no sheet %q (--sheet); the workbook has %s", name, quoted(names))
	case len(names) > 0:
		return nil, fmt.Errorf("all sheets are hidden; name one with --sheet: %s", quoted(names))
	}
	return nil, errors.New("the workbook has no sheet with cells")
}

// besideHeader is how many columns beside the header are read: enough to tell another
// header by its names.
const besideHeader = 64

// newSheetGrid finds the header of a sheet.
func newSheetGrid(cells *xlsx.Cells, o headerOptions) (*grid, error) {
	found, err := findSheetHeader(cells, o)
	if err != nil {
		return nil, err
	}
	header := found.header
	g := &grid{header: header, headerRow: found.row, titled: found.titled, names: newNames(header), merged: merged(cells.Merged()), hides: cells.ColumnHidden}
	g.rows = func(yield func(*gridRow, error) bool) {
		row := gridRow{lines: 1}
		for r, err := range cells.RowsTo(len(header) + besideHeader) {
			if err != nil {
				yield(nil, err)
				return
			}
			if r.Number <= found.row {
				continue
			}
			row.row, row.cells, row.texts, row.fault = r.Number, r.Cells, textsOf(row.texts[:0], r.Cells), ""
			row.facts = fact(hiddenRow, r.Hidden)
			// A sheet does not store the empty cells at the end of a row.
			for len(row.texts) < len(header) {
				row.texts = append(row.texts, "")
			}
			if len(row.texts) > len(header) || r.Beyond {
				row.fault = fmt.Sprintf("the row has cells beyond the last column of the header, %q; give each column a name there", header[len(header)-1])
			}
			if !yield(&row, nil) {
				return
			}
		}
	}
	return g, nil
}

// textsOf appends the texts of cells.
func textsOf(texts []string, cells []xlsx.Cell) []string {
	for _, c := range cells {
		texts = append(texts, sheetCell(c).Text)
	}
	return texts
}

// merged are areas of cells that are merged over several rows. Only the first row has
// the value that a person sees in all of them.
type merged []xlsx.Area

// in returns the areas that have cells in some columns. It fails if there are too many
// to compare each row with them.
func (m merged) in(columns []int) (merged, error) {
	kept := slices.DeleteFunc(slices.Clone(m), func(a xlsx.Area) bool {
		return !slices.ContainsFunc(columns, func(column int) bool { return column >= a.Left && column <= a.Right })
	})
	const most = 1000
	if n := len(kept); n > most {
		return nil, fmt.Errorf("%d ranges of cells are merged in the columns that are read; unmerge them, and fill in each row", n)
	}
	return kept, nil
}

// at returns the reason why a row cannot be used, if the value of merged cells in it is
// in a row above; "" if there are none.
func (m merged) at(row int) string {
	for _, a := range m {
		if row > a.FirstRow && row <= a.LastRow {
			return fmt.Sprintf("the cells %s are merged, and only the first one has their value; unmerge them, and fill in each row", a.Name)
		}
	}
	return ""
}

// hiddenColumns says which columns that are read the sheet hides: a person who looks at
// the sheet does not see by what its rows are told. It returns "" if there are none.
func (g *grid) hiddenColumns() string {
	if g.hides == nil {
		return ""
	}
	var names []string
	for _, column := range g.columns {
		if column >= 0 && g.hides(column) && !slices.Contains(names, g.header[column]) {
			names = append(names, g.header[column])
		}
	}
	switch len(names) {
	case 0:
		return ""
	case 1:
		return "the sheet hides the column " + quoted(names) + ", which is read all the same"
	}
	return "the sheet hides the columns " + quoted(names) + ", which are read all the same"
}
