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

func TestThoseWhoWaitStartOneByOne(t *testing.T) {
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
			synctest.Wait() // they come in this order
		}
		all.Wait()
		for i, at := range starts {
			if want := time.Duration(i) * 100 * time.Millisecond; at != want {
				t.Errorf("number %d started after %s, want %s", i, at, want)
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
		for range 3 { // one in front and two behind
			all.Go(func() {
				if err := p.Wait(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
		}
		time.AfterFunc(time.Second, func() { cancel(gone) })
		all.Wait()
		if took := time.Since(start); took != time.Second {
			t.Errorf("they waited %s after the end of their context", took)
		}
		if err := p.Wait(t.Context()); err != nil || time.Since(start) != 10*time.Second {
			t.Errorf("the next one started after %s (%v), want its own time: 10s", time.Since(start), err)
		}
	})
}

func TestAContextThatIsDoneStartsNothing(t *testing.T) {
	p := New(0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		if p.Wait(ctx) == nil {
			t.Fatal("a request may start although its context is done")
		}
	}
}

func TestAPaceThatGrowsIsFeltByThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(0)
		start := time.Now()
		_ = p.Wait(t.Context())
		time.AfterFunc(10*time.Millisecond, func() {
			p.Answered(Answer{Start: start, End: time.Now()})
		})
		_ = p.Wait(t.Context())
		if took := time.Since(start); took != 10*time.Millisecond {
			t.Errorf("started after %s: the answer that says 100 per second came after 10ms", took)
		}
	})
}

func TestTheCutIsNewsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(0)
		start := time.Now()
		_ = p.Wait(t.Context())
		if _, limited := p.Sustained(); limited {
			t.Error("a limit is known before anything was sent")
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
			t.Errorf("three refusals at once cut %d times", cuts)
		}
		if at, limited := p.Sustained(); !limited || at >= 100 {
			t.Errorf("the limit is %g, %t after a refusal at 100", at, limited)
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
