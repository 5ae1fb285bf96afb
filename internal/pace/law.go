package pace

import (
	"math"
	"time"
)

// Answer is what one request says about the pace.
type Answer struct {
	Start, End time.Time // of the request
	Kind       Kind
	// RetryAfter is how long a throttled answer asks to wait; 0 if it does not.
	RetryAfter time.Duration
}

// Kind is what an answer means for the pace.
type Kind int

// The kinds of answers.
const (
	Clean     Kind = iota // the server took the request
	Throttled             // the server asks for fewer requests
	Lost                  // no answer, or one that says nothing about the pace
)

const (
	// first is the pace before any answer has come, in requests per second. A
	// few refusals now and then do not cut below it.
	first = 10
	// slowest is the pace that no cut goes below; what is slower is left to
	// rests. fastest is more than a machine sends.
	slowest, fastest = 0.5, 1e9
	// credit is how late a request may be woken and the next one still start in
	// time. Clocks wake a little late always.
	credit = 2 * time.Millisecond

	// As long as no limit is known the pace doubles in so many latencies, or in
	// this time if that is shorter.
	rampLatencies = 6
	rampMost      = 600 * time.Millisecond

	// margin is how far under what the server sustains the pace goes.
	margin = 0.95
	// probe is how long the pace takes from its goal on to grow by as much as
	// it was when it was cut.
	probe = 4 * time.Second

	// A round is the answers after a cut that tell what the server sustains: so
	// many of them, or fewer if so many of those are refusals.
	round    = 12
	refusals = 4
	// After so many cuts in a row that each left a few refusals, the pace is not
	// their reason.
	inVain = 6
	// A cut is in a row with the one before if it comes within so many answers.
	row = 24

	// restLeast and restMost bound the rests after which a server that takes
	// nothing at all is asked again. It may allow more than the longest.
	restLeast = 50 * time.Millisecond
	restMost  = 5 * time.Second

	// A server has slowed down when the last answers took so much longer than
	// usual, smoothed over so many of them.
	slowTimes = 2
	slowBy    = 20 * time.Millisecond
	smooth    = 8
)

// law is the pure core: what has happened goes in, and the pace comes out. It
// is told every time and knows no clock.
//
// As long as nothing is refused the pace doubles again and again. A refusal
// cuts it, and the round of answers after the cut tells what the server
// sustains. From just under that the pace grows along a cubic curve, as CUBIC
// does in TCP: fast at first, hardly at all where the limit was, and fast
// again if nothing is refused there any more.
type law struct {
	ceiling float64 // requests per second

	pace  float64   // requests per second, now
	begun time.Time // when the last request was due to start
	until time.Time // no other starts before
	alone bool      // the next one has no company until its answer may be there
	asked bool      // somebody waits for that moment
	held  bool      // the pace has kept a request waiting since it last grew

	limited bool          // the server has refused, or slowed down: its limit is near
	top     float64       // the pace that was cut
	goal    float64       // what the server sustains, as far as is known
	base    float64       // the pace after the cut
	grown   time.Duration // how long it has been growing since

	cut     time.Time // answers to requests that started before say nothing new
	judging bool      // the round after the cut is on
	clean   int       // clean answers since the cut
	refused int       // refusals since the cut
	vain    int       // cuts in a row that each left a few refusals
	noisy   bool      // a few refusals say nothing

	shut   bool          // the server takes nothing at all
	rest   time.Duration // the last one
	opened time.Time     // when it took something again
	taken  int           // requests that it took since

	latency float64 // seconds, smoothed since the cut
	timed   int     // answers in it
	usual   float64 // the lowest that latency was
	eased   bool    // the last cut was for slowness

	ends [16]time.Time // of the last clean answers, in a ring
	last int
}

func newLaw(ceiling float64) *law {
	if ceiling <= 0 {
		ceiling = fastest
	}
	pace := min(first, ceiling)
	return &law{ceiling: ceiling, pace: pace, base: pace}
}

