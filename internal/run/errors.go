package run

import (
	"errors"
	"fmt"

	"offboard/internal/report"
)

// ErrDeadline is the cause of the end of a context whose time for the run is over.
var ErrDeadline = errors.New("the deadline has passed")

// NamedTwiceError says that an input was named twice.
type NamedTwiceError struct{ Name string }

// Error names the input.
func (e *NamedTwiceError) Error() string { return e.Name + " is named twice; name each input once" }

// WorkbookReportError says that an input is a report that was saved as a workbook,
// which changes refs and dates.
type WorkbookReportError struct{ Name string }

// Error names the input and the remedy.
func (e *WorkbookReportError) Error() string {
	return e.Name + ": this is a report that was saved as a workbook, which can change refs and dates; use the report itself"
}

// BeforeInputError says that an input is a record of how accounts were before a run, which
// names people but does not say that they leave.
type BeforeInputError struct{ Name string }

// Error names the input.
func (e *BeforeInputError) Error() string {
	return e.Name + ": this is the record of how accounts were before a run, and no list of leavers; leave it out"
}

// ListError says that a list cannot be used.
type ListError struct {
	List List
	Err  error
}

// List says which list is meant.
type List int

// The lists: Reading.Crosswalk, Reading.Except and Reading.AcceptRefs.
const (
	CrosswalkList List = iota
	ExceptList
	AcceptedList
)

// Error returns the text of Err, which names the file.
func (e *ListError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *ListError) Unwrap() error { return e.Err }

// ReportError says that a line of a report cannot be read, so that a run cannot
// resume from the report.
type ReportError struct{ Err error }

// Error names the line and the reason.
func (e *ReportError) Error() string {
	return fmt.Sprintf("cannot resume from this report: %s; fix the line", e.Err)
}

// Unwrap returns Err.
func (e *ReportError) Unwrap() error { return e.Err }

// NoEndDatesError says that an input has no end dates, although the report has end
// dates of its rows. A leaver without an end date is suspended, so the run could
// suspend people who have not left yet.
type NoEndDatesError struct {
	Name  string
	Field string // where an end date would be: "column" or "key"
}

// Error names the input.
func (e *NoEndDatesError) Error() string {
	return fmt.Sprintf("%s has no end dates, but the report has end dates of its rows", e.Name)
}

// TooManyError says that a plan has more leavers to suspend than
// Settings.MaxLeavers.
type TooManyError struct{ Leavers, Most int }

// Error says how many they are.
func (e *TooManyError) Error() string {
	return fmt.Sprintf("the plan suspends %d leavers, and at most %d may be suspended", e.Leavers, e.Most)
}

// OpenReportError says that the report of a run cannot be opened.
type OpenReportError struct {
	Path string
	Err  error
}

// Error returns the text of Err.
func (e *OpenReportError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *OpenReportError) Unwrap() error { return e.Err }

// ReportIsInputError says that the report of a run is an export among its inputs, perhaps
// by another name. (A report among them is one that the run can go on with.)
type ReportIsInputError struct{ Report, Input string }

// Error names both.
func (e *ReportIsInputError) Error() string {
	if e.Report == e.Input {
		return e.Input + " is an input, and it cannot be the report of the same run"
	}
	return fmt.Sprintf("the report %s is the input %s by another name", e.Report, e.Input)
}

// MatchError says that a report among the inputs lacks a column that must agree with the
// account. Kept are the columns of the inputs that it keeps.
type MatchError struct {
	Report, Column string
	Kept           []string
}

// Error names the report, the column, and those that the report keeps.
func (e *MatchError) Error() string {
	keeps := &report.KeepError{Report: e.Report, Kept: e.Kept}
	return fmt.Sprintf("%s, so that %q cannot be compared with the account", keeps, e.Column)
}

// TargetError says that the target cannot be called with its address and
// credentials.
type TargetError struct{ Err error }

// Error returns the text of Err.
func (e *TargetError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *TargetError) Unwrap() error { return e.Err }
