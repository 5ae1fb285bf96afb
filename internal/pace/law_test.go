package pace

import (
	"testing"
	"time"
)

// start lets a request start as Pace does, without a ceiling.
func start(l *law, now time.Time) time.Duration {
	if wait := l.wait(now); wait > 0 {
		l.hold()
		return wait
	}
	l.start(now)
	return 0
}

// answer gives the law an answer to a request; its start and end are in
// milliseconds.
func answer(l *law, start, end int, kind Kind) {
	l.answered(Answer{Start: ms(start), End: ms(end), Kind: kind})
}

func ms(n int) time.Time { return epoch.Add(time.Duration(n) * time.Millisecond) }

func TestTheFirstRequestsAreSlow(t *testing.T) {
	l := newLaw()
	if wait := start(l, ms(0)); wait != 0 {
		t.Fatalf("the first request waits %s", wait)
	}
	if wait := start(l, ms(0)); wait != 100*time.Millisecond {
		t.Errorf("the second request waits %s, want 100ms before the first answer", wait)
	}
	answer(l, 0, 40, Clean)
	if l.curve.pace != 25 {
		t.Errorf("the pace is %g after an answer in 40ms, want 25", l.curve.pace)
	}
}

func TestALateStartIsNotMadeUpForByMany(t *testing.T) {
	l := newLaw()
	start(l, ms(0))
	answer(l, 0, 1, Clean)
	n := 0
	for start(l, ms(60_000)) == 0 {
		n++
	}
	if n > 3 {
		t.Errorf("%d requests started at once after an idle minute", n)
	}
}

// limited returns a law whose pace is 100 and was cut at 10 s.
func limited() *law {
	l := newLaw()
	start(l, ms(0))
	l.curve.pace = 100
	l.delivered.add(ms(9_990))
	answer(l, 9_900, 10_000, Throttled)
	return l
}

func TestRefusalsOfOneMomentCutOnce(t *testing.T) {
	l := limited()
	pace := l.curve.pace
	if pace >= 100 {
		t.Fatalf("the pace is %g after a refusal at 100", pace)
	}
	for i := range 31 {
		answer(l, 9_901+i, 10_001+i, Throttled)
	}
	if l.curve.pace != pace {
		t.Errorf("answers to requests from before the cut changed the pace from %g to %g", pace, l.curve.pace)
	}
}

func TestTheRoundAfterACutShowsWhatIsSustained(t *testing.T) {
	l := limited()
	pace := l.curve.pace
	for i := range roundAnswers {
		kind := Clean
		if i%4 == 3 {
			kind = Throttled
		}
		answer(l, 10_001+10*i, 10_041+10*i, kind)
	}
	if got, want := l.curve.pace, margin*pace*(9+0.5)/12; got < want-0.5 || got > want+0.5 {
		t.Errorf("the pace is %g after %g with every fourth request refused, want %g", got, pace, want)
	}
}

func TestAServerThatTakesNothingIsProbedRarely(t *testing.T) {
	for _, retryAfter := range []time.Duration{0, 700 * time.Millisecond} {
		l := limited()
		at, probes := 10_001, 0
		for at < 70_000 {
			if wait := start(l, ms(at)); wait > 0 {
				at += int(wait.Milliseconds()) + 1
				continue
			}
			probes++
			l.answered(Answer{Start: ms(at), End: ms(at + 1), Kind: Throttled, RetryAfter: retryAfter})
		}
		// Rests of 50 ms, doubled up to 5 s, or what the server asked for.
		least, most := 15, 25
		if retryAfter > 0 {
			least, most = 80, 100
		}
		if probes < least || probes > most {
			t.Errorf("%d probes in a minute with Retry-After %s, want %d to %d", probes, retryAfter, least, most)
		}
	}
}

func TestAfterARestOneProbeGoesAhead(t *testing.T) {
	l := limited()
	for i := range roundRefusals {
		answer(l, 10_001+i, 10_041+i, Throttled)
	}
	l.latency.smoothed = 40 * time.Millisecond
	at := 10_044 + int(restLeast.Milliseconds())
	if wait := start(l, ms(at-1)); wait <= 0 {
		t.Fatal("a request started during a rest")
	}
	if wait := start(l, ms(at)); wait > 0 {
		t.Fatalf("the rest goes on for %s", wait)
	}
	if wait := start(l, ms(at+1)); wait < 70*time.Millisecond {
		t.Errorf("the request after the probe waits %s, want two latencies", wait)
	}
}

func TestAPaceThatIsNotUsedDoesNotGrow(t *testing.T) {
	l := newLaw()
	for i := range 1000 {
		at := 200 * i
		start(l, ms(at))
		answer(l, at, at+20, Clean)
	}
	if l.curve.pace > 60 {
		t.Errorf("the pace is %g after five requests per second", l.curve.pace)
	}
}

func TestLostAnswersDoNotChangeThePace(t *testing.T) {
	l := limited()
	pace := l.curve.pace
	for i := range 100 {
		start(l, ms(10_001+20*i))
		answer(l, 10_001+20*i, 10_031+20*i, Lost)
	}
	if l.curve.pace != pace {
		t.Errorf("the pace went from %g to %g", pace, l.curve.pace)
	}
}

func TestThePauseForAServerThatSlowsDownIsShort(t *testing.T) {
	l := newLaw()
	for at := 0; at < 1000; at++ { // fast answers, and many
		if start(l, ms(at)) == 0 {
			answer(l, at, at+1, Clean)
		}
	}
	for i := range 16 { // then 16 requests whose answers take a second
		l.start(ms(1000 + i))
	}
	i := 0
	for ; i < 16 && l.schedule.state == steady; i++ {
		answer(l, 1000+i, 2000+i, Clean)
	}
	if l.schedule.state != paused {
		t.Fatal("the pace does not react to answers that take a second instead of a millisecond")
	}
	if wait := l.wait(ms(2000 + i)); wait > 1500*time.Millisecond {
		t.Errorf("nothing starts for %s, while the answers that are due came within a second", wait)
	}
}

func TestARestIsNoUnusedPace(t *testing.T) {
	l := limited()
	for i := range 16 {
		l.start(ms(10_001 + i))
	}
	for i := range roundRefusals {
		answer(l, 10_001+i, 10_041+i, Throttled)
	}
	l.start(ms(20_000)) // the probe
	answer(l, 20_000, 20_040, Clean)
	l.curve.pace = 50
	l.start(ms(20_060))
	l.start(ms(20_080))
	if got := l.offered(); got != 50 {
		t.Errorf("%g requests per second count as offered after a rest, want the pace of 50", got)
	}
}
