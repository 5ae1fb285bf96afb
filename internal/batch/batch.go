// Package batch owns the engine of a run: how many requests are in flight, how
// often a leaver is tried, and when the run stops. It knows neither files nor
// HTTP nor terminals: it reads a sequence of rows, sends through a Caller
// and hands results to a Recorder. When a request may start is decided by
// internal/pace.
package batch

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"offboard/internal/leaver"
	"offboard/internal/pace"
)

// Caller sends one request about a leaver: the one that suspends, or in a check before the
// run one that reads. It is called from several goroutines, and must return soon after ctx
// is done.
type Caller interface {
	Call(ctx context.Context, l leaver.Leaver) Answer
}

// Recorder keeps results. It is called from several goroutines. When Record
// returns nil, the results survive the end of the process.
type Recorder interface {
	Record(results ...leaver.Result) error
}

// Answer is the result of one request.
type Answer struct {
	// Outcome is the leaver's outcome if this answer is the last one.
	Outcome    leaver.Outcome
	HTTPStatus int // 0: there was no answer
	RequestID  string
	Reason     string // why the outcome is not a better one, for people
	Verdict    Verdict
	// RetryAfter is how long the server asked to wait; 0 if it did not.
	RetryAfter time.Duration
	// Quota is what the server says it still takes.
	Quota pace.Quota
	// Began is when the last request of the attempt started, if that was not the first
	// one: the time before it, which may be a long wait, says nothing about the server.
	Began time.Time
}

// Verdict says what an answer means for the requests that follow.
type Verdict int

// The verdicts.
const (
	Final       Verdict = iota // the leaver needs no further attempt
	Transient                  // the leaver can be tried again
	Throttled                  // the leaver can be tried again, and the pace is too high
	Refused                    // the credentials are refused: no leaver can be suspended
	Unreachable                // the service has not answered, or only a gateway in its place: the leaver can be tried again
	Broken                     // an internal error of the service: the leaver can be tried again
	Forbidden                  // final: this leaver, or every one, may not be suspended with these credentials
)

// Options set the bounds of a run.
type Options struct {
	Pace        *pace.Pace // decides when a request may start
	Concurrency int        // requests in flight at most; at least 1
	MaxAttempts int        // requests per leaver at most; at least 1
	MaxFailures Limit      // when too many leavers have failed who had not before; the zero value never stops the run
	Brakes      Brakes     // after how many leavers the run stops that goes wrong; the zero value: UsualBrakes
	// Proven tells that an earlier run has suspended somebody where this one suspends, so
	// that it does not stop when none of its first leavers is suspended.
	Proven    bool
	First     int           // leavers to try at most; 0: all. The others are recorded as pending
	MaxOutage time.Duration // how long a service that answers nobody is waited for
	// Outages, if it is not nil, is called with an outage whenever something about it
	// changes, by one goroutine at a time. It must not block.
	Outages func(Outage)
	// Closed, if it is not nil, is called with the time of an answer, and the time before
	// which no request starts because it has said so. It is called from several goroutines, and must not block.
	Closed func(now, until time.Time)
	// Retrying, if it is not nil, is called with 1 when a leaver begins to wait for another
	// attempt, and with -1 when that is over. It is called from several goroutines, and must
	// not block.
	Retrying func(change int)
	Grace    time.Duration // how long requests in flight may take after the run stops
	// Jitter returns a random number in [0, 1). It is called from several
	// goroutines.
	Jitter func() float64
	Log    *slog.Logger
}

// Match these with errors.Is to learn why Run stopped early.
var (
	ErrRefused         = errors.New("the credentials were refused")
	ErrTooManyFailures = errors.New("too many leavers failed")
)

// again reports whether the leaver can be tried again.
func (v Verdict) again() bool {
	return v == Transient || v == Throttled || v == Unreachable || v == Broken
}

// leaversPerSlot is how many leavers may be in progress for each request that
// may be in flight. Most of them wait for their next attempt, and need no slot
// for that.
const leaversPerSlot = 16

// Run suspends the pending rows of tasks and records every row.
//
// The deadline of intake, if it has one, is that of the run: what the service asks to wait
// for beyond it is not waited for.
//
// When intake is done, or the run has to stop for another reason, no further
// request is sent: requests in flight may finish (within Options.Grace), and
// the rows that were not reached are recorded as pending. When calls is done,
// requests in flight are cancelled, and the rows that were not reached are not
// recorded. Rows beyond Options.First are recorded as pending, too.
//
// Run returns nil if all rows were reached. If it stopped early, the error matches
// ErrRefused (and may be a *ForbiddenError), is an *OutageError, a *LaterError, a *TooManyFailuresError
// or a *NobodySuspendedError, or is the cause of the end of intake or calls. The error of
// a run that has tried everybody matches ErrRefused, too, if all of them were forbidden.
// Any other error comes from tasks or from the Recorder and means that the run is broken.
func Run(intake, calls context.Context, tasks iter.Seq2[leaver.Result, error], s Caller, r Recorder, o Options) error {
	e := &engine{
		Options:  o,
		caller:   s,
		recorder: r,
		brakes:   newBrakes(o),
		retries:  newRetryBudget(o.Concurrency * leaversPerSlot / 2),
		slots:    make(chan struct{}, o.Concurrency),
		started:  make(chan struct{}),
	}
	e.intake, e.stop = context.WithCancelCause(intake)
	defer e.stop(nil)
	e.breaker = newBreaker(o, e.stop)
	defer e.breaker.finish()
	var cancelCalls context.CancelFunc
	e.calls, cancelCalls = context.WithCancel(calls)
	defer cancelCalls()
	// To stop is not to cancel: requests in flight have the grace to finish.
	disarm := context.AfterFunc(e.intake, func() {
		timer := time.AfterFunc(o.Grace, cancelCalls)
		context.AfterFunc(e.calls, func() { timer.Stop() })
	})
	defer disarm()

	// The group's goroutines return no error, because a failed row is data and
	// must not cancel the others. The cause of intake's end stops the run.
	var leavers errgroup.Group
	leavers.SetLimit(o.Concurrency * leaversPerSlot)
	err := e.feed(calls, tasks, &leavers)
	_ = leavers.Wait()
	if failed := e.recordError(); failed != nil {
		return failed
	}
	if err != nil {
		return err
	}
	if stopped := context.Cause(e.intake); stopped != nil {
		return stopped
	}
	return e.brakes.finish()
}
