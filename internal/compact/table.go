// Package compact owns what the memory of millions of leavers is kept in: a map for
// small entries without pointers, keys that stand for texts, and sets of bits.
package compact

import (
	"iter"
	"math/bits"
)

// Table is a map for millions of small entries without pointers. Go's own map
// takes two to three times the memory of its entries, and as much again while it
// grows. Here the entries are in chunks that never move, and only an index of
// five bytes per slot grows. A Table is for one goroutine at a time.
type Table[K comparable, V any] struct {
	hash   func(K) uint64
	chunks [][]pair[K, V]
	used   uint32   // number of entries in use or free, in all chunks
	free   []uint32 // numbers of the entries that were removed
	index  []uint32 // numbers of entries, by hash; its length is a power of two
	tags   []uint8  // by slot of the index: empty, removed, or a part of the hash
	filled int      // number of slots of the index that are not empty

	// last is the result of the last search, because a Put often follows a Get.
	// It is valid until an entry is added or removed.
	last struct {
		key   K
		slot  int
		known bool
		valid bool
	}
}

type pair[K comparable, V any] struct {
	key   K
	value V
}

const (
	chunk = 4096 // entries; a power of two
	// Tags of slots without an entry: never used, or of an entry that was removed. A
	// search ends at an empty slot, and continues after a removed one.
	empty, removed = 0, 1
)

// tagOf returns the tag of a hash. Most searches need no look at an entry of another
// key, which would have to come from memory: its tag is another one.
func tagOf(hash uint64) uint8 { return uint8(hash>>56) | 2 }

// NewTable returns an empty table. hash spreads keys over 64 bits.
func NewTable[K comparable, V any](hash func(K) uint64) *Table[K, V] {
	return &Table[K, V]{hash: hash, index: make([]uint32, 1024), tags: make([]uint8, 1024)}
}

// at returns the entry with a number of the index. Numbers begin at 1.
func (t *Table[K, V]) at(number uint32) *pair[K, V] {
	n := number - 1
	return &t.chunks[n/chunk][n%chunk]
}

// find returns the slot of a key in the index, or the slot for it if the key is not
// known.
func (t *Table[K, V]) find(k K) (slot int, known bool) {
	if !t.last.valid || t.last.key != k {
		slot, known := t.search(k)
		t.last.key, t.last.slot, t.last.known, t.last.valid = k, slot, known, true
	}
	return t.last.slot, t.last.known
}

// search is find without the memory of the last search.
func (t *Table[K, V]) search(k K) (slot int, known bool) {
	hash := t.hash(k)
	tag, mask := tagOf(hash), len(t.tags)-1
	spare := -1
	for slot = int(hash) & mask; ; slot = (slot + 1) & mask {
		switch t.tags[slot] {
		case empty:
			if spare >= 0 {
				return spare, false
			}
			return slot, false
		case removed:
			if spare < 0 {
				spare = slot
			}
		case tag:
			if t.at(t.index[slot]).key == k {
				return slot, true
			}
		}
	}
}

// Get returns the value of a key.
func (t *Table[K, V]) Get(k K) (v V, known bool) {
	slot, known := t.find(k)
	if known {
		v = t.at(t.index[slot]).value
	}
	return v, known
}

// Number returns the number of a key's entry: from 0 on, less than Size, and the same
// one until the key is removed.
func (t *Table[K, V]) Number(k K) (number int, known bool) {
	slot, known := t.find(k)
	if !known {
		return 0, false
	}
	return int(t.index[slot]) - 1, true
}

// Size returns how many entries have numbers, those that were removed included.
func (t *Table[K, V]) Size() int { return int(t.used) }

// Put sets the value of a key.
func (t *Table[K, V]) Put(k K, v V) {
	slot, known := t.find(k)
	if known {
		t.at(t.index[slot]).value = v
		return
	}
	t.last.valid = false
	if t.tags[slot] == empty {
		// Searches get long if more than three quarters are in use.
		if t.filled++; 4*t.filled > 3*len(t.index) {
			t.grow()
			slot, _ = t.search(k)
			t.filled++
		}
	}
	number := t.take()
	*t.at(number) = pair[K, V]{k, v}
	t.index[slot], t.tags[slot] = number, tagOf(t.hash(k))
}

// take returns the number of a free entry.
func (t *Table[K, V]) take() uint32 {
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

// Remove deletes a key, if it is known.
func (t *Table[K, V]) Remove(k K) {
	slot, known := t.find(k)
	if !known {
		return
	}
	t.last.valid = false
	t.free = append(t.free, t.index[slot])
	t.tags[slot] = removed
}

// grow makes a new index, of which at most three eighths are in use.
func (t *Table[K, V]) grow() {
	size := max(len(t.index), 1<<bits.Len(uint(t.Len()*2)))
	t.index, t.tags, t.filled = make([]uint32, size), make([]uint8, size), t.Len()
	for number, e := range t.entries() {
		hash := t.hash(e.key)
		slot := int(hash) & (size - 1)
		for t.tags[slot] != empty {
			slot = (slot + 1) & (size - 1)
		}
		t.index[slot], t.tags[slot] = number, tagOf(hash)
	}
}

// All returns the entries, in no particular order. It reads the chunks one after the
// other, which is many times faster than by the index.
func (t *Table[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, e := range t.entries() {
			if !yield(e.key, e.value) {
				return
			}
		}
	}
}

// entries returns the entries in use, with their numbers, in the order of these.
func (t *Table[K, V]) entries() iter.Seq2[uint32, *pair[K, V]] {
	return func(yield func(uint32, *pair[K, V]) bool) {
		free := make(map[uint32]bool, len(t.free))
		for _, number := range t.free {
			free[number] = true
		}
		for number := uint32(1); number <= t.used; number++ {
			if (len(free) == 0 || !free[number]) && !yield(number, t.at(number)) {
				return
			}
		}
	}
}

// Len returns the number of keys.
func (t *Table[K, V]) Len() int { return int(t.used) - len(t.free) }
