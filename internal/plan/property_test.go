package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/plan"
)

// TestPlansOfRandomHistories makes random sequences of runs: the input changes
// between them, runs stop at any row, and reports are resumed. It checks each plan
// against a simple statement of the rules.
func TestPlansOfRandomHistories(t *testing.T) {
	for seed := range uint64(2000) {
		h := &history{T: t, rand: rand.New(rand.NewPCG(seed, 1)), seed: seed}
		h.simulate()
		if t.Failed() {
			return
		}
	}
}

type history struct {
	*testing.T
	rand   *rand.Rand
	seed   uint64
	report []leaver.Result
	input  []mention // a row of the input is its position in it
}

type mention struct{ ref, date string }

var dates = []string{"", "2024-06-30", "2024-06-30T00:00:00Z", "2024-06-29", "2025-01-01", "2025-01-02", "2999-12-31", "soon"}

func (h *history) mention() mention {
	m := mention{ref: string(rune('a' + h.rand.IntN(6)))}
	// Most mentions of a leaver have the same end date.
	if h.rand.IntN(3) == 0 {
		m.date = dates[h.rand.IntN(len(dates))]
	} else {
		m.date = dates[int(m.ref[0])%5]
	}
	return m
}

func (h *history) simulate() {
	for range 1 + h.rand.IntN(8) {
		h.input = append(h.input, h.mention())
	}
	for range 1 + h.rand.IntN(5) {
		o := plan.Options{Now: noon, IncludeFuture: h.rand.IntN(4) == 0}
		rows := h.rows()
		decisions := decide(h, o, h.report, rows)
		h.check(o, rows, decisions)
		h.record(decisions)
		h.checkRest(o, rows)
		h.checkInPlace(o)
		if h.Failed() {
			h.Logf("seed %d", h.seed)
			return
		}
		h.change()
	}
}

func (h *history) rows() []leaver.Result {
	var rows []leaver.Result
	for i, m := range h.input {
		rows = append(rows, leaver.Result{
			Row:     leaver.NewRow(leaver.Place{Source: "in.csv", Row: i + 2}, m.ref, m.date, time.UTC),
			Outcome: leaver.Pending,
		})
	}
	return rows
}

// done returns the line that makes a leaver with this end date done, if there is
// one: it is the last line with a call for the leaver, says suspended, and no later
// line is about a call for its row with another end date.
func (h *history) done(ref string, date leaver.DateKey) (leaver.Result, bool) {
	var last leaver.Result
	for _, r := range h.report {
		switch {
		case r.Ref != ref || r.Outcome.Uncalled():
		case r.Outcome == leaver.Suspended:
			last = r
		case r.EndDate.Key() == last.EndDate.Key() || r.Place == last.Place:
			last = leaver.Result{}
		}
	}
	return last, last.Outcome == leaver.Suspended && last.EndDate.Key() == date
}

func (h *history) check(o plan.Options, rows []leaver.Result, decisions []plan.Decision) {
	for ref := range strings.SplitSeq("abcdef", "") {
		var of []plan.Decision // the rows of this leaver that can be used
		var keys []leaver.DateKey
		pending, notDue, unread := 0, 0, false
		for i, d := range decisions {
			if d.Ref != ref {
				continue
			}
			switch d.Outcome {
			case leaver.Pending:
				pending++
			case leaver.NotDue:
				notDue++
			}
			if rows[i].Fault != "" {
				unread = true
				if d.Outcome != leaver.Invalid {
					h.Errorf("%s cannot be used, and is %s", d.Place, d.Outcome)
				}
				continue
			}
			of, keys = append(of, d), append(keys, d.EndDate.Key())
		}
		if len(of) == 0 {
			continue
		}
		slices.Sort(keys)
		agree := len(slices.Compact(keys)) == 1 && !unread
		_, done := h.done(ref, of[0].EndDate.Key())
		due := o.IncludeFuture || of[0].EndDate.Passed(noon)
		wantPending, wantNotDue := 0, 0
		switch {
		case !agree || done:
		case of[0].EndDate.Time().Year() > 2026: // too far ahead
		case due:
			wantPending = 1
		default:
			wantNotDue = 1
		}
		if pending != wantPending || notDue != wantNotDue {
			h.Errorf("%s (agree %t, due %t, done %t) is pending %d times and not due %d times, want %d and %d: %v",
				ref, agree, due, done, pending, notDue, wantPending, wantNotDue, h.dump(decisions))
		}
		rewritten := 0 // rows for which the line of an earlier run is written again
		for _, d := range of {
			line, done := h.done(ref, d.EndDate.Key())
			isThere := done && line.Place == d.Place
			if d.Outcome == leaver.Suspended && !isThere {
				rewritten++
				if !done || d.Written {
					h.Errorf("%s is suspended, and no line of the report says so: %v", d.Place, h.dump(decisions))
				}
			}
			if isThere && d.Outcome != leaver.Suspended && rewritten == 0 {
				h.Errorf("%s is done, and is %s: %v", d.Place, d.Outcome, h.dump(decisions))
			}
			if !agree && d.Outcome != leaver.Invalid && d.Outcome != leaver.Suspended && rewritten == 0 {
				h.Errorf("%s has several end dates, and is %s", d.Place, d.Outcome)
			}
		}
		if rewritten > 1 {
			h.Errorf("the line of %s is written again for %d rows: %v", ref, rewritten, h.dump(decisions))
		}
	}
}