// start lets a request start now and returns 0, or returns how long to wait
// before asking again.
func (l *law) start(now time.Time) time.Duration {
	due := l.begun.Add(seconds(1 / l.pace))
	if due.Before(l.until) {
		due = l.until
	}
	if wait := due.Sub(now); wait > 0 {
		l.held, l.asked = true, true
		return wait
	}
	if l.opened.IsZero() {
		l.opened, l.cut = now, now
	}
	// Who has waited is woken late, and that is made up for; who comes late is
	// not.
	late := now
	if l.asked {
		late = now.Add(-credit)
	}
	if l.asked = false; due.Before(late) {
		due = late
	}
	l.begun = due
	if l.alone {
		l.alone, l.begun = false, now
		l.until = now.Add(2 * seconds(l.latency))
	}
	return 0
}

// answered takes an answer, in the order of their ends.
func (l *law) answered(a Answer) {
	news := !a.Start.Before(l.cut)
	switch {
	case a.Kind == Throttled && news:
		l.refuse(a)
	case a.Kind == Clean:
		before := l.ends[l.last]
		l.last = (l.last + 1) % len(l.ends)
		l.ends[l.last] = a.End
		l.taken++
		if news {
			l.take(a, before)
		}
	}
}

// take is a clean answer: the pace may grow.
func (l *law) take(a Answer, before time.Time) {
	l.clean++
	if l.shut {
		l.reopen(a)
		return
	}
	l.time(a)
	switch {
	case l.judging && l.clean+l.refused >= round:
		l.judge(a.End)
	case l.slow():
		l.ease(a)
	default:
		l.grow(a.End, before)
	}
}

// grow lets the pace grow if it is what holds the run back.
func (l *law) grow(now, before time.Time) {
	if l.timed >= smooth {
		l.eased = false
	}
	switch {
	case before.IsZero(): // one request after the other is a pace that hurts nobody
		l.base = max(l.base, 1/l.latency)
	case l.held:
		// However long it took: an answer vouches for its own time.
		step := min(now.Sub(before), max(seconds(l.latency), seconds(1/l.pace)))
		if !l.limited {
			step = min(step, l.double())
		}
		l.grown += step
	}
	l.held = false
	l.set(max(l.pace, l.curve()))
}

// curve is what the pace has grown to since it was cut.
func (l *law) curve() float64 {
	if !l.limited {
		return l.base * math.Exp2(l.grown.Seconds()/l.double().Seconds())
	}
	x := (l.grown - l.flat()).Seconds() / probe.Seconds()
	return l.goal + l.top*x*x*x
}

// double is in which time the pace doubles as long as no limit is known.
func (l *law) double() time.Duration {
	return min(seconds(rampLatencies*l.latency), rampMost)
}

// flat is how long the pace takes to grow to its goal.
func (l *law) flat() time.Duration {
	return seconds(probe.Seconds() * math.Cbrt((l.goal-l.base)/l.top))
}

// inRow tells whether a cut now would be one in a row.
func (l *law) inRow() bool {
	return l.limited && (l.clean < row || l.grown <= l.flat())
}

// refuse is a throttled answer. The first one cuts; those that follow in the
// round after it tell by how much more.
func (l *law) refuse(a Answer) {
	l.refused++
	switch {
	case l.shut:
		l.pause(a)
	case l.judging && l.clean == 0 && l.refused >= refusals:
		l.shut = true
		l.pause(a)
	case l.judging && (l.refused >= refusals || l.clean+l.refused >= round):
		l.judge(a.End)
	case l.judging: // the round is not over
	case l.noisy, l.pace <= first:
		l.judging, l.clean, l.refused = true, 0, 1
	case l.shrugged():
	case !l.limited:
		l.cutTo(max(l.offered(a.End)/2, first), a.End)
	default:
		// Between two refusals the server took what it sustains, unless the
		// pace was low for most of the time.
		sustained := float64(l.clean) / a.Start.Sub(l.cut).Seconds()
		offered := l.offered(a.End)
		l.cutTo(max(min(max(sustained, 0.85*offered), offered), first), a.End)
	}
}

