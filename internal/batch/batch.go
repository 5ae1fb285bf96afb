// Package batch owns the engine: how many calls are in flight, how often a
// leaver is tried, and when to stop. It knows neither files nor HTTP nor
// terminals: it sees a sequence of rows, something that suspends and something
// that records. How fast calls start is for internal/pace to say.
package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"offboard/internal/leaver"
	"offboard/internal/pace"
)

// Suspender sends one request to suspend a leaver. It is called from several
// goroutines, and must return soon after ctx is done.
type Suspender interface {
	Suspend(ctx context.Context, l leaver.Leaver) Answer
}

// Recorder keeps results. It is called from several goroutines. When Record
// returns nil, the results survive the end of the process.
type Recorder interface {
	Record(results ...leaver.Result) error
}

// Answer is what one request came to.
type Answer struct {
	// Outcome is what becomes of the leaver if this answer is the last one.
	Outcome    leaver.Outcome
	HTTPStatus int
	RequestID  string
	Reason     string
	Verdict    Verdict
	// RetryAfter is how long the server asked to wait; 0 if it did not.
	RetryAfter time.Duration
}

// Verdict says what an answer means for what is sent next.
type Verdict int

// The verdicts.
const (
	Final     Verdict = iota // the leaver is settled
	Transient                // the leaver can be tried again
	Throttled                // the leaver can be tried again, and the pace is too high
	Refused                  // the credentials are refused: nobody can be suspended
)

// Options set the bounds of a run.
type Options struct {
	Pace        *pace.Pace    // lets requests start
	Concurrency int           // requests in flight at most
	MaxAttempts int           // requests per leaver at most
	MaxFailures Limit         // when to stop; the zero value never stops
	Grace       time.Duration // how long requests in flight may take once the run stops
	// Jitter returns a random number in [0, 1); it is called from several
	// goroutines.
	Jitter func() float64
	Log    *slog.Logger
}

// The reasons for which a run stops by itself; match them with errors.Is.
var (
	ErrRefused         = errors.New("the credentials were refused")
	ErrTooManyFailures = errors.New("too many leavers failed")
)

// inHand is how many leavers may be in work for each request that may be in
// flight: most of them wait to be tried again, and hold up nobody.
const inHand = 16

// recordBatch is how many results without a request are recorded at once.
const recordBatch = 256

// Run suspends the pending rows of tasks and records every row.
//
// When intake is done, or the run has to stop for another reason, nothing
// more is sent: requests in flight may finish (for Options.Grace at most),
// and the rows that were not reached are recorded as pending. When calls is
// done, requests in flight are cut off and what is left is not recorded.
//
// It returns nil if all rows were reached. If it stopped early the error is
// ErrRefused or ErrTooManyFailures (wrapped), or the cause of intake's or
// calls' end. Any other error means that the run broke: it comes from tasks
// or from the Recorder.
func Run(intake, calls context.Context, tasks iter.Seq2[leaver.Result, error], s Suspender, r Recorder, o Options) error {
	e := &engine{
		Options:   o,
		suspender: s,
		recorder:  r,
		failures:  newFailures(o.MaxFailures),
		budget:    newBudget(o.Concurrency * inHand / 2),
		slots:     make(chan struct{}, o.Concurrency),
		begun:     make(chan struct{}),
	}
	e.intake, e.stop = context.WithCancelCause(intake)
	defer e.stop(nil)
	var cut context.CancelFunc
	e.calls, cut = context.WithCancel(calls)
	defer cut()
	// Stopping is not cancelling: what is in flight has the grace to finish.
	disarm := context.AfterFunc(e.intake, func() {
		timer := time.AfterFunc(o.Grace, cut)
		context.AfterFunc(e.calls, func() { timer.Stop() })
	})
	defer disarm()

	// The group's goroutines return no error: a failed row is data. What
	// stops the run is the cause of intake's end.
	var leavers errgroup.Group
	leavers.SetLimit(o.Concurrency * inHand)
	err := e.feed(calls, tasks, &leavers)
	_ = leavers.Wait()
	if broken := e.broken(); broken != nil {
		return broken
	}
	if err != nil {
		return err
	}
	return context.Cause(e.intake)
}

type engine struct {
	Options
	suspender Suspender
	recorder  Recorder
	failures  *failures
	budget    *budget

	intake context.Context // done: nothing more is sent
	stop   context.CancelCauseFunc
	calls  context.Context // done: requests in flight are cut off

	// slots holds a token for each request in flight; whoever sends one in
	// takes it out again.
	slots chan struct{}
	// begun tells feed, from the goroutine that it has started last, that the
	// leaver's first attempt may start: leavers begin in the order of the input.
	begun chan struct{}

	mu        sync.Mutex
	recordErr error
}

