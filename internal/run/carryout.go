package run

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/pace"
	"offboard/internal/plan"
	"offboard/internal/report"
	"offboard/pkg/thrive"
)

// Grace is how long requests in flight may take after a run has stopped.
const Grace = 10 * time.Second

// Target is where a run suspends, and the credentials for it.
type Target struct {
	BaseURL     string
	Credentials thrive.Credentials
	UserAgent   string
}

// Conduct says how a plan is carried out. The run of a shard divides Rate and MaxFailures
// by the number of shards.
type Conduct struct {
	Rate        float64 // ceiling in requests per second; 0: none
	Concurrency int     // requests in flight at most
	MaxAttempts int     // per leaver
	MaxFailures batch.Limit
	MaxOutage   time.Duration // how long a service that answers nobody is waited for
	First       int           // leavers to try at most, in the order of calls; 0: all
	Timeout     time.Duration // of a request

	// Show starts the display of progress. The function that it returns stops the
	// display.
	Show   func(*Progress) (stop func())
	Now    func() time.Time
	Jitter func() float64 // a random number in [0, 1); called from several goroutines
	Log    *slog.Logger
	// Warn is told what is worth knowing and stops nothing, such as a
	// *report.UnsyncedError, before the first request. nil: nobody is told.
	Warn func(error)
	// Observe is told how long the requests for each leaver took who was tried. It is not
	// called by several goroutines at a time. nil: nobody is told.
	Observe func(time.Duration)
}

// Ending is the result of a run.
type Ending struct {
	Counts
	Elapsed    time.Duration
	Bottleneck Bottleneck
	// Left are the rows that are left for a person: not found, rejected, unconfirmed,
	// failed, invalid or held. Those with the same reason are a group. Groups of one
	// outcome are next to each other, the largest first; if there are very many reasons,
	// the groups do not have all rows.
	Left []report.Group
	// Before is the path of the record of how the accounts were; "" if none was written.
	Before string
	// Unrecorded is why results could not be recorded, which has stopped the run; nil: all
	// of them are in the report.
	Unrecorded error
	Start, End time.Time
	Figures    Figures
}

// Began tells whether the run began. If it did not, nothing was sent.
func (e Ending) Began() bool { return e.Rows != nil }

// Torn returns how many bytes at the end of the report are not a whole line, and
// the path of the file to which CarryOut moves them.
func (r *Run) Torn() (bytes int64, path string) { return r.report.Torn(), r.report.TornPath() }

// CarryOut suspends the leavers of the plan and records every row. When intake
// ends, no further request is sent, and requests in flight may finish. When calls
// ends, they are cancelled.
//
// If the run did not begin (see Ending.Began), the error is a *TargetError, matches
// report.ErrExists or report.ErrLocked, is a *report.NoLocksError or a *report.NotFileError, matches, if an input has changed since the plan was made, table.ErrChanged,
// is a *BeforeError, or is another one about the report. After that, it is an error
// of batch.Run or of the report, and the Ending is complete.
func (r *Run) CarryOut(intake, calls context.Context, t Target, c Conduct) (Ending, error) {
	c, err := r.connect(t, c)
	if err != nil {
		return Ending{}, err
	}
	r.settings.clock = c.Now
	if err := r.recordBefore(intake, c); err != nil {
		return Ending{}, err
	}
	writer, err := r.start()
	if err != nil {
		return Ending{}, err
	}
	if unsynced := r.report.Unsynced(); unsynced != nil && c.Warn != nil {
		c.Warn(unsynced)
	}
	defer collectForRun()()
	p := NewProgress(writer, r.Leavers(c.First), c.Now())
	p.Limits = Limits{Ceiling: c.Rate, Concurrency: c.Concurrency, Pace: r.connection.pace.PerSecond}
	err = r.suspend(intake, calls, p, c)
	if closed := writer.Close(); closed != nil && err == nil {
		err, p.unrecorded = closed, closed
	}
	return r.ending(p, r.connection.pace, c), err
}

// start prepares the report for writing. An input that has changed since it was planned
// is an error, here for the last time: before anything on disk changes, and once more
// when everything is ready for the first request.
func (r *Run) start() (*report.Writer, error) {
	if err := r.Inputs.checkUnchanged(""); err != nil {
		return nil, err
	}
	writer, err := r.report.Start()
	if err != nil {
		return nil, err
	}
	// Start may have changed the report, and the report may be an input.
	if err := r.Inputs.checkUnchanged(r.ReportPath); err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	return writer, nil
}

func (r *Run) suspend(intake, calls context.Context, p *Progress, c Conduct) error {
	p.figures = newFigures(r.connection.pace, c.Now, c.Observe)
	if err := p.note(r.past.taken); err != nil {
		return err
	}
	defer c.Show(p)()
	// Rows that were not reached are recorded even if the run stops early, so the
	// inputs are read until calls ends, not until intake ends.
	return batch.Run(intake, calls, r.tasks(calls, p), suspender{r.connection.client, &p.inFlight, p.figures}, p, batch.Options{
		Pace:        r.connection.pace,
		Concurrency: c.Concurrency,
		MaxAttempts: c.MaxAttempts,
		MaxFailures: c.MaxFailures,
		Brakes:      r.Part.brakes(),
		Proven:      r.Proven,
		MaxOutage:   c.MaxOutage,
		Outages:     p.Outage,
		Closed:      p.Closed,
		Retrying:    p.retry,
		First:       c.First,
		Grace:       Grace,
		Jitter:      c.Jitter,
		Log:         c.Log,
	})
}

// tasks returns the decisions of the plan for the engine: first all but the leavers for
// whom an earlier run has called in vain, and then these, so that they never stand in the
// way of new ones. It leaves out rows that have their line in the report already, and
// counts them.
func (r *Run) tasks(ctx context.Context, p *Progress) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		later, again := 0, proofs{}
		for d, err := range r.Decisions(ctx) {
			switch {
			case err == nil && d.Written:
				p.recorded(d.Result)
			case err == nil && isLater(d):
				later++
			case err == nil && again.want(d):
				if len(again.order) == maxProofs && !again.yield(r.past.lines, yield) {
					return
				}
			case !yield(d.Result, err) || err != nil:
				return
			}
		}
		if !again.yield(r.past.lines, yield) {
			return
		}
		if later == 0 {
			return
		}
		for d, err := range r.Decisions(ctx) {
			if (err != nil || isLater(d)) && !yield(d.Result, err) {
				return
			}
		}
	}
}

// isLater tells whether a leaver is tried after the others.
func isLater(d plan.Decision) bool { return d.Outcome == leaver.Pending && d.Earlier != "" }

func (r *Run) ending(p *Progress, pace *pace.Pace, c Conduct) Ending {
	e := Ending{Counts: p.Counts(), Left: p.Left(), Unrecorded: p.unrecorded, Start: p.Start, End: c.Now()}
	e.Elapsed = e.End.Sub(e.Start)
	e.Figures = p.figures.sum(e.End, e.Counts, c.Rate)
	if r.asked.records(r.Leavers(c.First)) {
		e.Before = r.asked.Before
	}
	made := effort{leavers: e.Called, busy: e.Busy, elapsed: e.Elapsed, concurrency: c.Concurrency, ceiling: c.Rate}
	made.limited = pace.Limited()
	if perSecond, measured := pace.Sustained(); measured {
		made.sustained = perSecond
	}
	e.Bottleneck = made.bottleneck()
	return e
}
