package batch

import (
	"errors"
	"iter"
	"testing"
	"testing/synctest"

	"offboard/internal/leaver"
)

// ended returns the result of a leaver without an outcome from an earlier run.
func ended(failed bool) *leaver.Result {
	if failed {
		return &leaver.Result{Outcome: leaver.Failed}
	}
	return &leaver.Result{Outcome: leaver.Suspended}
}

// triedUntilStop counts n leavers against a limit and returns how many were
// tried when the limit was exceeded; 0 if it was not.
func triedUntilStop(t *testing.T, limit string, failed func(i int) bool, n int) int {
	t.Helper()
	l, err := ParseLimit(limit)
	if err != nil {
		t.Fatal(err)
	}
	f := &failures{limit: l, least: UsualBrakes().Tried}
	for i := range n {
		if err := f.add(ended(failed(i))); err != nil {
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
		want   int // leavers tried until the run stops; 0: it does not stop
	}{
		{"a share needs 20 leavers", "50%", every(1), 20},
		{"a share that is met exactly does not stop", "50%", func(i int) bool { return i%2 == 1 }, 0},
		{"a share counts the last 100 only", "50%", from(1000), 1051},
		{"0% stops at the first failure once 20 are tried", "0%", from(50), 51},
		{"100% never stops", "100%", every(1), 0},
		{"a number counts in all", "5", every(100), 401},
		{"1 stops at the first", "1", from(7), 8},
		{"0 never stops", "0", every(1), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := triedUntilStop(t, tt.limit, tt.failed, 3000); got != tt.want {
				t.Errorf("stopped after %d, want %d", got, tt.want)
			}
		})
	}
}

func TestTooManyFailuresAreReportedInNumbers(t *testing.T) {
	tests := []struct {
		limit string
		want  TooManyFailuresError
		text  string
	}{
		{"3", TooManyFailuresError{Failed: 3}, "too many leavers failed: 3 in all"},
		{"50%", TooManyFailuresError{Failed: 20, Tried: 20}, "too many leavers failed: 20 of the last 20 tried"},
	}
	for _, tt := range tests {
		t.Run(tt.limit, func(t *testing.T) {
			limit, err := ParseLimit(tt.limit)
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Limit = limit
			f := &failures{limit: limit, least: UsualBrakes().Tried}
			var got error
			for got == nil {
				got = f.add(ended(true))
			}
			if e, ok := errors.AsType[*TooManyFailuresError](got); !ok || *e != tt.want || got.Error() != tt.text {
				t.Errorf("got %#v: %v", got, got)
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

func TestLeaversThatDoNotExistDoNotCountAsFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// A file that still lists leavers from long ago must not stop every
		// run before it reaches the new ones.
		s := &service{answer: func(string, int) Answer { return Answer{Outcome: leaver.NotFound, HTTPStatus: 404} }}
		l, o := &ledger{}, options()
		o.MaxFailures, _ = ParseLimit("50%")
		if err := Run(t.Context(), t.Context(), tasks(100), s, l, o); err != nil {
			t.Fatal(err)
		}
		wantTally(t, l, leaver.Tally{leaver.NotFound: 100})
	})
}

func TestAnOutcomeThatTheReportHadBeforeIsNoFailureAndNotTried(t *testing.T) {
	again := &leaver.Result{Outcome: leaver.Failed, Earlier: leaver.Failed}
	other := &leaver.Result{Outcome: leaver.Failed, Earlier: leaver.NotFound}
	missing := &leaver.Result{Outcome: leaver.NotFound, Earlier: leaver.NotFound}
	good := ended(false)
	tests := []struct {
		name   string
		limit  string
		result func(i int) *leaver.Result
		want   int // leavers until the run stops; 0: it does not stop
	}{
		{"it never counts towards a share", "50%", func(int) *leaver.Result { return again }, 0},
		{"it never counts towards a number", "1", func(int) *leaver.Result { return again }, 0},
		{"another outcome than before counts", "3", func(int) *leaver.Result { return other }, 3},
		// 30 new leavers, of whom 20 fail, among 70 whom the report knows: a third of all,
		// and two thirds of those who count.
		{"it does not make the share of the others smaller", "50%", func(i int) *leaver.Result {
			switch {
			case i < 70:
				return missing
			case i%3 == 0:
				return good
			}
			return ended(true)
		}, 90},
		{"it does not make up the first 20", "50%", func(i int) *leaver.Result {
			if i < 19 {
				return again
			}
			return ended(true)
		}, 39},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			limit, err := ParseLimit(tt.limit)
			if err != nil {
				t.Fatal(err)
			}
			f, got := &failures{limit: limit, least: UsualBrakes().Tried}, 0
			for i := range 200 {
				if f.add(tt.result(i)) != nil {
					got = i + 1
					break
				}
			}
			if got != tt.want {
				t.Errorf("stopped after %d, want %d", got, tt.want)
			}
		})
	}
}

// known makes leavers who have failed in an earlier run of tasks.
func known(tasks iter.Seq2[leaver.Result, error]) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for task, err := range tasks {
			task.Earlier = leaver.Failed
			if !yield(task, err) {
				return
			}
		}
	}
}

func TestLeaversWhoFailAsBeforeDoNotStopTheRun(t *testing.T) {
	for _, limit := range []string{"50%", "5"} {
		t.Run(limit, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, l, o := &service{answer: func(string, int) Answer { return unavailable }}, &ledger{}, options()
				o.MaxAttempts = 1
				o.MaxFailures, _ = ParseLimit(limit)
				if err := Run(t.Context(), t.Context(), known(tasks(200)), s, l, o); err != nil {
					t.Fatal(err)
				}
				wantTally(t, l, leaver.Tally{leaver.Failed: 200})
				for _, r := range l.results {
					if r.Earlier != leaver.Failed {
						t.Fatalf("the result of %s has lost what the report had before", r.Ref)
					}
				}
			})
		})
	}
}
