package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/pace"
)

// outagesOf returns where outages of a length lie in a run of a few minutes.
func outagesOf(d time.Duration) map[string][]stretch {
	const early, later = 20 * time.Second, 95 * time.Second // the run goes on in between
	return map[string][]stretch{
		"at the start":  {{0, d}},
		"in the middle": {{early + 50*time.Millisecond, early + d}},
		"twice":         {{early, early + d}, {later + d, later + 2*d}},
	}
}

func TestAnOutageIsWaitedOut(t *testing.T) {
	for _, d := range []time.Duration{time.Minute, 5 * time.Minute, 20 * time.Minute} {
		for where, stretches := range outagesOf(d) {
			for how, answer := range waysToBeAway {
				for _, attempts := range []int{1, 5} {
					t.Run(fmt.Sprintf("%s %s, %s, %d attempts", d, where, how, attempts), func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							waitsOut(t, &away{stretches: stretches, how: answer, latency: 80 * time.Millisecond, begin: time.Now()}, attempts)
						})
					})
				}
			}
		}
	}
}

// waitsOut checks that a run waits for a service, that the outages cost nobody an attempt,
// and that the run knows when they were.
func waitsOut(t *testing.T, s *away, attempts int) {
	const leavers = 1500
	l, o := &ledger{}, options()
	o.Pace, o.MaxAttempts, o.MaxOutage = pace.New(10), attempts, 30*time.Minute
	o.MaxFailures, _ = ParseLimit("50%")
	var over []Outage
	o.Outages = func(o Outage) {
		if !o.Until.IsZero() {
			over = append(over, o)
		}
	}
	if err := Run(t.Context(), t.Context(), tasks(leavers), s, l, o); err != nil {
		t.Fatal(err)
	}
	wantTally(t, l, leaver.Tally{leaver.Suspended: leavers})
	for _, r := range l.results {
		if r.Attempts != 1 {
			t.Fatalf("%s has %d attempts: the outage has cost it some", r.Ref, r.Attempts)
		}
	}
	if len(over) != len(s.stretches) {
		t.Fatalf("%d outages were seen, want %d: %v", len(over), len(s.stretches), over)
	}
	most := 0
	for i, o := range over {
		want := s.stretches[i]
		full := s.fullPaceAfter(want.until)
		t.Logf("full pace %s after the service was back; %d probes", full, o.Probes)
		if full < 0 || full > 40*time.Second {
			t.Errorf("full pace was back %s after the service", full)
		}
		if since := o.Since.Sub(s.begin); since < want.from-time.Second || since > want.from+time.Second {
			t.Errorf("the outage began after %s, not %s", since, want.from)
		}
		if until := o.Until.Sub(s.begin); until < want.until || until > want.until+35*time.Second {
			t.Errorf("the outage ended after %s, not %s", until, want.until)
		}
		// Probes once it is known: after 1, 2, 4, 8, 16 seconds, and then every 30 or a little less.
		most += int((want.until-want.from)/(20*time.Second)) + 6
	}
	if n := s.probes(40 * time.Second); n > most {
		t.Errorf("%d calls were made in the outages, want %d at most", n, most)
	}
}

// The worst moment to come back is right after a probe has begun, so outages of many
// lengths end at all moments between two probes. The jitter leaves the intervals as long
// as they can be.
func TestAfterAnOutageThePaceIsSoonFullAgain(t *testing.T) {
	for how, answer := range waysToBeAway {
		t.Run(how, func(t *testing.T) {
			worst := time.Duration(0)
			for d := 3 * time.Minute; d < 3*time.Minute+35*time.Second; d += 500 * time.Millisecond {
				synctest.Test(t, func(t *testing.T) {
					s := &away{stretches: []stretch{{10 * time.Second, d}}, how: answer, latency: 80 * time.Millisecond, begin: time.Now()}
					l, o := &ledger{}, options()
					o.Pace, o.MaxOutage, o.Jitter = pace.New(10), 15*time.Minute, func() float64 { return 0 }
					if err := Run(t.Context(), t.Context(), tasks(300), s, l, o); err != nil {
						t.Fatal(err)
					}
					full := s.fullPaceAfter(d)
					if worst = max(worst, full); full < 0 || full > 40*time.Second {
						t.Errorf("after an outage until %s the pace was full again after %s", d, full)
					}
				})
			}
			t.Logf("full pace %s after the service was back, at worst", worst)
		})
	}
}

