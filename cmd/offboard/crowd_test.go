package main

import (
	"net/http"
	"syscall"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// TestACrowdInFlight has many requests in flight at once, with faults, and stops the run
// three times. It is meant for the race detector.
func TestACrowdInFlight(t *testing.T) {
	n, concurrency, life := 1500, "100", 2*time.Second
	if soak {
		n, concurrency, life = 30_000, "500", 10*time.Second
	}
	b := setUp(t, n, thrivetest.Options{TokenTTL: life, Seed: 1})
	b.SetFaults(thrivetest.Faults{Latency: 50 * time.Millisecond, Jitter: 50 * time.Millisecond, Shares: map[thrivetest.Fault]float64{
		thrivetest.CutBefore:          0.01,
		thrivetest.CutAfter:           0.01,
		thrivetest.HalfBody:           0.01,
		http.StatusBadGateway:         0.01,
		http.StatusServiceUnavailable: 0.01,
	}})
	flags := []string{"--rate", "0", "--concurrency", concurrency, "--max-attempts", "20", "--max-failures", "0", "--resume", "--log-level", "error"}
	for i := range 3 {
		p := b.command(b.oauth(thrivetest.DefaultClientSecret), flags...)
		p.begin(t)
		b.waitFor(t, (i+1)*n/5)
		if err := p.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		p.wantExit(t, 4)
	}
	b.command(b.oauth(thrivetest.DefaultClientSecret), flags...).run(t, 0)
	b.wantAgreement(t, false)
	b.wantSummary(t, "leavers.report.csv")
	s := b.Stats()
	if s.MaxInFlight < 50 || s.MaxInFlight > 500 {
		t.Errorf("%d requests were in flight at most", s.MaxInFlight)
	}
	t.Logf("%d leavers, %d calls, %d repeats, %d in flight at most", n, s.Suspends, s.Repeats, s.MaxInFlight)
}
