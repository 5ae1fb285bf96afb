// Package report owns the report on disk: one line per row that is proof and
// restart point at once. It appends durably, lets only one run write at a
// time, repairs what a crash has torn, reads reports back and sums them up.
package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"offboard/internal/leaver"
)

// Errors that keep a report from being opened; match them with errors.Is.
var (
	ErrExists = errors.New("the report exists already")
	ErrLocked = errors.New("another run is writing this report")
)

// Report is a report that a run is going to write. Nothing on disk changes
// before Start.
type Report struct {
	Path   string
	reader *Reader // of what is there already; nil for a new report
	file   *os.File
	lock   *flock.Flock
}

// Open opens the report at path: a new one, or, to resume, the one that is
// there. An existing report is locked until Close. It fails with ErrExists
// if there is one and resume is false, with ErrLocked if another run has it,
// and with ErrNotReport if it is something else. Dates without a zone are
// read in zone.
func Open(path string, resume bool, zone *time.Location) (*Report, error) {
	r := &Report{Path: path}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// A missing folder is better told now than after the question.
		_, err := os.Stat(filepath.Dir(path))
		return r, err
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: a report is a regular file, this is not", path)
	case !resume:
		return nil, fmt.Errorf("%s: %w", path, ErrExists)
	}
	if err := r.open(os.O_RDWR | os.O_APPEND); err != nil {
		return nil, err
	}
	if err := r.read(zone); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// open opens and locks the file.
func (r *Report) open(flag int) error {
	f, err := os.OpenFile(r.Path, flag, 0o600)
	if err != nil {
		return err
	}
	lock := flock.New(r.Path)
	locked, err := lock.TryLock()
	if err == nil && !locked {
		err = ErrLocked
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", r.Path, err), f.Close())
	}
	r.file, r.lock = f, lock
	return nil
}

// read reads what is there once, so that a report that cannot be read is
// told before anything is done.
func (r *Report) read(zone *time.Location) error {
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	r.reader, err = NewReader(r.Path, io.NewSectionReader(r.file, 0, info.Size()), zone)
	if err != nil {
		return err
	}
	if r.reader.Format != "" && r.reader.Format != formatOf(r.Path) {
		return fmt.Errorf("%s: it holds %s, but its name says %s", r.Path, r.reader.Format, formatOf(r.Path))
	}
	return nil
}

// formatOf tells the format of a report by its name.
func formatOf(path string) Format {
	if strings.EqualFold(filepath.Ext(path), ".jsonl") {
		return JSONL
	}
	return CSV
}

// Exists tells whether there is a report to go on with.
func (r *Report) Exists() bool { return r.reader != nil }

// TornPath is where Start keeps what it cuts off the end of the report.
func (r *Report) TornPath() string { return r.Path + ".torn" }

// Torn returns how many bytes at the end of the report are not a whole line;
// Start cuts them off, and keeps them at TornPath.
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

// Start makes the report ready to be written, and proves that it can be: it
// creates a new one, or repairs the end of the one that is there, writes and
// syncs. It fails with ErrExists or ErrLocked if another run was quicker. The
// Writer has to be closed before the Report.
func (r *Report) Start() (*Writer, error) {
	w, err := r.start()
	if err != nil && !errors.Is(err, ErrExists) {
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
		// There is nothing in it, and left behind it would be in the way of
		// the same command once there is room.
		err = errors.Join(err, os.Remove(r.Path))
	}
	return w, err
}

// create makes a new report, unless another run is quicker.
func (r *Report) create() error {
	err := r.open(os.O_RDWR | os.O_APPEND | os.O_CREATE | os.O_EXCL)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", r.Path, ErrExists)
	}
	return err
}

// ready repairs the file and hands it to a writer.
func (r *Report) ready() (*Writer, error) {
	if err := r.repair(); err != nil {
		return nil, err
	}
	if err := syncFolder(filepath.Dir(r.Path)); err != nil {
		return nil, err
	}
	info, err := r.file.Stat()
	if err != nil {
		return nil, err
	}
	f := r.file
	r.file = nil // the writer's from now on
	return newWriter(f, r.encoder(), inPlace(r.Path, info)), nil
}

// repair cuts off what is not a whole line, ends the last line, and makes
// sure that there is a header and room to write.
func (r *Report) repair() error {
	end := []byte(nil)
	if r.reader != nil {
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
		end = []byte(strings.Join(columns, ",") + "\n")
	}
	if _, err := r.file.Write(end); err != nil {
		return err
	}
	return r.probe()
}

// keepTorn puts what is about to be cut off beside the report, behind what an
// earlier run has put there: it may be all that is known of a row.
func (r *Report) keepTorn() error {
	torn := make([]byte, r.reader.torn)
	if _, err := r.file.ReadAt(torn, r.reader.whole); err != nil {
		return err
	}
	if len(bytes.TrimSpace(torn)) == 0 {
		return nil // the blanks of a probe
	}
	f, err := os.OpenFile(r.TornPath(), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(torn, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// probe writes as much as a few dozen lines take and cuts it off again. If
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

func (r *Report) encoder() encoder {
	switch {
	case formatOf(r.Path) == JSONL:
		return encodeJSON
	case r.reader == nil || r.reader.at == nil:
		return encodeCSV(every, false)
	}
	order := make([]int, r.reader.file)
	for i := range order {
		order[i] = -1
	}
	for column, at := range r.reader.at {
		if at >= 0 {
			order[at] = column
		}
	}
	return encodeCSV(order, r.reader.endsInCore())
}

// Close releases the report for other runs.
func (r *Report) Close() error {
	var err error
	if r.file != nil {
		err = r.file.Close()
		r.file = nil
	}
	if r.lock != nil {
		err = errors.Join(err, r.lock.Unlock())
	}
	return err
}

// syncFolder makes a new name in a folder last.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
