package thrivetest

import (
	"maps"
	"slices"
	"time"
)

// Suspension is a suspension that took effect, even if its answer was lost.
type Suspension struct {
	At      time.Time // by Options.Now
	EndDate string    // as it was sent; "": none was sent
}

// Stats are counts since the start of a Server.
type Stats struct {
	Suspends    int         // suspend calls received, including those refused
	ByStatus    map[int]int // suspend calls by the status of the answer; 0: the connection was closed
	Suspended   int         // users suspended at least once
	Repeats     int         // suspensions of a user who was inactive already
	Reads       int         // reads received, of a user or of the list
	Lists       int         // those of the list among Reads: each is a page
	MaxInFlight int         // most REST calls in flight at the same time
	Tokens      int         // token requests received
}

// history is guarded by the lock of its server.
type history struct {
	starts      []time.Time // of suspend calls
	byStatus    map[int]int
	suspended   int
	repeats     int
	reads       int
	lists       int
	inFlight    int
	maxInFlight int
	tokens      int
}

// note changes the history.
func (s *Server) note(change func(*history)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.history)
}

func (h *history) started(k kind, now time.Time) {
	if k == suspend {
		h.starts = append(h.starts, now)
	} else {
		h.reads++
	}
	if k == list {
		h.lists++
	}
	h.inFlight++
	h.maxInFlight = max(h.maxInFlight, h.inFlight)
}

func (h *history) ended(k kind, status int) {
	h.inFlight--
	if k == suspend {
		h.byStatus[status]++
	}
}

// Stats returns the current counts, with a new map.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &s.history
	return Stats{
		Suspends:    len(h.starts),
		ByStatus:    maps.Clone(h.byStatus),
		Suspended:   h.suspended,
		Repeats:     h.repeats,
		Reads:       h.reads,
		Lists:       h.lists,
		MaxInFlight: h.maxInFlight,
		Tokens:      h.tokens,
	}
}

// Suspensions returns the suspensions of a ref in order, in a new slice; nil if
// there are none.
func (s *Server) Suspensions(ref string) []Suspension {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.people[ref]; ok {
		return slices.Clone(p.suspensions)
	}
	return nil
}

// Suspended returns how often each ref was suspended, in a new map. It has only
// refs that were suspended at least once.
func (s *Server) Suspended() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	times := make(map[string]int, s.history.suspended)
	for ref, p := range s.people {
		if n := len(p.suspensions); n > 0 {
			times[ref] = n
		}
	}
	return times
}

// Starts returns the times (by Options.Now) at which suspend calls were received,
// in order, in a new slice.
func (s *Server) Starts() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.history.starts)
}
