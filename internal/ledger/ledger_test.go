package ledger_test

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
)

// line reads a line: "source:row ref endDate outcome", with "-" for no end date. The outcome
// active_again is that of verify.
func line(t testing.TB, text string) leaver.Result {
	t.Helper()
	words := strings.Fields(text)
	source, number, _ := strings.Cut(words[0], ":")
	row, err := strconv.Atoi(number)
	reason := ""
	if words[3] == "active_again" {
		words[3], reason = "pending", leaver.ActiveAgainReason("seen by the test")
	}
	outcome, ok := leaver.ParseOutcome(words[3])
	if err != nil || !ok {
		t.Fatalf("the test has a bad line: %q", text)
	}
	r := leaver.Result{Row: leaver.NewRow(leaver.Place{Source: source, Row: row}, words[1], strings.TrimLeft(words[2], "-"), time.UTC), Outcome: outcome, Reason: reason}
	if outcome == leaver.Held {
		r.Doubts = leaver.DoubtsOf(leaver.OddRef)
	}
	return r
}

func lines(t testing.TB, texts []string) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for _, text := range texts {
			if !yield(line(t, text), nil) {
				return
			}
		}
	}
}

// filled returns a ledger with these lines.
func filled(t testing.TB, texts ...string) *ledger.Ledger {
	t.Helper()
	l := ledger.New()
	if err := l.Fill(lines(t, texts)); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestWhichLinesCount(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		want  []int // numbers of the lines that count
	}{
		{"the last line about a leaver, wherever it stands", []string{"a.csv:2 E1 - failed", "a.csv:3 E2 - failed", "b.csv:9 E1 - not_found"}, []int{1, 2}},
		{"a line about the row of another leaver does not end one about a leaver", []string{"a.csv:2 E1 - failed", "a.csv:2 E2 - suspended"}, []int{0, 1}},
		{"a line about a row, until another one has its place", []string{"a.csv:2 E1 - duplicate", "a.csv:3 E1 - invalid", "a.csv:2 E2 - excluded"}, []int{1, 2}},
		{"a line about a leaver ends one about its row", []string{"a.csv:2 E1 soon invalid", "a.csv:2 E2 - pending"}, []int{1}},
		{"the same row of another file is another row", []string{"a.csv:2 E1 soon invalid", "b.csv:2 E2 - pending"}, []int{0, 1}},
		{"a line about a row says nothing about the leaver", []string{"a.csv:2 E1 - suspended", "a.csv:3 E1 - duplicate"}, []int{0, 1}},
		{"a corrected end date", []string{"a.csv:2 E1 2024-06-30 suspended", "a.csv:2 E1 2024-06-29 failed"}, []int{1}},
		{"what runs said that did not know of the suspension", []string{"a.csv:2 E1 2024-06-30 suspended", "b.csv:2 E1 2024-06-30 failed", "b.csv:2 E1 2024-06-30 pending"}, []int{0}},
		{"the same for an end date that was corrected since", []string{"a.csv:2 E1 2024-06-30 suspended", "a.csv:2 E1 2024-06-29 failed", "b.csv:2 E1 2024-06-30 pending"}, []int{1}},
		{"a leaver who is suspended once more", []string{"a.csv:2 E1 2024-06-30 suspended", "a.csv:2 E1 2024-06-29 suspended"}, []int{1}},
		{"a line that excludes a leaver stands for them, too", []string{"a.csv:2 E1 - failed", "b.csv:2 E1 - excluded"}, []int{1}},
		{"until it does not count any more", []string{"a.csv:2 E1 - failed", "b.csv:2 E1 - excluded", "b.csv:2 E2 - failed"}, []int{0, 2}},
		{"or the leaver was called since", []string{"b.csv:2 E1 - excluded", "a.csv:2 E1 - failed"}, []int{0, 1}},
		{"an account that was inactive already closes its end date, too", []string{"a.csv:2 E1 - already_inactive", "b.csv:2 E1 - failed", "b.csv:2 E1 - pending"}, []int{0}},
		{"of two lines that close an end date the last one", []string{"a.csv:2 E1 - suspended", "b.csv:2 E1 - already_inactive"}, []int{1}},
		{"an account that is active again", []string{"a.csv:2 E1 - suspended", "a.csv:2 E1 - active_again"}, []int{1}},
		{"whichever line says that it was inactive", []string{"a.csv:2 E1 - already_inactive", "a.csv:2 E1 - active_again"}, []int{1}},
		{"until a later line closes the end date again", []string{"a.csv:2 E1 - suspended", "a.csv:2 E1 - active_again", "a.csv:2 E1 - suspended", "a.csv:2 E1 - failed"}, []int{2}},
		{"what runs say since it is active again", []string{"a.csv:2 E1 - suspended", "a.csv:2 E1 - active_again", "a.csv:2 E1 - failed"}, []int{2}},
		{"an account that is active again for an end date that was corrected since", []string{"a.csv:2 E1 2024-06-30 suspended", "a.csv:2 E1 2024-06-29 suspended", "a.csv:2 E1 2024-06-30 active_again", "a.csv:2 E1 2024-06-30 failed"}, []int{3}},
		{"the other end date stays closed", []string{"a.csv:2 E1 2024-06-30 suspended", "a.csv:2 E1 2024-06-29 suspended", "a.csv:2 E1 2024-06-30 active_again", "a.csv:2 E1 2024-06-29 failed"}, []int{2}},
		{"a line that excludes a leaver whose account is active again", []string{"a.csv:2 E1 - suspended", "b.csv:2 E1 - excluded", "a.csv:2 E1 - active_again"}, []int{1}},
		{"who is active again by a text that cannot be used any more", []string{"a.csv:2 E1 soon suspended", "a.csv:2 E1 soon active_again"}, []int{1}},
		{"a line with an end date that cannot be read is about its row", []string{"a.csv:2 E1 - failed", "a.csv:3 E1 soon held"}, []int{0, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := filled(t, tt.lines...)
			var got, want []string
			for r, err := range l.Standing(lines(t, tt.lines)) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%s %s %s", r.Place, r.Ref, r.Outcome))
			}
			for _, n := range tt.want {
				r := line(t, tt.lines[n])
				want = append(want, fmt.Sprintf("%s %s %s", r.Place, r.Ref, r.Outcome))
			}
			if !slices.Equal(got, want) {
				t.Errorf("%q count, want %q", got, want)
			}
		})
	}
}

