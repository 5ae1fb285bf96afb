// Package view owns the reports for people: the workbook, a copy of a report that a
// spreadsheet program opens without changing what stands in it (a ref is a text, a date is
// a date, and nothing is a formula), and the page, one HTML file that somebody opens in a
// browser or prints. The page needs no network, and nothing that a report says can become a
// part of it other than text.
//
// It is given the lines of a report that count, and does not know how a report is written.
package view

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"github.com/xuri/excelize/v2"

	"offboard/internal/leaver"
)

// Book is what a workbook is made of.
type Book struct {
	Reports []string  // names of the reports that the lines are from
	Made    time.Time // when the workbook is made
	Kept    []string  // names of the columns that the reports keep, in the order of leaver.Row.Kept
	// Lines are the lines that count. They are read once for each outcome that needs
	// somebody, and twice more, and have to be the same every time.
	Lines iter.Seq2[leaver.Result, error]

	limits limits // of a sheet; zero: those of the format
}

// Written says what a workbook has.
type Written struct {
	Rows   int      // lines of the reports
	Sheets []string // names of the sheets, in their order
}

// WriteWorkbook writes a workbook to a new file, which only its owner can read. Until it is
// complete, it has another name beside path, and the sheet that is written is in a folder in
// the one for temporary files; nothing of it is left behind after an error.
//
// It fails as CheckPath does, with the error that the lines end with, with the cause of ctx
// if that ends first, and with a *WriteError.
func WriteWorkbook(ctx context.Context, path string, b Book) (Written, error) {
	if err := CheckPath(path); err != nil {
		return Written{}, err
	}
	scratch, err := os.MkdirTemp("", "offboard-xlsx-*")
	if err != nil {
		return Written{}, fmt.Errorf("cannot create a folder for temporary files, which a workbook needs: %w; name a folder with room in $TMPDIR", err)
	}
	w, err := b.writeIn(ctx, scratch, path)
	if err := os.RemoveAll(scratch); err != nil {
		return Written{}, errors.Join(err, workbooks.writing(err))
	}
	return w, err
}

// writeIn writes the workbook with the help of a folder for temporary files.
func (b Book) writeIn(ctx context.Context, scratch, path string) (Written, error) {
	file, err := workbooks.create(path)
	if err != nil {
		return Written{}, err
	}
	if b.limits == (limits{}) {
		b.limits = limitsOfFormat
	}
	c, err := b.count()
	if err == nil {
		err = b.writeTo(stoppable{ctx, file}, c, scratch)
	}
	if err != nil {
		return Written{}, errors.Join(err, file.abandon())
	}
	if err := file.finish(); err != nil {
		return Written{}, err
	}
	return Written{Rows: c.tally.Total(), Sheets: c.names()}, nil
}

// writeTo writes the workbook of which the lines were counted.
func (b Book) writeTo(to io.Writer, c *counts, scratch string) error {
	a := newArchive(to, scratch)
	f := excelize.NewFile()
	s, err := newStyles(f)
	if err == nil {
		err = b.writeSummary(f, s, c)
	}
	if err != nil {
		return workbooks.writing(errors.Join(err, f.Close()))
	}
	columns := columnsOf(s, b.Kept)
	for _, t := range c.tables() {
		if err = b.writeTable(a, f, columns, t); err != nil {
			break
		}
	}
	if err == nil {
		err = workbooks.writing(a.end(f))
	}
	return errors.Join(err, workbooks.writing(f.Close()))
}

// writeTable writes the sheets of a table. It reads the lines for them.
func (b Book) writeTable(a *archive, f *excelize.File, columns []column, t table) error {
	at := 0
	sh, err := a.newSheet(f, columns, t.names[at], t.sizes[at].rows)
	if err != nil {
		return workbooks.writing(err)
	}
	cells := make([]any, len(columns))
	for line, err := range b.Lines {
		switch {
		case err != nil:
			return errors.Join(err, sh.close())
		case t.of != "" && t.of != line.Outcome:
			continue
		case sh.isFull():
			if err := a.pack(sh); err != nil {
				return workbooks.writing(err)
			}
			if at++; at == len(t.names) {
				return workbooks.writing(errChanged)
			}
			if sh, err = a.newSheet(f, columns, t.names[at], t.sizes[at].rows); err != nil {
				return workbooks.writing(err)
			}
		}
		for i, c := range columns {
			cells[i] = c.cell(&line)
		}
		if err := sh.add(cells, rowHeight([]string{line.Reason}, []float64{reasonWidth})); err != nil {
			return workbooks.writing(errors.Join(err, sh.close()))
		}
	}
	if !sh.isFull() || at != len(t.names)-1 {
		return workbooks.writing(errors.Join(errChanged, sh.close()))
	}
	return workbooks.writing(a.pack(sh))
}

// stoppable is a writer that fails when its context ends: to pack a large workbook takes
// seconds.
type stoppable struct {
	ctx context.Context
	to  io.Writer
}

func (s stoppable) Write(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.to.Write(p)
}
