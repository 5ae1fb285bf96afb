package report

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offboard/internal/leaver"
)

// fake is a file in memory whose writes, syncs and close can fail.
type fake struct {
	mu     sync.Mutex
	text   bytes.Buffer
	writes int
	syncs  []time.Time
	closed int

	failWrite int // the write that fails, from 1
	short     int // how many bytes it takes before
	failSync  int
	failClose bool
	gate      chan struct{} // if not nil, each write waits for one to pass; closed by the test
}

var (
	errDisk  = errors.New("no space left on device")
	errCable = errors.New("input/output error")
)

func (f *fake) Write(p []byte) (int, error) {
	if f.gate != nil {
		<-f.gate
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.writes++
	if f.writes == f.failWrite {
		f.text.Write(p[:f.short])
		return f.short, errDisk
	}
	return f.text.Write(p)
}

func (f *fake) Sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.syncs = append(f.syncs, time.Now())
	if len(f.syncs) == f.failSync {
		return errCable
	}
	return nil
}

func (f *fake) Close() error {
	f.closed++
	if f.failClose {
		return errCable
	}
	return nil
}

func inItsPlace(int64) error { return nil }

func (f *fake) start() *Writer { return newWriter(f, *formOf(CSV), inItsPlace) }

func (f *fake) lines(t testing.TB) []leaver.Result {
	t.Helper()
	return collect(t, newReader(t, header+f.text.String()).Lines())
}

func TestManyGoroutinesRecordAtOnceAndNothingIsLost(t *testing.T) {
	path := place(t, "a.csv", "")
	r, err := Open(path, options(true))
	if err != nil {
		t.Fatal(err)
	}
	w, err := r.Start()
	if err != nil {
		t.Fatal(err)
	}
	const goroutines, each = 16, 100
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				n := g*each + i
				one, two := suspended(fmt.Sprint("e", n), 2*n+1), suspended(fmt.Sprint("f", n), 2*n+2)
				if err := w.Record(one, two); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(w.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	rows := map[int]string{}
	for i, l := range readBack(t, path) {
		rows[l.Row.Place.Row] = l.Ref
		if i%2 == 1 && rows[l.Row.Place.Row-1] != "e"+l.Ref[1:] {
			t.Errorf("line %d: what was recorded together does not stand together", i)
		}
	}
	if len(rows) != 2*goroutines*each {
		t.Errorf("%d rows are in the report, want %d", len(rows), 2*goroutines*each)
	}
}

func TestARecordIsInTheFileWhenItReturns(t *testing.T) {
	f := &fake{}
	w := f.start()
	for i := range 20 {
		if err := w.Record(suspended("e", i+1)); err != nil {
			t.Fatal(err)
		}
		f.mu.Lock()
		if n := strings.Count(f.text.String(), "\n"); n != i+1 {
			t.Errorf("after record %d the file has %d lines", i+1, n)
		}
		f.mu.Unlock()
	}
	if err := w.Record(); err != nil {
		t.Errorf("nothing to record is an error: %v", err)
	}
	if err := w.Close(); err != nil || f.closed != 1 {
		t.Errorf("closed %d times, with %v", f.closed, err)
	}
}

func TestRecordsThatWaitForASlowFileShareOneWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const records = 50
		f := &fake{gate: make(chan struct{})}
		w := f.start()
		for i := range records {
			go func() {
				if err := w.Record(suspended(fmt.Sprint("e", i), i+1)); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait() // the first one is being written, the others wait
		}
		close(f.gate)
		synctest.Wait()
		if f.writes != 2 {
			t.Errorf("%d records took %d writes, want 2", records, f.writes)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if n := len(f.lines(t)); n != records {
			t.Errorf("%d lines of %d are there", n, records)
		}
	})
}

func TestOneWriteHasALimitedSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{gate: make(chan struct{})}
		w := f.start()
		long := suspended("e", 1)
		long.Source = strings.Repeat("s", maxSource)
		block := slices.Repeat([]leaver.Result{long}, 32) // more than 128 KiB
		for range 9 {
			go func() { _ = w.Record(block...) }()
			synctest.Wait()
		}
		close(f.gate)
		synctest.Wait()
		if f.writes != 5 {
			t.Errorf("9 blocks took %d writes, want 1 and then 2 at a time", f.writes)
		}
		if err := w.Close(); err != nil || len(f.lines(t)) != 9*32 {
			t.Error("lines are missing", err)
		}
	})
}

func TestLinesAreSyncedWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		w := f.start()
		start := time.Now()
		var recorded []time.Duration
		for _, pause := range []time.Duration{5 * time.Second, 300 * time.Millisecond, 300 * time.Millisecond, 300 * time.Millisecond, 300 * time.Millisecond, time.Minute} {
			time.Sleep(pause)
			recorded = append(recorded, time.Since(start))
			if err := w.Record(suspended("e", 1)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		for _, at := range recorded {
			if !slices.ContainsFunc(f.syncs, func(s time.Time) bool {
				d := s.Sub(start) - at
				return d >= 0 && d <= time.Second
			}) {
				t.Errorf("what was recorded after %s was not synced within a second: %v", at, f.syncs)
			}
		}
		if len(f.syncs) != 3 {
			t.Errorf("%d syncs, want 3: a file to which nothing is written needs none", len(f.syncs))
		}
		if err := w.Close(); err != nil || len(f.syncs) != 3 {
			t.Errorf("closing a file that is synced already: %v, %d syncs", err, len(f.syncs))
		}
	})
}

func TestCloseSyncsWhatIsNotSynced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		w := f.start()
		_ = w.Record(suspended("e", 1))
		if err := w.Close(); err != nil || len(f.syncs) != 1 || f.closed != 1 {
			t.Errorf("got %v, %d syncs, closed %d times", err, len(f.syncs), f.closed)
		}
		time.Sleep(time.Minute)
		if len(f.syncs) != 1 {
			t.Error("it was synced after it was closed")
		}
	})
}

func TestTheFirstErrorStaysAndNothingIsWrittenAfterIt(t *testing.T) {
	for _, test := range []struct {
		name string
		file *fake
		want error
		good int // records that succeed
	}{
		{"the first write fails", &fake{failWrite: 1}, errDisk, 0},
		{"a later write fails", &fake{failWrite: 4}, errDisk, 3},
		{"a write stops in the middle of a line", &fake{failWrite: 3, short: 20}, errDisk, 2},
		{"the first error is returned, not the last", &fake{failWrite: 2, failSync: 1, failClose: true}, errDisk, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := test.file
			w := f.start()
			for i := range 8 {
				err := w.Record(suspended("e", i+1))
				if i < test.good && err != nil {
					t.Errorf("record %d fails: %v", i, err)
				}
				if i >= test.good && !errors.Is(err, test.want) {
					t.Errorf("record %d returns %v, want %v", i, err, test.want)
				}
			}
			if err := w.Close(); !errors.Is(err, test.want) || errors.Is(err, errCable) {
				t.Errorf("Close returns %v, want %v", err, test.want)
			}
			if f.closed != 1 {
				t.Errorf("the file was closed %d times", f.closed)
			}
			if f.writes != f.failWrite {
				t.Errorf("%d writes, the last one should be number %d", f.writes, f.failWrite)
			}
			if n := len(f.lines(t)); n != test.good {
				t.Errorf("%d whole lines are there, want %d", n, test.good)
			}
		})
	}
	t.Run("every record in a write that fails returns the error", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{failWrite: 2, gate: make(chan struct{})}
			w := f.start()
			var failed, good int
			var mu sync.Mutex
			for i := range 10 {
				go func() {
					err := w.Record(suspended("e", i+1))
					mu.Lock()
					defer mu.Unlock()
					if errors.Is(err, errDisk) {
						failed++
					} else if err == nil {
						good++
					}
				}()
				synctest.Wait()
			}
			close(f.gate)
			synctest.Wait()
			if failed != 9 || good != 1 {
				t.Errorf("%d records failed and %d are good, want 9 and 1", failed, good)
			}
			if err := w.Close(); !errors.Is(err, errDisk) {
				t.Error(err)
			}
		})
	})
	t.Run("a sync fails", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := &fake{failSync: 1}
			w := f.start()
			if err := w.Record(suspended("a", 1)); err != nil {
				t.Error(err)
			}
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if err := w.Record(suspended("b", 2)); !errors.Is(err, errCable) {
				t.Errorf("after a failed sync a record returns %v", err)
			}
			if err := w.Close(); !errors.Is(err, errCable) || f.writes != 1 {
				t.Errorf("Close returns %v, after %d writes", err, f.writes)
			}
		})
	})
	t.Run("the last sync fails", func(t *testing.T) {
		f := &fake{failSync: 1}
		w := f.start()
		_ = w.Record(suspended("a", 1))
		if err := w.Close(); !errors.Is(err, errCable) || f.closed != 1 {
			t.Errorf("Close returns %v, closed %d times", err, f.closed)
		}
	})
	t.Run("closing fails", func(t *testing.T) {
		w := (&fake{failClose: true}).start()
		if err := w.Close(); !errors.Is(err, errCable) {
			t.Errorf("Close returns %v", err)
		}
	})
}
