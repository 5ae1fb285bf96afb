package main

import (
	"encoding/csv"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"offboard/pkg/thrivetest"
)

// frail is a service that can be taken away: from then on it answers nobody, closes the
// connections that it has, and refuses others.
type frail struct {
	address string
	handler http.Handler
	away    atomic.Bool
	web     *http.Server
}

func newFrail(t *testing.T, handler http.Handler) *frail {
	t.Helper()
	f := &frail{address: "127.0.0.1:0", handler: handler}
	f.serve(t)
	t.Cleanup(func() { _ = f.web.Close() })
	return f
}

func (f *frail) serve(t *testing.T) {
	t.Helper()
	var listener net.Listener
	eventually(t, f.address, func() (ok bool) { // somebody else may have the port for a moment
		var err error
		listener, err = net.Listen("tcp", f.address)
		return err == nil
	})
	f.address = listener.Addr().String()
	f.away.Store(false)
	f.web = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.away.Load() {
			panic(http.ErrAbortHandler) // closes the connection
		}
		f.handler.ServeHTTP(w, r)
	})}
	go func() { _ = f.web.Serve(listener) }() // ends when the server is closed
}

func (f *frail) takeAway() {
	f.away.Store(true)
	_ = f.web.Close()
}

// TestAServiceThatIsAwayForSomeTimeCostsNobodyAnAttempt takes the service away in the
// middle of a run, for five seconds, or a minute in its long form.
func TestAServiceThatIsAwayForSomeTimeCostsNobodyAnAttempt(t *testing.T) {
	for kind, env := range map[string]func(*bench) []string{
		"API secret":                     func(*bench) []string { return basic(thrivetest.DefaultSecret) },
		"OAuth, with tokens that expire": func(b *bench) []string { return b.oauth(thrivetest.DefaultClientSecret) },
	} {
		t.Run(kind, func(t *testing.T) { comesAndGoes(t, env) })
	}
}

func comesAndGoes(t *testing.T, env func(*bench) []string) {
	leavers, away := 300, 5*time.Second
	if soak {
		leavers, away = 1500, time.Minute
	}
	b := setUp(t, leavers, thrivetest.Options{TokenTTL: 2 * time.Second})
	b.SetFaults(thrivetest.Faults{Latency: 5 * time.Millisecond, Jitter: 20 * time.Millisecond})
	service := newFrail(t, b.Server)
	b.url = "http://" + service.address
	p := b.command(env(b), "--rate", "40")
	p.Args[slices.Index(p.Args, "none")] = "plain"
	p.begin(t)
	b.waitFor(t, leavers/3)
	service.takeAway()
	<-time.After(away)
	before := len(b.Starts())
	back := time.Now()
	service.serve(t)
	p.wantExit(t, 0)
	b.wantAgreement(t, false)
	for ref, attempts := range b.attempts(t) {
		if attempts != "1" {
			t.Errorf("%s has %s attempts: the outage has cost it some", ref, attempts)
		}
	}
	starts := b.Starts()[before:]
	if len(starts) < leavers/2 {
		t.Fatalf("%d calls started after the service was back", len(starts))
	}
	// Full pace is 40 calls within a second, or a little more on a busy machine.
	full := time.Duration(-1)
	for i, at := range starts[:len(starts)-40] {
		if starts[i+40].Sub(at) < 1500*time.Millisecond {
			full = at.Sub(back)
			break
		}
	}
	t.Logf("first call %s and full pace %s after the service was back", starts[0].Sub(back), full)
	if full < 0 || full > 40*time.Second {
		t.Errorf("full pace was back %s after the service", full)
	}
	text := p.output.String()
	if !strings.Contains(text, "The service answered nobody once, for ") {
		t.Errorf("the end does not name the outage:\n%s", text)
	}
	if soak && !strings.Contains(text, "no answer since ") {
		t.Errorf("the progress does not name the outage:\n%s", text)
	}
}

// attempts returns the attempts of each ref in the report.
func (b *bench) attempts(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(b.dir, "leavers.report.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, record := range records[1:] {
		all[record[0]] = record[6]
	}
	return all
}
