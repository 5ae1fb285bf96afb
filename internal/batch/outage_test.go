package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/pace"
)

// away is a service that answers nobody in some stretches of time, and anybody else after
// its latency.
type away struct {
	from, until []time.Duration // since the start of the run
	how         func(ctx context.Context) Answer
	latency     time.Duration

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
	for i, from := range a.from {
		if at >= from && at < a.until[i] {
			return true
		}
	}
	return false
}

func (a *away) Suspend(ctx context.Context, l leaver.Leaver) Answer {
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

func TestAnOutageIsWaitedOut(t *testing.T) {
	const minute = time.Minute
	windows := []struct {
		name        string
		from, until []time.Duration
	}{
		{"1 minute at the start", []time.Duration{0}, []time.Duration{minute}},
		{"1 minute in the middle", []time.Duration{30 * time.Second}, []time.Duration{90 * time.Second}},
		{"5 minutes at the start", []time.Duration{0}, []time.Duration{5 * minute}},
		{"5 minutes in the middle", []time.Duration{30*time.Second + 50*time.Millisecond}, []time.Duration{5*minute + 30*time.Second}},
		{"twice", []time.Duration{20 * time.Second, 8 * minute}, []time.Duration{3 * minute, 9 * minute}},
		{"14 minutes", []time.Duration{20 * time.Second}, []time.Duration{14*minute + 20*time.Second}},
	}
	for _, w := range windows {
		for how, answer := range waysToBeAway {
			t.Run(w.name+", "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &away{from: w.from, until: w.until, how: answer, latency: 80 * time.Millisecond, begin: time.Now()}
					l, o := &ledger{}, options()
					o.Pace, o.MaxOutage = pace.New(10), 15*time.Minute
					var seen []Outage
					o.Outages = func(o Outage) { seen = append(seen, o) }
					o.MaxFailures, _ = ParseLimit("50%")
					if err := Run(t.Context(), t.Context(), tasks(9000), s, l, o); err != nil {
						t.Fatal(err)
					}
					wantTally(t, l, leaver.Tally{leaver.Suspended: 9000})
					for _, r := range l.results {
						if r.Attempts != 1 {
							t.Fatalf("%s has %d attempts: the outage has cost it some", r.Ref, r.Attempts)
						}
					}
					over := slices.DeleteFunc(slices.Clone(seen), func(o Outage) bool { return o.Until.IsZero() })
					if len(over) != len(w.from) {
						t.Fatalf("%d outages were seen, want %d: %v", len(over), len(w.from), over)
					}
					for i, o := range over {
						full := s.fullPaceAfter(w.until[i])
						t.Logf("full pace %s after the service was back; %d probes", full, o.Probes)
						if full < 0 || full > 40*time.Second {
							t.Errorf("full pace was back %s after the service", full)
						}
						if since := o.Since.Sub(s.begin); since < w.from[i]-time.Second || since > w.from[i]+time.Second {
							t.Errorf("the outage began after %s, not %s", since, w.from[i])
						}
						if until := o.Until.Sub(s.begin); until < w.until[i] || until > w.until[i]+35*time.Second {
							t.Errorf("the outage ended after %s, not %s", until, w.until[i])
						}
					}
					// Probes once it is known: 1, 2, 4, 8, 16 seconds, and then every 30 or a little less.
					if n, most := s.probes(40*time.Second), int((w.until[0]-w.from[0])/(20*time.Second))*len(w.from)+6; n > most {
						t.Errorf("%d calls were made in the outage, want %d at most", n, most)
					}
				})
			})
		}
	}
}

func TestAnOutageThatLastsTooLongStopsTheRun(t *testing.T) {
	for how, answer := range waysToBeAway {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &away{from: []time.Duration{20 * time.Second}, until: []time.Duration{20*time.Minute + 20*time.Second}, how: answer, latency: 80 * time.Millisecond, begin: time.Now()}
				l, o := &ledger{}, options()
				o.Pace, o.MaxOutage = pace.New(10), 15*time.Minute
				err := Run(t.Context(), t.Context(), tasks(1000), s, l, o)
				e, ok := errors.AsType[*OutageError](err)
				if !ok || !errors.Is(err, ErrOutage) {
					t.Fatalf("got %v", err)
				}
				if since, lasted := e.Outage.Since.Sub(s.begin), e.Outage.Until.Sub(e.Outage.Since); since < 19*time.Second || since > 21*time.Second || lasted != 15*time.Minute {
					t.Errorf("the error says since %s, for %s", since, lasted)
				}
				// The service works again after 20 minutes, so nobody must be lost by then.
				if took := time.Since(s.begin); took > 15*time.Minute+31*time.Second {
					t.Errorf("the run stopped after %s", took)
				}
				got := l.tally()
				if got.Total() != 1000 || got[leaver.Suspended] < 190 {
					t.Errorf("got %v", got)
				}
				if how == "internal errors" { // which may be about the leavers that got them
					return
				}
				if got[leaver.Suspended]+got[leaver.Pending] < 999 { // a probe may be cut off by the end
					t.Errorf("got %v, want nobody lost", got)
				}
				for _, r := range l.results {
					if r.Outcome == leaver.Pending && (r.Attempts != 0 || r.HTTPStatus != 0) {
						t.Errorf("%+v", r)
					}
				}
			})
		})
	}
}

