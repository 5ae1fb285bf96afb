package xlsx

import (
	"fmt"
	"strconv"
	"strings"
)

// areaOf reads the name of an area, such as B2:C4, B2, or B:C for whole columns.
func areaOf(name string) (Area, error) {
	first, last, found := strings.Cut(name, ":")
	if !found {
		last = first
	}
	a := Area{Name: name}
	var top, bottom string
	a.Left, top = columnOf(first)
	a.Right, bottom = columnOf(last)
	a.FirstRow, a.LastRow = rowOf(top), rowOf(bottom)
	if top == "" && bottom == "" {
		a.FirstRow, a.LastRow = 1, maxRows
	}
	if a.Left < 0 || a.Right < a.Left || a.FirstRow < 1 || a.LastRow < a.FirstRow || a.LastRow > maxRows {
		return a, fmt.Errorf("%.40q is no range of cells", name)
	}
	return a, nil
}

// rowOf returns the number of a row; 0 if it is none.
func rowOf(digits string) int {
	row, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return 0
	}
	return int(row)
}
