package plan

import (
	"fmt"
	"iter"
	"maps"

	"offboard/internal/leaver"
)

// Decision is what is to become of a row.
type Decision struct {
	// Result is pending if the row is to be suspended; any other outcome is
	// final, and nothing is to be sent.
	leaver.Result
	// Standing tells that the report has a line already that says the same,
	// so that nothing is to be written either.
	Standing bool
}

// Tasks decides on every row of the second reading, in its order. An error
// ends it: an error of the rows, or ErrChanged.
func (p *Plan) Tasks(rows iter.Seq2[leaver.Result, error]) iter.Seq2[Decision, error] {
	return func(yield func(Decision, error) bool) {
		n, tally := 0, leaver.Tally{}
		for r, err := range rows {
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
			// Rows that changed places: the first one of a leaver was not found
			// where it was, and nobody has acted upon it.
			yield(Decision{}, fmt.Errorf("%w: its rows stand in other places", ErrChanged))
		}
	}
}

func (p *Plan) decide(r leaver.Result) (Decision, error) {
	at := p.place(r.Place)
	d, err := p.judge(r, at)
	if err == nil && d.Outcome.Uncalled() {
		line, stands := p.standing.get(at)
		d.Standing = stands && line == p.line(d.Result)
	}
	return d, err
}

func (p *Plan) judge(r leaver.Result, at place) (Decision, error) {
	if unusable(r) {
		if r.Ref == "" && r.Outcome == leaver.Invalid && r.Reason != "" {
			return final(r, leaver.Invalid, r.Reason), nil // of the report that it comes from, which knew more
		}
		return final(r, leaver.Invalid, r.Fault), nil
	}
	k, date := p.key(r.Ref), p.date(r.EndDate)
	e, known := p.refs.get(k)
	switch {
	case !known:
		return Decision{}, fmt.Errorf("%w: %s is new", ErrChanged, r.Place)
	case p.isRecorded(k, at, date):
		// A later line may say that the row was, for a while, something else.
		_, overwritten := p.standing.get(at)
		return Decision{Result: leaver.Result{Row: r.Row, Outcome: leaver.Suspended}, Standing: !overwritten}, nil
	case e.flags.has(moved) && e.place == at && e.endDate == date:
		return final(r, leaver.Suspended, "suspended by an earlier run, on another row"), nil
	case r.Outcome == leaver.Suspended:
		return Decision{Result: r}, nil // carried over from another report, as it is
	case e.rows == 0:
		return Decision{}, fmt.Errorf("%w: %s is new", ErrChanged, r.Place)
	case e.flags.has(conflict):
		o := p.conflicts[k]
		return final(r, leaver.Invalid, fmt.Sprintf("the ref has different end dates: %s in %s, %s in %s; correct one of them",
			p.dates[e.endDate], p.spell(e.place), p.dates[o.endDate], p.spell(o.place))), nil
	case e.endDate != date:
		return Decision{}, fmt.Errorf("%w: %s has another end date", ErrChanged, r.Place)
	case e.flags.has(done):
		return final(r, leaver.Duplicate, fmt.Sprintf("suspended already: see %s", p.spell(e.place))), nil
	case e.flags.has(farAhead):
		return final(r, leaver.Invalid, fmt.Sprintf("the end date %s lies more than %d years ahead; correct it, or leave the row out with --where", r.EndDate.Text, leaver.Horizon)), nil
	case e.place != at:
		return final(r, leaver.Duplicate, fmt.Sprintf("the same leaver as %s", p.spell(e.place))), nil
	case e.flags.has(notDue):
		return final(r, leaver.NotDue, fmt.Sprintf("the end date %s has not passed; --include-future would suspend now", r.EndDate.Text)), nil
	}
	return Decision{Result: leaver.Result{Row: r.Row, Outcome: leaver.Pending}}, nil
}

func final(r leaver.Result, o leaver.Outcome, reason string) Decision {
	return Decision{Result: leaver.Result{Row: r.Row, Outcome: o, Reason: reason}}
}
