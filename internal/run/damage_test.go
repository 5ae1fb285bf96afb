package run

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"offboard/internal/leaver"
)

// damage is a kind of damage to a list.
type damage struct {
	name string
	do   func(d *damaged, r *rand.Rand)
}

// damaged is a list with damage.
type damaged struct {
	*cleanList
	rows [][]string // with the damage
	text string     // if it is not the text of rows
	// changed are the rows that a reader of the file may find in the place of clean ones.
	changed [][]string
	title   []string // the row that says that the changed ones do not belong to the list; nil: none
}

var damages = []damage{
	{"cells shifted to the left", func(d *damaged, r *rand.Rand) {
		row, at := d.change(r), r.IntN(len(d.columns))
		copy(row[at:], row[at+1:])
		row[len(row)-1] = ""
	}},
	{"cells shifted to the right", func(d *damaged, r *rand.Rand) {
		row, at := d.change(r), r.IntN(len(d.columns))
		copy(row[at+1:], row[at:])
		row[at] = ""
	}},
	{"a row cut", func(d *damaged, r *rand.Rand) {
		lines := d.lines(d.rows)
		at := 1 + r.IntN(len(d.rows))
		lines[at] = lines[at][:r.IntN(len(lines[at]))]
		d.changed = [][]string{d.split(lines[at])}
		d.rows[at-1] = d.changed[0]
		d.text = d.cleanList.text(lines)
	}},
	{"the file cut", func(d *damaged, r *rand.Rand) {
		text := d.cleanList.text(d.lines(d.rows))
		text = text[:len(text)-1-r.IntN(min(len(text)-1, 100))]
		lines := strings.Split(strings.TrimRight(text, "\r\n"), d.lineEnd)
		d.text, d.rows = text, d.rows[:min(len(d.rows), len(lines)-1)]
		if len(lines) > 1 {
			d.changed = [][]string{d.split(lines[len(lines)-1])}
			d.rows[len(d.rows)-1] = d.changed[0]
		}
	}},
	{"a title", func(d *damaged, r *rand.Rand) { d.insert(r, d.titleRow(r)) }},
	{"zeros cut from one ref", func(d *damaged, r *rand.Rand) {
		row := d.change(r)
		row[d.ref] = strings.TrimLeft(row[d.ref], "0")
	}},
	{"zeros cut from all refs", func(d *damaged, _ *rand.Rand) {
		for _, row := range d.rows {
			row[d.ref] = strings.TrimLeft(row[d.ref], "0")
		}
		d.changed = d.rows
	}},
	{"a blank", func(d *damaged, r *rand.Rand) {
		row, at := d.change(r), r.IntN(len(d.columns))
		row[at] = pick(r, []string{"", " ", "\u00a0", strings.Replace(row[at], "0", " ", 1)})
	}},
	{"other people below a title", func(d *damaged, r *rand.Rand) {
		d.title = d.titleRow(r)
		d.insert(r, slices.Concat([][]string{d.title}, d.others(r))...)
	}},
	{"other people below another header", func(d *damaged, r *rand.Rand) {
		order := r.Perm(len(d.columns))
		header := d.header()
		header[d.ref] = "Manager of"
		var block [][]string
		for _, row := range slices.Concat([][]string{header}, d.others(r)) {
			other := make([]string, len(row))
			for i, from := range order {
				other[i] = row[from]
			}
			block = append(block, other)
		}
		d.title = block[0]
		d.insert(r, block...)
	}},
	{"sums", func(d *damaged, r *rand.Rand) {
		var block [][]string
		for _, name := range departments[:1+r.IntN(4)] {
			row := make([]string, len(d.columns))
			row[0], row[len(row)-1] = name, fmt.Sprint(1+r.IntN(2000))
			block = append(block, row)
		}
		d.insert(r, block...)
	}},
	{"a quote too many", func(d *damaged, r *rand.Rand) {
		text := d.cleanList.text(d.lines(d.rows))
		for range 1 + r.IntN(2) {
			at := r.IntN(len(text))
			text = text[:at] + `"` + text[at:]
		}
		d.text = text
	}},
}

// change returns a row that is changed.
func (d *damaged) change(r *rand.Rand) []string {
	row := pick(r, d.rows)
	d.changed = append(d.changed, row)
	return row
}

