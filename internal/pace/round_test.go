package pace

import (
	"strings"
	"testing"
)

func TestRound(t *testing.T) {
	tests := []struct {
		name    string
		state   roundState
		answers string // c: clean, r: refused
		want    finding
	}{
		{"a refusal outside of a round is fresh", idle, "r", fresh},
		{"clean answers outside of a round show nothing", idle, "cccccccccccccccccccc", nothing},
		{"a refusal after them is fresh", idle, "ccccccccccccccr", fresh},
		{"eleven answers show nothing yet", judging, "ccccccccccr", nothing},
		{"twelve clean ones end the round", judging, "cccccccccccc", none},
		{"three refusals among twelve are few", judging, "crcrcrcccccc", few},
		{"the twelfth may be a refusal", judging, "cccccccccccr", few},
		{"three refusals show nothing yet", judging, "rrr", nothing},
		{"four refusals and nothing else are all", judging, "rrrr", all},
		{"four refusals and a clean answer are many", judging, "rrcrr", many},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := round{state: idle}
			if tt.state == judging {
				r.begin(0)
			}
			var got finding
			for _, answer := range tt.answers {
				if got != nothing && got != "" {
					t.Fatalf("%s after %d answers already", got, r.clean+r.refused)
				}
				if answer == 'c' {
					got = r.take()
				} else {
					got = r.refuse()
				}
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if n := strings.Count(tt.answers, "c"); r.clean != n {
				t.Errorf("%d clean answers were counted, want %d", r.clean, n)
			}
		})
	}
}

func TestTheShareOfARound(t *testing.T) {
	r := round{}
	r.begin(1)
	for range 9 {
		r.take()
	}
	if got := r.share(); got != 0.95 {
		t.Errorf("got %g after nine clean answers and a refusal, want 0.95", got)
	}
}
