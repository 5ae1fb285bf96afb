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
	caller   Caller
	recorder Recorder
	brakes   *brakes
	breaker  *breaker
	retries  *retryBudget

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
	e.breaker.enter()
	defer e.breaker.leave()
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
			e.launch(leavers, task)
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

// launch starts the goroutine of a leaver, and returns when the first attempt may start.
func (e *engine) launch(leavers *errgroup.Group, task leaver.Result) {
	t := &tries{task: task}
	work := func() error { e.work(t); return nil }
	if !leavers.TryGo(work) {
		// Nothing new comes while all places are taken.
		e.breaker.leave()
		leavers.Go(work)
		e.breaker.enter()
	}
	<-e.started
}

// work makes all attempts for one leaver and records the result.
func (e *engine) work(t *tries) {
	e.breaker.enter()
	defer e.breaker.leave()
	for {
		number, admitted := e.admit(t)
		if t.task.Attempts == 0 {
			e.started <- struct{}{}
		}
		if !admitted {
			e.record(e.interrupted(t))
			return
		}
		answer := e.attempt(t, number)
		if e.stopForLater(t, answer) {
			<-e.slots
			return
		}
		spent := e.breaker.attempts(t) >= e.MaxAttempts
		if !answer.Verdict.again() || spent && t.last() == nil {
			// The slot is still held, so that a run whose report fails has sent
			// no more requests without a record than may be in flight.
			e.settle(t, answer)
			<-e.slots
			return
		}
		<-e.slots
		if spent && !e.breaker.awaitDecision(e.intake, t) {
			e.settle(t, answer)
			return
		}
		if !e.pause(t, answer) {
			return
		}
	}
}

// pause waits until a leaver may be tried again. If there is no further attempt it
// records the leaver and returns false.
func (e *engine) pause(t *tries, answer Answer) bool {
	// In an outage that is short, because attempts in it do not count: then the breaker
	// says when to go on.
	if e.Retrying != nil {
		e.Retrying(1)
		defer e.Retrying(-1)
	}
	wait := backoff(e.breaker.attempts(t), e.Jitter(), answer.asks())
	e.Log.Debug("attempt failed, will retry", "ref", t.task.Ref, "attempt", t.task.Attempts, "wait", wait, "status", answer.HTTPStatus, "reason", answer.Reason)
	switch {
	case !sleep(e.intake, wait):
		e.record(e.interrupted(t))
		return false
	case e.breaker.inOutage(t) || e.retries.take(e.intake):
		return true
	}
	e.giveUp(t, answer)
	return false
}

// admit waits until a request may start, and takes a slot and a number for it. It returns
// false if the run stops first.
func (e *engine) admit(t *tries) (number uint64, ok bool) {
	for {
		if !e.breaker.pass(e.intake, t) {
			return 0, false
		}
		select {
		case e.slots <- struct{}{}:
		case <-e.intake.Done():
			return 0, false
		}
		// The pace comes after the slot, so that a request starts as soon as the
		// pace admits it.
		var err error
		if t.paced, err = e.Pace.Start(e.intake); err != nil {
			e.stopIfLater(err)
			<-e.slots
			return 0, false
		}
		if number, ok = e.breaker.start(t); ok {
			return number, true
		}
		<-e.slots // an outage has begun meanwhile
	}
}

// attempt sends one request and keeps its answer.
func (e *engine) attempt(t *tries, number uint64) Answer {
	start := time.Now()
	answer := e.caller.Call(e.calls, t.task.Leaver)
	end := time.Now()
	task := &t.task
	task.FinishedAt = end
	task.Duration += end.Sub(start)
	task.Attempts++
	task.Outcome = answer.Outcome
	task.HTTPStatus, task.RequestID, task.Reason = answer.HTTPStatus, answer.RequestID, answer.Reason
	heard := answer
	if e.calls.Err() != nil {
		heard = Answer{} // a cancelled request says nothing about the service
	}
	t.took(heard, e.breaker.ended(t, number, start, end, heard))
	e.observe(t, start, end, answer)
	return answer
}

// observe passes an answer on to the pace and to the retry budget. What comes in an outage
// says nothing about the pace, but the service may ask to wait.
func (e *engine) observe(t *tries, start, end time.Time, answer Answer) {
	if !answer.Began.IsZero() {
		start = answer.Began
	}
	a := pace.Answer{Start: start, End: end, Number: t.paced, RetryAfter: answer.asks(), Quota: answer.Quota}
	switch {
	case e.breaker.inOutage(t):
		a.Kind = pace.Lost
	case answer.Verdict == Throttled, a.RetryAfter > 0: // 503 with Retry-After asks for a lower pace, too
		a.Kind = pace.Throttled
	case (answer.Verdict == Final || answer.Verdict == Forbidden) && answer.HTTPStatus != 0:
		e.retries.add()
	default:
		a.Kind = pace.Lost
	}
	if e.Pace.Answered(a) {
		e.logCut(answer)
	}
	if a.RetryAfter > 0 || a.Quota.Reset > 0 && a.Quota.Remaining == 0 {
		e.tellClosed(end)
	}
}

// logCut logs that the pace was cut, with what the server sustains if that was measured.
func (e *engine) logCut(answer Answer) {
	attributes := []any{"status", answer.HTTPStatus}
	if perSecond, measured := e.Pace.Sustained(); measured {
		attributes = append(attributes, "requestsPerSecond", perSecond)
	}
	e.Log.Debug("throttled, pace reduced", attributes...)
}

func (e *engine) tellClosed(now time.Time) {
	until, closed := e.Pace.ClosedUntil()
	if !closed {
		return
	}
	e.breaker.waits(until)
	if e.Closed != nil {
		e.Closed(now, until)
	}
}

// settle records a leaver whose last attempt is over, and stops the run if the
// credentials were refused or a brake says so.
func (e *engine) settle(t *tries, answer Answer) {
	task := &t.task
	task.Attempts = e.breaker.attempts(t)
	switch {
	case answer.Verdict == Refused:
		e.stop(fmt.Errorf("%w: %s", ErrRefused, answer.Reason))
	case e.calls.Err() == nil: // a cancelled request says nothing about the service
		if err := e.brakes.add(task, answer.Verdict); err != nil {
			e.stop(err)
		}
	}
	e.record(*task)
}

// giveUp settles a leaver that could be tried again, but not in this run:
// either the retry budget is used up or the run stops.
func (e *engine) giveUp(t *tries, answer Answer) {
	if e.intake.Err() != nil {
		e.record(e.interrupted(t))
		return
	}
	t.task.Reason += " (retry budget used up: most requests are failing)"
	e.settle(t, answer)
}

// interrupted returns the result of a leaver whose attempts ended because the
// run stopped.
func (e *engine) interrupted(t *tries) leaver.Result {
	return t.interrupted(e.breaker.attempts(t), e.MaxAttempts, e.breaker.mayBeOwn(t))
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
