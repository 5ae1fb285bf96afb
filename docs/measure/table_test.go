package main

import (
	"strings"
	"testing"
	"time"
)

func TestTheMedianIsTheMiddle(t *testing.T) {
	for want, s := range map[float64]sample{0: nil, 3: {3}, 2.5: {3, 2}, 2: {9, 1, 2}} {
		if got := s.median(); got != want {
			t.Errorf("%v: got %g, want %g", s, got, want)
		}
	}
}

func TestTheIdealTimeFollowsTheLimit(t *testing.T) {
	halved := []step{{0, 150}, {5 * time.Second, 75}, {10 * time.Second, 150}}
	for calls, want := range map[int]time.Duration{
		150:  time.Second,
		750:  5 * time.Second,
		825:  6 * time.Second,
		1125: 10 * time.Second,
		3000: 22500 * time.Millisecond,
	} {
		if got := ideal(calls, halved); got != want {
			t.Errorf("%d calls: got %s, want %s", calls, got, want)
		}
	}
}

func TestARatioIsThatOfTheMedians(t *testing.T) {
	b := &bench{}
	b.showRatio("time", sample{3, 1, 2}, sample{4, 9, 1}, 1, " s")
	if got, want := b.table[0].measured, "0.500 (2.0 by 4.0 s)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheTableShowsWhichAimsAreReached(t *testing.T) {
	b := &bench{}
	b.atMost("time", sample{1, 2, 9}, 1.5, 1, " s")
	b.atLeast("pace", sample{1, 2, 9}, 1.5, 1, "")
	b.show("beside", sample{4}, 0, "")
	got := markdown(b.table)
	for _, want := range []string{
		"| time | at most 1.5 s | 2.0 s (1.0 to 9.0) | **no** |\n",
		"| pace | at least 1.5 | 2.0 (1.0 to 9.0) | yes |\n",
		"| beside |  | 4 (4 to 4) |  |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no line %q in\n%s", want, got)
		}
	}
}
