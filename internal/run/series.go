package run

import (
	"math"
	"time"
)

// mostPoints is how many points a series has at most: enough for a curve, and little
// memory however long a run is.
const mostPoints = 240

// Point is what happened in a run within one bucket of time.
type Point struct {
	At time.Time `json:"at"` // the begin of the bucket
	CallClasses
	Tried     int `json:"tried"`     // leavers who were tried, and whose result was recorded
	Suspended int `json:"suspended"` // those of them who are suspended
	Failed    int `json:"failed"`    // the others of them
	// Pace is how many requests per second could start at the end of the bucket, as far as
	// was seen: when a request ended last.
	Pace     float64 `json:"pace"`
	InFlight int     `json:"inFlight"` // requests in flight at most
}

// CallClasses are calls by what they were answered.
type CallClasses struct {
	OK          int `json:"ok"`          // 2xx
	Throttled   int `json:"throttled"`   // 429
	Other       int `json:"other"`       // any other status below 500, such as 404
	ServerError int `json:"serverError"` // 5xx
	NoAnswer    int `json:"noAnswer"`
}

// count counts a call by its HTTP status; 0: there was no answer.
func (c *CallClasses) count(status int) {
	switch {
	case status == 0:
		c.NoAnswer++
	case status >= 500:
		c.ServerError++
	case status == 429:
		c.Throttled++
	case status >= 200 && status <= 299:
		c.OK++
	default:
		c.Other++
	}
}

func (c *CallClasses) add(o CallClasses) {
	c.OK += o.OK
	c.Throttled += o.Throttled
	c.Other += o.Other
	c.ServerError += o.ServerError
	c.NoAnswer += o.NoAnswer
}

// series is what happened in a run over time. It has no clock: each event brings its time.
//
// The first buckets are a second wide. When there is no room for another one, each two of
// them become one of twice the width.
type series struct {
	began  time.Time
	width  time.Duration
	points []Point // without gaps, from began on
	// pace and inFlight are what was seen last. A bucket in which nothing happens has them.
	pace     float64
	inFlight int
}

func newSeries(began time.Time) *series { return &series{began: began, width: time.Second} }

// at returns the bucket of a time. A time before the last bucket, as goroutines that
// overtake each other have it, belongs to the bucket that it lies in.
func (s *series) at(t time.Time) *Point {
	index := max(0, int(t.Sub(s.began)/s.width))
	for index >= mostPoints {
		s.halve()
		index = int(t.Sub(s.began) / s.width)
	}
	for len(s.points) <= index {
		s.points = append(s.points, Point{At: s.began.Add(time.Duration(len(s.points)) * s.width), Pace: s.pace, InFlight: s.inFlight})
	}
	return &s.points[index]
}

// halve makes one bucket of each two.
func (s *series) halve() {
	s.width *= 2
	half := s.points[:0]
	for i := 0; i < len(s.points); i += 2 {
		p := s.points[i]
		if i+1 < len(s.points) {
			p.merge(s.points[i+1])
		}
		half = append(half, p)
	}
	s.points = half
}

// merge adds the bucket that follows.
func (p *Point) merge(next Point) {
	p.add(next.CallClasses)
	p.Tried += next.Tried
	p.Suspended += next.Suspended
	p.Failed += next.Failed
	p.Pace, p.InFlight = next.Pace, max(p.InFlight, next.InFlight)
}

// started notes that a request has started, and how many are in flight with it.
func (s *series) started(t time.Time, inFlight int) {
	p := s.at(t)
	s.inFlight = inFlight
	p.InFlight = max(p.InFlight, inFlight)
}

// ended notes the end of a request, how many are in flight without it, and the pace.
func (s *series) ended(t time.Time, inFlight int, pace float64) *Point {
	p := s.at(t)
	s.inFlight, s.pace = inFlight, pace
	p.Pace = rounded(pace)
	return p
}

// until returns the series up to the end of a run.
func (s *series) until(end time.Time) Series {
	s.at(end)
	for i := range s.points {
		s.points[i].At = moment(s.points[i].At)
	}
	return Series{BucketSeconds: s.width.Seconds(), Points: s.points}
}

// Series is what happened in a run over time.
type Series struct {
	BucketSeconds float64 `json:"bucketSeconds"` // the width of each bucket
	Points        []Point `json:"points"`        // one for each bucket, mostPoints at most
}

// rounded returns a figure with three decimals.
func rounded(x float64) float64 { return math.Round(x*1000) / 1000 }
