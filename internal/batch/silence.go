package batch

import (
	"slices"
	"time"
)

// outageLeavers is how many leavers have to be without an answer before that is an outage,
// unless one leaver has no attempt left.
const outageLeavers = 3

// silence is a stretch of time in which the service answers nobody. All attempts without
// an answer in it have the same fate: they cost an attempt, or the silence is an outage
// and they do not. It is guarded by the mutex of the breaker. Its states:
//
//	undecided ──▶ answered  somebody was answered, so the others could have been
//	    │
//	    └───────▶ outage    nobody was, not even those in flight when it began
type silence struct {
	state    silenceState
	since    time.Time     // start of the first request without an answer
	began    time.Time     // end of that request
	decided  chan struct{} // closed when the state is no longer undecided
	reason   string        // of the last request without an answer
	notUntil time.Time     // the service has asked to wait until then
	spent    bool          // a leaver has used up all attempts in it, with no answer at all
	broken   bool          // among the evidence are internal errors
	short    bool          // it was an outage, and over with the first probe
	evidence evidence
}

type silenceState string

const (
	undecided silenceState = "undecided"
	answered  silenceState = "answered"
	isOutage  silenceState = "outage"
)

// evidence is what speaks for an outage since the last answer, whenever the request for
// that answer had started.
type evidence struct {
	leavers []string // refs of those without an answer, outageLeavers at most
	mark    uint64   // the last request that had started when the evidence began
	owed    int      // requests up to mark that are in flight
}

func newEvidence(f flights) evidence { return evidence{mark: f.started, owed: f.open} }

func newSilence(start, now time.Time, f flights) *silence {
	return &silence{state: undecided, since: start, began: now, decided: make(chan struct{}), evidence: newEvidence(f)}
}

// add takes a leaver without an answer for evidence.
func (s *silence) add(ref string, a Answer) {
	e := &s.evidence
	if len(e.leavers) < outageLeavers && !slices.Contains(e.leavers, ref) {
		e.leavers = append(e.leavers, ref)
	}
	s.broken = s.broken || a.Verdict == Broken
}

// note keeps what the service said last.
func (s *silence) note(a Answer, now time.Time) {
	s.reason = a.Reason
	if until := now.Add(a.RetryAfter); a.RetryAfter > 0 && until.After(s.notUntil) {
		s.notUntil = until
	}
}

// landed takes note that a request is no longer in flight.
func (s *silence) landed(number uint64) {
	if e := &s.evidence; number <= e.mark {
		e.owed--
	}
}

// proves reports whether the silence is an outage: everybody who was in flight when the
// evidence began has got no answer, and that is enough leavers, or one who cannot wait.
func (s *silence) proves() bool {
	return s.evidence.owed <= 0 && (len(s.evidence.leavers) >= outageLeavers || s.spent)
}

// decide ends the state undecided.
func (s *silence) decide(state silenceState) {
	if s.state == undecided {
		s.state = state
		close(s.decided)
	}
}

// flights are the requests in flight, which have numbers in the order of their starts.
type flights struct {
	started uint64
	open    int
}

func (f *flights) start() uint64 {
	f.started++
	f.open++
	return f.started
}

func (f *flights) end() { f.open-- }
