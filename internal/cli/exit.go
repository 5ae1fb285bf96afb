package cli

import (
	"errors"
	"fmt"

	"offboard/internal/batch"
	"offboard/internal/report"
	"offboard/internal/run"
)

// The exit codes. 2 is not used, because Go uses it for a panic.
const (
	exitFine    = 0  // every row is suspended, duplicate, not_due, excluded, or tolerated (--tolerate)
	exitBroke   = 1  // the run broke: I/O, internal error
	exitRows    = 3  // finished; at least one row has another outcome
	ExitStopped = 4  // stopped early: signal, deadline, a brake such as --max-failures, an outage, or a service that asks to wait for too long
	exitRefused = 5  // credentials refused, or one leaver after the other forbidden
	exitUsage   = 64 // usage, configuration or input error; no request was sent
	exitLocked  = 75 // another run is writing this report; nothing was sent; try again later
)

// exitCodes say what each code means, in the order in which the help has them.
var exitCodes = []struct {
	code    int
	meaning string
}{
	{exitFine, "every row has a fine outcome, or one that --tolerate names"},
	{exitBroke, "the run broke: I/O, internal error"},
	{exitRows, "finished; at least one row is none of the above"},
	{ExitStopped, "stopped early: a signal, --deadline, --max-failures, --max-outage, nobody of the first 20 tried was suspended, or the service asks to wait for too long; go on with --resume"},
	{exitRefused, "credentials refused; go on with --resume once that is fixed"},
	{exitUsage, "usage, configuration or input error; no request was sent"},
	{exitLocked, "another run is writing this report; nothing was sent; try again later"},
}

var (
	// ErrInterrupted is the cause of the end of intake after a signal.
	ErrInterrupted = errors.New("interrupted")

	// errRows says that a command finished, and that a person has to look at some
	// rows. The result has their number, so no message is written for it.
	errRows = errors.New("some rows have an outcome that is not fine")
)

// usageError is an error that the user can solve. No request was sent.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// exitCode maps the error of a command to the exit code. Nothing else does.
func exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitFine
	case isStop(err): // before usageError, because reading the inputs can be interrupted
		return ExitStopped
	case errors.Is(err, report.ErrLocked): // before usageError, too: the same command will work later
		return exitLocked
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, batch.ErrRefused):
		return exitRefused
	case errors.Is(err, errRows):
		return exitRows
	}
	return exitBroke
}

// joinClose returns the error of a command after its run was closed. An error of
// Close replaces errRows, which would hide it.
func joinClose(err, closed error) error {
	if closed != nil && errors.Is(err, errRows) {
		return closed
	}
	return errors.Join(err, closed)
}

// isStop tells whether a command was stopped early.
func isStop(err error) bool {
	if _, ok := errors.AsType[*run.CheckError](err); ok {
		return !errors.Is(err, batch.ErrRefused)
	}
	return errors.Is(err, ErrInterrupted) || errors.Is(err, run.ErrDeadline) || errors.Is(err, batch.ErrTooManyFailures) ||
		errors.Is(err, batch.ErrNobodySuspended) || errors.Is(err, batch.ErrOutage) || errors.Is(err, batch.ErrLater)
}

// message returns what is written about an error at the end; "" if nothing is.
func message(err error) string {
	if err == nil || errors.Is(err, errRows) {
		return ""
	}
	return "offboard: " + plain(err)
}
