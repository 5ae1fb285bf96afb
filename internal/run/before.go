package run

import (
	"context"
	"errors"
	"iter"

	"offboard/internal/leaver"
	"offboard/internal/report"
)

// recordBefore writes how the accounts are that the run is about to suspend, before the
// first request. It does nothing if the tenant was not asked, or if no record is wanted.
func (r *Run) recordBefore(ctx context.Context, c Conduct) (err error) {
	if !r.asked.records(r.Leavers(c.First)) {
		return nil
	}
	defer func() {
		if err != nil {
			err = &BeforeError{err}
		}
	}()
	record, err := report.OpenBefore(r.asked.Before, report.BeforeOptions{
		Target:  r.settings.Target,
		Replace: r.settings.Report == "" && r.settings.Target == SandboxTarget, // as the report
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, record.Close()) }()
	if unsynced := record.Unsynced(); unsynced != nil && c.Warn != nil {
		c.Warn(unsynced)
	}
	return record.Append(r.asked.accounts(ctx, r, c.First))
}

// records tells whether a run of so many leavers records how their accounts are.
func (c *asked) records(leavers int) bool { return c != nil && c.Before != "" && leavers > 0 }

// BeforeError says that it could not be recorded how the accounts were. Nothing was sent.
type BeforeError struct{ Err error }

// Error returns the text of Err, which names the file.
func (e *BeforeError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *BeforeError) Unwrap() error { return e.Err }

// accounts returns how the accounts of the leavers are who are tried in a run, in the
// order of the calls. first is how many they are at most; 0: all.
func (c *asked) accounts(ctx context.Context, r *Run, first int) iter.Seq2[report.Before, error] {
	left := r.Leavers(first)
	return func(yield func(report.Before, error) bool) {
		for _, later := range []bool{false, true} {
			for d, err := range r.Decisions(ctx) {
				if err != nil {
					yield(report.Before{}, err)
					return
				}
				if d.Outcome != leaver.Pending || isLater(d) != later {
					continue
				}
				if left == 0 || !yield(c.before(d.Ref), nil) {
					return
				}
				left--
			}
		}
	}
}

// before returns how an account was when the tenant was asked.
func (c *asked) before(ref string) report.Before {
	was := c.check.Account(ref).Was()
	return report.Before{
		Ref: ref, ID: was.ID, FirstName: was.FirstName, LastName: was.LastName, Email: was.Email,
		Role: was.Role, Status: was.Status, EndDate: was.EndDate, CheckedAt: c.at,
	}
}
