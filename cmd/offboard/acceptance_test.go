package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// These tests run the real program against the simulator. At the end they compare
// the input, the report and the history of the simulator.

// bench is a simulated tenant and a directory with an input.
type bench struct {
	*thrivetest.Server
	url string
	dir string
	n   int // leavers in the input
}

// setUp starts a simulator in which every ref is a user, and writes an input with
// n leavers. The test runs in parallel with others.
func setUp(t *testing.T, n int, o thrivetest.Options) *bench {
	t.Helper()
	t.Parallel()
	o.AnyRef = true
	server := thrivetest.New(o)
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	var text strings.Builder
	text.WriteString("ref,endDate\n")
	for i := range n {
		fmt.Fprintf(&text, "E%05d,2024-06-30\n", i)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "leavers.csv"), []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return &bench{Server: server, url: web.URL, dir: dir, n: n}
}

// basic returns the API secret as environment variables.
func basic(secret string) []string {
	return []string{"OFFBOARD_API_SECRET=" + secret}
}

// oauth returns client credentials as environment variables.
func (b *bench) oauth(secret string) []string {
	return []string{
		"OFFBOARD_CLIENT_ID=" + thrivetest.DefaultClientID,
		"OFFBOARD_CLIENT_SECRET=" + secret,
		"OFFBOARD_TOKEN_URL=" + b.url + "/oauth2/token/" + thrivetest.DefaultTenant,
	}
}

// program is a process of offboard and its output.
type program struct {
	*exec.Cmd
	output bytes.Buffer
}

// command prepares a run of the input.
func (b *bench) command(env []string, args ...string) *program {
	p := &program{Cmd: exec.Command("offboard", append([]string{"run", "leavers.csv", "--yes", "--progress", "none"}, args...)...)}
	p.Dir = b.dir
	p.Env = isolated(append(env, "OFFBOARD_BASE_URL="+b.url, "OFFBOARD_TENANT="+thrivetest.DefaultTenant)...)
	p.Stdout, p.Stderr = &p.output, &p.output
	return p
}

// wantExit waits for the end of the program and checks its exit code.
func (p *program) wantExit(t *testing.T, want int) {
	t.Helper()
	code := 0
	var exit *exec.ExitError
	if err := p.Wait(); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if code != want {
		t.Fatalf("exit code %d, want %d\n%s", code, want, p.output.String())
	}
}

func (p *program) begin(t *testing.T) {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
}

func (p *program) run(t *testing.T, want int) {
	t.Helper()
	p.begin(t)
	p.wantExit(t, want)
}

// outcomes reads the report and returns the last outcome of each ref.
func (b *bench) outcomes(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(b.dir, "leavers.report.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	last := map[string]string{}
	r := csv.NewReader(f)
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			delete(last, "ref")
			return last
		}
		if err != nil {
			t.Fatal(err)
		}
		last[record[0]] = record[2]
	}
}

// wantAgreement compares the report with the history of the simulator. Leavers may
// be pending only if pending is true.
func (b *bench) wantAgreement(t *testing.T, pending bool) {
	t.Helper()
	outcomes, done := b.outcomes(t), b.Suspended()
	if len(outcomes) != b.n {
		t.Errorf("the report has lines for %d rows, want %d", len(outcomes), b.n)
	}
	for ref, outcome := range outcomes {
		switch {
		case outcome == "suspended" && done[ref] == 0:
			t.Errorf("%s: suspended in the report, but not in the tenant", ref)
		case outcome == "pending" && !pending:
			t.Errorf("%s is pending", ref)
		case outcome == "pending" && done[ref] > 0:
			t.Errorf("%s: pending in the report, but suspended in the tenant", ref)
		case outcome != "suspended" && outcome != "pending":
			t.Errorf("%s: %s", ref, outcome)
		}
	}
	if !pending && len(done) != b.n {
		t.Errorf("%d leavers are suspended, want %d", len(done), b.n)
	}
}

func TestTwoThousandLeaversByEachKindOfCredentials(t *testing.T) {
	kinds := []struct {
		name  string
		env   func(*bench) []string
		token thrivetest.TokenAuth
	}{
		{"API secret", func(*bench) []string { return basic(thrivetest.DefaultSecret) }, 0},
		{"OAuth by header", func(b *bench) []string { return b.oauth(thrivetest.DefaultClientSecret) }, thrivetest.HeaderOnly},
		{"OAuth by form", func(b *bench) []string { return b.oauth(thrivetest.DefaultClientSecret) }, thrivetest.BodyOnly},
	}
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			b := setUp(t, 2000, thrivetest.Options{TokenAuth: kind.token})
			b.command(kind.env(b), "--rate", "0").run(t, 0)
			s := b.Stats()
			if s.Suspends != 2000 || s.Suspended != 2000 || s.Repeats != 0 {
				t.Errorf("%d calls, %d suspended, %d repeats; want 2000, 2000, 0", s.Suspends, s.Suspended, s.Repeats)
			}
			if s.MaxInFlight > 8 {
				t.Errorf("%d requests were in flight, want 8 at most", s.MaxInFlight)
			}
			b.wantAgreement(t, false)
		})
	}
}

func TestTheRateHoldsInEverySecond(t *testing.T) {
	b := setUp(t, 160, thrivetest.Options{})
	b.command(basic(thrivetest.DefaultSecret), "--rate", "40").run(t, 0)
	b.wantRate(t, 44)
}

func TestTheRateHoldsForCallsThatWaitForAToken(t *testing.T) {
	b := setUp(t, 100, thrivetest.Options{})
	// During the latency the calls of half a second wait for the token.
	b.SetFaults(thrivetest.Faults{Latency: 500 * time.Millisecond})
	b.command(b.oauth(thrivetest.DefaultClientSecret), "--rate", "40", "--concurrency", "60").run(t, 0)
	b.wantRate(t, 44)
}

