package cli

import (
	"fmt"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"offboard/internal/batch"
	"offboard/internal/run"
)

const (
	plainEvery = 10 * time.Second // between two lines of plain progress
	barEvery   = time.Second      // between two looks at the bar, if nothing changes
)

// show starts the display of progress in a style of --progress. The function that it
// returns stops it.
func (a *app) show(p *run.Progress, style string) (stop func()) {
	_, ok := terminalFile(a.Stderr)
	switch {
	case style == "auto" && ok:
		style = "bar"
	case style == "auto":
		style = "plain"
	}
	if style == "bar" && a.events != nil {
		style = "plain" // a bar is no JSON
	}
	switch style {
	case "bar":
		return showBar(p, a.stderr)
	case "plain":
		return a.showPlain(p)
	}
	return func() {}
}

func showBar(p *run.Progress, t *terminal) (stop func()) {
	bar := progressbar.NewOptions(p.Total,
		progressbar.OptionSetWriter(t.w),
		progressbar.OptionSetDescription(p.Doing),
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
	draw := func(c run.Counts) {
		t.draw(func() {
			bar.Describe(barText(p.Doing, c))
			_ = bar.Set(min(c.Called, p.Total))
		}, clear)
	}
	p.Watch(draw)
	// The bar leaves out what changes soon after something else, such as when the service is
	// asked again. While nobody is answered, nothing else would show it.
	end := every(barEvery, func() { draw(p.Counts()) })
	return func() { end(); t.draw(clear, nil) }
}

// every does something again and again, until the function that it returns is called.
func every(interval time.Duration, do func()) (stop func()) {
	done := make(chan struct{}) // stop closes it, and the goroutine receives
	var working sync.WaitGroup
	working.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				do()
			case <-done:
				return
			}
		}
	})
	return func() { close(done); working.Wait() }
}

// barText returns the text of the bar.
func barText(doing string, c run.Counts) string {
	if o, ok := c.Going(); ok {
		return outageText(o)
	}
	if c.Wait.Waiting(time.Now()) {
		return waitText(c.Wait)
	}
	return fmt.Sprintf("%s, %d failed", doing, c.Failed)
}

// outageText says since when the service answers nobody, and when it is asked again. It
// has times of the clock, so that it stays right until something changes.
func outageText(o batch.Outage) string {
	next := "now"
	if !o.Next.IsZero() {
		next = "at " + o.Next.Format(time.TimeOnly)
	}
	return fmt.Sprintf("no answer since %s, asking again %s", o.Since.Format(time.TimeOnly), next)
}

// waitText says until when nothing starts because the service has said so.
func waitText(w run.Waits) string {
	return "waiting until " + w.Until.Format(time.TimeOnly) + ", as the service asks"
}

func (a *app) showPlain(p *run.Progress) (stop func()) {
	return every(plainEvery, func() { a.sayProgress(p.Counts(), p.Total, time.Since(p.Start)) })
}

// progressLine returns a line of plain progress.
func progressLine(c run.Counts, total int, elapsed time.Duration) string {
	pace := float64(c.Called) / elapsed.Seconds()
	left := "?"
	if c.Called > 0 {
		left = time.Duration(float64(total-c.Called) / pace * float64(time.Second)).Round(time.Second).String()
	}
	if o, ok := c.Going(); ok {
		return fmt.Sprintf("%s of %s done, %s failed, %s (%s)", group(c.Called), group(total), group(c.Failed), outageText(o), printable(o.Reason, 200))
	}
	if c.Wait.Waiting(time.Now()) {
		return fmt.Sprintf("%s of %s done, %s failed, %s", group(c.Called), group(total), group(c.Failed), waitText(c.Wait))
	}
	return fmt.Sprintf("%s of %s done, %s failed, %.1f/s, about %s left", group(c.Called), group(total), group(c.Failed), pace, left)
}
