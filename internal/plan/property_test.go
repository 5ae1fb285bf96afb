package plan_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
	"offboard/internal/plan"
)

// TestPlansOfRandomNights makes random sequences of runs that go on with one report. The
// input is replaced, grows, shrinks, is sorted anew and corrected between them, or is the
// report itself; runs stop anywhere; some accounts are active again. It checks each plan against a simple statement of
// the rules, which keeps every line.
func TestPlansOfRandomNights(t *testing.T) {
	for seed := range uint64(3000) {
		h := &history{T: t, rand: rand.New(rand.NewPCG(seed, 1))}
		for range 1 + h.rand.IntN(7) {
			h.input = append(h.input, h.mention())
		}
		for range 2 + h.rand.IntN(5) {
			h.night()
			if h.Failed() {
				t.Fatalf("seed %d:%s", seed, h.dump())
			}
			h.change()
			if h.rand.IntN(3) == 0 {
				h.verify()
			}
		}
	}
}

// history is a report, and the list of tonight.
type history struct {
	*testing.T
	rand      *rand.Rand
	report    []leaver.Result
	input     []mention
	decisions []plan.Decision // of the last plan
}

type mention struct{ ref, date string }

var dates = []string{"", "2024-06-30", "2024-06-30T00:00:00Z", "2024-06-29", "2025-01-01", "2025-01-02", "2999-12-31", "soon"}

func (h *history) mention() mention {
	m := mention{ref: string(rune('a' + h.rand.IntN(6)))}
	// Most mentions of a leaver have the same end date.
	if h.rand.IntN(4) == 0 {
		m.date = dates[h.rand.IntN(len(dates))]
	} else {
		m.date = dates[int(m.ref[0])%5]
	}
	return m
}

// rows returns the rows of tonight's list.
func (h *history) rows() []leaver.Result {
	var rows []leaver.Result
	for i, m := range h.input {
		r := leaver.Result{Row: leaver.NewRow(leaver.Place{Source: "in.csv", Row: i + 2}, m.ref, m.date, time.UTC), Outcome: leaver.Pending}
		if m.ref == "f" && m.date == "2024-06-29" {
			r.Excluded = "on a list"
		}
		rows = append(rows, r)
	}
	return rows
}

// night plans a run, checks the plan, and carries it out as far as the run comes.
func (h *history) night() {
	o := plan.Options{Now: noon, IncludeFuture: h.rand.IntN(4) == 0}
	l := ledger.New()
	for _, r := range h.report {
		l.Add(r)
	}
	rows := h.rows()
	if inPlace := h.rand.IntN(5) == 0; inPlace {
		rows = h.standing()
	}
	p := plan.New(o, l)
	for _, r := range rows {
		p.Add(r)
	}
	if want := h.leftover(rows); !maps.Equal(p.Leftover(), want) {
		h.Errorf("%v are left over, want %v", p.Leftover(), want)
	}
	if h.rand.IntN(3) == 0 { // --unfinished
		isUnfinished, list := p.Unfinished(), rows
		for _, r := range h.standing() {
			if isUnfinished(r) != h.isUnfinished(r, list) {
				h.Errorf("%s %s %s is unfinished: %t", r.Place, r.Ref, r.Outcome, isUnfinished(r))
			}
			if isUnfinished(r) {
				rows = append(rows, r)
				p.Add(r)
			}
		}
	}
	h.decisions = h.decisions[:0]
	tally := leaver.Tally{}
	for d, err := range p.Tasks(each(rows)) {
		if err != nil {
			h.Error(err)
			return
		}
		h.decisions = append(h.decisions, d)
		tally[d.Outcome]++
	}
	if !maps.Equal(tally, p.Totals()) {
		h.Errorf("the totals are %v, those of the decisions %v", p.Totals(), tally)
	}
	h.check(o, rows)
	h.carryOut()
	h.checkWritten(rows)
}

// isDone tells whether lines say that a leaver is done for an end date.
func isDone(lines []leaver.Result, ref string, date leaver.DateKey) (done bool) {
	for _, r := range lines {
		switch {
		case r.Ref != ref || r.EndDate.Key() != date:
		case r.Outcome.Closed():
			done = true
		case r.ActiveAgain():
			done = false
		}
	}
	return done
}

// verify finds that some of the leavers who are done are active again.
func (h *history) verify() {
	for _, r := range h.standing() {
		if r.Outcome.Closed() && h.rand.IntN(3) == 0 {
			h.report = append(h.report, leaver.Result{Row: r.Row, Outcome: leaver.Pending, Reason: leaver.ActiveAgainReason("seen by the test")})
		}
	}
}

