package plan

import (
	"slices"

	"offboard/internal/leaver"
)

// Leftover returns how many leavers of the ledger are unfinished and in none of the rows
// that were added, by outcome. Somebody may have taken them off the list, so they are
// not called.
func (p *Plan) Leftover() leaver.Tally {
	tally := leaver.Tally{}
	for s := range p.ledger.Unfinished() {
		if !p.met.all.Has(s.Number) {
			tally[s.Outcome]++
		}
	}
	return tally
}

// Unfinished returns a test for lines of the ledger whose leaver is in none of the rows
// that were added so far, and was called for, or is pending. What is added later does
// not change the test.
func (p *Plan) Unfinished() func(leaver.Result) bool {
	met := slices.Clone(p.met.all)
	return func(r leaver.Result) bool {
		if !r.Outcome.Called() && r.Outcome != leaver.Pending || r.Outcome.Done() || r.Excluded != "" {
			return false
		}
		known, isKnown := p.ledger.Leaver(p.key(r.Ref))
		return isKnown && !known.Excluded && !known.Invalid && !met.Has(known.Number)
	}
}
