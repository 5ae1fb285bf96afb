package view

import (
	"fmt"
	"time"

	"offboard/internal/leaver"
)

// limits are how much a sheet has at most.
type limits struct {
	rows  int // below the header
	bytes int // of its XML, by an estimate that is never too low
}

// limitsOfFormat are the limits of a workbook. A part of more than 4 GiB would need an
// archive in a form that not every program opens.
var limitsOfFormat = limits{rows: 1_048_576 - 1, bytes: 4<<30 - 1<<20}

// counts are what a first reading of the lines has found: enough to know all sheets.
type counts struct {
	limits      limits
	tally       leaver.Tally
	target      string
	first, last time.Time // when outcomes were known; zero if no line says so
	sheets      map[leaver.Outcome][]*size
	all         []*size
}

// size is how much of the lines one sheet has.
type size struct{ rows, bytes int }

// count reads the lines for the first time.
func (b Book) count() (*counts, error) {
	c := &counts{limits: b.limits, tally: leaver.Tally{}, sheets: map[leaver.Outcome][]*size{}, all: []*size{{}}}
	for line, err := range b.Lines {
		if err != nil {
			return nil, err
		}
		c.add(&line)
	}
	return c, nil
}

func (c *counts) add(line *leaver.Result) {
	c.tally[line.Outcome]++
	if c.target == "" {
		c.target = line.Target
	}
	if at := line.FinishedAt; !at.IsZero() {
		if c.first.IsZero() || at.Before(c.first) {
			c.first = at
		}
		if at.After(c.last) {
			c.last = at
		}
	}
	bytes := mostBytes(line)
	c.all = c.limits.add(c.all, bytes)
	if !line.Outcome.Fine() {
		c.sheets[line.Outcome] = c.limits.add(c.sheets[line.Outcome], bytes)
	}
}

// add counts a line in the last of the sheets, or in a new one if that is full.
func (l limits) add(sheets []*size, bytes int) []*size {
	n := len(sheets)
	if n == 0 || sheets[n-1].rows == l.rows || sheets[n-1].rows > 0 && sheets[n-1].bytes+bytes > l.bytes {
		sheets = append(sheets, &size{})
	}
	last := sheets[len(sheets)-1]
	last.rows++
	last.bytes += bytes
	return sheets
}

// mostBytes returns how many bytes of XML the row of a line takes at most: the marks of
// each cell, and five bytes for each one of a text, as in &#34;.
func mostBytes(line *leaver.Result) int {
	const marks, escaped = 80, 5
	texts := len(line.Ref) + len(line.EndDate.Text) + len(line.Source) + len(line.RequestID) + len(line.Reason) + len(line.Target)
	for _, kept := range line.Kept {
		texts += len(kept)
	}
	return marks*(20+len(line.Kept)) + escaped*texts
}

// allRows is the name of the sheet that has every line.
const allRows = "All rows"

// sheetNames returns the names of sheets that go on with one another.
func sheetNames(name string, sheets []*size) []string {
	names := make([]string, len(sheets))
	for i := range sheets {
		names[i] = name
		if i > 0 {
			names[i] = fmt.Sprintf("%s %d", name, i+1)
		}
	}
	return names
}

// table is the lines of one outcome, or all lines, on one sheet or on several.
type table struct {
	of    leaver.Outcome // "": all
	names []string       // of its sheets
	sizes []*size        // of these
}

// tables returns all tables, in the order of their sheets.
func (c *counts) tables() []table {
	var all []table
	for _, o := range leaver.Outcomes() {
		if sheets := c.sheets[o]; len(sheets) > 0 {
			all = append(all, table{o, sheetNames(string(o), sheets), sheets})
		}
	}
	return append(all, table{"", sheetNames(allRows, c.all), c.all})
}

// namesFor returns the names of the sheets that have the lines of an outcome.
func (c *counts) namesFor(o leaver.Outcome) []string {
	var names []string
	for _, t := range c.tables() {
		if t.of == o || t.of == "" {
			names = append(names, t.names...)
		}
	}
	return names
}

// names returns the names of all sheets.
func (c *counts) names() []string {
	names := []string{summarySheet}
	for _, t := range c.tables() {
		names = append(names, t.names...)
	}
	return names
}
