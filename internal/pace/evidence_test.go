package pace

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestWhatTheServerSustainsIsOnlySaidIfItWasMeasured(t *testing.T) {
	t.Run("a server that slows down at once", func(t *testing.T) {
		l := newLaw()
		for i := range 40 { // all answers end in the same moment, so that no rate can be told
			begin := 999
			if i >= 12 {
				begin = 1
			}
			l.start(ms(begin))
			answer(l, begin, 1000, Clean)
		}
		if l.curve.state != cubic {
			t.Fatal("the pace was not cut")
		}
		if got, measured := l.sustained(); measured {
			t.Errorf("the server is said to sustain %g", got)
		}
	})
	t.Run("one refusal in a long run", func(t *testing.T) {
		l := newLaw()
		for i := range 200 {
			l.start(ms(100 * i))
			kind := Clean
			if i == 100 {
				kind = Throttled
			}
			answer(l, 100*i, 100*i+20, kind)
		}
		if got, measured := l.sustained(); measured {
			t.Errorf("the server is said to sustain %g", got)
		}
	})
	t.Run("a few answers between two cuts", func(t *testing.T) {
		l := limited() // at 10 s
		for i := range row - 1 {
			answer(l, 10_001+10*i, 10_041+10*i, Clean)
		}
		answer(l, 10_300, 10_340, Throttled)
		if l.evidence.taken == 0 {
			t.Fatal("there was no second cut")
		}
		if got, measured := l.sustained(); measured {
			t.Errorf("the server is said to sustain %g", got)
		}
	})
	t.Run("refusals that the pace does not cause", func(t *testing.T) {
		random := rand.New(rand.NewPCG(1, 1))
		s := &simulation{allow: func(time.Duration) bool { return random.Float64() >= 0.05 }, latency: 40 * time.Millisecond, random: random}
		c := newClient(10_000, 8)
		s.run(c)
		if got, measured := c.law.sustained(); measured {
			t.Errorf("the server is said to sustain %g", got)
		}
	})
}

func TestWhatTheServerSustainsIsNotMoreThanItTook(t *testing.T) {
	for _, latency := range []time.Duration{0, time.Microsecond, time.Millisecond, 40 * time.Millisecond} {
		for _, retryAfter := range []time.Duration{0, time.Second} {
			for seed := range uint64(seeds) {
				s := &simulation{allow: bucket(limit{{0, 150}}, 15), latency: latency, retryAfter: retryAfter, random: rand.New(rand.NewPCG(seed, 1))}
				c := newClient(3000, 32)
				s.run(c)
				got, measured := c.law.sustained()
				if !measured && latency > 0 && retryAfter == 0 || measured && (got > 180 || got < 75) {
					t.Errorf("latency %s, Retry-After %s: the server is said to sustain %g (measured: %t); it allows 150", latency, retryAfter, got, measured)
				}
			}
		}
	}
}
