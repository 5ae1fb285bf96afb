package batch

import (
	"errors"
	"testing"
	"testing/synctest"

	"offboard/internal/leaver"
)

func TestParseLimit(t *testing.T) {
	tests := []struct {
		text string
		want Limit
		ok   bool
	}{
		{"50%", Limit{text: "50%", kind: byShare, share: 0.5}, true},
		{"0%", Limit{text: "0%", kind: byShare}, true},
		{"12.5%", Limit{text: "12.5%", kind: byShare, share: 0.125}, true},
		{"20", Limit{text: "20", kind: byCount, count: 20}, true},
		{"0", Limit{text: "0"}, true},
		{"101%", Limit{}, false},
		{"-1%", Limit{}, false},
		{"NaN%", Limit{}, false},
		{"-1", Limit{}, false},
		{"1.5", Limit{}, false},
		{"", Limit{}, false},
		{"half", Limit{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			var got Limit
			err := got.UnmarshalText([]byte(tt.text))
			if (err == nil) != tt.ok || got != tt.want {
				t.Errorf("got %+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

// after feeds results to a limit and returns how many it took to stop.
func after(t *testing.T, limit string, failed func(i int) bool, n int) int {
	t.Helper()
	l, err := ParseLimit(limit)
	if err != nil {
		t.Fatal(err)
	}
	f := newFailures(l)
	for i := range n {
		if err := f.add(failed(i)); err != nil {
			if !errors.Is(err, ErrTooManyFailures) {
				t.Fatalf("got %v", err)
			}
			return i + 1
		}
	}
	return 0
}

func TestFailuresAgainstTheLimit(t *testing.T) {
	every := func(k int) func(int) bool { return func(i int) bool { return i%k == 0 } }
	from := func(k int) func(int) bool { return func(i int) bool { return i >= k } }
	tests := []struct {
		name   string
		limit  string
		failed func(int) bool
		want   int // leavers tried until the stop; 0: never
	}{
		{"a share waits for 20", "50%", every(1), 20},
		{"a share that is met exactly does not stop", "50%", func(i int) bool { return i%2 == 1 }, 0},
		{"a share looks at the last 100 only", "50%", from(1000), 1051},
		{"0% stops at the first failure after 20", "0%", from(50), 51},
		{"100% never stops", "100%", every(1), 0},
		{"a number counts in all", "5", every(100), 401},
		{"1 stops at the first", "1", from(7), 8},
		{"0 never stops", "0", every(1), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := after(t, tt.limit, tt.failed, 3000); got != tt.want {
				t.Errorf("stopped after %d, want %d", got, tt.want)
			}
		})
	}
}

func TestTooManyFailuresStopTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, o := &service{answer: func(string, int) Answer { return unavailable }}, &ledger{}, options()
		o.MaxAttempts = 1
		o.MaxFailures, _ = ParseLimit("50%")
		err := Run(t.Context(), t.Context(), tasks(1000), s, l, o)
		if !errors.Is(err, ErrTooManyFailures) {
			t.Fatalf("got %v", err)
		}
		if got := l.tally(); got[leaver.Failed] < 20 || got[leaver.Failed] > 28 || got.Total() != 1000 {
			t.Errorf("got %v, want 20 to 28 failed and the rest pending", got)
		}
	})
}

func TestLeaversThatDoNotExistAreNoFailuresOfTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// A file that keeps old leavers around must not keep new ones from
		// being suspended, night after night.
		s := &service{answer: func(string, int) Answer { return Answer{Outcome: leaver.NotFound, HTTPStatus: 404} }}
		l, o := &ledger{}, options()
		o.MaxFailures, _ = ParseLimit("50%")
		if err := Run(t.Context(), t.Context(), tasks(100), s, l, o); err != nil {
			t.Fatal(err)
		}
		wantTally(t, l, leaver.Tally{leaver.NotFound: 100})
	})
}
