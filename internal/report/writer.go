package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"

	"offboard/internal/leaver"
)

// syncEvery is how long a line may be in the hands of the operating system
// before it is made to last.
const syncEvery = time.Second

// file is what the writer needs of a file; tests have one that fails.
type file interface {
	io.Writer
	Sync() error
	Close() error
}

// Writer appends results to a report. Record may be called from several
// goroutines at once; one goroutine of the writer's own writes, and takes
// along in one write whatever is waiting.
type Writer struct {
	file   file
	encode encoder
	check  func(written int64) error // tells whether the file is still there

	commits chan *commit // from Record to the writing goroutine; closed by Close
	closed  chan struct{}
	pool    sync.Pool // of *commit
	written int64     // bytes that went into the file
	err     error     // why nothing can be written any more; for Close after closed
}

// commit is the encoded lines of one Record, on their way into the file.
type commit struct {
	text bytes.Buffer
	done chan error // the writing goroutine answers each commit once
}

func newWriter(f file, e encoder, check func(written int64) error) *Writer {
	w := &Writer{file: f, encode: e, check: check, commits: make(chan *commit), closed: make(chan struct{})}
	w.pool.New = func() any { return &commit{done: make(chan error, 1)} }
	go w.write()
	return w
}

// Record writes one line for each result. When it returns nil, the lines are
// in the file: they survive the end of the process at once, and a power cut
// after a second at the most. After an error nothing is written any more, and
// every further call fails.
func (w *Writer) Record(results ...leaver.Result) error {
	c := w.pool.Get().(*commit)
	defer w.pool.Put(c)
	c.text.Reset()
	for _, r := range results {
		if err := w.encode(&c.text, newLine(r)); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	w.commits <- c
	return <-c.done
}

// Close makes what was recorded last and closes the file. It returns the
// first error of the writer's life. Nothing may be recorded after it.
func (w *Writer) Close() error {
	close(w.commits)
	<-w.closed
	return w.err
}

// write is the one goroutine that knows the file.
func (w *Writer) write() {
	defer close(w.closed)
	var batch []*commit
	var text []byte
	var due <-chan time.Time // when what was written has to be synced
	for {
		select {
		case c, ok := <-w.commits:
			if !ok {
				w.finish(due != nil)
				return
			}
			batch, text = append(batch[:0], c), append(text[:0], c.text.Bytes()...)
			// Whoever has an answer in hand may come along: one write for many.
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

// gather takes along the commits that are waiting.
func (w *Writer) gather(batch []*commit, text []byte) ([]*commit, []byte) {
	const most = 256 << 10
	for len(text) < most {
		select {
		case c, ok := <-w.commits:
			if !ok {
				return batch, text // write will see it, too
			}
			batch, text = append(batch, c), append(text, c.text.Bytes()...)
		default:
			return batch, text
		}
	}
	return batch, text
}

func (w *Writer) append(text []byte) {
	if w.err != nil {
		return // a torn line must stay the last one
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
	if dirty {
		w.keep(w.file.Sync())
	}
	w.keep(w.file.Close())
}

// keep holds on to the first error.
func (w *Writer) keep(err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("the report cannot be written: %w", err)
	}
}

// Both say that results would go, or have gone, where nobody finds them.
var (
	errGone = errors.New("the file was removed or replaced while the run was writing it")
	errCut  = errors.New("the file was made shorter while the run was writing it: lines are lost")
)

// inPlace returns a check that path still names the file with this info, and
// that all is in it that was written since.
func inPlace(path string, info os.FileInfo) func(int64) error {
	return func(written int64) error {
		now, err := os.Stat(path)
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", errGone, err)
		case !os.SameFile(info, now):
			return fmt.Errorf("%s: %w", path, errGone)
		case now.Size() < info.Size()+written:
			return fmt.Errorf("%s: %w", path, errCut)
		}
		return nil
	}
}

// encoder writes one line.
type encoder func(*bytes.Buffer, line) error

func encodeJSON(b *bytes.Buffer, l line) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e.Encode(l)
}

// encodeCSV writes lines whose columns stand in the order of the file: order
// gives for each of the file's columns the one of ours, -1 for a stranger. If
// quoted is true the last field stands in quotes always: without them a line
// that was cut off in it would pass for a whole one, with the name of somebody
// else or of another row. (It still can right behind a quote that is part of a
// ref.)
func encodeCSV(order []int, quoted bool) encoder {
	last := len(order) - 1
	return func(b *bytes.Buffer, l line) error {
		text := b.AvailableBuffer()
		for i, column := range order {
			if i > 0 {
				text = append(text, ',')
			}
			text = l.appendField(text, column, quoted && i == last)
		}
		_, err := b.Write(append(text, '\n'))
		return err
	}
}
