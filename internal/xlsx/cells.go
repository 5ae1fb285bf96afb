package xlsx

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
)

// Cells are the cells of a sheet, on disk. They stay readable after the workbook is
// closed. Several goroutines may read them at once.
type Cells struct {
	file    *os.File // rows in the form that appendRow writes
	size    int64
	count   int // of rows
	hidden  int
	columns []Area // that are hidden
	merged  []Area
}

// Read reads a whole sheet, so that its checksum, its merged areas and all its cells
// are known to be good before a row is used. The caller must close what it returns.
//
// A formula that was never computed is a Fault. Such a formula has no value; or it has
// the value 0, as all other formulas of the sheet, in a workbook that does not say that
// its values are computed. An empty text counts as 0 if the workbook asks for a full
// computation on load.
//
// An error matches ErrDamaged, or an error of the operating system, or is a *LimitError.
func (w *Workbook) Read(s Sheet) (*Cells, error) {
	spent := w.budget.spent
	c, err := w.read(s, w.formulas)
	if errors.Is(err, errComputed) {
		w.budget.spent = spent // nothing is kept of the first reading
		return w.read(s, saved)
	}
	return c, err
}

func (w *Workbook) read(s Sheet, values calculation) (*Cells, error) {
	part, err := w.open(s.part)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	file, err := w.scratch()
	if err != nil {
		return nil, err
	}
	c := &Cells{file: file}
	if err := c.fill(&sheetReader{book: w, xml: newScanner(part), formulas: formulas{values: values}}); err != nil {
		return nil, errors.Join(damaged(s.part, err), file.Close())
	}
	return c, nil
}

// fill writes the rows of a sheet to the file.
func (c *Cells) fill(sheet *sheetReader) error {
	w := bufio.NewWriterSize(c.file, 64<<10)
	var row []byte
	for {
		more, err := sheet.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		row = appendRow(row[:0], sheet)
		if len(row) == 0 {
			continue
		}
		if sheet.hidden {
			c.hidden++
		}
		size := binary.AppendUvarint(nil, uint64(len(row)))
		if err := sheet.book.budget.spend(len(size) + len(row)); err != nil {
			return err
		}
		c.count++
		if _, err := w.Write(size); err != nil {
			return err
		}
		if _, err := w.Write(row); err != nil {
			return err
		}
		c.size += int64(len(size) + len(row))
	}
	var err error
	if c.merged, err = sheet.merged(); err != nil {
		return err
	}
	c.columns = sheet.columns
	return w.Flush()
}

// Count returns how many rows have cells.
func (c *Cells) Count() int { return c.count }

// Merged returns the merged areas that have several rows, in the order of the
// sheet: only the first row of an area has the value that a person sees in all of
// them. An area of all rows of the sheet, such as A:A, is left out: its first cell has
// a title, which is no value of the rows below.
func (c *Cells) Merged() []Area { return c.merged }

// Hidden returns how many of the rows the sheet hides.
func (c *Cells) Hidden() int { return c.hidden }

// ColumnHidden tells whether the sheet hides a column, counted from 0.
func (c *Cells) ColumnHidden(column int) bool {
	return slices.ContainsFunc(c.columns, func(a Area) bool { return a.Left <= column && column <= a.Right })
}

// Close closes the file that the cells are kept in.
func (c *Cells) Close() error { return c.file.Close() }

// Rows returns the rows that have cells, in the order of their numbers. It may be
// called any number of times. A row is valid until the next one is read; the texts
// of its cells stay valid. An error is one of the operating system, and ends the
// sequence.
func (c *Cells) Rows() iter.Seq2[Row, error] { return c.RowsTo(maxColumns) }

// RowsTo is like Rows, for the first columns only: Row.Beyond tells of the others. So a
// cell far to the right costs nothing for the empty ones in front of it.
func (c *Cells) RowsTo(columns int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		r := bufio.NewReaderSize(io.NewSectionReader(c.file, 0, c.size), 64<<10)
		var row Row
		var data []byte
		for {
			size, err := binary.ReadUvarint(r)
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil {
				data = slices.Grow(data[:0], int(size))[:size]
				_, err = io.ReadFull(r, data)
			}
			if err != nil {
				yield(Row{}, fmt.Errorf("reading the cells of the sheet again: %w", err))
				return
			}
			row.decode(string(data), columns)
			if !yield(row, nil) {
				return
			}
		}
	}
}

// A row on disk is its number, twice, plus 1 if it is hidden; then, of each cell
// that is not empty, how many empty cells are in front of it; its kind, twice,
// plus 1 if it is dressed; its width; the length of its text; its text. Numbers are
// written as by binary.AppendUvarint.

// appendRow appends the row that was read; nothing if it has no cells.
func appendRow(to []byte, r *sheetReader) []byte {
	next := 0 // column
	for _, c := range r.cells {
		if c.Cell == (Cell{}) {
			continue
		}
		if next == 0 && len(to) == 0 {
			to = binary.AppendUvarint(to, flagged(r.row, r.hidden))
		}
		to = binary.AppendUvarint(to, uint64(c.column-next))
		to = binary.AppendUvarint(to, flagged(int(c.Kind), c.Dressed))
		to = binary.AppendUvarint(to, uint64(c.Width))
		to = binary.AppendUvarint(to, uint64(len(c.Text)))
		to = append(to, c.Text...)
		next = c.column + 1
	}
	return to
}

func flagged(number int, flag bool) uint64 {
	if flag {
		return uint64(number)<<1 | 1
	}
	return uint64(number) << 1
}

// decode reads what appendRow has written, of the first columns. The texts are parts of
// data.
func (r *Row) decode(data string, columns int) {
	number := func() int {
		n, shift := 0, 0
		for {
			b := data[0]
			data = data[1:]
			n |= int(b&0x7f) << shift
			if b < 0x80 {
				return n
			}
			shift += 7
		}
	}
	head := number()
	r.Number, r.Hidden, r.Cells, r.Beyond = head>>1, head&1 == 1, r.Cells[:0], false
	for len(data) > 0 {
		gap := number()
		if len(r.Cells)+gap >= columns {
			r.Beyond = true
			return
		}
		for range gap {
			r.Cells = append(r.Cells, Cell{})
		}
		kind, width, length := number(), number(), number()
		r.Cells = append(r.Cells, Cell{Kind: Kind(kind >> 1), Dressed: kind&1 == 1, Width: width, Text: data[:length]})
		data = data[length:]
	}
}
