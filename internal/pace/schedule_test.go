package pace

import (
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	const latency = 40 * time.Millisecond
	tests := []struct {
		name     string
		schedule schedule
		start    int // when a request starts, in ms; the pace is 100
		state    scheduleState
		due      int // when the next one is due
	}{
		{"the first request takes its start for its slot", schedule{state: steady}, 5, steady, 15},
		{"intervals are counted from slots", schedule{state: steady, last: ms(0)}, 11, steady, 20},
		{"lateness beyond the credit is lost", schedule{state: steady, last: ms(0)}, 50, steady, 58},
		{"a pause ends with the next start", schedule{state: paused, last: ms(0), until: ms(70)}, 70, steady, 80},
		{"a probe follows a rest", schedule{state: resting, last: ms(0), until: ms(70)}, 75, paused, 155},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.schedule
			s.start(ms(tt.start), 100, latency)
			if due := s.due(100); s.state != tt.state || !due.Equal(ms(tt.due)) {
				t.Errorf("it is %s and the next request is due at %s, want %s and %dms", s.state, due.Sub(epoch), tt.state, tt.due)
			}
		})
	}
}

func TestNothingIsDueInAPauseOrRest(t *testing.T) {
	for _, do := range []func(*schedule, time.Time){(*schedule).pause, (*schedule).rest} {
		s := schedule{state: steady, last: ms(0)}
		do(&s, ms(500))
		if due := s.due(100); !due.Equal(ms(500)) {
			t.Errorf("%s: the next request is due at %s, want 500ms", s.state, due.Sub(epoch))
		}
	}
}
