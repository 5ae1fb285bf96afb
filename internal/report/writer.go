package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"offboard/internal/leaver"
)

// syncEvery is how long a line may be in the buffers of the operating system
// before it is synced to the disk.
const syncEvery = time.Second

// file is what the writer needs of a file; tests use one that fails.
type file interface {
	io.Writer
	Sync() error
	Close() error
}

// Writer appends results to a report. Record may be called from several goroutines
// at once. One goroutine of the writer's own writes to the file, and writes
// everything that is waiting at once.
type Writer struct {
	file  file
	form  form
	check func(written int64) error // fails if the file is not there any more

	commits chan *commit // from Record to the writing goroutine; closed by Close
	closed  chan struct{}
	pool    sync.Pool // of *commit
	written int64     // bytes that were written to the file
	err     error     // why nothing can be written any more; Close reads it after closed
}

// commit holds the encoded lines of one call of Record.
type commit struct {
	text []byte
	line line       // that is being encoded
	done chan error // the writing goroutine answers each commit once, Record receives
}

func newWriter(f file, form form, check func(written int64) error) *Writer {
	w := &Writer{file: f, form: form, check: check, commits: make(chan *commit), closed: make(chan struct{})}
	w.pool.New = func() any { return &commit{done: make(chan error, 1)} }
	go w.write()
	return w
}

// Record writes one line for each result. When it returns nil, the lines are in the
// file: they survive the end of the process from then on, and a power cut one second
// later. After an error nothing is written any more, and every further call fails.
func (w *Writer) Record(results ...leaver.Result) error {
	c := w.pool.Get().(*commit)
	defer w.pool.Put(c)
	c.text = c.text[:0]
	for _, r := range results {
		c.text = w.form.append(c.text, &c.line, r)
	}
	w.commits <- c
	return <-c.done
}

// Close syncs what was recorded and closes the file. It returns the first error of
// any write, sync or close. Record must not be called after it.
func (w *Writer) Close() error {
	close(w.commits)
	<-w.closed
	return w.err
}

// write runs in the one goroutine that uses the file.
func (w *Writer) write() {
	defer close(w.closed)
	var batch []*commit
	var text []byte
	var due <-chan time.Time // when to sync what was written; nil if everything is synced
	for {
		select {
		case c, ok := <-w.commits:
			if !ok {
				w.finish(due != nil)
				return
			}
			batch, text = append(batch[:0], c), append(text[:0], c.text...)
			// Let other goroutines hand in their lines: one write for all of them.
			runtime.Gosched()
			batch, text = w.gather(batch, text)
			w.append(text)
			for _, c := range batch {
				c.done <- w.err
			}
			if due == nil {
				due = time.After(syncEvery)
			}
		case <-due:
			due = nil
			w.keep(w.file.Sync())
		}
	}
}

// gather adds the commits that are waiting.
func (w *Writer) gather(batch []*commit, text []byte) ([]*commit, []byte) {
	const most = 256 << 10
	for len(text) < most {
		select {
		case c, ok := <-w.commits:
			if !ok {
				return batch, text // write receives the same
			}
			batch, text = append(batch, c), append(text, c.text...)
		default:
			return batch, text
		}
	}
	return batch, text
}

func (w *Writer) append(text []byte) {
	if w.err != nil {
		return // after a failed write the file may end in a torn line, which must stay the last one
	}
	if err := w.check(w.written); err != nil {
		w.keep(err)
		return
	}
	n, err := w.file.Write(text)
	w.written += int64(n)
	w.keep(err)
}

func (w *Writer) finish(dirty bool) {
	if w.err == nil {
		w.keep(w.check(w.written)) // what came since the last write
	}
	if dirty {
		w.keep(w.file.Sync())
	}
	w.keep(w.file.Close())
}

// keep keeps the first error.
func (w *Writer) keep(err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("the report cannot be written: %w", err)
	}
}

// Errors of a file in which lines are lost, or would be.
var (
	errGone  = errors.New("the file was removed or replaced while the run was writing it")
	errCut   = errors.New("the file was made shorter while the run was writing it: lines are lost")
	errGrown = errors.New("another program has written to the file while the run was writing it; find out which, and delete what it has added")
)

// sameSize fails if the file does not have the size that the run has given it. A text of
// somebody else without a line end would be the beginning of the next line.
func sameSize(size, want int64) error {
	switch {
	case size < want:
		return errCut
	case size > want:
		return errGrown
	}
	return nil
}

// inPlace returns a function that checks that path still names the file with this
// info, and that nothing else is in it than was there, and was written since.
func inPlace(path string, info os.FileInfo) func(int64) error {
	return func(written int64) error {
		now, err := os.Stat(path)
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", errGone, err)
		case !os.SameFile(info, now):
			return fmt.Errorf("%s: %w", path, errGone)
		}
		if err := sameSize(now.Size(), info.Size()+written); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	}
}

// encoder appends a line in the form of the report.
type encoder func(b []byte, l *line) []byte
