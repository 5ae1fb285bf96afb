package xlsx_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"offboard/internal/xlsx"
)

const benchRows = 100_000

// benchInline is a workbook whose texts stand in the cells.
func benchInline(b *testing.B) string {
	f := excelize.NewFile()
	rows, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		b.Fatal(err)
	}
	for i := range benchRows {
		cells := []any{1000000 + i, excelize.Cell{StyleID: day, Value: 45292 + i%366}, "Operations", fmt.Sprintf("M%05d", i%500)}
		if err := rows.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Flush(); err != nil {
		b.Fatal(err)
	}
	return written(b, f)
}

// benchShared is a workbook whose texts are shared, as spreadsheet programs write
// them: one in each row that no other row has, and two that many have.
func benchShared(b *testing.B) string {
	var texts, rows strings.Builder
	for i := range 100 {
		fmt.Fprintf(&texts, "<si><t>M%05d</t></si>", i)
	}
	for i := range benchRows {
		fmt.Fprintf(&texts, "<si><t>E%07d</t></si>", i)
		fmt.Fprintf(&rows, `<row r="%d" spans="1:4"><c r="A%d" t="s"><v>%d</v></c><c r="B%d" s="1"><v>%d</v></c><c r="C%d" t="s"><v>%d</v></c><c r="D%d" t="s"><v>7</v></c></row>`, i+1, i+1, i+100, i+1, 45292+i%366, i+1, i%100, i+1)
	}
	return pack(b, map[string]string{sheetPart: sheetOf(rows.String()), "xl/sharedStrings.xml": "<sst>" + texts.String() + "</sst>"})
}

// BenchmarkRead opens a workbook and reads its sheet.
func BenchmarkRead(b *testing.B) {
	for name, workbook := range map[string]func(*testing.B) string{"inline": benchInline, "shared": benchShared} {
		b.Run(name, func(b *testing.B) {
			text := workbook(b)
			measure(b, func() {
				w, err := xlsx.Open(strings.NewReader(text), int64(len(text)), scratch, 0)
				if err != nil {
					b.Fatal(err)
				}
				c, err := w.Read(w.Sheets()[0])
				if err != nil {
					b.Fatal(err)
				}
				if err := errors.Join(c.Close(), w.Close()); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

func BenchmarkRows(b *testing.B) {
	c, err := read(b, benchInline(b))
	if err != nil {
		b.Fatal(err)
	}
	measure(b, func() {
		n := 0
		for row, err := range c.Rows() {
			if err != nil || len(row.Cells) != 4 {
				b.Fatal(row, err)
			}
			n++
		}
		if n != benchRows {
			b.Fatalf("%d rows", n)
		}
	})
}

func measure(b *testing.B, work func()) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		work()
	}
	runtime.ReadMemStats(&after)
	rows := float64(b.N) * benchRows
	b.ReportMetric(rows/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/rows, "allocs/row")
}
