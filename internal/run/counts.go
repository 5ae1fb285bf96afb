package run

import (
	"sync"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
)

// Counts are the figures of a run so far.
type Counts struct {
	Rows   leaver.Tally  // all rows, by outcome
	Called int           // leavers for whom a request was sent
	Failed int           // those of them who are not suspended
	Busy   time.Duration // the durations of all requests together
}

// Progress is a batch.Recorder that passes results on to another one, and counts
// those that were recorded. It is safe for use by several goroutines.
type Progress struct {
	Total int       // leavers to suspend
	Start time.Time // of the run

	next  batch.Recorder
	watch func(Counts) // may be nil

	mu     sync.Mutex
	counts Counts
}

// NewProgress returns the progress of a run that begins at start and has so many
// leavers to suspend. Results are recorded by next.
func NewProgress(next batch.Recorder, total int, start time.Time) *Progress {
	return &Progress{Total: total, Start: start, next: next, counts: Counts{Rows: leaver.Tally{}}}
}

// Watch makes Record call f with the figures whenever Counts.Called has changed, by
// one goroutine at a time. Call Watch before the run begins.
func (p *Progress) Watch(f func(Counts)) { p.watch = f }

// Record records results and then counts them. It does not count results that could
// not be recorded.
func (p *Progress) Record(results ...leaver.Result) error {
	if err := p.next.Record(results...); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &p.counts
	called := c.Called
	for _, r := range results {
		c.Rows[r.Outcome]++
		// A result that an earlier run has recorded belongs to no request of this
		// run.
		if r.Attempts > 0 && !r.FinishedAt.Before(p.Start) {
			c.Called++
			c.Busy += r.Duration
			if !r.Outcome.Fine() {
				c.Failed++
			}
		}
	}
	if c.Called > called && p.watch != nil {
		p.watch(*c)
	}
	return nil
}

// recorded counts a row that has its line in the report already.
func (p *Progress) recorded(o leaver.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Rows[o]++
}

// Counts returns the figures so far. Do not read their Rows before the run has
// ended.
func (p *Progress) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}
