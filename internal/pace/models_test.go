package pace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// seeds is the number of runs for each model. The median has to keep the
// bounds of the model; the worst run has wider ones.
const seeds = 9

func TestThePaceFindsWhatTheServerSustains(t *testing.T) {
	steady := func(rate float64) limit { return limit{{0, rate}} }
	halved := limit{{0, 150}, {5 * time.Second, 75}, {10 * time.Second, 150}}
	tests := []struct {
		name        string
		limit       limit
		model       func(limit) func(time.Duration) bool
		leavers     int
		latency     time.Duration
		retryAfter  time.Duration
		concurrency int
		time        float64 // at most this multiple of the ideal time
		throttled   float64 // at most this share of the answers
	}{
		{"a token bucket", steady(150), full(15), 3000, 40 * time.Millisecond, 0, 32, 1.05, 0.01},
		{"a token bucket that asks for a second", steady(150), full(15), 3000, 40 * time.Millisecond, time.Second, 32, 1.28, 0.01},
		{"a small token bucket", steady(10), full(5), 200, 40 * time.Millisecond, 0, 8, 1.02, 0.08},
		{"a bucket with hardly any burst", steady(150), full(2), 3000, 40 * time.Millisecond, 0, 32, 1.15, 0.02},
		{"a large token bucket", steady(500), full(50), 10000, 40 * time.Millisecond, 0, 128, 1.06, 0.005},
		{"a token bucket with a low latency", steady(150), full(15), 3000, time.Millisecond, 0, 8, 1.03, 0.01},
		{"a token bucket with a high latency", steady(150), full(15), 3000, 200 * time.Millisecond, 0, 64, 1.16, 0.025},
		{"a fixed window of a second", steady(150), window(fixedWindow, time.Second), 3000, 40 * time.Millisecond, 0, 32, 1.2, 0.045},
		{"a fixed window that asks for a second", steady(150), window(fixedWindow, time.Second), 3000, 40 * time.Millisecond, time.Second, 32, 1.45, 0.045},
		{"a fixed window of ten seconds", steady(150), window(fixedWindow, 10*time.Second), 7500, 40 * time.Millisecond, 0, 32, 1, 0.04},
		{"a sliding window of a second", steady(150), window(slidingWindow, time.Second), 3000, 40 * time.Millisecond, 0, 32, 1.2, 0.03},
		{"a sliding window of ten seconds", steady(150), window(slidingWindow, 10*time.Second), 7500, 40 * time.Millisecond, 0, 32, 1.1, 0.04},
		{"a limit that halves and doubles back", halved, full(15), 3000, 40 * time.Millisecond, 0, 32, 1.12, 0.015},
		{"a limit that halves and doubles back, asking for a second", halved, full(15), 3000, 40 * time.Millisecond, time.Second, 32, 1.44, 0.015},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ideal := tt.limit.ideal(tt.leavers).Seconds()
			var times, shares []float64
			for seed := range uint64(seeds) {
				s := &simulation{allow: tt.model(tt.limit), latency: tt.latency, retryAfter: tt.retryAfter, random: rand.New(rand.NewPCG(seed, 1))}
				c := newClient(tt.leavers, tt.concurrency)
				s.run(c)
				times = append(times, c.end.Seconds()/ideal)
				shares = append(shares, float64(c.throttled)/float64(c.taken+c.throttled))
			}
			slices.Sort(times)
			slices.Sort(shares)
			figures := fmt.Sprintf("%.3f of the ideal time (worst %.3f), %.2f%% throttled (worst %.2f%%)",
				times[seeds/2], times[seeds-1], 100*shares[seeds/2], 100*shares[seeds-1])
			t.Log(figures)
			if times[seeds/2] > tt.time || times[seeds-1] > tt.time+0.1 || shares[seeds/2] > tt.throttled || shares[seeds-1] > 2*tt.throttled {
				t.Errorf("%s; want at most %.3f and %.2f%%", figures, tt.time, 100*tt.throttled)
			}
		})
	}
}

func TestALimitFallsBelowWhatTheRequestsInFlightAllow(t *testing.T) {
	s := &simulation{allow: bucket(limit{{0, 500}, {5 * time.Second, 50}}, 5), latency: 40 * time.Millisecond, random: rand.New(rand.NewPCG(1, 1))}
	c := newClient(2500, 8)
	s.run(c)
	// Eight at a time do 200 per second; 1,500 are left when the limit falls.
	if took := (c.end - 5*time.Second).Seconds() / 30; took > 1.08 || c.throttled > 50 {
		t.Errorf("took %.3f of the ideal time, %d throttled", took, c.throttled)
	}
}

