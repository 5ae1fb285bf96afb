package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// startsWithDefaultHangup makes the programs that a test starts begin with the
// default action for SIGHUP. Without it they ignore SIGHUP wherever the tests
// themselves run under nohup: exec passes on a signal that is ignored, and
// resets one that is handled.
func startsWithDefaultHangup(t *testing.T) {
	t.Helper()
	handled := make(chan os.Signal, 1) // from the system; nothing receives
	signal.Notify(handled, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(handled) })
}

// hangUp sends SIGHUP to a run that has sent 50 calls.
func (b *bench) hangUp(t *testing.T, p *program) {
	t.Helper()
	p.begin(t)
	b.waitFor(t, 50)
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

func TestALostTerminalEndsTheRunInOrder(t *testing.T) {
	startsWithDefaultHangup(t)
	b := setUp(t, 300, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 20 * time.Millisecond})
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0")
	b.hangUp(t, p)
	p.wantExit(t, 4)
	b.wantAgreement(t, true)
}

func TestARunUnderNohupSurvivesALostTerminal(t *testing.T) {
	// As in a shell of a user: SIGHUP is not ignored until nohup ignores it.
	startsWithDefaultHangup(t)
	b := setUp(t, 300, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 20 * time.Millisecond})
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0")
	nohup, err := exec.LookPath("nohup")
	if err != nil {
		t.Fatal(err)
	}
	p.Path, p.Args = nohup, append([]string{"nohup"}, p.Args...)
	b.hangUp(t, p)
	p.wantExit(t, 0)
	b.wantAgreement(t, false)
}

func TestARunGoesOnWhenItsOutputIsClosed(t *testing.T) {
	b := setUp(t, 200, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 10 * time.Millisecond})
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--log-level", "debug")
	p.Stdout, p.Stderr = write, write
	p.begin(t)
	_ = write.Close()
	if _, err := bufio.NewReader(read).ReadString('\n'); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	_ = read.Close() // as "| head -1" does
	p.wantExit(t, 0)
	b.wantAgreement(t, false)
}

func TestASecondSignalEndsTheRunAtOnce(t *testing.T) {
	b := setUp(t, 100, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: time.Minute})
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0")
	p.begin(t)
	b.waitFor(t, 8)
	start := time.Now()
	for range 2 {
		if err := p.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		<-time.After(200 * time.Millisecond)
	}
	p.wantExit(t, 4)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("the run ended %s after the first signal", took)
	}
}

func TestASignalEndsAProgramThatWaitsForItsInput(t *testing.T) {
	t.Parallel()
	p := &program{Cmd: exec.Command("offboard", "plan", "-")}
	p.Env, p.Dir = isolated(), t.TempDir()
	p.Stdout, p.Stderr = &p.output, &p.output
	in, err := p.StdinPipe() // stays open, without any data
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	p.begin(t)
	<-time.After(200 * time.Millisecond) // for the handler of signals to be in place
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.wantExit(t, 4)
}
