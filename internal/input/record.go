package input

import (
	"iter"
	"strings"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// format reads records: from a grid, or from JSON objects.
type format interface {
	// records reads all records, each time from the beginning. An error ends the
	// sequence; it is a *table.LineError if one line is the reason.
	records() iter.Seq2[*record, error]
	// columnNames returns the names of the columns that are read for the ref and the
	// end date; "" for one that is not there, or if each record may have its own.
	columnNames() (names [firstCondition]string)
}

// record is one record of an input, with the cells that are read of it. It is valid
// until the next one is read.
type record struct {
	row   int    // line, row of a sheet, or number of an element
	lines int    // that it takes up
	size  int    // bytes of memory that stay in use with its cells
	fault string // why it cannot be used; "" if it can

	columns []statusColumn // that say what the person's employment is; nil if a grid has none
	values  []statusValue  // what they say
	rivals  []string       // the names of the columns behind those of the conditions, which may be the end date, too
	grid    *gridRow       // the row that it is; nil for an object
	object  *table.Object  // the object that it is; nil for a row
	headers headers        // what the row has of a header; the zero value for an object

	cells []cell   // in the order in which the columns or keys were asked for
	names []string // of their columns or keys; "" for one that is not there
	// each visits all cells of the row of a grid with their names; nil for an object.
	each func(visit func(name string, c cell))
	// kept returns the cell of the i-th column or key of Options.kept, and whether the
	// record has it.
	kept func(i int) (c cell, found bool)
	// people returns the path of a list of other people in an object; "" if there is
	// none. It is nil for the row of a grid.
	people func() string
}

// headers are what a row says of headers below the first one.
type headers struct {
	above int   // row of the last one above that repeats the first one; 0: none
	named named // a cell that is the name of a column, as in another header
	// other is the error that ends the reading if the row looks like a header with other
	// columns and turns out to be unusable; nil if it does not look like one.
	other error
}

// The cells that are read of a leaver. Those of the conditions follow.
const (
	refCell = iota
	endDateCell
	firstCondition
)

// total tells whether a record without an end date is a line of totals: beside
// numbers it has little more than a label such as "Total". It returns the texts of
// the record that are not empty.
func (r *record) total() (filled []string, isTotal bool) {
	words, sure := 0, false
	r.each(func(_ string, c cell) {
		text := leaver.TrimRef(c.Text)
		if text == "" {
			return
		}
		filled = append(filled, text)
		if isAmount(text) {
			return
		}
		words++
		label, certain := leaver.IsTotal(text)
		isTotal, sure = isTotal || label, sure || certain
	})
	return filled, isTotal && words == 1 || sure && words == 2
}

// isAmount tells whether a text is a number such as 1,234.50 €.
func isAmount(text string) bool { return strings.Trim(text, "0123456789.,-+%$€£ ") == "" }
