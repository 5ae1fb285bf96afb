package cli

import (
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"

	"offboard/internal/batch"
	"offboard/internal/report"
)

func TestTheFlagsOfARunReachIt(t *testing.T) {
	limit, err := batch.ParseLimit("7")
	if err != nil {
		t.Fatal(err)
	}
	c := &runCommand{}
	c.Rate, c.Concurrency, c.MaxAttempts, c.MaxFailures, c.First = 2.5, 3, 4, limit, 6
	c.MaxOutage, c.Timeout = 20*time.Second, 5*time.Second
	got := c.conduct(&app{}, t.Context())
	if got.Rate != 2.5 || got.Concurrency != 3 || got.MaxAttempts != 4 || got.MaxFailures != limit || got.First != 6 ||
		got.MaxOutage != 20*time.Second || got.Timeout != 5*time.Second {
		t.Errorf("got %+v", got)
	}
}

// Where a folder cannot be synced a run goes on, so the warning is all that a person gets.
func TestAFolderThatCannotBeSyncedIsShown(t *testing.T) {
	for format, want := range map[string]string{"text": "level=WARN", "json": `"level":"WARN"`} {
		var out screen
		a := jsonApp(&out, slog.LevelInfo)
		a.logTo(format, slog.LevelInfo)
		(&runCommand{}).conduct(a, t.Context()).Warn(&report.UnsyncedError{Folder: "reports", Err: syscall.EINVAL})
		if text := out.String(); !strings.Contains(text, want) || !strings.Contains(text, "cannot sync the folder reports: after a power cut a new report may be missing") {
			t.Errorf("as %s: %s", format, text)
		}
	}
}