// insert inserts rows that are none of the list.
func (d *damaged) insert(r *rand.Rand, rows ...[]string) {
	d.rows = slices.Insert(d.rows, r.IntN(len(d.rows)+1), rows...)
	d.changed = rows
}

// titleRow returns a row that has a title.
func (d *damaged) titleRow(r *rand.Rand) []string {
	row := make([]string, len(d.columns))
	at := 0
	if r.IntN(2) == 0 {
		at = d.ref
	}
	row[at] = pick(r, []string{"Active staff", "Do not process", "Contractors", "NEW STARTERS", "Cancelled: see HR-12"})
	return row
}

// others returns rows of people who are not in the list.
func (d *damaged) others(r *rand.Rand) (rows [][]string) {
	for range 1 + r.IntN(8) {
		rows = append(rows, d.row(r))
	}
	return rows
}

// split returns the fields of a line.
func (d *damaged) split(line string) []string {
	fields := strings.Split(line, d.comma)
	for i := range fields {
		fields[i] = strings.Trim(fields[i], d.quote)
	}
	return fields
}

// cannotBeSeen tells whether a row with this ref is what it could be in a clean list, so
// that nobody who has only the file can see the damage. In a clean list, too, people write
// something else into a cell beside the ref now and then.
func (d *damaged) cannotBeSeen(ref string) bool {
	return (d.title == nil || d.oddCells(d.title) == 0) && slices.ContainsFunc(d.changed, func(row []string) bool {
		return len(row) > d.ref && strings.TrimSpace(row[d.ref]) == ref && (d.isRef(ref) && d.oddCells(row) <= 1)
	})
}

// isRef tells whether a text could be a ref of the list.
func (d *damaged) isRef(text string) bool {
	return d.columns[d.ref].form.MatchString(text) || d.isUsual(text)
}

// oddCells counts the cells of a row that could not stand in their column.
func (d *damaged) oddCells(row []string) int {
	odd := max(len(row)-len(d.columns), 0)
	for i, c := range d.columns {
		text := ""
		if i < len(row) {
			text = strings.TrimSpace(row[i])
		}
		switch {
		case text == "" && i != d.ref:
			if i >= len(row) || c.blank == 0 && c.name != "Manager" { // not everybody has a manager
				odd++
			}
		case (i == d.ref || c.name == "Email" && d.style == "addresses") && d.isUsual(text), c.form.MatchString(text):
		default:
			odd++
		}
	}
	return odd
}

// isUsual tells whether a ref that is not in the form of the list could be in such a
// list: because it has too few others to compare with, or as a number given long ago.
func (d *damaged) isUsual(ref string) bool {
	var others []string
	for _, row := range d.rows {
		if len(row) > d.ref && strings.TrimSpace(row[d.ref]) != ref {
			others = append(others, row[d.ref])
		}
	}
	if len(others) < 2 {
		return true
	}
	if d.style == "addresses" { // a person may have an address of a part of the company
		_, domain, _ := strings.Cut(ref, "@")
		return strings.HasSuffix(domain, ".example.com") || strings.Contains(domain, ".") && slices.ContainsFunc(others, func(o string) bool { return strings.Contains(o, "@"+domain+".") })
	}
	return mayBeEarlier(ref, others) || isOfTwoKinds(ref, others)
}

// isOfTwoKinds tells whether a list has numbers with and without letters, and one in twenty
// at least of each: companies have both.
func isOfTwoKinds(ref string, others []string) bool {
	plain := 0
	for _, o := range append(others, ref) {
		switch number := strings.TrimLeft(o, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"); {
		case number == "" || strings.Trim(number, "0123456789") != "" || len(o) > len(number)+2:
			return false
		case number == o:
			plain++
		}
	}
	n := len(others) + 1
	return 20*plain >= n && 20*(n-plain) >= n
}

