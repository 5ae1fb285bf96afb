package report

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// noon is when the runs of these tests begin.
var noon = time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)

// at is a result that was known so long after noon.
func at(after time.Duration, o leaver.Outcome, status int, reason string, row int) leaver.Result {
	r := suspended(fmt.Sprint("e", row), row)
	r.Outcome, r.HTTPStatus, r.Reason = o, status, reason
	r.RequestID = fmt.Sprint("req-", row)
	r.FinishedAt = noon.Add(after)
	return r
}

// summaryOf sums up lines of different leavers, which all count.
func summaryOf(lines ...leaver.Result) *Summary {
	s := NewSummary([]string{"a.csv"}, time.UTC, noon.AddDate(0, 1, 0))
	for i, r := range lines {
		s.Read(r, i)
		s.Count(r)
	}
	s.Conclude(len(lines))
	return s
}

func TestASummarySaysWhatWhereAndWhen(t *testing.T) {
	first, last := at(time.Minute, leaver.Suspended, 200, "", 2), at(time.Hour, leaver.NotDue, 0, "not yet", 3)
	last.Attempts = 0
	s := summaryOf(at(2*time.Minute, leaver.Failed, 503, "unavailable", 4), last, first, leaver.Result{Outcome: leaver.Pending})
	if s.Target != target || !s.First.Equal(first.FinishedAt) || !s.Last.Equal(last.FinishedAt) || s.Lines != 4 || s.Rows != 4 || s.Leavers != 4 {
		t.Errorf("got %q, %s to %s, %d lines, %d rows, %d leavers", s.Target, s.First, s.Last, s.Lines, s.Rows, s.Leavers)
	}
	for _, o := range leaver.Outcomes() {
		want := 0
		if o == leaver.Failed || o == leaver.NotDue || o == leaver.Suspended || o == leaver.Pending {
			want = 1
		}
		if n := s.Outcomes[o]; n != want {
			t.Errorf("%s: got %d, want %d", o, n, want)
		}
	}
}

func TestRowsThatAreNotFineAreGroupedByTheirReason(t *testing.T) {
	invalid := func(row int, reason string) leaver.Result { return at(0, leaver.Invalid, 0, reason, row) }
	held := func(row int, reason string) leaver.Result { return at(0, leaver.Held, 0, reason, row) }
	for _, tt := range []struct {
		name  string
		lines []leaver.Result
		want  []string // rows, outcome, status, reason and row of the example of each group
	}{
		{"fine rows are not among them", []leaver.Result{at(0, leaver.Suspended, 200, "", 2), at(0, leaver.Duplicate, 0, "the same", 3), at(0, leaver.NotDue, 0, "", 4), at(0, leaver.Excluded, 0, "", 5)}, nil},
		{"those that were not called are", []leaver.Result{at(0, leaver.Pending, 0, "", 2), at(0, leaver.Pending, 0, "active again: so", 3)}, []string{"1 pending 0  e2", "1 pending 0 active again: so e3"}},
		{"by outcome, then the largest first", []leaver.Result{
			at(0, leaver.Failed, 503, "down", 2), at(0, leaver.NotFound, 404, "no user", 3), at(0, leaver.NotFound, 404, "gone", 4), at(0, leaver.NotFound, 404, "gone", 5)},
			[]string{"2 not_found 404 gone e4", "1 not_found 404 no user e3", "1 failed 503 down e2"}},
		{"the same text with another status is another reason", []leaver.Result{at(0, leaver.Rejected, 409, "no", 2), at(0, leaver.Rejected, 403, "no", 3)},
			[]string{"1 rejected 403 no e3", "1 rejected 409 no e2"}},
		{"held by the kinds of doubt", []leaver.Result{held(2, "odd-ref: a"), held(3, "odd-ref: b"), held(4, "odd-ref, cut-zeros: c; d")},
			[]string{"2 held 0 odd-ref e2", "1 held 0 odd-ref, cut-zeros e4"}},
		{"invalid without the value", []leaver.Result{
			invalid(2, `column "ref": the ref is empty`),
			invalid(3, `the end date "30/06/2024" is neither YYYY-MM-DD nor RFC 3339`), invalid(4, `the end date "a \"b\" 1" is neither YYYY-MM-DD nor RFC 3339`),
			invalid(5, "the ref has different end dates: 2024-06-30 in a.csv:7, 2024-07-31 in b.csv:8; correct one of them"),
			invalid(6, "the ref has different end dates: 2024-06-30T10:00:00.000Z in c.csv:7, no end date in d/b.csv:80; correct one of them"),
			invalid(7, "the ref has different end dates: 2024-06-30 in c.csv:7, 2024-01-01 in d/b.csv:80; correct one of them"),
			invalid(8, "the ref has 120 characters, and may have 113"),
		}, []string{
			"2 invalid 0 the end date … is neither YYYY-MM-DD nor RFC 3339 e3",
			"2 invalid 0 the ref has different end dates: … in …, … in …; correct one of them e5",
			`1 invalid 0 column …: the ref is empty e2`,
			"1 invalid 0 the ref has 120 characters, and may have 113 e8",
			"1 invalid 0 the ref has different end dates: … in …, no end date in …; correct one of them e6",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for range 20 { // always in the same order
				var got []string
				for _, g := range summaryOf(tt.lines...).NotFine {
					got = append(got, fmt.Sprint(g.Count, " ", g.Outcome, " ", g.HTTPStatus, " ", g.Message, " ", g.Example.Ref))
				}
				if !slices.Equal(got, tt.want) {
					t.Fatalf("got\n%q\nwant\n%q", got, tt.want)
				}
			}
		})
	}
}

func TestAReasonWithoutItsValuesEndsAsItBegan(t *testing.T) {
	for text, want := range map[string]string{
		"": "", " ": " ", `"`: `"`, `""`: "…", `a"b c"d`: "a…d", `"open 1-2`: `"open …`, `x "a\`: `x "a\`,
		"2024-06-30": "…", "on 2024-06-30.": "on ….", "1 2  3": "1 2  3", "é.csv:7, ü": "…, ü",
	} {
		if got := withoutValues(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestReasonsThatAreAllDifferentDoNotFillMemory(t *testing.T) {
	var all []leaver.Result
	for i := range mostReasons + 50 {
		all = append(all, at(0, leaver.Rejected, 400, fmt.Sprint("message ", i), i+1))
	}
	all = append(all, all[0], at(0, leaver.Failed, 500, "down", 999))
	s := summaryOf(all...)
	if len(s.NotFine) != mostReasons+1 || s.Ungrouped != 50 || s.NotFine[0].Count != 2 || s.NotFine[mostReasons].Outcome != leaver.Failed {
		t.Errorf("got %d groups, %d rows without one, %d in the first", len(s.NotFine), s.Ungrouped, s.NotFine[0].Count)
	}
}
