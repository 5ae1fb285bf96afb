package cli

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/alecthomas/kong"

	"offboard/internal/batch"
	"offboard/internal/report"
	"offboard/internal/run"
)

// explainParse makes an error of the parser a usage error, with a command that shows
// the help.
func explainParse(err error) error {
	var config configFileError
	if errors.As(err, &config) {
		// The parser's own text names the flag that it was looking up, which has
		// nothing to do with the error.
		return usageError{config}
	}
	help := "offboard --help"
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context.Selected() != nil {
		help = fmt.Sprintf("offboard %s --help", parse.Context.Selected().Name)
	}
	return usagef("%w\nsee: %s", err, help)
}

// explainRun adds to an error of a run what a person can type to solve it. The
// error that it returns matches the same errors.
func explainRun(err error) error {
	if remedy := remedyFor(err); remedy != "" {
		return fmt.Errorf("%w%s", err, remedy)
	}
	if l, ok := errors.AsType[*run.ListError](err); ok {
		return fmt.Errorf("%s: %w", flagOf[l.List], err)
	}
	return err
}

// flagOf maps each list to the flag that names its file.
var flagOf = map[run.List]string{run.CrosswalkList: "--ref-map", run.ExceptList: "--except", run.AcceptedList: "--accept-refs"}

// remedyFor returns a text to add to an error; "" if there is none.
func remedyFor(err error) string {
	const anotherReport = "or name another report with --report FILE"
	if missing, ok := errors.AsType[*run.NoEndDatesError](err); ok {
		return fmt.Sprintf("; name the %s with --end-date-column", missing.Field)
	}
	if failures, ok := errors.AsType[*batch.TooManyFailuresError](err); ok {
		return fmt.Sprintf(" (--max-failures %s)", failures.Limit)
	}
	if tooMany, ok := errors.AsType[*run.TooManyError](err); ok {
		return fmt.Sprintf(" (--max-leavers %d); nothing was sent", tooMany.Most)
	}
	if opened, ok := errors.AsType[*run.OpenReportError](err); ok {
		switch {
		case errors.Is(err, report.ErrExists):
			return "; add --resume to resume from it, " + anotherReport
		case errors.Is(err, report.ErrLocked):
			return "; wait until that run ends, " + anotherReport
		case errors.Is(err, report.ErrForeign):
			return "; name another report with --report FILE, and give this one as an input"
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Sprintf("; the folder of the report %s does not exist: create it, %s", opened.Path, anotherReport)
		}
	}
	_, shared := errors.AsType[*run.SharedSourceError](err)
	_, line := errors.AsType[*run.ReportError](err)
	switch {
	case errors.Is(err, run.ErrDeadline):
		return " (--deadline)"
	case shared:
		return "; name only one of the two, or resume from a report with --report FILE --resume"
	case line:
		return ", " + anotherReport
	}
	return ""
}