// marked returns a line that says that an account is active again, with what lines since
// the account was inactive say about rows of the leaver.
func (h *history) marked(at int, void func(int) bool) leaver.Result {
	r := h.report[at]
	for j := at - 1; j >= 0; j-- {
		switch l := h.report[j]; {
		case l.Ref != r.Ref:
		case l.Outcome == leaver.Excluded:
			r.Excluded = "an earlier run"
		case l.Outcome == leaver.Invalid:
			r.Fault = "an earlier run has found a contradiction"
		case !l.Outcome.AboutRow() && !void(j) && !l.ActiveAgain():
			return r
		}
	}
	return r
}

// standing returns the lines of the report that count. A line about a row counts if no
// later line has its place. Of the lines about a leaver the last one does, without those
// that are about an end date for which the leaver was done before.
func (h *history) standing() (lines []leaver.Result) {
	for i, r := range h.report {
		later := h.report[i+1:]
		if r.Outcome.AboutRow() {
			if !slices.ContainsFunc(later, func(l leaver.Result) bool { return l.Place == r.Place }) {
				lines = append(lines, r)
			}
			continue
		}
		void := func(at int) bool {
			l := h.report[at]
			return !l.Outcome.Closed() && !l.ActiveAgain() && isDone(h.report[:at], l.Ref, l.EndDate.Key())
		}
		counts := !void(i)
		if r.ActiveAgain() {
			r = h.marked(i, void)
		}
		for j := i + 1; j < len(h.report); j++ {
			if l := h.report[j]; l.Ref == r.Ref && !l.Outcome.AboutRow() && !void(j) {
				counts = false
			}
			if l := h.report[j]; l.Ref == r.Ref && l.Outcome == leaver.Excluded {
				r.Excluded = "an earlier run"
			}
			if l := h.report[j]; l.Ref == r.Ref && l.Outcome == leaver.Invalid && !r.Outcome.Closed() {
				r.Fault = "an earlier run has found a contradiction"
			}
		}
		if counts {
			lines = append(lines, r)
		}
	}
	return lines
}

// leftover counts the leavers who are unfinished and not in the input.
func (h *history) leftover(rows []leaver.Result) leaver.Tally {
	tally := leaver.Tally{}
	for _, r := range h.standing() {
		if !r.Outcome.AboutRow() && !r.Outcome.Closed() && r.Excluded == "" &&
			!slices.ContainsFunc(rows, func(in leaver.Result) bool { return in.Ref == r.Ref }) {
			tally[r.Outcome]++
		}
	}
	return tally
}

// isUnfinished tells whether --unfinished takes a line up: somebody has called for the
// leaver in vain, or nobody has yet, nothing speaks against it, and tonight's list does not
// have the leaver.
func (h *history) isUnfinished(r leaver.Result, list []leaver.Result) bool {
	switch r.Outcome {
	case leaver.Failed, leaver.NotFound, leaver.Unconfirmed, leaver.Pending:
	default:
		return false
	}
	isListed := func(in leaver.Result) bool { return in.Ref == r.Ref }
	return r.Excluded == "" && r.Fault == "" && !slices.ContainsFunc(list, isListed)
}

// check checks who is called.
func (h *history) check(o plan.Options, rows []leaver.Result) {
	for ref := range strings.SplitSeq("a b c d e f gone", " ") {
		called, keys, unread, isExcluded := 0, map[leaver.DateKey]bool{}, false, false
		wasDone := false
		for i, r := range rows {
			d := h.decisions[i]
			if r.Ref != ref {
				continue
			}
			if d.Outcome == leaver.Pending {
				called++
				if r.Fault != "" || r.Excluded != "" || isDone(h.report, ref, r.EndDate.Key()) {
					h.Errorf("%s must not be called, and is pending", d.Place)
				}
			}
			switch {
			case r.Excluded != "":
				isExcluded = true
			case r.Outcome == leaver.Invalid: // of a report, which cannot tell what is right
				if d.Outcome != leaver.Invalid {
					h.Errorf("%s was in contradiction, and is %s", d.Place, d.Outcome)
				}
			case r.Fault != "":
				unread = true
			case isDone(h.report, ref, r.EndDate.Key()):
				wasDone = wasDone || r.Outcome != leaver.Duplicate
				if !d.Outcome.Done() {
					h.Errorf("%s is done, and is %s", d.Place, d.Outcome)
				}
			case r.Outcome == leaver.Duplicate: // the row whose duplicate it is decides
			default:
				keys[r.EndDate.Key()] = true
			}
		}
		switch {
		case called > 1:
			h.Errorf("%s is called %d times", ref, called)
		case called == 1 && (len(keys) > 1 || unread || wasDone && len(keys) > 0):
			h.Errorf("%s is called, and has several end dates", ref)
		case called == 0 && len(keys) == 1 && !unread && !wasDone && !isExcluded:
			for _, r := range rows {
				if r.Ref == ref && r.Outcome != leaver.Duplicate && r.Outcome != leaver.Invalid && (o.IncludeFuture || r.EndDate.Passed(noon)) && !r.EndDate.FarAhead(noon) {
					h.Errorf("%s is not called", ref)
				}
			}
		}
	}
}

