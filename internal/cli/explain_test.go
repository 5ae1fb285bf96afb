package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/run"
	"offboard/internal/table"
)

func TestAnErrorOfARunNamesWhatToType(t *testing.T) {
	limit, err := batch.ParseLimit("20")
	if err != nil {
		t.Fatal(err)
	}
	other := errors.New("disk full")
	tests := []struct {
		name string
		err  error
		want string // the end of the text
	}{
		{"the table of refs cannot be read", &run.ListError{List: run.CrosswalkList, Err: other}, "--ref-map: a.csv: disk full"},
		{"the exceptions cannot be read", &run.ListError{List: run.ExceptList, Err: other}, "--except: a.csv: disk full"},
		{"the accepted refs cannot be read", &run.ListError{List: run.AcceptedList, Err: other}, "--accept-refs: a.csv: disk full"},
		{"an input unpacks to too much", &table.UnpackedError{Size: 10_000, Limit: 64 << 20}, "a.csv: this file of 9.8 KiB unpacks to more than 64 MiB; if it should be so large, allow it with a larger size, such as --max-unpacked 128MiB"},
		{"a list unpacks to too much", &run.ListError{List: run.ExceptList, Err: &table.UnpackedError{Size: 1, Limit: 1 << 20}}, "--except: a.csv: this file of 1 bytes unpacks to more than 1 MiB; if it should be so large, allow it with a larger size, such as --max-unpacked 2MiB"},
		{"the report is an input", &run.ReportIsInputError{Report: "r.csv", Input: "a.csv"}, "the report r.csv is the input a.csv by another name; name another report with --report FILE"},
		{"the report is a folder", &run.OpenReportError{Path: "my dir", Err: &report.NotFileError{Path: "my dir", Kind: fs.ModeDir}}, "my dir is a folder, and it has to be a regular file; name a file in it, such as --report 'my dir/leavers.report.csv'"},
		{"the report is a device", &run.OpenReportError{Path: "/dev/null", Err: &report.NotFileError{Path: "/dev/null", Kind: fs.ModeDevice}}, "/dev/null is a device, and it has to be a regular file; name a file with --report FILE"},
		{"the end of the report cannot be kept", &report.NotFileError{Path: "r.csv.torn", Kind: fs.ModeSymlink, Torn: true}, "r.csv.torn is a symbolic link, and it has to be a regular file; the end of the report that is cut off would be kept there: remove it, or move it away"},
		{"the file system has no locks", &report.NoLocksError{Path: "r.csv", Err: other}, "r.csv: the file system of this folder has no locks, without which two runs could write one report (disk full); nothing was sent; put the report into a folder on another file system, such as a local disk, with --report FILE"},
		{"end dates are missing", &run.NoEndDatesError{Name: "a.csv", Field: "key"}, "; name the key with --end-date-column"},
		{"too many failures", &batch.TooManyFailuresError{Failed: 20, Limit: limit}, " (--max-failures 20)"},
		{"an outage", &batch.OutageError{Outage: batch.Outage{Reason: "502 Bad Gateway"}}, "(502 Bad Gateway) (--max-outage)"},
		{"nobody was suspended", &batch.NobodySuspendedError{Outcomes: leaver.Tally{leaver.NotFound: 20}}, "none of the first 20 leavers tried was suspended (20 not_found); is it the right tenant?"},
		{"too many leavers", &run.TooManyError{Leavers: 3, Most: 2}, " (--max-leavers 2); nothing was sent"},
		{"the report exists", &run.OpenReportError{Path: "r.csv", Err: report.ErrExists}, "; add --resume to resume from it, or name another report with --report FILE"},
		{"the report is locked", &run.OpenReportError{Path: "r.csv", Err: report.ErrLocked}, "; nothing was sent; try again later"},
		{"the report is foreign", &run.OpenReportError{Path: "r.csv", Err: report.ErrForeign}, "; name another report with --report FILE, and give this one as an input"},
		{"the folder of the report does not exist", &run.OpenReportError{Path: "x/r.csv", Err: fs.ErrNotExist}, "; create the folder of the report x/r.csv, or name another report with --report FILE"},
		{"a line of the report cannot be read", &run.ReportError{Err: other}, "fix the line, or name another report with --report FILE"},
		{"an input is of another target", &report.TargetError{Path: "r.csv", Line: 2, Target: "staging/t 1", Wanted: "production/t"}, "r.csv:2: this line of a report is about the target staging/t 1, and this run is about production/t; give the export as the input instead of this report, or run with --env staging --tenant 't 1'"},
		{"the report is of the sandbox", &run.OpenReportError{Path: "r.csv", Err: &report.TargetError{Target: "sandbox", Wanted: "production/t"}}, "; name another report with --report FILE, or run with --env sandbox"},
		{"the report is of another address", &run.OpenReportError{Path: "r.csv", Err: &report.TargetError{Target: "127.0.0.1:80/t", Wanted: "production/t"}}, "or run with the --base-url and the --tenant of 127.0.0.1:80/t"},
		{"reports are of different targets", &report.TargetError{Target: "sandbox", Wanted: "production/t", From: "s.csv"}, "s.csv has lines about production/t; run them one by one"},
		{"the report keeps columns", &run.OpenReportError{Path: "r.csv", Err: &report.KeepError{Report: "r.csv", Kept: []string{"Name", "Last Day"}}}, `r.csv: the report keeps the columns "Name", "Last Day": add --keep 'Name,Last Day', or name another report with --report FILE`},
		{"the report keeps none", &run.OpenReportError{Path: "r.csv", Err: &report.KeepError{Report: "r.csv"}}, "; leave --keep out, or name another report with --report FILE"},
		{"an input keeps other columns", &report.KeepError{Report: "r.csv", Kept: []string{"Name"}}, `the report keeps the column "Name": --keep can have no other name, or give the export as the input instead of this report`},
		{"an input lacks a column to match", &run.MatchError{Report: "r.csv", Column: "Mail", Kept: []string{"Name"}}, `r.csv: the report keeps the column "Name", so that "Mail" cannot be compared with the account; --match can have no other column, or give the export as the input instead of this report`},
		{"an input keeps nothing to match", &run.MatchError{Report: "r.csv", Column: "Mail"}, `r.csv: the report keeps no columns, so that "Mail" cannot be compared with the account; leave --match out, or give the export as the input instead of this report`},
		{"a report whose times a spreadsheet has rewritten, beside another one", report.ErrNoTime, "; give the original reports, or only one"},
		{"the deadline", run.ErrDeadline, " (--deadline)"},
		{"an error without a remedy", other, "disk full"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := explainRun(fmt.Errorf("a.csv: %w", tt.err))
			if !strings.HasSuffix(got.Error(), tt.want) || !errors.Is(got, tt.err) {
				t.Errorf("got %q, want the end %q", got, tt.want)
			}
		})
	}
	if explainRun(nil) != nil {
		t.Error("no error becomes one")
	}
}
