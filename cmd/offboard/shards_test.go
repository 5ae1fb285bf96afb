package main

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// shards starts the processes of an Indexed Job, with more inputs.
func (b *bench) shards(t *testing.T, count int, inputs []string, args ...string) []*program {
	t.Helper()
	all := make([]*program, count)
	for n := range all {
		env := append(basic(thrivetest.DefaultSecret), fmt.Sprintf("JOB_COMPLETION_INDEX=%d", n))
		all[n] = b.command(env, append([]string{"--shards", fmt.Sprint(count)}, args...)...)
		all[n].Args = slices.Insert(all[n].Args, 3, inputs...)
		all[n].begin(t)
	}
	return all
}

// ledgers returns how often each ref has a line with each outcome, and the number of the
// files that have one.
func (b *bench) ledgers(t *testing.T, pattern string) (outcomes map[string]map[string]int, files map[string]int) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(b.dir, pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v: no %s", err, pattern)
	}
	outcomes, files = map[string]map[string]int{}, map[string]int{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		in := map[string]bool{}
		for _, r := range records[1:] {
			if outcomes[r[0]] == nil {
				outcomes[r[0]] = map[string]int{}
			}
			outcomes[r[0]][r[2]]++
			in[r[0]] = true
		}
		for ref := range in {
			files[ref]++
		}
	}
	return outcomes, files
}

func TestTenShardsSuspendEverybodyOnce(t *testing.T) {
	for _, rate := range []string{"0", "100"} {
		t.Run("--rate "+rate, func(t *testing.T) {
			b := setUp(t, 300, thrivetest.Options{})
			b.SetFaults(thrivetest.Faults{Latency: 40 * time.Millisecond, Rate: 100, Burst: 10})
			for _, p := range b.shards(t, 10, nil, "--rate", rate, "--report", "ledger.csv") {
				p.wantExit(t, 0)
			}
			if s := b.Stats(); s.Suspended != 300 || s.Repeats != 0 {
				t.Errorf("%d suspended, %d repeats; want 300, 0", s.Suspended, s.Repeats)
			}
			outcomes, files := b.ledgers(t, "ledger.*-of-10.csv")
			if len(outcomes) != 300 {
				t.Errorf("%d leavers have a line, want 300", len(outcomes))
			}
			for ref, n := range outcomes {
				if len(n) != 1 || n["suspended"] != 1 || files[ref] != 1 {
					t.Errorf("%s has the lines %v in %d ledgers", ref, n, files[ref])
				}
			}
		})
	}
}

func TestShardsThatAreKilledGoOnAsFewerOnes(t *testing.T) {
	b := setUp(t, 600, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 5 * time.Millisecond, Jitter: 20 * time.Millisecond})
	first := b.shards(t, 10, nil, "--rate", "200", "--report", "ledger.csv")
	b.waitFor(t, 200)
	for _, p := range first {
		if err := p.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	for _, p := range first {
		_ = p.Wait() // it was killed
	}
	ledgers, err := filepath.Glob(filepath.Join(b.dir, "ledger.*-of-10.csv"))
	if err != nil || len(ledgers) == 0 {
		t.Fatalf("%v: no ledgers", err)
	}
	known := b.Stats().Suspended
	for _, p := range b.shards(t, 4, ledgers, "--rate", "0", "--resume", "--report", "second.csv") {
		p.wantExit(t, 0)
	}
	s := b.Stats()
	t.Logf("%d suspended by the first shards; %d repeats", known, s.Repeats)
	if s.Suspended != 600 || s.Repeats > 8*10 {
		t.Errorf("%d suspended, %d repeats; want 600, and the calls in flight at most", s.Suspended, s.Repeats)
	}
	outcomes, files := b.ledgers(t, "second.*-of-4.csv")
	if len(outcomes) != 600 {
		t.Errorf("%d leavers have a line, want 600", len(outcomes))
	}
	for ref, n := range outcomes {
		if n["suspended"] != 1 || files[ref] != 1 {
			t.Errorf("%s has the lines %v in %d ledgers", ref, n, files[ref])
		}
	}
}

func TestShardsStopBeforeTheyHaveMadeManyWrongCalls(t *testing.T) {
	tests := []struct {
		name  string
		fault thrivetest.Fault
		exit  int
		flags []string
	}{
		{"nobody exists", http.StatusNotFound, 4, nil},
		{"the credentials may not suspend", http.StatusForbidden, 5, nil},
		{"everybody fails", http.StatusTooManyRequests, 4, []string{"--max-attempts", "1", "--max-failures", "20"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := setUp(t, 1000, thrivetest.Options{})
			b.SetFaults(thrivetest.Faults{Shares: map[thrivetest.Fault]float64{tt.fault: 1}})
			for n, p := range b.shards(t, 10, nil, append([]string{"--rate", "50", "--report", "ledger.csv"}, tt.flags...)...) {
				p.wantExit(t, tt.exit)
				// Whoever goes on by hand has no index of a pod.
				if resume := fmt.Sprintf(" --resume --shard %d/10\n", n+1); !strings.Contains(p.output.String(), resume) {
					t.Errorf("no command ends with%s%s", resume, p.output.String())
				}
			}
			outcomes, _ := b.ledgers(t, "ledger.*-of-10.csv")
			tried := 0
			for _, n := range outcomes {
				if n["pending"] == 0 {
					tried++
				}
			}
			t.Logf("%d leavers tried", tried)
			if tried > 80 { // some are in flight when a shard stops
				t.Errorf("ten shards have tried %d leavers before they stopped", tried)
			}
		})
	}
}
