package plan

import (
	"fmt"
	"iter"
	"maps"

	"offboard/internal/compact"
	"offboard/internal/leaver"
	"offboard/internal/ledger"
)

// Decision is what a run does with a row.
type Decision struct {
	// Result is pending if the leaver is to be suspended. Any other outcome is
	// final: no request is sent.
	leaver.Result
	// Written tells that the report with which the run goes on says this already:
	// nothing is to be written.
	Written bool
}

// Tasks decides about every row of the second reading, in the same order. It ends
// with the first error: an error of the rows, or one that matches ErrChanged.
func (p *Plan) Tasks(rows iter.Seq2[leaver.Result, error]) iter.Seq2[Decision, error] {
	return func(yield func(Decision, error) bool) {
		n, tally := 0, leaver.Tally{}
		second := reading{Plan: p, places: compact.NewTable[compact.Key, place](compact.Key.Hash)}
		for r, err := range rows {
			if err == nil && r.LeftOut {
				continue // no leaver
			}
			var d Decision
			if err == nil {
				n++
				d, err = second.decide(r)
				tally[d.Outcome]++
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
		switch {
		case n != p.rows:
			yield(Decision{}, fmt.Errorf("%w: it had %d rows and has %d now", ErrChanged, p.rows, n))
		case !maps.Equal(tally, p.Totals()):
			yield(Decision{}, fmt.Errorf("%w: its rows are in another order", ErrChanged))
		}
	}
}

// reading is one reading of the rows after the first one.
type reading struct {
	*Plan
	decided compact.Bits // entries of refs: the first row of the leaver was there
	done    compact.Bits // leavers of the ledger who are done: a row of theirs was there
	// places has the first rows of these, if reports are among the inputs: a row can be in
	// a report and in the export that it was made from.
	places *compact.Table[compact.Key, place]
}

// first notes the first row of a leaver who is done.
func (g *reading) first(k compact.Key, at leaver.Place) {
	if g.sources.hasReports {
		g.places.Put(k, g.sources.place(at))
	}
}

// isFirst tells whether a row is at the place of that row.
func (g *reading) isFirst(k compact.Key, at leaver.Place) bool {
	first, known := g.places.Get(k)
	return known && first == g.sources.place(at)
}

// decide returns the decision about a row.
func (g *reading) decide(r leaver.Result) (Decision, error) {
	result := func(o leaver.Outcome, reason string) Decision {
		result := leaver.Result{Row: r.Row, Outcome: o, Reason: reason}
		_, same := g.ledger.SpeaksOf(result)
		if g.ledger.Said(result) { // of another row, too: the file may have changed around it
			result.Earlier = result.Outcome
		}
		return Decision{result, same}
	}
	k := g.key(r.Ref)
	if by, isCorrected := g.corrections.of(&r.Row, k); isCorrected {
		return result(leaver.Duplicate, g.correctedBy(by, r.Row)), nil
	}
	if o, reason, isSettled := settledBy(r); isSettled {
		if o == leaver.Excluded {
			reason = leaver.DoubtedReason(r.Doubts.Without(g.judge.accepted), reason, r.Seen)
		}
		return result(o, reason), nil
	}
	known, _ := g.ledger.Leaver(k)
	if o, isDone := g.ledger.Done(k, r.EndDate.Key()); isDone {
		if r.Outcome == leaver.Duplicate || !g.done.Add(known.Number) {
			d := result(leaver.Duplicate, alsoThere(o))
			d.Written = d.Written || g.isFirst(k, r.Place)
			return d, nil
		}
		g.first(k, r.Place)
		return g.closed(r, known, o), nil
	}
	e, isOpen := g.refs.Get(k)
	switch {
	case !isOpen:
		return Decision{}, fmt.Errorf("%w: %s is new", ErrChanged, r.Place)
	case r.Outcome.Closed():
		return Decision{Result: r}, nil // copied from the report that is the input
	}
	o, reason, err := g.verdict(r, k, e)
	switch {
	case err != nil:
		return Decision{}, err
	case o == leaver.Duplicate && !e.flags.has(onlyDuplicates) && e.place == g.sources.place(r.Place):
		d := result(o, reason)
		d.Written = true // the row is in two inputs, and has the leaver's line
		return d, nil
	case o.AboutRow():
		return result(o, reason), nil
	}
	return g.leaverLine(leaver.Result{Row: r.Row, Outcome: o, Reason: reason}, r, known), nil
}

// closed is the decision about a leaver who is done by the ledger, with the outcome that
// says so. Their line is written again if another one counts for the leaver, or if one
// counts that speaks of the row.
func (g *reading) closed(r leaver.Result, known ledger.Standing, o leaver.Outcome) Decision {
	speaks, _ := g.ledger.SpeaksOf(r)
	isSaid := known.Outcome == o && known.EndDate == r.EndDate.Key()
	if r.Outcome != o {
		r = leaver.Result{Row: r.Row, Outcome: o, Reason: earlierRun(o)}
	}
	return Decision{r, isSaid && !speaks}
}

// earlierRun says of a leaver who is done what an earlier run has said.
func earlierRun(o leaver.Outcome) string {
	if o == leaver.AlreadyInactive {
		return "an earlier run has found the account inactive"
	}
	return "an earlier run has suspended the leaver"
}

// alsoThere says the same in another row of the leaver.
func alsoThere(o leaver.Outcome) string {
	if o == leaver.AlreadyInactive {
		return "an earlier run has found the account inactive; the leaver is in another row, too"
	}
	return "an earlier run has suspended the leaver, who is in another row, too"
}

// leaverLine is the decision about a row whose line will speak of its leaver. from is the
// row as the input has it.
func (g *reading) leaverLine(d, from leaver.Result, known ledger.Standing) Decision {
	speaks, _ := g.ledger.SpeaksOf(d)
	isSame := known.EndDate == d.EndDate.Key() && !speaks
	isSaid := isSame && known.Outcome == d.Outcome
	if d.Outcome == leaver.Pending {
		if from.ActiveAgain() {
			d.Reason = from.Reason // until it is called, nothing else says why it is not done
		}
		// How an earlier call ended says more than that this run did not come to call.
		d.Earlier, d.Noted = known.Called, isSaid || known.EndDate == d.EndDate.Key() && known.Outcome.Called()
		switch {
		case d.Earlier != "":
		case from.Earlier != "":
			d.Earlier = from.Earlier
		case from.Outcome.Called():
			d.Earlier = from.Outcome
		}
		return Decision{Result: d}
	}
	if d.Outcome.Called() { // the tenant has said so, without a call
		d.Earlier = known.Called
	}
	doubts, _ := leaver.ParseHeldReason(d.Reason)
	return Decision{d, isSaid && doubts == known.Doubts}
}

// verdict decides about a row of a leaver who is not done, or only by another row of a
// report that is the input.
func (g *reading) verdict(r leaver.Result, k compact.Key, e entry) (o leaver.Outcome, reason string, err error) {
	at, date := g.sources.place(r.Place), g.date(r.EndDate)
	number, _ := g.refs.Number(k)
	// A report says so, perhaps of a time at which the leaver had another end date.
	isDuplicate := r.Outcome == leaver.Duplicate && (!e.flags.has(onlyDuplicates) || e.flags.has(done))
	switch {
	case e.rows == 0:
		return "", "", fmt.Errorf("%w: %s is new", ErrChanged, r.Place)
	case e.flags.has(conflict):
		return leaver.Invalid, g.contradiction(k, e), nil
	case g.clashes.isUnread(k):
		other, _ := g.clashes.unread.Get(k)
		return leaver.Invalid, fmt.Sprintf("the ref also stands in %s, with an end date that cannot be read; correct one of them", g.sources.full(other)), nil
	case e.endDate != date && !isDuplicate:
		return "", "", fmt.Errorf("%w: %s has another end date", ErrChanged, r.Place)
	case e.flags.has(done):
		return leaver.Duplicate, g.doneIn(e, at), nil
	case e.flags.has(unusable) && e.flags.has(onlyDuplicates):
		other, _ := g.clashes.unusable.Get(k)
		return leaver.Duplicate, fmt.Sprintf("the same leaver as %s", g.sources.full(other)), nil
	case e.flags.has(farAhead):
		return leaver.Invalid, fmt.Sprintf("the end date %s is more than %d years ahead; correct it, or leave the row out", r.EndDate.Text, leaver.Horizon), nil
	case isDuplicate:
		return leaver.Duplicate, fmt.Sprintf("the same leaver as %s", g.sources.full(e.place)), nil
	case e.place != at && !g.decided.Has(number):
		// Rows have changed places: nobody may be a duplicate of a row that is not there.
		return "", "", fmt.Errorf("%w: its rows are in another order", ErrChanged)
	case !g.decided.Add(number):
		return leaver.Duplicate, fmt.Sprintf("the same leaver as %s", g.sources.full(e.place)), nil
	}
	o, reason = g.dueVerdict(r.Row, k, e)
	return o, reason, nil
}

// dueVerdict decides about the first row of a leaver whose end date can be used.
func (g *reading) dueVerdict(row leaver.Row, k compact.Key, e entry) (o leaver.Outcome, reason string) {
	l := about{g.doubtsAbout(k, e), e.found}
	doubts, seen := l.doubts.Without(g.judge.accepted), ""
	if doubts != 0 {
		seen = g.seen(row, k, doubts)
	}
	if e.flags.has(notDue) {
		return leaver.NotDue, leaver.DoubtedReason(doubts, fmt.Sprintf("the end date %s has not passed", row.EndDate.Text), seen)
	}
	switch o = g.judge.outcomeOf(l); {
	case o == leaver.Held:
		return o, leaver.HeldReason(doubts, seen)
	case row.Finding != nil:
		return o, row.Finding.Reason
	}
	return o, ""
}

// doneIn says which row of the leaver is done already.
func (g *reading) doneIn(e entry, at place) string {
	o, done := leaver.Suspended, "suspended"
	if e.flags.has(inactive) {
		o, done = leaver.AlreadyInactive, "inactive"
	}
	if e.place == at {
		return alsoThere(o)
	}
	return fmt.Sprintf("%s already: see %s", done, g.sources.full(e.place))
}

// contradiction says which end dates of a ref contradict each other.
func (g *reading) contradiction(k compact.Key, e entry) string {
	o := g.clashes.conflicts[k]
	if o.place == (place{}) {
		return fmt.Sprintf("the ref has the end date %s in %s, and another row has one for which the leaver is done already, by an earlier run; correct one of them",
			g.dates.keys[e.endDate], g.sources.full(e.place))
	}
	return fmt.Sprintf("the ref has different end dates: %s in %s, %s in %s; correct one of them",
		g.dates.keys[e.endDate], g.sources.full(e.place), g.dates.keys[o.endDate], g.sources.full(o.place))
}
