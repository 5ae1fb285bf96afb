package batch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/pace"
)

// asksToWait is an answer that asks to wait.
func asksToWait(status int, retryAfter time.Duration) Answer {
	verdict := Throttled
	if status == 503 {
		verdict = Unreachable
	}
	return Answer{Outcome: leaver.Failed, HTTPStatus: status, Verdict: verdict, RetryAfter: retryAfter, Reason: fmt.Sprint(status)}
}

// A shorter one is the leaver's own (TestRetryAfterIsHonouredByTheLeaverThatGotItAndHoldsUpNobodyElse).
func TestNobodyIsCalledBeforeALongRetryAfterIsOver(t *testing.T) {
	for _, status := range []int{429, 503} {
		for _, asked := range []time.Duration{6 * time.Second, 40 * time.Minute, time.Hour} {
			t.Run(fmt.Sprintf("%d for %s", status, asked), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var refused time.Time
					s := &service{latency: 10 * time.Millisecond, answer: func(ref string, attempt int) Answer {
						if ref == "E20" && attempt == 1 {
							refused = time.Now()
							return asksToWait(status, asked)
						}
						return suspended
					}}
					l, o := &ledger{}, options()
					o.Pace, o.MaxOutage = found(50), 15*time.Minute
					var told []time.Time
					o.Closed = func(_, until time.Time) { told = append(told, until) }
					if err := Run(t.Context(), t.Context(), tasks(300), s, l, o); err != nil {
						t.Fatal(err)
					}
					wantTally(t, l, leaver.Tally{leaver.Suspended: 300})
					first := time.Time{}
					for _, at := range s.starts {
						if at.After(refused) && at.Before(refused.Add(asked)) {
							t.Fatalf("a request started %s after the refusal, which asked for %s", at.Sub(refused), asked)
						}
						if at.After(refused) && (first.IsZero() || at.Before(first)) {
							first = at
						}
					}
					if late := first.Sub(refused) - asked; late > 100*time.Millisecond {
						t.Errorf("the next request started %s later than the server asked", late)
					}
					if len(told) != 1 || !told[0].Equal(refused.Add(asked)) {
						t.Errorf("told of waits until %v, want %s", told, refused.Add(asked))
					}
					if !o.Pace.Limited() {
						t.Error("the pace is not limited")
					}
				})
			})
		}
	}
}

func TestARetryAfterBeyondTheBoundsStopsTheRun(t *testing.T) {
	for _, status := range []int{429, 503} {
		for name, tt := range map[string]struct{ asked, deadline time.Duration }{
			"more than an hour":             {time.Hour + time.Second, 0},
			"a day":                         {24 * time.Hour, 0},
			"beyond the deadline":           {2 * time.Minute, time.Minute},
			"beyond both":                   {2 * time.Hour, time.Minute},
			"an hour, beyond a deadline of": {time.Hour, time.Hour},
		} {
			t.Run(fmt.Sprintf("%d: %s", status, name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					intake := t.Context()
					if tt.deadline > 0 {
						var cancel context.CancelFunc
						intake, cancel = context.WithTimeout(intake, tt.deadline)
						defer cancel()
					}
					var refused time.Time
					s := &service{latency: 10 * time.Millisecond, answer: func(ref string, _ int) Answer {
						if ref == "E20" {
							refused = time.Now()
							return asksToWait(status, tt.asked)
						}
						return suspended
					}}
					l, o := &ledger{}, options()
					o.Pace, o.MaxOutage = found(50), 15*time.Minute
					err := Run(intake, t.Context(), tasks(300), s, l, o)
					e, ok := errors.AsType[*LaterError](err)
					if !ok || !errors.Is(err, ErrLater) {
						t.Fatalf("got %v", err)
					}
					if !e.Until.Equal(refused.Add(tt.asked)) || e.Deadline != (tt.deadline > 0) || !strings.Contains(err.Error(), e.Until.Format(time.RFC3339)) {
						t.Errorf("got %q", err)
					}
					if took := time.Since(refused); took > 100*time.Millisecond {
						t.Errorf("the run went on for %s", took)
					}
					wantTally(t, l, leaver.Tally{leaver.Suspended: 20, leaver.Failed: 1, leaver.Pending: 279})
					if r := l.find(t, "E20"); r.Outcome != leaver.Failed || r.Attempts != 1 || !strings.Contains(r.Reason, "asks to wait until "+e.Until.Format(time.RFC3339)) {
						t.Errorf("got %+v", r)
					}
				})
			})
		}
	}
}

