package pace

import "time"

const (
	// A server has slowed down if answers take slowTimes as long as usual and
	// slowBy more.
	slowTimes = 2
	slowBy    = 20 * time.Millisecond
	// The latency is smoothed over this many answers; fewer show nothing.
	smooth = 8
)

// latency is how long answers take. Its states:
//
//	normal  about as long as usual, as far as is known
//	slow    much longer than usual
//	eased   the pace was cut because answers were slow: if they still are, the
//	        pace is not the reason, and what they take is usual from now on
type latency struct {
	state    latencyState
	smoothed time.Duration
	answers  int           // that it is smoothed over, since the last cut
	usual    time.Duration // the lowest that it was; 0 if unknown
}

type latencyState string

const (
	normal latencyState = "normal"
	slow   latencyState = "slow"
	eased  latencyState = "eased"
)

// take adds the time that a clean answer took.
func (l *latency) take(took time.Duration) {
	took = max(took, time.Microsecond)
	l.answers++
	l.smoothed += (took - l.smoothed) / time.Duration(min(l.answers, smooth))
	if l.answers < smooth {
		return
	}
	if l.usual == 0 || l.smoothed < l.usual {
		l.usual = l.smoothed
	}
	switch {
	case l.smoothed <= slowTimes*l.usual+slowBy:
		l.state = normal
	case l.state == eased:
		l.state, l.usual = normal, l.smoothed
	default:
		l.state = slow
	}
}

// restart measures anew, because the pace was cut.
func (l *latency) restart() { l.state, l.answers = normal, 0 }

// ease measures anew, because the pace was cut for slow answers.
func (l *latency) ease() { l.state, l.answers = eased, 0 }
