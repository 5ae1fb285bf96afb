package pace

import (
	"testing"
	"time"
)

// told gives the law an answer to a request that started and ended then, in
// milliseconds.
func told(l *law, start, end int, kind Kind) {
	l.answered(Answer{Start: ms(start), End: ms(end), Kind: kind})
}

func ms(n int) time.Time { return epoch.Add(time.Duration(n) * time.Millisecond) }

func TestTheFirstRequestsAreSlow(t *testing.T) {
	l := newLaw(0)
	if wait := l.start(ms(0)); wait != 0 {
		t.Fatalf("the first request waits %s", wait)
	}
	if wait := l.start(ms(0)); wait != 100*time.Millisecond {
		t.Errorf("the second one waits %s, want 100ms as long as nothing is known", wait)
	}
	told(l, 0, 40, Clean)
	if l.pace != 25 {
		t.Errorf("the pace is %g after an answer in 40ms, want 25", l.pace)
	}
}

func TestTheCeilingHolds(t *testing.T) {
	l := newLaw(40)
	var starts []time.Time
	for at := 0; at < 5000; at++ {
		if l.start(ms(at)) == 0 {
			starts = append(starts, ms(at))
			told(l, at, at, Clean)
		}
	}
	for i := range starts[40:] {
		if starts[i+40].Sub(starts[i]) < 999*time.Millisecond {
			t.Fatalf("41 requests within %s", starts[i+40].Sub(starts[i]))
		}
	}
	if len(starts) < 198 {
		t.Errorf("%d requests in five seconds at 40 per second", len(starts))
	}
}

func TestALateStartIsNotMadeUpForByMany(t *testing.T) {
	l := newLaw(1000)
	l.start(ms(0))
	told(l, 0, 1, Clean)
	n := 0
	for l.start(ms(60_000)) == 0 {
		n++
	}
	if n > 3 {
		t.Errorf("%d requests started at once after a minute of nothing", n)
	}
}

// limited returns a law whose pace is 100 and was cut at 10 s.
func limited() *law {
	l := newLaw(0)
	l.start(ms(0))
	l.pace = 100
	l.ends[l.last] = ms(9_990)
	told(l, 9_900, 10_000, Throttled)
	return l
}

func TestOneSignalCutsOnce(t *testing.T) {
	l := limited()
	pace := l.pace
	if pace >= 100 {
		t.Fatalf("the pace is %g after a refusal at 100", pace)
	}
	for i := range 31 {
		told(l, 9_901+i, 10_001+i, Throttled)
	}
	if l.pace != pace {
		t.Errorf("the pace fell from %g to %g by answers to requests from before the cut", pace, l.pace)
	}
}

func TestTheRoundAfterACutTellsWhatIsSustained(t *testing.T) {
	l := limited()
	pace := l.pace
	for i := range round {
		kind := Clean
		if i%4 == 3 {
			kind = Throttled
		}
		told(l, 10_001+10*i, 10_041+10*i, kind)
	}
	if want := margin * pace * (9 + 0.5) / 12; l.pace < want-0.5 || l.pace > want+0.5 {
		t.Errorf("the pace is %g after %g with every fourth refused, want %g", l.pace, pace, want)
	}
}

func TestAServerThatTakesNothingIsAskedRarely(t *testing.T) {
	for _, retryAfter := range []time.Duration{0, 700 * time.Millisecond} {
		l := limited()
		at, asked := 10_001, 0
		for at < 70_000 {
			if wait := l.start(ms(at)); wait > 0 {
				at += int(wait.Milliseconds()) + 1
				continue
			}
			asked++
			l.answered(Answer{Start: ms(at), End: ms(at + 1), Kind: Throttled, RetryAfter: retryAfter})
		}
		// Rests of 50 ms, doubled up to 5 s or to what the server asked for.
		least, most := 15, 25
		if retryAfter > 0 {
			least, most = 80, 100
		}
		if asked < least || asked > most {
			t.Errorf("it was asked %d times in a minute when it asks to wait %s, want %d to %d", asked, retryAfter, least, most)
		}
	}
}

func TestAfterARestOneRequestGoesAhead(t *testing.T) {
	l := limited()
	for i := range refusals {
		told(l, 10_001+i, 10_041+i, Throttled)
	}
	l.latency = 0.04
	at := 10_044 + int(restLeast.Milliseconds())
	if wait := l.start(ms(at - 1)); wait <= 0 {
		t.Fatal("a request started in a rest")
	}
	if wait := l.start(ms(at)); wait > 0 {
		t.Fatalf("the rest goes on for %s", wait)
	}
	if wait := l.start(ms(at + 1)); wait < 70*time.Millisecond {
		t.Errorf("the second request waits %s, want two latencies: the answer to the first will tell", wait)
	}
}

func TestAPaceThatIsNotUsedDoesNotGrow(t *testing.T) {
	l := newLaw(0)
	for i := range 1000 {
		at := 200 * i
		l.start(ms(at))
		told(l, at, at+20, Clean)
	}
	if l.pace > 60 {
		t.Errorf("the pace is %g after five requests per second", l.pace)
	}
}

func TestLostAnswersSayNothing(t *testing.T) {
	l := limited()
	pace := l.pace
	for i := range 100 {
		l.start(ms(10_001 + 20*i))
		told(l, 10_001+20*i, 10_031+20*i, Lost)
	}
	if l.pace != pace {
		t.Errorf("the pace went from %g to %g", pace, l.pace)
	}
}