// mayBeEarlier tells whether a number may have been given before others, when numbers
// were shorter: whether a list would have one such number more often than in one of 1000
// cases if its numbers were drawn from all up to the greatest one.
func mayBeEarlier(ref string, others []string) bool {
	letters := func(s string) string { return strings.TrimRight(s, "0123456789") }
	digits := ref[len(letters(ref)):]
	if digits == "" || digits[0] == '0' {
		return false
	}
	greatest := byte('1')
	for _, o := range others {
		number := o[min(len(o), len(letters(o))):]
		if letters(o) != letters(ref) || number == "" || number[0] == '0' {
			return false // padded numbers do not grow
		}
		if len(o) != len(others[0]) {
			return true // of several lengths
		}
		greatest = max(greatest, number[0])
	}
	shorter := len(others[0]) - len(ref)
	if shorter < 1 {
		return shorter == 0 || len(others) < 5
	}
	most := float64(2)
	switch {
	case greatest >= '5':
		most = 10
	case greatest > '1':
		most = 5
	}
	chance := 0.9 * math.Pow10(1-shorter) / most * math.Pow(1-1/most, float64(len(others))) * float64(len(others)+1)
	return shorter == 1 && digits[0] >= '5' || chance >= 0.001
}

// damageTally counts what became of the files with a kind of damage.
type damageTally struct {
	files, refused int
	held           int // some rows are held or invalid

	// Files in which somebody would be called whom the clean list does not name.
	unseen int // the rows are what they could be in a clean list
	most   int // more than half of the rows are none of the clean list: nothing tells that
}

func TestDamageLeadsToNoCallForSomebodyElse(t *testing.T) {
	files, most := 400, 200
	if soak {
		files, most = 2000, 5000
	}
	tallies := map[string]*damageTally{}
	for seed := range files {
		r := rand.New(rand.NewPCG(uint64(seed), 2))
		kind, style := damages[seed%len(damages)], refStyles[seed/len(damages)%len(refStyles)]
		if strings.HasPrefix(kind.name, "zeros") {
			style = refStyles[2]
		}
		l := newCleanList(r, style, size(r, most))
		d := &damaged{cleanList: l}
		for _, row := range l.rows {
			d.rows = append(d.rows, slices.Clone(row))
		}
		kind.do(d, r)
		if d.text == "" {
			d.text = l.text(l.lines(d.rows))
		}
		if tallies[kind.name] == nil {
			tallies[kind.name] = &damageTally{}
		}
		d.check(t, fmt.Sprintf("file %d, %s of %d rows, %s", seed, style.name, len(l.rows), kind.name), tallies[kind.name], r.IntN(20) == 0)
	}
	for _, name := range slices.Sorted(maps.Keys(tallies)) {
		n := tallies[name]
		share := func(of int) string { return fmt.Sprintf("%d (%.1f%%)", of, 100*float64(of)/float64(n.files)) }
		t.Logf("%s: %d files; %d refused, %d with rows held or invalid; somebody else would be called in %s in which nobody can see the damage, %s of which most rows are foreign",
			name, n.files, n.refused, n.held, share(n.unseen), share(n.most))
	}
}

// check plans a damaged list, and fails if somebody would be called whom the clean list
// does not name.
func (d *damaged) check(t *testing.T, what string, n *damageTally, carryOut bool) {
	t.Helper()
	n.files++
	inFolder(t, map[string]string{"june.csv": d.text})
	run, err := Rehearse(t.Context(), settingsFor("june.csv"))
	if err != nil {
		n.refused++
		return
	}
	if run.Totals[leaver.Held]+run.Totals[leaver.Invalid] > 0 {
		n.held++
	}
	most, due, unseen := false, d.due(), map[string]bool{}
	for decision, err := range run.Decisions(t.Context()) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if ref := decision.Ref; decision.Outcome == leaver.Pending && !due[ref] {
			unseen[ref] = true
			switch {
			case d.cannotBeSeen(ref):
			case 2*len(d.changed) > len(d.rows):
				most = true
			default:
				t.Errorf("%s: row %d, %q would be called\nheader  %q\nchanged %q\n%s", what, decision.Place.Row, ref, d.header(), d.changed[:min(len(d.changed), 3)], leaver.Excerpt(d.text, 1500))
			}
		}
	}
	switch {
	case most:
		n.most++
	case len(unseen) > 0:
		n.unseen++
	}
	closed(t, run, nil)
	if carryOut {
		users := slices.Concat(d.rows...)
		users = append(users, slices.Collect(maps.Keys(unseen))...)
		server, target := simulator(t, users...)
		carriedOut(t, settingsFor("june.csv"), target)
		for ref := range server.Suspended() {
			if !due[ref] && !unseen[ref] {
				t.Errorf("%s: %q was suspended", what, ref)
			}
		}
	}
}
