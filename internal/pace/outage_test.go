package pace

import (
	"slices"
	"testing"
	"time"
)

func TestRestsDouble(t *testing.T) {
	tests := []struct {
		name       string
		retryAfter time.Duration
		want       []int // in ms
	}{
		{"up to five seconds", 0, []int{50, 100, 200, 400, 800, 1600, 3200, 5000, 5000}},
		{"up to what the server asks for", 300 * time.Millisecond, []int{50, 100, 200, 300, 300}},
		{"at once as long as it asks if that is more than five seconds", 8 * time.Second, []int{8000, 8000}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := outage{state: up}
			var got []int
			for range tt.want {
				got = append(got, int(o.refuse(tt.retryAfter).Milliseconds()))
			}
			if o.state != down || !slices.Equal(got, tt.want) {
				t.Errorf("it is %s after rests of %v, want down after %v", o.state, got, tt.want)
			}
		})
	}
}

func TestTheEndOfAnOutageTellsWhatTheServerTook(t *testing.T) {
	o := outage{state: up}
	for _, from := range []int{0, 10_000} { // each time 20 requests in ten seconds
		o.start(ms(from))
		for range 20 {
			o.take()
		}
		o.refuse(0)
		o.refuse(0)
		if got := o.end(ms(from + 10_000)); got != 2 || o.state != up {
			t.Errorf("it took %g requests per second and is %s, want 2 and up", got, o.state)
		}
	}
	if rest := o.refuse(0); rest != restLeast {
		t.Errorf("the next outage begins with a rest of %s, want %s", rest, restLeast)
	}
}
