package run

import (
	"testing"
	"time"
)

func TestTheBottleneckOfARun(t *testing.T) {
	// 1,000 leavers at 200 ms each, eight at a time, take 25 s.
	e := effort{leavers: 1000, busy: 200 * time.Second, elapsed: 25 * time.Second, concurrency: 8}
	tests := []struct {
		name   string
		change func(*effort)
		want   Bottleneck
	}{
		{"requests in flight, without a ceiling", func(*effort) {}, Bottleneck{Concurrency: 32}},
		{"requests in flight, under a high ceiling", func(e *effort) { e.ceiling = 100 }, Bottleneck{Concurrency: 32}},
		{"requests in flight, under a ceiling a little above the pace", func(e *effort) { e.ceiling = 50 }, Bottleneck{Concurrency: 16}},
		{"one request at a time", func(e *effort) { e.concurrency, e.elapsed = 1, 200*time.Second }, Bottleneck{Concurrency: 4}},
		{"the ceiling", func(e *effort) { e.ceiling, e.elapsed = 10, 100*time.Second }, Bottleneck{}},
		{"requests in flight, which just reached the ceiling", func(e *effort) { e.ceiling = 40 }, Bottleneck{Concurrency: 16}},
		{"the server", func(e *effort) { e.sustained = 40.2 }, Bottleneck{Sustained: 40.2}},
		{"the server, by how much is not measured", func(e *effort) { e.limited = true }, Bottleneck{}},
		{"a slow server", func(e *effort) { e.sustained = 2.46 }, Bottleneck{Sustained: 2.46}},
		{"a fast machine", func(e *effort) { e.busy, e.elapsed = time.Second, 125*time.Millisecond }, Bottleneck{}},
		{"fast answers", func(e *effort) { e.leavers = 100_000 }, Bottleneck{}},
		{"few leavers", func(e *effort) { e.leavers, e.busy = 16, 200*time.Second }, Bottleneck{}},
		{"a run without a call", func(e *effort) { *e = effort{concurrency: 8} }, Bottleneck{}},
		{"more requests in flight than are allowed", func(e *effort) { e.concurrency, e.busy, e.leavers = 600, 15000*time.Second, 75000 }, Bottleneck{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := e
			tt.change(&e)
			if got := e.bottleneck(); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
