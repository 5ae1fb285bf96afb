package run

import (
	"errors"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// noRecord is a batch.Recorder that records nothing and returns err.
type noRecord struct{ err error }

func (n noRecord) Record(...leaver.Result) error { return n.err }

func TestResultsThatCannotBeRecordedAreNotCounted(t *testing.T) {
	errFull := errors.New("disk full")
	p := NewProgress(noRecord{errFull}, 2, time.Now())
	p.Watch(func(Counts) { t.Error("the watcher was called") })
	if err := p.Record(leaver.Result{Outcome: leaver.Suspended, Attempts: 1, FinishedAt: time.Now()}); !errors.Is(err, errFull) {
		t.Fatalf("got %v", err)
	}
	if c := p.Counts(); c.Called != 0 || c.Rows.Total() != 0 {
		t.Errorf("the counts are %+v", c)
	}
}

func TestWhatTheReportHadBeforeIsKnown(t *testing.T) {
	p := NewProgress(noRecord{}, 3, time.Now())
	err := p.Record(
		leaver.Result{Outcome: leaver.NotFound, Earlier: leaver.NotFound},
		leaver.Result{Outcome: leaver.NotFound, Earlier: leaver.Failed},
		leaver.Result{Outcome: leaver.NotFound},
		leaver.Result{Outcome: leaver.Held},
	)
	if err != nil {
		t.Fatal(err)
	}
	p.recorded(leaver.Result{Outcome: leaver.Held})
	if c := p.Counts(); c.Known[leaver.NotFound] != 1 || c.Known[leaver.Held] != 1 || c.Known.Total() != 2 || c.Rows[leaver.NotFound] != 3 || c.Rows[leaver.Held] != 2 {
		t.Errorf("known are %v of %v", c.Known, c.Rows)
	}
}

func TestCountsOfARun(t *testing.T) {
	start := time.Now()
	p := NewProgress(noRecord{}, 3, start)
	watched := 0
	p.Watch(func(c Counts) { watched = c.Called })
	result := func(o leaver.Outcome, attempts int, finished time.Time) leaver.Result {
		return leaver.Result{Outcome: o, Attempts: attempts, Duration: time.Second, FinishedAt: finished}
	}
	err := errors.Join(
		p.Record(result(leaver.Suspended, 1, start), result(leaver.Failed, 5, start.Add(time.Second))),
		p.Record(result(leaver.Suspended, 1, start.Add(-time.Hour))), // in an earlier run
		p.Record(result(leaver.Invalid, 0, start)),                   // without a request
	)
	if err != nil {
		t.Fatal(err)
	}
	p.recorded(leaver.Result{Outcome: leaver.Duplicate})
	c := p.Counts()
	if c.Called != 2 || c.Failed != 1 || c.Busy != 2*time.Second || watched != 2 {
		t.Errorf("the counts are %+v, and the watcher saw %d", c, watched)
	}
	if c.Rows[leaver.Suspended] != 2 || c.Rows[leaver.Failed] != 1 || c.Rows[leaver.Invalid] != 1 || c.Rows[leaver.Duplicate] != 1 {
		t.Errorf("the rows are %v", c.Rows)
	}
}
