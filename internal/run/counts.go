package run

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/report"
)

// Counts are the figures of a run so far.
type Counts struct {
	Rows   leaver.Tally  // all rows, by outcome
	Known  leaver.Tally  // those of them whose leaver had this outcome in the report before
	Called int           // leavers for whom a request was sent
	Failed int           // those of them who are not suspended
	Busy   time.Duration // the durations of all requests together
	// Overdue are the leavers whose end date had passed when the run began, and who are not
	// suspended (see leaver.Result.Overdue).
	Overdue int
	// Outages are the times in which the service answered nobody, the first mostOutages
	// and the last one. The last one has no end while it goes on.
	Outages []batch.Outage
	Outage  OutageTotals
	Wait    Waits
}

// Waits are the times in which nothing starts because the service has said so.
type Waits struct {
	Number int
	Until  time.Time // the end of the last one
}

// Waiting reports whether one of them goes on.
func (w Waits) Waiting(now time.Time) bool { return w.Until.After(now) }

// OutageTotals are the figures of all outages of a run.
type OutageTotals struct {
	Number int // those that are over
	Lasted time.Duration
	Probes int
}

// mostOutages is how many outages Counts has, so that a service that comes and goes for
// days does not take memory.
const mostOutages = 100

// Going returns the outage that goes on; false if there is none.
func (c Counts) Going() (batch.Outage, bool) {
	if n := len(c.Outages); n > 0 && c.Outages[n-1].Until.IsZero() {
		return c.Outages[n-1], true
	}
	return batch.Outage{}, false
}

// Progress is a batch.Recorder that passes results on to another one, and counts
// those that were recorded. It is safe for use by several goroutines.
type Progress struct {
	Total int       // leavers to suspend, or calls of a check
	Start time.Time // of the run
	Doing string    // what it is, for people
	// Limits are those of the run; the zero value for a check, which suspends nobody.
	Limits Limits

	next     batch.Recorder
	watch    func(Counts) // may be nil
	inFlight atomic.Int64
	retrying atomic.Int64
	figures  *figures // nil: none are gathered

	mu         sync.Mutex
	counts     Counts
	tried      leaver.Tally // leavers for whom a request was sent, by outcome
	left       left
	unrecorded error // why results could not be recorded
}

// Limits are what bounds how fast a run goes.
type Limits struct {
	Ceiling     float64 // requests per second; 0: none
	Concurrency int     // requests in flight
	// Pace returns how many requests per second may start now; nil for a check.
	Pace func() float64
}

// NewProgress returns the progress of a run that begins at start and has so many
// leavers to suspend. Results are recorded by next.
func NewProgress(next batch.Recorder, total int, start time.Time) *Progress {
	return &Progress{Total: total, Start: start, Doing: "suspending", next: next, counts: Counts{Rows: leaver.Tally{}, Known: leaver.Tally{}}, tried: leaver.Tally{}, left: newLeft()}
}

// Watch makes Record call f with the figures whenever Counts.Called has changed, an
// outage, or a wait, by one goroutine at a time. Call Watch before the run begins.
func (p *Progress) Watch(f func(Counts)) { p.watch = f }

// Record records results and then counts them. It does not count results that could
// not be recorded. A pending row that needs no line (see leaver.Result) is only counted.
func (p *Progress) Record(results ...leaver.Result) error {
	err := p.next.Record(unsaid(results)...)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.unrecorded = err
		return err
	}
	c := &p.counts
	called, failed := c.Called, c.Failed
	for _, r := range results {
		p.count(r, r.Known())
		// A result that an earlier run has recorded belongs to no request of this
		// run.
		if r.Attempts > 0 && !r.FinishedAt.Before(p.Start) {
			c.Called++
			p.tried[r.Outcome]++
			c.Busy += r.Duration
			p.figures.took(r.Duration)
			if !r.Outcome.Fine() {
				c.Failed++
			}
		}
	}
	p.figures.tried(c.Called-called, c.Failed-failed)
	if c.Called > called && p.watch != nil {
		p.watch(*c)
	}
	return nil
}

// note records lines that are not what became of rows, and does not count them.
func (p *Progress) note(lines []leaver.Result) error {
	if len(lines) == 0 {
		return nil
	}
	err := p.next.Record(lines...)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unrecorded = err
	return err
}

// unsaid returns the results without those that need no line.
func unsaid(results []leaver.Result) []leaver.Result {
	isSaid := func(r leaver.Result) bool { return r.Outcome == leaver.Pending && r.Noted }
	if !slices.ContainsFunc(results, isSaid) {
		return results // nearly always
	}
	return slices.DeleteFunc(slices.Clone(results), isSaid)
}

// recorded counts a row that has its line in the report already.
func (p *Progress) recorded(r leaver.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count(r, true)
}

// count counts a row. The caller holds mu.
func (p *Progress) count(r leaver.Result, known bool) {
	p.counts.Rows[r.Outcome]++
	if known {
		p.counts.Known[r.Outcome]++
	}
	if _, is := r.Overdue(p.Start); is {
		p.counts.Overdue++
	}
	p.left.add(r)
}

// Left returns the rows so far that are left for a person (see Ending).
func (p *Progress) Left() []report.Group {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.left.Groups()
}

// Tried returns how many leavers were tried, by outcome.
func (p *Progress) Tried() leaver.Tally {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.tried)
}

// InFlight returns how many requests are waiting for their answers.
func (p *Progress) InFlight() int { return int(p.inFlight.Load()) }

// Retrying returns how many leavers wait to be tried again.
func (p *Progress) Retrying() int { return int(p.retrying.Load()) }

func (p *Progress) retry(change int) { p.retrying.Add(int64(change)) }

// Outage takes what has changed about an outage.
func (p *Progress) Outage(o batch.Outage) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &p.counts
	all := slices.Clone(c.Outages) // Counts has given the old one away
	switch _, going := c.Going(); {
	case going, len(all) > mostOutages:
		all[len(all)-1] = o
	default:
		all = append(all, o)
	}
	c.Outages = all
	p.figures.outage(len(all) - 1)
	if !o.Until.IsZero() {
		c.Outage.Number++
		c.Outage.Lasted += o.Until.Sub(o.Since)
		c.Outage.Probes += o.Probes
	}
	if p.watch != nil {
		p.watch(*c)
	}
}

// Closed takes note that from now on nothing starts before a time because the service has said so.
func (p *Progress) Closed(now, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := &p.counts.Wait
	if !until.After(w.Until) {
		return // another answer has said as much
	}
	if !w.Waiting(now) {
		w.Number++
	}
	w.Until = until
	if p.watch != nil {
		p.watch(p.counts)
	}
}

// Counts returns the figures so far. Do not read their Rows and Known before the run
// has ended.
func (p *Progress) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}
