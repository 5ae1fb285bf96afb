package pace

const (
	// A round is over after this many answers, or after this many refusals.
	roundAnswers  = 12
	roundRefusals = 4
)

// round counts the answers since the last cut, and finds out what they say.
// Its states:
//
//	idle     the next refusal is a fresh one
//	judging  the answers are counted until they show which share of the
//	         requests the server takes
//
// A cut, or a fresh refusal that causes no cut, begins a round.
type round struct {
	state   roundState
	clean   int // clean answers since the round began, also after its end
	refused int
}

type roundState string

const (
	idle    roundState = "idle"
	judging roundState = "judging"
)

// finding is what a round shows after an answer.
type finding string

const (
	nothing finding = "nothing" // so far
	fresh   finding = "fresh"   // a refusal outside of a round
	none    finding = "none"    // the round is over without a refusal
	few     finding = "few"     // the round is over with a few refusals
	many    finding = "many"    // the round is over with many refusals
	all     finding = "all"     // every answer of the round is a refusal
)

// begin starts a round in which so many answers were refusals already.
func (r *round) begin(refused int) { r.state, r.clean, r.refused = judging, 0, refused }

func (r *round) end() { r.state = idle }

// take counts a clean answer.
func (r *round) take() finding {
	r.clean++
	if r.state == idle || r.clean+r.refused < roundAnswers {
		return nothing
	}
	return r.result()
}

// refuse counts a refusal.
func (r *round) refuse() finding {
	if r.state == idle {
		return fresh
	}
	r.refused++
	if r.refused < roundRefusals && r.clean+r.refused < roundAnswers {
		return nothing
	}
	return r.result()
}

func (r *round) result() finding {
	switch {
	case r.refused == 0:
		return none
	case r.refused < roundRefusals:
		return few
	case r.clean == 0:
		return all
	default:
		return many
	}
}

// share is the share of the requests that the server takes, a little above
// what was counted because there are only a few.
func (r *round) share() float64 {
	return (float64(r.clean) + 0.5) / float64(r.clean+r.refused)
}
