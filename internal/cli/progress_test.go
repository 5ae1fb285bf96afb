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
)

// screen collects what is written, for several goroutines.
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

// keeper records nothing, and fails when told to.
type keeper struct{ err error }

func (k keeper) Record(...leaver.Result) error { return k.err }

func newProgress(next batch.Recorder, total int) *progress {
	return &progress{next: next, total: total, start: time.Now(), counts: counts{rows: leaver.Tally{}}}
}

func tried(outcome leaver.Outcome) leaver.Result {
	return leaver.Result{Outcome: outcome, Attempts: 1, FinishedAt: time.Now()}
}

func TestProgressIsALineEveryTenSecondsWhereThereIsNoTerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		a := &app{System: System{Stderr: &out}, stderr: newTerminal(&out)}
		p := newProgress(keeper{}, 100)
		end := p.begin(a, "auto")
		time.Sleep(500 * time.Millisecond) // of the bubble: no record in the instant of a line
		for range 25 {
			time.Sleep(time.Second)
			if err := p.Record(tried(leaver.Suspended)); err != nil {
				t.Fatal(err)
			}
		}
		_ = p.Record(tried(leaver.Failed))
		time.Sleep(6 * time.Second)
		end()
		want := "9 of 100 done, 0 failed, 0.9/s, about 1m41s left\n" +
			"19 of 100 done, 0 failed, 0.9/s, about 1m25s left\n" +
			"26 of 100 done, 1 failed, 0.9/s, about 1m25s left\n"
		if got := out.String(); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

func TestProgressSaysNothingWhenAskedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out screen
		p := newProgress(keeper{}, 100)
		end := p.begin(&app{System: System{Stderr: &out}, stderr: newTerminal(&out)}, "none")
		_ = p.Record(tried(leaver.Suspended))
		time.Sleep(time.Minute)
		end()
		if got := out.String(); got != "" {
			t.Errorf("got %q", got)
		}
	})
}

func TestTheBarIsTakenAwayBeforeAnythingElseIsWritten(t *testing.T) {
	var out screen
	stderr := newTerminal(&out)
	p := newProgress(keeper{}, 2)
	end := p.begin(&app{System: System{Stderr: &out}, stderr: stderr}, "bar")
	_ = p.Record(tried(leaver.Failed))
	stderr.println("a line of the log")
	end()
	text := out.String()
	if !strings.Contains(text, "suspending, 1 failed") {
		t.Errorf("the bar is missing: %q", text)
	}
	before, _, found := strings.Cut(text, "a line of the log\n")
	if !found || !strings.HasSuffix(before, "\r") && !strings.HasSuffix(before, "\x1b[2K") && !strings.HasSuffix(before, "\x1b[0K") {
		t.Errorf("the bar is not taken away before the line: %q", before)
	}
}

func TestWhatIsNotRecordedIsNotCounted(t *testing.T) {
	errFull := errors.New("disk full")
	p := newProgress(keeper{errFull}, 2)
	if err := p.Record(tried(leaver.Suspended)); !errors.Is(err, errFull) {
		t.Fatalf("got %v", err)
	}
	if c := p.now(); c.called != 0 || c.rows.Total() != 0 {
		t.Errorf("counted %+v", c)
	}
}

func TestALineFromAnEarlierRunIsNoLeaverTriedInThisOne(t *testing.T) {
	p := newProgress(keeper{}, 2)
	_ = p.Record(leaver.Result{Outcome: leaver.Suspended, Attempts: 1, FinishedAt: p.start.Add(-time.Hour)})
	if c := p.now(); c.called != 0 || c.rows[leaver.Suspended] != 1 {
		t.Errorf("counted %+v", c)
	}
}

func TestAQuestionEndsWithTheRun(t *testing.T) {
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
