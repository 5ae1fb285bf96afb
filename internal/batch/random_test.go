package batch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/pace"
)

// TestRandomOutages makes random runs in which the service is away up to twice, and some
// leavers never get what the others get. Whoever has nothing special must be suspended, at
// the first attempt that counts.
func TestRandomOutages(t *testing.T) {
	for seed := range uint64(500) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &hazards{rand: rand.New(rand.NewPCG(seed, 2)), special: map[string]Answer{}, earlier: map[int]leaver.Outcome{}}
				h.choose()
				h.run(t)
			})
		})
	}
}

// hazards are a run and what happens to it.
type hazards struct {
	away
	leavers int
	special map[string]Answer      // by ref: what this leaver gets when the service is there
	earlier map[int]leaver.Outcome // by number: what the report has for the leaver

	choice sync.Mutex
	rand   *rand.Rand
}

func (h *hazards) float() float64 {
	h.choice.Lock()
	defer h.choice.Unlock()
	return h.rand.Float64()
}

func (h *hazards) number(n int) int { return int(h.float() * float64(n)) }

func (h *hazards) choose() {
	h.leavers = 1 + h.number([]int{8, 300}[h.number(2)])
	h.latency = time.Duration(h.number(500)) * time.Millisecond
	at := time.Duration(h.number(20_000)) * time.Millisecond
	for range h.number(3) {
		// Long enough for one leaver alone to be sure of it, with five timeouts.
		end := at + 4*time.Minute + time.Duration(h.number(400_000))*time.Millisecond
		h.stretches = append(h.stretches, stretch{at, end})
		at = end + time.Minute + time.Duration(h.number(20_000))*time.Millisecond
	}
	// Internal errors are left out: for one or two leavers they are no outage.
	ways := []string{"refused connections", "a gateway", "a gateway that asks to wait", "timeouts"}
	h.how = func(ctx context.Context) Answer { return waysToBeAway[ways[h.number(len(ways))]](ctx) }
	answers := []Answer{internal500, badGateway, noConnection, notPermitted, nobody, {Outcome: leaver.Failed, HTTPStatus: 429, Verdict: Throttled}}
	share, known := float64(h.number(20))/40, h.leavers-h.number(h.leavers)
	for i := range h.leavers {
		if isKnown := i >= known; isKnown || h.float() < share { // known ones are the last ones of a run
			answer := answers[h.number(len(answers))]
			h.special[fmt.Sprintf("E%d", i)] = answer
			if isKnown {
				h.earlier[i] = answer.Outcome
			}
		}
	}
}

func (h *hazards) Call(ctx context.Context, l leaver.Leaver) Answer {
	answer := h.away.Call(ctx, l)
	if special, ok := h.special[l.Ref]; ok && answer == suspended {
		return special
	}
	return answer
}

func (h *hazards) run(t *testing.T) {
	l, o := &ledger{}, options()
	o.Concurrency, o.Jitter, o.MaxOutage = []int{4, 8, 32}[h.number(3)], h.float, time.Hour
	o.Pace = pace.New([]float64{0, 5, 50}[h.number(3)])
	h.begin = time.Now()
	rows := withEarlier(tasks(h.leavers), func(i int) leaver.Outcome { return h.earlier[i] })
	err := Run(t.Context(), t.Context(), rows, h, l, o)
	// Leavers who get no answer and are the last ones of a run look like an outage.
	if err != nil && !errors.Is(err, ErrOutage) && !errors.Is(err, ErrRefused) || err != nil && len(h.special) == 0 {
		t.Errorf("got %v", err)
	}
	if len(l.results) != h.leavers {
		t.Errorf("%d results for %d leavers", len(l.results), h.leavers)
	}
	for _, r := range l.results {
		if _, ok := h.special[r.Ref]; !ok && (r.Outcome != leaver.Suspended || r.Attempts != 1) && !errors.Is(err, ErrRefused) {
			t.Errorf("%s is %s after %d attempts: %s", r.Ref, r.Outcome, r.Attempts, r.Reason)
		}
	}
}
