package run

import (
	"testing"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
)

type discard struct{}

func (discard) Record(...leaver.Result) error { return nil }

func TestOutagesAreCountedAndTheMemoryOfThemIsBounded(t *testing.T) {
	p := NewProgress(discard{}, 10, time.Now())
	watched := 0
	p.Watch(func(Counts) { watched++ })
	begin := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
	const n = 2 * mostOutages
	for i := range n {
		o := batch.Outage{Since: begin.Add(time.Duration(i) * time.Hour), Next: begin}
		p.Outage(o)
		if got, going := p.Counts().Going(); !going || !got.Since.Equal(o.Since) {
			t.Fatalf("outage %d: got %v, %t", i, got, going)
		}
		before := p.Counts().Outages
		o.Until, o.Probes = o.Since.Add(time.Minute), 2
		p.Outage(o)
		if _, going := p.Counts().Going(); going || !before[len(before)-1].Until.IsZero() {
			t.Fatalf("outage %d goes on, or figures that were given away have changed", i)
		}
	}
	c := p.Counts()
	if c.Outage != (OutageTotals{n, n * time.Minute, 2 * n}) || watched != 2*n {
		t.Errorf("got %+v, watched %d times", c.Outage, watched)
	}
	if len(c.Outages) != mostOutages+1 || !c.Outages[0].Since.Equal(begin) || !c.Outages[mostOutages].Since.Equal(begin.Add((n-1)*time.Hour)) {
		t.Errorf("%d outages are kept", len(c.Outages))
	}
}
