package batch

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/leaver"
)

// flight is a request in flight, for tests of the breaker alone.
type flight struct {
	b      *breaker
	t      *tries
	number uint64
	start  time.Time
}

func (b *breaker) send(t *testing.T, l *tries) flight {
	t.Helper()
	number, ok := b.start(l)
	if !ok {
		t.Fatalf("the request for %s may not start", l.task.Ref)
	}
	return flight{b, l, number, time.Now()}
}

// gets ends the request with an answer, a moment later.
func (f flight) gets(a Answer) *silence {
	time.Sleep(10 * time.Millisecond) // in simulated time
	in := f.b.ended(f.t, f.number, f.start, time.Now(), a)
	f.t.task.Attempts++
	f.t.took(a, in)
	return in
}

func closedBreaker(t *testing.T) *breaker {
	o := options()
	o.MaxOutage = time.Hour
	b := newBreaker(o, func(error) {})
	t.Cleanup(b.finish)
	return b
}

func triesOf(ref string) *tries { return &tries{task: task(ref)} }

// opened returns a breaker in an outage, and the silence that it is.
func opened(t *testing.T) (*breaker, *silence) {
	t.Helper()
	b := closedBreaker(t)
	for _, ref := range []string{"A", "B", "C"} {
		b.send(t, triesOf(ref)).gets(noConnection)
	}
	if b.state != circuitOpen {
		t.Fatalf("the breaker is %s", b.state)
	}
	return b, b.silence
}

func TestAnOutageNeedsEverybodyInFlightToGetNoAnswer(t *testing.T) {
	for name, tt := range map[string]struct {
		last Answer
		want breakerState
	}{"the last one gets none": {noConnection, circuitOpen}, "the last one gets an answer": {suspended, circuitClosed}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := closedBreaker(t)
				var all []flight
				for _, ref := range []string{"A", "B", "C", "D"} {
					all = append(all, b.send(t, triesOf(ref)))
				}
				for _, f := range all[:3] {
					f.gets(noConnection)
					if b.state != circuitClosed {
						t.Fatalf("the breaker is %s while a request is in flight", b.state)
					}
				}
				if all[3].gets(tt.last); b.state != tt.want {
					t.Errorf("the breaker is %s, want %s", b.state, tt.want)
				}
			})
		})
	}
}

func TestALateAnswerFromBeforeAnOutageDoesNotCostAnAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := closedBreaker(t)
		first, late := b.send(t, triesOf("A")), b.send(t, triesOf("B"))
		in := first.gets(noConnection)
		late.gets(suspended)
		for _, ref := range []string{"C", "D", "E"} {
			b.send(t, triesOf(ref)).gets(noConnection)
		}
		if b.state != circuitOpen || in.state != isOutage {
			t.Errorf("the breaker is %s, and the first attempt in it %s", b.state, in.state)
		}
	})
}

func TestARequestInFlightAtTheEndOfAnOutageBelongsToIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := closedBreaker(t)
		late := flight{}
		for i, ref := range []string{"A", "B", "C"} {
			f := b.send(t, triesOf(ref))
			if i == 0 {
				f.gets(noConnection)
				late = b.send(t, triesOf("L")) // not owed: it started after the evidence began
				continue
			}
			f.gets(noConnection)
		}
		outage, probe := b.silence, triesOf("P")
		if !b.pass(t.Context(), probe) {
			t.Fatal("no probe")
		}
		b.send(t, probe).gets(suspended)
		if b.state != circuitClosed {
			t.Fatalf("the breaker is %s", b.state)
		}
		if in := late.gets(noConnection); in != outage || b.silence != nil {
			t.Errorf("the late attempt is in %+v, and the silence now is %v", in, b.silence)
		}
	})
}

// A leaver without any attempt left waits for others, who could show that it is no outage.
// If the input has nobody else, the wait is over when the input is.
func TestTheEndOfTheInputDecidesForALeaverWhoWaitsForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := func(yield func(leaver.Result, error) bool) {
			yield(task("E0"), nil)
			time.Sleep(time.Minute) // in simulated time
		}
		begin, l, o := time.Now(), &ledger{}, options()
		o.MaxAttempts, o.MaxOutage = 1, time.Hour
		s := &service{answer: func(string, int) Answer { return internal500 }}
		if err := Run(t.Context(), t.Context(), rows, s, l, o); err != nil || time.Since(begin) != time.Minute {
			t.Errorf("got %v after %s", err, time.Since(begin))
		}
		wantTally(t, l, leaver.Tally{leaver.Failed: 1})
	})
}

func TestNothingStartsInAnOutageButTheProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, _ := opened(t)
		if _, ok := b.start(triesOf("X")); ok { // X had passed before it opened
			t.Error("a request starts in an outage")
		}
		known := triesOf("K")
		known.task.Earlier = leaver.Failed
		soon, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if b.pass(soon, known) {
			t.Error("a leaver whom the report knows as failed is the probe")
		}
		if probe := triesOf("P"); !b.pass(t.Context(), probe) || probe.probe == nil {
			t.Error("a new leaver is not the probe")
		}
	})
}