func TestOneLeaverAloneIsLostToNoOutage(t *testing.T) {
	for _, n := range []int{1, 2, 5} {
		for _, most := range []int{1, 5} {
			t.Run(fmt.Sprintf("%d leavers with %d attempts", n, most), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := &away{from: []time.Duration{0}, until: []time.Duration{5 * time.Minute}, how: waysToBeAway["a gateway"], begin: time.Now()}
					l, o := &ledger{}, options()
					o.MaxOutage, o.MaxAttempts = 15*time.Minute, most
					if err := Run(t.Context(), t.Context(), tasks(n), s, l, o); err != nil {
						t.Fatal(err)
					}
					wantTally(t, l, leaver.Tally{leaver.Suspended: n})
				})
			})
		}
	}
}

func TestWhatIsNoOutage(t *testing.T) {
	poison := func(refs string, a Answer) func(string, int) Answer {
		return func(ref string, _ int) Answer {
			if slices.Contains(strings.Fields(refs), ref) {
				return a
			}
			return suspended
		}
	}
	failedBefore := func(int) leaver.Outcome { return leaver.Failed }
	tests := []struct {
		name    string
		leavers int
		answer  func(string, int) Answer
		earlier func(int) leaver.Outcome
		failed  int
	}{
		{"an internal error for one leaver alone", 1, poison("E0", internal500), never403, 1},
		{"an internal error for two leavers alone", 2, poison("E0 E1", internal500), never403, 2},
		{"internal errors for three leavers among others", 50, poison("E0 E1 E2", internal500), never403, 3},
		{"internal errors for many leavers among others", 300, poison("E0 E1 E2 E3 E4 E10 E20 E30 E40", internal500), never403, 9},
		{"no answer for three leavers among others", 50, poison("E0 E1 E2", noConnection), never403, 3},
		{"no answer for many leavers among others", 300, poison("E0 E1 E2 E3 E4 E10 E20 E30 E40", noConnection), never403, 9},
		{"no answer for one leaver among others", 50, poison("E7", noConnection), never403, 1},
		{"a leaver who got none in an earlier run, alone", 1, poison("E0", noConnection), failedBefore, 1},
		{"three who got an internal error in an earlier run", 3, poison("E0 E1 E2", internal500), failedBefore, 3},
		{"too many requests", 5, poison("E0 E1 E2 E3 E4", Answer{Outcome: leaver.Failed, HTTPStatus: 429, Verdict: Throttled}), never403, 5},
	}
	for _, concurrency := range []int{1, 8} {
		for _, tt := range tests {
			t.Run(fmt.Sprintf("%s, %d in flight", tt.name, concurrency), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					begin, l, o := time.Now(), &ledger{}, options()
					o.MaxOutage, o.Concurrency = 15*time.Minute, concurrency
					if err := Run(t.Context(), t.Context(), withEarlier(tasks(tt.leavers), tt.earlier), &service{latency: 50 * time.Millisecond, answer: tt.answer}, l, o); err != nil {
						t.Fatal(err)
					}
					wantTally(t, l, leaver.Tally{leaver.Failed: tt.failed, leaver.Suspended: tt.leavers - tt.failed})
					if took := time.Since(begin); took > 2*time.Minute {
						t.Errorf("the run took %s", took)
					}
				})
			})
		}
	}
}

