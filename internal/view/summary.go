package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"offboard/internal/leaver"
)

const (
	summarySheet = "Summary" // the name of the first sheet
	title        = "Leavers suspended in Thrive"
)

// summaryWidths are the widths of the columns of the first sheet.
var summaryWidths = []float64{22, 20, 60, 60, 30}

// writeSummary turns the only sheet of a new workbook into the first one: what the reports
// say in all, and where to look.
func (b Book) writeSummary(f *excelize.File, s *styles, c *counts) error {
	if err := f.SetSheetName(f.GetSheetName(0), summarySheet); err != nil {
		return err
	}
	made := b.Made.UTC().Format(time.RFC3339)
	if err := f.SetDocProps(&excelize.DocProperties{Creator: "offboard", LastModifiedBy: "offboard", Title: title, Created: made, Modified: made}); err != nil {
		return err
	}
	stream, err := f.NewStreamWriter(summarySheet)
	if err != nil {
		return err
	}
	for i, width := range summaryWidths {
		if err := stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	for i, row := range b.summary(s, c) {
		if err := stream.SetRow(fmt.Sprintf("A%d", i+1), row.cells, excelize.RowOpts{Height: row.height}); err != nil {
			return err
		}
	}
	return stream.Flush()
}

// summaryRow is a row of the first sheet.
type summaryRow struct {
	cells  []any
	height float64 // 0: that of one line
}

// summary returns the rows of the first sheet.
func (b Book) summary(s *styles, c *counts) []summaryRow {
	var rows []summaryRow
	add := func(cells ...any) { rows = append(rows, summaryRow{cells: cells}) }
	add(styled(s.title, title))
	add()
	for _, fact := range b.facts(s, c) {
		add(styled(s.header, fact.name), fact.cell)
	}
	add()
	var header []any
	for _, name := range []string{"Outcome", "Rows", "What it means", "What to do", "Sheets"} {
		header = append(header, styled(s.header, name))
	}
	add(header...)
	for _, o := range leaver.Outcomes() {
		if n := c.tally[o]; n > 0 {
			add(styled(s.text, string(o)), styled(s.count, n))
			rest := []string{wordsOf[o].meaning, wordsOf[o].remedy, strings.Join(c.namesFor(o), ", ")}
			last := &rows[len(rows)-1]
			for _, text := range rest {
				last.cells = append(last.cells, styled(s.long, cellText(text)))
			}
			last.height = rowHeight(rest, summaryWidths[2:])
		}
	}
	add()
	for _, note := range c.notes() {
		add(styled(s.text, cellText(note)))
	}
	add()
	add(styled(s.header, "Reports"))
	for _, name := range b.Reports {
		add(styled(s.text, cellText(name)))
	}
	return rows
}

// fact is a line at the head of the summary.
type fact struct {
	name string
	cell any
}

func (b Book) facts(s *styles, c *counts) []fact {
	return []fact{
		{"Target", styled(s.text, cellText(c.target))},
		{"Rows", styled(s.count, c.tally.Total())},
		{"First outcome (UTC)", s.momentCell(c.first)},
		{"Last outcome (UTC)", s.momentCell(c.last)},
		{"Copied (UTC)", s.momentCell(b.Made)},
		{"Reports", styled(s.count, len(b.Reports))},
	}
}

// notes are what a reader of the workbook has to know.
func (c *counts) notes() []string {
	notes := []string{"This is a copy for people. The report itself is what a run goes on with, and what proves what was done."}
	if names := sheetNames(allRows, c.all); len(names) > 1 {
		notes = append(notes, fmt.Sprintf("There are more rows than a sheet can have, so %s goes on in %s.", names[0], strings.Join(names[1:], ", ")))
	}
	return notes
}

// styled returns a cell with a style.
func styled(style int, value any) any { return excelize.Cell{StyleID: style, Value: value} }
