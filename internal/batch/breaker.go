package batch

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// Between the starts of two probes are probeFirst at first, and then twice as long
	// each time, up to probeMost. A probe that times out is followed by the next one after
	// probeFirst, so that with the default --timeout of 30 s, too, calls go on within
	// about that time after the service is back.
	probeFirst = time.Second
	probeMost  = 30 * time.Second
	// probeJitter is the share of an interval that is left out at random, so that programs
	// which lost the service together do not ask together.
	probeJitter = 0.25
)

// ErrOutage is matched by the error of a run that stopped because of Options.MaxOutage.
var ErrOutage = errors.New("the service answers nobody")

// Outage is a time in which the service answered nobody.
type Outage struct {
	Since  time.Time // start of the first request without an answer
	Until  time.Time // the first answer, or the end of the run; zero: it goes on
	Next   time.Time // when the next probe may start; zero: one is under way, or it is over
	Probes int       // requests sent to learn whether it is over
	Reason string    // what the last request without an answer got
}

// OutageError is the error of a run that stopped because of Options.MaxOutage. It matches
// ErrOutage.
type OutageError struct{ Outage Outage }

// Error says since when.
func (e *OutageError) Error() string {
	o := e.Outage
	return fmt.Sprintf("the service has answered nobody for %s, since %s (%s)",
		o.Until.Sub(o.Since).Round(time.Second), o.Since.Format(time.RFC3339), o.Reason)
}

// Is reports whether target is ErrOutage.
func (e *OutageError) Is(target error) bool { return target == ErrOutage }

// breaker is a circuit breaker: it holds all leavers while the service answers nobody.
//
//	         a silence is an outage         the interval is over
//	closed ─────────────────────────▶ open ──────────────────────▶ probing
//	   ▲                               │ ▲                            │
//	   │◀──── an answer to somebody ───┘ └───────── no answer ────────┤
//	   └──────────────────────── an answer ───────────────────────────┘
//
//	closed   every request may start
//	open     none may, until the interval is over
//	probing  one leaver's request is under way, to see whether the service is back
//
// After Options.MaxOutage in open and probing the run stops.
//
// The breaker of github.com/failsafe-go/failsafe-go was looked at for this and does not fit:
// it fails executions while it is open, where a leaver has to wait until either context
// ends; it counts results, where different leavers count, and only those who are new; and
// it cannot give back the attempts that were made before it opened.
type breaker struct {
	max    time.Duration
	jitter func() float64
	stop   func(error)
	watch  func(Outage) // may be nil; called with mu held

	mu        sync.Mutex
	state     breakerState
	flights   flights
	silence   *silence // nil: the last request was answered
	past      pastOutage
	outage    Outage // the current one, if the state is not closed
	gate      gate
	answerers answerers
	expiry    *time.Timer // of Options.MaxOutage
	asked     time.Time   // the service has asked to wait until then
}

type breakerState string

const (
	circuitClosed  breakerState = "closed"
	circuitOpen    breakerState = "open"
	circuitProbing breakerState = "probing"
)

// pastOutage is the last outage that is over. A request that started before its end and
// gets no answer later is a part of it.
type pastOutage struct {
	silence *silence
	until   time.Time
}

func newBreaker(o Options, stop func(error)) *breaker {
	return &breaker{max: o.MaxOutage, jitter: o.Jitter, stop: stop, watch: o.Outages, state: circuitClosed, gate: newGate()}
}

// start returns the number of a request that starts now. It returns false if the breaker
// has opened since the leaver passed it.
func (b *breaker) start(t *tries) (number uint64, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.state == circuitClosed:
		t.probe = nil
	case !b.isProbe(t):
		return 0, false
	default:
		b.outage.Probes++
		b.tell()
	}
	return b.flights.start(), true
}

// isProbe reports whether the next request of a leaver, or the one in flight, is the probe.
func (b *breaker) isProbe(t *tries) bool {
	return b.state == circuitProbing && t.probe != nil && t.probe == b.silence
}

// ended takes the answer to a request that started then, or that there was none. It returns
// the silence that the attempt is a part of; nil if there was an answer.
func (b *breaker) ended(t *tries, number uint64, start, now time.Time, a Answer) *silence {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flights.end()
	if b.silence != nil {
		b.silence.landed(number)
	}
	probe := b.isProbe(t)
	t.probe = nil
	var in *silence
	switch sign := a.Verdict == Unreachable || a.Verdict == Broken; {
	case sign && b.past.silence != nil && start.Before(b.past.until):
		in = b.past.silence
	case sign && b.state != circuitClosed && (a.Verdict == Unreachable || b.silence.broken || !probe):
		in = b.unanswered(t, start, now, a)
	case sign:
		if probe {
			b.close(now) // the service is there, though it fails: that is a new question
		}
		in = b.unanswered(t, start, now, a)
	case a.HTTPStatus != 0 || a.Verdict != Final: // a request that was never sent has no answer
		b.heard(start, now, probe)
	}
	if probe && b.state == circuitProbing {
		b.open(start, now)
	}
	b.judge(now)
	return in
}

