package plan_test

import (
	"iter"
	"runtime"
	"strconv"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
	"offboard/internal/plan"
)

// BenchmarkPlan reads a million rows of a million leavers twice. B/row is the memory
// that the plan holds between the two readings.
func BenchmarkPlan(b *testing.B) {
	const rows = 1_000_000
	var memory uint64
	for b.Loop() {
		b.StopTimer()
		before := live()
		b.StartTimer()
		p := plan.New(plan.Options{Now: noon}, ledger.New())
		for r := range million(rows) {
			p.Add(r)
		}
		b.StopTimer()
		memory += live() - before
		b.StartTimer()
		if p.Totals()[leaver.Pending] != rows {
			b.Fatal("not everybody is pending")
		}
		for _, err := range p.Tasks(million(rows)) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(memory)/float64(b.N)/rows, "B/row")
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func live() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func million(rows int) iter.Seq2[leaver.Result, error] {
	date, _ := leaver.ParseEndDate("2024-06-30", time.UTC)
	return func(yield func(leaver.Result, error) bool) {
		for i := range rows {
			r := leaver.Result{Outcome: leaver.Pending}
			r.Ref, r.EndDate = "e"+strconv.Itoa(1_000_000+i), date
			r.Place = leaver.Place{Source: "leavers.csv", Row: i + 2}
			if !yield(r, nil) {
				return
			}
		}
	}
}

// BenchmarkResume resumes a report in which every row is written already: nobody is
// due.
func BenchmarkResume(b *testing.B) {
	const rows = 200_000
	date, _ := leaver.ParseEndDate("2024-07-31", time.UTC)
	all := make([]leaver.Result, rows)
	for i := range all {
		all[i].Ref, all[i].EndDate, all[i].Outcome = "e"+strconv.Itoa(1_000_000+i), date, leaver.NotDue
		all[i].Place = leaver.Place{Source: "leavers.csv", Row: i + 2}
	}
	for b.Loop() {
		l := ledger.New()
		for _, r := range all {
			l.Add(r)
		}
		p := plan.New(plan.Options{Now: noon}, l)
		for _, r := range all {
			p.Add(r)
		}
		for _, err := range p.Tasks(each(all)) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
