package input_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"offboard/internal/input"
)

const benchRows = 100_000

func BenchmarkReadCSV(b *testing.B) {
	var text strings.Builder
	text.WriteString("ref,endDate,department,manager\n")
	for i := range benchRows {
		fmt.Fprintf(&text, "E%07d,2024-%02d-%02d,Operations,M%05d\n", i, i%12+1, i%28+1, i%500)
	}
	benchmarkRead(b, "leavers.csv", text.String())
}

func BenchmarkReadJSONL(b *testing.B) {
	var text strings.Builder
	for i := range benchRows {
		fmt.Fprintf(&text, `{"ref":"E%07d","endDate":"2024-%02d-%02d","department":"Operations","manager":"M%05d"}`+"\n", i, i%12+1, i%28+1, i%500)
	}
	benchmarkRead(b, "leavers.jsonl", text.String())
}

func benchmarkRead(b *testing.B, name, text string) {
	s, err := prepare(b, name, text, input.Options{})
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

// BenchmarkReadMalformedCSV would show it if looking at a malformed row once
// more meant reading the file from its beginning.
func BenchmarkReadMalformedCSV(b *testing.B) {
	const rows = 100_000
	s, err := prepare(b, "leavers.csv", "ref,note\n"+strings.Repeat("a,\"text\" and more text, as nobody quotes it\n", rows), input.Options{})
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
