package thrivetest

import (
	"maps"
	"slices"
	"time"
)

// Suspension is one that took effect, whatever became of the answer.
type Suspension struct {
	At      time.Time
	EndDate string // as it was sent; "": none was
}

// Stats is a snapshot of what the server has seen.
type Stats struct {
	Suspends    int         // suspend calls received, refused ones included
	ByStatus    map[int]int // suspend calls by the status they got; 0: the connection was cut
	Suspended   int         // users suspended at least once
	Repeats     int         // suspensions of a user who was inactive already
	Reads       int         // reads received: of one user or of a list
	MaxInFlight int         // most REST calls at one time
	Tokens      int         // token requests received
}

// memory is guarded by the lock of its server.
type memory struct {
	starts      []time.Time // of suspend calls
	byStatus    map[int]int
	suspended   int
	repeats     int
	reads       int
	inFlight    int
	maxInFlight int
	tokens      int
}

func (s *Server) begin(k kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &s.memory
	if k == suspend {
		m.starts = append(m.starts, s.opts.Now())
	} else {
		m.reads++
	}
	m.inFlight++
	m.maxInFlight = max(m.maxInFlight, m.inFlight)
}

func (s *Server) end(k kind, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.memory.inFlight--
	if k == suspend {
		s.memory.byStatus[status]++
	}
}

// Stats returns a snapshot; its map is the caller's own.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &s.memory
	return Stats{
		Suspends:    len(m.starts),
		ByStatus:    maps.Clone(m.byStatus),
		Suspended:   m.suspended,
		Repeats:     m.repeats,
		Reads:       m.reads,
		MaxInFlight: m.maxInFlight,
		Tokens:      m.tokens,
	}
}

// Suspensions returns those of one ref in order, nil when there are none. The
// slice is the caller's own.
func (s *Server) Suspensions(ref string) []Suspension {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.people[ref]; ok {
		return slices.Clone(p.suspensions)
	}
	return nil
}

// Suspended returns how often each ref was suspended, without those that never were.
func (s *Server) Suspended() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	times := make(map[string]int, s.memory.suspended)
	for ref, p := range s.people {
		if n := len(p.suspensions); n > 0 {
			times[ref] = n
		}
	}
	return times
}

// Starts returns when each suspend call was received, in order.
func (s *Server) Starts() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.memory.starts)
}
