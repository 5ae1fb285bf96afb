package run

import (
	"runtime"
	"runtime/debug"
)

// These are the targets of the garbage collector. A plan has no pointers, so that a
// collection is cheap even for a million rows. Little garbage is allowed while a
// plan is made, which keeps the peak of memory low, and a fixed amount while
// requests are sent.
const (
	planPercent = 40       // of the memory in use
	runGarbage  = 24 << 20 // bytes
)

// collectForPlan sets the garbage collector's target for the time in which a plan
// is made. The returned function restores the former one.
func collectForPlan() (restore func()) { return collect(planPercent) }

// collectForRun does the same for the time in which requests are sent.
func collectForRun() (restore func()) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return collect(min(max(100*runGarbage/int(stats.HeapAlloc+1), planPercent), 400))
}

func collect(percent int) (restore func()) {
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}
