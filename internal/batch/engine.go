package batch

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"offboard/internal/leaver"
	"offboard/internal/pace"
)

// recordBatch is how many results without a request are recorded at once.
const recordBatch = 256

// engine is one run. Each leaver that needs a request has a goroutine (work).
type engine struct {
	Options
	suspender Suspender
	recorder  Recorder
	brakes    *brakes
	retries   *retryBudget

	intake context.Context // done: no further request is sent
	stop   context.CancelCauseFunc
	calls  context.Context // done: requests in flight are cancelled

	// slots holds one token for each request in flight: admit sends it, and
	// work receives it when the request is over.
	slots chan struct{}
	// started is sent by work when the leaver's first attempt may start, and
	// received by feed, so that leavers start in the order of the input.
	started chan struct{}

	mu        sync.Mutex
	recordErr error // the first error of the recorder
}

// feed starts a goroutine for every pending row of tasks and records the other
// rows. It ends early when the caller's calls is done, because there is no time
// left to record the rows that were not reached.
func (e *engine) feed(calls context.Context, tasks iter.Seq2[leaver.Result, error], leavers *errgroup.Group) error {
	var ready []leaver.Result // to be recorded without a request
	tried := 0
	flush := func() {
		e.record(ready...)
		ready = ready[:0]
	}
	defer flush()
	for task, err := range tasks {
		if calls.Err() != nil {
			return nil // err, if any, is due to the end of calls
		}
		if err != nil {
			e.stop(err)
			return err
		}
		if task.Outcome == leaver.Pending && e.intake.Err() == nil && (e.First == 0 || tried < e.First) {
			tried++
			if len(ready) > 0 {
				flush()
			}
			leavers.Go(func() error { e.work(task); return nil })
			<-e.started
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

// work makes all attempts for one leaver and records the result.
func (e *engine) work(task leaver.Result) {
	for {
		admitted := e.admit()
		if task.Attempts == 0 {
			e.started <- struct{}{}
		}
		if !admitted {
			e.record(e.interrupted(task))
			return
		}
		answer := e.attempt(&task)
		again := answer.Verdict == Transient || answer.Verdict == Throttled
		if !again || task.Attempts >= e.MaxAttempts {
			// The slot is still held, so that a run whose report fails has sent
			// no more requests without a record than may be in flight.
			e.settle(task, answer)
			<-e.slots
			return
		}
		<-e.slots
		wait := backoff(task.Attempts, e.Jitter(), answer.RetryAfter)
		e.Log.Debug("attempt failed, will retry", "ref", task.Ref, "attempt", task.Attempts, "wait", wait, "status", answer.HTTPStatus, "reason", answer.Reason)
		if !sleep(e.intake, wait) {
			e.record(e.interrupted(task))
			return
		}
		if !e.retries.take(e.intake) {
			e.giveUp(task, answer)
			return
		}
	}
}

// admit waits until a request may start, and takes a slot for it. It returns
// false if the run stops first.
func (e *engine) admit() bool {
	select {
	case e.slots <- struct{}{}:
	case <-e.intake.Done():
		return false
	}
	// The pace comes after the slot, so that a request starts as soon as the
	// pace admits it.
	if e.Pace.Wait(e.intake) != nil {
		<-e.slots
		return false
	}
	return true
}

// attempt sends one request and stores its answer in the task.
func (e *engine) attempt(task *leaver.Result) Answer {
	start := time.Now()
	answer := e.suspender.Suspend(e.calls, task.Leaver)
	task.FinishedAt = time.Now()
	task.Duration += task.FinishedAt.Sub(start)
	task.Attempts++
	task.Outcome = answer.Outcome
	task.HTTPStatus, task.RequestID, task.Reason = answer.HTTPStatus, answer.RequestID, answer.Reason
	e.observe(start, task.FinishedAt, answer)
	return answer
}

// observe passes an answer on to the pace and to the retry budget.
func (e *engine) observe(start, end time.Time, answer Answer) {
	a := pace.Answer{Start: start, End: end, RetryAfter: min(answer.RetryAfter, maxRetryAfter)}
	switch {
	case answer.Verdict == Throttled, answer.RetryAfter > 0: // 503 with Retry-After asks for a lower pace, too
		a.Kind = pace.Throttled
	case (answer.Verdict == Final || answer.Verdict == Forbidden) && answer.HTTPStatus != 0:
		e.retries.add()
	default:
		a.Kind = pace.Lost
	}
	if e.Pace.Answered(a) {
		limit, _ := e.Pace.Sustained()
		e.Log.Debug("throttled, pace reduced", "status", answer.HTTPStatus, "requestsPerSecond", limit)
	}
}

// settle records a leaver whose last attempt is over, and stops the run if the
// credentials were refused or a brake says so.
func (e *engine) settle(task leaver.Result, answer Answer) {
	switch {
	case answer.Verdict == Refused:
		e.stop(fmt.Errorf("%w: %s", ErrRefused, answer.Reason))
	case e.calls.Err() == nil: // a cancelled request says nothing about the service
		if err := e.brakes.add(task, answer); err != nil {
			e.stop(err)
		}
	}
	e.record(task)
}

// giveUp settles a leaver that could be tried again, but not in this run:
// either the retry budget is used up or the run stops.
func (e *engine) giveUp(task leaver.Result, answer Answer) {
	if e.intake.Err() != nil {
		e.record(e.interrupted(task))
		return
	}
	task.Reason += " (retry budget used up: most requests are failing)"
	e.settle(task, answer)
}

// interrupted returns the result of a leaver whose attempts ended because the
// run stopped. A leaver without an attempt is pending; any other keeps the
// outcome of its last answer.
func (e *engine) interrupted(task leaver.Result) leaver.Result {
	if task.Attempts > 0 {
		task.Reason = fmt.Sprintf("%s (the run stopped after attempt %d of %d)", task.Reason, task.Attempts, e.MaxAttempts)
	}
	return task
}

// record keeps results. It stops the run if that fails.
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

func (e *engine) recordError() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.recordErr
}
