// Package xlsx owns the reading of XLSX workbooks: the archive and its parts in
// XML, the sheets, and what kind of value each cell holds. It refuses a workbook
// that is damaged, where a wrong cell could be read from it. It does not know what
// a column means.
//
// The format is that of ECMA-376, part 1, "Office Open XML".
//
// The package does not stand on excelize, which its tests compare it with. The
// streaming reader of that library does not tell a number from a text, takes a
// formula that was never computed for an empty cell, and reads on through some
// kinds of damage without an error. Its other reader, which knows the type of a
// cell, takes 830 MB for 200,000 rows of six cells.
package xlsx

import (
	"errors"
	"fmt"
	"io/fs"
)

// Errors that Open and Read return, matched with errors.Is. The messages of the
// errors that wrap them name the part, and the cell where there is one.
var (
	// ErrNotWorkbook: the file is something else than an XLSX workbook.
	ErrNotWorkbook = errors.New("this is no XLSX workbook")
	// ErrDamaged: the file is an XLSX workbook, but a part of it is missing, has a
	// wrong checksum, or breaks the rules of the format.
	ErrDamaged = errors.New("the workbook is damaged")
)

// Kind is what a cell holds.
type Kind uint8

// The kinds of cells.
const (
	Text   Kind = iota
	Number      // a number that is not shown as a date
	Date        // a number that is shown as a date or a time, or a date in ISO 8601
	Truth
	Fault // no value that could be used
)

// String returns the name of the kind, in small letters.
func (k Kind) String() string {
	switch k {
	case Text:
		return "text"
	case Number:
		return "number"
	case Date:
		return "date"
	case Truth:
		return "truth"
	case Fault:
		return "fault"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Cell is the value of a cell. The zero Cell is an empty one; so is a text of
// nothing but white space.
type Cell struct {
	Kind Kind
	// Text is the value in letters:
	//
	//   - of a Text, the text as it is, line breaks and white space included;
	//   - of a Number, its decimal digits, such as 4711, -5 or 4714.5. It is
	//     written with an exponent, such as 1.20457E+11, where the sheet shows a
	//     whole number so, or where it would have more than 30 digits. What looks
	//     like a number and cannot be parsed is given as it is, such as 1.2.3 or
	//     1e400;
	//   - of a Date, the days since 30 December 1899 as a decimal number, whatever
	//     day the workbook counts from;
	//   - of a Truth, TRUE or FALSE;
	//   - of a Fault, why there is no value, as part of a sentence for a person.
	Text string
	// Width is how many digits the sheet shows of a whole Number, if it puts zeros
	// in front: 6 for 4711 that is shown as 004711. It is 0 otherwise.
	Width int
	// Dressed tells that the sheet shows a Number with other characters than those
	// of a number, such as E-0123 or 12%, divided by thousand, or not at all.
	Dressed bool
}

// Row is a row of a sheet that has at least one cell that is not empty.
type Row struct {
	Number int    // from 1, as the sheet shows it
	Hidden bool   // by hand, by a filter, or as it has no height
	Cells  []Cell // from column A to the last cell that is not empty
	Beyond bool   // there are cells that are not empty beyond those columns that were asked for
}

// Area is a rectangle of cells that are merged into one. A spreadsheet program
// shows the value of its first cell in all of it; the others are empty.
type Area struct {
	Name              string // such as B2:C4, B:C or 2:4
	Left, Right       int    // columns, counted from 0
	FirstRow, LastRow int    // counted from 1
}

const resave = "open it in a spreadsheet program and save it as .xlsx"

// LimitError says that a workbook unpacks to more than a limit.
type LimitError struct{ Limit int64 }

// Error says what the limit is.
func (e *LimitError) Error() string {
	return fmt.Sprintf("the workbook unpacks to more than %d bytes", e.Limit)
}

// damaged says in which part of a workbook an error was found. An error of the
// operating system, such as a full disk, is no damage and stays as it is; so does a
// *LimitError.
func damaged(part string, err error) error {
	var system *fs.PathError
	var limit *LimitError
	if err == nil || errors.As(err, &system) {
		return err
	}
	if errors.As(err, &limit) {
		return limit
	}
	return fmt.Errorf("%w: %s: %w; %s", ErrDamaged, part, err, resave)
}
