package run

import (
	"fmt"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/table"
)

// acceptedRefs reads the list of AcceptRefs. The function that it returns tells whether
// a ref is listed; it is nil if there is no list.
func (r Reading) acceptedRefs() (func(ref string) bool, error) {
	if r.AcceptRefs == "" {
		return nil, nil
	}
	refs, err := readAcceptedRefs(r.AcceptRefs, input.Options{Zone: r.Options.Zone, Now: r.Options.Now, EndDateColumn: input.NoEndDates})
	if err != nil {
		return nil, &ListError{AcceptedList, err}
	}
	return func(ref string) bool { return refs[ref] }, nil
}

// readAcceptedRefs reads a list of refs that are compared byte by byte: a ref that only
// looks like a listed one can be another person's. A report is refused, because it has
// everybody, and not only those whom a person has looked at.
func readAcceptedRefs(path string, o input.Options) (map[string]bool, error) {
	file, err := table.Open(path)
	if err != nil {
		return nil, err
	}
	source, err := input.Open(file, o)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	if report.Is(source.Header) {
		return nil, fmt.Errorf("%s: this is a report; write a list with a column ref that has only the leavers whom you have looked at", source.Name)
	}
	refs := map[string]bool{}
	for row, err := range source.Survey(new(input.Survey)) {
		switch {
		case err != nil:
			return nil, err
		case leaver.CheckRef(row.Ref) != nil: // a fault of an end date does not matter here
			return nil, fmt.Errorf("%s: %s", row.Place, row.Fault)
		}
		refs[row.Ref] = true
	}
	return refs, file.CheckUnchanged()
}
