package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// startsWithDefaultHangup lets the programs that a test starts begin with the
// default action for SIGHUP, even if the tests run under nohup. A program inherits
// signals that its parent ignores, and gets the default action for those that its
// parent handles.
func startsWithDefaultHangup(t *testing.T) {
	t.Helper()
	handled := make(chan os.Signal, 1) // the system sends; nothing receives
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
	// In a user's shell SIGHUP is not ignored; only nohup ignores it.
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
	for _, second := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(second.String(), func(t *testing.T) {
			b := setUp(t, 100, thrivetest.Options{})
			b.SetFaults(thrivetest.Faults{Latency: time.Minute})
			p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0")
			p.begin(t)
			b.waitFor(t, 8)
			if err := p.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			// The system merges two equal signals if the first one was not handled
			// yet. It was when the leavers that were not called are pending.
			b.waitForPending(t)
			start := time.Now()
			if err := p.Process.Signal(second); err != nil {
				t.Fatal(err)
			}
			p.wantExit(t, 4)
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("the run ended %s after the second signal", took)
			}
		})
	}
}

// waitForPending waits until the report has a line of a leaver who was not called:
// the run is stopping.
func (b *bench) waitForPending(t *testing.T) {
	t.Helper()
	eventually(t, "a pending leaver in the report", func() bool {
		text, err := os.ReadFile(filepath.Join(b.dir, "leavers.report.csv"))
		return err == nil && strings.Contains(string(text), ",pending,")
	})
}

func TestASignalEndsAProgramThatWaitsForItsInput(t *testing.T) {
	t.Parallel()
	p := &program{Cmd: exec.Command("offboard", "plan", "-")}
	p.Env, p.Dir = isolated(), t.TempDir()
	p.Stdout, p.Stderr = &p.output, &p.output
	in, err := p.StdinPipe() // stays open after the first rows
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	p.begin(t)
	// This is more than a pipe holds. When all of it is written, the program is
	// reading, and handles signals.
	if _, err := io.WriteString(in, "ref\n"+strings.Repeat("E1\n", 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.wantExit(t, 4)
}
