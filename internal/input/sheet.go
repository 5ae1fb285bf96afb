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
	s.Sheet = sheet.name
	part, err := w.open(sheet.part)
	if err != nil {
		return err
	}
	defer part.Close()
	cells := &cellReader{book: w, xml: xml.NewDecoder(bufio.NewReaderSize(part, 64<<10))}
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
	s.hidden = cells.hidden
	// What follows the cells is read for the sake of the archive's checksum.
	if _, err := io.Copy(io.Discard, part); err != nil {
		return damaged(sheet.part, err)
	}
	lines.Flush()
	return lines.Error()
}

// cellReader reads the cells of a sheet, row by row.
type cellReader struct {
	book   *workbook
	xml    *xml.Decoder
	number int      // of the row
	row    []string // its cells, without empty ones at its end
	hidden int      // rows so far that have cells and cannot be seen
}

// nextRow reads on to the next row and returns its number; io.EOF after the
// last one.
func (c *cellReader) nextRow() (int, error) {
	hidden := false
	for {
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
				c.number, c.row = number, c.row[:0]
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
	column := len(c.row)
	name := attribute(start, "r")
	if name != "" {
		if column = columnOf(name); column < 0 {
			return fmt.Errorf("row %d has a cell %q", c.number, name)
		}
	}
	text, err := c.cellText(start)
	if err != nil {
		return fmt.Errorf("cell %s: %w", name, err)
	}
	if text == "" {
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
	for i := 0; i < len(name) && name[i] >= 'A' && name[i] <= 'Z' && column <= maxColumns; i++ {
		column = column*26 + int(name[i]-'A') + 1
	}
	if column > maxColumns {
		return -1
	}
	return column - 1
}

// cellText reads to the end of a cell and returns its text, with a mark.
func (c *cellReader) cellText(start xml.StartElement) (string, error) {
	var value string
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
				known = true
				value, err = textWithin(c.xml, "v")
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
				return string(unknownMark), nil
			}
			return c.book.cell(attribute(start, "t"), attribute(start, "s"), value)
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
