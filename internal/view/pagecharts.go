package view

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// chart is an SVG of bars and lines. It has no text in it, so that it can be stretched to
// any width: what the axes say stands around it.
type chart struct {
	ID          string
	Title, Desc string
	Width       int      // one for each bar
	Top, Middle string   // what the upper edge and the middle mean; "": there is no such axis
	Ends        []string // what is below, from the left to the right
	Shapes      []shape
	Legend      bool
}

// shape is a path of a chart.
type shape struct{ Class, Name, Path string }

// chartHeight is the height of every chart in its own units.
const chartHeight = 100

// bars returns the path of bars that stand on others, in units of the chart, and adds their
// heights to below.
func bars(heights, below []float64) string {
	var b strings.Builder
	for i, h := range heights {
		if h <= 0 {
			continue
		}
		fmt.Fprintf(&b, "M%d %sv-%sh1v%sz", i, short(chartHeight-below[i]), short(h), short(h))
		below[i] += h
	}
	return b.String()
}

// line returns the path of a line in steps.
func line(heights []float64) string {
	var b strings.Builder
	for i, h := range heights {
		if i == 0 {
			fmt.Fprintf(&b, "M0 %sh1", short(chartHeight-h))
			continue
		}
		fmt.Fprintf(&b, "V%sh1", short(chartHeight-h))
	}
	return b.String()
}

// short writes a coordinate with one decimal at most.
func short(x float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
}

// scaled returns values as heights, if most is as high as the chart.
func scaled(values []float64, most float64) []float64 {
	heights := make([]float64, len(values))
	for i, v := range values {
		if most > 0 {
			heights[i] = min(max(v, 0)/most, 1) * chartHeight
		}
	}
	return heights
}

