package view

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// PageRun is what a page says about a run of which there is a summary.
type PageRun struct {
	Summary    string // name of the file
	Target     string
	Tool, Host string
	Start, End time.Time
	Ended      string // how, in words
	Facts      []PageFact
	Settings   []PageFact
	Inputs     []PageInput
	Outages    []PageOutage
	Series     PageSeries
}

// PageInput is an input of a run.
type PageInput struct {
	Name, SHA256 string
	Bytes        int64
}

// PageOutage is a time in which the service answered nobody.
type PageOutage struct {
	Since, Until time.Time
	Reason       string
}

// PageSeries is a run over time, in buckets of one width without gaps.
type PageSeries struct {
	Start     time.Time
	Bucket    time.Duration
	Pace      []float64 // requests that could start, per second
	Throttled []int     // answers 429
	Others    []int     // all other answers, and calls without one
}

const (
	// maxPageRuns is how many runs are shown with everything; the others are named only.
	maxPageRuns = 3
	maxNamed    = 20 // items of a list
	maxSettings = 40
)

// runView is a run as the template has it.
type runView struct {
	ID       int
	Name     string // when it began, and its file
	Facts    []PageFact
	Settings []PageFact
	Inputs   []inputView
	More     string // inputs that are not shown
	Outages  []outageView
	Chart    *chart
}

type inputView struct{ Name, Size, SHA256 string }

type outageView struct{ Since, Lasted, Reason string }

// runs returns the last runs, with the first of them first, and says how many are left out.
func (p *Page) runs() (views []runView, leftOut int) {
	sorted := slices.Clone(p.Runs)
	slices.SortStableFunc(sorted, func(a, b PageRun) int { return a.Start.Compare(b.Start) })
	leftOut = max(0, len(sorted)-maxPageRuns)
	for i, r := range sorted[leftOut:] {
		views = append(views, r.view(i+1))
	}
	return views, leftOut
}

// view returns the run with texts of a limited length.
func (r PageRun) view(id int) runView {
	v := runView{ID: id, Name: "Run of " + moment(r.Start)}
	v.Facts = append(v.Facts, PageFact{"Summary", pageText(r.Summary, 200)}, PageFact{"Program", pageText(r.Tool, 120)}, PageFact{"Computer", pageText(r.Host, 120)},
		PageFact{"From", moment(r.Start)}, PageFact{"To", moment(r.End)}, PageFact{"How it ended", pageText(r.Ended, 300)})
	v.Facts = append(v.Facts, shortened(r.Facts)...)
	v.Settings = shortened(r.Settings)
	for i, in := range r.Inputs {
		if i == maxNamed {
			v.More = fmt.Sprintf("… and %s more", grouped(len(r.Inputs)-i))
			break
		}
		v.Inputs = append(v.Inputs, in.view())
	}
	for _, o := range r.Outages[:min(len(r.Outages), maxNamed)] {
		v.Outages = append(v.Outages, outageView{moment(o.Since), spelled(max(0, o.Until.Sub(o.Since))), pageText(o.Reason, 100)})
	}
	v.Chart = r.Series.chart(fmt.Sprintf("pace-chart-%d", id))
	return v
}

func (in PageInput) view() inputView {
	return inputView{pageText(in.Name, 200), counted(int(in.Bytes), "byte"), pageText(in.SHA256, 64)}
}

// shortened returns facts of a limited length.
func shortened(facts []PageFact) []PageFact {
	var all []PageFact
	for _, f := range facts[:min(len(facts), maxSettings)] {
		all = append(all, PageFact{pageText(f.Name, 60), pageText(f.Value, 200)})
	}
	return all
}

// chart returns the pace and the answers over time; nil if nothing was sent.
func (s PageSeries) chart(id string) *chart {
	n := min(len(s.Pace), len(s.Throttled), len(s.Others), 240)
	if n == 0 || s.Bucket <= 0 {
		return nil
	}
	throttled, others := make([]float64, n), make([]float64, n)
	var most, highest float64
	sum := 0
	for i := range n {
		throttled[i], others[i] = float64(max(0, s.Throttled[i]))/s.Bucket.Seconds(), float64(max(0, s.Others[i]))/s.Bucket.Seconds()
		most = max(most, throttled[i]+others[i])
		highest = max(highest, s.Pace[i])
		sum += max(0, s.Throttled[i])
	}
	// A pace that nothing comes near, as one without a ceiling, would make all bars flat.
	top, below := roundUp(min(max(most, highest), max(3*most, 1))), make([]float64, n)
	until := s.Start.Add(time.Duration(n) * s.Bucket)
	desc := []string{
		fmt.Sprintf("From %s to %s, in steps of %s.", moment(s.Start), moment(until), spelled(s.Bucket)),
		fmt.Sprintf("At most %s answers came per second; the highest pace allowed was %s requests per second.", amount(most), amount(highest)),
		fmt.Sprintf("%s had the status 429, by which the service asks for a slower pace.", counted(sum, "answer")),
	}
	return &chart{
		ID: id, Title: "Pace and answers over time", Desc: strings.Join(desc, " "), Width: n, Legend: true,
		Top: amount(top), Middle: amount(top / 2), Ends: []string{moment(s.Start), "per second", moment(until)},
		Shapes: []shape{
			{"c-calm", "answers", bars(scaled(others, top), below)},
			{"c-slow", "answers 429 (too many requests)", bars(scaled(throttled, top), below)},
			{"c-line", "pace allowed", line(scaled(s.Pace[:n], top))},
		},
	}
}
