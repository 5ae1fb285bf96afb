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
//	                    ├─ latency    normal, slow, eased
//	                    └─ terms      open, counted, closed
//
// A request starts when both the ceiling and the law allow it. Neither knows
// the other, and neither has a clock: Pace alone looks at the time and waits.
// The law takes each answer to its machines, and acts on what they find: the
// round says whether the server refuses too much, suspicion whether the pace
// is the reason, outage and latency whether requests must pause, the curve
// what the pace is, and the schedule when the next request is due. What the server says in
// so many words, by Retry-After or a quota, are the terms: they only ever delay a request.
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
	// Number is that of the request (see Start).
	Number uint64
	// RetryAfter is how long the server asks to wait, from the end on; 0 if it does not.
	// If that is more than five seconds no request starts until then, whatever the kind of
	// the answer is.
	RetryAfter time.Duration
	// Quota is what the server says it still takes.
	Quota Quota
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
	sooner chan struct{} // from Answered to that goroutine: ask again

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
// included. It returns a *LaterError at once if the server takes nothing for longer than
// Longest, or not before the deadline of the context.
func (p *Pace) Wait(ctx context.Context) error {
	_, err := p.Start(ctx)
	if at, ok := ctx.Value(noteKey{}).(*time.Time); ok && err == nil {
		*at = time.Now()
	}
	return err
}

type noteKey struct{}

// Noting returns a context with which Wait notes when the request may start. An attempt may
// be several requests, and only the last one is answered: what came before says nothing
// about how long the server takes.
func Noting(ctx context.Context, at *time.Time) context.Context {
	return context.WithValue(ctx, noteKey{}, at)
}

// Start is Wait, and returns the number of the request that may start.
func (p *Pace) Start(ctx context.Context) (number uint64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if number := p.pass(); number > 0 {
		return number, nil
	}
	defer p.leave()
	select {
	case p.line <- struct{}{}:
		defer func() { <-p.line }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	for ctx.Err() == nil {
		number, wait, err := p.ask(ctx)
		if number > 0 || err != nil {
			return number, err
		}
		p.timer.Reset(wait)
		select {
		case <-p.timer.C:
		case <-p.sooner:
		case <-ctx.Done():
		}
		p.timer.Stop()
	}
	return 0, ctx.Err()
}

// pass starts a request if no other waits and it is time. Otherwise it returns 0, and the
// caller is counted as waiting.
func (p *Pace) pass() (number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == 0 && p.start(time.Now()) <= 0 {
		return p.law.started
	}
	p.waiting++
	return 0
}

func (p *Pace) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting--
}

// ask starts a request if it is time, and else returns how long it has to wait. The error
// says that this is too long.
func (p *Pace) ask(ctx context.Context) (number uint64, wait time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if wait = p.start(now); wait <= 0 {
		return p.law.started, 0, nil
	}
	m := p.law.terms.closed(p.law.started)
	deadline, limited := ctx.Deadline()
	if m.at.After(now) && (m.far || limited && m.at.After(deadline)) {
		return 0, 0, &LaterError{m.at}
	}
	return 0, wait, nil
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
	// Who waits asks again: what the server says may be sooner, or too late.
	if p.waiting > 0 && (p.law.curve.pace > before || a.RetryAfter > 0 || a.Quota.Reset > 0) {
		select {
		case p.sooner <- struct{}{}:
		default: // a signal is there already
		}
	}
	return p.law.curve.pace < before
}

// ClosedUntil returns the time before which no request starts because the server has said
// so; false if there is none.
func (p *Pace) ClosedUntil() (until time.Time, closed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.law.terms.closed(p.law.started)
	return m.at, m.at.After(time.Now())
}

// PerSecond returns the pace: how many requests per second may start, while nothing makes
// all of them wait. It is never more than the ceiling.
func (p *Pace) PerSecond() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(p.law.curve.pace, float64(p.ceiling.limiter.Limit()))
}

// Limited reports whether the server has limited the pace so far: it has refused, it has
// slowed down, or it has asked to wait.
func (p *Pace) Limited() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.law.curve.state == cubic || p.law.limited
}

// Sustained returns how many requests per second the server was seen to sustain, and false
// if that was not measured. It is never more than what was sent and taken.
func (p *Pace) Sustained() (perSecond float64, measured bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.law.sustained()
}
