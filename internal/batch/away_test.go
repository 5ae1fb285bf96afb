package batch

import (
	"context"
	"slices"
	"sync"
	"time"

	"offboard/internal/leaver"
)

// stretch is the time in which a service is away.
type stretch struct{ from, until time.Duration }

// away is a service that answers nobody in some stretches of time, and anybody else after
// its latency.
type away struct {
	stretches []stretch // since the start of the run
	how       func(ctx context.Context) Answer
	latency   time.Duration

	begin time.Time
	mu    sync.Mutex
	calls []awayCall
}

type awayCall struct {
	ref  string
	at   time.Duration
	lost bool
}

func (a *away) isAway(at time.Duration) bool {
	return slices.ContainsFunc(a.stretches, func(s stretch) bool { return at >= s.from && at < s.until })
}

func (a *away) Call(ctx context.Context, l leaver.Leaver) Answer {
	at := time.Since(a.begin)
	lost := a.isAway(at)
	a.mu.Lock()
	a.calls = append(a.calls, awayCall{l.Ref, at, lost})
	a.mu.Unlock()
	if lost {
		return a.how(ctx)
	}
	if !sleep(ctx, a.latency) {
		return Answer{Outcome: leaver.Failed, Verdict: Transient, Reason: "cancelled"}
	}
	if a.isAway(time.Since(a.begin)) { // a call in flight when it began
		return a.how(ctx)
	}
	return suspended
}

// probes returns how many calls were made while the service was away for some time.
func (a *away) probes(settled time.Duration) (n int) {
	for _, c := range a.calls {
		if c.lost && a.isAway(c.at-settled) {
			n++
		}
	}
	return n
}

var (
	noConnection = Answer{Outcome: leaver.Failed, Verdict: Unreachable, Reason: "connection refused"}
	badGateway   = Answer{Outcome: leaver.Failed, HTTPStatus: 502, Verdict: Unreachable, Reason: "502 Bad Gateway"}
	internal500  = Answer{Outcome: leaver.Failed, HTTPStatus: 500, Verdict: Broken, Reason: "500 Internal Server Error"}
)

// waysToBeAway are what calls get in an outage.
var waysToBeAway = map[string]func(ctx context.Context) Answer{
	"refused connections": func(context.Context) Answer { return noConnection },
	"a gateway":           func(ctx context.Context) Answer { sleep(ctx, 100*time.Millisecond); return badGateway },
	"a gateway that asks to wait": func(ctx context.Context) Answer {
		sleep(ctx, 100*time.Millisecond)
		return Answer{Outcome: leaver.Failed, HTTPStatus: 503, Verdict: Unreachable, RetryAfter: time.Second, Reason: "503"}
	},
	"internal errors": func(context.Context) Answer { return internal500 },
	"timeouts": func(ctx context.Context) Answer {
		if !sleep(ctx, 30*time.Second) {
			return Answer{Outcome: leaver.Failed, Verdict: Transient, Reason: "cancelled"}
		}
		return Answer{Outcome: leaver.Failed, Verdict: Unreachable, Reason: "no complete answer within 30s"}
	},
}

// fullPaceAfter returns how long after a moment ten calls start within a little more than
// the second that the ceiling of 10 per second allows.
func (a *away) fullPaceAfter(moment time.Duration) time.Duration {
	for i := 10; i < len(a.calls); i++ {
		if first := a.calls[i-10]; first.at >= moment && a.calls[i].at-first.at <= 1100*time.Millisecond {
			return first.at - moment
		}
	}
	return -1
}
