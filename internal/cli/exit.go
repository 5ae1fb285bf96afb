package cli

import (
	"errors"
	"fmt"

	"offboard/internal/batch"
)

// The exit codes. 2 is not used: it is how Go reports a panic.
const (
	exitFine    = 0  // every row is suspended, duplicate or not_due
	exitBroke   = 1  // the run broke: I/O, internal error
	exitRows    = 3  // finished; at least one row is none of the above
	ExitStopped = 4  // stopped early: signal, deadline or --max-failures
	exitRefused = 5  // credentials refused
	exitUsage   = 64 // usage, configuration or input error; no request was sent
)

var (
	// ErrInterrupted is the cause of intake's end when a person or the system
	// asked the run to stop.
	ErrInterrupted = errors.New("interrupted")

	errDeadline = errors.New("the --deadline has passed")
	// errRows says that the run did its part, but somebody has to look at
	// rows; the summary has said so already.
	errRows = errors.New("not every row is done")
)

// usageError is the user's to mend; no request was sent.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// exitCode is the one place that turns errors into exit codes.
func exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, ErrInterrupted), errors.Is(err, errDeadline), errors.Is(err, batch.ErrTooManyFailures):
		return ExitStopped // whatever was interrupted, reading the input included
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, batch.ErrRefused):
		return exitRefused
	case errors.Is(err, errRows):
		return exitRows
	}
	return exitBroke
}

// message is what is said about an error at the end; "" if all is said.
func message(err error) string {
	if err == nil || errors.Is(err, errRows) {
		return ""
	}
	return "offboard: " + err.Error()
}
