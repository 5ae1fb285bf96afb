package pace

import (
	"testing"
	"time"
)

func TestLatency(t *testing.T) {
	// A letter stands for eight answers: f take 10 ms, o take 35 ms, s take 1 s.
	// E cuts the pace for slow answers, R for another reason.
	tests := []struct {
		name   string
		events string
		want   latencyState
	}{
		{"the first answers are normal", "s", normal},
		{"a little slower is normal", "fo", normal},
		{"much slower is slow", "fs", slow},
		{"fast again is normal again", "fsffff", normal},
		{"after a cut nothing is known", "fsR", normal},
		{"after another cut slow answers are still slow", "fsRs", slow},
		{"after a cut for them it is eased", "fsE", eased},
		{"fast answers after that are normal", "fsEf", normal},
		{"slow answers after that are usual from then on", "fsEss", normal},
		{"and are slow again after fast ones", "fsEssfffffs", slow},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := latency{state: normal}
			for _, event := range tt.events {
				took := map[rune]time.Duration{'f': 10, 'o': 35, 's': 1000}[event] * time.Millisecond
				switch event {
				case 'E':
					l.ease()
				case 'R':
					l.restart()
				default:
					for range smooth {
						l.take(took)
					}
				}
			}
			if l.state != tt.want {
				t.Errorf("the latency is %s, want %s (smoothed %s, usual %s)", l.state, tt.want, l.smoothed, l.usual)
			}
		})
	}
}

func TestTooFewAnswersShowNoSlowness(t *testing.T) {
	l := latency{state: normal, usual: time.Millisecond}
	for range smooth - 1 {
		l.take(time.Second)
	}
	if l.state != normal {
		t.Errorf("the latency is %s after %d answers", l.state, smooth-1)
	}
}
