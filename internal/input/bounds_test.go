package input

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// pairsOf adds pairs, and returns what index finds.
func pairsOf(all []pair) (t *pairs, first *conflict, shared map[string][]pair, noted []string) {
	t = &pairs{}
	for _, p := range all {
		t.add(p.old, p.new, p.row)
	}
	first, shared = t.index(func(partner string) { noted = append(noted, partner) })
	return t, first, shared, noted
}

// TestPairsAreAMap compares random pairs with a map, with duplicates, conflicts and
// shared refs among them.
func TestPairsAreAMap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var all []pair
		n := random.IntN(50)
		for row := range n {
			all = append(all, pair{fmt.Sprint("o", random.IntN(n)), fmt.Sprint("n", random.IntN(2*n)), row + 2})
		}
		byOld, byNew := map[string]pair{}, map[string][]pair{}
		var firstWant *conflict
		var notedWant []string
		for _, p := range all {
			if earlier, ok := byOld[p.old]; ok {
				if earlier.new != p.new && firstWant == nil {
					firstWant = &conflict{earlier, p}
				}
				continue
			}
			byOld[p.old] = p
			byNew[p.new] = append(byNew[p.new], p)
			notedWant = append(notedWant, p.new)
		}
		table, first, shared, noted := pairsOf(all)
		if (first == nil) != (firstWant == nil) || first != nil && *first != *firstWant {
			t.Fatalf("%v: the first conflict is %v, want %v", all, first, firstWant)
		}
		if table.n != len(byOld) || table.size() != n || !slices.Equal(noted, notedWant) {
			t.Fatalf("%v: %d different pairs of %d, with the new refs %v", all, table.n, table.size(), noted)
		}
		for partner, want := range byNew {
			if len(want) > 1 && !slices.Equal(shared[partner], want) || len(want) == 1 && shared[partner] != nil {
				t.Fatalf("%v: %s is shared by %v, want %v", all, partner, shared[partner], want)
			}
		}
		for i := range 2 * n {
			old, partner := fmt.Sprint("o", i), fmt.Sprint("n", i)
			if got, ok := table.find(old, true); ok != (byOld[old].row > 0) || got != byOld[old] {
				t.Fatalf("%v: the pair of %s is %v", all, old, got)
			}
			if got, ok := table.find(partner, false); ok != (byNew[partner] != nil) || ok && got != byNew[partner][0] {
				t.Fatalf("%v: the pair of %s is %v", all, partner, got)
			}
			if got, ok := table.find(partner, true); ok {
				t.Fatalf("%v: a new ref is found among the old ones: %v", all, got)
			}
		}
	}
}

func TestPairsOfAnyLength(t *testing.T) {
	long := strings.Repeat("é", 113) // the longest ref
	table, first, shared, _ := pairsOf([]pair{{"", "n", 2}, {"o", "", 3}, {long, long + "x", 4}, {"ab", "c", 5}, {"a", "bc", 6}})
	if first != nil || len(shared) > 0 {
		t.Errorf("there are conflicts: %v, %v", first, shared)
	}
	for old, want := range map[string]string{"": "n", "o": "", long: long + "x", "ab": "c", "a": "bc"} {
		if got, ok := table.find(old, true); !ok || got.new != want {
			t.Errorf("the new ref of %q is %q", old, got.new)
		}
	}
	empty, _, _, _ := pairsOf(nil)
	if got, ok := empty.find("o", true); ok {
		t.Errorf("no pairs have %v", got)
	}
}

func TestManyPairsTakeLittleMemory(t *testing.T) {
	const n, most = 100_000, 48
	before := inUse()
	table := &pairs{}
	for i := range n {
		table.add(fmt.Sprintf("%08d", i), fmt.Sprintf("E%08d", n-i), i+2)
	}
	table.index(func(string) {})
	if each := float64(inUse()-before) / n; each > most {
		t.Errorf("a pair takes %.1f bytes, want at most %d", each, most)
	}
	for i := range n {
		old, partner := fmt.Sprintf("%08d", i), fmt.Sprintf("E%08d", n-i)
		want := pair{old, partner, i + 2}
		if got, _ := table.find(old, true); got != want {
			t.Fatalf("the pair of %s is %v", old, got)
		}
		if got, _ := table.find(partner, false); got != want {
			t.Fatalf("the pair of %s is %v", partner, got)
		}
	}
	if table.n != n {
		t.Errorf("%d pairs, want %d", table.n, n)
	}
}

