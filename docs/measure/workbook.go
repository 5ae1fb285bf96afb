package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// sheets measures plans of workbooks of several sizes.
func sheets(b *bench) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	for _, n := range []int{10_000, 50_000, 200_000} {
		input := filepath.Join(b.dir, fmt.Sprintf("leavers-%d.xlsx", n))
		// Another process writes it, because the peak memory of this process
		// counts for the programs that it starts.
		if _, err := measure(b.dir, nil, self, "workbook", input, strconv.Itoa(n)); err != nil {
			return err
		}
		if err := b.plan(fmt.Sprintf("`plan` of a sheet of %d rows and six columns", n), input); err != nil {
			return err
		}
	}
	return nil
}

// writeWorkbook writes a sheet with shared strings, as spreadsheets do.
func writeWorkbook(path string, n int) error {
	f := excelize.NewFile()
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		return err
	}
	if err := f.SetColStyle("Sheet1", "C", day); err != nil {
		return err
	}
	for i := range n + 1 {
		row := []any{fmt.Sprintf("Leaver %d", i), 100_000 + i, 45292 + i%180, "Leaver", fmt.Sprintf("Department %d", i%50), fmt.Sprintf("leaver%d@example.com", i)}
		if i == 0 {
			row = []any{"Name", "Employee No.", "Leave Date", "Status", "Department", "Mail"}
		}
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			return err
		}
	}
	return errors.Join(f.SaveAs(path), f.Close())
}
