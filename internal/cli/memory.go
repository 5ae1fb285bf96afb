package cli

import (
	"runtime"
	"runtime/debug"
)

// What is kept of a million rows has no pointers, so that collecting garbage
// costs next to nothing however much it is. That decides how much garbage may
// lie about: little while a plan is made, so that a big one needs no more
// memory than it must, and a fixed amount while requests are sent.
const (
	planPercent = 20       // of what is in use
	runGarbage  = 24 << 20 // bytes
)

// collectForPlan sets how often garbage is collected; the returned function
// sets it back.
func collectForPlan() (back func()) { return collect(planPercent) }

// collectForRun does the same for the time in which requests are sent.
func collectForRun() (back func()) {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return collect(min(max(100*runGarbage/int(stats.HeapAlloc+1), planPercent), 400))
}

func collect(percent int) (back func()) {
	before := debug.SetGCPercent(percent)
	return func() { debug.SetGCPercent(before) }
}
