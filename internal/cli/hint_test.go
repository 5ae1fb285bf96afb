package cli

import (
	"testing"
	"time"
)

func TestWhatHeldTheRunBackIsSaid(t *testing.T) {
	// 1,000 leavers at 200 ms each, eight at a time, take 25 s.
	e := effort{leavers: 1000, busy: 200 * time.Second, elapsed: 25 * time.Second, concurrency: 8}
	tests := []struct {
		name   string
		change func(*effort)
		want   string
	}{
		{"requests in flight, without a ceiling", func(*effort) {}, "Pace: held back by 8 requests in flight; try --concurrency 32.\n"},
		{"requests in flight, under a high ceiling", func(e *effort) { e.ceiling = 100 }, "Pace: held back by 8 requests in flight; try --concurrency 32.\n"},
		{"requests in flight, under a ceiling that is near", func(e *effort) { e.ceiling = 50 }, "Pace: held back by 8 requests in flight; try --concurrency 16.\n"},
		{"one request at a time", func(e *effort) { e.concurrency, e.elapsed = 1, 200*time.Second }, "Pace: held back by 1 request in flight; try --concurrency 4.\n"},
		{"the ceiling", func(e *effort) { e.ceiling, e.elapsed = 10, 100*time.Second }, ""},
		{"the ceiling, and they were just enough", func(e *effort) { e.ceiling = 40 }, "Pace: held back by 8 requests in flight; try --concurrency 16.\n"},
		{"the server", func(e *effort) { e.sustained = 40.2 }, "Pace: the server sustains about 40 requests per second.\n"},
		{"a slow server", func(e *effort) { e.sustained = 2.46 }, "Pace: the server sustains about 2.5 requests per second.\n"},
		{"a fast machine", func(e *effort) { e.busy, e.elapsed = time.Second, 125*time.Millisecond }, ""},
		{"answers that nobody waits for", func(e *effort) { e.leavers = 100_000 }, ""},
		{"few leavers", func(e *effort) { e.leavers, e.busy = 16, 200*time.Second }, ""},
		{"nothing was done", func(e *effort) { *e = effort{concurrency: 8} }, ""},
		{"more is not allowed", func(e *effort) { e.concurrency, e.busy, e.leavers = 600, 15000*time.Second, 75000 }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := e
			tt.change(&e)
			if got := e.hint(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