// wantRate checks that at most so many calls started within any second.
func (b *bench) wantRate(t *testing.T, most int) {
	t.Helper()
	starts := b.Starts()
	from := 0
	for i, at := range starts {
		for at.Sub(starts[from]) > time.Second {
			from++
		}
		if n := i - from + 1; n > most {
			t.Fatalf("%d calls started within one second, want %d at most", n, most)
		}
	}
}

func TestAnInterruptedRunGoesOnWhereItStopped(t *testing.T) {
	b := setUp(t, 400, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 20 * time.Millisecond})
	first := b.command(basic(thrivetest.DefaultSecret), "--rate", "0")
	first.begin(t)
	b.waitFor(t, 100)
	if err := first.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	first.wantExit(t, 4)
	b.wantAgreement(t, true)
	for _, want := range []string{"The run was interrupted.", "To go on: offboard run leavers.csv --yes --progress none --rate 0 --resume"} {
		if !strings.Contains(first.output.String(), want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	sent := b.Stats().Suspends
	if sent >= 400 {
		t.Fatalf("all %d calls were sent before the run was interrupted", sent)
	}
	b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--resume").run(t, 0)
	b.wantAgreement(t, false)
	if s := b.Stats(); s.Suspends != 400 || s.Repeats != 0 {
		t.Errorf("%d calls and %d repeats, want 400 and 0", s.Suspends, s.Repeats)
	}
}

// waitFor waits until the simulator has received so many suspend calls.
func (b *bench) waitFor(t *testing.T, calls int) {
	t.Helper()
	eventually(t, fmt.Sprintf("%d calls", calls), func() bool { return b.Stats().Suspends >= calls })
}

// eventually waits until a condition holds. The test fails if it does not hold
// within half a minute.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		<-time.After(time.Millisecond)
	}
}

func TestAWrongSecretStopsTheRunAndIsNotWritten(t *testing.T) {
	const secret = "correct-horse-battery-staple"
	kinds := []struct {
		name string
		env  func(*bench) []string
	}{
		{"API secret", func(*bench) []string { return basic(secret) }},
		{"OAuth", func(b *bench) []string { return b.oauth(secret) }},
	}
	for _, kind := range kinds {
		t.Run(kind.name, func(t *testing.T) {
			b := setUp(t, 500, thrivetest.Options{})
			p := b.command(kind.env(b), "--rate", "0", "--log-level", "debug")
			p.run(t, 5)
			if s := b.Stats(); s.Suspends+s.Tokens > 16 || s.Suspended > 0 {
				t.Errorf("%d calls and %d token requests, want 16 at most", s.Suspends, s.Tokens)
			}
			tally := map[string]int{}
			for _, o := range b.outcomes(t) {
				tally[o]++
			}
			if tally["pending"] < 484 || tally["pending"]+tally["rejected"] != 500 {
				t.Errorf("got %v, want at least 484 pending and the others rejected", tally)
			}
			report, err := os.ReadFile(filepath.Join(b.dir, "leavers.report.csv"))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(p.output.String()+string(report), secret) {
				t.Error("the secret was written")
			}
		})
	}
}

func TestRevokedTokensAreRenewed(t *testing.T) {
	b := setUp(t, 600, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 5 * time.Millisecond})
	p := b.command(b.oauth(thrivetest.DefaultClientSecret), "--rate", "0")
	p.begin(t)
	for _, calls := range []int{100, 250, 400} {
		b.waitFor(t, calls)
		b.RevokeTokens()
	}
	p.wantExit(t, 0)
	if s := b.Stats(); s.Suspended != 600 || s.Tokens < 4 || s.Tokens > 8 {
		t.Errorf("%d suspended with %d token requests, want 600 with about 4", s.Suspended, s.Tokens)
	}
}

func TestTwoRunsNeverWriteOneReport(t *testing.T) {
	b := setUp(t, 200, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 20 * time.Millisecond})
	first := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--resume")
	first.begin(t)
	b.waitFor(t, 1)
	second := b.command(basic(thrivetest.DefaultSecret), "--rate", "0", "--resume")
	second.run(t, 75)
	if want := "another run is writing this report; nothing was sent; try again later"; !strings.Contains(second.output.String(), want) {
		t.Errorf("the output lacks %q\n%s", want, second.output.String())
	}
	first.wantExit(t, 0)
	if s := b.Stats(); s.Suspends != 200 {
		t.Errorf("%d calls, want 200", s.Suspends)
	}
}

func TestTheDeadlineStopsTheRun(t *testing.T) {
	b := setUp(t, 500, thrivetest.Options{})
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "50", "--deadline", "3s")
	p.run(t, 4)
	if !strings.Contains(p.output.String(), "The run stopped early: the deadline has passed (--deadline).") {
		t.Errorf("the output does not give the reason:\n%s", p.output.String())
	}
	b.wantAgreement(t, true)
}

func TestTheProcessListShowsNoSecret(t *testing.T) {
	b := setUp(t, 100, thrivetest.Options{})
	b.SetFaults(thrivetest.Faults{Latency: 50 * time.Millisecond})
	p := b.command(basic(thrivetest.DefaultSecret), "--rate", "0")
	p.begin(t)
	b.waitFor(t, 1)
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.Process.Pid))
	if err != nil {
		t.Logf("no /proc on this system: %v", err)
	} else if !bytes.Contains(line, []byte("leavers.csv")) || bytes.Contains(line, []byte(thrivetest.DefaultSecret)) {
		t.Errorf("the process list shows %q", line)
	}
	p.wantExit(t, 0)
}
