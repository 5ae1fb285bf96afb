package plan

import (
	"fmt"
	"iter"
	"maps"

	"offboard/internal/leaver"
)

// Decision is what a run does with a row.
type Decision struct {
	// Result is pending if the leaver is to be suspended. Any other outcome is
	// final: no request is sent.
	leaver.Result
	// Written tells that the report which the run resumes has this line already:
	// nothing is to be written.
	Written bool
}

// Tasks decides about every row of the second reading, in the same order. It ends
// with the first error: an error of the rows, or one that matches ErrChanged.
func (p *Plan) Tasks(rows iter.Seq2[leaver.Result, error]) iter.Seq2[Decision, error] {
	return func(yield func(Decision, error) bool) {
		n, tally := 0, leaver.Tally{}
		for r, err := range rows {
			if err == nil && r.LeftOut {
				continue // no leaver
			}
			var d Decision
			if err == nil {
				n++
				d, err = p.decide(r)
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
			// The rows have changed places: the first row of a leaver is at
			// another place, so that every row was taken for a duplicate.
			yield(Decision{}, fmt.Errorf("%w: its rows are in another order", ErrChanged))
		}
	}
}

// decide returns the decision about a row of the second reading.
func (p *Plan) decide(r leaver.Result) (Decision, error) {
	at := p.place(r.Place)
	d, err := p.verdict(r, at)
	if err == nil && d.Outcome.Uncalled() {
		line, known := p.written.get(at)
		d.Written = known && line == p.line(d.Result)
	}
	return d, err
}

// verdict is decide without Decision.Written for outcomes without a call.
func (p *Plan) verdict(r leaver.Result, at place) (Decision, error) {
	if o, reason, isSettled := settledBy(r); isSettled {
		return final(r, o, reason), nil
	}
	k, date := p.key(r.Ref), p.date(r.EndDate)
	e, known := p.refs.get(k)
	switch {
	case !known:
		return Decision{}, fmt.Errorf("%w: %s is new", ErrChanged, r.Place)
	case p.isRecorded(k, at, date):
		// If a later line about the row says something else, the row needs a new
		// line.
		_, overwritten := p.written.get(at)
		return Decision{Result: leaver.Result{Row: r.Row, Outcome: leaver.Suspended}, Written: !overwritten}, nil
	case e.flags.has(moved) && e.place == at && e.endDate == date:
		return final(r, leaver.Suspended, "suspended by an earlier run, on another row"), nil
	case r.Outcome == leaver.Suspended:
		return Decision{Result: r}, nil // copied from the report that is the input
	case e.rows == 0:
		return Decision{}, fmt.Errorf("%w: %s is new", ErrChanged, r.Place)
	case e.flags.has(conflict):
		o := p.conflicts[k]
		return final(r, leaver.Invalid, fmt.Sprintf("the ref has different end dates: %s in %s, %s in %s; correct one of them",
			p.dates[e.endDate], p.fullPlace(e.place), p.dates[o.endDate], p.fullPlace(o.place))), nil
	case p.isUnread(k):
		other, _ := p.unread.get(k)
		return final(r, leaver.Invalid, fmt.Sprintf("the ref also stands in %s, with an end date that cannot be read; correct one of them", p.fullPlace(other))), nil
	case e.endDate != date:
		return Decision{}, fmt.Errorf("%w: %s has another end date", ErrChanged, r.Place)
	case e.flags.has(done):
		return final(r, leaver.Duplicate, fmt.Sprintf("suspended already: see %s", p.fullPlace(e.place))), nil
	case e.flags.has(farAhead):
		return final(r, leaver.Invalid, fmt.Sprintf("the end date %s is more than %d years ahead; correct it, or leave the row out", r.EndDate.Text, leaver.Horizon)), nil
	case e.place != at:
		return final(r, leaver.Duplicate, fmt.Sprintf("the same leaver as %s", p.fullPlace(e.place))), nil
	case e.flags.has(notDue):
		return final(r, leaver.NotDue, fmt.Sprintf("the end date %s has not passed", r.EndDate.Text)), nil
	}
	if doubts := p.doubtsAbout(k, e).Without(p.accepted); doubts != 0 {
		return final(r, leaver.Held, leaver.HeldReason(doubts, p.seen(r.Row, k, doubts))), nil
	}
	return Decision{Result: leaver.Result{Row: r.Row, Outcome: leaver.Pending}}, nil
}

// final returns the decision that no request is sent for a row.
func final(r leaver.Result, o leaver.Outcome, reason string) Decision {
	return Decision{Result: leaver.Result{Row: r.Row, Outcome: o, Reason: reason}}
}
