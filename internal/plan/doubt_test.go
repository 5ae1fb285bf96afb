package plan_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
	"offboard/internal/plan"
)

// The facts of these tests are bits, and each stands for one kind of doubt.
const (
	blankDate leaver.Facts = 1 << iota
	aWord
	stillActive
	noDoubt // a fact that turns out to be no doubt
)

func judgeFacts(_ string, facts leaver.Facts) leaver.Doubts {
	var all leaver.Doubts
	if facts&blankDate != 0 {
		all |= leaver.DoubtsOf(leaver.NoEndDate)
	}
	if facts&stillActive != 0 {
		all |= leaver.DoubtsOf(leaver.StillActive)
	}
	if facts&aWord != 0 {
		all |= leaver.DoubtsOf(leaver.OddRef)
	}
	return all
}

// reading is a row of an export, as it is in the two readings.
type reading struct {
	row   string
	facts leaver.Facts
	left  bool   // left out by a condition
	held  string // the kinds that a report says hold the row
	not   string // where a list excludes the leaver
}

// planned makes a plan of these rows, and returns it with the decisions as text.
func planned(t *testing.T, o plan.Options, rows ...reading) (p *plan.Plan, tooMany leaver.Doubts, decisions []string) {
	t.Helper()
	o.Now = noon
	p = plan.New(o, ledger.New())
	var second []leaver.Result
	for _, r := range rows {
		result := read(t, r.row)
		result.LeftOut, result.Excluded = r.left, r.not
		again := result
		if r.held != "" {
			result.Doubts, result.Seen = leaver.ParseHeldReason(r.held)
			again = result
		} else {
			result.Facts = r.facts
			if again.Doubts = judgeFacts("", r.facts); again.Doubts != 0 {
				again.Seen = "as seen in " + again.Place.String()
			}
		}
		p.Add(result)
		second = append(second, again)
	}
	tooMany = p.Judge(judgeFacts)
	tally := leaver.Tally{}
	for d, err := range p.Tasks(each(second)) {
		if err != nil {
			t.Fatal(err)
		}
		tally[d.Outcome]++
		text := d.Ref + " " + string(d.Outcome)
		if d.Outcome == leaver.Held || d.Outcome == leaver.Excluded || d.Outcome == leaver.NotDue {
			text += " " + d.Reason
		}
		decisions = append(decisions, text)
	}
	if !maps.Equal(tally, p.Totals()) {
		t.Errorf("the totals are %v, those of the decisions %v", p.Totals(), tally)
	}
	return p, tooMany, decisions
}

