package report

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"offboard/internal/leaver"
)

func TestWork(t *testing.T) {
	const night = 24 * time.Hour
	// call is a line about a leaver whose requests took a second.
	call := func(number int, after time.Duration, attempts int) numbered {
		r := at(after, leaver.Failed, 500, "", number+2)
		r.Attempts, r.Duration = attempts, time.Second
		return numbered{number, r}
	}
	noTime := call(3, 0, 2)
	noTime.line.FinishedAt = time.Time{}
	long, changed := call(0, time.Hour, 5), call(0, time.Minute, 1)
	long.line.Duration, changed.line.Duration = 10*time.Minute, -time.Hour
	uncalled := call(5, 30*time.Second, 0)
	for _, tt := range []struct {
		name                       string
		lines                      []numbered
		requests, leavers, periods int
		seconds                    float64
	}{
		{"nobody was called", []numbered{uncalled}, 0, 0, 0, 0},
		{"one leaver, from the first request to the answer", []numbered{call(0, 0, 1)}, 1, 1, 1, 1},
		{"several leavers", []numbered{call(0, 0, 1), call(1, 2*time.Second, 3)}, 4, 2, 1, 3},
		{"five minutes without a request belong to a run", []numbered{call(0, 0, 1), call(1, maxPause+time.Second, 1)}, 2, 2, 1, 302},
		{"a longer time does not", []numbered{call(0, 0, 1), call(1, maxPause+time.Second+time.Millisecond, 1)}, 2, 2, 2, 2},
		{"nights", []numbered{call(0, 0, 1), call(1, 10*time.Second, 1), call(2, night, 1), call(3, night+20*time.Second, 1)}, 4, 4, 2, 11 + 21},
		{"who is tried in two nights counts in both, and is one leaver", []numbered{call(0, 0, 5), call(0, night, 1)}, 6, 1, 2, 2},
		{"a line that is written again is the same call", []numbered{call(0, 0, 5), call(1, time.Second, 1), call(0, 0, 5)}, 6, 2, 1, 2},
		{"a line that is written again in a later night, too", []numbered{call(0, 0, 5), call(1, night, 1), call(0, 0, 5), call(2, night+time.Second, 1)}, 7, 3, 2, 3},
		{"the order of lines does not matter", []numbered{call(2, night, 1), call(1, 10*time.Second, 1), call(3, night+20*time.Second, 1), call(0, 0, 1)}, 4, 4, 2, 11 + 21},
		{"two runs at the same time share it", []numbered{call(0, 0, 1), call(1, 0, 1), call(2, 5*time.Second, 1), call(3, 5*time.Second, 1)}, 4, 4, 1, 6},
		{"a line that joins two periods", []numbered{call(0, 0, 1), call(1, 8*time.Minute, 1), call(2, 4*time.Minute, 1)}, 3, 3, 1, 481},
		{"a leaver who took long", []numbered{call(1, 52*time.Minute, 1), long}, 6, 2, 1, 600},
		{"a line without a time took requests", []numbered{call(0, 0, 1), noTime}, 3, 2, 1, 1},
		{"a duration that cannot be", []numbered{call(1, 0, 1), changed}, 2, 2, 1, 61},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, calls := Work{}, 0
			for _, l := range tt.lines {
				w.add(l.line, l.number)
			}
			calls = w.calls
			w.conclude()
			if w.Requests != tt.requests || w.Leavers != tt.leavers || w.Periods != tt.periods || w.Seconds != tt.seconds {
				t.Errorf("got %d requests for %d leavers in %d periods, %g seconds", w.Requests, w.Leavers, w.Periods, w.Seconds)
			}
			if tt.seconds > 0 && math.Abs(w.Pace-float64(calls)/tt.seconds) > 0.0006 {
				t.Errorf("the pace is %g", w.Pace)
			}
		})
	}
}

// numbered is a line with the number of its leaver.
type numbered struct {
	number int
	line   leaver.Result
}

// TestPeriodsDoNotDependOnTheOrderOfLines adds the same lines in many orders.
func TestPeriodsDoNotDependOnTheOrderOfLines(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var lines []numbered
		for i := range 40 {
			r := at(time.Duration(random.IntN(6*3600))*time.Second, leaver.Suspended, 200, "", i+2)
			r.Duration = time.Duration(random.IntN(300)) * time.Second
			lines = append(lines, numbered{i, r})
		}
		var first Work
		for round := range 5 {
			w := Work{}
			for _, l := range lines {
				w.add(l.line, l.number)
			}
			w.conclude()
			if round == 0 {
				first = w
			} else if w.Seconds != first.Seconds || w.Periods != first.Periods {
				t.Fatalf("got %d periods, %g seconds, and before %d, %g", w.Periods, w.Seconds, first.Periods, first.Seconds)
			}
			random.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		}
	}
}
