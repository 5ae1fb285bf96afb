package cli

import (
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"offboard/internal/batch"
	"offboard/internal/run"
)

const (
	plainEvery = 10                     // seconds between two lines of plain progress
	blockEvery = 200 * time.Millisecond // between two looks of the block
)

// The styles of progress.
const (
	asBlock = "bar"
	asLines = "plain"
)

// show starts the display of progress in a style of --progress. The function that it
// returns stops it. stopping is set when the run begins to stop.
func (a *app) show(p *run.Progress, style string, stopping *atomic.Bool) (stop func()) {
	f := &run.Forecast{}
	now := func() status { return statusOf(p, f, time.Now(), stopping.Load()) }
	switch a.styleOf(style) {
	case asBlock:
		return a.showBlock(now)
	case asLines:
		seconds := 0
		return every(time.Second, func() {
			s := now() // the forecast needs to know of every second
			if seconds++; seconds%plainEvery == 0 {
				a.say(slog.LevelInfo, eventProgress, s.line(), s.attributes()...)
			}
		})
	}
	return func() {}
}

// styleOf returns the style that a terminal, or another stream, can have.
func (a *app) styleOf(style string) string {
	_, ok := terminalFile(a.Stderr)
	dumb := a.variable("TERM") == "dumb"
	switch {
	case style == "auto" && ok && !dumb:
		style = asBlock
	case style == "auto":
		style = asLines
	}
	if style == asBlock && (a.events != nil || dumb) {
		return asLines // a block is no JSON, and needs a terminal that can move its cursor
	}
	return style
}

// variable returns an environment variable; "" if it is not set.
func (s System) variable(name string) string {
	if s.LookupEnv == nil {
		return ""
	}
	value, _ := s.LookupEnv(name)
	return value
}

// showBlock shows the block, from the first moment on.
func (a *app) showBlock(now func() status) (stop func()) {
	b := &block{w: a.stderr.w, width: func() int { return widthOf(a.Stderr) }, color: a.variable("NO_COLOR") == ""}
	file, _ := terminalFile(a.Stderr)
	draw := func() {
		s := now()
		a.stderr.draw(func() {
			if isForeground(file) {
				b.draw(s)
			}
		}, b.clear)
	}
	draw()
	end := every(blockEvery, draw)
	return func() { end(); a.stderr.draw(b.clear, nil) }
}

// isForeground tells whether the program may write to a terminal: a shell that has put it
// into the background writes there itself.
func isForeground(terminal *os.File) bool { return terminal == nil || inForeground(terminal) }

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
func waitText(until time.Time) string {
	return "waiting until " + until.Format(time.TimeOnly) + ", as the service asks"
}