func TestAProbeThatIsAskedToWaitBeyondTheBoundsStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		s := &service{answer: func(string, int) Answer {
			if time.Since(begin) > time.Minute {
				return asksToWait(503, 2*time.Hour)
			}
			return noConnection
		}}
		l, o := &ledger{}, options()
		o.MaxOutage = 15 * time.Minute
		if err := Run(t.Context(), t.Context(), tasks(300), s, l, o); !errors.Is(err, ErrLater) {
			t.Fatalf("got %v", err)
		}
		wantTally(t, l, leaver.Tally{leaver.Failed: 1, leaver.Pending: 299})
		for _, r := range l.results {
			if r.Outcome == leaver.Failed && r.Attempts < 1 {
				t.Error("the leaver has no attempt")
			}
		}
	})
}

func TestARetryAfterWithAFinalAnswerHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{latency: 10 * time.Millisecond, answer: func(string, int) Answer {
			return Answer{Outcome: leaver.NotFound, HTTPStatus: 404, RetryAfter: 2 * time.Hour}
		}}
		l, o, begin := &ledger{}, options(), time.Now()
		if err := Run(t.Context(), t.Context(), tasks(50), s, l, o); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("the run took %s", took)
		}
	})
}

// windowed is a service with a quota for each stretch of time, which it names.
type windowed struct {
	quota  int
	length time.Duration

	begin  time.Time
	mu     sync.Mutex
	number time.Duration
	used   int
	over   int // requests that it refused
}

func (w *windowed) answer(string, int) Answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := time.Since(w.begin)
	if n := at / w.length; n != w.number {
		w.number, w.used = n, 0
	}
	reset := (w.number+1)*w.length - at
	a := suspended
	if w.used == w.quota {
		w.over++
		a = asksToWait(429, 0)
	} else {
		w.used++
	}
	a.Quota = pace.Quota{Remaining: w.quota - w.used, Reset: reset}
	return a
}

func TestAQuotaThatTheServiceNamesIsKept(t *testing.T) {
	for _, concurrency := range []int{1, 8} {
		synctest.Test(t, func(t *testing.T) {
			w := &windowed{quota: 20, length: 30 * time.Second, begin: time.Now()}
			// The quota is counted when a request comes in, before its latency.
			counts := metered{w, 50 * time.Millisecond}
			l, o := &ledger{}, options()
			o.Pace, o.Concurrency = found(0), concurrency
			if err := Run(t.Context(), t.Context(), tasks(100), counts, l, o); err != nil {
				t.Fatal(err)
			}
			wantTally(t, l, leaver.Tally{leaver.Suspended: 100})
			if took := time.Since(w.begin); w.over > 0 || took > 125*time.Second {
				t.Errorf("%d in flight: %d requests were too many; the run took %s", concurrency, w.over, took)
			}
			if _, measured := o.Pace.Sustained(); measured {
				t.Error("a limit is said to be measured that the server has named")
			}
		})
	}
}

// metered is a Caller whose service decides when a request comes in.
type metered struct {
	*windowed
	latency time.Duration
}

func (c metered) Call(ctx context.Context, l leaver.Leaver) Answer {
	a := c.answer(l.Ref, 1)
	sleep(ctx, c.latency)
	a.Quota.Reset -= c.latency // counted from the answer, which tells the time that is left
	return a
}

func TestAQuotaThatIsUsedUpForTooLongStopsTheRunIfSomebodyIsLeft(t *testing.T) {
	for leavers, stops := range map[int]bool{30: false, 31: true, 100: true} {
		t.Run(fmt.Sprint(leavers, " leavers"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &windowed{quota: 30, length: 24 * time.Hour, begin: time.Now()}
				l, o := &ledger{}, options()
				err := Run(t.Context(), t.Context(), tasks(leavers), metered{w, 50 * time.Millisecond}, l, o)
				if !stops && err != nil || stops && !errors.Is(err, ErrLater) {
					t.Fatalf("got %v", err)
				}
				wantTally(t, l, leaver.Tally{leaver.Suspended: 30, leaver.Pending: leavers - 30})
				if took := time.Since(w.begin); took > time.Minute {
					t.Errorf("the run took %s", took)
				}
			})
		})
	}
}
