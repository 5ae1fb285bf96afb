package run

import "time"

// Forecast tells from how many leavers were done when, how long the others will take. It
// is for one goroutine at a time.
//
// It looks at the time in which the service answered: an outage says nothing about how
// fast leavers are done behind it.
type Forecast struct {
	samples []sample // one for each second, the oldest first
	away    time.Duration
	since   time.Time // of the outage that goes on; zero: none does
}

type sample struct {
	at   time.Duration // since the first one, without outages
	done int
	time time.Time
}

const (
	recentTime = 20 * time.Second // how far back the pace of now is measured
	longTime   = 2 * time.Minute  // and that of lately
	leastTime  = 3 * time.Second  // less says nothing
	leastDone  = 3
)

// Add notes how many leavers are done at a time. answered tells that the service answers.
func (f *Forecast) Add(now time.Time, done int, answered bool) {
	switch {
	case !answered && f.since.IsZero():
		f.since = now
	case answered && !f.since.IsZero():
		f.away += now.Sub(f.since)
		f.since = time.Time{}
	}
	if !answered {
		return
	}
	s := sample{done: done, time: now}
	if len(f.samples) > 0 {
		last := f.samples[len(f.samples)-1]
		if now.Sub(last.time) < time.Second/2 {
			return
		}
		s.at = now.Sub(f.samples[0].time) - f.away
	}
	f.samples = append(f.samples, s)
	for len(f.samples) > 2 && s.at-f.samples[1].at > longTime {
		f.shift()
	}
}

// shift forgets the oldest sample.
func (f *Forecast) shift() {
	first := f.samples[1]
	f.samples = append(f.samples[:0], f.samples[1:]...)
	for i := range f.samples {
		f.samples[i].at -= first.at
	}
	f.away = 0
	// Times of later samples are taken from the first one, so that it bears the outages
	// since then.
	last := f.samples[len(f.samples)-1]
	f.samples[0].time = last.time.Add(-last.at)
}

// PerSecond returns how many leavers are done each second now; 0 if that is not known yet.
func (f *Forecast) PerSecond() float64 { return f.over(recentTime) }

// over returns how many leavers were done each second for so long.
func (f *Forecast) over(window time.Duration) float64 {
	if len(f.samples) < 2 {
		return 0
	}
	last := f.samples[len(f.samples)-1]
	first := f.samples[0]
	for _, s := range f.samples {
		if last.at-s.at <= window {
			first = s
			break
		}
	}
	took, done := last.at-first.at, last.done-first.done
	if took < leastTime || done < leastDone {
		return 0
	}
	return float64(done) / took.Seconds()
}

// retryTime is about how long a leaver takes who has to be tried again: by its backoff, and
// by some further attempts.
const retryTime = 8 * time.Second

// Left returns how long the leavers who are left will take: not less than low, and not more
// than high, which are the same where the pace is steady. again is how many of them wait to
// be tried again. known is false as long as nobody can tell, and during an outage.
func (f *Forecast) Left(left, again int) (low, high time.Duration, known bool) {
	now, lately := f.over(recentTime), f.over(longTime)
	if now == 0 || lately == 0 || !f.since.IsZero() {
		return 0, 0, false
	}
	if left == 0 {
		return 0, 0, true
	}
	in := func(pace float64) time.Duration {
		return max(time.Duration(float64(left)/pace*float64(time.Second)), min(retryTime, time.Duration(again)*time.Second))
	}
	low, high = in(max(now, lately)), in(min(now, lately))
	if float64(high) < 1.2*float64(low) {
		low = in(now)
		high = low
	}
	return low, high, true
}
