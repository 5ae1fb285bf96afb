// Package pace owns when requests start: never faster than a ceiling that a
// person has set, and below it as fast as the server sustains, which it finds
// out from the answers.
//
//	           Wait                         Answered
//	            │                              │
//	          Pace: one waits, the others stand in line
//	     ┌──────┴───────┐                      │
//	  ceiling          law ◀───────────────────┘
//	rate.Limiter        ├─ schedule   steady, paused, resting
//	                    ├─ curve      ramp, cubic
//	                    ├─ round      idle, judging
//	                    ├─ suspicion  suspected, cleared
//	                    ├─ outage     up, down
//	                    └─ latency    normal, slow, eased
//
// A request starts when both the ceiling and the law allow it. Neither knows
// the other, and neither has a clock: Pace alone looks at the time and waits.
// The law takes each answer to its machines, and acts on what they find: the
// round says whether the server refuses too much, suspicion whether the pace
// is the reason, outage and latency whether requests must pause, the curve
// what the pace is, and the schedule when the next request is due.
package pace

import (
	"context"
	"sync"
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

// Pace lets requests start one by one. It is safe for use by several
// goroutines.
type Pace struct {
	// line holds the token of the goroutine that waits for the next start, so
	// that one timer is enough; the others queue for the token. The goroutine
	// that sends the token takes it out again.
	line   chan struct{}
	timer  *time.Timer   // of the goroutine that holds the token
	sooner chan struct{} // from Answered to that goroutine: the pace has grown

	mu      sync.Mutex
	ceiling *ceiling
	law     *law
	waiting int // goroutines in line, the first one included
}

// New returns a pace with a ceiling in requests per second; 0 is none.
func New(ceiling float64) *Pace {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &Pace{
		line:    make(chan struct{}, 1),
		timer:   timer,
		sooner:  make(chan struct{}, 1),
		ceiling: newCeiling(ceiling),
		law:     newLaw(),
	}
}

// Wait returns nil when a request may start, and the context's error if it is
// done before. It must be called before every request, a repeated one
// included.
func (p *Pace) Wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil || p.pass() {
		return err
	}
	defer p.leave()
	select {
	case p.line <- struct{}{}:
		defer func() { <-p.line }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for ctx.Err() == nil {
		wait := p.ask()
		if wait <= 0 {
			return nil
		}
		p.timer.Reset(wait)
		select {
		case <-p.timer.C:
		case <-p.sooner:
		case <-ctx.Done():
		}
		p.timer.Stop()
	}
	return ctx.Err()
}

// pass starts a request if no other waits and it is time. Otherwise the caller
// is counted as waiting.
func (p *Pace) pass() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == 0 && p.start(time.Now()) <= 0 {
		return true
	}
	p.waiting++
	return false
}

func (p *Pace) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting--
}

func (p *Pace) ask() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.start(time.Now())
}

// start lets a request start now and returns 0, or returns how long it has to
// wait. The pace counts as used only if it delays the request for longer than
// the ceiling does.
func (p *Pace) start(now time.Time) time.Duration {
	hard, adaptive := p.ceiling.wait(now), p.law.wait(now)
	if adaptive > max(hard, 0) {
		p.law.hold()
	}
	if wait := max(hard, adaptive); wait > 0 {
		return wait
	}
	p.ceiling.start(now)
	p.law.start(now)
	return 0
}

// Answered tells the pace what became of a request that it let start. It
// returns whether the pace was cut: of many requests that are refused
// together, only the first cuts it.
func (p *Pace) Answered(a Answer) (cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.law.curve.pace
	p.law.answered(a)
	if p.waiting > 0 && p.law.curve.pace > before {
		select {
		case p.sooner <- struct{}{}:
		default: // a signal is there already
		}
	}
	return p.law.curve.pace < before
}

// Sustained returns how many requests per second the server sustains, as far
// as is known, and false if it has set no limit so far.
func (p *Pace) Sustained() (perSecond float64, limited bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.law.curve.goal, p.law.curve.state == cubic
}
