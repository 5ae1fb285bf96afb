package plan_test

import (
	"reflect"
	"testing"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
	"offboard/internal/plan"
)

func TestAnAccountThatWasInactiveAlreadyIsDone(t *testing.T) {
	for _, s := range []scenario{
		{
			name:   "its line is not written again",
			report: []string{"in:2 a - already_inactive", "in:3 b - failed"},
			input:  []string{"in:2 a -", "in:3 b -"},
			want:   []string{"already_inactive written", "pending"},
		},
		{
			name:   "in whichever row, and another row is a duplicate",
			report: []string{"in:2 a - already_inactive"},
			input:  []string{"in:2 b -", "in:3 a -", "in:4 a -"},
			want:   []string{"pending", "already_inactive written", "duplicate: an earlier run has found the account inactive & another row"},
		},
		{
			name:   "its line is written again if another line counts for the leaver",
			report: []string{"in:2 a 2024-06-30 already_inactive", "in:2 a 2024-06-29 suspended"},
			input:  []string{"in:2 a 2024-06-30"},
			want:   []string{"already_inactive: an earlier run has found the account inactive"},
		},
		{
			name:   "or if one speaks of the row",
			report: []string{"in:2 a - already_inactive", "in:3 b - duplicate"},
			input:  []string{"in:3 a -"},
			want:   []string{"already_inactive: an earlier run has found the account inactive"},
		},
		{
			name:   "a corrected end date is sent",
			report: []string{"in:2 a 2024-06-30 already_inactive"},
			input:  []string{"in:2 a 2024-06-29"},
			want:   []string{"pending"},
		},
		{
			name:   "another end date beside it is in contradiction",
			report: []string{"in:2 a 2024-06-30 already_inactive"},
			input:  []string{"in:2 a 2024-06-30", "in:3 a 2024-06-29"},
			want:   []string{"already_inactive written", "invalid: an earlier run"},
		},
		{
			name:  "a report that is the input says so, and its line is copied",
			input: []string{"in:2 a - already_inactive", "in:3 a - duplicate", "in:4 b - failed"},
			want:  []string{"already_inactive", "duplicate: inactive already & in:2", "pending"},
		},
		{
			name:  "as it does of a row before it",
			input: []string{"new:2 a -", "in:2 a - already_inactive"},
			want:  []string{"duplicate: inactive already & in:2", "already_inactive"},
		},
		{
			name:  "a ref that would not be accepted today stays done",
			input: []string{"in:2 .. - already_inactive"},
			want:  []string{"already_inactive"},
		},
		{
			name:   "the report that the run goes on with decides what is said",
			report: []string{"in:2 a - already_inactive", "in:3 b - suspended"},
			input:  []string{"in:2 a - suspended", "in:3 b - already_inactive"},
			want:   []string{"already_inactive written", "suspended written"},
		},
		{
			name:   "a row that a report calls a duplicate, before the row that is done",
			report: []string{"in:9 a 2024-06-30 already_inactive"},
			input:  []string{"in:2 a 2024-06-29 duplicate", "in:3 a 2024-06-30"},
			want:   []string{"duplicate: inactive already & in:3", "already_inactive written"},
		},
		{
			name:   "and behind it",
			report: []string{"in:9 a 2024-06-30 already_inactive"},
			input:  []string{"in:3 a 2024-06-30", "in:2 a 2024-06-29 duplicate"},
			want:   []string{"already_inactive written", "duplicate: an earlier run has found the account inactive & another row"},
		},
	} {
		t.Run(s.name, s.check)
	}
}

func TestALeaverWhoIsActiveAgainIsCalledAgain(t *testing.T) {
	for _, s := range []scenario{
		{
			name:   "by the report with which the run goes on",
			report: []string{"in:2 a - suspended", "in:3 b - suspended", "in:4 c - already_inactive", "in:2 a - active_again", "in:4 c - active_again"},
			input:  []string{"in:2 a -", "in:3 b -", "in:4 c -", "in:5 a -"},
			want:   []string{"pending", "suspended written", "pending", "duplicate: in:2"},
		},
		{
			name:  "by the report that is the input",
			input: []string{"in:2 a - active_again", "in:3 b - suspended"},
			want:  []string{"pending", "suspended"},
		},
		{
			name:   "until the leaver is suspended again",
			report: []string{"in:2 a - suspended", "in:2 a - active_again", "in:2 a - suspended", "in:2 a - failed"},
			input:  []string{"in:2 a -"},
			want:   []string{"suspended written"},
		},
		{
			name:   "and again, when the call fails",
			report: []string{"in:2 a - suspended", "in:2 a - active_again", "in:2 a - failed", "in:2 a - pending"},
			input:  []string{"in:2 a -"},
			want:   []string{"pending"},
		},
		{
			name:   "for one end date, and not for another one",
			report: []string{"in:2 a 2024-06-30 suspended", "in:2 a 2024-06-29 suspended", "in:2 a 2024-06-30 active_again"},
			input:  []string{"in:2 a 2024-06-29"},
			want:   []string{"suspended"},
		},
		{
			name:   "for an end date that was corrected since",
			report: []string{"in:2 a 2024-06-30 suspended", "in:2 a 2024-06-29 suspended", "in:2 a 2024-06-30 active_again"},
			input:  []string{"in:2 a 2024-06-30"},
			want:   []string{"pending"},
		},
		{
			name:   "when the end date has passed",
			report: []string{"in:2 a 2025-01-01 suspended", "in:2 a 2025-01-01 active_again"},
			input:  []string{"in:2 a 2025-01-01"},
			want:   []string{"not_due"},
		},
	} {
		t.Run(s.name, s.check)
	}
}

// TestAReportOfVerifyInPlace carries out what a report alone says: it has two leavers who
// are active again, one of whom a list has excluded.
func TestAReportOfVerifyInPlace(t *testing.T) {
	recorded := readAll(t, []string{
		"in:2 a - suspended", "in:3 b - already_inactive", "in:4 c - suspended", "in:5 d - suspended", "in:6 e - suspended",
		"in:5 d - excluded", "in:7 e soon invalid",
		"in:2 a - active_again", "in:3 b - active_again", "in:5 d - active_again", "in:6 e - active_again",
	})
	l := ledger.New()
	if err := l.Fill(each(recorded)); err != nil {
		t.Fatal(err)
	}
	var rows []leaver.Result
	for r := range l.Standing(each(recorded)) {
		rows = append(rows, r)
	}
	got := map[string]leaver.Outcome{}
	for _, d := range decide(t, plan.Options{Now: noon}, recorded, rows) {
		if d.Row.Place.Row != 7 {
			got[d.Ref] = d.Outcome
		}
		if d.Outcome == leaver.Pending && !d.Noted {
			t.Errorf("the line of %s would be written again, and say less", d.Ref)
		}
	}
	want := map[string]leaver.Outcome{"a": leaver.Pending, "b": leaver.Pending, "c": leaver.Suspended, "d": leaver.Excluded, "e": leaver.Invalid}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}

	p := plan.New(plan.Options{Now: noon}, l)
	if left := p.Leftover(); !reflect.DeepEqual(left, leaver.Tally{leaver.Pending: 3}) {
		t.Errorf("%v are left over", left)
	}
	unfinished := ""
	isUnfinished := p.Unfinished()
	for _, r := range rows {
		if isUnfinished(r) {
			unfinished += r.Ref
		}
	}
	if unfinished != "ab" {
		t.Errorf("%q are unfinished", unfinished)
	}
}
