package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"offboard/internal/batch"
	"offboard/internal/report"
	"offboard/internal/run"
	"offboard/internal/table"
	"offboard/pkg/thrive"
)

// explainRun adds to an error of a run what a person can type to solve it. The
// error that it returns matches the same errors.
func explainRun(err error) error {
	remedy := remedyFor(err)
	if l, ok := errors.AsType[*run.ListError](err); ok {
		err = fmt.Errorf("%s: %w", flagOf[l.List], err)
	}
	if remedy != "" {
		return fmt.Errorf("%w%s", err, remedy)
	}
	return err
}

// flagOf maps each list to the flag that names its file.
var flagOf = map[run.List]string{run.CrosswalkList: "--ref-map", run.ExceptList: "--except", run.AcceptedList: "--accept-refs"}

// remedyFor returns a text to add to an error; "" if there is none.
func remedyFor(err error) string {
	if errors.Is(err, report.ErrLocked) { // when the report is opened, or when the run begins
		return "; nothing was sent; try again later"
	}
	if large, ok := errors.AsType[*table.UnpackedError](err); ok {
		return fmt.Sprintf("; if it should be so large, allow it with a larger size, such as --max-unpacked %s", larger(large.Limit))
	}
	if missing, ok := errors.AsType[*run.NoEndDatesError](err); ok {
		return fmt.Sprintf("; name the %s with --end-date-column", missing.Field)
	}
	if failures, ok := errors.AsType[*batch.TooManyFailuresError](err); ok {
		return fmt.Sprintf(" (--max-failures %s)", failures.Limit)
	}
	if errors.Is(err, batch.ErrOutage) {
		return " (--max-outage)"
	}
	if later, ok := errors.AsType[*batch.LaterError](err); ok && later.Deadline {
		return " (--deadline)"
	}
	if errors.Is(err, batch.ErrNobodySuspended) {
		return "; is it the right tenant?" // no earlier run has suspended anybody there
	}
	if tooMany, ok := errors.AsType[*run.TooManyError](err); ok {
		return fmt.Sprintf(" (--max-leavers %d); nothing was sent", tooMany.Most)
	}
	if large, ok := errors.AsType[*run.ShareError](err); ok {
		return fmt.Sprintf(" (--max-share %s); nothing was sent; is it the right list, and the right tenant?", share(100*large.Most))
	}
	if remedy := cmp.Or(remedyForPlace(err), remedyForShards(err)); remedy != "" {
		return remedy
	}
	opened, ok := errors.AsType[*run.OpenReportError](err)
	if remedy := remedyForReport(err, ok); remedy != "" {
		return remedy
	}
	if ok {
		switch {
		case errors.Is(err, report.ErrExists):
			return "; " + resumeOrAnother
		case errors.Is(err, report.ErrForeign):
			return "; name another report with --report FILE, and give this one as an input"
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Sprintf("; create the folder of the report %s, %s", opened.Path, anotherReport)
		}
	}
	_, line := errors.AsType[*run.ReportError](err)
	if errors.Is(err, report.ErrNoTime) {
		return "; give the original reports, or only one"
	}
	switch {
	case errors.Is(err, run.ErrDeadline):
		return " (--deadline)"
	case line:
		return ", " + anotherReport
	}
	return ""
}

// What to type if a report cannot be used as it is, and if there is one already.
const (
	anotherReport   = "or name another report with --report FILE"
	resumeOrAnother = "add --resume to resume from it, " + anotherReport
)

// remedyForShards returns a text to add to an error about the reports of shards.
func remedyForShards(err error) string {
	if _, ok := errors.AsType[*run.SettlingError](err); ok {
		return "; nothing was sent; start the shards when it is older than --settle, or name the files instead of the folder"
	}
	if _, ok := errors.AsType[*run.OtherShardsError](err); ok {
		return "; give these reports as inputs, too, " + anotherReport
	}
	if _, ok := errors.AsType[*run.OwnShardsError](err); ok {
		return "; leave it out, as --resume reads the report of each shard, " + anotherReport
	}
	if _, ok := errors.AsType[*run.ReportNameError](err); ok {
		return "; name a new report with --report FILE"
	}
	return ""
}

// remedyForPlace returns a text to add to an error about a place where no report can be.
func remedyForPlace(err error) string {
	if _, ok := errors.AsType[*run.ReportIsInputError](err); ok {
		return "; name another report with --report FILE"
	}
	if _, ok := errors.AsType[*report.NoLocksError](err); ok {
		return "; nothing was sent; put the report into a folder on another file system, such as a local disk, with --report FILE"
	}
	if is, ok := errors.AsType[*report.NotFileError](err); ok {
		switch {
		case is.Torn:
			return "; the end of the report that is cut off would be kept there: remove it, or move it away"
		case is.Kind.IsDir():
			return "; name a file in it, such as --report " + quote(filepath.Join(is.Path, "leavers.report.csv"))
		}
		return "; name a file with --report FILE"
	}
	return ""
}

// remedyForReport returns a text to add to an error about a report that the run cannot
// use: the one that it writes, or else an input.
func remedyForReport(err error, writes bool) string {
	instead := "give the export as the input instead of this report"
	if writes {
		instead = "name another report with --report FILE"
	}
	if other, ok := errors.AsType[*report.TargetError](err); ok {
		if other.From != "" {
			return "; run them one by one"
		}
		return fmt.Sprintf("; %s, or run with %s", instead, targetFlagsOf(other.Target))
	}
	if keep, ok := errors.AsType[*report.KeepError](err); ok && keep.Report != "" {
		switch names := strings.Join(keep.Kept, ","); {
		case names == "":
			return "; leave --keep out, or " + instead
		case writes:
			return fmt.Sprintf(": add --keep %s, or %s", quote(names), instead)
		default:
			return fmt.Sprintf(": --keep can have no other name, or %s", instead)
		}
	}
	if match, ok := errors.AsType[*run.MatchError](err); ok {
		if len(match.Kept) == 0 {
			return "; leave --match out, or " + instead
		}
		return fmt.Sprintf("; --match can have no other column, or %s", instead)
	}
	return ""
}

// targetFlagsOf returns the flags of a run with a target.
func targetFlagsOf(target string) string {
	place, tenant, _ := strings.Cut(target, "/")
	if _, ok := thrive.LookupEnvironment(place); !ok && place != sandboxEnv {
		return fmt.Sprintf("the --base-url and the --tenant of %s", quote(target))
	}
	flags := "--env " + place
	if tenant != "" {
		flags += " --tenant " + quote(tenant)
	}
	return flags
}