// unanswered takes note of a request without an answer, and returns the silence that it is
// a part of.
func (b *breaker) unanswered(t *tries, start, now time.Time, a Answer) *silence {
	if b.silence == nil {
		b.silence = newSilence(start, now, b.flights)
	}
	b.silence.note(a, now)
	if !t.isSuspect() {
		b.silence.add(t.task.Ref, a)
	}
	return b.silence
}

// heard takes note of an answer. One to a request that had started before the silence
// began does not say that the service has answered since, but the evidence has to begin
// again.
func (b *breaker) heard(start, now time.Time, probe bool) {
	switch {
	case b.silence == nil:
	case start.Before(b.silence.began) && !probe:
		if b.state == circuitClosed {
			b.silence.evidence = newEvidence(b.flights)
		}
	case b.state == circuitClosed:
		b.decide(answered)
	default:
		b.close(now)
	}
}

// judge opens the breaker if the silence is an outage.
func (b *breaker) judge(now time.Time) {
	if b.state != circuitClosed || b.silence == nil || !b.silence.proves() {
		return
	}
	b.decide(isOutage)
	b.outage = Outage{Since: b.since(now)}
	b.gate.interval = probeFirst
	b.open(now, now)
	current := b.silence
	b.expiry = time.AfterFunc(b.outage.Since.Add(b.max).Sub(now), func() { b.expire(current) })
}

// since returns when the outage began that a silence turned out to be. While nobody was
// called because the service had asked for that, it could answer nobody.
func (b *breaker) since(now time.Time) time.Time {
	asked := b.asked
	if asked.After(now) {
		asked = now
	}
	if asked.After(b.silence.since) {
		return asked
	}
	return b.silence.since
}

// waits takes note that nobody is called until a time, because the service has asked for
// that.
func (b *breaker) waits(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until.After(b.asked) {
		b.asked = until
	}
}

// open waits for the next probe; the last one, if there was one, started then.
func (b *breaker) open(start, now time.Time) {
	b.state = circuitOpen
	wait := time.Duration(float64(b.gate.interval) * (1 - probeJitter*b.jitter()))
	b.gate.interval = min(2*b.gate.interval, probeMost)
	next := start.Add(wait)
	for _, earliest := range []time.Time{now.Add(probeFirst / 2), b.silence.notUntil} {
		if next.Before(earliest) {
			next = earliest
		}
	}
	b.outage.Next, b.outage.Reason = next, b.silence.reason
	b.tell()
	b.gate.change()
}

// close ends the outage.
func (b *breaker) close(now time.Time) {
	b.state = circuitClosed
	b.expiry.Stop()
	b.outage.Until, b.outage.Next = now, time.Time{}
	b.tell()
	b.silence.short = b.outage.Probes <= 1
	b.past, b.silence = pastOutage{b.silence, now}, nil
	b.gate.change()
}

// expire stops the run if the outage of a silence still goes on.
func (b *breaker) expire(s *silence) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == circuitClosed || b.silence != s {
		return
	}
	over := b.outage
	over.Until, over.Next = time.Now(), time.Time{}
	b.stop(&OutageError{over})
}

// finish ends an outage with the run.
func (b *breaker) finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state != circuitClosed {
		b.close(time.Now())
	}
}

func (b *breaker) tell() {
	if b.watch != nil {
		b.watch(b.outage)
	}
}

// attempts returns how many attempts of a leaver count.
func (b *breaker) attempts(t *tries) int {
	if len(t.silences) == 0 {
		return t.task.Attempts // nearly always
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return t.charged()
}

// mayBeOwn reports whether a leaver's last attempt got no answer for a reason of the
// leaver's own, as far as is known. If the next run took that for an outage again, it
// would wait again, and so would every other one.
func (b *breaker) mayBeOwn(t *tries) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := t.last()
	return t.broken || s != nil && len(s.evidence.leavers) < outageLeavers
}

// inOutage reports whether the last attempt of a leaver was made in an outage.
func (b *breaker) inOutage(t *tries) bool {
	s := t.last()
	if s == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return s.state == isOutage
}
