package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// MaxKept is how many columns of an input a report keeps at most, so that a line has a
// bound.
const MaxKept = 16

// maxName is how long the name of a kept column is at most, in characters.
const maxName = 60

// KeepError says that a report cannot keep the columns that were asked for.
type KeepError struct {
	// Report is the name of a report that keeps other columns, and Kept are their names;
	// "" if the names that were asked for are the reason.
	Report string
	Kept   []string
	text   string
}

// Error says why, and names the columns of the report.
func (e *KeepError) Error() string {
	switch {
	case e.Report == "":
		return e.text
	case len(e.Kept) == 0:
		return e.Report + ": the report keeps no columns"
	}
	quoted := make([]string, len(e.Kept))
	for i, name := range e.Kept {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	noun := "column"
	if len(quoted) > 1 {
		noun += "s"
	}
	return fmt.Sprintf("%s: the report keeps the %s %s", e.Report, noun, strings.Join(quoted, ", "))
}

// CheckKeep returns a *KeepError if a report cannot keep columns with these names: it
// has such a column itself, two of them are the same, or they are too many.
func CheckKeep(names []string) error {
	fail := func(format string, args ...any) error {
		return &KeepError{text: fmt.Sprintf(format, args...)}
	}
	if len(names) > MaxKept {
		return fail("a report keeps at most %d columns, not %d", MaxKept, len(names))
	}
	for i, name := range names {
		own := slices.IndexFunc(columns, func(c column) bool { return c.named(name) })
		same := slices.IndexFunc(names[:i], func(other string) bool { return sameName(other, name) })
		switch {
		case cleanName(name) == "":
			return fail("a column without a name cannot be kept")
		case len([]rune(name)) > maxName:
			return fail("the name of the column %q is longer than %d characters, so it cannot be kept", leaver.Excerpt(name, maxName), maxName)
		case own >= 0:
			return fail("the column %q cannot be kept, because a report has a column %s itself; rename it in the input", name, columns[own].name)
		case same >= 0:
			return fail("the columns %q and %q have the same name, so only one of them can be kept", names[same], name)
		}
	}
	return nil
}

// cleanName returns the name of a kept column as it stands in a report: on one line.
func cleanName(name string) string { return strings.TrimSpace(serverText(name, maxName)) }

// cleanNames returns the names of kept columns as they stand in a report.
func cleanNames(names []string) []string {
	clean := make([]string, len(names))
	for i, name := range names {
		clean[i] = cleanName(name)
	}
	return clean
}

// sameName tells whether two names of columns mean the same one.
func sameName(a, b string) bool {
	return table.NormalName(cleanName(a)) == table.NormalName(cleanName(b))
}

// Order returns for each of the names to which of the others it is equal, as names of
// columns are compared: -1 for none. A report that was edited may have a name twice; each
// of the others is used once.
func Order(names, others []string) []int {
	order := make([]int, len(names))
	for i, name := range names {
		order[i] = -1
		for at, other := range others {
			if sameName(name, other) && !slices.Contains(order[:i], at) {
				order[i] = at
				break
			}
		}
	}
	return order
}

// CheckKept returns a *KeepError if the report keeps other columns than those. Their
// order does not matter.
func (r *Reader) CheckKept(names []string) error {
	if r.isEmpty() {
		return nil // it has no header yet
	}
	if len(names) != len(r.kept) || slices.Contains(Order(r.kept, names), -1) {
		return &KeepError{Report: r.Name, Kept: r.kept}
	}
	return nil
}

// errNoTarget is the error for a report that would be of no target.
var errNoTarget = errors.New("a report needs the target of its run")

// cleanTarget returns a target as it stands in a report.
func cleanTarget(target string) string { return strings.TrimSpace(serverText(target, maxTarget)) }
