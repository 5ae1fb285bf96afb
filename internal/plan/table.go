package plan

import (
	"iter"
	"math/bits"
)

// table is a map for millions of small entries without pointers. Go's own map
// takes two to three times the memory of what is in it, and as much again
// while it grows. Here entries stand close together, in chunks that never
// move, and only an index of four bytes per place grows.
type table[K comparable, V any] struct {
	hash   func(K) uint64
	chunks [][]pair[K, V]
	used   uint32   // entries that were ever taken, in all chunks
	free   []uint32 // entries that were removed
	index  []uint32 // by hash: number of an entry; its length is a power of two
	filled int      // places of the index that are not empty

	// last is the last search: what is looked up is written back next. It
	// holds until an entry comes or goes.
	last struct {
		key   K
		place int
		known bool
		holds bool
	}
}

type pair[K comparable, V any] struct {
	key   K
	value V
}

const (
	chunk = 4096 // entries; a power of two
	// Places of the index that hold no entry: never used, and removed, which a
	// search must go past.
	empty, removed = 0, ^uint32(0)
)

func newTable[K comparable, V any](hash func(K) uint64) *table[K, V] {
	return &table[K, V]{hash: hash, index: make([]uint32, 1024)}
}

// at returns the entry with a number as it stands in the index: from 1 on.
func (t *table[K, V]) at(number uint32) *pair[K, V] {
	n := number - 1
	return &t.chunks[n/chunk][n%chunk]
}

// find returns the place of a key in the index, or the one where it belongs.
func (t *table[K, V]) find(k K) (place int, known bool) {
	if !t.last.holds || t.last.key != k {
		place, known := t.search(k)
		t.last.key, t.last.place, t.last.known, t.last.holds = k, place, known, true
	}
	return t.last.place, t.last.known
}

func (t *table[K, V]) search(k K) (place int, known bool) {
	mask := len(t.index) - 1
	spare := -1
	for place = int(t.hash(k)) & mask; ; place = (place + 1) & mask {
		switch number := t.index[place]; number {
		case empty:
			if spare >= 0 {
				return spare, false
			}
			return place, false
		case removed:
			if spare < 0 {
				spare = place
			}
		default:
			if t.at(number).key == k {
				return place, true
			}
		}
	}
}

// get returns the value of a key.
func (t *table[K, V]) get(k K) (v V, known bool) {
	place, known := t.find(k)
	if known {
		v = t.at(t.index[place]).value
	}
	return v, known
}

// put sets the value of a key.
func (t *table[K, V]) put(k K, v V) {
	place, known := t.find(k)
	if known {
		t.at(t.index[place]).value = v
		return
	}
	t.last.holds = false
	if t.index[place] == empty {
		// Three quarters full, searches get long.
		if t.filled++; 4*t.filled > 3*len(t.index) {
			t.grow()
			place, _ = t.search(k)
			t.filled++
		}
	}
	number := t.take()
	*t.at(number) = pair[K, V]{k, v}
	t.index[place] = number
}

// take returns the number of an entry that is not in use.
func (t *table[K, V]) take() uint32 {
	if last := len(t.free) - 1; last >= 0 {
		number := t.free[last]
		t.free = t.free[:last]
		return number
	}
	if t.used%chunk == 0 {
		t.chunks = append(t.chunks, make([]pair[K, V], chunk))
	}
	t.used++
	return t.used
}

// remove forgets a key.
func (t *table[K, V]) remove(k K) {
	place, known := t.find(k)
	if !known {
		return
	}
	t.last.holds = false
	t.free = append(t.free, t.index[place])
	t.index[place] = removed
}

// grow makes an index that is at most three eighths full.
func (t *table[K, V]) grow() {
	old := t.index
	entries := int(t.used) - len(t.free)
	t.index = make([]uint32, max(len(old), 1<<bits.Len(uint(entries*2))))
	t.filled = entries
	mask := len(t.index) - 1
	for _, number := range old {
		if number == empty || number == removed {
			continue
		}
		place := int(t.hash(t.at(number).key)) & mask
		for t.index[place] != empty {
			place = (place + 1) & mask
		}
		t.index[place] = number
	}
}

// all are the entries, in no order that means anything.
func (t *table[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, number := range t.index {
			if number == empty || number == removed {
				continue
			}
			if e := t.at(number); !yield(e.key, e.value) {
				return
			}
		}
	}
}
