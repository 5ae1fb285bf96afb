package batch

import (
	"fmt"
	"slices"

	"offboard/internal/leaver"
)

// tries are the attempts for one leaver. Only the goroutine of the leaver uses them; the
// states of the silences are guarded by the mutex of the breaker.
type tries struct {
	task     leaver.Result // with the last answer; Attempts are all requests sent
	silences []*silence    // of each attempt, from the first one without an answer on; nil: answered
	// broken tells that the last answer was an internal error, which may be about this
	// leaver only.
	broken bool
	probe  *silence // the outage whose probe the next request is; nil: it is none
	paced  uint64   // number of the request at the pace
}

// isSuspect reports whether a leaver without an answer may be the reason for that, so that
// it is no evidence of an outage: others got answers meanwhile, again and again. The caller
// holds the mutex of the breaker.
func (t *tries) isSuspect() bool {
	short := 0
	for _, s := range t.silences {
		switch {
		case s == nil:
		case s.state == answered, s.short && s.broken:
			return true
		case s.short && s != t.last():
			short++
		}
	}
	return short > 1 || t.isKnown()
}

// isKnown reports whether an earlier run has failed with this leaver, too: what they get
// says nothing about the service.
func (t *tries) isKnown() bool { return t.task.Earlier == leaver.Failed }

// took keeps the silence of an attempt; nil: it was answered.
func (t *tries) took(a Answer, in *silence) {
	t.broken = a.Verdict == Broken
	if in != nil || len(t.silences) > 0 { // nearly never
		t.silences = append(t.silences, in)
	}
}

// last returns the silence of the last attempt; nil if it was answered.
func (t *tries) last() *silence {
	if n := len(t.silences); n > 0 {
		return t.silences[n-1]
	}
	return nil
}

// pure reports whether every attempt was in one silence, and none an internal error: then
// the leaver is no reason to believe that the service works.
func (t *tries) pure() bool {
	s := t.last()
	if s == nil || s.broken || t.isKnown() || len(t.silences) < t.task.Attempts {
		return false
	}
	return !slices.ContainsFunc(t.silences, func(other *silence) bool { return other != s })
}

// charged returns how many attempts count. The caller holds the mutex of the breaker.
func (t *tries) charged() int {
	n := t.task.Attempts
	for _, s := range t.silences {
		if s != nil && s.state == isOutage {
			n--
		}
	}
	return n
}

// interrupted returns the result of a leaver whose attempts ended because the run stopped,
// with so many attempts that count. One without such an attempt is pending, because an
// outage is no outcome, unless it may be that only this leaver gets no answer. Any other
// leaver keeps the outcome of the last answer.
func (t *tries) interrupted(charged, most int, mayBeOwn bool) leaver.Result {
	r := t.task
	switch {
	case r.Attempts == 0:
	case charged == 0 && !mayBeOwn:
		r = leaver.Result{Row: r.Row, Outcome: leaver.Pending, Target: r.Target, Earlier: r.Earlier, Noted: r.Noted,
			Reason: "the service answered nobody; the last call may have taken effect (" + r.Reason + ")"}
	case charged == 0:
		r.Reason += " (the run stopped in an outage)"
	default:
		r.Reason = fmt.Sprintf("%s (the run stopped after attempt %d of %d)", r.Reason, charged, most)
		r.Attempts = charged
	}
	return r
}
