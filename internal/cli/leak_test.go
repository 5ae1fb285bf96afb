package cli

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// openFiles returns the number of open file descriptors of this process; 0 on a system
// without /proc.
func openFiles() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// TestARunLeavesNothingOpen counts goroutines and files before and after a run with
// resets, incomplete answers and errors.
func TestARunLeavesNothingOpen(t *testing.T) {
	path := writeLeavers(t, 300)
	run := func() (peak int) {
		server := thrivetest.New(thrivetest.Options{AnyRef: true, Seed: 7})
		server.SetFaults(thrivetest.Faults{FirstAttempts: 1, FirstFault: thrivetest.HalfBody, Shares: map[thrivetest.Fault]float64{
			thrivetest.CutAfter: 0.05, thrivetest.CutBefore: 0.05, http.StatusBadGateway: 0.05,
		}})
		web := httptest.NewServer(server)
		defer web.Close()
		done := make(chan struct{})
		peaks := make(chan int) // the goroutine below sends once, after done
		go func() {
			most := 0
			for {
				select {
				case <-done:
					peaks <- most
					return
				case <-time.After(time.Millisecond):
					most = max(most, runtime.NumGoroutine())
				}
			}
		}()
		env := map[string]string{"OFFBOARD_BASE_URL": web.URL, "OFFBOARD_TENANT": thrivetest.DefaultTenant, "OFFBOARD_API_SECRET": thrivetest.DefaultSecret}
		code, _, stderr := invoke(t, env, "run", path, "--report", filepath.Join(t.TempDir(), "r.csv"), "--yes", "--rate", "0",
			"--max-attempts", "9", "--max-failures", "0", "--progress", "none")
		close(done)
		if code != 0 {
			t.Fatalf("exit code %d\n%s", code, stderr)
		}
		return <-peaks
	}
	run() // what the first run sets up stays
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	goroutines, files := runtime.NumGoroutine(), openFiles()
	peak := run()
	t.Logf("%d goroutines and %d files before, %d goroutines at most", goroutines, files, peak)
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > goroutines || openFiles() > files {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines and %d files after the run, %d and %d before", runtime.NumGoroutine(), openFiles(), goroutines, files)
		}
		<-time.After(5 * time.Millisecond)
	}
	// 8 leavers are in flight and 16 times as many have started. Each connection has
	// goroutines at both ends.
	if most := goroutines + 8*16 + 8*8; peak > most {
		t.Errorf("%d goroutines, want %d at most", peak, most)
	}
}
