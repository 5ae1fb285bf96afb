package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
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
	return run.NewProgress(noRecord{}, total, time.Now())
}

func tried(outcome leaver.Outcome) leaver.Result {
	return leaver.Result{Outcome: outcome, Attempts: 1, FinishedAt: time.Now()}
}

func TestWithoutATerminalProgressIsALineEveryTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		a := &app{System: System{Stderr: &out}, stderr: newTerminal(&out)}
		p := newProgress(100)
		stop := a.show(p, "auto")
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
		want := "9 of 100 done, 0 failed, 0.9/s, about 1m41s left\n" +
			"19 of 100 done, 0 failed, 0.9/s, about 1m25s left\n" +
			"26 of 100 done, 1 failed, 0.9/s, about 1m25s left\n"
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
		stop := a.show(p, "none")
		_ = p.Record(tried(leaver.Suspended))
		time.Sleep(time.Minute)
		stop()
		if got := out.String(); got != "" {
			t.Errorf("got %q", got)
		}
	})
}

func TestTheBarIsRemovedBeforeALineIsWritten(t *testing.T) {
	var out screen
	stderr := newTerminal(&out)
	p := newProgress(2)
	stop := (&app{System: System{Stderr: &out}, stderr: stderr}).show(p, "bar")
	_ = p.Record(tried(leaver.Failed))
	stderr.println("a line of the log")
	stop()
	text := out.String()
	if !strings.Contains(text, "suspending, 1 failed") {
		t.Errorf("the bar is missing: %q", text)
	}
	before, _, found := strings.Cut(text, "a line of the log\n")
	if !found || !strings.HasSuffix(before, "\r") && !strings.HasSuffix(before, "\x1b[2K") && !strings.HasSuffix(before, "\x1b[0K") {
		t.Errorf("the bar is not removed before the line: %q", before)
	}
}

// The bar does not draw twice within a tenth of a second, and a probe that is refused at
// once is followed by a long wait.
func TestTheBarSaysWhenTheServiceIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		p := newProgress(100)
		stop := (&app{System: System{Stderr: &out}, stderr: newTerminal(&out)}).show(p, "bar")
		since := time.Date(2026, 7, 1, 14, 3, 5, 0, time.UTC)
		o := batch.Outage{Since: since, Reason: "connection refused"}
		time.Sleep(time.Second)
		p.Outage(o)
		o.Next = since.Add(30 * time.Second)
		p.Outage(o)
		time.Sleep(3 * time.Second)
		stop()
		if got := out.String(); !strings.Contains(got, "asking again at 14:03:35") {
			t.Errorf("the bar says %q", got)
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
		stop := a.show(p, "plain")
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
		want := "0 of 100 done, 0 failed, no answer since 14:03:05, asking again at 14:03:35 (502 Bad Gateway)\n" +
			"0 of 100 done, 0 failed, no answer since 14:03:05, asking again now (502 Bad Gateway)\n" +
			"0 of 100 done, 0 failed, 0.0/s, about ? left\n"
		if got := out.String(); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
		counts := p.Counts()
		if got := barText("suspending", counts); got != "suspending, 0 failed" {
			t.Errorf("the bar says %q", got)
		}
		counts.Outages[0].Until = time.Time{}
		if got := barText("suspending", counts); got != "no answer since 14:03:05, asking again now" {
			t.Errorf("the bar says %q", got)
		}
	})
}
