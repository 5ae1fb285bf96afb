package report

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// linesAt returns lines with these refs, each with the second at which it was finished;
// "-" for a line without a time.
func linesAt(texts ...string) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for _, text := range texts {
			ref, at, _ := strings.Cut(text, "@")
			r := leaver.Result{Outcome: leaver.Failed}
			r.Ref = ref
			if at != "-" {
				var second int
				_, _ = fmt.Sscan(at, &second)
				r.FinishedAt = time.Unix(int64(second), 0)
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func TestReportsAreMergedByTime(t *testing.T) {
	for _, tt := range []struct {
		name    string
		reports [][]string
		want    string
	}{
		{"none", nil, ""},
		{"one, in its own order", [][]string{{"a@5", "b@3", "c@-"}}, "a b c"},
		{"one after the other", [][]string{{"c@5", "d@6"}, {"a@1", "b@2"}}, "a b c d"},
		{"nights by turns", [][]string{{"a@1", "c@3", "e@5"}, {"b@2", "d@4"}}, "a b c d e"},
		{"of the same time, that of the first report", [][]string{{"a@1"}, {"b@1"}, {"c@1"}}, "a b c"},
		{"a report is not sorted anew", [][]string{{"b@5", "c@1"}, {"a@3"}, {"d@6"}}, "a b c d"},
		{"a report that is empty", [][]string{{}, {"a@1"}}, "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var reports []iter.Seq2[leaver.Result, error]
			for _, texts := range tt.reports {
				reports = append(reports, linesAt(texts...))
			}
			for range 2 { // they can be read again
				var got []string
				for r, err := range Merge(reports...) {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, r.Ref)
				}
				if s := strings.Join(got, " "); s != tt.want {
					t.Errorf("got %s, want %s", s, tt.want)
				}
			}
			for range Merge(reports...) {
				break // the sequence ends when the caller stops
			}
		})
	}
}

func TestSeveralReportsNeedTheirTimes(t *testing.T) {
	var last error
	n := 0
	for _, err := range Merge(linesAt("a@1", "c@-", "d@4"), linesAt("b@2")) {
		n++
		last = err
	}
	if !errors.Is(last, ErrNoTime) || n != 2 {
		t.Errorf("%d lines, and the end is %v", n, last)
	}
}

func TestAReportThatCannotBeReadEndsTheMerge(t *testing.T) {
	broken := errors.New("broken")
	bad := func(yield func(leaver.Result, error) bool) {
		for r := range linesAt("b@2") {
			_ = yield(r, nil) && yield(leaver.Result{}, broken)
		}
	}
	var last error
	n := 0
	for _, err := range Merge(linesAt("a@1", "c@3"), bad) {
		n++
		last = err
	}
	if !errors.Is(last, broken) || n != 3 {
		t.Errorf("%d lines, and the end is %v", n, last)
	}
}
