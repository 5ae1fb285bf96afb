package input

import (
	"bytes"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"offboard/internal/table"
)

// Crosswalk maps old refs to new ones. It may be used by several goroutines at once.
type Crosswalk struct {
	// Name is that of the file.
	Name string

	pairs pairs
	zeros zeros // of the new refs
}

// crossing is a line of a crosswalk.
type crossing struct {
	Old string `csv:"old"`
	New string `csv:"new"`
}

// ReadCrosswalk reads a table with a column of old refs and one of new refs.
// It fails if a ref cannot be used, if an old one has two new ones, or if two
// old ones have the same.
func ReadCrosswalk(path string, o table.Opening) (*Crosswalk, error) {
	s, g, err := openList(path, o, oldName)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	row, names := 1, s.Header
	var from, to []int
	if g != nil {
		row, from, to = g.headerRow, match(names, "", oldName), match(names, "", newName)
	}
	if len(from) != 1 || len(to) != 1 {
		return nil, s.named(lineErrorf(row, "a crosswalk is a table with one column old and one column new; this one has %s; call them so", quoted(names)))
	}
	c := &Crosswalk{Name: s.Name}
	err = readRefs(s, g, refColumns{[]string{"old", "new"}, []int{from[0], to[0]}, 1}, func(at listRow, r crossing) { c.pairs.add(r.Old, r.New, at.row) })
	if err == nil {
		err = errors.Join(c.index(), s.file.CheckUnchanged())
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// index prepares the pairs for finding them, and refuses those that contradict each
// other.
func (c *Crosswalk) index() error {
	first, shared := c.pairs.index(c.zeros.note)
	if first != nil {
		return fmt.Errorf("%s:%d: %q has the new ref %q here and %q in row %d; delete the wrong one",
			c.Name, first.again.row, first.again.old, first.again.new, first.pair.new, first.pair.row)
	}
	return c.refuseShared(shared)
}

// refuseShared fails if several old refs have the same new one: the rows of two people
// would suspend one.
func (c *Crosswalk) refuseShared(shared map[string][]pair) error {
	if len(shared) == 0 {
		return nil
	}
	var texts []string
	for partner, of := range shared {
		olds := make([]string, len(of))
		for i, p := range of {
			olds[i] = fmt.Sprintf("%q in row %d", p.old, p.row)
		}
		texts = append(texts, fmt.Sprintf("%s is the new ref of %s", strconv.Quote(partner), strings.Join(olds, " and ")))
	}
	slices.Sort(texts)
	const most = 10
	if more := len(texts) - most; more > 0 {
		texts = append(texts[:most], fmt.Sprintf("and %d more", more))
	}
	return errors.New(c.Name + ": two people would become one: " + strings.Join(texts, "; "))
}

// Len returns how many old refs have a new one.
func (c *Crosswalk) Len() int { return c.pairs.n }

// partner returns the new ref of an old one.
func (c *Crosswalk) partner(old string) (string, bool) {
	_, number := c.pairs.search(c.pairs.byOld, []byte(old), true)
	if number == 0 {
		return "", false
	}
	_, partner, _ := c.pairs.at(number)
	return string(partner), true
}

// old returns the old ref of a new one.
func (c *Crosswalk) old(partner string) (string, bool) {
	p, ok := c.pairs.find(partner, false)
	return p.old, ok
}

// Warnings returns what a person should look at before anything is sent.
func (c *Crosswalk) Warnings() []string {
	n := c.zeros.tooShort()
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s shorter than those with a zero in front, which have %d digits; if a spreadsheet program has cut zeros, put them back there", count(n, "new ref"), c.zeros.padded.least)}
}

// pairs are pairs of refs in little memory, about 25 bytes for each beside the texts:
// a crosswalk may have hundreds of thousands of them. All are added first, then index
// is called once, then they can be found.
type pairs struct {
	texts   [][]byte      // chunks; the texts of a pair are in the same one, old in front of new
	entries [][]pairEntry // chunks
	n       int           // different pairs

	seed         maphash.Seed
	byOld, byNew []uint32 // hash tables of the numbers of entries, from 1 on; 0: free
}

// pairEntry says where the texts of a pair are. It takes 12 bytes.
type pairEntry struct {
	at       uint32 // number of the chunk, and position in it
	row      uint32
	old, new uint16 // lengths
}

// pair is one pair, and its row.
type pair struct {
	old, new string
	row      int
}

// Chunks have a fixed size, so that adding pairs copies nothing.
const (
	chunkBits    = 16
	chunkBytes   = 1 << chunkBits
	chunkEntries = 4096
)

// add adds a pair. The texts together have at most chunkBytes.
func (t *pairs) add(old, partner string, row int) {
	last := len(t.texts) - 1
	if last < 0 || len(t.texts[last])+len(old)+len(partner) > chunkBytes {
		t.texts = append(t.texts, make([]byte, 0, chunkBytes))
		last++
	}
	at := uint32(last)<<chunkBits | uint32(len(t.texts[last]))
	t.texts[last] = append(append(t.texts[last], old...), partner...)
	last = len(t.entries) - 1
	if last < 0 || len(t.entries[last]) == chunkEntries {
		t.entries = append(t.entries, make([]pairEntry, 0, chunkEntries))
		last++
	}
	t.entries[last] = append(t.entries[last], pairEntry{at, uint32(row), uint16(len(old)), uint16(len(partner))})
}

// size returns how many pairs were added.
func (t *pairs) size() int {
	last := len(t.entries) - 1
	if last < 0 {
		return 0
	}
	return last*chunkEntries + len(t.entries[last])
}

// at returns the texts of an entry, which must not be changed, and its row.
func (t *pairs) at(number uint32) (old, partner []byte, row int) {
	e := t.entries[(number-1)/chunkEntries][(number-1)%chunkEntries]
	text := t.texts[e.at>>chunkBits][e.at%chunkBytes:]
	return text[:e.old], text[e.old:][:e.new], int(e.row)
}

func (t *pairs) pair(number uint32) pair {
	old, partner, row := t.at(number)
	return pair{string(old), string(partner), row}
}

// conflict is two pairs with the same old ref and different new ones.
type conflict struct{ pair, again pair }

// index builds the hash tables, and calls note with each new ref. It returns the first
// conflict, and by new ref the pairs that share it.
func (t *pairs) index(note func(partner string)) (first *conflict, shared map[string][]pair) {
	t.seed = maphash.MakeSeed()
	places := t.size()*8/5 + 1 // five eighths full
	t.byOld, t.byNew = make([]uint32, places), make([]uint32, places)
	shared = map[string][]pair{}
	for i := range t.size() {
		number := uint32(i + 1)
		old, partner, _ := t.at(number)
		place, earlier := t.search(t.byOld, old, true)
		if earlier != 0 {
			if _, other, _ := t.at(earlier); first == nil && !bytes.Equal(other, partner) {
				first = &conflict{t.pair(earlier), t.pair(number)}
			}
			continue // not a pair of its own
		}
		t.n++
		note(string(partner))
		t.byOld[place] = number
		place, earlier = t.search(t.byNew, partner, false)
		if earlier == 0 {
			t.byNew[place] = number
			continue
		}
		if shared[string(partner)] == nil {
			shared[string(partner)] = []pair{t.pair(earlier)}
		}
		shared[string(partner)] = append(shared[string(partner)], t.pair(number))
	}
	return first, shared
}

// search looks up a text in one of the hash tables. It returns the number of its entry,
// or 0 and the place in the table where the number belongs.
func (t *pairs) search(index []uint32, text []byte, isOld bool) (place int, number uint32) {
	place = int(maphash.Bytes(t.seed, text) % uint64(len(index)))
	for index[place] != 0 {
		old, partner, _ := t.at(index[place])
		if isOld && bytes.Equal(old, text) || !isOld && bytes.Equal(partner, text) {
			break
		}
		if place++; place == len(index) {
			place = 0
		}
	}
	return place, index[place]
}

// find returns the pair with this old ref, or with this new one.
func (t *pairs) find(text string, isOld bool) (pair, bool) {
	index := t.byNew
	if isOld {
		index = t.byOld
	}
	if _, number := t.search(index, []byte(text), isOld); number != 0 {
		return t.pair(number), true
	}
	return pair{}, false
}
