package input

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"offboard/internal/dates"
	"offboard/internal/table"
	"offboard/internal/xlsx"
)

// headerRows is how many rows are searched for the header: exports have titles above it.
const headerRows = 30

// headerOptions say how the header of a grid is found.
type headerOptions struct {
	delimiter rune   // 0: by content
	row       int    // of the header; 0: by content
	column    string // a name that the header has; "": the usual one
	usual     string // the usual name; "": that of the ref
	zone      *time.Location
}

// csvHeader is the header that was found in a CSV text, and the delimiter.
type csvHeader struct {
	candidate
	comma  rune
	lead   int // bytes in front of the header
	above  int // lines in front of it
	titled bool
}

// findCSVHeader finds the header and the delimiter in the beginning of a text.
func findCSVHeader(head table.Head, o headerOptions) (csvHeader, error) {
	commas := delimiters
	announced, length := head.Announced()
	lead := length
	if announced != 0 {
		commas = []rune{announced}
	}
	if o.delimiter != 0 {
		commas = []rune{o.delimiter}
	}
	if o.row > 1 {
		var ok bool
		if lead, ok = head.SkipLines(o.row - 1); !ok {
			return csvHeader{}, noSuchRow(o.row)
		}
	}
	best, tied := csvHeader{}, false
	var wider rune // a delimiter that most rows have, and the header has not
	for i, comma := range commas {
		h := csvHeader{candidate: findHeader(headRowsOf(head.Records(comma, lead), lead), o), comma: comma}
		h.lead = lead + h.offset
		h.above = bytes.Count(head[:h.lead], []byte("\n"))
		if h.wider > h.fits && i > 0 {
			wider = comma
		}
		switch {
		case i == 0, h.better(best.candidate):
			best, tied = h, false
		case h.width > 1 && !best.better(h.candidate):
			tied = true
		}
	}
	best.titled = len(bytes.Trim(head[min(length, best.lead):best.lead], ",; \t\r\n")) > 0
	switch {
	case best.width == 1 && wider != 0:
		return best, lineErrorf(best.row, "the header has one field, and the rows below it have more if %q separates them; name all columns there, or say --delimiter , if they are one field", wider)
	case tied:
		return best, lineErrorf(best.row, "the fields could be separated by several characters; say which with --delimiter, such as --delimiter %s", strconv.Quote(string(best.comma)))
	}
	return best, best.check(o)
}

// noSuchRow is the error about --header-row where it is not among the first rows.
func noSuchRow(row int) error {
	return fmt.Errorf("there is no row %d, or it is too far down for a header; give the row that has the names of the columns in --header-row", row)
}

// headRowsOf returns the records that begin after lead bytes as rows.
func headRowsOf(records []table.Record, lead int) []headRow {
	rows := make([]headRow, len(records))
	for i, r := range records {
		rows[i] = headRow{row: r.Line, offset: int(r.Offset) - lead, texts: r.Fields}
	}
	return rows
}

// sheetHeader is the header that was found in a sheet.
type sheetHeader struct {
	candidate
	titled bool
}

// findSheetHeader finds the header by the first rows of a sheet.
func findSheetHeader(cells *xlsx.Cells, o headerOptions) (sheetHeader, error) {
	const enough = 64 << 10 // bytes of text
	var rows []headRow
	above, size := false, 0
	for r, err := range cells.Rows() {
		if err != nil {
			return sheetHeader{}, err
		}
		if r.Number < o.row {
			above = true
			continue
		}
		row := headRow{row: r.Number, texts: textsOf(nil, r.Cells), kinds: make([]xlsx.Kind, len(r.Cells))}
		for i, c := range r.Cells {
			row.kinds[i] = c.Kind
			size += len(c.Text) + 1
		}
		if rows = append(rows, row); size > enough {
			break
		}
	}
	switch {
	case len(rows) == 0 && above:
		return sheetHeader{}, noSuchRow(o.row)
	case len(rows) == 0:
		return sheetHeader{}, errEmpty
	}
	h := sheetHeader{candidate: findHeader(rows, o)}
	h.titled = above || h.row > rows[0].row
	return h, h.check(o)
}

// headRow is one of the first rows of a grid.
type headRow struct {
	row    int         // its line or number
	offset int         // of its first byte, from where the first row begins
	texts  []string    // nil if the row is malformed
	kinds  []xlsx.Kind // of the cells; nil except in a sheet
}

// candidate is a row that may be the header, and what speaks for and against it.
type candidate struct {
	header []string
	row    int
	offset int
	found  bool  // one of its fields may be the name of the ref
	others []int // further rows that may be the header
	above  int   // a row above it that looks like a part of the table; 0: none
	width  int   // how many fields it has

	rows    int // how many rows are below it,
	fits    int // how many of these have as many fields,
	wider   int // how many have more,
	unnamed int // and how many fill far more columns than it names
}

// better tells whether a candidate fits the text better than another one, which was
// found with another delimiter.
func (c candidate) better(than candidate) bool {
	switch {
	case (c.width > 1) != (than.width > 1):
		return c.width > 1
	case c.found != than.found:
		return c.found
	}
	return c.fits > than.fits
}

