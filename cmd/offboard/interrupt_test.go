package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// TestTheFirstSignalIsAnsweredAtOnce reads what the run says while its requests are still
// in flight.
func TestTheFirstSignalIsAnsweredAtOnce(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			b := setUp(t, 100, thrivetest.Options{})
			b.SetFaults(thrivetest.Faults{Latency: 3 * time.Second})
			p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--concurrency", "4")
			file, err := os.Create(filepath.Join(b.dir, "stderr"))
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			p.Stderr = file
			p.begin(t)
			b.waitFor(t, 4)
			if err := p.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			const want = "Stopping: interrupted; nothing new is sent, 4 requests in flight may finish (10s at most); a second Ctrl-C or signal ends the run without waiting.\n"
			eventually(t, "the answer to the signal", func() bool {
				text, err := os.ReadFile(file.Name())
				return err == nil && strings.Contains(string(text), want)
			})
			if n := len(b.outcomes(t)); n == b.n {
				t.Error("the answer came when the run had ended")
			}
			p.wantExit(t, 4)
			b.wantAgreement(t, true)
			text, err := os.ReadFile(file.Name())
			if err != nil || strings.Count(string(text), "Stopping") != 1 {
				t.Errorf("%v\n%s", err, text)
			}
		})
	}
}

func TestAStoppedRunWritesJSONLines(t *testing.T) {
	b := setUp(t, 100, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: time.Second})
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--concurrency", "4", "--log-format", "json")
	var stderr bytes.Buffer
	p.Stderr = &stderr
	p.begin(t)
	b.waitFor(t, 4)
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	p.wantExit(t, 4)
	var events []string
	for line := range strings.Lines(stderr.String()) {
		var event struct {
			Event    string
			InFlight int
			ExitCode int
			Finished *bool
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		events = append(events, event.Event)
		switch {
		case event.Event == "stopping" && event.InFlight != 4,
			event.Event == "error" && event.ExitCode != 4,
			event.Event == "end" && (event.Finished == nil || *event.Finished):
			t.Errorf("the line is %s", line)
		}
	}
	if got := strings.Join(events, " "); got != "plan stopping end error" {
		t.Errorf("the events are %s\n%s", got, stderr.String())
	}
}

func TestASignalWhileTheLastLeaversAreInFlightLeavesNothingToGoOnWith(t *testing.T) {
	b := setUp(t, 4, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: time.Second})
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--concurrency", "4")
	p.begin(t)
	b.waitFor(t, 4)
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	p.wantExit(t, 4)
	b.wantAgreement(t, false)
	if text := p.output.String(); strings.Contains(text, "To go on") || !strings.Contains(text, "The run is finished.") {
		t.Errorf("got\n%s", text)
	}
}

// TestASignalEndsAProgramThatReadsAPipe sends the signal while nobody writes into the
// pipe that a flag names.
func TestASignalEndsAProgramThatReadsAPipe(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"a configuration":        {[]string{"plan", "leavers.csv", "--config", "pipe"}, "offboard: --config: interrupted\n"},
		"a configuration of run": {[]string{"run", "leavers.csv", "--config", "pipe"}, "offboard: --config: interrupted\n"},
		"an API secret":          {[]string{"run", "leavers.csv", "--env", "staging", "--tenant", "t", "--api-secret-file", "pipe"}, "offboard: interrupted; nothing was sent\n"},
		"a client secret":        {[]string{"run", "leavers.csv", "--env", "staging", "--tenant", "t", "--client-id", "c", "--client-secret-file", "pipe"}, "offboard: interrupted; nothing was sent\n"},
		"a list":                 {[]string{"run", "leavers.csv", "--env", "sandbox", "--except", "pipe"}, "interrupted; nothing was sent\n"},
		"an input":               {[]string{"run", "pipe", "--env", "sandbox"}, "interrupted; nothing was sent\n"},
		"a report":               {[]string{"report", "pipe"}, "offboard: interrupted\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "leavers.csv"), []byte("ref\nE1\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			pipe := filepath.Join(dir, "pipe")
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			p := &program{Cmd: exec.Command("offboard", test.args...)}
			p.Env, p.Dir = isolated(), dir
			p.Stdout, p.Stderr = &p.output, &p.output
			p.begin(t)
			writer, err := os.OpenFile(pipe, os.O_WRONLY, 0) // returns when the program has opened it
			if err != nil {
				t.Fatal(err)
			}
			defer writer.Close()
			_, _ = io.WriteString(writer, "ref")
			start := time.Now()
			if err := p.Process.Signal(syscall.SIGINT); err != nil {
				t.Fatal(err)
			}
			done := time.AfterFunc(20*time.Second, func() { _ = p.Process.Kill() })
			defer done.Stop()
			p.wantExit(t, 4)
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("the program ended after %s", took)
			}
			if !strings.HasSuffix(p.output.String(), test.want) {
				t.Errorf("the program says %q, want %q", p.output.String(), test.want)
			}
		})
	}
}
