package run

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/pace"
)

// tenantInTime is a service in simulated time, which takes so many requests per second and
// is away for some time.
type tenantInTime struct {
	start          time.Time
	rate           func(at time.Duration) float64 // 0: no limit
	awayFrom, till time.Duration
	fails          float64 // share of first attempts that fail

	mu     sync.Mutex
	random *rand.Rand
	tokens float64
	last   time.Time
	called map[string]int
}

func (s *tenantInTime) Call(_ context.Context, l leaver.Leaver) batch.Answer {
	time.Sleep(50 * time.Millisecond)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	at := now.Sub(s.start)
	s.called[l.Ref]++
	if at >= s.awayFrom && at < s.till {
		return batch.Answer{Outcome: leaver.Failed, Verdict: batch.Unreachable, HTTPStatus: 503, Reason: "away"}
	}
	if rate := s.rate(at); rate > 0 {
		s.tokens = min(s.tokens+now.Sub(s.last).Seconds()*rate, rate/4)
		s.last = now
		if s.tokens < 1 {
			return batch.Answer{Outcome: leaver.Failed, Verdict: batch.Throttled, HTTPStatus: 429, Reason: "limit"}
		}
		s.tokens--
	}
	if s.random.Float64() < s.fails {
		return batch.Answer{Outcome: leaver.Failed, Verdict: batch.Transient, HTTPStatus: 500, Reason: "trouble"}
	}
	return batch.Answer{Outcome: leaver.Suspended, HTTPStatus: 200}
}

// TestForecastsOfSimulatedRuns holds what is said of the time that is left against the time
// that it takes: the median of the errors, after the first tenth of the run.
func TestForecastsOfSimulatedRuns(t *testing.T) {
	steady := func(rate float64) func(time.Duration) float64 {
		return func(time.Duration) float64 { return rate }
	}
	for name, tt := range map[string]struct {
		leavers int
		ceiling float64
		service *tenantInTime
	}{
		"steady":                   {leavers: 3000, ceiling: 10, service: &tenantInTime{rate: steady(0)}},
		"throttled from the start": {leavers: 6000, service: &tenantInTime{rate: steady(50)}},
		"throttled from the middle": {leavers: 6000, ceiling: 40, service: &tenantInTime{rate: func(at time.Duration) float64 {
			if at < 75*time.Second {
				return 0
			}
			return 20
		}}},
		"an outage in the middle": {leavers: 6000, ceiling: 20, service: &tenantInTime{rate: steady(0), awayFrom: 2 * time.Minute, till: 3 * time.Minute}},
		"many retries":            {leavers: 3000, ceiling: 20, service: &tenantInTime{rate: steady(0), fails: 0.2}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := tt.service
				s.start, s.called, s.random = time.Now(), map[string]int{}, rand.New(rand.NewPCG(1, 2))
				s.last = s.start
				p := NewProgress(nowhere{}, tt.leavers, time.Now())
				type said struct {
					at        time.Duration
					low, high time.Duration
				}
				var all []said
				done, end := make(chan struct{}), make(chan struct{})
				go func() {
					defer close(end)
					var f Forecast
					ticker := time.NewTicker(time.Second)
					defer ticker.Stop()
					for {
						select {
						case <-done:
							return
						case now := <-ticker.C:
							c := p.Counts()
							_, away := c.Going()
							f.Add(now, c.Called, !away)
							if low, high, known := f.Left(tt.leavers-c.Called, p.Retrying()); known {
								all = append(all, said{now.Sub(s.start), low, high})
							}
						}
					}
				}()
				tasks := func(yield func(leaver.Result, error) bool) {
					for i := range tt.leavers {
						if !yield(leaver.Result{Row: leaver.Row{Leaver: leaver.Leaver{Ref: strconv.Itoa(i)}}, Outcome: leaver.Pending}, nil) {
							return
						}
					}
				}
				err := batch.Run(t.Context(), t.Context(), tasks, s, p, batch.Options{
					Pace: pace.New(tt.ceiling), Concurrency: 8, MaxAttempts: 5, MaxOutage: time.Hour, Outages: p.Outage, Retrying: p.retry,
					Proven: true, Jitter: func() float64 { return 0.5 }, Log: slog.New(slog.DiscardHandler),
				})
				close(done)
				<-end
				took := time.Since(s.start)
				if err != nil {
					t.Fatal(err)
				}
				var errs []float64
				for _, s := range all {
					if left := took - s.at; s.at > took/10 && left > 0 {
						off := max(s.low-left, left-s.high, 0)
						errs = append(errs, off.Seconds()/left.Seconds())
					}
				}
				slices.Sort(errs)
				median := errs[len(errs)/2]
				t.Logf("%s: %d forecasts, median error %.3f, worst tenth %.3f", took, len(errs), median, errs[len(errs)*9/10])
				if median > 0.1 {
					t.Errorf("the median of the errors is %.1f %% of what is left, want 10 %% at most", 100*median)
				}
			})
		})
	}
}
