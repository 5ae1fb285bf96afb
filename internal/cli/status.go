package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/run"
)

// status is what a run is doing at a moment. There is one state of progress, and three
// printers of it: a block at a terminal, plain lines, and JSON lines.
type status struct {
	doing               string
	total, done, failed int
	outcomes            leaver.Tally // of those who are done
	troubles            []report.Group
	perSecond           float64 // leavers; 0: not known yet
	limits              limits
	inFlight, again     int // requests; leavers who wait to be tried again
	remaining           remaining
	outage              *batch.Outage
	notBefore           time.Time // nothing is sent until then; zero: something is
	stopping            bool
	elapsed             time.Duration
}

// limits are what bounds the requests of a run.
type limits struct {
	ceiling, pace float64 // requests per second: --rate, and what may start now
	concurrency   int     // 0: a check, which suspends nobody
}

// remaining is how long a run will still take.
type remaining struct {
	low, high time.Duration
	known     bool
}

// statusOf returns the status of a run, and tells the forecast of it.
func statusOf(p *run.Progress, f *run.Forecast, now time.Time, stopping bool) status {
	c := p.Counts()
	s := status{
		doing: p.Doing, total: p.Total, done: c.Called, failed: c.Failed, outcomes: p.Tried(), troubles: p.Left(),
		limits: limits{ceiling: p.Limits.Ceiling, concurrency: p.Limits.Concurrency}, inFlight: p.InFlight(), again: p.Retrying(), stopping: stopping, elapsed: now.Sub(p.Start),
	}
	if p.Limits.Pace != nil {
		s.limits.pace = p.Limits.Pace()
	}
	if o, going := c.Going(); going {
		s.outage = &o
	}
	if c.Wait.Waiting(now) {
		s.notBefore = c.Wait.Until
	}
	f.Add(now, c.Called, s.outage == nil)
	s.perSecond = f.PerSecond()
	s.remaining.low, s.remaining.high, s.remaining.known = f.Left(s.total-s.done, s.again)
	return s
}

// holds says what holds a run back at the moment: the shorter text fits a narrow terminal.
func (s status) holds() (long, short string) {
	switch {
	case s.stopping:
		return fmt.Sprintf("stopping: %s in flight may finish (%s at most)", count(s.inFlight, "request"), run.Grace), fmt.Sprintf("stopping, %d in flight", s.inFlight)
	case s.outage != nil:
		return outageText(*s.outage), "no answer since " + s.outage.Since.Format(time.TimeOnly)
	case !s.notBefore.IsZero():
		return waitText(s.notBefore), "waiting until " + s.notBefore.Format(time.TimeOnly)
	case s.done == 0 && s.inFlight > 0:
		return "waiting for the first answer", "waiting for the first answer"
	case s.perSecond == 0:
		return "", ""
	case s.total-s.done <= s.again+s.inFlight && s.again > 0:
		return "trying again who has failed", "trying again"
	case s.limits.ceiling > 0 && s.perSecond > 0.9*s.limits.ceiling:
		return fmt.Sprintf("as fast as --rate %g lets it", s.limits.ceiling), fmt.Sprintf("--rate %g", s.limits.ceiling)
	case s.limits.pace > 0 && s.perSecond > 0.7*s.limits.pace && (s.limits.ceiling == 0 || s.limits.pace < 0.95*s.limits.ceiling):
		return "as fast as the server takes it", "the server"
	case s.inFlight >= s.limits.concurrency && s.limits.concurrency > 0:
		return fmt.Sprintf("as fast as --concurrency %d lets it", s.limits.concurrency), fmt.Sprintf("--concurrency %d", s.limits.concurrency)
	}
	return "", ""
}

// left says how long it will take; "" if nobody can tell.
func (s status) left() string {
	switch {
	case !s.remaining.known, s.stopping, !s.notBefore.IsZero(), s.done == s.total:
		return ""
	case s.remaining.low == s.remaining.high:
		return "about " + coarse(s.remaining.high) + " left"
	}
	return coarse(s.remaining.low) + " to " + coarse(s.remaining.high) + " left"
}

// coarse returns a duration as a person would say it.
func coarse(d time.Duration) string {
	switch {
	case d < time.Second:
		return "1s"
	case d < time.Minute:
		return d.Round(time.Second).String()
	case d < 10*time.Minute:
		return strings.TrimSuffix(d.Round(10*time.Second).String(), "0s") + map[bool]string{true: "0s"}[d.Round(10*time.Second)%time.Minute != 0]
	}
	return spell(d.Round(time.Minute))
}

// tally says what became of those who are done, and what becomes of the others.
func (s status) tally() string {
	var parts []string
	for _, o := range leaver.Outcomes() {
		if n := s.outcomes[o]; n > 0 || o == leaver.Suspended {
			parts = append(parts, group(n)+" "+string(o))
		}
	}
	if s.again > 0 {
		parts = append(parts, group(s.again)+" to try again")
	}
	return strings.Join(parts, ", ")
}

// isReading tells that it is no run, but a check before it: nothing is suspended.
func (s status) isReading() bool { return s.limits.concurrency == 0 }

// line returns the status in a line.
func (s status) line() string {
	parts := []string{fmt.Sprintf("%s of %s done", group(s.done), group(s.total))}
	if s.isReading() {
		parts[0] = s.doing + ": " + parts[0]
	} else {
		parts = append(parts, s.tally())
	}
	if s.perSecond > 0 {
		parts = append(parts, perSecond(s.perSecond)+"/s")
	}
	long, _ := s.holds()
	if s.outage != nil && !s.stopping {
		long += " (" + printable(s.outage.Reason, 200) + ")"
	}
	for _, more := range []string{long, s.left()} {
		if more != "" {
			parts = append(parts, more)
		}
	}
	return strings.Join(parts, "; ")
}

// attributes returns the status for an event.
func (s status) attributes() []any {
	pace := s.perSecond
	if pace == 0 {
		pace = float64(s.done) / s.elapsed.Seconds()
	}
	all := []any{
		"called", s.done, "leavers", s.total, "failed", s.failed, "outcomes", s.outcomes.Counts(), "perSecond", rounded(pace),
		"inFlight", s.inFlight, "again", s.again, "seconds", rounded(s.elapsed.Seconds()),
	}
	if s.remaining.known {
		all = append(all, "leftSeconds", []float64{rounded(s.remaining.low.Seconds()), rounded(s.remaining.high.Seconds())})
	}
	if o := s.outage; o != nil {
		all = append(all, "noAnswerSince", o.Since)
		if !o.Next.IsZero() {
			all = append(all, "nextProbe", o.Next)
		}
	}
	if !s.notBefore.IsZero() {
		all = append(all, "notBefore", s.notBefore)
	}
	return all
}

// mostTroubles is how many kinds of trouble the block has.
const mostTroubles = 3

// trouble returns lines with the kinds of trouble that were met, the largest first: each
// kind once, with how many leavers have it.
func (s status) trouble() []string {
	kinds := slices.Clone(s.troubles)
	kinds = slices.DeleteFunc(kinds, func(g report.Group) bool { return g.Outcome.Uncalled() })
	slices.SortStableFunc(kinds, func(a, b report.Group) int { return cmp.Compare(b.Count, a.Count) })
	var lines []string
	for i, g := range kinds {
		if i == mostTroubles {
			lines = append(lines, fmt.Sprintf("and %s of trouble", count(len(kinds)-i, "other kind")))
			break
		}
		lines = append(lines, fmt.Sprintf("%s × %s: %s", group(g.Count), g.Outcome, printable(cmp.Or(g.Message, g.Example.Reason), 200)))
	}
	return lines
}
