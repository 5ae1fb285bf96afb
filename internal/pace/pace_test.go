package pace

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWaitingRequestsStartOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(10)
		start := time.Now()
		var starts [5]time.Duration
		var all sync.WaitGroup
		for i := range starts {
			all.Go(func() {
				if err := p.Wait(t.Context()); err != nil {
					t.Error(err)
				}
				starts[i] = time.Since(start)
			})
			synctest.Wait() // so that they wait in this order
		}
		all.Wait()
		for i, at := range starts {
			if want := time.Duration(i) * 100 * time.Millisecond; at != want {
				t.Errorf("request %d started after %s, want %s", i, at, want)
			}
		}
	})
}

func TestAWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(0.1)
		_ = p.Wait(t.Context())
		gone := errors.New("gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		start := time.Now()
		var all sync.WaitGroup
		for range 3 { // one waits for the next start, two behind it
			all.Go(func() {
				if err := p.Wait(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
		}
		time.AfterFunc(time.Second, func() { cancel(gone) })
		all.Wait()
		if took := time.Since(start); took != time.Second {
			t.Errorf("the waits ended after %s, want 1s: the end of their context", took)
		}
		if err := p.Wait(t.Context()); err != nil || time.Since(start) != 10*time.Second {
			t.Errorf("the next request started after %s (%v), want 10s: the cancelled waits took no slot", time.Since(start), err)
		}
	})
}

func TestNothingStartsAfterTheEndOfItsContext(t *testing.T) {
	p := New(0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if p.Wait(ctx) == nil {
			t.Fatal("a request may start after the end of its context")
		}
	}
}

func TestAWaitGetsShorterWhenThePaceGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(0)
		start := time.Now()
		_ = p.Wait(t.Context())
		time.AfterFunc(10*time.Millisecond, func() {
			p.Answered(Answer{Start: start, End: time.Now()})
		})
		_ = p.Wait(t.Context())
		if took := time.Since(start); took != 10*time.Millisecond {
			t.Errorf("started after %s, want 10ms: an answer raised the pace to 100 then", took)
		}
	})
}

func TestRefusalsAtOneTimeAreReportedAsOneCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(0)
		start := time.Now()
		_ = p.Wait(t.Context())
		if p.Limited() {
			t.Error("a limit is known before the first request")
		}
		<-time.After(10 * time.Millisecond)
		p.Answered(Answer{Start: start, End: time.Now()}) // the pace is 100
		second := time.Now()
		_ = p.Wait(t.Context())
		<-time.After(10 * time.Millisecond)
		cuts := 0
		for range 3 {
			if p.Answered(Answer{Start: second, End: time.Now(), Kind: Throttled}) {
				cuts++
			}
		}
		if cuts != 1 {
			t.Errorf("three refusals at once were reported as %d cuts, want 1", cuts)
		}
		if !p.Limited() {
			t.Error("no limit is known after a refusal")
		}
		if at, measured := p.Sustained(); measured {
			t.Errorf("the server is said to sustain %g after five requests", at)
		}
	})
}

func BenchmarkPace(b *testing.B) {
	p := New(0)
	p.law.curve.pace = fastest
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			start := time.Now()
			_ = p.Wait(b.Context())
			p.Answered(Answer{Start: start, End: time.Now()})
		}
	})
}

func TestAWaitNotesWhenTheRequestMayStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(1)
		var at time.Time
		for range 2 {
			if err := p.Wait(Noting(t.Context(), &at)); err != nil {
				t.Fatal(err)
			}
			if !at.Equal(time.Now()) {
				t.Errorf("noted %s, want %s", at, time.Now())
			}
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		before := at
		if err := p.Wait(Noting(ended, &at)); err == nil || !at.Equal(before) {
			t.Errorf("a wait that was cancelled noted %s: %v", at, err)
		}
	})
}