// carryOut records the decisions as a run does, with random outcomes for the leavers who
// are called, and stops anywhere.
func (h *history) carryOut() {
	stop := len(h.decisions)
	if h.rand.IntN(3) == 0 {
		stop = h.rand.IntN(len(h.decisions) + 1)
	}
	called := []leaver.Outcome{leaver.Suspended, leaver.Suspended, leaver.AlreadyInactive, leaver.Failed, leaver.NotFound, leaver.Unconfirmed}
	for i, d := range h.decisions {
		r := d.Result
		switch {
		case d.Written:
			continue
		case r.Outcome == leaver.Pending && i < stop:
			r.Outcome = called[h.rand.IntN(len(called))]
		case r.Outcome == leaver.Pending && r.Noted:
			continue
		}
		r.Noted, r.Earlier = false, ""
		h.report = append(h.report, r)
	}
}

// checkWritten checks that every row has a line that counts, and that the same plan
// would write nothing but the results of calls.
func (h *history) checkWritten(rows []leaver.Result) {
	standing := h.standing()
	for i, r := range rows {
		d := h.decisions[i]
		if samePlace := func(o plan.Decision) bool { return o.Place == d.Place }; d.Outcome.AboutRow() && slices.ContainsFunc(slices.Concat(h.decisions[:i], h.decisions[i+1:]), samePlace) {
			continue // the other row is one of an earlier night
		}
		if !slices.ContainsFunc(standing, func(l leaver.Result) bool {
			if d.Outcome.AboutRow() {
				return l.Place == r.Place && l.Outcome == d.Outcome
			}
			return l.Ref == r.Ref && !l.Outcome.AboutRow()
		}) {
			h.Errorf("%s is %s, and no line that counts says so", d.Place, d.Outcome)
		}
	}
	l := ledger.New()
	for _, r := range h.report {
		l.Add(r)
	}
	for ref := range strings.SplitSeq("a b c d e f", "") {
		wasCalled := slices.ContainsFunc(h.report, func(r leaver.Result) bool { return r.Ref == ref && r.Outcome.Called() })
		if _, known := l.Leaver(l.Keys.Of(ref)); wasCalled && !known {
			h.Errorf("%s was called, and is forgotten", ref)
		}
	}
}

// change edits the list between two nights.
func (h *history) change() {
	for range h.rand.IntN(3) {
		at := 0
		if len(h.input) > 0 {
			at = h.rand.IntN(len(h.input))
		}
		switch n := h.rand.IntN(6); {
		case n == 0 || len(h.input) == 0:
			h.input = append(h.input, h.mention())
		case n == 1:
			h.input[at] = mention{ref: "gone", date: "soon"}
		case n == 2:
			h.input[at].date = dates[h.rand.IntN(len(dates))]
		case n == 3:
			h.input = slices.Delete(h.input, at, at+1)
		case n == 4:
			h.rand.Shuffle(len(h.input), func(i, j int) { h.input[i], h.input[j] = h.input[j], h.input[i] })
		case n == 5:
			for i := range h.input {
				h.input[i] = h.mention()
			}
		}
	}
}

func (h *history) dump() string {
	var b strings.Builder
	for _, r := range h.report {
		fmt.Fprintf(&b, "\n  recorded %s %s %q %s %s", r.Place, r.Ref, r.EndDate.Text, r.Outcome, r.Reason)
	}
	for _, d := range h.decisions {
		fmt.Fprintf(&b, "\n  decided  %s %s %q %s written %t: %s", d.Place, d.Ref, d.EndDate.Text, d.Outcome, d.Written, d.Reason)
	}
	return b.String()
}