// check fails if it is not certain enough that a candidate is the header.
func (c candidate) check(o headerOptions) error {
	switch {
	case c.above > 0:
		return lineErrorf(c.row, "row %d could be the header, by what stands in it, and row %d above it looks like a part of its table; say which it is with --header-row, or name the column of the ref with --ref-column", c.row, c.above)
	case c.found && c.unnamed > c.rows/2 && o.row == 0:
		return lineErrorf(c.row, "row %d could be the header, by what stands in it, and most rows below it fill columns that have no name there; say which it is with --header-row, or name all columns", c.row)
	case len(c.others) > 0:
		return lineErrorf(c.row, "row %d and row %d could each be the header; say which with --header-row, or read exports that were put together one by one", c.row, c.others[0])
	}
	return nil
}

// findHeader finds the header among the first rows of a grid: the first row that has
// the name of a ref, or else the first row.
func findHeader(rows []headRow, o headerOptions) candidate {
	usual := cmp.Or(o.usual, refName)
	var c candidate
	var above []headRow
	filled := 0    // fields of the header that are not empty
	label := false // the header may be a line of labels and values: "Ref:", "HR/2026"
	for i, row := range rows {
		if row.texts == nil {
			if i == 0 { // it is the candidate until another row is found
				c.row, c.offset = row.row, row.offset
			}
			continue
		}
		n, values := 0, 0
		var refs []int
		if i < headerRows {
			n, values = row.contents(o.zone)
			refs = match(row.texts, o.column, usual)
		}
		named := len(refs) > 0
		isHeader := named && values <= n/2 && (n > 2 || values == 0)
		switch {
		case i == 0, isHeader && !c.found && o.row == 0:
			filled = n
			label = named && strings.HasSuffix(strings.TrimSpace(row.texts[refs[0]]), ":")
			c = candidate{header: row.texts, found: isHeader, width: len(row.texts), offset: row.offset, row: row.row}
			c.above = partOf(above, n, o.zone)
		case named && values == 0 && o.row == 0 && !sameNames(row.texts, c.header):
			c.others = append(c.others, row.row)
		default:
			c.count(row.texts, filled, label)
		}
		if !c.found {
			above = append(above, row)
		}
	}
	return c
}

// count compares a row below the header with it. header is how many fields of the
// header are not empty, and label tells whether it may be a line of labels.
func (c *candidate) count(fields []string, header int, label bool) {
	c.rows++
	switch {
	case len(fields) == c.width:
		c.fits++
	case len(fields) > c.width:
		c.wider++
	}
	filled := 0
	for _, field := range fields {
		if strings.TrimSpace(field) != "" {
			filled++
		}
	}
	if filled >= 2*header || label && filled > header {
		c.unnamed++
	}
}

// partOf returns a row above a header that looks like a part of its table; 0 if there
// is none. Such a row fills at least as many fields as the header, and has numbers or
// dates, or is not the only one.
func partOf(above []headRow, header int, zone *time.Location) int {
	n := 0
	for _, row := range above {
		filled, values := row.contents(zone)
		if header < 2 || filled < header {
			continue
		}
		if n++; n > 1 || values > 0 {
			return row.row
		}
	}
	return 0
}

// contents counts the fields that are not empty, and the numbers and dates among
// them. Few names of a header are such: years, or the day on which it was made.
func (r headRow) contents(zone *time.Location) (filled, values int) {
	for i, text := range r.texts {
		text = strings.TrimSpace(text)
		if text != "" {
			filled++
		}
		if r.kinds != nil && r.kinds[i] != xlsx.Text || digitsOnly(text) || dates.Looks(text, zone) {
			values++
		}
	}
	return filled, values
}

// sameNames tells whether two headers have the same names in the same order.
func sameNames(a, b []string) bool {
	return slices.EqualFunc(a, b, func(a, b string) bool { return a == b || table.NormalName(a) == table.NormalName(b) })
}

// names are names of columns. Nearly no field of a table is one of them; most fields
// are ruled out by their first and last byte.
type names struct {
	normal      map[string]bool // as by table.NormalName
	first, last [256]bool       // bytes with which a name may begin and end
}

// newNames returns the names of a header, and those by which the ref and the end date
// are found.
func newNames(header []string) names {
	n := names{normal: map[string]bool{}}
	for _, name := range slices.Concat(header, synonyms[refName], synonyms[endDateName]) {
		n.normal[table.NormalName(name)] = true
		for _, spelt := range [...]string{name, strings.ToUpper(name), strings.ToLower(name), table.NormalName(name), strings.ToUpper(table.NormalName(name))} {
			if spelt != "" {
				n.first[spelt[0]], n.last[spelt[len(spelt)-1]] = true, true
			}
		}
	}
	delete(n.normal, "")
	n.first["\ufeff"[0]] = true
	for _, mark := range []byte(table.NamePunctuation) {
		n.first[mark], n.last[mark] = true, true
	}
	return n
}

// has tells whether a field is one of the names.
func (n *names) has(field string) bool {
	return field != "" && n.first[field[0]] && n.last[field[len(field)-1]] && n.normal[table.NormalName(field)]
}