// roundUp returns the next number of one digit and zeros that has a round half.
func roundUp(x float64) float64 {
	if x <= 0 {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{1, 2, 3, 4, 5, 6, 8} {
		if x <= f*unit*(1+1e-9) {
			return f * unit
		}
	}
	return 10 * unit
}

// outcomesChart returns one bar that the outcomes divide. One that is rare is wide enough
// to be seen.
func (p *Page) outcomesChart() *chart {
	const width, least = 1000, 4
	c := &chart{ID: "outcomes-chart", Title: "Rows by outcome", Width: width}
	tally, order := p.tally, p.subject().order
	total := tally.Total()
	if total == 0 {
		return nil
	}
	var parts []string
	wide, free := 0.0, float64(width)
	for _, o := range order {
		if share := float64(tally[o]) / float64(total) * width; tally[o] > 0 && share < least {
			free -= least
		} else {
			wide += share
		}
	}
	at := 0.0
	for _, o := range order {
		if tally[o] == 0 {
			continue
		}
		w := float64(tally[o]) / float64(total) * width
		if w < least {
			w = least
		} else {
			w *= free / wide
		}
		c.Shapes = append(c.Shapes, shape{Class: "o-" + string(o), Path: fmt.Sprintf("M%s 0h%sv100h-%sz", short(at), short(w), short(w))})
		parts = append(parts, fmt.Sprintf("%s: %s", p.subject().name(o), grouped(tally[o])))
		at += w
	}
	c.Desc = strings.Join(parts, ", ") + "."
	return c
}

// timeline counts leavers over time. Its buckets become wider as it becomes longer, so that
// there are never many of them. Lines may come in any order.
type timeline struct {
	width       int64 // of a bucket, in seconds
	first, last int64 // buckets that have any
	counts      map[int64][2]int
}

// maxBuckets is how many buckets a timeline has at most.
const maxBuckets = 200

// add counts a leaver. Times that no clock has are left out.
func (t *timeline) add(at time.Time, suspended bool) {
	if y := at.Year(); y < 2000 || y > 2200 {
		return
	}
	if t.counts == nil {
		t.width, t.counts = 1, map[int64][2]int{}
		t.first, t.last = at.Unix(), at.Unix()
	}
	i := at.Unix() / t.width
	t.first, t.last = min(t.first, i), max(t.last, i)
	for t.last-t.first >= maxBuckets {
		t.halve()
		i = at.Unix() / t.width
	}
	c := t.counts[i]
	if suspended {
		c[0]++
	} else {
		c[1]++
	}
	t.counts[i] = c
}

// halve makes one bucket of each two.
func (t *timeline) halve() {
	half := make(map[int64][2]int, len(t.counts))
	for i, c := range t.counts {
		sum := half[i/2]
		half[i/2] = [2]int{sum[0] + c[0], sum[1] + c[1]}
	}
	t.counts, t.width, t.first, t.last = half, 2*t.width, t.first/2, t.last/2
}

// chart returns the timeline as a chart; nil if it has nobody.
func (t *timeline) chart() *chart {
	if len(t.counts) == 0 {
		return nil
	}
	n := int(t.last-t.first) + 1
	suspended, failed := make([]float64, n), make([]float64, n)
	most, sums := 0.0, [2]int{}
	for i, c := range t.counts {
		at := int(i - t.first)
		suspended[at], failed[at] = float64(c[0]), float64(c[1])
		most = max(most, float64(c[0]+c[1]))
		sums[0], sums[1] = sums[0]+c[0], sums[1]+c[1]
	}
	from, until := time.Unix(t.first*t.width, 0), time.Unix((t.last+1)*t.width, 0)
	each := spelled(time.Duration(t.width) * time.Second)
	top, below := roundUp(most), make([]float64, n)
	return &chart{
		ID: "time-chart", Title: "Leavers suspended and failed over time", Width: n, Legend: true,
		Desc: fmt.Sprintf("From %s to %s, %s leavers were suspended and %s were not. Each bar is %s; the highest has %s leavers.",
			moment(from), moment(until), grouped(sums[0]), grouped(sums[1]), each, grouped(int(most))),
		Top: amount(top), Middle: amount(top / 2), Ends: []string{moment(from), "leavers in " + each, moment(until)},
		Shapes: []shape{
			{"c-good", "suspended", bars(scaled(suspended, top), below)},
			{"c-bad", "not suspended", bars(scaled(failed, top), below)},
		},
	}
}

// durations counts how long the requests for a leaver took.
type durations struct{ h *hdrhistogram.Histogram }

// longest is the longest duration that is told apart, in milliseconds.
const longest = 24 * 60 * 60 * 1000

func newDurations() durations { return durations{hdrhistogram.New(1, longest, 2)} }

func (d durations) add(lasted time.Duration) {
	_ = d.h.RecordValue(min(max(lasted.Milliseconds(), 0), longest)) // that is in its range
}

// durationStep is how many leavers took at most so long, and longer than the step before.
type durationStep struct {
	Name, Count, Share string
	count              int64
}

// steps returns the counts by steps that become wider, from the first to the last that has any.
func (d durations) steps() []durationStep {
	var steps []durationStep
	bounds := []int64{5, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 10_000, 20_000, 60_000, 300_000, 3_600_000, longest}
	for _, bound := range bounds {
		steps = append(steps, durationStep{Name: "up to " + spelled(time.Duration(bound)*time.Millisecond)})
	}
	for _, bar := range d.h.Distribution() {
		for i, bound := range bounds {
			// A bar that reaches over a bound belongs to where it begins.
			if bar.From <= bound {
				steps[i].count += bar.Count
				break
			}
		}
	}
	for len(steps) > 0 && steps[0].count == 0 {
		steps = steps[1:]
	}
	for len(steps) > 0 && steps[len(steps)-1].count == 0 {
		steps = steps[:len(steps)-1]
	}
	for i, s := range steps {
		steps[i].Count, steps[i].Share = grouped(int(s.count)), percent(int(s.count), int(d.h.TotalCount()))
	}
	return steps
}

// quantiles returns how long the requests for a leaver took in the middle, and in the
// slowest cases.
func (d durations) quantiles() []PageFact {
	of := func(q float64) string { return spelled(time.Duration(d.h.ValueAtQuantile(q)) * time.Millisecond) }
	return []PageFact{
		{"Half of the leavers, up to", of(50)}, {"90% of them, up to", of(90)}, {"99% of them, up to", of(99)},
		{"The slowest", spelled(time.Duration(d.h.Max()) * time.Millisecond)},
	}
}

// chart returns the steps as a chart.
func (d durations) chart(steps []durationStep) *chart {
	counts, most := make([]float64, len(steps)), 0.0
	for i, s := range steps {
		counts[i] = float64(s.count)
		most = max(most, counts[i])
	}
	top := roundUp(most)
	q := d.quantiles()
	return &chart{
		ID: "duration-chart", Title: "Leavers by the time that their requests took", Width: len(steps),
		Desc: fmt.Sprintf("Half of the leavers took up to %s, 90%% up to %s, 99%% up to %s, and the slowest %s. The table has the numbers.", q[0].Value, q[1].Value, q[2].Value, q[3].Value),
		Top:  amount(top), Middle: amount(top / 2), Ends: []string{steps[0].Name, "leavers", steps[len(steps)-1].Name},
		Shapes: []shape{{"c-plain gap", "", bars(scaled(counts, top), make([]float64, len(steps)))}},
	}
}
