package run

import (
	"context"
	"iter"
	"os"
	"slices"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/view"
)

// InputWorkbookError says that a workbook would be written to the file of a report that is
// read.
type InputWorkbookError struct{ Path string }

// Error names the file.
func (e *InputWorkbookError) Error() string {
	return e.Path + " is one of the reports; name another file for the workbook"
}

// WriteWorkbook writes the lines that count as a workbook for people, to a new file, with
// the outcomes of Rows. It is
// an *InputWorkbookError if one of the reports is at that path. Otherwise it fails as Lines
// and view.WriteWorkbook do.
func (all *Reports) WriteWorkbook(ctx context.Context, path string, made time.Time) (view.Written, error) {
	if info, err := os.Stat(path); err == nil {
		for _, f := range all.files {
			if f.Info() != nil && os.SameFile(info, f.Info()) {
				return view.Written{}, &InputWorkbookError{path}
			}
		}
	}
	if err := view.CheckPath(path); err != nil { // before the reports are read
		return view.Written{}, err
	}
	if err := all.fill(ctx); err != nil {
		return view.Written{}, err
	}
	kept, each := all.aligned()
	book := view.Book{Made: made, Kept: kept, Lines: settled(until(ctx, all.ledger.Standing(report.Merge(each...))))}
	for _, r := range all.readers {
		book.Reports = append(book.Reports, r.Name)
	}
	defer collectForPlan()()
	return view.WriteWorkbook(ctx, path, book)
}

// aligned returns the names of the columns that any of the reports keeps, and the lines of
// each report with their kept texts in this order.
func (all *Reports) aligned() (names []string, each []iter.Seq2[leaver.Result, error]) {
	orders := make([][]int, len(all.readers)) // of the columns of a report among all names
	for i, r := range all.readers {
		orders[i] = report.Order(r.Kept(), names)
		for j, at := range orders[i] {
			if at < 0 {
				orders[i][j] = len(names)
				names = append(names, r.Kept()[j])
			}
		}
	}
	for i, lines := range all.each {
		each = append(each, arranged(lines, orders[i], len(names)))
	}
	return names, each
}

// arranged returns lines whose kept texts stand at other places: order has that of each.
func arranged(lines iter.Seq2[leaver.Result, error], order []int, places int) iter.Seq2[leaver.Result, error] {
	if len(order) == 0 || slices.IsSorted(order) && order[len(order)-1] == len(order)-1 {
		return lines // they stand there already
	}
	return func(yield func(leaver.Result, error) bool) {
		for r, err := range lines {
			if len(r.Kept) > 0 {
				kept := make([]string, places)
				for i, at := range order[:min(len(order), len(r.Kept))] {
					kept[at] = r.Kept[i]
				}
				r.Kept = kept
			}
			if !yield(r, err) {
				return
			}
		}
	}
}
