package pace

// After this many cuts in a row that each left a few refusals, the pace is not
// what causes them.
const cutsInVain = 6

// suspicion is whether the pace causes the few refusals that are left after a
// cut. Its states:
//
//	suspected  the pace may cause them: a few refusals cut it
//	cleared    cut after cut has not helped, as with a gateway that refuses
//	           some requests at random: only many refusals cut the pace
//
// Many refusals lead back to suspected.
type suspicion struct {
	state suspicionState
	vain  int // cuts in a row that each left a few refusals
}

type suspicionState string

const (
	suspected suspicionState = "suspected"
	cleared   suspicionState = "cleared"
)

// few takes note of a few refusals, soon after a cut or not.
func (s *suspicion) few(soon bool) {
	if s.vain++; !soon {
		s.vain = 0
	}
	if s.vain == cutsInVain {
		s.state, s.vain = cleared, 0
	}
}

// many takes note of many refusals.
func (s *suspicion) many() { s.state, s.vain = suspected, 0 }
