package input

import (
	"bufio"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// writeSheet writes a sheet as CSV, a line for each of its rows: so a line has
// the number of its row, and what reads the text knows nothing of workbooks.
func (s *Source) writeSheet(to io.Writer) error {
	w, err := openWorkbook(s.Reader(), s.size)
	if err != nil {
		return err
	}
	defer w.close()
	sheet, err := w.find(s.options.Sheet)
	if err != nil {
		return err
	}
	s.Sheet, s.sheet.from1904 = sheet.name, w.epoch != 0
	part, err := w.open(sheet.part)
	if err != nil {
		return err
	}
	defer part.Close()
	cells := &cellReader{book: w}
	cells.guard, cells.xml = bounded(part)
	lines := csv.NewWriter(to)
	for written := 0; ; {
		row, err := cells.nextRow()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return damaged(sheet.part, err)
		}
		for ; written < row; written++ {
			cells := cells.row
			if written < row-1 {
				cells = nil
			}
			if err := lines.Write(cells); err != nil {
				return err
			}
		}
	}
	s.sheet.hidden = cells.hidden
	// All of it is read, for the sake of the archive's checksum, too.
	if s.sheet.merged, err = cells.merged(); err != nil {
		return damaged(sheet.part, err)
	}
	lines.Flush()
	return lines.Error()
}

// shown is what a person sees of a sheet, and a reader of its cells does not.
type shown struct {
	hidden   int    // rows that cannot be seen
	merged   []area // cells that are one over several rows
	from1904 bool   // days count from then
}

// cellReader reads the cells of a sheet, row by row.
type cellReader struct {
	book   *workbook
	xml    *xml.Decoder
	guard  *recordReader
	number int      // of the row
	row    []string // its cells, without empty ones at its end
	column int      // of the next cell that does not name its own
	hidden int      // rows so far that have cells and cannot be seen
}

// bounded returns a decoder of a part that does not read more than a record at
// once, as long as the guard is renewed in time.
func bounded(part io.Reader) (*recordReader, *xml.Decoder) {
	guard := &recordReader{r: part, left: recordLimit}
	return guard, xml.NewDecoder(bufio.NewReaderSize(guard, 64<<10))
}

// nextRow reads on to the next row and returns its number; io.EOF after the
// last one.
func (c *cellReader) nextRow() (int, error) {
	hidden := false
	for {
		c.guard.renew()
		token, err := c.xml.RawToken()
		if err != nil {
			return 0, unexpected(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				number := c.number + 1
				if r := attribute(t, "r"); r != "" {
					number, _ = strconv.Atoi(r)
				}
				if number <= c.number || number > maxRows {
					return 0, fmt.Errorf("a row has the number %d after row %d", number, c.number)
				}
				c.number, c.row, c.column = number, c.row[:0], 0
				hidden = isTrue(attribute(t, "hidden"))
			case "c":
				if err := c.readCell(t); err != nil {
					return 0, err
				}
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "row":
				if hidden && len(c.row) > 0 {
					c.hidden++
				}
				return c.number, nil
			case "sheetData":
				return 0, io.EOF
			}
		}
	}
}

// How far sheets go.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// readCell reads a cell into its place in the row.
func (c *cellReader) readCell(start xml.StartElement) error {
	column := c.column
	name := attribute(start, "r")
	if name != "" {
		if column = columnOf(name); column < 0 {
			return fmt.Errorf("row %d has a cell %q", c.number, name)
		}
	}
	if column >= maxColumns {
		return fmt.Errorf("row %d has more cells than a sheet has columns", c.number)
	}
	c.column = column + 1
	text, err := c.cellText(start)
	if err != nil {
		return fmt.Errorf("cell %s: %w", name, err)
	}
	if strings.TrimSpace(text) == "" {
		return nil
	}
	for len(c.row) <= column {
		c.row = append(c.row, "")
	}
	c.row[column] = text
	return nil
}

