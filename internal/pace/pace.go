// Package pace owns how fast requests start: never faster than a ceiling that
// a person has set, and below it as fast as the server sustains, which it finds
// out from the answers.
package pace

import (
	"context"
	"sync"
	"time"
)

// Pace lets requests start one by one. It is safe for use by several
// goroutines.
type Pace struct {
	// line holds the token of the one who waits for the next start, so that one
	// timer is enough; the others stand behind, in the order of their coming.
	line   chan struct{}
	timer  *time.Timer   // of whoever holds the token
	sooner chan struct{} // from Answered to them: it may be time already

	mu       sync.Mutex
	law      *law
	standing int // in line, the first one included
}

// New returns a pace with a ceiling in requests per second; 0 is none.
func New(ceiling float64) *Pace {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	return &Pace{line: make(chan struct{}, 1), timer: timer, sooner: make(chan struct{}, 1), law: newLaw(ceiling)}
}

// Wait returns nil when a request may start, and the context's error if it is
// done before.
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
		wait := p.start()
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

// pass starts a request if nobody waits and it is time; or else it joins the line.
func (p *Pace) pass() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.standing == 0 && p.law.start(time.Now()) <= 0 {
		return true
	}
	p.standing++
	return false
}

func (p *Pace) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.standing--
}

func (p *Pace) start() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.law.start(time.Now())
}

// Answered tells the pace what became of a request that it let start. It
// returns whether the pace was cut: of many requests that are refused
// together, the first one is the news.
func (p *Pace) Answered(a Answer) (cut bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.law.pace
	p.law.answered(a)
	if p.standing > 0 && p.law.pace > before {
		select {
		case p.sooner <- struct{}{}:
		default: // they have not seen the last one yet
		}
	}
	return p.law.pace < before
}

// Sustained returns how many requests per second the server sustains, as far
// as is known, and false if it has set no limit so far.
func (p *Pace) Sustained() (perSecond float64, limited bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.law.goal, p.law.limited
}
