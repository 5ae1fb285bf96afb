package cli

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"offboard/internal/run"
	"offboard/internal/view"
)

// writeWorkbook writes the copy of reports for people, if a file for it is named, and says
// so: on standard error where standard output is a JSON document.
func writeWorkbook(a *app, path string, reports []string, asJSON bool) error {
	if path == "" {
		return nil
	}
	all, err := run.OpenReports(a.intake, reports, time.UTC, "")
	if err != nil {
		return usageError{err}
	}
	w, err := all.WriteWorkbook(a.intake, path, a.now())
	if err = errors.Join(err, all.Close()); err != nil {
		err = fmt.Errorf("--xlsx: %w", err)
		if _, broke := errors.AsType[*view.WriteError](err); broke {
			return err
		}
		return usageError{err}
	}
	text := fmt.Sprintf("Workbook: %s (%s; sheets: %s)", nameOf(path), count(w.Rows, "row"), strings.Join(w.Sheets, ", "))
	if asJSON {
		a.say(slog.LevelInfo, eventLog, text, "workbook", path, "rows", w.Rows)
		return nil
	}
	_, err = fmt.Fprintln(a.Stdout, text)
	return err
}
