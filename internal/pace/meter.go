package pace

import "time"

// meter measures how often something happens, from the last few times it did.
// It has no states.
type meter struct {
	times [16]time.Time // a ring
	count int           // of all times, also those that the ring has lost
}

func (m *meter) add(t time.Time) {
	m.times[m.count%len(m.times)] = t
	m.count++
}

// newest returns the last time; the zero time if there is none.
func (m *meter) newest() time.Time { return m.ago(1) }

// rate returns how often per second it happened lately; fastest if it has not
// happened often enough to tell.
func (m *meter) rate() float64 {
	intervals := min(m.count, len(m.times)) - 1
	span := m.ago(1).Sub(m.ago(intervals + 1)).Seconds()
	if intervals < 1 || span <= 0 {
		return fastest
	}
	return float64(intervals) / span
}

// ago returns the nth last time.
func (m *meter) ago(n int) time.Time {
	return m.times[(m.count-n+len(m.times))%len(m.times)]
}
