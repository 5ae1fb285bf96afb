package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// wantSummary checks by offboard report that every leaver is suspended in a report.
func (b *bench) wantSummary(t *testing.T, report string) {
	t.Helper()
	c := exec.Command("offboard", "report", "--json", report)
	c.Dir, c.Env = b.dir, isolated()
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Rows     int
		Outcomes map[string]int
	}
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&s); err != nil {
		t.Fatal(err)
	}
	if s.Rows != b.n || s.Outcomes["suspended"] != b.n {
		t.Errorf("the report has %d rows, %v; want %d suspended", s.Rows, s.Outcomes, b.n)
	}
}

// peak returns the peak memory of a program that is running, in KiB, as soon as it has
// ended; 0 if it is not known. What the system says of a process that has ended is no less
// than the memory of the tests had when they started it.
func (p *program) peak() func() int64 {
	path := fmt.Sprintf("/proc/%d/status", p.Process.Pid)
	found := make(chan int64, 1) // the goroutine sends once
	go func() {
		peak := int64(0)
		for {
			text, err := os.ReadFile(path)
			_, after, ok := strings.Cut(string(text), "VmHWM:")
			if err != nil || !ok { // it has ended
				found <- peak
				return
			}
			if n, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64); err == nil {
				peak = n
			}
			<-time.After(20 * time.Millisecond)
		}
	}()
	return func() int64 { return <-found }
}

// TestEverythingAtOnce combines faults: connections are closed before and after a
// suspension took effect, answers are incomplete, the service fails and throttles,
// and tokens expire after seconds.
func TestEverythingAtOnce(t *testing.T) {
	leavers, life := 200, 2*time.Second
	if soak {
		leavers, life = 50_000, 10*time.Second // a long run gets a token in five seconds at most
	}
	b := setUp(t, leavers, thrivetest.Options{TokenTTL: life, Seed: 1})
	b.SetFaults(thrivetest.Faults{Shares: map[thrivetest.Fault]float64{
		thrivetest.CutBefore:           0.05,
		thrivetest.CutAfter:            0.05,
		thrivetest.HalfBody:            0.10,
		http.StatusInternalServerError: 0.05,
		http.StatusBadGateway:          0.05,
		http.StatusTooManyRequests:     0.05,
	}})
	start := time.Now()
	// 35 of 100 attempts fail. For one leaver all 20 attempts fail in less than
	// one of a million runs of this test.
	p := b.command(b.oauth(thrivetest.DefaultClientSecret),
		"--rate", "0", "--concurrency", "32", "--max-attempts", "20", "--max-failures", "0", "--log-level", "error")
	p.begin(t)
	watched := p.peak()
	p.wantExit(t, 0)
	s, peak := b.Stats(), watched()
	t.Logf("%d leavers, %d calls, %d tokens, peak memory %d KiB, %s",
		leavers, s.Suspends, s.Tokens, peak, time.Since(start).Round(time.Millisecond))
	b.wantAgreement(t, false)
	b.wantSummary(t, "leavers.report.csv")
	if s.MaxInFlight > 32 {
		t.Errorf("%d requests were in flight, want 32 at most", s.MaxInFlight)
	}
	// The bound allows for the race detector, which takes several times as much.
	if most := int64(256 << 10); peak > most {
		t.Errorf("%d KiB of memory, want %d at most", peak, most)
	}
}
