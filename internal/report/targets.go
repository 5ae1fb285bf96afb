package report

import "fmt"

// Targets holds all reports that a run reads to one target: lines of another one are
// about other accounts.
type Targets struct {
	target string
	from   string // the report that the target was found in; "" if it is that of the run
}

// NewTargets returns the targets of a run that suspends at target. Without one, the
// target is that of the first line that is read.
func NewTargets(target string) *Targets { return &Targets{target: cleanTarget(target)} }

// check takes the target of a line.
func (t *Targets) check(report string, line int, target string) error {
	switch {
	case t.target == "":
		t.target, t.from = target, report
	case t.target != target:
		return &TargetError{Path: report, Line: line, Target: target, Wanted: t.target, From: t.from}
	}
	return nil
}

// TargetError says that a report has a line of another target than the run.
type TargetError struct {
	Path   string // of the report
	Line   int
	Target string // of the line
	Wanted string // target of the run
	// From is the report that Wanted is found in, for a run that has no target itself;
	// "" for a run that has one.
	From string
}

// Error names the line and both targets.
func (e *TargetError) Error() string {
	text := fmt.Sprintf("%s:%d: this line of a report is about the target %s, and ", e.Path, e.Line, e.Target)
	if e.From != "" {
		return text + fmt.Sprintf("%s has lines about %s", e.From, e.Wanted)
	}
	return text + "this run is about " + e.Wanted
}
