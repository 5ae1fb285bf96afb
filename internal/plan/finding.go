package plan

import (
	"slices"

	"offboard/internal/leaver"
)

// Note takes what the tenant says about the leaver of a row of the input, after the first
// reading: the kinds of leaver.TenantDoubts that the row has, and its Finding. Later
// readings must have rows that say the same. Judge has to be called again after the last
// row. A leaver whom an earlier run has closed, or for whom no request is sent in any case,
// stays as they are.
func (p *Plan) Note(row leaver.Row) {
	doubts := row.Doubts & leaver.TenantDoubts
	if p.options.isAccepted(row) {
		doubts = 0
	}
	if row.LeftOut || row.Finding == nil && doubts == 0 {
		return
	}
	k := p.key(row.Ref)
	e, isOpen := p.refs.Get(k)
	if _, isCorrected := p.corrections.of(&row, k); !isOpen || isCorrected {
		return
	}
	e.doubts |= doubts
	if row.Finding != nil {
		e.found = numberOf(row.Finding.Outcome)
	}
	p.refs.Put(k, e)
	p.counted = nil
}

// outcomes gives outcomes numbers. 0 is none.
var outcomes = append([]leaver.Outcome{""}, leaver.Outcomes()...)

func numberOf(o leaver.Outcome) uint8 { return uint8(max(0, slices.Index(outcomes, o))) }

// outcomeOf returns the outcome of a leaver who is due. No doubt matters where nobody would
// be suspended in any case; but an account that is inactive already may be that of somebody
// else, and the person on the list could still sign in.
func (j *judge) outcomeOf(l about) leaver.Outcome {
	switch found := outcomes[l.found]; {
	case found != "" && found != leaver.AlreadyInactive:
		return found
	case l.doubts.Without(j.accepted) != 0:
		return leaver.Held
	case found != "":
		return found
	}
	return leaver.Pending
}

// Asks tells whether the tenant is to be asked about the leaver of a decision.
func (d Decision) Asks() bool { return d.Outcome == leaver.Pending || d.Outcome == leaver.Held }
