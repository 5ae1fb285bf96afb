package run

import (
	"math/rand"
	"testing"
	"time"
)

var seriesBegan = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// after0 returns a time so many seconds after the begin of a series.
func after0(seconds float64) time.Time {
	return seriesBegan.Add(time.Duration(seconds * float64(time.Second)))
}

func TestASeriesPutsEventsIntoTheirBuckets(t *testing.T) {
	s := newSeries(seriesBegan)
	s.started(after0(0.1), 1)
	s.started(after0(0.2), 2)
	s.ended(after0(0.9), 1, 10).count(200)
	s.ended(after0(3.5), 0, 4).count(429) // in flight all the time in between
	s.at(after0(3.6)).Tried++
	s.at(after0(0.95)).Tried++ // a goroutine that was overtaken
	got := s.until(after0(5.5))
	want := []Point{
		{CallClasses: CallClasses{OK: 1}, Tried: 1, Pace: 10, InFlight: 2},
		{Pace: 10, InFlight: 1},
		{Pace: 10, InFlight: 1},
		{CallClasses: CallClasses{Throttled: 1}, Tried: 1, Pace: 4, InFlight: 1},
		{Pace: 4},
		{Pace: 4},
	}
	if len(got.Points) != len(want) || got.BucketSeconds != 1 {
		t.Fatalf("%d points of %gs, want %d of 1s", len(got.Points), got.BucketSeconds, len(want))
	}
	for i := range want {
		want[i].At = after0(float64(i))
		if got.Points[i] != want[i] {
			t.Errorf("point %d is %+v, want %+v", i, got.Points[i], want[i])
		}
	}
}

func TestASeriesIsBoundedHoweverLongARunIs(t *testing.T) {
	for _, tt := range []struct {
		name           string
		seconds        float64
		points, bucket int
	}{
		{"nothing", 0, 1, 1},
		{"less than a second", 0.5, 1, 1},
		{"as many seconds as there is room for", 239.9, 240, 1},
		{"one more", 240, 121, 2},
		{"the room of twice the width", 479.9, 240, 2},
		{"one more than that", 480, 121, 4},
		{"a day", 86400, 169, 512},
		{"a year", 365 * 86400, 121, 262144},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSeries(seriesBegan)
			s.ended(after0(0), 0, 1).count(200)
			got := s.until(after0(tt.seconds))
			if len(got.Points) != tt.points || got.BucketSeconds != float64(tt.bucket) || got.Points[0].OK != 1 {
				t.Errorf("%d points of %gs, want %d of %ds; the first is %+v", len(got.Points), got.BucketSeconds, tt.points, tt.bucket, got.Points[0])
			}
		})
	}
}

// TestTheSumsOfASeriesStay compares a series with its events, at random lengths of a run.
func TestTheSumsOfASeriesStay(t *testing.T) {
	for seed := range int64(50) {
		random := rand.New(rand.NewSource(seed))
		length := []float64{0.5, 30, 239, 241, 1000, 100_000}[random.Intn(6)]
		s := newSeries(seriesBegan)
		var want Point
		most := 0
		for range 2000 {
			at := after0(random.Float64() * length)
			inFlight := random.Intn(8)
			most = max(most, inFlight)
			s.started(at, inFlight)
			p := s.ended(at, max(0, inFlight-1), random.Float64())
			status := []int{0, 200, 201, 304, 404, 429, 500, 503}[random.Intn(8)]
			p.count(status)
			want.count(status)
			p = s.at(at)
			p.Tried, p.Suspended = p.Tried+1, p.Suspended+1
			want.Tried, want.Suspended = want.Tried+1, want.Suspended+1
		}
		var got Point
		all := s.until(after0(length))
		for i, p := range all.Points {
			got.merge(p)
			if begin := after0(float64(i) * all.BucketSeconds); !p.At.Equal(begin) {
				t.Fatalf("seed %d: point %d is at %s, want %s", seed, i, p.At, begin)
			}
		}
		if got.CallClasses != want.CallClasses || got.Tried != want.Tried || got.Suspended != want.Suspended || got.InFlight != most {
			t.Errorf("seed %d: the sums are %+v, want %+v, and %d in flight", seed, got, want, most)
		}
		if len(all.Points) > mostPoints || length > 240 && len(all.Points) < mostPoints/2 {
			t.Errorf("seed %d: %d points", seed, len(all.Points))
		}
	}
}

func TestASeriesSurvivesAClockThatGoesBack(t *testing.T) {
	s := newSeries(seriesBegan)
	s.started(after0(-60), 1)
	s.ended(after0(-59), 0, 1).count(200)
	if got := s.until(after0(-1)); len(got.Points) != 1 || got.Points[0].OK != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestClassesOfCalls(t *testing.T) {
	for status, want := range map[int]CallClasses{
		0: {NoAnswer: 1}, 101: {Other: 1}, 200: {OK: 1}, 299: {OK: 1}, 302: {Other: 1}, 401: {Other: 1},
		404: {Other: 1}, 429: {Throttled: 1}, 499: {Other: 1}, 500: {ServerError: 1}, 599: {ServerError: 1},
	} {
		var got CallClasses
		got.count(status)
		if got != want {
			t.Errorf("%d counts as %+v, want %+v", status, got, want)
		}
	}
}
