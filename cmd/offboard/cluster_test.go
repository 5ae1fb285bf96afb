//go:build unix

package main

import (
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// These tests do to processes what a cluster does to pods. samples/kubernetes/verify has the
// manifests.

// pod prepares a run as the nightly CronJob makes one.
func (b *bench) pod(more ...string) *program {
	return b.command(basic(thrivetest.DefaultSecret), append([]string{"--rate", "0", "--resume", "--unfinished", "--tolerate", "known", "--log-format", "json"}, more...)...)
}

// TestTwoPodsOnOneLedger starts them at the same time, as a Job that is made by hand beside
// that of the schedule does.
func TestTwoPodsOnOneLedger(t *testing.T) {
	b := setUp(t, 200, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 20 * time.Millisecond})
	pods := []*program{b.pod(), b.pod(), b.pod()}
	for _, p := range pods {
		p.begin(t)
	}
	codes := map[int]int{}
	var refused *program
	for _, p := range pods {
		_ = p.Wait() // the exit code says it
		code := p.ProcessState.ExitCode()
		codes[code]++
		if code == 75 {
			refused = p
		}
	}
	if codes[0] != 1 || codes[75] != 2 {
		t.Fatalf("the exit codes are %v, want one 0 and two 75", codes)
	}
	if want := "another run is writing this report; nothing was sent; try again later"; !strings.Contains(refused.output.String(), want) {
		t.Errorf("the output lacks %q\n%s", want, refused.output.String())
	}
	// The pod that comes in the place of the refused one has nothing left to do.
	b.pod().run(t, 0)
	b.wantAgreement(t, false)
	if s := b.Stats(); s.Suspends != 200 || s.Repeats != 0 {
		t.Errorf("%d calls, %d repeats, want 200 and none", s.Suspends, s.Repeats)
	}
}

// TestAPodThatIsEvictedAgainAndAgain sends SIGTERM, and SIGKILL when a short grace is over.
func TestAPodThatIsEvictedAgainAndAgain(t *testing.T) {
	evictions, leavers := 10, 2000
	b := setUp(t, leavers, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: time.Millisecond, Jitter: 20 * time.Millisecond})
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	killed := 0
	for range evictions {
		p := b.pod()
		before := b.Stats().Suspends
		p.begin(t)
		b.waitFor(t, before+1+random.IntN(leavers/evictions))
		_ = p.Process.Signal(syscall.SIGTERM)
		grace := time.AfterFunc(time.Duration(random.IntN(25))*time.Millisecond, func() { _ = p.Process.Kill() })
		_ = p.Wait() // killed, or in order
		grace.Stop()
		switch code := p.ProcessState.ExitCode(); code {
		case 4:
		case -1:
			killed++
		default:
			t.Fatalf("exit code %d\n%s", code, p.output.String())
		}
	}
	if before := len(b.Suspended()); before == leavers {
		t.Fatal("every leaver was suspended before the last eviction")
	}
	b.pod().run(t, 0)
	b.wantAgreement(t, false)
	repeats := b.Stats().Repeats
	t.Logf("seed %d: %d of %d pods were killed, %d leavers were called twice", seed, killed, evictions, repeats)
	if repeats > 8*killed {
		t.Errorf("%d leavers were called twice, want %d at most: those in flight in a pod that was killed", repeats, 8*killed)
	}
}

// TestAPodThatDrainsHangingCalls gives SIGTERM while nothing is answered. The pod ends by
// itself within the grace of the manifests, and who was in flight is called again.
func TestAPodThatDrainsHangingCalls(t *testing.T) {
	b := setUp(t, 50, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: time.Minute})
	p := b.pod()
	p.begin(t)
	b.waitFor(t, 8)
	b.SetFaults(thrivetest.Faults{})
	start := time.Now()
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.wantExit(t, 4)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it ended after %s, and has 30s", took)
	}
	b.pod().run(t, 0)
	if s := b.Stats(); s.Suspended != 50 || s.Suspends > 58 {
		t.Errorf("%d suspended by %d calls, want 50 by 58 at most", s.Suspended, s.Suspends)
	}
}

// TestAVolumeThatIsFull needs no rights, unlike TestAFullDiskStopsTheRunAndTheNextOneGoesOn.
func TestAVolumeThatIsFull(t *testing.T) {
	b := setUp(t, 600, thrivetest.Options{})
	full, err := exec.LookPath("offboard-on-a-full-volume")
	if err != nil {
		t.Fatal(err)
	}
	onFullVolume := func() *program {
		p := b.pod()
		p.Path, p.Args[0] = full, full
		p.begin(t)
		return p
	}
	p := onFullVolume()
	b.wantBroken(t, p, filepath.Join(b.dir, "leavers.report.csv"), "file too large")
	sent := b.Stats().Suspends
	// The next attempts find the volume as it was.
	for range 2 {
		onFullVolume().wantExit(t, 1)
	}
	if more := b.Stats().Suspends - sent; more != 0 {
		t.Errorf("%d calls were sent that could not be recorded", more)
	}
	b.pod().run(t, 0)
	b.wantAgreement(t, false)
	if s := b.Stats(); s.Suspended != 600 || s.Repeats > 8 {
		t.Errorf("%d suspended, %d repeats, want 600, and 8 at most", s.Suspended, s.Repeats)
	}
}