func TestALeaverIsDoneForAnEndDate(t *testing.T) {
	for _, tt := range []struct {
		lines []string
		want  map[string]leaver.Outcome // "ref endDate": the outcome that says done; "": not done
	}{
		{nil, map[string]leaver.Outcome{"E1 -": ""}},
		{
			[]string{"a:2 E1 2024-06-30 suspended", "a:2 E1 2024-06-29 already_inactive", "a:2 E1 2024-06-28 failed", "a:3 E2 - pending"},
			map[string]leaver.Outcome{"E1 2024-06-30": "suspended", "E1 2024-06-29": "already_inactive", "E1 2024-06-28": "", "E1 -": "", "E2 -": "", "E3 2024-06-30": ""},
		},
		{
			[]string{"a:2 E1 2024-06-30 suspended", "a:2 E1 2024-06-29 suspended", "a:2 E1 2024-06-30 already_inactive", "a:2 E1 2024-06-28 failed"},
			map[string]leaver.Outcome{"E1 2024-06-30": "already_inactive", "E1 2024-06-29": "suspended"},
		},
		{
			[]string{"a:2 E1 2024-06-30 suspended", "a:2 E1 2024-06-30 active_again"},
			map[string]leaver.Outcome{"E1 2024-06-30": ""},
		},
		{ // an end date that is not that of the last line
			[]string{"a:2 E1 2024-06-30 suspended", "a:2 E1 2024-06-29 suspended", "a:2 E1 2024-06-30 active_again"},
			map[string]leaver.Outcome{"E1 2024-06-30": "", "E1 2024-06-29": "suspended"},
		},
		{ // one that a line has closed more than once
			[]string{"a:2 E1 2024-06-30 suspended", "a:2 E1 2024-06-29 suspended", "a:2 E1 2024-06-30 already_inactive", "a:2 E1 2024-06-30 active_again", "a:2 E1 2024-06-29 failed"},
			map[string]leaver.Outcome{"E1 2024-06-30": "", "E1 2024-06-29": "suspended"},
		},
		{
			[]string{"a:2 E1 2024-06-30 suspended", "a:2 E1 2024-06-30 active_again", "a:2 E1 2024-06-30 suspended"},
			map[string]leaver.Outcome{"E1 2024-06-30": "suspended"},
		},
		{ // somebody else is active again
			[]string{"a:2 E1 2024-06-30 suspended", "a:3 E2 2024-06-30 suspended", "a:3 E2 2024-06-30 active_again"},
			map[string]leaver.Outcome{"E1 2024-06-30": "suspended", "E2 2024-06-30": ""},
		},
		{ // for an end date for which nobody was suspended
			[]string{"a:2 E1 2024-06-30 suspended", "a:2 E1 2024-06-28 active_again"},
			map[string]leaver.Outcome{"E1 2024-06-30": "suspended", "E1 2024-06-28": ""},
		},
	} {
		l := filled(t, tt.lines...)
		for text, want := range tt.want {
			r := line(t, "x:1 "+text+" pending")
			if got, done := l.Done(l.Keys.Of(r.Ref), r.EndDate.Key()); got != want || done != (want != "") {
				t.Errorf("%q: %s is done: %t, by %q, want %q", tt.lines, text, done, got, want)
			}
		}
	}
}

