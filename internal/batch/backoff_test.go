package batch

import (
	"testing"
	"time"
)

func TestBackoffDoublesWithFullJitterUpToACeiling(t *testing.T) {
	tests := []struct {
		name       string
		attempts   int
		jitter     float64
		retryAfter time.Duration
		want       time.Duration
	}{
		{"after the first attempt up to the base", 1, 1, 0, 500 * time.Millisecond},
		{"after the second attempt up to twice as much", 2, 1, 0, time.Second},
		{"full jitter goes down to 0", 4, 0, 0, 0},
		{"jitter scales the whole span", 4, 0.25, 0, time.Second},
		{"never more than the ceiling", 20, 1, 0, 30 * time.Second},
		{"a huge number of attempts does not overflow", 5000, 1, 0, 30 * time.Second},
		{"never less than Retry-After", 1, 0, 7 * time.Second, 7 * time.Second},
		{"jitter is added to Retry-After", 1, 1, 7 * time.Second, 7500 * time.Millisecond},
		{"Retry-After counts in full", 1, 0, time.Hour, time.Hour},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := backoff(tt.attempts, tt.jitter, tt.retryAfter); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
