package pace

import "time"

// credit is how late a request may start and still keep its slot, so that the
// lateness does not add up. Timers fire about a millisecond late.
const credit = 2 * time.Millisecond

// schedule says when the next request may start. Its states:
//
//	steady   requests start one interval after the other
//	paused   nothing starts before a given time; steady after that
//	resting  nothing starts before a given time; the request after that is a
//	         probe, and the schedule is paused until its answer is due
type schedule struct {
	state scheduleState
	last  time.Time // slot of the last start
	until time.Time // end of the pause or rest
}

type scheduleState string

const (
	steady  scheduleState = "steady"
	paused  scheduleState = "paused"
	resting scheduleState = "resting"
)

// due returns when the next request may start at this pace.
func (s *schedule) due(pace float64) time.Time {
	due := s.last.Add(seconds(1 / pace))
	if s.state != steady && due.Before(s.until) {
		return s.until
	}
	return due
}

// start notes that a request starts now. A probe is answered in about the
// given latency.
func (s *schedule) start(now time.Time, pace float64, latency time.Duration) {
	if s.state == resting {
		s.last = now
		s.pause(now.Add(2 * latency))
		return
	}
	// Intervals are counted from slots, so a request that starts a little late
	// does not delay the ones after it. What is later than the credit is lost.
	due, earliest := s.due(pace), now.Add(-credit)
	switch {
	case s.last.IsZero():
		s.last = now
	case due.Before(earliest):
		s.last = earliest
	default:
		s.last = due
	}
	s.state = steady
}

func (s *schedule) pause(until time.Time) { s.state, s.until = paused, until }

func (s *schedule) rest(until time.Time) { s.state, s.until = resting, until }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
