// Package report owns the report: a file with one line for each row, which proves
// what was done and from which a run is resumed. It tells whether a file is a report,
// reads reports and sums them up. It appends lines durably, lets only one run write at
// a time, and repairs the end of a report that a crash has left incomplete. Beside a
// report it keeps a record of how accounts were before a run (see BeforeFile).
package report

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"offboard/internal/leaver"
)

// Errors of a report that cannot be written; match them with errors.Is.
var (
	ErrExists = errors.New("the report exists already")
	ErrLocked = errors.New("another run is writing this report")
	// ErrForeign is the error for a report to which no line can be added, because
	// another program has saved it in another form. Such a report can be an input.
	ErrForeign = errors.New("cannot add lines to this report: it is not in the form that offboard writes")
)

// Report is a report that a run is going to write. Nothing on disk changes before
// Start.
type Report struct {
	Path    string
	options Options
	reader  *Reader // of what is there and stays; nil for a new report
	file    *os.File
	size    int64        // of the file when it was read
	unlock  func() error // nil: it is not locked

	unsynced error // why Start could not sync the folder
}

// formatOf tells the format of a report by its name.
func formatOf(path string) Format {
	if strings.EqualFold(filepath.Ext(path), ".jsonl") {
		return JSONL
	}
	return CSV
}

// Format returns the format in which the report is written.
func (r *Report) Format() Format { return formatOf(r.Path) }

// Exists tells whether there is a report to resume from.
func (r *Report) Exists() bool { return r.reader != nil }

// TornPath is where Start keeps what it cuts off the end of the report.
func (r *Report) TornPath() string { return TornPath(r.Path) }

// TornPath is where the report at a path keeps what is cut off its end.
func TornPath(path string) string { return path + ".torn" }

// Torn returns how many bytes at the end of the report are not a whole line. Start
// cuts them off, and keeps them at TornPath.
func (r *Report) Torn() int64 {
	if r.reader == nil {
		return 0
	}
	return r.reader.Torn()
}

// Lines reads the lines that are there already, in the order of the file.
func (r *Report) Lines() iter.Seq2[leaver.Result, error] {
	if r.reader == nil {
		return func(func(leaver.Result, error) bool) {}
	}
	return r.reader.Lines()
}

// Start prepares the report for writing and checks that it can be written: it creates
// a new one, empties the one that it replaces, or repairs the end of the one that it
// goes on with, writes and syncs. It fails
// with ErrExists or ErrLocked if another run was quicker, and with a *NoLocksError if the
// file system has no locks. The Writer has to be closed before the Report.
func (r *Report) Start() (*Writer, error) {
	w, err := r.start()
	_, named := errors.AsType[*NoLocksError](err)
	if err != nil && !named && !errors.Is(err, ErrExists) {
		err = fmt.Errorf("%s cannot be written: %w", r.Path, err)
	}
	return w, err
}

func (r *Report) start() (*Writer, error) {
	created := r.file == nil
	if created {
		if err := r.create(); err != nil {
			return nil, err
		}
	}
	w, err := r.ready()
	if err != nil && created {
		// Nothing is in it, and the same command would fail because it exists.
		err = errors.Join(err, os.Remove(r.Path))
	}
	return w, err
}

// create makes a new report, unless another run is quicker. If it fails, it leaves none
// behind: the same command would fail because it exists.
func (r *Report) create() error {
	f, err := os.OpenFile(r.Path, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", r.Path, ErrExists)
	}
	if err != nil {
		return err
	}
	err = r.hold(f)
	if err != nil && !errors.Is(err, ErrLocked) { // by a run that has opened it meanwhile
		err = errors.Join(err, os.Remove(r.Path))
	}
	return err
}

// Unsynced returns an *UnsyncedError if Start could not sync the folder of the report,
// because the file system cannot; nil otherwise.
func (r *Report) Unsynced() error { return r.unsynced }

// syncFolder syncs the folder of the report, if the file system can.
func (r *Report) syncFolder() error {
	folder := filepath.Dir(r.Path)
	err := r.options.System.SyncFolder(folder)
	if err != nil && lacks(err) {
		r.unsynced, err = &UnsyncedError{folder, err}, nil
	}
	return err
}

// ready repairs the file and hands it to a writer.
func (r *Report) ready() (*Writer, error) {
	if err := r.repair(); err != nil {
		return nil, err
	}
	if err := r.syncFolder(); err != nil {
		return nil, err
	}
	info, err := r.file.Stat()
	if err != nil {
		return nil, err
	}
	f := r.file
	r.file = nil // the writer closes it
	return newWriter(f, r.form(), inPlace(r.Path, info)), nil
}

// repair cuts off what is not a whole line, ends the last line with a line break,
// writes the header if there is none, and checks that there is room to write.
func (r *Report) repair() error {
	if info, err := r.file.Stat(); err != nil {
		return err
	} else if err := sameSize(info.Size(), r.size); err != nil {
		return err // what has come since it was read would be lost
	}
	end := []byte(nil)
	switch {
	case r.replaces():
		if err := r.file.Truncate(0); err != nil {
			return err
		}
	case r.reader != nil:
		if err := r.keepTorn(); err != nil {
			return err
		}
		if err := r.file.Truncate(r.reader.whole); err != nil {
			return err
		}
		if r.reader.open {
			end = []byte("\n")
		}
	}
	if formatOf(r.Path) == CSV && (r.reader == nil || r.reader.whole == 0) {
		end = ownLayout(cleanNames(r.options.Keep)...).appendHeader(nil)
	}
	if _, err := r.file.Write(end); err != nil {
		return err
	}
	return r.probe()
}

// keepTorn appends what is about to be cut off to the file at TornPath: it may be all
// that is known about a row.
func (r *Report) keepTorn() error {
	torn := make([]byte, r.reader.torn)
	if _, err := r.file.ReadAt(torn, r.reader.whole); err != nil {
		return err
	}
	if len(bytes.TrimSpace(torn)) == 0 {
		return nil // the blanks of a probe
	}
	f, err := openTorn(r.TornPath())
	if err != nil {
		return err
	}
	_, err = f.Write(append(torn, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// probe writes as many blanks as a few dozen lines take up and cuts them off again. If
// the process ends in between, the blanks are a torn end like any other.
func (r *Report) probe() error {
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	_, err = r.file.Write(bytes.Repeat([]byte(" "), 4096))
	if err == nil {
		err = r.file.Sync()
	}
	return errors.Join(err, r.file.Truncate(info.Size()), r.file.Sync())
}

// form returns how results are written: with the columns of what is there already.
func (r *Report) form() form {
	f := form{target: r.options.Target, now: r.options.Now}
	own := r.reader == nil || r.reader.isEmpty() // repair writes the header
	kept := cleanNames(r.options.Keep)
	if !own {
		kept = r.reader.kept
	}
	f.order = Order(kept, r.options.Keep)
	switch {
	case formatOf(r.Path) == JSONL:
		f.encode = ownLayout(kept...).appendJSON
	case own:
		f.encode = ownLayout(kept...).appendCSV
	default:
		f.encode = r.reader.columns.appendCSV
	}
	return f
}

// Close releases the report for other runs.
func (r *Report) Close() error {
	var err error
	if r.file != nil {
		err = r.file.Close()
		r.file = nil
	}
	if r.unlock != nil {
		err = errors.Join(err, r.unlock())
		r.unlock = nil
	}
	return err
}
