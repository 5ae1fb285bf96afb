package batch

import (
	"errors"
	"fmt"
	"time"

	"offboard/internal/pace"
)

// ErrLater is matched by the error of a run that stopped because the service takes nothing
// for longer than the run waits.
var ErrLater = errors.New("the service asks to wait")

// LaterError is the error of a run that stopped because the service takes nothing for more
// than pace.Longest, or not before the deadline of the run. It matches ErrLater.
type LaterError struct {
	Until    time.Time
	Deadline bool   // until then is longer than the run may take; else than pace.Longest
	Reason   string // what the service answered; "" if it took the last request, and no more
}

// Error says until when.
func (e *LaterError) Error() string {
	text := (&pace.LaterError{Until: e.Until}).Error()
	if e.Reason != "" {
		text = fmt.Sprintf("%s until %s (%s)", ErrLater, e.Until.Format(time.RFC3339), e.Reason)
	}
	if e.Deadline {
		return text + ", which is after the deadline"
	}
	return text + ", which is more than an hour"
}

// Is reports whether target is ErrLater.
func (e *LaterError) Is(target error) bool { return target == ErrLater }

// asks returns how long an answer asks to wait; 0 if it does not. One that is final for its
// leaver says nothing about the others, whatever its header says: caches send Retry-After
// with a 404, too.
func (a Answer) asks() time.Duration {
	if !a.Verdict.again() {
		return 0
	}
	return a.RetryAfter
}

// stopForLater stops the run if the answer to a leaver's last attempt asks to wait for
// longer than the run does, and records the leaver. It returns false if it does not.
func (e *engine) stopForLater(t *tries, answer Answer) bool {
	asked := answer.asks()
	until := t.task.FinishedAt.Add(asked)
	deadline, limited := e.intake.Deadline()
	isAfter := limited && until.After(deadline)
	if asked <= pace.Longest && (asked == 0 || !isAfter) {
		return false
	}
	e.stop(&LaterError{Until: until.Round(0), Deadline: isAfter, Reason: answer.Reason})
	// The attempt counts even in an outage, because this is an answer.
	t.task.Reason += fmt.Sprintf(" (the service asks to wait until %s)", until.Format(time.RFC3339))
	e.record(t.task)
	return true
}

// stopIfLater stops the run if a wait for the pace ended with an error that says that the
// service takes nothing more.
func (e *engine) stopIfLater(err error) {
	if later, ok := errors.AsType[*pace.LaterError](err); ok {
		deadline, limited := e.intake.Deadline()
		e.stop(&LaterError{Until: later.Until.Round(0), Deadline: limited && later.Until.After(deadline)})
	}
}
