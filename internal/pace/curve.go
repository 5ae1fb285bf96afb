package pace

import (
	"math"
	"time"
)

const (
	// first is the pace before the first answer, in requests per second.
	// A few refusals do not cut below it.
	first = 10
	// slowest is the lowest pace; only pauses make a run slower than that.
	// fastest is more than one machine can send.
	slowest, fastest = 0.5, 1e9

	// While no limit is known, the pace doubles in this many latencies, or in
	// rampMost if that is shorter.
	rampLatencies = 6
	rampMost      = 600 * time.Millisecond

	// margin is the share of its goal at which the pace starts after a cut.
	margin = 0.95
	// probe is how long the cubic curve takes, from its goal on, to grow by as
	// much as the pace was before the cut. Where a refusal has stopped everything for a
	// long Retry-After it takes rareProbe: then it costs too much to ask often whether the
	// limit has risen.
	probe     = 4 * time.Second
	rareProbe = time.Minute
)

// curve is the pace and how it grows. Its states:
//
//	ramp   no limit is known: the pace doubles again and again
//	cubic  the pace was cut: it grows along a cubic curve, as in TCP CUBIC:
//	       fast at first, slowly near its goal, and fast again beyond it
//
// The first cut leads from ramp to cubic; nothing leads back.
type curve struct {
	state curveState
	pace  float64       // requests per second
	base  float64       // the pace at which the growth began
	grown time.Duration // how long the pace has grown since
	used  bool          // the pace has delayed a request since it last grew
	top   float64       // the pace before the cut
	goal  float64       // what the server sustains, as far as is known
	probe time.Duration // probe or rareProbe
}

type curveState string

const (
	ramp  curveState = "ramp"
	cubic curveState = "cubic"
)

func newCurve() curve { return curve{state: ramp, pace: first, base: first, probe: probe} }

// serial raises the pace to that of a client that sends one request after the
// other: no server needs protection from that.
func (c *curve) serial(latency time.Duration) {
	c.base = max(c.base, 1/latency.Seconds())
	c.used = false
	c.set(max(c.pace, c.base))
}

// grow moves the pace on by a step, provided that the pace is used: if it
// delays no request, clean answers do not show that the server takes more.
func (c *curve) grow(step, latency time.Duration) {
	if !c.used {
		return
	}
	c.used = false
	double := min(rampLatencies*latency, rampMost)
	if c.state == ramp {
		step = min(step, double)
	}
	c.grown += step
	c.set(max(c.pace, c.at(double)))
}

// at is the value of the curve; a ramp doubles in the given time.
func (c *curve) at(double time.Duration) float64 {
	if c.state == ramp {
		return c.base * math.Exp2(c.grown.Seconds()/double.Seconds())
	}
	x := (c.grown - c.toGoal()).Seconds() / c.probe.Seconds()
	return c.goal + c.top*x*x*x
}

// toGoal is how long the cubic curve takes from its base to its goal.
func (c *curve) toGoal() time.Duration {
	return seconds(c.probe.Seconds() * math.Cbrt((c.goal-c.base)/c.top))
}

// belowGoal reports whether the pace was cut and has not grown to its goal.
func (c *curve) belowGoal() bool { return c.state == cubic && c.grown <= c.toGoal() }

// cutFrom notes the pace at which the server refused, before a first cut or
// one that does not follow closely on another.
func (c *curve) cutFrom(pace float64) { c.top = max(pace, slowest) }

// cutTo sets a new goal, and the pace just below it.
func (c *curve) cutTo(goal float64) {
	c.state, c.goal = cubic, max(goal, slowest)
	c.set(margin * c.goal)
	c.base, c.grown, c.used = c.pace, 0, false
}

// closed notes that a refusal stops everything for a long Retry-After.
func (c *curve) closed() { c.probe = rareProbe }

// restore lets the pace grow back at once to what it was before the cuts.
func (c *curve) restore() { c.base, c.goal, c.grown = c.top, c.top, 0 }

func (c *curve) set(pace float64) { c.pace = min(pace, fastest) }
