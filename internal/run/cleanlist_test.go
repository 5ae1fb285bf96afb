package run

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"offboard/internal/leaver"
)

// refStyle is a way in which a company names its people.
type refStyle struct {
	name string
	// new returns a function that makes refs of one company, and what all of these
	// match.
	new func(r *rand.Rand) (next func() string, form string)
}

var refStyles = []refStyle{
	{"letter and digits", func(r *rand.Rand) (func() string, string) {
		return func() string { return fmt.Sprint("E", 10_000+r.IntN(90_000)) }, `E[1-9]\d{4}`
	}},
	{"numbers of one length", func(r *rand.Rand) (func() string, string) {
		return func() string { return fmt.Sprint(100_000 + r.IntN(900_000)) }, `[1-9]\d{5}`
	}},
	{"zeros in front", func(r *rand.Rand) (func() string, string) {
		return func() string { return fmt.Sprintf("%08d", 1+r.IntN(1_000_000)) }, `\d{8}`
	}},
	{"growing numbers", func(r *rand.Rand) (func() string, string) {
		most := int(math.Pow(10, 4+r.Float64()))
		letter := []string{"", "P"}[r.IntN(2)]
		return func() string { return letter + strconv.Itoa(1+r.IntN(most)) }, letter + `[1-9]\d*`
	}},
	{"addresses", func(r *rand.Rand) (func() string, string) {
		domains := []string{"example.com", "uk.example.com", "example.org"}[:1+r.IntN(3)]
		return func() string { return userName(r) + "@" + pick(r, domains) }, `[a-z.]+\d*@(` + strings.Join(domains, "|") + `)`
	}},
	{"UUIDs", func(r *rand.Rand) (func() string, string) {
		return func() string {
			return fmt.Sprintf("%08x-%04x-4%03x-a%03x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Int64N(1<<48))
		}, `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`
	}},
	{"random letters and digits", func(r *rand.Rand) (func() string, string) {
		return func() string {
			const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
			ref := make([]byte, 8)
			for i := range ref {
				ref[i] = signs[r.IntN(len(signs))]
			}
			return string(ref)
		}, `[A-Z0-9]{8}`
	}},
	{"user names", func(r *rand.Rand) (func() string, string) {
		return func() string { return userName(r) }, `[A-Za-z.]+\d*`
	}},
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

var (
	firstNames  = []string{"Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "Ken", "Margaret", "John"}
	lastNames   = []string{"Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Allen", "Thompson", "Hamilton", "Backus"}
	departments = []string{"Sales", "Legal", "Marketing", "Finance", "Research and Development"}
)

func userName(r *rand.Rand) string {
	name := strings.ToLower(pick(r, firstNames)[:1+r.IntN(3)] + pick(r, lastNames))
	if n := r.IntN(1000); n > 0 {
		name += strconv.Itoa(n)
	}
	return name
}

// column is a column of a list.
type column struct {
	name  string
	value func() string
	form  *regexp.Regexp // of all values
	blank int            // how many of 100 cells are blank
}

// cleanList is a list of leavers without any damage.
type cleanList struct {
	style   string
	columns []column
	ref     int // the column of the ref
	date    int // that of the end date; -1: there is none
	rows    [][]string
	comma   string
	lineEnd string
	open    bool          // the last line has no line break
	quote   string        // around each field
	next    func() string // makes the ref of somebody else
}

const (
	past   = "2025-%02d-%02d"
	future = "2026-%02d-%02d"
)

// newCleanList makes a list of so many leavers.
func newCleanList(r *rand.Rand, style refStyle, n int) *cleanList {
	next, form := style.new(r)
	l := &cleanList{style: style.name, date: -1, comma: pick(r, []string{",", ",", ";", "\t"}), lineEnd: pick(r, []string{"\n", "\r\n"}), open: r.IntN(3) == 0, quote: pick(r, []string{"", "", `"`})}
	used := map[string]bool{}
	l.next = func() string {
		ref := next()
		for used[ref] {
			ref = next()
		}
		used[ref] = true
		return ref
	}
	add := func(name, form string, blank int, value func() string) {
		l.columns = append(l.columns, column{name, value, regexp.MustCompile("^(?:" + form + ")$"), blank})
	}
	optional := func() int { return []int{0, 0, 3, 30}[r.IntN(4)] }
	for _, choice := range r.Perm(6)[:r.IntN(7)] {
		switch choice {
		case 0:
			add("Name", `[A-Z]\w+ [A-Z]\w+`, 0, func() string { return pick(r, firstNames) + " " + pick(r, lastNames) })
		case 1:
			add("Manager", form, optional(), next)
		case 2:
			add("Department", strings.Join(departments, "|"), optional(), func() string { return pick(r, departments) })
		case 3:
			add("Status", "Terminated", 0, func() string { return "Terminated" })
		case 4:
			add("Email", `[a-z.]+\d*@mail\.example\.com`, optional(), func() string { return userName(r) + "@mail.example.com" })
		case 5:
			add("End Date", `202\d-\d\d-\d\d`, 0, func() string {
				return fmt.Sprintf(pick(r, []string{past, past, past, past, future}), 2+r.IntN(11), 1+r.IntN(28))
			})
		}
	}
	add("Employee ID", form, 0, l.next)
	last := len(l.columns) - 1
	l.ref = r.IntN(last + 1)
	l.columns[l.ref], l.columns[last] = l.columns[last], l.columns[l.ref]
	l.date = slices.IndexFunc(l.columns, func(c column) bool { return c.name == "End Date" })
	for range n {
		l.rows = append(l.rows, l.row(r))
	}
	if r.IntN(2) == 0 {
		slices.SortFunc(l.rows, func(a, b []string) int {
			return cmp.Or(cmp.Compare(len(a[l.ref]), len(b[l.ref])), cmp.Compare(a[l.ref], b[l.ref]))
		})
	}
	return l
}

// row makes a row of somebody who is not in the list yet.
func (l *cleanList) row(r *rand.Rand) []string {
	row := make([]string, len(l.columns))
	for i, c := range l.columns {
		if r.IntN(100) >= c.blank {
			row[i] = c.value()
		}
	}
	return row
}

// header returns the names of the columns.
func (l *cleanList) header() []string {
	var names []string
	for _, c := range l.columns {
		names = append(names, c.name)
	}
	return names
}

// lines returns the lines of a CSV file with the header and these rows, without their
// line breaks.
func (l *cleanList) lines(rows [][]string) []string {
	var lines []string
	for _, row := range slices.Concat([][]string{l.header()}, rows) {
		lines = append(lines, l.quote+strings.Join(row, l.quote+l.comma+l.quote)+l.quote)
	}
	return lines
}

// text returns the CSV file of some lines.
func (l *cleanList) text(lines []string) string {
	text := strings.Join(lines, l.lineEnd)
	if !l.open {
		text += l.lineEnd
	}
	return text
}

// due returns the refs of the people who have left.
func (l *cleanList) due() map[string]bool {
	due := map[string]bool{}
	for _, row := range l.rows {
		if l.date < 0 || row[l.date] < "2026-01-15" {
			due[row[l.ref]] = true
		}
	}
	return due
}

// size returns a size from 1 to most. Most sizes are small.
func size(r *rand.Rand, most int) int { return int(math.Exp(r.Float64() * math.Log(float64(most+1)))) }

func TestACleanListHoldsNobody(t *testing.T) {
	lists, most := 80, 300
	if soak {
		lists, most = 300, 5000
	}
	for seed := range lists {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		l := newCleanList(r, refStyles[seed%len(refStyles)], size(r, most))
		text := l.text(l.lines(l.rows))
		run := rehearsed(t, text)
		due := len(l.due())
		want := leaver.Tally{}
		if due > 0 {
			want[leaver.Pending] = due
		}
		if len(l.rows) > due {
			want[leaver.NotDue] = len(l.rows) - due
		}
		got := maps.Clone(run.Totals)
		maps.DeleteFunc(got, func(_ leaver.Outcome, n int) bool { return n == 0 })
		if !maps.Equal(got, want) {
			held, err := run.Held(t.Context(), 2)
			t.Errorf("list %d, %s, %d rows: got %v, want %v; held: %v %v\n%s", seed, l.style, len(l.rows), got, want, held, err, leaver.Excerpt(text, 400))
		}
		closed(t, run, nil)
	}
}

// rehearsed makes the plan of a list.
func rehearsed(t *testing.T, text string) *Run {
	t.Helper()
	inFolder(t, map[string]string{"june.csv": text})
	run, err := Rehearse(t.Context(), settingsFor("june.csv"))
	if err != nil {
		t.Fatalf("%v\n%s", err, leaver.Excerpt(text, 400))
	}
	return run
}
