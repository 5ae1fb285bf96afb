package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"offboard/internal/batch"
	"offboard/internal/leaver"
)

// progress counts what a run records, and shows it while the run goes on. It
// stands in front of the report: what is counted is on disk.
type progress struct {
	next  batch.Recorder
	total int // leavers to suspend
	start time.Time
	show  func(counts) // called for every record of leavers called for; may be nil

	mu sync.Mutex
	counts
}

// counts are the figures of a run so far.
type counts struct {
	rows   leaver.Tally  // every row, by outcome
	called int           // leavers called for
	failed int           // of those, how many are not suspended
	busy   time.Duration // of all requests for them together
}

// Record records, and then counts.
func (p *progress) Record(results ...leaver.Result) error {
	if err := p.next.Record(results...); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	called := p.called
	for _, r := range results {
		p.rows[r.Outcome]++
		// A line carried over from another report has been called for, but not
		// in this run.
		if r.Attempts > 0 && !r.FinishedAt.Before(p.start) {
			p.called++
			p.busy += r.Duration
			if !r.Outcome.Fine() {
				p.failed++
			}
		}
	}
	if p.called > called && p.show != nil {
		p.show(p.counts)
	}
	return nil
}

// written counts a row whose line is in the report already.
func (p *progress) written(o leaver.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows[o]++
}

func (p *progress) now() counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}

// plainEvery is how often a line of progress is written where there is no bar.
const plainEvery = 10 * time.Second

// begin starts to show progress in the given style. The returned function
// ends it.
func (p *progress) begin(a *app, style string) (end func()) {
	if style == "auto" {
		style = "plain"
		if _, ok := terminalFile(a.Stderr); ok {
			style = "bar"
		}
	}
	switch style {
	case "bar":
		return p.beginBar(a.stderr)
	case "plain":
		return p.beginPlain(a.stderr)
	}
	return func() {}
}

func (p *progress) beginBar(t *terminal) (end func()) {
	bar := progressbar.NewOptions(p.total,
		progressbar.OptionSetWriter(t.w),
		progressbar.OptionSetDescription("suspending"),
		progressbar.OptionSetWidth(20),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("leavers"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionUseANSICodes(true),
	)
	clear := func() { _ = bar.Clear() }
	p.show = func(c counts) {
		t.draw(func() {
			bar.Describe(fmt.Sprintf("suspending, %d failed", c.failed))
			_ = bar.Set(min(c.called, p.total))
		}, clear)
	}
	return func() { t.draw(clear, nil) }
}

func (p *progress) beginPlain(t *terminal) (end func()) {
	done := make(chan struct{}) // closed by end
	var ended sync.WaitGroup
	ended.Go(func() {
		ticker := time.NewTicker(plainEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				t.println(p.line(time.Since(p.start)))
			case <-done:
				return
			}
		}
	})
	return func() { close(done); ended.Wait() }
}

// line is one line of plain progress.
func (p *progress) line(elapsed time.Duration) string {
	c := p.now()
	pace := float64(c.called) / elapsed.Seconds()
	left := "?"
	if c.called > 0 {
		left = time.Duration(float64(p.total-c.called) / pace * float64(time.Second)).Round(time.Second).String()
	}
	return fmt.Sprintf("%s of %s done, %s failed, %.1f/s, about %s left", group(c.called), group(p.total), group(c.failed), pace, left)
}