func TestRandomRefusalsDoNotKeepThePaceDown(t *testing.T) {
	// At first such refusals look like a limit: several cuts have to fail before
	// the pace is known not to be the reason.
	for share, most := range map[float64]float64{0.02: 3.5, 0.05: 3.5, 0.1: 15} {
		random := rand.New(rand.NewPCG(1, 1))
		s := &simulation{allow: func(time.Duration) bool { return random.Float64() >= share }, latency: 40 * time.Millisecond, random: random}
		c := newClient(10_000, 8)
		s.run(c)
		if took := c.end.Seconds() / (0.04 * 10_000 / 8); took > most {
			t.Errorf("with %.0f%% of the requests refused at random the run took %.3f times as long as without", 100*share, took)
		}
	}
}

func full(burst float64) func(limit) func(time.Duration) bool {
	return func(l limit) func(time.Duration) bool { return bucket(l, burst) }
}

func window(of func(limit, time.Duration) func(time.Duration) bool, d time.Duration) func(limit) func(time.Duration) bool {
	return func(l limit) func(time.Duration) bool { return of(l, d) }
}

func TestThePaceFallsWhenTheServerSlowsDown(t *testing.T) {
	for _, latency := range []time.Duration{time.Millisecond, 40 * time.Millisecond, 150 * time.Millisecond} {
		t.Run(latency.String(), func(t *testing.T) {
			l := limit{{0, 150}}
			s := &simulation{allow: always, latency: latency, random: rand.New(rand.NewPCG(1, 1))}
			waits, requests := time.Duration(0), 0
			queue := oneByOne(l)
			s.queue = func(at time.Duration) time.Duration {
				wait := queue(at)
				waits, requests = waits+wait, requests+1
				return wait
			}
			c := newClient(3000, 128)
			s.run(c)
			// With 128 requests always in flight each would wait for 0.85 s.
			if mean := waits / time.Duration(requests); mean > 150*time.Millisecond {
				t.Errorf("requests waited %s in the server on average, want at most 150ms", mean)
			}
			if took := c.end.Seconds() / 20; took > 1.16 {
				t.Errorf("took %.3f of the ideal time", took)
			}
		})
	}
}

func TestSlowAnswersAtAnyPaceDoNotKeepThePaceDown(t *testing.T) {
	// After two seconds every answer takes a second, at any pace.
	s := &simulation{allow: always, latency: 20 * time.Millisecond, random: rand.New(rand.NewPCG(1, 1))}
	s.queue = func(at time.Duration) time.Duration {
		if at < 2*time.Second {
			return 0
		}
		return time.Second
	}
	c := newClient(4000, 32)
	s.run(c)
	if rest := c.end.Seconds() - 2; rest > 1.5*4000/32 {
		t.Errorf("the rest took %.1f s, with 32 requests in flight and a second for each", rest)
	}
}

func TestTwoRunsShareATenant(t *testing.T) {
	shares := 0.0
	for seed := range uint64(seeds) {
		s := &simulation{allow: bucket(limit{{0, 150}}, 15), latency: 40 * time.Millisecond, random: rand.New(rand.NewPCG(seed, 1))}
		old, young := newClient(3000, 32), newClient(3000, 32)
		young.begins = 3 * time.Second
		s.run(old, young)
		both := max(old.end, young.end).Seconds() / 40
		throttled := float64(old.throttled+young.throttled) / 6000
		t.Logf("%.3f of the ideal time, %.2f%% throttled; ends at %s and %s", both, 100*throttled, old.end, young.end)
		if both > 1.16 || throttled > 0.03 {
			t.Errorf("seed %d: %.3f of the ideal time, %.2f%% throttled", seed, both, 100*throttled)
		}
		// Alone, the old run takes 20 s. The time it takes beyond that is the
		// share of the limit that the young run got meanwhile.
		share := (old.end - 20*time.Second).Seconds() / (old.end - young.begins).Seconds()
		if share < 0.05 || share > 0.7 {
			t.Errorf("seed %d: the run that began later got %.0f%% of the limit", seed, 100*share)
		}
		shares += share
	}
	if mean := shares / seeds; mean < 0.2 {
		t.Errorf("runs that began later got %.0f%% of the limit on average", 100*mean)
	}
}

func TestAServerWithoutALimitIsUsedInFull(t *testing.T) {
	for _, latency := range []time.Duration{200 * time.Microsecond, 10 * time.Millisecond, 100 * time.Millisecond} {
		s := &simulation{allow: always, latency: latency, random: rand.New(rand.NewPCG(1, 1))}
		c := newClient(20000, 8)
		s.run(c)
		if ideal := latency.Seconds() * 20000 / 8; c.end.Seconds() > 1.05*ideal+0.5 {
			t.Errorf("at a latency of %s the run took %s, and %.1f s is possible", latency, c.end, ideal)
		}
	}
}

func always(time.Duration) bool { return true }
