package main

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// storm is a run that is ended many times, and resumed each time.
type storm struct {
	*bench
	random *rand.Rand
	flags  []string
}

func newStorm(t *testing.T, leavers int, flags ...string) *storm {
	t.Helper()
	b := setUp(t, leavers, thrivetest.Options{})
	// With this latency calls are in flight whenever a run is ended.
	b.SetFaults(thrivetest.Faults{Latency: time.Millisecond, Jitter: 2 * time.Millisecond})
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return &storm{b, rand.New(rand.NewPCG(seed, 0)), append([]string{"--rate", "0", "--resume"}, flags...)}
}

// end starts a run and sends it a signal: usually after a random number of calls,
// at most as many as given, and in one of ten runs shortly after its start, mostly
// before its first call.
func (s *storm) end(t *testing.T, signal syscall.Signal, calls int) *program {
	t.Helper()
	p := s.command(basic(thrivetest.DefaultSecret), s.flags...)
	before := s.Stats().Suspends
	p.begin(t)
	if s.random.IntN(10) == 0 {
		<-time.After(time.Duration(s.random.IntN(40)) * time.Millisecond)
	} else {
		want := before + 1 + s.random.IntN(calls)
		s.waitFor(t, want)
	}
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestARunThatIsKilledAgainAndAgainLosesNothing(t *testing.T) {
	kills, leavers := 25, 2000
	if soak {
		kills, leavers = 500, 20_000
	}
	for _, format := range []string{"csv", "jsonl"} {
		t.Run(format, func(t *testing.T) {
			s := newStorm(t, leavers, "--report", "leavers.report."+format)
			start := time.Now()
			for range kills {
				// On average half of the leavers are left for the last run.
				p := s.end(t, syscall.SIGKILL, leavers/kills)
				if p.Wait() == nil {
					t.Fatal("the run finished before the last kill")
				}
			}
			s.command(basic(thrivetest.DefaultSecret), s.flags...).run(t, 0)
			s.wantDone(t, format)
			repeats := s.Stats().Repeats
			t.Logf("%d leavers, %d kills: %d repeats in %s", leavers, kills, repeats, time.Since(start).Round(time.Millisecond))
			if repeats > 8*kills {
				t.Errorf("%d repeats, want %d at most: those in flight", repeats, 8*kills)
			}
		})
	}
}

func TestARunThatIsInterruptedAgainAndAgainRepeatsNothing(t *testing.T) {
	stops, leavers := 15, 1500
	if soak {
		stops, leavers = 60, 6000
	}
	for _, format := range []string{"csv", "jsonl"} {
		t.Run(format, func(t *testing.T) {
			s := newStorm(t, leavers, "--report", "leavers.report."+format)
			for range stops {
				p := s.end(t, syscall.SIGTERM, leavers/stops)
				err := p.Wait()
				if code := p.ProcessState.ExitCode(); code == 4 {
					continue
				} else if status, ok := p.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
					continue // it came before the program handled signals
				}
				t.Fatalf("%v, want exit code 4\n%s", err, p.output.String())
			}
			s.command(basic(thrivetest.DefaultSecret), s.flags...).run(t, 0)
			s.wantDone(t, format)
			if st := s.Stats(); st.Repeats != 0 || st.Suspends != leavers {
				t.Errorf("%d calls and %d repeats, want %d and none", st.Suspends, st.Repeats, leavers)
			}
		})
	}
}

// wantDone checks that every leaver is suspended, in the report and in the tenant.
// A report other than CSV is read by offboard report.
func (b *bench) wantDone(t *testing.T, format string) {
	t.Helper()
	if format == "csv" {
		b.wantAgreement(t, false)
		return
	}
	if done := len(b.Suspended()); done != b.n {
		t.Errorf("%d leavers are suspended, want %d", done, b.n)
	}
	b.wantSummary(t, "leavers.report."+format)
}

// TestARunThatIsKilledAtAnyTimeLosesNothing kills at random times, so that also the
// plan, the opening of the report and its repair are interrupted.
func TestARunThatIsKilledAtAnyTimeLosesNothing(t *testing.T) {
	for _, format := range []string{"csv", "jsonl"} {
		t.Run(format, func(t *testing.T) {
			b := setUp(t, 3000, thrivetest.Options{})
			b.SetFaults(thrivetest.Faults{Latency: time.Millisecond, Jitter: 3 * time.Millisecond})
			flags := []string{"--rate", "0", "--resume", "--report", "leavers.report." + format}
			seed := uint64(time.Now().UnixNano())
			random := rand.New(rand.NewPCG(seed, 0))
			kills := 0
			for ; kills < 12; kills++ {
				p := b.command(basic(thrivetest.DefaultSecret), flags...)
				p.begin(t)
				time.AfterFunc(time.Duration(60+random.IntN(120))*time.Millisecond, func() { _ = p.Process.Kill() })
				if p.Wait() == nil {
					break // it finished before the kill
				}
				<-time.After(10 * time.Millisecond) // for the simulator to finish the calls of the killed run
			}
			b.command(basic(thrivetest.DefaultSecret), flags...).run(t, 0)
			b.wantDone(t, format)
			s := b.Stats()
			t.Logf("seed %d: %d kills, %d repeats", seed, kills, s.Repeats)
			if s.Repeats > 8*kills {
				t.Errorf("%d repeats after %d kills, want %d at most", s.Repeats, kills, 8*kills)
			}
		})
	}
}
