package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"offboard/internal/leaver"
)

// SummaryFileError says that the summary of a run cannot be read beside reports.
type SummaryFileError struct {
	Path string
	Err  error
}

// Error names the file and the reason.
func (e *SummaryFileError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

// Unwrap returns Err.
func (e *SummaryFileError) Unwrap() error { return e.Err }

// maxSummary is how long a summary is at most; one has some 50,000 bytes.
const maxSummary = 4 << 20

var errNoSummary = errors.New("this is no JSON object")

// SplitSummaries tells the summaries of runs among files from the reports. A report never is
// one. A pipe, which can be read only once, is taken for a report.
func SplitSummaries(paths []string) (reports, summaries []string) {
	for _, path := range paths {
		var head struct{ Kind string }
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() && decodeFirst(path, &head) == nil && head.Kind == summaryKind {
			summaries = append(summaries, path)
		} else {
			reports = append(reports, path)
		}
	}
	return reports, summaries
}

// decodeFirst reads the first JSON value of a file, which has to be an object.
func decodeFirst(path string, into any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var first [1]byte
	if _, err := f.ReadAt(first[:], 0); err != nil || first[0] != '{' {
		return errNoSummary
	}
	return json.NewDecoder(io.LimitReader(f, maxSummary)).Decode(into)
}

// ReadSummaries reads the summaries of runs whose reports are of a target; "": of any. The
// error is a *SummaryFileError.
func ReadSummaries(paths []string, target string) ([]*Summary, error) {
	var all []*Summary
	for _, path := range paths {
		s := &Summary{}
		err := decodeFirst(path, s)
		switch {
		case err != nil:
			err = fmt.Errorf("cannot be read as the summary of a run: %w", err)
		case s.Format != summaryFormat:
			err = fmt.Errorf("has the format %d, and this version of offboard knows only %d; use the version that has written it", s.Format, summaryFormat)
		case s.Start.IsZero() || s.End.Before(s.Start):
			err = errors.New("does not say when the run began and ended; give the file as the run has written it")
		case target != "" && s.Target != target:
			err = fmt.Errorf("is the summary of a run in %s, and the reports are of %s; leave it out", leaver.Excerpt(s.Target, 300), target)
		}
		if err != nil {
			return nil, &SummaryFileError{path, err}
		}
		all = append(all, s)
	}
	return all, nil
}
