package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"offboard/internal/run"
	"offboard/pkg/thrive"
	"offboard/pkg/thrivetest"
)

// sandboxCommand serves the simulator until a signal ends it.
type sandboxCommand struct {
	Port           int                      `default:"0" help:"Loopback port; 0: a free one."`
	RateLimit      float64                  `group:"faults" default:"0" help:"Requests per second; further ones are answered with 429. 0: no limit."`
	RetryAfter     time.Duration            `group:"faults" default:"0s" help:"Value of Retry-After in answers with 429 and 503, in whole seconds; 0s: no Retry-After."`
	RetryAfterForm string                   `group:"faults" enum:"seconds,date" default:"seconds" help:"Form of Retry-After: seconds, or date for an HTTP date."`
	Quota          int                      `group:"faults" default:"0" help:"Requests per --quota-window; further ones are answered with 429. 0: no quota."`
	QuotaWindow    time.Duration            `group:"faults" default:"1m" help:"Time for which --quota counts; it begins with a request."`
	QuotaHeaders   thrivetest.RateLimitForm `group:"faults" enum:"none,plain,x,x-unix,list" default:"none" help:"Headers in which each answer names --quota: plain for RateLimit-Limit, -Remaining and -Reset, x for the same with X- in front, x-unix with the reset as a Unix time, list for RateLimit and RateLimit-Policy, or none."`
	Latency        time.Duration            `group:"faults" default:"0s" help:"Time before each answer."`
	ErrorShare     float64                  `group:"faults" default:"0" help:"Share of the requests that are answered with 500, from 0 to 1."`
}

// Help returns the second part of the help of the command.
func (*sandboxCommand) Help() string {
	var b strings.Builder
	b.WriteString("Every ref is an active user, except those that begin with:\n\n")
	for _, s := range thrivetest.SpecialRefs() {
		fmt.Fprintf(&b, "  %-10s %s\n", s.Prefix, s.Effect)
	}
	return b.String()
}

// Validate checks the flags.
func (c *sandboxCommand) Validate() error {
	switch {
	case c.Port < 0 || c.Port > 65535:
		return fmt.Errorf("--port must be from 0 to 65535, not %d", c.Port)
	case !(c.RateLimit >= 0):
		return fmt.Errorf("--rate-limit must be 0 or more, not %g", c.RateLimit)
	case c.RetryAfter < 0 || c.Latency < 0:
		return errors.New("--retry-after and --latency must not be negative")
	case c.Quota < 0 || c.QuotaWindow <= 0:
		return errors.New("--quota must not be negative, and --quota-window must be longer than 0")
	case c.QuotaHeaders != thrivetest.RateLimitNone && c.Quota == 0:
		return fmt.Errorf("--quota-headers %s needs a --quota to name", c.QuotaHeaders)
	case !(c.ErrorShare >= 0 && c.ErrorShare <= 1):
		return fmt.Errorf("--error-share must be from 0 to 1, not %g", c.ErrorShare)
	}
	return nil
}

func (c *sandboxCommand) faults() thrivetest.Faults {
	f := thrivetest.Faults{
		Rate: c.RateLimit, Latency: c.Latency, RetryAfterDelay: c.RetryAfter,
		Quota: c.Quota, Window: c.QuotaWindow, RateLimit: c.QuotaHeaders,
	}
	switch {
	case c.RetryAfter == 0:
	case c.RetryAfterForm == "date":
		f.RetryAfter = thrivetest.RetryAfterDate
	default:
		f.RetryAfter = thrivetest.RetryAfterSeconds
	}
	if c.ErrorShare > 0 {
		f.Shares = map[thrivetest.Fault]float64{http.StatusInternalServerError: c.ErrorShare}
	}
	return f
}

// Run serves until intake ends. An interrupted sandbox exits with 0.
func (c *sandboxCommand) Run(a *app) error {
	s, err := startSandbox(net.JoinHostPort("127.0.0.1", strconv.Itoa(c.Port)))
	if err != nil {
		return usagef("the sandbox cannot listen: %w; choose another port with --port", err)
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
	a.say(slog.LevelInfo, eventSandbox, "The sandbox is ready. Paste the lines above into another terminal; Ctrl-C stops it.", "url", s.url)
	<-a.intake.Done()
	stats := s.Stats()
	a.say(slog.LevelInfo, eventSandbox, fmt.Sprintf("The sandbox received %s to suspend; %s suspended.", count(stats.Suspends, "request"), people(stats.Suspended)),
		"requests", stats.Suspends, "suspended", stats.Suspended)
	if cause := context.Cause(a.intake); !errors.Is(cause, ErrInterrupted) {
		return cause
	}
	return nil
}

// sandbox is a simulator that is served on a loopback port.
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
	s := &sandbox{Server: server, url: "http://" + listener.Addr().String(), http: &http.Server{
		Handler:  server,
		ErrorLog: log.New(io.Discard, "", 0), // Go's own would write past our terminal
	}}
	go func() { _ = s.http.Serve(listener) }() // returns when close closes the server
	return s, nil
}

func (s *sandbox) close() { _ = s.http.Close() }

func (s *sandbox) tokenURL() string {
	return thrive.Environment{APIURL: s.url}.TokenURL(thrivetest.DefaultTenant)
}

// sandboxTarget starts a sandbox for one run.
func (a *app) sandboxTarget() (*target, error) {
	s, err := startSandbox("127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the sandbox cannot be started: %w", err)
	}
	credentials := thrive.Basic{Tenant: thrivetest.DefaultTenant, Secret: thrivetest.DefaultSecret}
	return &target{
		Target:  run.Target{BaseURL: s.url, Credentials: credentials, UserAgent: a.userAgent()},
		word:    run.SandboxTarget,
		name:    sandboxName,
		sandbox: s,
	}, nil
}
