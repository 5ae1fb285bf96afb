package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// sandboxCommand serves the simulator until it is interrupted.
type sandboxCommand struct {
	Port       int           `default:"0" help:"Loopback port; 0 takes a free one."`
	RateLimit  float64       `group:"faults" default:"0" help:"Answer 429 beyond so many requests per second; 0: never."`
	RetryAfter time.Duration `group:"faults" default:"0s" help:"Ask for such a wait on every 429 and 503, in whole seconds."`
	Latency    time.Duration `group:"faults" default:"0s" help:"Let every answer take so long."`
	ErrorShare float64       `group:"faults" default:"0" help:"Answer 500 to this share of the requests, from 0 to 1."`
}

// Help is shown under the summary of the command.
func (*sandboxCommand) Help() string {
	var b strings.Builder
	b.WriteString("Every ref is an active user, except those that begin with:\n\n")
	for _, s := range thrivetest.SpecialRefs() {
		fmt.Fprintf(&b, "  %-10s %s\n", s.Prefix, s.Effect)
	}
	return b.String()
}

// Validate looks at the faults.
func (c *sandboxCommand) Validate() error {
	switch {
	case c.Port < 0 || c.Port > 65535:
		return fmt.Errorf("--port must be from 0 to 65535, not %d", c.Port)
	case !(c.RateLimit >= 0):
		return fmt.Errorf("--rate-limit must be 0 or more, not %g", c.RateLimit)
	case c.RetryAfter < 0 || c.Latency < 0:
		return errors.New("--retry-after and --latency must not be negative")
	case !(c.ErrorShare >= 0 && c.ErrorShare <= 1):
		return fmt.Errorf("--error-share must be from 0 to 1, not %g", c.ErrorShare)
	}
	return nil
}

func (c *sandboxCommand) faults() thrivetest.Faults {
	f := thrivetest.Faults{Rate: c.RateLimit, Latency: c.Latency, RetryAfterDelay: c.RetryAfter}
	if c.RetryAfter > 0 {
		f.RetryAfter = thrivetest.RetryAfterSeconds
	}
	if c.ErrorShare > 0 {
		f.Shares = map[thrivetest.Fault]float64{http.StatusInternalServerError: c.ErrorShare}
	}
	return f
}

// Run serves until intake ends: that is how a sandbox is meant to end.
func (c *sandboxCommand) Run(a *app) error {
	s, err := startSandbox(net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)))
	if err != nil {
		return usagef("the sandbox cannot listen: %w; choose another --port", err)
	}
	defer s.close()
	s.SetFaults(c.faults())
	fmt.Fprintf(a.Stdout, `export OFFBOARD_BASE_URL=%s
export OFFBOARD_TENANT=%s
export OFFBOARD_API_SECRET=%s
# or, with OAuth instead of the API secret:
# export OFFBOARD_CLIENT_ID=%s
# export OFFBOARD_CLIENT_SECRET=%s
# export OFFBOARD_TOKEN_URL=%s
`, s.url, thrivetest.DefaultTenant, thrivetest.DefaultSecret,
		thrivetest.DefaultClientID, thrivetest.DefaultClientSecret, s.tokenURL())
	a.stderr.println("The sandbox is ready. Paste the lines above into another terminal; Ctrl-C ends it.")
	<-a.intake.Done()
	stats := s.Stats()
	a.stderr.println(fmt.Sprintf("The sandbox got %s to suspend; %s are suspended.", count(stats.Suspends, "request"), people(stats.Suspended)))
	if cause := context.Cause(a.intake); !errors.Is(cause, ErrInterrupted) {
		return cause
	}
	return nil
}

// sandbox is the simulator, served on a loopback port.
type sandbox struct {
	*thrivetest.Server
	url  string
	http *http.Server
}

func startSandbox(address string) (*sandbox, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	server := thrivetest.New(thrivetest.Options{AnyRef: true, SpecialRefs: true})
	s := &sandbox{Server: server, url: "http://" + listener.Addr().String(), http: &http.Server{Handler: server}}
	go func() { _ = s.http.Serve(listener) }() // ends when close closes the server
	return s, nil
}

func (s *sandbox) close() { _ = s.http.Close() }

func (s *sandbox) tokenURL() string {
	return thrive.Environment{APIURL: s.url}.TokenURL(thrivetest.DefaultTenant)
}

// sandboxTarget starts a sandbox that lives as long as the run.
func sandboxTarget() (*target, error) {
	s, err := startSandbox("127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the sandbox cannot be started: %w", err)
	}
	return &target{
		name:        "the sandbox",
		baseURL:     s.url,
		credentials: thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret},
		sandbox:     s,
	}, nil
}