// record writes the decisions of a plan to the report, with random outcomes for the
// pending rows. It may stop early.
func (h *history) record(decisions []plan.Decision) {
	stop := len(decisions)
	if h.rand.IntN(3) == 0 {
		stop = h.rand.IntN(len(decisions) + 1)
	}
	called := []leaver.Outcome{leaver.Suspended, leaver.Suspended, leaver.Suspended, leaver.Failed, leaver.NotFound, leaver.Unconfirmed}
	for i, d := range decisions {
		if d.Written {
			continue
		}
		r := d.Result
		if r.Outcome == leaver.Pending && i < stop {
			r.Outcome = called[h.rand.IntN(len(called))]
		}
		h.report = append(h.report, r)
	}
}

// checkRest plans the same input again: rows that are done or need no call are
// written already, and all others are pending.
func (h *history) checkRest(o plan.Options, rows []leaver.Result) {
	last := map[leaver.Place]leaver.Outcome{}
	for _, r := range h.report {
		last[r.Place] = r.Outcome
	}
	for _, d := range decide(h, o, h.report, rows) {
		was := last[d.Place]
		switch {
		case was == leaver.Suspended || was.Uncalled():
			if d.Outcome != was || !d.Written {
				h.Errorf("%s was %s, and is %s (written %t) in the next plan", d.Place, was, d.Outcome, d.Written)
			}
		case d.Outcome != leaver.Pending:
			h.Errorf("%s was %s, and is %s in the next plan", d.Place, was, d.Outcome)
		}
	}
}

// checkInPlace plans to resume the report with itself as the only input.
func (h *history) checkInPlace(o plan.Options) {
	var rows []leaver.Result // the last line about each row
	for i, r := range h.report {
		if !slices.ContainsFunc(h.report[i+1:], func(later leaver.Result) bool { return later.Place == r.Place }) {
			rows = append(rows, r)
		}
	}
	pending, done := map[string]int{}, map[mention]bool{}
	decisions := decide(h, o, h.report, rows)
	for i, d := range decisions {
		if was := rows[i].Outcome; was.Done() {
			done[mention{d.Ref, d.EndDate.Text}] = done[mention{d.Ref, d.EndDate.Text}] || was == leaver.Suspended
			if d.Outcome != was {
				h.Errorf("in place: %s was %s, and is %s", d.Place, was, d.Outcome)
			}
		}
		if d.Outcome == leaver.Pending {
			pending[d.Ref]++
		}
	}
	for _, d := range decisions {
		if d.Outcome == leaver.Pending && (pending[d.Ref] > 1 || done[mention{d.Ref, d.EndDate.Text}]) {
			h.Errorf("in place: %s is pending %d times, or done already: %s", d.Ref, pending[d.Ref], h.dump(decisions))
		}
	}
}

// change edits the input between two runs. It keeps the places of the rows, because
// a row overwrites the line of another row at the same place.
func (h *history) change() {
	for range h.rand.IntN(3) {
		switch h.rand.IntN(3) {
		case 0:
			h.input = append(h.input, h.mention())
		case 1:
			h.input[h.rand.IntN(len(h.input))] = mention{ref: "gone", date: "soon"}
		case 2:
			h.input[h.rand.IntN(len(h.input))].date = dates[h.rand.IntN(len(dates))]
		}
	}
}

func (h *history) dump(decisions []plan.Decision) string {
	var b strings.Builder
	for _, r := range h.report {
		fmt.Fprintf(&b, "\n  recorded %s %s %q %s", r.Place, r.Ref, r.EndDate.Text, r.Outcome)
	}
	for _, d := range decisions {
		fmt.Fprintf(&b, "\n  decided  %s %s %q %s", d.Place, d.Ref, d.EndDate.Text, d.Outcome)
	}
	return b.String()
}