// TestALineOfARunIsNotTakenForOneOfVerify is about lines with the same words, which a text
// of the server can have.
func TestALineOfARunIsNotTakenForOneOfVerify(t *testing.T) {
	for name, change := range map[string]func(*leaver.Result){
		"after a request": func(r *leaver.Result) { r.Attempts = 1 },
		"after an answer": func(r *leaver.Result) { r.HTTPStatus = 503 },
		"about a failure": func(r *leaver.Result) { r.Outcome = leaver.Failed },
		"of an outage": func(r *leaver.Result) {
			r.Reason = "the service answered nobody; the last call may have taken effect (" + r.Reason + ")"
		},
	} {
		l, r := filled(t, "a:2 E1 - suspended"), line(t, "a:2 E1 - active_again")
		change(&r)
		l.Add(r)
		if _, done := l.Done(l.Keys.Of("E1"), r.EndDate.Key()); !done {
			t.Errorf("%s: the leaver is not done any more", name)
		}
	}
}

func TestHowTheLastCallEndedIsNotForgotten(t *testing.T) {
	for _, tt := range []struct {
		lines  []string
		called leaver.Outcome
		not    bool // excluded
	}{
		{[]string{"a:2 E1 - pending"}, "", false},
		{[]string{"a:2 E1 - failed", "a:2 E1 - pending", "a:2 E1 - held"}, leaver.Failed, false},
		{[]string{"a:2 E1 - failed", "a:2 E1 - not_found"}, leaver.NotFound, false},
		{[]string{"a:2 E1 - failed", "a:2 E1 - suspended", "a:2 E1 2024-06-30 pending"}, "", false},
		{[]string{"a:2 E1 - failed", "a:2 E1 - suspended", "a:2 E1 - active_again"}, "", false},
		{[]string{"a:2 E1 - suspended", "b:2 E1 - excluded", "a:2 E1 - active_again"}, "", true},
		{[]string{"a:2 E1 - failed", "a:2 E1 - active_again"}, leaver.Failed, false},
		{[]string{"a:2 E1 - failed", "b:2 E1 - excluded"}, leaver.Failed, true},
		{[]string{"b:2 E1 - excluded", "a:2 E1 - failed"}, leaver.Failed, false},
		{[]string{"a:2 E1 - failed", "b:2 E1 - excluded", "a:2 E1 - pending"}, leaver.Failed, false},
	} {
		l := filled(t, tt.lines...)
		s, known := l.Leaver(l.Keys.Of("E1"))
		if !known || s.Called != tt.called || s.Excluded != tt.not {
			t.Errorf("%q: known %t, %+v, want %q and %t", tt.lines, known, s, tt.called, tt.not)
		}
		for r := range l.Standing(lines(t, tt.lines)) {
			if r.Earlier != tt.called || r.Outcome.Called() && (r.Excluded != "") != tt.not {
				t.Errorf("%q: %+v stands", tt.lines, r)
			}
		}
	}
}

