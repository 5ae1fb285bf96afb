package plan_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
	"offboard/internal/plan"
)

// TestFoldersAreWhatTheirLastFilesSay makes random folders: files that repeat, correct and
// take away what earlier ones say, beside a file that was named, and over random reports. It
// holds each plan against the contract, stated plainly over all rows: of each folder only the
// rows of the last file count that speaks of a ref.
func TestFoldersAreWhatTheirLastFilesSay(t *testing.T) {
	for seed := range uint64(6000) {
		f := &folders{T: t, rand: rand.New(rand.NewPCG(seed, 5))}
		f.fill()
		f.plan()
		f.check()
		if f.Failed() {
			t.Fatalf("seed %d:%s", seed, f.dump())
		}
	}
}

type folders struct {
	*testing.T
	rand   *rand.Rand
	done   []leaver.Result // lines of the report
	rows   []leaver.Result // in the order of the inputs
	said   map[leaver.Place]plan.Decision
	totals leaver.Tally

	excludes bool // a list has the leaver d
}

var folderDates = []string{"2024-06-30", "2024-06-29", "", "2999-12-31", "2024-12-31", "soon"}

func (f *folders) fill() {
	f.excludes = f.rand.IntN(2) == 0
	f.file("named.csv", leaver.Order{}, 3)
	for folder := range uint32(1 + f.rand.IntN(2)) {
		for file := range uint32(f.rand.IntN(5)) {
			f.file(fmt.Sprintf("folder%d/%d.csv", folder, file), leaver.Order{Folder: folder + 1, File: 3 * (file + 1)}, 6)
		}
	}
	for range f.rand.IntN(4) {
		ref, date := string(rune('a'+f.rand.IntN(4))), folderDates[f.rand.IntN(5)]
		r := leaver.Result{Row: leaver.NewRow(leaver.Place{Source: "folder0/0.csv", Row: 2 + f.rand.IntN(5)}, ref, date, time.UTC), Outcome: leaver.Suspended}
		if f.rand.IntN(3) == 0 {
			r.Outcome = leaver.NotDue
		}
		f.done = append(f.done, r)
	}
}

// file adds a file with so many rows at most.
func (f *folders) file(name string, o leaver.Order, most int) {
	if o.Folder == 0 && f.rand.IntN(4) > 0 {
		return
	}
	for i := range f.rand.IntN(most + 1) {
		ref := string(rune('a' + f.rand.IntN(4)))
		date := "2024-06-30"
		if f.rand.IntN(3) == 0 {
			date = folderDates[f.rand.IntN(len(folderDates))]
		}
		r := leaver.Result{Row: leaver.NewRow(leaver.Place{Source: name, Row: i + 2}, ref, date, time.UTC), Outcome: leaver.Pending}
		r.Order = o
		switch f.rand.IntN(12) {
		case 0:
			r.Facts = stillActive
		case 1:
			r.LeftOut, r.Facts = true, stillActive
		case 2:
			r.LeftOut, r.Facts = true, noDoubt
		case 3:
			r.Ref, r.Fault = "", "it has too many fields"
		}
		if date == "" && o.File%2 == 0 && r.Fault == "" { // only some files have a column for it
			r.Facts |= blankDate
		}
		if ref == "d" && !r.LeftOut && r.Fault == "" && f.excludes {
			r.Excluded = "on a list"
		}
		f.rows = append(f.rows, r)
	}
}

// plan makes the plan: the first reading takes the last file of each folder first.
func (f *folders) plan() {
	l := ledger.New()
	for _, r := range f.done {
		l.Add(r)
	}
	p := plan.New(plan.Options{Now: noon}, l)
	first := slices.Clone(f.rows)
	slices.SortStableFunc(first, func(a, b leaver.Result) int {
		if a.Order.Folder != b.Order.Folder {
			return int(a.Order.Folder) - int(b.Order.Folder)
		}
		return int(b.Order.File) - int(a.Order.File)
	})
	for _, r := range first {
		p.Add(r)
	}
	p.Judge(judgeFacts)
	second := slices.Clone(f.rows)
	for i := range second {
		if r := &second[i]; !r.LeftOut {
			if r.Doubts = judgeFacts("", r.Facts); r.Doubts != 0 {
				r.Seen = "seen"
			}
		}
	}
	f.said, f.totals = map[leaver.Place]plan.Decision{}, p.Totals()
	tally := leaver.Tally{}
	for d, err := range p.Tasks(each(second)) {
		if err != nil {
			f.Error(err)
			return
		}
		f.said[d.Place] = d
		tally[d.Outcome]++
	}
	if !maps.Equal(tally, f.totals) {
		f.Errorf("the totals are %v, those of the decisions %v", f.totals, tally)
	}
}

