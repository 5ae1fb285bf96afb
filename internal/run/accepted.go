package run

import (
	"errors"

	"offboard/internal/input"
	"offboard/internal/report"
)

// acceptedRefs reads the list of AcceptRefs. The function that it returns tells whether
// a ref is listed; it is nil if there is no list.
func (r Reading) acceptedRefs() (func(ref string) bool, error) {
	if r.AcceptRefs == "" {
		return nil, nil
	}
	o := input.Options{Zone: r.Options.Zone, Now: r.Options.Now, EndDateColumn: input.NoEndDates}
	refs, err := input.ReadAccepted(r.AcceptRefs, r.opening(), o, refuseReport)
	if err != nil {
		return nil, &ListError{AcceptedList, err}
	}
	return func(ref string) bool { return refs[ref] }, nil
}

// refuseReport refuses a report, because it has everybody, and not only those whom a
// person has looked at.
func refuseReport(header []string) error {
	if report.Is(header) {
		return errors.New("this is a report; write a list with a column ref that has only the leavers whom you have looked at")
	}
	return nil
}
