package cli

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"offboard/internal/metrics"
	"offboard/internal/run"
)

// figuresOf returns what a summary says, for metrics.
func figuresOf(s *run.Summary) *metrics.Figures {
	return &metrics.Figures{
		Outcomes: s.Rows.Outcomes, Held: s.Planned.Held, Suspended: s.Leavers.Suspended, Failed: s.Leavers.Failed, Overdue: s.Rows.Overdue,
		Calls: s.Calls.ByStatus, Retries: s.Calls.Retries, Outages: s.Outages.Number, Outage: s.Outages.Seconds,
		Ceiling: s.Pace.Ceiling, Highest: s.Pace.Highest, Sustained: s.Pace.Sustained,
	}
}

// errNotMetrics says that a file has something else in it than metrics.
var errNotMetrics = errors.New("exists already, and has no metrics of offboard")

// checkMetricsFile returns an error if metrics cannot be written to a path.
func checkMetricsFile(path string) error {
	if err := run.CheckReplaceable(path); err != nil {
		return err
	}
	// node_exporter reads only names such as this, and nobody gives it to another file.
	if filepath.Ext(path) == ".prom" {
		return nil
	}
	text, err := earlierMetrics(path)
	if err == nil && !metrics.IsOurs(text) {
		err = errNotMetrics
	}
	if err != nil {
		return &run.FilePathError{Path: path, Err: err}
	}
	return nil
}

// writeMetrics writes the metrics of a run, readable for everybody.
func writeMetrics(path string, r metrics.Run) error {
	before, _ := earlierMetrics(path) // nothing stays of what cannot be read
	text, err := metrics.Text(before, r)
	if err != nil {
		return err
	}
	return run.ReplaceFile(path, text, 0o644)
}

// earlierMetrics returns what is in the file of an earlier run; nothing if there is none.
func earlierMetrics(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const most = 1 << 20 // bytes; one has some 10,000
	return io.ReadAll(io.LimitReader(f, most))
}
