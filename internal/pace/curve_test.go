package pace

import (
	"math"
	"testing"
	"time"
)

func TestCurve(t *testing.T) {
	const latency = 50 * time.Millisecond // a ramp doubles in 300 ms
	ramping := curve{state: ramp, pace: 100, base: 100, used: true, probe: probe}
	cut := ramping
	cut.cutFrom(100)
	cut.cutTo(80)
	cut.used = true
	unused := ramping
	unused.used = false
	tests := []struct {
		name  string
		curve curve
		step  time.Duration
		want  float64
	}{
		{"a ramp doubles in six latencies", ramping, 300 * time.Millisecond, 200},
		{"one step of a ramp doubles at most", ramping, time.Minute, 200},
		{"a pace that is not used does not grow", unused, time.Minute, 100},
		{"a cut leads to just below the goal", cut, 0, 76},
		{"the cubic curve grows to its goal", cut, cut.toGoal(), 80},
		{"it hardly grows near its goal", cut, cut.toGoal() + time.Second, 81.6},
		{"it grows by what it was before the cut in four seconds more", cut, cut.toGoal() + probe, 180},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.curve
			c.grow(tt.step, latency)
			if math.Abs(c.pace-tt.want) > 0.05 {
				t.Errorf("the pace is %g, want %g", c.pace, tt.want)
			}
			if c.used {
				t.Error("the pace still counts as used after it grew")
			}
		})
	}
}

func TestARestoredCurveGoesBackToThePaceBeforeTheCuts(t *testing.T) {
	c := newCurve()
	c.cutFrom(100)
	c.cutTo(80)
	c.cutTo(60)
	if !c.belowGoal() {
		t.Error("a pace that was just cut is not below its goal")
	}
	c.restore()
	c.used = true
	c.grow(0, time.Millisecond)
	if c.pace != 100 {
		t.Errorf("the pace is %g, want 100", c.pace)
	}
}

func TestTheCurveStaysWithinItsBounds(t *testing.T) {
	c := newCurve()
	c.serial(0)
	if c.pace != fastest {
		t.Errorf("the pace is %g, want %g at most", c.pace, fastest)
	}
	c.cutFrom(0)
	c.cutTo(0)
	if c.goal != slowest || c.pace != margin*slowest || math.IsNaN(c.at(time.Second)) {
		t.Errorf("the goal is %g and the pace %g, want %g and just below", c.goal, c.pace, slowest)
	}
}