// lastFile returns the last file of a folder that has a leaver with a ref; 0: none has.
func (f *folders) lastFile(ref string, folder uint32, leftOut bool) (file uint32) {
	for _, r := range f.rows {
		if r.Ref == ref && r.Order.Folder == folder && r.LeftOut == leftOut && r.Excluded == "" {
			file = max(file, r.Order.File)
		}
	}
	return file
}

// counts tells whether a row is of the last file of its folder that speaks of its ref.
func (f *folders) counts(r leaver.Result) bool {
	return r.Order.File == f.lastFile(r.Ref, r.Order.Folder, false)
}

// speaksAgainst returns the doubts about a leaver.
func (f *folders) speaksAgainst(ref string) (doubts leaver.Doubts) {
	for _, r := range f.rows {
		switch o := r.Order; {
		case r.Ref != ref:
		case r.LeftOut:
			if r.Facts&(stillActive|blankDate) != 0 && o.File >= f.lastFile(ref, o.Folder, false) && o.File == f.lastFile(ref, o.Folder, true) {
				doubts |= leaver.DoubtsOf(leaver.ActiveElsewhere)
			}
		case f.counts(r):
			doubts |= judgeFacts("", r.Facts)
			takesAway := func(other leaver.Result) bool {
				return other.Ref == ref && !other.LeftOut && o.Corrects(other.Order) && other.EndDate.Text != ""
			}
			if isFirst := f.firstOf(r) == r.Place; isFirst && r.EndDate.Text == "" && slices.ContainsFunc(f.rows, takesAway) {
				doubts |= leaver.DoubtsOf(leaver.NoEndDate)
			}
		}
	}
	return doubts
}

// firstOf returns the first row of a leaver in the file of a row.
func (f *folders) firstOf(r leaver.Result) leaver.Place {
	i := slices.IndexFunc(f.rows, func(other leaver.Result) bool {
		return other.Ref == r.Ref && other.Source == r.Source && !other.LeftOut
	})
	return f.rows[i].Place
}

// check checks what the plan does with each ref.
func (f *folders) check() {
	for _, ref := range []string{"a", "b", "c", "d"} {
		keys, unread, doneMet, excluded, open := map[leaver.DateKey]bool{}, false, false, false, 0
		var date leaver.EndDate
		got := leaver.Tally{}
		for _, r := range f.rows {
			if r.Ref != ref || r.LeftOut {
				continue
			}
			outcome := f.said[r.Place].Outcome
			switch isDone := isDone(f.done, ref, r.EndDate.Key()); {
			case r.Excluded != "":
				excluded = true
				f.want(r, outcome == leaver.Excluded)
			case !f.counts(r):
				f.want(r, outcome == leaver.Duplicate)
			case r.Fault != "":
				unread = true
				f.want(r, outcome == leaver.Invalid)
			case isDone:
				doneMet = true
				f.want(r, outcome.Done())
			default:
				open++
				keys[r.EndDate.Key()], date = true, r.EndDate
				got[outcome]++
			}
		}
		want := leaver.Tally{}
		switch {
		case excluded || open == 0:
			continue
		case len(keys) > 1 || unread || doneMet || date.FarAhead(noon):
			want[leaver.Invalid] = open
		case !date.Passed(noon):
			want[leaver.NotDue], want[leaver.Duplicate] = 1, open-1
		case f.speaksAgainst(ref) != 0:
			want[leaver.Held], want[leaver.Duplicate] = 1, open-1
		default:
			want[leaver.Pending], want[leaver.Duplicate] = 1, open-1
		}
		maps.DeleteFunc(want, func(_ leaver.Outcome, n int) bool { return n == 0 })
		if !maps.Equal(got, want) {
			f.Errorf("%s: %v, want %v", ref, got, want)
		}
	}
}

func (f *folders) want(r leaver.Result, right bool) {
	if !right {
		f.Errorf("%s %s is %s", r.Place, r.Ref, f.said[r.Place].Outcome)
	}
}

func (f *folders) dump() string {
	var b strings.Builder
	for _, r := range f.done {
		fmt.Fprintf(&b, "\n  report %s %q %s", r.Ref, r.EndDate.Text, r.Outcome)
	}
	for _, r := range f.rows {
		fmt.Fprintf(&b, "\n  %s %s %q facts %d left out %t: %s %s", r.Place, r.Ref, r.EndDate.Text, r.Facts, r.LeftOut, f.said[r.Place].Outcome, f.said[r.Place].Reason)
	}
	return b.String()
}
