package run

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"offboard/internal/batch"
	"offboard/internal/pace"
	"offboard/pkg/thrive"
)

// figures gathers what a summary says about the calls of a run. It is safe for use by
// several goroutines. All methods of a nil *figures do nothing: a check gathers none.
//
// It has no text of the service, which may have a ref in it or a name.
type figures struct {
	pace    *pace.Pace
	now     func() time.Time
	observe func(time.Duration) // see Conduct.Observe

	mu       sync.Mutex
	series   *series
	statuses map[int]int // calls by HTTP status; 0: no answer
	highest  float64     // pace
	unheard  string      // why a call got no answer last
	outages  []string    // why, for each of Counts.Outages
}

func newFigures(p *pace.Pace, now func() time.Time, observe func(time.Duration)) *figures {
	return &figures{pace: p, now: now, observe: observe, series: newSeries(now()), statuses: map[int]int{}, highest: p.PerSecond()}
}

// started notes that a call starts, and how many are in flight with it.
func (f *figures) started(inFlight int64) {
	if f == nil {
		return
	}
	now := f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.series.started(now, int(inFlight))
}

// ended notes the answer to a call, the error that it comes from, and how many are in
// flight without it.
func (f *figures) ended(inFlight int64, a batch.Answer, err error) {
	if f == nil {
		return
	}
	now, perSecond := f.now(), f.pace.PerSecond()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.highest = max(f.highest, perSecond)
	p := f.series.ended(now, int(inFlight), perSecond)
	if a.HTTPStatus == 0 && a.Verdict == batch.Final {
		return // nothing was sent
	}
	f.statuses[a.HTTPStatus]++
	p.count(a.HTTPStatus)
	if a.Verdict == batch.Unreachable || a.Verdict == batch.Broken {
		f.unheard = whyUnheard(err)
	}
}

// tried notes leavers who were tried, and whose results were recorded.
func (f *figures) tried(leavers, failed int) {
	if f == nil || leavers == 0 {
		return
	}
	now := f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	p := f.series.at(now)
	p.Tried += leavers
	p.Suspended += leavers - failed
	p.Failed += failed
}

// took notes how long the requests for a leaver took.
func (f *figures) took(d time.Duration) {
	if f != nil && f.observe != nil {
		f.observe(d)
	}
}

// outage notes why the outage with this index in Counts.Outages goes on.
func (f *figures) outage(index int) {
	if f == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for len(f.outages) <= index {
		f.outages = append(f.outages, "")
	}
	f.outages[index] = f.unheard
}

// whyUnheard says in words of our own why a call got no answer that tells anything.
func whyUnheard(err error) string {
	e, ok := errors.AsType[*thrive.Error](err)
	_, unknown := errors.AsType[*net.DNSError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	switch {
	case ok && e.Status != 0:
		return fmt.Sprintf("HTTP status %d", e.Status)
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case unknown:
		return "the name of the host could not be looked up"
	case certificate:
		return "the certificate of the host was not accepted"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "the connection was closed before the answer was complete"
	}
	return "no answer"
}

// Figures are what a run has done, for its summary.
type Figures struct {
	Calls   CallFigures
	Pace    PaceFigures
	Outages OutageFigures
	Waits   WaitFigures
	Series  Series
}

// CallFigures are the calls that suspend. One that the client repeats, with a new token or
// to confirm a refusal, is counted once.
type CallFigures struct {
	Total     int            `json:"total"`
	ByStatus  map[string]int `json:"byStatus"`  // by HTTP status; 0: no answer
	Throttled int            `json:"throttled"` // status 429
	Retries   int            `json:"retries"`   // those that were not the first one for their leaver
}

// PaceFigures are in requests per second.
type PaceFigures struct {
	Ceiling   float64  `json:"ceiling"`   // 0: none
	Sustained *float64 `json:"sustained"` // by the server; nil: not measured
	Highest   float64  `json:"highest"`   // that the run has allowed itself
}

// OutageFigures are the times in which the service answered nobody.
type OutageFigures struct {
	Number  int             `json:"number"`
	Seconds float64         `json:"seconds"` // all together
	Probes  int             `json:"probes"`
	Each    []OutageSummary `json:"each"` // as Counts.Outages
}

// OutageSummary is one of them.
type OutageSummary struct {
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"`
	Probes int       `json:"probes"`
	Reason string    `json:"reason"` // in words of our own
}

// WaitFigures are the times in which nothing started because the service had said so.
type WaitFigures struct {
	Number int        `json:"number"`
	Until  *time.Time `json:"until"` // the end of the last one
}

// sum returns the figures of a run that has ended then, with these counts.
func (f *figures) sum(end time.Time, c Counts, ceiling float64) Figures {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := Figures{
		Calls:   CallFigures{ByStatus: map[string]int{}, Throttled: f.statuses[http.StatusTooManyRequests]},
		Pace:    PaceFigures{Ceiling: ceiling, Highest: rounded(f.highest)},
		Outages: OutageFigures{Number: c.Outage.Number, Seconds: rounded(c.Outage.Lasted.Seconds()), Probes: c.Outage.Probes, Each: []OutageSummary{}},
		Waits:   WaitFigures{Number: c.Wait.Number},
		Series:  f.series.until(end),
	}
	for status, n := range f.statuses {
		all.Calls.Total += n
		all.Calls.ByStatus[strconv.Itoa(status)] = n
	}
	// A leaver whose calls were all in an outage does not count as tried.
	all.Calls.Retries = max(0, all.Calls.Total-c.Called)
	if perSecond, measured := f.pace.Sustained(); measured {
		perSecond = rounded(perSecond)
		all.Pace.Sustained = &perSecond
	}
	for i, o := range c.Outages {
		all.Outages.Each = append(all.Outages.Each, OutageSummary{moment(o.Since), moment(o.Until), o.Probes, f.outages[i]})
	}
	if c.Wait.Number > 0 {
		until := moment(c.Wait.Until)
		all.Waits.Until = &until
	}
	return all
}

// moment returns a time as a summary has it.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
