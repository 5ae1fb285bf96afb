package batch

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"offboard/internal/leaver"
)

// forbiddenAll is how many leavers a run must have tried at least, if all of them were
// forbidden, for that to be about the credentials.
const forbiddenAll = 3

// Brakes say after how many leavers a run stops, or may stop, that goes wrong.
type Brakes struct {
	// Firsts is after how many leavers a run stops that has suspended nobody.
	Firsts int
	// Forbidden is for how many leavers in a row a 403 is about the credentials.
	Forbidden int
	// Tried is how many leavers must have been tried for a share of failures to count:
	// with fewer it would mean little.
	Tried int
}

// UsualBrakes are those of a run that carries out its plan alone.
func UsualBrakes() Brakes { return Brakes{Firsts: 20, Forbidden: 10, Tried: 20} }

// ErrNobodySuspended is matched by the error of a run that stopped because none of the
// first leavers tried was suspended.
var ErrNobodySuspended = errors.New("nobody was suspended")

// ForbiddenError is the error of a run that stopped because one leaver after the other
// was forbidden. It matches ErrRefused.
type ForbiddenError struct {
	Leavers int    // that were forbidden
	All     bool   // nobody else was tried; else they were the last ones, in a row
	Reason  string // of the last one
}

// Error says how many leavers were forbidden. What it says of the credentials is no more
// than what is likely, because the service does not say whom a 403 is about.
func (e *ForbiddenError) Error() string {
	who := fmt.Sprintf("the last %d leavers", e.Leavers)
	if e.All {
		who = fmt.Sprintf("all %d leavers tried", e.Leavers)
	}
	return fmt.Sprintf("the service forbids to suspend %s (%s); the credentials may lack the permission", who, e.Reason)
}

// Is reports whether target is ErrRefused.
func (e *ForbiddenError) Is(target error) bool { return target == ErrRefused }

// NobodySuspendedError is the error of a run that stopped because none of the first
// leavers tried was suspended. It matches ErrNobodySuspended.
type NobodySuspendedError struct{ Outcomes leaver.Tally }

// Error says what became of the leavers.
func (e *NobodySuspendedError) Error() string {
	var outcomes []string
	for _, o := range leaver.Outcomes() {
		if n := e.Outcomes[o]; n > 0 {
			outcomes = append(outcomes, fmt.Sprintf("%d %s", n, o))
		}
	}
	return fmt.Sprintf("none of the first %d leavers tried was suspended (%s)", e.Outcomes.Total(), strings.Join(outcomes, ", "))
}

// Is reports whether target is ErrNobodySuspended.
func (e *NobodySuspendedError) Is(target error) bool { return target == ErrNobodySuspended }

// brakes stop a run in which leavers end in a way that speaks against going on. They are
// safe for concurrent use.
//
// An outcome that the report has for the leaver already never counts towards a brake:
// leavers who end so every night say nothing about tonight, and must not keep a nightly
// run from the new ones.
type brakes struct {
	failures *failures

	mu        sync.Mutex
	forbidden forbidden
	firsts    firsts
}

// newBrakes returns the brakes of a run that begins.
func newBrakes(o Options) *brakes {
	if o.Brakes == (Brakes{}) {
		o.Brakes = UsualBrakes()
	}
	return &brakes{
		failures:  &failures{limit: o.MaxFailures, least: o.Brakes.Tried},
		forbidden: forbidden{most: o.Brakes.Forbidden},
		firsts:    newFirsts(o.Brakes.Firsts, o.Proven),
	}
}

// add counts a leaver whose last attempt is over, with the verdict of its answer. Its error
// stops the run.
func (b *brakes) add(r *leaver.Result, last Verdict) error {
	if err := b.failures.add(r); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.forbidden.add(r, last); err != nil {
		return err
	}
	return b.firsts.add(r)
}

// finish is called when all leavers were tried. Its error is that of the run.
func (b *brakes) finish() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.forbidden.finish()
}

// forbidden counts the leavers in a row that were forbidden. Its states:
//
//	all      everybody so far was forbidden, or nobody was tried
//	some     somebody was not: the credentials permit something
type forbidden struct {
	most   int // Brakes.Forbidden
	state  forbiddenState
	row    int
	reason string // of the last one
}

type forbiddenState string

const (
	allForbidden  forbiddenState = "" // the zero value
	someForbidden forbiddenState = "some"
)

func (f *forbidden) add(r *leaver.Result, last Verdict) error {
	if last != Forbidden {
		f.state, f.row = someForbidden, 0
		return nil
	}
	if r.Known() {
		return nil
	}
	f.reason = r.Reason
	if f.row++; f.row < f.most {
		return nil
	}
	return f.error()
}

func (f *forbidden) finish() error {
	if f.state == someForbidden || f.row < forbiddenAll {
		return nil
	}
	return f.error()
}

func (f *forbidden) error() error {
	return &ForbiddenError{Leavers: f.row, All: f.state == allForbidden, Reason: f.reason}
}

// firsts is what became of the first leavers tried. Its states:
//
//	asking  nobody was suspended so far: it may be the wrong tenant
//	proven  somebody was, in this run or in an earlier one
type firsts struct {
	most     int // Brakes.Firsts
	state    firstsState
	outcomes leaver.Tally
}

type firstsState string

const (
	asking firstsState = "asking"
	proven firstsState = "proven"
)

// newFirsts returns the state at the start of a run.
func newFirsts(most int, isProven bool) firsts {
	if isProven {
		return firsts{state: proven}
	}
	return firsts{most: most, state: asking, outcomes: leaver.Tally{}}
}

func (f *firsts) add(r *leaver.Result) error {
	if r.Outcome == leaver.Suspended {
		f.state, f.outcomes = proven, nil
	}
	if f.state == proven || r.Known() {
		return nil
	}
	f.outcomes[r.Outcome]++
	if f.outcomes.Total() < f.most {
		return nil
	}
	return &NobodySuspendedError{Outcomes: f.outcomes}
}
