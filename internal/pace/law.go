package pace

import "time"

// A cut follows closely on another if it comes within this many clean answers.
const row = 24

// law finds out what the server sustains. It is pure: it is told what happens
// and when, and has no clock.
//
// As long as nothing is refused the pace doubles again and again. A refusal
// cuts it, and the round of answers after the cut shows what the server
// sustains. From just below that the pace grows along a cubic curve.
type law struct {
	schedule  schedule
	curve     curve
	round     round
	suspicion suspicion
	outage    outage
	latency   latency
	terms     terms
	evidence  evidence
	started   uint64 // requests
	sent      meter  // starts of requests
	delivered meter  // ends of clean answers

	// cut is when the pace was last cut, or a pause or rest began to apply.
	// Answers to requests that started before it cause no further change.
	cut     time.Time
	limited bool // the server has asked to wait, and requests did
}

func newLaw() *law {
	return &law{
		schedule:  schedule{state: steady},
		curve:     newCurve(),
		round:     round{state: idle},
		suspicion: suspicion{state: suspected},
		outage:    outage{state: up},
		latency:   latency{state: normal},
	}
}

// wait returns how long the next request has to wait; 0 or less if it may
// start now.
func (l *law) wait(now time.Time) time.Duration {
	return max(l.schedule.due(l.curve.pace).Sub(now), l.terms.closed(l.started).at.Sub(now))
}

// hold notes that a request waits because of the pace.
func (l *law) hold() { l.curve.used = true }

// start notes that a request starts.
func (l *law) start(now time.Time) {
	if l.terms.start(now, l.started) {
		l.restartMeters(now)
		l.evidence.begin(now)
		l.limited = true
	}
	l.started++
	l.schedule.start(now, l.curve.pace, l.latency.smoothed)
	l.outage.start(now)
	l.sent.add(now)
}

// restartMeters measures anew after a time in which nothing was sent, because that would
// lower both rates. The gap counts as over with this moment.
func (l *law) restartMeters(now time.Time) {
	before := l.delivered.newest()
	l.sent, l.delivered = meter{}, meter{}
	if !before.IsZero() {
		l.delivered.add(now)
	}
}

// answered takes an answer, in the order of their ends.
func (l *law) answered(a Answer) {
	l.terms.take(a)
	news := !a.Start.Before(l.cut)
	switch a.Kind {
	case Clean:
		before := l.delivered.newest()
		l.delivered.add(a.End)
		l.evidence.clean++
		l.outage.take()
		if news {
			l.take(a, before)
		}
	case Throttled:
		if news {
			l.refuse(a)
		}
	}
	if closes(a.RetryAfter) {
		// One request goes ahead then, to see whether the server takes some again.
		l.schedule.rest(l.terms.retry.at)
		l.curve.closed()
		l.limited = true
	}
}

// take is a clean answer; before is the end of the one before it.
func (l *law) take(a Answer, before time.Time) {
	found := l.round.take()
	if l.outage.state == down {
		l.recover(a)
		return
	}
	l.latency.take(a.End.Sub(a.Start))
	switch {
	case found != nothing:
		l.judge(found, a.End)
	case l.latency.state == slow:
		l.ease(a)
	case before.IsZero():
		l.curve.serial(l.latency.smoothed)
	default:
		// After a gap between answers the step is bounded by the time that this
		// answer took: that is as long as the pace is known to be fine.
		step := min(a.End.Sub(before), max(l.latency.smoothed, seconds(1/l.curve.pace)))
		l.curve.grow(step, l.latency.smoothed)
	}
}

// refuse is a throttled answer.
func (l *law) refuse(a Answer) {
	if l.outage.state == down {
		l.rest(a)
		return
	}
	switch found := l.round.refuse(); found {
	case nothing:
	case fresh:
		l.fresh(a)
	case all:
		l.rest(a)
	default:
		l.judge(found, a.End)
	}
}

// fresh is a refusal outside of a round. It cuts the pace, unless a few
// refusals are tolerated.
func (l *law) fresh(a Answer) {
	if l.tolerant() {
		l.round.begin(1)
		return
	}
	offered := l.offered()
	goal := offered / 2
	if l.curve.state == cubic {
		// Between two cuts the server took what it sustains, unless the pace
		// was low for most of the time. Requests that started within the last
		// latency may not be answered yet; a refusal can come back sooner.
		took := max(a.End.Sub(l.evidence.from)-l.latency.smoothed, time.Millisecond)
		sustained := float64(l.round.clean) / took.Seconds()
		goal = min(max(sustained, 0.85*offered), offered)
	}
	l.cutForFew(goal, a.End)
}

// judge ends a round: of what is sent the server sustains the share that it
// took.
func (l *law) judge(found finding, now time.Time) {
	sustained := l.offered() * l.round.share()
	switch {
	case found == many:
		l.suspicion.many()
		l.cutTo(sustained, now)
	case found == none || l.tolerant():
		l.round.end()
	default:
		l.cutForFew(sustained, now)
	}
}

// tolerant reports whether a few refusals leave the pace as it is.
func (l *law) tolerant() bool {
	return l.suspicion.state == cleared || l.curve.pace <= first
}

// cutForFew cuts the pace for a few refusals, or restores it if cut after cut
// has left a few.
func (l *law) cutForFew(goal float64, now time.Time) {
	l.suspicion.few(l.soon())
	if l.suspicion.state == cleared {
		l.curve.restore()
		l.round.end()
		return
	}
	l.cutTo(max(goal, first), now)
}

func (l *law) cutTo(goal float64, now time.Time) {
	if !l.soon() {
		l.curve.cutFrom(l.offered())
	}
	if l.curve.state == cubic {
		l.evidence.end(now)
	}
	l.evidence.begin(now)
	l.curve.cutTo(goal)
	l.round.begin(0)
	l.latency.restart()
	l.cut = now
}

// soon reports whether a cut now would follow closely on another.
func (l *law) soon() bool {
	return l.curve.belowGoal() || l.curve.state == cubic && l.round.clean < row
}

// offered is the pace, or what was sent if that was much less.
func (l *law) offered() float64 {
	return min(l.curve.pace, 1.5*l.sent.rate())
}

// rest lets nothing start for a while, and then one request as a probe.
func (l *law) rest(a Answer) {
	l.schedule.rest(a.End.Add(l.outage.refuse(a.RetryAfter)))
	l.cut = a.End
}

// recover is the first clean answer after a rest. What the server took since
// it last came up, over all that time, is what it sustains.
func (l *law) recover(a Answer) {
	sustained := l.outage.end(a.Start)
	l.restartMeters(a.End)
	l.cutTo(min(l.curve.pace, sustained), a.End)
}

// ease is for a server that slows down: nothing starts until it has worked
// off what waits in it, and then no more than it delivers.
func (l *law) ease(a Answer) {
	delivered := l.delivered.rate()
	// What waits in the server was sent while it worked on this request. Both
	// rates are estimates from a few requests; without a bound, a gap between
	// two answers could make the pause minutes long.
	behind := min(l.offered()/delivered, 1.5)
	waiting := seconds(a.End.Sub(a.Start).Seconds()*behind) - l.latency.usual
	l.cutTo(delivered, a.End)
	l.cut = a.End.Add(waiting)
	l.schedule.pause(l.cut)
	l.round.end()
	l.latency.ease()
}
