package report

import (
	"math"
	"slices"
	"sort"
	"time"

	"offboard/internal/leaver"
)

// Work is what the runs of reports have done. It takes every line, those that do not count
// any more, too: a leaver who failed in one night and was suspended in the next one took the
// requests of both.
//
// A line that is the copy of an earlier one is left out: a run writes the line of a leaver
// again who now stands in another row, and a run over a report copies the lines of leavers
// who are done into its own. A copy has the time of its leaver's last answer.
//
// The time at work is the sum of periods. A period begins with the requests of its first
// leaver and ends with its last answer. Where there is more than maxPause between an answer
// and the next requests, as between two nights or while the service is waited for, another
// period begins. Runs at the same time share their period. The order of lines does not matter.
type Work struct {
	Requests int     `json:"requests"` // all attempts
	Leavers  int     `json:"leavers"`  // who were called, each once
	Periods  int     `json:"periods"`  // of work
	Seconds  float64 `json:"seconds"`  // at work
	// Pace is the number of leavers called per second at work, with three decimals. A
	// leaver who is called in several runs counts in each.
	Pace float64 `json:"leaversPerSecond"`

	calls   int      // leavers called, in each run
	answers []uint32 // the time of the last answer, by the leaver's number; 0: none
	periods []period // in their order, with more than maxPause between them
}

// period is a time at work, in milliseconds since 1970.
type period struct{ from, until int64 }

const (
	// maxPause is the longest time without requests that belongs to a period of work.
	maxPause = 5 * time.Minute
	// maxBusy limits what a line that was changed by hand can say of its requests.
	maxBusy = 24 * time.Hour
)

// add takes a line. number is that of its leaver, from 0 on; -1 if it has none.
func (w *Work) add(r leaver.Result, number int) {
	if r.Attempts <= 0 || w.isCopy(number, r.FinishedAt) {
		return
	}
	w.calls++
	w.Requests += r.Attempts
	if !r.FinishedAt.IsZero() {
		until := r.FinishedAt.UnixMilli()
		w.worked(period{until - min(max(r.Duration, 0), maxBusy).Milliseconds(), until})
	}
}

// isCopy tells whether the answer to a leaver is known already, and notes it.
func (w *Work) isCopy(number int, at time.Time) bool {
	if number < 0 {
		return false
	}
	for number >= len(w.answers) {
		w.answers = append(w.answers, 0)
	}
	// Of the time, 49 days are kept: no leaver has two answers whose times differ by a
	// multiple of that to the millisecond.
	answer := max(1, uint32(at.UnixMilli()))
	before := w.answers[number]
	w.answers[number] = answer
	if before == 0 {
		w.Leavers++
	}
	return before == answer && !at.IsZero()
}

// worked adds a time at work.
func (w *Work) worked(p period) {
	const pause = int64(maxPause / time.Millisecond)
	last := len(w.periods) - 1
	switch {
	case last < 0 || p.from > w.periods[last].until+pause:
		w.periods = append(w.periods, p)
		return
	case p.from >= w.periods[last].from: // nearly always
		w.periods[last].until = max(w.periods[last].until, p.until)
		return
	}
	// The periods from first to end, without end, become one with p.
	first := sort.Search(len(w.periods), func(i int) bool { return w.periods[i].until+pause >= p.from })
	end := sort.Search(len(w.periods), func(i int) bool { return w.periods[i].from > p.until+pause })
	if first < end {
		p.from, p.until = min(p.from, w.periods[first].from), max(p.until, w.periods[end-1].until)
	}
	w.periods = slices.Replace(w.periods, first, end, p)
}

// conclude computes what depends on all lines.
func (w *Work) conclude() {
	var worked int64
	for _, p := range w.periods {
		worked += p.until - p.from
	}
	w.Periods, w.Seconds, w.Pace = len(w.periods), float64(worked)/1000, 0
	if worked > 0 {
		w.Pace = math.Round(1000*float64(w.calls)/w.Seconds) / 1000
	}
}