func TestALeaverWhoMayBeTheOnlyOneWithoutAnAnswerHoldsOneNightUp(t *testing.T) {
	for name, answer := range map[string]Answer{"a gateway": badGateway, "internal errors": internal500} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lost := map[string]bool{"E0": true}
				if answer.Verdict == Broken {
					lost = map[string]bool{"E0": true, "E1": true, "E2": true}
				}
				s := &service{answer: func(ref string, _ int) Answer {
					if lost[ref] {
						return answer
					}
					return suspended
				}}
				l, o := &ledger{}, options()
				o.MaxOutage = 15 * time.Minute
				if err := Run(t.Context(), t.Context(), tasks(len(lost)), s, l, o); !errors.Is(err, ErrOutage) {
					t.Fatalf("got %v", err)
				}
				wantTally(t, l, leaver.Tally{leaver.Failed: len(lost)})
				// The next night they are known, and wait for nothing.
				begin, l := time.Now(), &ledger{}
				earlier := func(i int) leaver.Outcome {
					if i < len(lost) {
						return leaver.Failed
					}
					return ""
				}
				if err := Run(t.Context(), t.Context(), withEarlier(tasks(10), earlier), s, l, o); err != nil || time.Since(begin) > time.Minute {
					t.Errorf("got %v after %s", err, time.Since(begin))
				}
				wantTally(t, l, leaver.Tally{leaver.Failed: len(lost), leaver.Suspended: 10 - len(lost)})
			})
		})
	}
}

func TestOneProbeAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &away{from: []time.Duration{0}, until: []time.Duration{10 * time.Minute}, how: waysToBeAway["timeouts"], begin: time.Now()}
		l, o := &ledger{}, options()
		o.MaxOutage = 15 * time.Minute
		if err := Run(t.Context(), t.Context(), tasks(100), s, l, o); err != nil {
			t.Fatal(err)
		}
		var probes []awayCall
		for _, c := range s.calls {
			if c.at > 31*time.Second && c.lost {
				probes = append(probes, c)
			}
		}
		if len(probes) < 10 {
			t.Fatalf("%d probes", len(probes))
		}
		for i, c := range probes[1:] {
			if gap := c.at - probes[i].at; gap < 30*time.Second {
				t.Errorf("a probe began %s after another one that takes 30s", gap)
			}
			if c.ref == probes[i].ref {
				t.Errorf("%s is the probe twice in a row, though others have not been asked for", c.ref)
			}
		}
	})
}

func TestASignalEndsAnOutageAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errSignal := errors.New("signal")
		intake, stop := context.WithCancelCause(t.Context())
		s := &away{from: []time.Duration{10 * time.Second}, until: []time.Duration{10 * time.Minute}, how: waysToBeAway["refused connections"], begin: time.Now()}
		l, o := &ledger{}, options()
		o.Pace, o.MaxOutage = found(10), 15*time.Minute
		time.AfterFunc(2*time.Minute, func() { stop(errSignal) })
		var last Outage
		o.Outages = func(o Outage) { last = o }
		if err := Run(intake, t.Context(), tasks(1000), s, l, o); !errors.Is(err, errSignal) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(s.begin); took != 2*time.Minute {
			t.Errorf("the run took %s", took)
		}
		got := l.tally()
		if got[leaver.Suspended]+got[leaver.Pending] != 1000 || got[leaver.Suspended] < 99 {
			t.Errorf("got %v", got)
		}
		if last.Until.Sub(s.begin) != 2*time.Minute || !last.Next.IsZero() || last.Reason != "connection refused" {
			t.Errorf("the outage is %+v at the end", last)
		}
	})
}

func TestARetryAfterHoldsTheProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asks := badGateway
		asks.RetryAfter = 3 * time.Minute
		s := &away{from: []time.Duration{10 * time.Second}, until: []time.Duration{2 * time.Minute}, how: func(context.Context) Answer { return asks }, begin: time.Now()}
		l, o := &ledger{}, options()
		o.Pace, o.MaxOutage = found(10), 15*time.Minute
		if err := Run(t.Context(), t.Context(), tasks(200), s, l, o); err != nil {
			t.Fatal(err)
		}
		wantTally(t, l, leaver.Tally{leaver.Suspended: 200})
		for _, c := range s.calls {
			if c.at > 15*time.Second && c.at < 3*time.Minute+10*time.Second {
				t.Errorf("%s was called after %s", c.ref, c.at)
			}
		}
	})
}

func TestAnOutageSaysNothingAboutThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &away{from: []time.Duration{20 * time.Second}, until: []time.Duration{10 * time.Minute}, how: waysToBeAway["a gateway that asks to wait"], latency: 80 * time.Millisecond, begin: time.Now()}
		l, o := &ledger{}, options()
		o.Pace, o.MaxOutage = pace.New(10), 15*time.Minute
		if err := Run(t.Context(), t.Context(), tasks(220), s, l, o); err != nil {
			t.Fatal(err)
		}
		limit, limited := o.Pace.Sustained()
		t.Log(limit, limited)
		if limited && limit < 5 {
			t.Errorf("after an outage the server is said to sustain %.2f requests per second", limit)
		}
	})
}