// inUse returns how many bytes of the heap are in use.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestOtherDatesAreBoundedByTheLengthOfPaths(t *testing.T) {
	var d otherDates
	const length = 1000
	for i := range 10_000 {
		name := fmt.Sprintf("%0*d", length, i)
		d.noteObject(&table.Object{Keys: []string{"a", name}, Values: []table.Value{table.Value(`"x"`), table.Value(`"2024-06-30"`)}}, "")
	}
	if n := len(d.columns); n*length < otherDateNames || n*length > otherDateNames+2*length || len(d.at) != n {
		t.Errorf("%d names are kept", n)
	}
	if of := d.columns[0]; of.name != "a" || of.values != 10_000 {
		t.Errorf("the first key is %q, with %d values", of.name, of.values)
	}
}

// TestAReadingRemembersFewDates reads more dates than a reading remembers.
func TestAReadingRemembersFewDates(t *testing.T) {
	text := "ref,endDate\n"
	for i := range 5000 {
		text += fmt.Sprintf("r%d,%d-01-01\n", i, 1000+i)
	}
	file, err := table.FileOf("leavers", strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := s.newReading(&Survey{})
	n := 0
	g.read(func(row leaver.Row, err error) bool {
		if want := fmt.Sprintf("%d-01-01", 1000+n); err != nil || row.EndDate.Text != want {
			t.Fatalf("the end date is %q, want %s, %v", row.EndDate.Text, want, err)
		}
		n++
		return len(g.dates) <= 1024
	})
	if n != 5000 {
		t.Errorf("after %d rows %d dates are kept", n, len(g.dates))
	}
}

// TestAListIsReadInPages counts the rows that were read, and not taken yet.
func TestAListIsReadInPages(t *testing.T) {
	read, taken, most := 0, 0, 0
	g := &grid{header: []string{"ref"}, names: newNames([]string{"ref"})}
	g.rows = func(yield func(*gridRow, error) bool) {
		for range 2000 {
			read++
			most = max(most, read-taken)
			if !yield(&gridRow{row: read, lines: 1, texts: []string{fmt.Sprint(read)}}, nil) {
				return
			}
		}
	}
	err := readRefs(&Source{}, g, refColumns{[]string{"ref"}, []int{0}, -1}, func(at listRow, r listed) {
		if taken++; at.row != taken || r.Ref != fmt.Sprint(at.row) {
			t.Errorf("row %d has the ref %s", at.row, r.Ref)
		}
	})
	if err != nil || taken != 2000 || most > pageRecords {
		t.Errorf("%d rows are taken, and %d at most were waiting, %v", taken, most, err)
	}
}

// TestPagesAreDecodedAlone fills pages of different lengths, one after the other.
func TestPagesAreDecodedAlone(t *testing.T) {
	type both struct {
		A string `csv:"a"`
		B string `csv:"b"`
	}
	p := newPage[int, both]("a", "b")
	for _, n := range []int{pageRecords, 3, 0, 200, 1, pageRecords} {
		for i := range n {
			b := fmt.Sprint(i, n)
			if i%2 == 1 {
				b = ""
			}
			full := p.add(i, 1, fmt.Sprint(n, i), b)
			if full != (i == pageRecords-1) {
				t.Fatalf("with %d records the page is full: %t", i+1, full)
			}
		}
		got := 0
		for i, f := range p.decode() {
			b := fmt.Sprint(i, n)
			if i%2 == 1 {
				b = ""
			}
			if i != got || f.A != fmt.Sprint(n, i) || f.B != b {
				t.Errorf("record %d of %d is %v with %d", got, n, f, i)
			}
			got++
		}
		if got != n {
			t.Errorf("%d records are decoded, want %d", got, n)
		}
	}
	if p.add(1, pageBytes-1, "x", "y") || !p.add(2, 1, "x", "y") {
		t.Error("a page is not full when it has pageBytes")
	}
	for range p.decode() {
		break // the others are left out
	}
	for range p.decode() {
		t.Error("a page that was decoded is not empty")
	}
}
