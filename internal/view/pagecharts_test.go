package view

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

func TestATimelineCountsEverybodyOnceInAnyOrder(t *testing.T) {
	for name, span := range map[string]time.Duration{"no time at all": 1, "minutes": 10 * time.Minute, "a day": 24 * time.Hour, "three years": 3 * 365 * 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			var tl timeline
			want := [2]int{}
			for i := range 5000 {
				failed := i % 5 / 4
				want[failed]++
				tl.add(pageMade.Add(time.Duration(random.Int64N(int64(span)))), failed == 0)
			}
			got := [2]int{}
			for i, c := range tl.counts {
				got[0], got[1] = got[0]+c[0], got[1]+c[1]
				if i < tl.first || i > tl.last {
					t.Errorf("the bucket %d is not between %d and %d", i, tl.first, tl.last)
				}
			}
			if got != want || len(tl.counts) > maxBuckets || tl.last-tl.first >= maxBuckets {
				t.Errorf("%v were counted in %d buckets from %d to %d, want %v", got, len(tl.counts), tl.first, tl.last, want)
			}
			c := tl.chart()
			if from, until := c.Ends[0], c.Ends[2]; from > moment(pageMade) || until < moment(pageMade.Add(span)) {
				t.Errorf("the chart is from %s to %s", from, until)
			}
		})
	}
}

func TestATimelineLeavesOutTimesThatNoClockHas(t *testing.T) {
	var tl timeline
	for _, year := range []int{1, 1970, 9999} {
		tl.add(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), true)
	}
	if c := tl.chart(); c != nil {
		t.Errorf("there is a chart: %+v", c)
	}
}

func TestTheBarOfOutcomesIsAsWideAsItsChart(t *testing.T) {
	p := NewPage([]string{"a.csv"}, pageMade)
	p.tally = leaver.Tally{leaver.Suspended: 1_000_000, leaver.NotFound: 1, leaver.Failed: 1}
	c := p.outcomesChart()
	var paths []string
	for _, s := range c.Shapes {
		paths = append(paths, s.Class+" "+s.Path)
	}
	want := []string{"o-suspended M0 0h992v100h-992z", "o-not_found M992 0h4v100h-4z", "o-failed M996 0h4v100h-4z"}
	if !slices.Equal(paths, want) || c.Desc != "suspended: 1,000,000, not found: 1, failed: 1." {
		t.Errorf("got %q, %q", paths, c.Desc)
	}
}

func TestPacesAndAnswersStandOnEachOther(t *testing.T) {
	s := PageSeries{Start: pageMade, Bucket: 2 * time.Second, Pace: []float64{10, 1000, 5}, Throttled: []int{0, 10, 0}, Others: []int{20, 10, 0}}
	c := s.chart("x")
	// 20 answers in two seconds are 10 per second, and a pace far above is cut at the top.
	want := []string{"M0 100v-33.3h1v33.3zM1 100v-16.7h1v16.7z", "M1 83.3v-16.7h1v16.7z", "M0 66.7h1V0h1V83.3h1"}
	for i, shape := range c.Shapes {
		if shape.Path != want[i] {
			t.Errorf("%s: %s, want %s", shape.Name, shape.Path, want[i])
		}
	}
	if c.Top != "30" || !strings.Contains(c.Desc, "10 answers had the status 429") {
		t.Errorf("the top is %s, and the description %q", c.Top, c.Desc)
	}
	if (PageSeries{Bucket: time.Second}).chart("x") != nil {
		t.Error("there is a chart of nothing")
	}
}

func TestDurationsAreCountedByStepsFromTheFirstToTheLast(t *testing.T) {
	d := newDurations()
	for i := range 100 {
		d.add(time.Duration(40+i) * time.Millisecond)
	}
	d.add(-time.Second)
	d.add(1000 * time.Hour)
	steps := d.steps()
	got := map[string]string{}
	sum := int64(0)
	for _, s := range steps {
		got[s.Name] = s.Count + " " + s.Share
		sum += s.count
	}
	if got["up to 70 ms"] != "20 19.6%" || got["up to 5 ms"] != "1 1%" || sum != 102 || steps[len(steps)-1].Name != "up to 24 h" {
		t.Errorf("got %v in %d", got, sum)
	}
	if q := d.quantiles(); q[0].Value != "89 ms" {
		t.Errorf("half of them took up to %s", q[0].Value)
	}
	if empty := newDurations().steps(); len(empty) != 0 {
		t.Errorf("there are steps without durations: %v", empty)
	}
}

func TestTheHeadlineSaysWhatComesNext(t *testing.T) {
	for want, tally := range map[string]leaver.Tally{
		"The report has no rows.":                                                                   {},
		"Nobody has to do anything: the only row is fine.":                                          {leaver.NotDue: 1},
		"Nobody has to do anything: all 1,200 rows are fine.":                                       {leaver.Suspended: 1000, leaver.Excluded: 200},
		"1 of 2 rows needs somebody to look at it.":                                                 {leaver.Suspended: 1, leaver.Held: 1},
		"3 of 4 rows need somebody to look at them.":                                                {leaver.Suspended: 1, leaver.Failed: 2, leaver.Invalid: 1},
		"1 of 1 row is still to be done by another run.":                                            {leaver.Pending: 1},
		"2 of 3 rows are still to be done by another run.":                                          {leaver.Pending: 2, leaver.Suspended: 1},
		"1 of 3 rows needs somebody to look at it, and 2 more are still to be done by another run.": {leaver.Pending: 2, leaver.Held: 1},
	} {
		if got, fine := headlineOfReports(tally); got != want || fine != tally.Fine() {
			t.Errorf("got %q, %v, want %q", got, fine, want)
		}
	}
}

func TestTheHeadlineOfAPlanSaysWhoWouldBeSuspended(t *testing.T) {
	for want, tally := range map[string]leaver.Tally{
		"The inputs have no rows.":          {},
		"Nobody would be suspended.":        {leaver.NotDue: 1},
		"1 leaver would be suspended.":      {leaver.Pending: 1, leaver.Suspended: 3},
		"1,200 leavers would be suspended.": {leaver.Pending: 1200},
		"Nobody would be suspended. 1 of 1 row needs somebody to look at it first.":      {leaver.Held: 1},
		"2 leavers would be suspended. 3 of 5 rows need somebody to look at them first.": {leaver.Pending: 2, leaver.Held: 2, leaver.Invalid: 1},
	} {
		needs := needs(tally)
		if got, fine := headlineOfPlan(tally); got != want || fine != (needs == 0) {
			t.Errorf("got %q, %v, want %q", got, fine, want)
		}
	}
}

func TestNumbersAreEasyToRead(t *testing.T) {
	for got, want := range map[string]string{
		grouped(0): "0", grouped(999): "999", grouped(-1234567): "-1,234,567", grouped(12345): "12,345",
		percent(0, 5): "0%", percent(5, 5): "100%", percent(1, 100_000): "< 0.1%", percent(99_999, 100_000): "> 99.9%", percent(1, 3): "33.3%",
		spelled(87 * time.Millisecond): "87 ms", spelled(2500 * time.Millisecond): "2.5 s", spelled(90 * time.Second): "1 min 30 s",
		spelled(2 * time.Hour): "2 h", spelled(50 * time.Hour): "2 days 2 h", spelled(time.Minute): "1 min",
		pageText("a\tb\u202e", 10): "a\ufffdb\ufffd", pageText("<<<", 8): "<<…", pageText("äöü", 4): "äö…",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