func TestTheUnfinishedAreThoseWhoAreNotDone(t *testing.T) {
	l := filled(t, "a:2 E1 - failed", "a:3 E2 - suspended", "a:4 E3 2999-01-01 not_due", "a:5 E4 - held", "a:6 E5 - failed", "a:7 E5 - excluded", "a:8 E6 - duplicate",
		"a:9 E7 - already_inactive", "a:10 E8 - suspended", "a:10 E8 - active_again", "a:11 E9 - suspended", "a:12 E9 - excluded", "a:11 E9 - active_again")
	var got []string
	for s := range l.Unfinished() {
		got = append(got, string(s.Outcome))
	}
	slices.Sort(got)
	if want := []string{"failed", "held", "not_due", "pending"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if l.Lines() != 13 || l.Leavers() != 8 {
		t.Errorf("%d lines about %d leavers", l.Lines(), l.Leavers())
	}
}

func TestARowOfWhichALineSpeaks(t *testing.T) {
	l := filled(t, "a:2 E1 - duplicate", "a:3 E2 - pending")
	for text, want := range map[string][2]bool{
		"a:2 E1 - duplicate": {true, true},
		"a:2 E1 - invalid":   {true, false},
		"a:2 E2 - duplicate": {true, false},
		"a:3 E2 - duplicate": {false, false},
		"b:2 E1 - duplicate": {false, false},
	} {
		if speaks, same := l.SpeaksOf(line(t, text)); speaks != want[0] || same != want[1] {
			t.Errorf("%s: a line speaks of it %t, and says the same %t; want %v", text, speaks, same, want)
		}
	}
}

func TestALeaverWhomALaterRowContradictsIsNoneToCall(t *testing.T) {
	texts := []string{"a:2 E1 2024-06-30 failed", "a:3 E1 2024-06-29 invalid", "a:4 E2 - failed", "a:5 E3 - suspended", "a:6 E3 soon invalid",
		"a:7 E4 - suspended", "a:8 E4 soon invalid", "a:7 E4 - active_again", "a:9 E5 - suspended", "a:9 E5 - active_again"}
	faults := func(texts []string) map[string]bool {
		all := map[string]bool{}
		for r := range filled(t, texts...).Standing(lines(t, texts)) {
			if !r.Outcome.AboutRow() {
				all[r.Ref] = r.Fault != ""
			}
		}
		return all
	}
	if got, want := faults(texts), (map[string]bool{"E1": true, "E2": false, "E3": false, "E4": true, "E5": false}); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := faults(append(texts, "b:2 E1 2024-06-30 pending")); got["E1"] {
		t.Error("a later line about the leaver does not settle it")
	}
	l := filled(t, texts...)
	if s, _ := l.Leaver(l.Keys.Of("E1")); !s.Invalid {
		t.Errorf("%+v", s)
	}
}

func TestALineThatSomebodyHasChangedCountsForEver(t *testing.T) {
	changed := line(t, "a:2 E1 - invalid")
	changed.Fault, changed.Changed = "changed", true
	all := func(yield func(leaver.Result, error) bool) {
		_ = yield(changed, nil) && yield(line(t, "a:2 E2 - failed"), nil) && yield(line(t, "a:2 E3 - duplicate"), nil)
	}
	l := ledger.New()
	if err := l.Fill(all); err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := range l.Standing(all) {
		got = append(got, r.Ref)
	}
	if want := []string{"E1", "E2", "E3"}; !slices.Equal(got, want) {
		t.Errorf("%q count, want %q", got, want)
	}
	if speaks, same := l.SpeaksOf(changed); !speaks || !same {
		t.Error("the line would be written again")
	}
}

// TestALineThatSomebodyHasChangedSaysNothingOfALeaver is about a ref from which a
// spreadsheet has cut zeros: it is that of somebody else now.
func TestALineThatSomebodyHasChangedSaysNothingOfALeaver(t *testing.T) {
	texts := []string{"a:2 417 - failed", "a:3 417 - invalid"}
	l := ledger.New()
	for _, text := range texts {
		r := line(t, text)
		r.Changed = r.Outcome == leaver.Invalid
		l.Add(r)
	}
	if s, known := l.Leaver(l.Keys.Of("417")); !known || s.Invalid || s.Outcome != leaver.Failed {
		t.Errorf("the leaver is %+v, known: %t", s, known)
	}
	if r := line(t, "a:9 417 - invalid"); l.Said(r) {
		t.Error("it was said before")
	}
	if speaks, _ := l.SpeaksOf(line(t, "a:3 E1 - pending")); speaks {
		t.Error("a line speaks of the row")
	}
}

func TestWhatWasSaidOfARowIsKnownOfAnotherOne(t *testing.T) {
	l := filled(t, "a:2 E1 soon invalid", "a:2 E2 - failed")
	for text, want := range map[string]bool{"a:7 E1 soon invalid": true, "a:7 E1 later invalid": false, "a:2 E2 - invalid": false} {
		if got := l.Said(line(t, text)); got != want {
			t.Errorf("%s was said: %t, want %t", text, got, want)
		}
	}
}

func TestAnErrorEndsTheLines(t *testing.T) {
	broken := errors.New("broken")
	all := func(yield func(leaver.Result, error) bool) {
		_ = yield(line(t, "a:2 E1 - failed"), nil) && yield(leaver.Result{}, broken)
	}
	if err := ledger.New().Fill(all); !errors.Is(err, broken) {
		t.Errorf("Fill ends with %v", err)
	}
	l := filled(t, "a:2 E1 - failed")
	n := 0
	for _, err := range l.Standing(all) {
		if n++; n == 2 && !errors.Is(err, broken) {
			t.Errorf("Standing ends with %v", err)
		}
	}
	if n != 2 {
		t.Errorf("%d lines", n)
	}
	for range l.Standing(lines(t, []string{"a:2 E1 - failed"})) {
		break // the sequence ends when the caller stops
	}
}
