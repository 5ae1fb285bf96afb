package pace

import (
	"container/heap"
	"math/rand/v2"
	"time"
)

// simulation is a run against a model of a server in simulated time: it takes
// no real time, and the same seed gives the same run.
type simulation struct {
	allow      func(t time.Duration) bool          // whether a request at t is let in
	queue      func(t time.Duration) time.Duration // how long it waits in the server; may be nil
	latency    time.Duration
	atOnce     bool // refusals take a millisecond
	retryAfter time.Duration
	random     *rand.Rand

	now    time.Duration
	events events
	number int
}

// client is one run with a number of leavers and of requests in flight.
type client struct {
	law         *law
	leavers     int
	concurrency int
	begins      time.Duration

	ready, inFlight int
	waiting         int // number of the latest wait for the pace; earlier ones do nothing

	taken, throttled int
	slowest          time.Duration
	end              time.Duration
}

func newClient(leavers, concurrency int) *client {
	return &client{law: newLaw(), leavers: leavers, concurrency: concurrency}
}

var epoch = time.Date(2024, 6, 30, 0, 0, 0, 0, time.UTC)

// run returns when every leaver was taken.
func (s *simulation) run(clients ...*client) {
	for _, c := range clients {
		c.ready = c.leavers
		s.after(c.begins, func() { s.begin(c) })
	}
	for len(s.events) > 0 {
		e := heap.Pop(&s.events).(event)
		s.now = e.at
		e.do()
	}
}

// begin starts every request that may start now.
func (s *simulation) begin(c *client) {
	for c.ready > 0 && c.inFlight < c.concurrency {
		if wait := start(c.law, epoch.Add(s.now)); wait > 0 {
			c.waiting++
			mine := c.waiting
			s.after(wait, func() {
				if c.waiting == mine {
					s.begin(c)
				}
			})
			return
		}
		c.ready--
		c.inFlight++
		start, allowed := s.now, s.allow(s.now)
		latency := time.Duration(float64(s.latency) * (0.8 + 0.4*s.random.Float64()))
		if s.queue != nil {
			latency += s.queue(s.now)
		}
		if s.atOnce && !allowed {
			latency = time.Millisecond
		}
		s.after(latency, func() { s.answer(c, start, allowed) })
	}
}

func (s *simulation) answer(c *client, start time.Duration, allowed bool) {
	c.inFlight--
	a := Answer{Start: epoch.Add(start), End: epoch.Add(s.now)}
	if allowed {
		c.taken++
		c.end = s.now
		c.slowest = max(c.slowest, s.now-start)
	} else {
		c.throttled++
		a.Kind, a.RetryAfter = Throttled, s.retryAfter
		backoff := s.retryAfter + time.Duration(s.random.Float64()*float64(500*time.Millisecond))
		s.after(backoff, func() { c.ready++; s.begin(c) })
	}
	c.law.answered(a)
	s.begin(c)
}

func (s *simulation) after(d time.Duration, do func()) {
	s.number++
	heap.Push(&s.events, event{s.now + d, s.number, do})
}

// event is something that happens. Events at the same time happen in the order
// in which they were made.
type event struct {
	at     time.Duration
	number int
	do     func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].number < e[j].number
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// limit is what a server allows over time: from each time on, so many requests
// per second.
type limit []struct {
	from time.Duration
	rate float64
}

func (l limit) at(t time.Duration) float64 {
	rate := 0.0
	for _, step := range l {
		if step.from <= t {
			rate = step.rate
		}
	}
	return rate
}

// ideal is the shortest time in which the server takes this many requests.
func (l limit) ideal(requests int) time.Duration {
	const step = time.Millisecond
	left := float64(requests)
	for t := time.Duration(0); ; t += step {
		if left -= l.at(t) * step.Seconds(); left <= 0 {
			return t
		}
	}
}

// bucket is a token bucket, full at first.
func bucket(l limit, burst float64) func(time.Duration) bool {
	tokens, last := burst, time.Duration(0)
	return func(t time.Duration) bool {
		tokens = min(burst, tokens+l.at(t)*(t-last).Seconds())
		last = t
		if tokens < 1 {
			return false
		}
		tokens--
		return true
	}
}

// fixedWindow counts from zero in every window.
func fixedWindow(l limit, window time.Duration) func(time.Duration) bool {
	number, taken := time.Duration(0), 0.0
	return func(t time.Duration) bool {
		if n := t / window; n != number {
			number, taken = n, 0
		}
		if taken+1 > l.at(t)*window.Seconds() {
			return false
		}
		taken++
		return true
	}
}

// slidingWindow counts the requests of the last window.
func slidingWindow(l limit, window time.Duration) func(time.Duration) bool {
	var taken []time.Duration
	return func(t time.Duration) bool {
		for len(taken) > 0 && taken[0] <= t-window {
			taken = taken[1:]
		}
		if float64(len(taken)+1) > l.at(t)*window.Seconds() {
			return false
		}
		taken = append(taken, t)
		return true
	}
}

// oneByOne is the queue of a server that takes every request, one at a time.
func oneByOne(l limit) func(time.Duration) time.Duration {
	free := time.Duration(0)
	return func(t time.Duration) time.Duration {
		free = max(free, t) + seconds(1/l.at(t))
		return free - t
	}
}
