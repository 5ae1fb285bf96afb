package input_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"offboard/internal/input"
)

const benchRows = 100_000

func BenchmarkReadCSV(b *testing.B) {
	var text strings.Builder
	text.WriteString("ref,endDate,department,manager\n")
	for i := range benchRows {
		fmt.Fprintf(&text, "E%07d,2024-%02d-%02d,Operations,M%05d\n", i, i%12+1, i%28+1, i%500)
	}
	for name, keep := range map[string][]string{"nothing is kept": nil, "two columns are kept": {"department", "manager"}} {
		b.Run(name, func(b *testing.B) { benchmarkRead(b, "leavers.csv", text.String(), input.Options{Keep: keep}) })
	}
}

func BenchmarkReadJSONL(b *testing.B) {
	var text strings.Builder
	for i := range benchRows {
		fmt.Fprintf(&text, `{"ref":"E%07d","endDate":"2024-%02d-%02d","department":"Operations","manager":"M%05d"}`+"\n", i, i%12+1, i%28+1, i%500)
	}
	for name, keep := range map[string][]string{"nothing is kept": nil, "two keys are kept": {"department", "manager"}} {
		b.Run(name, func(b *testing.B) { benchmarkRead(b, "leavers.jsonl", text.String(), input.Options{Keep: keep}) })
	}
}

// BenchmarkReadXLSX includes opening the workbook, because that reads its cells.
func BenchmarkReadXLSX(b *testing.B) {
	f := excelize.NewFile()
	rows, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		b.Fatal(err)
	}
	for i := range benchRows + 1 {
		cells := []any{1000000 + i, excelize.Cell{StyleID: day, Value: 45292 + i%366}, "Operations", fmt.Sprintf("M%05d", i%500)}
		if i == 0 {
			cells = []any{"ref", "endDate", "department", "manager"}
		}
		if err := rows.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			b.Fatal(err)
		}
	}
	var text bytes.Buffer
	if err := errors.Join(rows.Flush(), f.Write(&text), f.Close()); err != nil {
		b.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		s, err := openStream("leavers.xlsx", bytes.NewReader(text.Bytes()), input.Options{})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for row, err := range s.Rows() {
			if err != nil || row.Fault != "" {
				b.Fatal(row, err)
			}
			n++
		}
		if err := s.Close(); err != nil || n != benchRows {
			b.Fatalf("%d rows, %v", n, err)
		}
	}
	runtime.ReadMemStats(&after)
	total := float64(b.N) * benchRows
	b.ReportMetric(total/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/total, "allocs/row")
}

func benchmarkRead(b *testing.B, name, text string, o input.Options) {
	s, err := open(b, name, text, o)
	if err != nil {
		b.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		n := 0
		for row, err := range s.Rows() {
			if err != nil || row.Fault != "" {
				b.Fatal(row, err)
			}
			n++
		}
		if n != benchRows {
			b.Fatalf("%d rows", n)
		}
	}
	runtime.ReadMemStats(&after)
	rows := float64(b.N) * benchRows
	b.ReportMetric(rows/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/rows, "allocs/row")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/rows, "B/row")
}

// BenchmarkReadMalformedCSV would be slow if a malformed row were looked up by reading
// the file from its beginning.
func BenchmarkReadMalformedCSV(b *testing.B) {
	const rows = 100_000
	s, err := open(b, "leavers.csv", "ref,note\n"+strings.Repeat("a,\"text\" and more text, as nobody quotes it\n", rows), input.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n := 0
		for row, err := range s.Rows() {
			if err != nil || row.Fault == "" {
				b.Fatalf("got %v, %v", row, err)
			}
			n++
		}
		if n != rows {
			b.Fatalf("%d rows, want %d", n, rows)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkWide reads a few rows of many columns or keys: the time of each must not
// grow with their number.
func BenchmarkWide(b *testing.B) {
	for _, format := range []string{"CSV", "JSON"} {
		for _, n := range []int{400, 4_000, 12_000, 40_000} {
			b.Run(fmt.Sprint(format, "/", n), func(b *testing.B) {
				text := wide(format, n)
				for b.Loop() {
					s, err := openStream("leavers", strings.NewReader(text), input.Options{})
					if err != nil {
						b.Fatal(err)
					}
					var v input.Survey
					for row, err := range s.Survey(&v) {
						if err != nil || row.Fault != "" {
							b.Fatal(row, err)
						}
					}
					if err := s.Close(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/column")
			})
		}
	}
}
