package batch

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/pace"
)

// bucket answers as a server whose limit is a token bucket: rate requests per
// second, and burst at once.
type bucket struct {
	rate, burst float64
	retryAfter  time.Duration

	mu       sync.Mutex
	tokens   float64
	last     time.Time
	refused  int
	requests int
}

func (b *bucket) answer(string, int) Answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.last.IsZero() {
		b.tokens, b.last = b.burst, now
	}
	b.tokens = math.Min(b.burst, b.tokens+b.rate*now.Sub(b.last).Seconds())
	b.last = now
	b.requests++
	if b.tokens < 1 {
		b.refused++
		return Answer{Outcome: leaver.Failed, HTTPStatus: 429, Verdict: Throttled, RetryAfter: b.retryAfter}
	}
	b.tokens--
	return suspended
}

func TestARunIsAsFastAsTheServerAllows(t *testing.T) {
	for _, retryAfter := range []time.Duration{0, time.Second} {
		t.Run("when the server asks to wait "+retryAfter.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &bucket{rate: 150, burst: 15, retryAfter: retryAfter}
				l, o := &ledger{}, options()
				o.Pace, o.Concurrency = pace.New(0), 32
				start := time.Now()
				if err := Run(t.Context(), t.Context(), tasks(3000), &service{latency: 40 * time.Millisecond, answer: b.answer}, l, o); err != nil {
					t.Fatal(err)
				}
				wantTally(t, l, leaver.Tally{leaver.Suspended: 3000})
				took, throttled := time.Since(start).Seconds()/20, float64(b.refused)/float64(b.requests)
				t.Logf("%.3f of the ideal time, %.2f%% throttled", took, 100*throttled)
				if took > 1.08 || throttled > 0.015 {
					t.Errorf("%.3f of the ideal time, %.2f%% throttled", took, 100*throttled)
				}
			})
		})
	}
}

func TestRetryAfterIsHonouredByTheLeaverThatGotItAndHoldsUpNobodyElse(t *testing.T) {
	for _, status := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			verdict := Throttled
			if status == 503 {
				verdict = Transient
			}
			var refused, again time.Time
			s := &service{latency: 10 * time.Millisecond, answer: func(ref string, attempt int) Answer {
				switch {
				case ref == "E20" && attempt == 1:
					refused = time.Now()
					return Answer{Outcome: leaver.Failed, HTTPStatus: status, Verdict: verdict, RetryAfter: 3 * time.Second}
				case ref == "E20":
					again = time.Now()
				}
				return suspended
			}}
			l, o := &ledger{}, options()
			o.Pace = found(50)
			if err := Run(t.Context(), t.Context(), tasks(300), s, l, o); err != nil {
				t.Fatal(err)
			}
			wantTally(t, l, leaver.Tally{leaver.Suspended: 300})
			if waited := again.Sub(refused); waited < 3*time.Second || waited > 4*time.Second {
				t.Errorf("%d: the leaver was tried again after %s, the server asked for 3s", status, waited)
			}
			slices.SortFunc(s.starts, time.Time.Compare)
			for i, at := range s.starts[1:] {
				if gap := at.Sub(s.starts[i]); gap > 200*time.Millisecond {
					t.Errorf("%d: nothing was sent for %s", status, gap)
				}
			}
			if !o.Pace.Limited() {
				t.Errorf("%d: the pace did not fall", status)
			}
		})
	}
}

func TestAnOutageIsNotMetWithAMultipleOfTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		firsts := map[string]time.Time{}
		var mu sync.Mutex
		s := &service{latency: 10 * time.Millisecond, answer: func(ref string, attempt int) Answer {
			mu.Lock()
			defer mu.Unlock()
			if attempt == 1 {
				firsts[ref] = time.Now()
			}
			return unavailable
		}}
		l, o := &ledger{}, options()
		o.Pace = found(100)
		start := time.Now()
		if err := Run(t.Context(), t.Context(), tasks(3000), s, l, o); err != nil {
			t.Fatal(err)
		}
		wantTally(t, l, leaver.Tally{leaver.Failed: 3000})
		exhausted := func(r leaver.Result) bool { return strings.Contains(r.Reason, "retry budget used up") }
		if !slices.ContainsFunc(l.results, exhausted) {
			t.Error("no result says that the retry budget was used up")
		}
		if n := len(s.starts); n > 3450 {
			t.Errorf("%d requests for 3,000 leavers", n)
		}
		// First attempts share the ceiling with retries, but do not wait for the
		// retry budget.
		last := time.Duration(0)
		for _, at := range firsts {
			last = max(last, at.Sub(start))
		}
		if last > 32*time.Second {
			t.Errorf("the last first attempt came after %s, at 100 per second", last)
		}
	})
}

func TestAShortOutageFailsNoLeaver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := &service{latency: 10 * time.Millisecond, answer: func(string, int) Answer {
			if since := time.Since(start); since > 3*time.Second && since < 5*time.Second {
				return unavailable
			}
			return suspended
		}}
		l, o := &ledger{}, options()
		o.Pace, o.Concurrency = found(150), 32
		o.MaxFailures, _ = ParseLimit("50%")
		if err := Run(t.Context(), t.Context(), tasks(3000), s, l, o); err != nil {
			t.Fatal(err)
		}
		wantTally(t, l, leaver.Tally{leaver.Suspended: 3000})
	})
}

func TestRetriesThatSucceedAreNotLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{latency: 10 * time.Millisecond, answer: func(ref string, attempt int) Answer {
			if attempt == 1 && ref[len(ref)-1]%3 == 0 {
				return unavailable
			}
			return suspended
		}}
		l, o := &ledger{}, options()
		if err := Run(t.Context(), t.Context(), tasks(3000), s, l, o); err != nil {
			t.Fatal(err)
		}
		wantTally(t, l, leaver.Tally{leaver.Suspended: 3000})
	})
}

func TestAWaitForARetryEndsWithTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, o := &ledger{}, options()
		o.Pace = found(100)
		start := time.Now()
		failing := &service{answer: func(string, int) Answer { return unavailable }}
		o.MaxFailures, _ = ParseLimit("50%")
		_ = Run(t.Context(), t.Context(), tasks(3000), failing, l, o)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("the run stopped only after %s", took)
		}
		if got := l.tally(); got.Total() != 3000 || got[leaver.Failed] > maxRetries+o.Concurrency*leaversPerSlot+200 {
			t.Errorf("got %v", got)
		}
	})
}

// An attempt may wait for a token, or for its turn to confirm a refusal. That is no sign of a
// server that gets slower.
func TestAWaitBeforeTheLastRequestOfAnAttemptDoesNotLowerThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{latency: 10 * time.Millisecond, answer: func(ref string, _ int) Answer {
			answer := suspended
			if ref > "E2" { // nearly two thirds
				<-time.After(500 * time.Millisecond)
				answer.Began = time.Now().Add(-10 * time.Millisecond)
			}
			return answer
		}}
		l, o := &ledger{}, options()
		o.Pace, o.Concurrency = found(50), 64
		start := time.Now()
		if err := Run(t.Context(), t.Context(), tasks(300), s, l, o); err != nil {
			t.Fatal(err)
		}
		wantTally(t, l, leaver.Tally{leaver.Suspended: 300})
		if took := time.Since(start); took > 7*time.Second {
			t.Errorf("300 leavers at 50 per second took %s", took)
		}
	})
}
