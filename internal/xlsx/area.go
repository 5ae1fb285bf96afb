package xlsx

import (
	"fmt"
	"strconv"
	"strings"
)

// areaOf reads the name of an area, such as B2:C4, $B$2, B:C for whole columns, or
// 2:4 for whole rows.
func areaOf(name string) (Area, error) {
	a := Area{Name: strings.ReplaceAll(name, "$", "")}
	first, last, found := strings.Cut(a.Name, ":")
	if !found {
		last = first
	}
	var top, bottom string
	a.Left, top = columnOf(first)
	a.Right, bottom = columnOf(last)
	a.FirstRow, a.LastRow = rowOf(top), rowOf(bottom)
	switch {
	case top == "" && bottom == "":
		a.FirstRow, a.LastRow = 1, maxRows
	case top == first && bottom == last:
		a.Left, a.Right = 0, maxColumns-1
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
