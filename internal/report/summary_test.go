package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"offboard/internal/leaver"
)

func lines(results ...leaver.Result) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for _, r := range results {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// at is a result that was known so long after noon.
func at(after time.Duration, o leaver.Outcome, status int, reason string, row int) leaver.Result {
	r := suspended(fmt.Sprint("e", row), row)
	r.Outcome, r.HTTPStatus, r.Reason = o, status, reason
	r.RequestID = fmt.Sprint("req-", row)
	r.FinishedAt = time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC).Add(after)
	return r
}

func uncalled(o leaver.Outcome, row int) leaver.Result {
	r := leaver.Result{Row: suspended(fmt.Sprint("e", row), row).Row, Outcome: o, Reason: "because"}
	if o != leaver.Pending {
		r.FinishedAt = time.Date(2024, 7, 1, 9, 0, 0, 0, time.UTC)
	}
	return r
}

func TestASummaryAsJSON(t *testing.T) {
	s := NewSummary()
	retried := at(1*time.Second, leaver.Failed, 503, "unavailable", 4)
	retried.Attempts = 5
	first := lines(
		at(0, leaver.Suspended, 200, "", 2), at(500*time.Millisecond, leaver.NotFound, 404, "no such user", 3),
		retried, at(1500*time.Millisecond, leaver.NotFound, 404, "no such user", 5),
		uncalled(leaver.Duplicate, 6), uncalled(leaver.NotDue, 7), uncalled(leaver.Invalid, 8), uncalled(leaver.Pending, 9),
		// The run is resumed an hour later; the time in between does not count.
		at(time.Hour, leaver.Suspended, 200, "", 10), at(time.Hour+500*time.Millisecond, leaver.Suspended, 200, "", 11),
	)
	second := lines(at(2*time.Hour, leaver.Failed, 0, "timeout", 2), at(2*time.Hour+time.Minute, leaver.NotFound, 404, "no such user", 3))
	if err := errors.Join(s.Add([]string{"a.csv"}, first), s.Add([]string{"b.csv"}, second)); err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{
  "reports": [
    "a.csv",
    "b.csv"
  ],
  "rows": 12,
  "outcomes": {
    "duplicate": 1,
    "failed": 2,
    "invalid": 1,
    "not_due": 1,
    "not_found": 3,
    "pending": 1,
    "suspended": 3
  },
  "failures": [
    {
      "outcome": "not_found",
      "httpStatus": 404,
      "message": "no such user",
      "count": 3,
      "example": {
        "ref": "e3",
        "source": "in.csv",
        "row": 3,
        "requestId": "req-3"
      }
    },
    {
      "outcome": "failed",
      "httpStatus": 0,
      "message": "timeout",
      "count": 1,
      "example": {
        "ref": "e2",
        "source": "in.csv",
        "row": 2,
        "requestId": "req-2"
      }
    },
    {
      "outcome": "failed",
      "httpStatus": 503,
      "message": "unavailable",
      "count": 1,
      "example": {
        "ref": "e4",
        "source": "in.csv",
        "row": 4,
        "requestId": "req-4"
      }
    }
  ],
  "requests": 12,
  "first": "2024-07-01T12:00:00Z",
  "last": "2024-07-01T14:01:00Z",
  "seconds": 62,
  "pace": 0.12903225806451613
}`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestASummaryOfNothing(t *testing.T) {
	s := NewSummary()
	got, err := json.Marshal(s)
	if want := `{"reports":[],"rows":0,"outcomes":{},"failures":[],"requests":0,"seconds":0,"pace":0}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestTimeAtWork(t *testing.T) {
	ok := func(after time.Duration) leaver.Result { return at(after, leaver.Suspended, 200, "", 2) }
	noTime := ok(0)
	noTime.FinishedAt = time.Time{}
	for _, test := range []struct {
		name    string
		lines   []leaver.Result
		seconds float64
		pace    float64
	}{
		{"one line took no time that anybody knows", []leaver.Result{ok(0)}, 0, 0},
		{"a minute between two lines is work", []leaver.Result{ok(0), ok(time.Minute)}, 60, 2.0 / 60},
		{"more than a minute is a gap", []leaver.Result{ok(0), ok(time.Minute + time.Millisecond)}, 0, 0},
		{"lines that stand in another order do not count twice", []leaver.Result{ok(0), ok(2 * time.Second), ok(time.Second), ok(3 * time.Second)}, 3, 4.0 / 3},
		{"a line that is late does not open a gap", []leaver.Result{ok(0), ok(50 * time.Second), ok(0), ok(65 * time.Second)}, 65, 4.0 / 65},
		{"lines without a time are bridged", []leaver.Result{ok(0), noTime, ok(2 * time.Second)}, 2, 1.5},
		{"lines without a request do not count", []leaver.Result{ok(0), uncalled(leaver.NotDue, 3), uncalled(leaver.Pending, 4), ok(2 * time.Second)}, 2, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := NewSummary()
			if err := s.Add([]string{"a.csv"}, lines(test.lines...)); err != nil {
				t.Fatal(err)
			}
			if s.Seconds != test.seconds || s.Pace != test.pace {
				t.Errorf("got %g seconds and %g a second, want %g and %g", s.Seconds, s.Pace, test.seconds, test.pace)
			}
		})
	}
}

func TestFailuresAreAlwaysInTheSameOrder(t *testing.T) {
	all := []leaver.Result{
		at(0, leaver.Rejected, 404, "same", 2), at(0, leaver.NotFound, 404, "same", 3), at(0, leaver.Failed, 404, "same", 4), at(0, leaver.Unconfirmed, 404, "same", 5),
		at(0, leaver.Rejected, 400, "other", 6), at(0, leaver.Rejected, 400, "message", 7), at(0, leaver.Rejected, 422, "often", 8), at(0, leaver.Rejected, 422, "often", 9),
	}
	for range 50 {
		s := NewSummary()
		if err := s.Add([]string{"a.csv"}, lines(all...)); err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, f := range s.Failures {
			got = append(got, f.Example.Row)
		}
		if want := []int{8, 7, 6, 4, 3, 2, 5}; !slices.Equal(got, want) {
			t.Fatalf("got the rows %v, want %v", got, want)
		}
	}
}

func TestMessagesThatAreAllDifferentDoNotFillMemory(t *testing.T) {
	var all []leaver.Result
	for i := range maxGroups + 50 {
		all = append(all, at(0, leaver.Rejected, 400, fmt.Sprint("message ", i), i+1))
	}
	all = append(all, all[0])
	s := NewSummary()
	if err := s.Add([]string{"a.csv"}, lines(all...)); err != nil {
		t.Fatal(err)
	}
	if len(s.Failures) != maxGroups || s.Ungrouped != 50 || s.Failures[0].Count != 2 {
		t.Errorf("got %d groups, %d rows without one, %d in the first", len(s.Failures), s.Ungrouped, s.Failures[0].Count)
	}
}

func TestAReportThatCannotBeReadHasNoSummary(t *testing.T) {
	broken := errors.New("broken")
	err := NewSummary().Add([]string{"a.csv"}, func(yield func(leaver.Result, error) bool) {
		_ = yield(suspended("a", 2), nil) && yield(leaver.Result{}, broken)
	})
	if err != broken {
		t.Errorf("got %v", err)
	}
}
