package run

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
)

// resultOf returns a result in a row of june.csv.
func resultOf(o leaver.Outcome, row, status int, reason string) leaver.Result {
	r := leaver.Result{Outcome: o, HTTPStatus: status, Reason: reason}
	r.Ref, r.Place = fmt.Sprint("E", row), leaver.Place{Source: "june.csv", Row: row}
	return r
}

func TestRowsThatAreLeftForAPersonAreGroupedByTheirReason(t *testing.T) {
	p := NewProgress(noRecord{}, 0, time.Now())
	for _, r := range []leaver.Result{
		resultOf(leaver.Suspended, 2, 200, ""), resultOf(leaver.NotDue, 3, 0, "not yet"), resultOf(leaver.Pending, 4, 0, ""),
		resultOf(leaver.NotFound, 5, 404, "no such user"), resultOf(leaver.NotFound, 6, 404, "no such user"), resultOf(leaver.NotFound, 7, 404, "gone"),
		resultOf(leaver.Failed, 8, 0, "timeout"),
		resultOf(leaver.Invalid, 9, 0, "the end date soon is none"), resultOf(leaver.Invalid, 10, 0, "the end date later is none"),
	} {
		if err := p.Record(r); err != nil {
			t.Fatal(err)
		}
	}
	// In the report already.
	p.recorded(resultOf(leaver.Held, 11, 0, "odd-ref, cut-zeros: one"))
	p.recorded(resultOf(leaver.Held, 12, 0, "odd-ref: two"))
	p.recorded(resultOf(leaver.Held, 13, 0, "odd-ref: three"))
	p.recorded(resultOf(leaver.Duplicate, 14, 0, "the same leaver"))
	var got []string
	for _, g := range p.Left() {
		got = append(got, fmt.Sprintf("%d %s %d %q %s %s %q", g.Count, g.Outcome, g.HTTPStatus, g.Message, g.Example.Place(), g.Example.Ref, g.Example.Reason))
	}
	want := []string{
		`2 held 0 "odd-ref" june.csv:12 E12 "odd-ref: two"`,
		`1 held 0 "odd-ref, cut-zeros" june.csv:11 E11 "odd-ref, cut-zeros: one"`,
		`2 invalid 0 "" june.csv:9 E9 "the end date soon is none"`,
		`2 not_found 404 "no such user" june.csv:5 E5 "no such user"`,
		`1 not_found 404 "gone" june.csv:7 E7 "gone"`,
		`1 failed 0 "timeout" june.csv:8 E8 "timeout"`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestReasonsThatAreAllDifferentDoNotFillMemory(t *testing.T) {
	p := NewProgress(noRecord{}, 0, time.Now())
	for i := range 1000 {
		_ = p.Record(resultOf(leaver.NotFound, i, 404, fmt.Sprint("no user ", i)))
	}
	_ = p.Record(resultOf(leaver.Rejected, 1001, 409, "conflict"))
	left := p.Left()
	if len(left) != mostLeft+1 || left[mostLeft].Outcome != leaver.Rejected {
		t.Errorf("%d groups, want %d and that of another outcome: %v", len(left), mostLeft, left)
	}
}

func TestTheEndOfARunHasTheRowsThatTheReportHadBefore(t *testing.T) {
	inFolder(t, map[string]string{"june.csv": "ref,endDate\nE1,2025-06-30\nE2,2025-06-30\nE4,soon\n"})
	_, target := simulator(t, "E1")
	s := settingsFor("june.csv")
	first := carriedOut(t, s, target)
	if first.Known.Total() != 0 {
		t.Errorf("nothing was known before the first run: %v", first.Known)
	}
	s.Resume = true
	second := carriedOut(t, s, target)
	for _, ended := range []Ending{first, second} {
		if groups := summed(ended.Left); groups[leaver.Invalid] != 1 || groups[leaver.NotFound] != 1 || groups.Total() != 2 {
			t.Errorf("left for a person: %v", ended.Left)
		}
	}
	if known := second.Known; known[leaver.Invalid] != 1 || known[leaver.Suspended] != 1 {
		t.Errorf("the second run knew %v", known)
	}
}

func summed(groups []report.Group) leaver.Tally {
	t := leaver.Tally{}
	for _, g := range groups {
		t[g.Outcome] += g.Count
	}
	return t
}

func TestThePlanKnowsWhichLinesTheReportHas(t *testing.T) {
	const june = "ref,endDate\nE1,2025-06-30\nE4,soon\n"
	inFolder(t, map[string]string{"june.csv": june + "E5,later\n", "june.report.csv": header + "E4,soon,invalid,june.csv,3,,0,0,2026-01-02T03:04:05Z,,no date\n"})
	s := settingsFor("june.csv")
	s.Resume = true
	bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
		r, err := plan(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if known, err := r.Known(t.Context()); err != nil || known[leaver.Invalid] != 1 || known.Total() != 1 {
			t.Errorf("known: %v, %v", known, err)
		}
	})
}
