package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/run"
)

// screen keeps what is written to it. It is safe for use by several goroutines.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// noRecord is a batch.Recorder that records nothing.
type noRecord struct{}

func (noRecord) Record(...leaver.Result) error { return nil }

func newProgress(total int) *run.Progress {
	p := run.NewProgress(noRecord{}, total, time.Now())
	p.Limits = run.Limits{Ceiling: 10, Concurrency: 8, Pace: func() float64 { return 10 }}
	return p
}

func tried(outcome leaver.Outcome) leaver.Result {
	return leaver.Result{Outcome: outcome, Attempts: 1, FinishedAt: time.Now()}
}

func TestWithoutATerminalProgressIsALineEveryTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		a := &app{System: System{Stderr: &out}, stderr: newTerminal(&out)}
		p := newProgress(100)
		stop := a.show(p, "auto", new(atomic.Bool))
		time.Sleep(500 * time.Millisecond) // so that no result is recorded while a line is written
		for range 25 {
			time.Sleep(time.Second)
			if err := p.Record(tried(leaver.Suspended)); err != nil {
				t.Fatal(err)
			}
		}
		_ = p.Record(tried(leaver.Failed))
		time.Sleep(6 * time.Second)
		stop()
		want := "9 of 100 done; 9 suspended; 1.0/s; about 1m30s left\n" +
			"19 of 100 done; 19 suspended; 1.0/s; about 1m20s left\n" +
			"26 of 100 done; 25 suspended, 1 failed; 0.8/s; about 1m30s left\n"
		if got := out.String(); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestProgressNoneWritesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		p := newProgress(100)
		a := &app{System: System{Stderr: &out}, stderr: newTerminal(&out)}
		stop := a.show(p, "none", new(atomic.Bool))
		_ = p.Record(tried(leaver.Suspended))
		time.Sleep(time.Minute)
		stop()
		if got := out.String(); got != "" {
			t.Errorf("got %q", got)
		}
	})
}

func TestASignalEndsAQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(ErrInterrupted) })
		if _, err := readLine(ctx, r); !errors.Is(err, ErrInterrupted) {
			t.Errorf("got %v, want the cause", err)
		}
		_ = w.Close()
	})
}

func TestProgressSaysSinceWhenTheServiceAnswersNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		a := &app{System: System{Stderr: &out}, stderr: newTerminal(&out)}
		p := newProgress(100)
		stop := a.show(p, "plain", new(atomic.Bool))
		time.Sleep(time.Second)
		since := time.Date(2026, 7, 1, 14, 3, 5, 0, time.UTC)
		o := batch.Outage{Since: since, Next: since.Add(30 * time.Second), Reason: "502 Bad Gateway"}
		p.Outage(o)
		time.Sleep(10 * time.Second)
		o.Next, o.Probes = time.Time{}, 1
		p.Outage(o)
		time.Sleep(10 * time.Second)
		o.Until = since.Add(time.Minute)
		p.Outage(o)
		time.Sleep(10 * time.Second)
		stop()
		want := "0 of 100 done; 0 suspended; no answer since 14:03:05, asking again at 14:03:35 (502 Bad Gateway)\n" +
			"0 of 100 done; 0 suspended; no answer since 14:03:05, asking again now (502 Bad Gateway)\n" +
			"0 of 100 done; 0 suspended\n"
		if got := out.String(); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}
