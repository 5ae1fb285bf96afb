package pace

import "time"

// evidence is what the server took between two cuts of the pace: there it took what it
// sustains, because it limited the pace at both ends. It has no states.
type evidence struct {
	from  time.Time // when requests last began to start without a wait that the server asked for
	clean int       // answers since then

	taken  float64 // clean answers between cuts, and how long that was; older ones count
	lasted float64 // (in seconds) less and less
}

// begin begins a stretch of time.
func (e *evidence) begin(now time.Time) { e.from, e.clean = now, 0 }

// end ends a stretch that a cut had begun, with the next one.
func (e *evidence) end(now time.Time) {
	if d := now.Sub(e.from).Seconds(); e.clean > 0 && d > 0 {
		e.taken, e.lasted = e.taken/2+float64(e.clean), e.lasted/2+d
	}
}

// rate returns how many requests per second the server took; false if there were too few
// to tell.
func (e *evidence) rate() (perSecond float64, measured bool) {
	if e.taken < row {
		return 0, false
	}
	return e.taken / e.lasted, true
}

// sustained returns how many requests per second the server was seen to sustain; false if
// that was not measured. The goal of the curve alone is no measurement: it may come from a
// pace that was never sent, or from too few answers.
func (l *law) sustained() (perSecond float64, measured bool) {
	taken, measured := l.evidence.rate()
	if !measured || l.curve.state != cubic || l.suspicion.state == cleared || l.curve.goal > 1.5*taken {
		return 0, false // nothing was measured, or what was sent was not what the server limits
	}
	return min(taken, l.curve.goal), true
}