// feed hands every row of tasks to where it belongs, until the caller's calls
// is done: then there is no time left to record what was not reached.
func (e *engine) feed(calls context.Context, tasks iter.Seq2[leaver.Result, error], leavers *errgroup.Group) error {
	var ready []leaver.Result // to be recorded without a request
	flush := func() {
		e.record(ready...)
		ready = ready[:0]
	}
	defer flush()
	for task, err := range tasks {
		if calls.Err() != nil {
			return nil // an error of tasks now says no more than that
		}
		if err != nil {
			e.stop(err)
			return err
		}
		if task.Outcome == leaver.Pending && e.intake.Err() == nil {
			if len(ready) > 0 {
				flush()
			}
			leavers.Go(func() error { e.work(task); return nil })
			<-e.begun
			continue
		}
		if task.Outcome != leaver.Pending && task.FinishedAt.IsZero() {
			task.FinishedAt = time.Now()
		}
		if ready = append(ready, task); len(ready) == recordBatch {
			flush()
		}
	}
	return nil
}

// work sees one leaver through all its attempts.
func (e *engine) work(task leaver.Result) {
	for {
		admitted := e.admit()
		if task.Attempts == 0 {
			e.begun <- struct{}{}
		}
		if !admitted {
			e.record(e.interrupted(task))
			return
		}
		answer := e.attempt(&task)
		again := answer.Verdict == Transient || answer.Verdict == Throttled
		if !again || task.Attempts >= e.MaxAttempts {
			e.settle(task, answer)
			<-e.slots
			return
		}
		<-e.slots
		wait := e.backoff(task.Attempts, answer)
		e.Log.Debug("will try again", "ref", task.Ref, "attempt", task.Attempts, "wait", wait, "status", answer.HTTPStatus, "reason", answer.Reason)
		if !sleep(e.intake, wait) {
			e.record(e.interrupted(task))
			return
		}
		if !e.budget.take(e.intake) {
			e.giveUp(task, answer)
			return
		}
	}
}

// admit waits until a request may start, and takes its slot. It returns false
// if the run stops first.
func (e *engine) admit() bool {
	select {
	case e.slots <- struct{}{}:
	case <-e.intake.Done():
		return false
	}
	// The pace comes last: a request starts as soon as it is let through.
	if e.Pace.Wait(e.intake) != nil {
		<-e.slots
		return false
	}
	return true
}

// attempt sends one request and notes in the task what came of it.
func (e *engine) attempt(task *leaver.Result) Answer {
	start := time.Now()
	answer := e.suspender.Suspend(e.calls, task.Leaver)
	task.FinishedAt = time.Now()
	task.Duration += task.FinishedAt.Sub(start)
	task.Attempts++
	task.Outcome = answer.Outcome
	task.HTTPStatus, task.RequestID, task.Reason = answer.HTTPStatus, answer.RequestID, answer.Reason
	e.told(start, task.FinishedAt, answer)
	return answer
}

// told lets the pace and the budget know what came of a request.
func (e *engine) told(start, end time.Time, answer Answer) {
	a := pace.Answer{Start: start, End: end, RetryAfter: min(answer.RetryAfter, retryAfterMost)}
	switch {
	case answer.Verdict == Throttled, answer.RetryAfter > 0: // 503 with Retry-After says the same
		a.Kind = pace.Throttled
	case answer.Verdict == Final && answer.HTTPStatus != 0:
		e.budget.give()
	default:
		a.Kind = pace.Lost
	}
	if e.Pace.Answered(a) {
		limit, _ := e.Pace.Sustained()
		e.Log.Debug("the server asks for a slower pace", "status", answer.HTTPStatus, "sustains", limit)
	}
}

// settle records the last answer, and stops the run if it says so. The slot
// is still held: a run whose report fails has sent no more requests without a
// record than may be in flight.
func (e *engine) settle(task leaver.Result, answer Answer) {
	switch {
	case answer.Verdict == Refused:
		e.stop(fmt.Errorf("%w: %s", ErrRefused, answer.Reason))
	case e.calls.Err() == nil: // a request that was cut off says nothing about the service
		if err := e.failures.add(task.Outcome == leaver.Failed); err != nil {
			e.stop(err)
		}
	}
	e.record(task)
}

// giveUp settles a leaver that could be tried again, but not in this run: its
// retries are used up, or it stops.
func (e *engine) giveUp(task leaver.Result, answer Answer) {
	if e.intake.Err() != nil {
		e.record(e.interrupted(task))
		return
	}
	task.Reason += " (not tried again: too few answers are good for so many retries)"
	e.settle(task, answer)
}

// interrupted is what becomes of a leaver that was not tried to the end: a
// leaver that was never tried is pending, any other stays as its last answer
// left it.
func (e *engine) interrupted(task leaver.Result) leaver.Result {
	if task.Attempts > 0 {
		task.Reason = fmt.Sprintf("%s (the run stopped after attempt %d of %d)", task.Reason, task.Attempts, e.MaxAttempts)
	}
	return task
}

// record keeps results; if that fails the run stops.
func (e *engine) record(results ...leaver.Result) {
	if len(results) == 0 {
		return
	}
	if err := e.recorder.Record(results...); err != nil {
		e.mu.Lock()
		if e.recordErr == nil {
			e.recordErr = err
		}
		e.mu.Unlock()
		e.stop(err)
	}
}

func (e *engine) broken() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.recordErr
}
