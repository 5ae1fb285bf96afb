package xlsx

import (
	"bytes"
	"errors"
	"strconv"
)

// calculation is what a workbook says about the values of its formulas.
type calculation uint8

const (
	saved  calculation = iota // the values are those that the last program has computed
	onLoad                    // fullCalcOnLoad: the program that opens the workbook computes them
	unsaid                    // no calcPr: Excel computes them on load, too
)

// formulas tells which formulas of a sheet were never computed. Libraries that write
// workbooks and cannot compute store no value, 0 or an empty text for each formula:
// XlsxWriter stores 0 with onLoad, Apache POI stores 0.0 without calcPr. A workbook
// with good values may say onLoad, too. So 0 is a good value if any formula of the
// sheet has a value other than 0.
type formulas struct {
	values calculation // saved as soon as a formula with another value was read
	doubt  bool        // a formula was reported as never computed because of its value
	arrays []Area      // of several cells that an array formula fills
}

// errComputed: a formula has a good value after others were reported as never
// computed. The sheet must be read again, with saved.
var errComputed = errors.New("the formulas were computed")

// maxArrays is how many array formulas of a sheet are kept.
const maxArrays = 1000

// begin keeps the cells that the formula fills whose start tag was read.
func (f *formulas) begin(s *scanner) {
	if f.values == saved || len(f.arrays) == maxArrays {
		return
	}
	kind, _ := s.attribute("t")
	ref, _ := s.attribute("ref")
	area, err := areaOf(ref)
	several := area.Left < area.Right || area.FirstRow < area.LastRow
	if err == nil && kind == "array" && several {
		f.arrays = append(f.arrays, area)
	}
}

// filled tells whether an array formula fills a cell. XlsxWriter stores 0 in all of them.
func (f *formulas) filled(column, row int) bool {
	for _, a := range f.arrays {
		if a.Left <= column && column <= a.Right && a.FirstRow <= row && row <= a.LastRow {
			return true
		}
	}
	return false
}

// computed tells whether the value of a formula was computed; known is whether there
// is one.
func (f *formulas) computed(kind string, value []byte, known bool) (bool, error) {
	if !known || f.values == saved {
		return known, nil
	}
	empty := kind == "str" && len(value) == 0
	number, err := strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
	zero := (kind == "" || kind == "n") && err == nil && number == 0
	switch {
	case zero, empty && f.values == onLoad:
		f.doubt = true
		return false, nil
	case empty:
		return true, nil
	case f.doubt:
		return true, errComputed
	}
	f.values, f.arrays = saved, nil
	return true, nil
}
