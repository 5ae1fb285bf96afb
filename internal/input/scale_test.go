package input_test

import (
	"fmt"
	"iter"
	"runtime"
	"strings"
	"testing"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/table"
)

// wide returns an input with n columns or keys, and three rows.
func wide(format string, n int) string {
	var header, row strings.Builder
	for i := range n {
		if format == "CSV" {
			fmt.Fprintf(&header, ",Column %d", i)
			fmt.Fprintf(&row, ",%d", i)
		} else {
			fmt.Fprintf(&row, `,"C%d":{"a":1}`, i)
		}
	}
	if format == "CSV" {
		return "ref" + header.String() + "\n" + strings.Repeat("r"+row.String()+"\n", 3)
	}
	// The second object has its keys in another order.
	return `{"ref":"r"` + row.String() + "}\n" + "{" + row.String()[1:] + `,"ref":"r"}` + "\n" + `{"ref":"r"` + row.String() + "}\n"
}

// TestTheWorkGrowsWithTheColumns counts allocations, as a measure of the work: of ten
// times as many columns or keys, about ten times as many. BenchmarkWide has the time.
func TestTheWorkGrowsWithTheColumns(t *testing.T) {
	for format, n := range map[string]int{"CSV": 12_000, "JSON": 40_000} {
		t.Run(format, func(t *testing.T) {
			work := func(n int) float64 {
				text := wide(format, n)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				s, err := open(t, "leavers", text, input.Options{})
				if err != nil {
					t.Fatal(err)
				}
				var v input.Survey
				for _, rows := range []iter.Seq2[leaver.Row, error]{s.Source.Survey(&v), s.Source.Rows(v)} {
					if got := collect(rows); len(got) != 3 || strings.Contains(got[2], "!") {
						t.Fatalf("got %.200q", got)
					}
				}
				runtime.ReadMemStats(&after)
				return float64(after.TotalAlloc - before.TotalAlloc)
			}
			const most = 20
			if few, many := work(n/10), work(n); many > most*few {
				t.Errorf("ten times as many columns take %.1f times the memory", many/few)
			}
		})
	}
}

// repeated is a text whose end is one record many times over.
type repeated struct{ header, record string }

func (r repeated) ReadAt(p []byte, offset int64) (int, error) {
	n := 0
	if offset < int64(len(r.header)) {
		n = copy(p, r.header[offset:])
	}
	for n < len(p) {
		n += copy(p[n:], r.record[(offset+int64(n)-int64(len(r.header)))%int64(len(r.record)):])
	}
	return n, nil
}

// TestLongRecordsTakeLittleMemory reads records of a quarter of a megabyte, of which little is
// asked for.
func TestLongRecordsTakeLittleMemory(t *testing.T) {
	const records, blocks = 120, 3
	note := strings.Repeat("x", longest/4)
	block := func(format string) (records string) { // with many dates
		for i := range 120 / blocks {
			records += fmt.Sprintf(format, fmt.Sprintf("2024-%02d-%02d", i/28+1, i%28+1), note)
		}
		return records
	}
	for format, text := range map[string]repeated{
		"CSV":                 {"ref,endDate,note\n", block("r,%s,%s\n")},
		"JSON":                {"", block(`{"ref":"r","endDate":"%s","note":"%s"}` + "\n")},
		"JSON with long refs": {"", block(`{"endDate":"%s","ref":"%s"}` + "\n")},
	} {
		t.Run(format, func(t *testing.T) {
			file, err := table.FileOf("leavers", text, int64(len(text.header)+blocks*len(text.record)))
			if err != nil {
				t.Fatal(err)
			}
			s, err := input.Open(file, input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			before := heap()
			n := 0
			for _, err := range s.Rows(input.Survey{}) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n%40 == 0 {
					if now := heap(); now > before+8<<20 {
						t.Fatalf("after %d rows %d MiB are in use", n, (now-before)>>20)
					}
				}
			}
			if n != records {
				t.Errorf("%d rows, want %d", n, records)
			}
		})
	}
}

// heap returns how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