// columnOf returns the position of a cell such as C7 in its row; -1 if it has
// none.
func columnOf(name string) int {
	column := 0
	for i := 0; i < len(name) && column <= maxColumns; i++ {
		letter := name[i] &^ 0x20
		if letter < 'A' || letter > 'Z' {
			break
		}
		column = column*26 + int(letter-'A') + 1
	}
	if column > maxColumns {
		return -1
	}
	return column - 1
}

// cellText reads to the end of a cell and returns its text, with a mark.
func (c *cellReader) cellText(start xml.StartElement) (string, error) {
	var value string
	kind := attribute(start, "t")
	known, formula := false, false
	for {
		token, err := c.xml.RawToken()
		if err != nil {
			return "", unexpected(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				value, err = textWithin(c.xml, "v")
				known = value != "" || kind == "str" // nothing is a value only of a text
			case "is":
				known = true
				value, err = textWithin(c.xml, "is")
			case "f":
				formula = true
				_, err = textWithin(c.xml, "f")
			}
			if err != nil {
				return "", err
			}
		case xml.EndElement:
			if t.Name.Local != "c" {
				continue
			}
			if formula && !known {
				return string(faultMark) + neverComputed, nil
			}
			return c.book.cell(kind, attribute(start, "s"), value)
		}
	}
}

func attribute(element xml.StartElement, name string) string {
	i := slices.IndexFunc(element.Attr, func(a xml.Attr) bool { return a.Name.Local == name && a.Name.Space == "" })
	if i < 0 {
		return ""
	}
	return element.Attr[i].Value
}

// unexpected is for the end of a part that is not whole.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// area is a range of cells, counted from 0 and 1.
type area struct {
	name              string
	left, right       int
	firstRow, lastRow int
}

// mostMerged is how many ranges of merged cells are kept.
const mostMerged = 1 << 16

// merged reads to the end of the part, and returns which cells are merged over
// several rows: only the first of these has a value.
func (c *cellReader) merged() ([]area, error) {
	var all []area
	for {
		c.guard.renew()
		token, err := c.xml.RawToken()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if t, ok := token.(xml.StartElement); ok && t.Name.Local == "mergeCell" {
			a, err := areaOf(attribute(t, "ref"))
			switch {
			case err != nil:
				return nil, err
			case a.firstRow == a.lastRow:
			case len(all) == mostMerged:
				return nil, fmt.Errorf("more than %d ranges of cells are merged", mostMerged)
			default:
				all = append(all, a)
			}
		}
	}
}

// areaOf reads a range such as B2:C4.
func areaOf(name string) (area, error) {
	first, last, found := strings.Cut(name, ":")
	if !found {
		last = first
	}
	a := area{name: name, left: columnOf(first), right: columnOf(last)}
	var err, errLast error
	a.firstRow, err = strconv.Atoi(strings.TrimLeftFunc(first, unicode.IsLetter))
	a.lastRow, errLast = strconv.Atoi(strings.TrimLeftFunc(last, unicode.IsLetter))
	if err != nil || errLast != nil || a.left < 0 || a.right < a.left || a.lastRow < a.firstRow {
		return a, fmt.Errorf("%q is no range of cells", name)
	}
	return a, nil
}

// keepMerged keeps of the merged cells those in columns that are read.
func (s *Source) keepMerged() error {
	read := append([]int{s.columns.ref, s.columns.endDate}, s.where...)
	s.sheet.merged = slices.DeleteFunc(s.sheet.merged, func(a area) bool {
		return !slices.ContainsFunc(read, func(column int) bool { return column >= a.left && column <= a.right })
	})
	const most = 1000
	if n := len(s.sheet.merged); n > most {
		return fmt.Errorf("%s: %d ranges of cells are merged in the columns that are read; unmerge them, and fill in each row", s.Name, n)
	}
	return nil
}

// mergedAt says that a row has merged cells whose value stands in a row above: what
// a person sees in all of them is in the first one only. It is "" if there are none.
func (s *Source) mergedAt(row int) string {
	for _, a := range s.sheet.merged {
		if row > a.firstRow && row <= a.lastRow {
			return fmt.Sprintf("the cells %s are merged, and only the first one has their value; unmerge them, and fill in each row", a.name)
		}
	}
	return ""
}