func TestADoubtHoldsItsLeaver(t *testing.T) {
	tests := []struct {
		name string
		rows []reading
		want []string
	}{
		{"the others are not held", []reading{{row: "in.csv:2 E1 -", facts: blankDate}, {row: "in.csv:3 E2 -"}},
			[]string{"E1 held no-end-date: as seen in in.csv:2", "E2 pending"}},
		{"a fact that is no doubt", []reading{{row: "in.csv:2 E1 -", facts: noDoubt}}, []string{"E1 pending"}},
		{"two kinds", []reading{{row: "in.csv:2 E1 -", facts: blankDate | aWord}}, []string{"E1 held no-end-date, odd-ref: as seen in in.csv:2"}},
		{"the doubt of another row of the leaver", []reading{{row: "in.csv:2 E1 -"}, {row: "in.csv:3 E1 -", facts: aWord}},
			[]string{"E1 held odd-ref: another row of this ref has the doubt", "E1 duplicate"}},
		{"each row has another doubt", []reading{{row: "in.csv:2 E1 -", facts: blankDate}, {row: "in.csv:3 E1 -", facts: aWord}},
			[]string{"E1 held no-end-date, odd-ref: as seen in in.csv:2", "E1 duplicate"}},
		{"a row that was left out says that the person is employed", []reading{{row: "in.csv:2 E1 -"}, {row: "in.csv:9 E1 -", left: true, facts: stillActive}, {row: "in.csv:10 E2 -", left: true, facts: stillActive}},
			[]string{"E1 held active-elsewhere: in.csv:9, which a condition left out, does not say that the person has left"}},
		{"a row that was left out has no end date", []reading{{row: "in.csv:2 E1 -"}, {row: "in.csv:9 E1 -", left: true, facts: blankDate}},
			[]string{"E1 held active-elsewhere: in.csv:9, which a condition left out, does not say that the person has left"}},
		{"a row that was left out has another doubt, or none", []reading{{row: "in.csv:2 E1 -"}, {row: "in.csv:9 E1 -", left: true, facts: aWord}, {row: "in.csv:10 E1 -", left: true, facts: noDoubt}},
			[]string{"E1 pending"}},
		{"the second one of several that were left out", []reading{{row: "in.csv:2 E1 -"}, {row: "in.csv:9 E1 -", left: true, facts: noDoubt}, {row: "in.csv:10 E1 -", left: true, facts: noDoubt | stillActive}},
			[]string{"E1 held active-elsewhere: in.csv:10, which a condition left out, does not say that the person has left"}},
		{"one that was left out of another source", []reading{{row: "in.csv:2 E1 -"}, {row: "in.csv:9 E1 -", left: true, facts: noDoubt}, {row: "b.csv:3 E1 -", left: true, facts: noDoubt}, {row: "b.csv:4 E1 -", left: true, facts: stillActive}},
			[]string{"E1 held active-elsewhere: b.csv:4, which a condition left out, does not say that the person has left"}},
		{"a line of a report", []reading{{row: "in.csv:2 E1 - held", held: "odd-ref, cut-off: a word"}}, []string{"E1 held odd-ref, cut-off: a word"}},
		{"a row that is not due", []reading{{row: "in.csv:2 E1 2025-01-01", facts: aWord}}, []string{"E1 not_due odd-ref: the end date 2025-01-01 has not passed; as seen in in.csv:2"}},
		{"a row that is not due, and no doubt", []reading{{row: "in.csv:2 E1 2025-01-01"}}, []string{"E1 not_due the end date 2025-01-01 has not passed"}},
		{"rows that contradict each other", []reading{{row: "in.csv:2 E1 2024-01-01", facts: aWord}, {row: "in.csv:3 E1 -"}}, []string{"E1 invalid", "E1 invalid"}},
		{"a leaver who is suspended", []reading{{row: "in.csv:2 E1 - suspended", facts: aWord}}, []string{"E1 suspended"}},
		{"a leaver on a list", []reading{{row: "in.csv:2 E1 -", facts: aWord, not: "listed in keep.csv:2"}, {row: "in.csv:3 E2 -"}},
			[]string{"E1 excluded odd-ref: listed in keep.csv:2; as seen in in.csv:2", "E2 pending"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, got := planned(t, plan.Options{}, tt.rows...); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAnAcceptedDoubtHoldsNobody(t *testing.T) {
	rows := []reading{
		{row: "in.csv:2 E1 -", facts: blankDate},
		{row: "in.csv:3 E2 -", facts: blankDate | aWord},
		{row: "in.csv:4 E3 -", facts: aWord},
		{row: "in.csv:5 E3 -", facts: aWord}, // a duplicate does not count
		{row: "in.csv:6 E4 -"},
		{row: "in.csv:9 E4 -", left: true, facts: stillActive},
		{row: "in.csv:7 E5 - held", held: "odd-ref: a title"},
	}
	accept := func(kind leaver.Doubt, most int) map[leaver.Doubt]int { return map[leaver.Doubt]int{kind: most} }
	list := func(refs ...string) func(string) bool {
		return func(ref string) bool { return slices.Contains(refs, ref) }
	}
	tests := []struct {
		name    string
		options plan.Options
		pending []string
		counts  map[leaver.Doubt]int
		tooMany leaver.Doubts
	}{
		{"nothing is accepted", plan.Options{}, nil,
			map[leaver.Doubt]int{leaver.NoEndDate: 2, leaver.OddRef: 3, leaver.ActiveElsewhere: 1}, 0},
		{"one kind", plan.Options{Accept: accept(leaver.OddRef, plan.AnyNumber)}, []string{"E3", "E5"},
			map[leaver.Doubt]int{leaver.NoEndDate: 2, leaver.ActiveElsewhere: 1}, 0},
		{"one kind, for as many as there are", plan.Options{Accept: accept(leaver.OddRef, 3)}, []string{"E3", "E5"},
			map[leaver.Doubt]int{leaver.NoEndDate: 2, leaver.ActiveElsewhere: 1}, 0},
		{"one kind, for fewer than there are", plan.Options{Accept: accept(leaver.OddRef, 2)}, nil,
			map[leaver.Doubt]int{leaver.NoEndDate: 2, leaver.OddRef: 3, leaver.ActiveElsewhere: 1}, leaver.DoubtsOf(leaver.OddRef)},
		{"one kind, for none", plan.Options{Accept: accept(leaver.OddRef, 0)}, nil,
			map[leaver.Doubt]int{leaver.NoEndDate: 2, leaver.OddRef: 3, leaver.ActiveElsewhere: 1}, leaver.DoubtsOf(leaver.OddRef)},
		{"a kind that no row has", plan.Options{Accept: accept(leaver.CutOff, 0)}, nil,
			map[leaver.Doubt]int{leaver.NoEndDate: 2, leaver.OddRef: 3, leaver.ActiveElsewhere: 1}, 0},
		{"a row that a condition left out", plan.Options{Accept: accept(leaver.ActiveElsewhere, 1)}, []string{"E4"},
			map[leaver.Doubt]int{leaver.NoEndDate: 2, leaver.OddRef: 3}, 0},
		{"refs", plan.Options{AcceptRefs: list("E2", "E4", "E5")}, []string{"E2", "E4", "E5"},
			map[leaver.Doubt]int{leaver.NoEndDate: 1, leaver.OddRef: 1}, 0},
		{"refs do not count towards the number of a kind", plan.Options{AcceptRefs: list("E2"), Accept: accept(leaver.OddRef, 2)}, []string{"E2", "E3", "E5"},
			map[leaver.Doubt]int{leaver.NoEndDate: 1, leaver.ActiveElsewhere: 1}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, tooMany, decisions := planned(t, tt.options, rows...)
			var pending []string
			for _, d := range decisions {
				if ref, isPending := strings.CutSuffix(d, " pending"); isPending {
					pending = append(pending, ref)
				}
			}
			if !slices.Equal(pending, tt.pending) {
				t.Errorf("pending: %q, want %q", pending, tt.pending)
			}
			if got := p.Doubts(); !maps.Equal(got, tt.counts) {
				t.Errorf("the doubts are %v, want %v", got, tt.counts)
			}
			if tooMany != tt.tooMany {
				t.Errorf("too many: %s, want %s", tooMany, tt.tooMany)
			}
		})
	}
}

func TestAHeldRowSaysNothingOfWhatIsAccepted(t *testing.T) {
	for held, want := range map[string]string{
		"no-end-date, odd-ref: blank; a word":        "E1 held no-end-date: blank",
		"no-end-date, odd-ref: blank; a word; a sum": "E1 held no-end-date: blank; a word; a sum", // they cannot be told apart
		"no-end-date: blank":                         "E1 held no-end-date: blank",
	} {
		o := plan.Options{Accept: map[leaver.Doubt]int{leaver.OddRef: plan.AnyNumber}}
		if _, _, got := planned(t, o, reading{row: "in.csv:2 E1 - held", held: held}); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %q", held, got, want)
		}
	}
}

// TestALineIsWrittenAgainForAnotherDoubt is about leavers of whom the report says that they
// are held, or not due: a doubt that is new is news.
func TestALineIsWrittenAgainForAnotherDoubt(t *testing.T) {
	for _, tt := range []struct {
		name    string
		said    leaver.Doubts
		date    string
		facts   leaver.Facts
		written bool
	}{
		{"the same doubt", leaver.DoubtsOf(leaver.OddRef), "-", aWord, true},
		{"another one", leaver.DoubtsOf(leaver.OddRef), "-", blankDate, false},
		{"one more", leaver.DoubtsOf(leaver.OddRef), "-", aWord | blankDate, false},
		{"one less", leaver.DoubtsOf(leaver.OddRef, leaver.NoEndDate), "-", blankDate, false},
		{"the same doubt about a leaver who is not due", leaver.DoubtsOf(leaver.OddRef), "2025-01-01", aWord, true},
		{"a doubt about a leaver who is not due", 0, "2025-01-01", aWord, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			line := read(t, "in.csv:2 E1 "+tt.date+" held")
			if tt.date != "-" {
				line.Outcome = leaver.NotDue
			}
			line.Doubts = tt.said
			l := ledger.New()
			l.Add(line)
			p := plan.New(plan.Options{Now: noon}, l)
			row := read(t, "in.csv:2 E1 "+tt.date)
			row.Facts = tt.facts
			p.Add(row)
			p.Judge(judgeFacts)
			row.Doubts, row.Seen = judgeFacts("", tt.facts), "as seen"
			for d, err := range p.Tasks(each([]leaver.Result{row})) {
				if err != nil || d.Outcome != line.Outcome || d.Written != tt.written {
					t.Errorf("%s, written %t: %s, %v", d.Outcome, d.Written, d.Reason, err)
				}
			}
		})
	}
}
