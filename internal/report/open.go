package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"offboard/internal/table"
)

// Options say what is written to a report.
type Options struct {
	Zone *time.Location // of dates without a zone, in a report that is there already
	// Target is where the run suspends, as every line says it. It is not empty. A report
	// that is there already has lines of this target only.
	Target string
	// Keep has the names of the columns that the report keeps, in the order of
	// leaver.Row.Kept. They are valid by CheckKeep.
	Keep []string
	// Inherit makes a report that is there already keep the columns that it has, if Keep
	// is empty: its own rows are written to it.
	Inherit bool
	// Resume goes on with a report that is there already.
	Resume bool
	// Replace replaces a report that is there already, if all its lines are of Target. It
	// has no effect with Resume.
	Replace bool
	// Now returns the time of a result that does not say when it was known.
	Now func() time.Time
	// System is that of the process if it is zero.
	System System
}

// Open opens the report at path: a new one, or the one that is there, to resume from it
// or to replace it. An existing report is locked until Close.
//
// It fails with ErrExists if there is one and the options do not say what to do with it,
// with ErrLocked if another run is writing it, with ErrNotReport or a *MissingError if it
// is something else, with ErrForeign if it is a report in a form in which it cannot be
// continued, with a *KeepError if it cannot keep the columns, with a *NotFileError if the
// path is not that of a file, and with a *NoLocksError if the file system has no locks. A
// line of another target is found by Lines, which then ends with a *TargetError.
func Open(path string, o Options) (*Report, error) {
	o.Target, o.System = cleanTarget(o.Target), o.System.complete()
	if o.Target == "" {
		return nil, errNoTarget
	}
	if err := CheckKeep(o.Keep); err != nil {
		return nil, err
	}
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	r := &Report{Path: path, options: o}
	_, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// Start would fail without the folder; fail before a person is asked anything.
		_, err := os.Stat(filepath.Dir(path))
		return r, err
	case err != nil:
		return nil, err
	case !o.Resume && !o.Replace:
		return nil, fmt.Errorf("%s: %w", path, ErrExists)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	if err := r.hold(f); err != nil {
		return nil, err
	}
	if err := r.read(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// hold locks the report, whose file is open. If it fails, it closes the file.
func (r *Report) hold(f *os.File) error {
	unlock, err := r.options.System.Lock(r.Path)
	switch {
	case err == nil:
		r.file, r.unlock = f, unlock
		return nil
	case lacks(err):
		err = &NoLocksError{r.Path, err}
	default:
		err = fmt.Errorf("%s: %w", r.Path, err)
	}
	return errors.Join(err, f.Close())
}

// read looks at what is there, so that a file that cannot be continued or replaced is an
// error before anything is done.
func (r *Report) read() error {
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	r.size = info.Size()
	f, err := table.FileOf(r.Path, r.file, r.size)
	if err != nil {
		return err
	}
	reader, err := NewReader(f, r.options.Zone)
	if err == nil {
		err = r.take(reader)
	}
	if r.replaces() {
		err = nil // whatever is wrong with it
		if reader == nil || !isOnlyOf(r.options.Target, reader) {
			err = fmt.Errorf("%s: %w", r.Path, ErrExists)
		}
	}
	if err != nil {
		return errors.Join(err, f.Close()) // of an unpacked copy
	}
	return nil
}

// replaces tells whether the report that is there is replaced.
func (r *Report) replaces() bool { return r.options.Replace && !r.options.Resume }

// take takes the reader of what is there, to which the report is going to add lines.
func (r *Report) take(reader *Reader) error {
	if r.replaces() {
		return nil
	}
	if err := reader.CheckOwn(); err != nil {
		return err
	}
	if format := formatOf(r.Path); reader.Format != "" && reader.Format != format {
		return fmt.Errorf("%s: the file holds %s, but its name says %s; rename it", r.Path, reader.Format, format)
	}
	if r.options.Inherit && len(r.options.Keep) == 0 {
		r.options.Keep = reader.kept
	}
	if err := reader.CheckKept(r.options.Keep); err != nil {
		return err
	}
	reader.Hold(NewTargets(r.options.Target))
	r.reader = reader
	return nil
}

// Keep returns the names of the columns that the report keeps, in the order of
// leaver.Row.Kept of the results that are written.
func (r *Report) Keep() []string { return r.options.Keep }

// Kept returns the same names in the order of leaver.Row.Kept of the lines that are there
// already; nil in a new report.
func (r *Report) Kept() []string {
	if r.reader == nil {
		return nil
	}
	return r.reader.kept
}

// isOnlyOf tells whether a report is in the form that offboard writes, and all its lines
// are of a target and can be read.
func isOnlyOf(target string, r *Reader) bool {
	if r.foreign != "" {
		return false
	}
	for line, err := range r.Lines() {
		if err != nil || line.Target != target {
			return false
		}
	}
	return true
}

// CanReplace tells whether a report of this target could replace the file at path. The
// file is not locked, and nothing is changed.
func CanReplace(path, target string, zone *time.Location) bool {
	f, err := table.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	r, err := NewReader(f, zone)
	return err == nil && isOnlyOf(cleanTarget(target), r)
}
