package pace

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// starts returns when requests start, in simulated time. A request is always
// ready, timers fire late by what late returns, and every answer is clean and
// comes at once.
func starts(p *Pace, span time.Duration, late func() time.Duration) []time.Time {
	var starts []time.Time
	for now := epoch; now.Sub(epoch) < span; {
		if wait := p.start(now); wait > 0 {
			now = now.Add(wait + late())
			continue
		}
		starts = append(starts, now)
		p.Answered(Answer{Start: now, End: now})
	}
	return starts
}

// lateness is by how much timers fire late.
var lateness = map[string]func(*rand.Rand) time.Duration{
	"exact timers":     func(*rand.Rand) time.Duration { return 0 },
	"a millisecond":    func(*rand.Rand) time.Duration { return 1060 * time.Microsecond },
	"less than credit": func(r *rand.Rand) time.Duration { return time.Duration(r.Int64N(int64(credit))) },
	"stalls": func(r *rand.Rand) time.Duration {
		if r.IntN(20) == 0 {
			return time.Duration(r.Int64N(int64(time.Second)))
		}
		return time.Duration(r.Int64N(int64(credit)))
	},
	"credit or nothing": func(r *rand.Rand) time.Duration { return time.Duration(r.IntN(2)) * credit },
}

func TestTheCeilingHoldsInEverySecondHoweverLateTimersFire(t *testing.T) {
	for name, late := range lateness {
		for _, ceiling := range []float64{0.5, 3, 10.99, 40, 499, 501, 2000, 5000} {
			t.Run(fmt.Sprintf("%s, %g per second", name, ceiling), func(t *testing.T) {
				random := rand.New(rand.NewPCG(1, uint64(ceiling)))
				got := starts(New(ceiling), 4*time.Second, func() time.Duration { return late(random) })
				most := int(math.Floor(ceiling)) + 1
				for i := most; i < len(got); i++ {
					if within := got[i].Sub(got[i-most]); within <= time.Second {
						t.Fatalf("%d requests started within %s", most+1, within)
					}
				}
			})
		}
	}
}

func TestLateTimersDoNotLowerTheRate(t *testing.T) {
	for name, least := range map[string]float64{"exact timers": 0.998, "a millisecond": 0.998, "less than credit": 0.998} {
		for _, ceiling := range []float64{40, 2000} {
			random := rand.New(rand.NewPCG(1, 1))
			got := starts(New(ceiling), 10*time.Second, func() time.Duration { return lateness[name](random) })
			// The first second is left out: the pace has to be found.
			n := 0
			for _, at := range got {
				if at.Sub(epoch) >= time.Second {
					n++
				}
			}
			if perSecond := float64(n) / 9; perSecond < least*ceiling {
				t.Errorf("%s: %.1f requests per second, want %g of %g", name, perSecond, least, ceiling)
			}
		}
	}
}

func TestAnIdleMinuteIsNotMadeUpFor(t *testing.T) {
	c := newCeiling(2000)
	c.start(ms(0))
	c.start(ms(60_000))
	if wait := c.wait(ms(60_000)); wait <= 0 {
		t.Error("a second request may start at once after an idle minute")
	}
}

func TestEveryStartTakesATokenOfTheLimiter(t *testing.T) {
	for name, late := range lateness {
		random := rand.New(rand.NewPCG(1, 1))
		c := newCeiling(40)
		for now, i := epoch, 0; i < 10_000; i++ {
			now = now.Add(max(c.wait(now), 0) + late(random))
			c.start(now)
			// The token of the next start is reserved, so the limiter has none.
			if tokens := c.limiter.TokensAt(c.next); tokens > 1e-3 {
				t.Fatalf("%s: the limiter has %g tokens left after start %d", name, tokens, i)
			}
			if wait := c.wait(now); wait < 25*time.Millisecond-credit-time.Microsecond {
				t.Fatalf("%s: the next start is due %s after start %d", name, wait, i)
			}
		}
	}
}

func TestNoCeilingDelaysNothing(t *testing.T) {
	c := newCeiling(0)
	for range 1000 {
		if wait := c.wait(ms(0)); wait > 0 {
			t.Fatalf("a request waits %s", wait)
		}
		c.start(ms(0))
	}
}

func TestAPaceThatTheCeilingHoldsBackDoesNotGrow(t *testing.T) {
	p := New(40)
	for now := epoch; now.Sub(epoch) < time.Minute; {
		if wait := p.start(now); wait > 0 {
			now = now.Add(wait)
			continue
		}
		p.Answered(Answer{Start: now, End: now.Add(100 * time.Millisecond)})
	}
	if got := p.law.curve.pace; got < 38 || got > 60 {
		t.Errorf("the pace is %g after a minute under a ceiling of 40", got)
	}
}

func TestALimitThatFewRequestsMetIsNotReported(t *testing.T) {
	// Answers are fast, so the pace is far above the ceiling when the server
	// refuses for the first time.
	p := New(40)
	n := 0
	for now := epoch; n < 10; {
		if wait := p.start(now); wait > 0 {
			now = now.Add(wait)
			continue
		}
		a := Answer{Start: now, End: now.Add(time.Millisecond)}
		if n++; n == 3 {
			a.Kind = Throttled
		}
		p.Answered(a)
	}
	if perSecond, measured := p.Sustained(); measured || !p.Limited() {
		t.Errorf("the server is said to sustain %g (limited: %t) after one refusal of ten requests", perSecond, p.Limited())
	}
}