// shrugged counts cuts that were of no use. Where cut after cut leaves a few
// refusals the pace is not their reason: it goes back to where it was, and
// falls only if there are many.
func (l *law) shrugged() bool {
	if l.vain++; !l.inRow() {
		l.vain = 0
	}
	if l.vain < inVain {
		return false
	}
	l.noisy, l.judging, l.vain = true, false, 0
	l.base, l.goal, l.grown = l.top, l.top, 0
	return true
}

// offered is the pace, or what was sent if that was much less.
func (l *law) offered(now time.Time) float64 {
	return min(l.pace, 1.5*l.delivered(now))
}

// delivered is the pace of the last clean answers.
func (l *law) delivered(now time.Time) float64 {
	oldest := l.ends[(l.last+1)%len(l.ends)]
	if span := now.Sub(oldest).Seconds(); !oldest.IsZero() && span > 0 {
		return float64(len(l.ends)-1) / span
	}
	return fastest
}

// judge ends a round: of the pace, the server sustains the share that it took.
// A few refusals are borne if the pace is not their reason, or low.
func (l *law) judge(now time.Time) {
	n, m := float64(l.clean), float64(l.refused)
	sustained := l.offered(now) * (n + 0.5) / (n + m)
	switch {
	case l.refused >= refusals:
		l.noisy, l.vain = false, 0
		l.cutTo(sustained, now)
	case l.refused == 0, l.noisy, l.pace <= first, l.shrugged():
		l.judging = false
	default:
		l.cutTo(max(sustained, first), now)
	}
}

// pause lets nothing start for a while, and then one request alone. The run
// rests for no longer than the server asked; the leaver that was refused waits
// for all of it.
func (l *law) pause(a Answer) {
	most := restMost
	if a.RetryAfter > 0 {
		most = a.RetryAfter
	}
	l.rest = min(max(2*l.rest, restLeast), most)
	l.until = a.End.Add(l.rest)
	l.cut, l.alone = a.End, true
}

// reopen is the first clean answer after a rest. What the server took since it
// last opened, over all that time, is what it sustains.
func (l *law) reopen(a Answer) {
	sustained := float64(l.taken) / a.Start.Sub(l.opened).Seconds()
	l.shut, l.rest = false, 0
	l.opened, l.taken = a.Start, 0
	l.ends = [len(l.ends)]time.Time{} // the rest would count as slowness
	l.ends[l.last] = a.End
	l.cutTo(min(l.pace, sustained), a.End)
}

func (l *law) time(a Answer) {
	took := max(a.End.Sub(a.Start), time.Microsecond).Seconds()
	l.timed++
	l.latency += (took - l.latency) / float64(min(l.timed, smooth))
	if l.timed >= smooth && (l.usual == 0 || l.latency < l.usual) {
		l.usual = l.latency
	}
}

// slow tells whether answers take much longer than they did at a lower pace.
func (l *law) slow() bool {
	return l.timed >= smooth && l.latency > slowTimes*l.usual+slowBy.Seconds()
}

// ease is the answer to a server that slows down: nothing starts until what
// waits in it is worked off, and then no more than it delivers. If that does
// not help, the pace is not the reason, and slow answers are usual from now on.
func (l *law) ease(a Answer) {
	if l.eased {
		l.eased, l.usual = false, l.latency
		return
	}
	offered, delivered := l.offered(a.End), l.delivered(a.End)
	waiting := a.End.Sub(a.Start).Seconds()*offered/delivered - l.usual
	l.cutTo(delivered, a.End)
	l.until = a.End.Add(seconds(waiting))
	l.cut, l.judging, l.eased = l.until, false, true
}

// cutTo sets a new goal, and the pace just under it.
func (l *law) cutTo(goal float64, now time.Time) {
	if !l.inRow() {
		l.top = max(l.offered(now), slowest)
	}
	l.goal = max(goal, slowest)
	l.set(margin * l.goal)
	l.base, l.grown, l.limited = l.pace, 0, true
	l.cut, l.judging, l.clean, l.refused = now, true, 0, 0
	l.timed, l.held, l.eased = 0, false, false
}

func (l *law) set(pace float64) { l.pace = min(pace, l.ceiling, fastest) }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
