package view

import (
	"errors"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// errChanged: one reading has found other lines than the first.
var errChanged = errors.New("the reports have changed while they were read")

// sheet is a sheet of lines below a header, in a workbook of its own.
type sheet struct {
	file    *excelize.File
	stream  *excelize.StreamWriter
	name    string
	columns int
	rows    int // that it gets
	written int
}

// begin writes the header.
func (sh *sheet) begin(s *styles, columns []column) error {
	area, err := sh.area()
	if err != nil {
		return err
	}
	// Some programs read no more than the area that a sheet says that it has.
	if err := sh.file.SetSheetDimension(sh.name, area); err != nil {
		return err
	}
	if sh.stream, err = sh.file.NewStreamWriter(sh.name); err != nil {
		return err
	}
	header, titles, widths := make([]any, len(columns)), make([]string, len(columns)), make([]float64, len(columns))
	for i, c := range columns {
		if err := errors.Join(sh.stream.SetColWidth(i+1, i+1, c.width), sh.stream.SetColStyle(i+1, i+1, c.style)); err != nil {
			return err
		}
		header[i], titles[i], widths[i] = styled(s.header, cellText(c.title)), c.title, c.width
	}
	frozen := &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}
	if err := sh.stream.SetPanes(frozen); err != nil {
		return err
	}
	return sh.stream.SetRow("A1", header, excelize.RowOpts{Height: rowHeight(titles, widths)})
}

// area returns the range of all cells, the header included.
func (sh *sheet) area() (string, error) {
	corner, err := excelize.CoordinatesToCellName(sh.columns, sh.rows+1)
	return "A1:" + corner, err
}

// filter gives the header buttons that filter the rows. A workbook says so in the sheet and
// in what all sheets share.
func (sh *sheet) filter(f *excelize.File) error {
	area, err := sh.area()
	if err != nil {
		return err
	}
	return f.AutoFilter(sh.name, area, nil)
}

// isFull tells whether the sheet has all its rows.
func (sh *sheet) isFull() bool { return sh.written == sh.rows }

// add writes the next row.
func (sh *sheet) add(cells []any, height float64) error {
	sh.written++
	return sh.stream.SetRow(fmt.Sprintf("A%d", sh.written+1), cells, excelize.RowOpts{Height: height})
}

// close removes the temporary file.
func (sh *sheet) close() error { return sh.file.Close() }
