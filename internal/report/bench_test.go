package report

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// BenchmarkRecord records results one by one from eight goroutines, as a run
// does.
func BenchmarkRecord(b *testing.B) {
	for _, f := range bothFormats {
		b.Run(string(f), func(b *testing.B) {
			r, err := Open(filepath.Join(b.TempDir(), pathOf(f)), options(false))
			if err != nil {
				b.Fatal(err)
			}
			w, err := r.Start()
			if err != nil {
				b.Fatal(err)
			}
			const goroutines = 8
			b.ReportAllocs()
			b.ResetTimer()
			var wg sync.WaitGroup
			for g := range goroutines {
				wg.Go(func() {
					result := suspended("e1001", g+1)
					for range b.N/goroutines + 1 {
						if err := w.Record(result); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			if err := w.Close(); err != nil {
				b.Error(err)
			}
			if err := r.Close(); err != nil {
				b.Error(err)
			}
		})
	}
}

// BenchmarkReadReport reads a report of 100,000 lines.
func BenchmarkReadReport(b *testing.B) {
	const rows = 100_000
	for _, f := range bothFormats {
		b.Run(string(f), func(b *testing.B) {
			var text strings.Builder
			text.WriteString(written(b, f))
			form := formOf(f)
			for i := range rows {
				text.WriteString(encoded(form, suspended(fmt.Sprint("e", i), i+2)))
			}
			report := text.String()
			b.ReportAllocs()
			for b.Loop() {
				r := newReader(b, report)
				n := 0
				for _, err := range r.Lines() {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != rows {
					b.Fatal(n, "lines")
				}
			}
			b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