func TestAnOutageThatLastsTooLongStopsTheRun(t *testing.T) {
	for how, answer := range waysToBeAway {
		t.Run(how, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &away{stretches: []stretch{{20 * time.Second, 20*time.Minute + 20*time.Second}}, how: answer, latency: 80 * time.Millisecond, begin: time.Now()}
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
					s := &away{stretches: []stretch{{0, 5 * time.Minute}}, how: waysToBeAway["a gateway"], begin: time.Now()}
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
		s := &away{stretches: []stretch{{0, 10 * time.Minute}}, how: waysToBeAway["timeouts"], begin: time.Now()}
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

// An outage of some minutes must not be met with a call every second, and programs that lost
// the service together must not all ask at the same moment.
func TestTheIntervalsBetweenProbesGrow(t *testing.T) {
	for jitter, share := range map[float64]float64{0: 1, 0.5: 0.875, 1: 0.75} {
		t.Run(fmt.Sprintf("with the jitter %g", jitter), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &away{stretches: []stretch{{0, 3 * time.Minute}}, how: waysToBeAway["refused connections"], begin: time.Now()}
				l, o := &ledger{}, options()
				o.MaxOutage, o.Jitter = 15*time.Minute, func() float64 { return jitter }
				if err := Run(t.Context(), t.Context(), tasks(100), s, l, o); err != nil {
					t.Fatal(err)
				}
				var gaps []time.Duration
				last := time.Duration(0)
				for _, c := range s.calls {
					if gap := c.at - last; c.lost && gap > 100*time.Millisecond { // not those before the first probe
						gaps = append(gaps, gap)
					}
					last = c.at
				}
				if len(gaps) < 8 {
					t.Fatalf("%d probes: %v", len(gaps), gaps)
				}
				for i, seconds := range []float64{1, 2, 4, 8, 16, 30, 30, 30} {
					if want := time.Duration(share * seconds * float64(time.Second)); (gaps[i] - want).Abs() > time.Millisecond {
						t.Errorf("probe %d came after %s, want %s", i+1, gaps[i], want)
					}
				}
			})
		})
	}
}

func TestASignalEndsAnOutageAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errSignal := errors.New("signal")
		intake, stop := context.WithCancelCause(t.Context())
		s := &away{stretches: []stretch{{10 * time.Second, 10 * time.Minute}}, how: waysToBeAway["refused connections"], begin: time.Now()}
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
		s := &away{stretches: []stretch{{10 * time.Second, 2 * time.Minute}}, how: func(context.Context) Answer { return asks }, begin: time.Now()}
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
		s := &away{stretches: []stretch{{20 * time.Second, 10 * time.Minute}}, how: waysToBeAway["a gateway that asks to wait"], latency: 80 * time.Millisecond, begin: time.Now()}
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

// quotaThenAway answers the first leaver, with a quota that is used up, and the second one
// with a failure. When the wait is over, it is away.
type quotaThenAway struct {
	begin time.Time
	wait  time.Duration
}

func (s quotaThenAway) Call(_ context.Context, l leaver.Leaver) Answer {
	switch l.Ref {
	case "E0":
		time.Sleep(150 * time.Millisecond) // the second one starts after 100 ms
		return Answer{Outcome: leaver.Suspended, HTTPStatus: 200, Quota: pace.Quota{Reset: s.wait}}
	case "E1":
		time.Sleep(80 * time.Millisecond)
		return Answer{Outcome: leaver.Failed, Verdict: Unreachable, HTTPStatus: 503, Reason: "busy"}
	}
	time.Sleep(10 * time.Millisecond)
	if time.Since(s.begin) < s.wait {
		return suspended
	}
	return Answer{Outcome: leaver.Failed, Verdict: Unreachable, Reason: "connection refused"}
}

// TestAWaitThatTheServiceAsksForIsNoOutage has a failure just before a wait, so that the
// service has answered nobody since then, and nobody was called either.
func TestAWaitThatTheServiceAsksForIsNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		o := options()
		o.Pace, o.Concurrency, o.MaxOutage = pace.New(0), 8, 10*time.Second
		const wait = 40 * time.Second
		err := Run(t.Context(), t.Context(), tasks(50), quotaThenAway{begin, wait}, &ledger{}, o)
		away, ok := errors.AsType[*OutageError](err)
		if !ok {
			t.Fatalf("the run ends with %v", err)
		}
		if since := away.Outage.Since.Sub(begin); since < wait || away.Outage.Probes == 0 {
			t.Errorf("the outage began after %s, with %d probes; a wait of %s comes first", since, away.Outage.Probes, wait)
		}
		if took := time.Since(begin); took < wait+o.MaxOutage {
			t.Errorf("the run stopped after %s", took)
		}
	})
}
