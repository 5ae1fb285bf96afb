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
// four bytes per slot grows. A Table is for one goroutine at a time.
type Table[K comparable, V any] struct {
	hash   func(K) uint64
	chunks [][]pair[K, V]
	used   uint32   // number of entries in use or free, in all chunks
	free   []uint32 // numbers of the entries that were removed
	index  []uint32 // numbers of entries, by hash; its length is a power of two
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
	// Slots without an entry: never used, or of an entry that was removed. A
	// search ends at an empty slot, and continues after a removed one.
	empty, removed = 0, ^uint32(0)
)

// NewTable returns an empty table. hash spreads keys over 64 bits.
func NewTable[K comparable, V any](hash func(K) uint64) *Table[K, V] {
	return &Table[K, V]{hash: hash, index: make([]uint32, 1024)}
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
	mask := len(t.index) - 1
	spare := -1
	for slot = int(t.hash(k)) & mask; ; slot = (slot + 1) & mask {
		switch number := t.index[slot]; number {
		case empty:
			if spare >= 0 {
				return spare, false
			}
			return slot, false
		case removed:
			if spare < 0 {
				spare = slot
			}
		default:
			if t.at(number).key == k {
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
	if t.index[slot] == empty {
		// Searches get long if more than three quarters are in use.
		if t.filled++; 4*t.filled > 3*len(t.index) {
			t.grow()
			slot, _ = t.search(k)
			t.filled++
		}
	}
	number := t.take()
	*t.at(number) = pair[K, V]{k, v}
	t.index[slot] = number
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
	t.index[slot] = removed
}

// grow makes a new index, of which at most three eighths are in use.
func (t *Table[K, V]) grow() {
	old := t.index
	entries := int(t.used) - len(t.free)
	t.index = make([]uint32, max(len(old), 1<<bits.Len(uint(entries*2))))
	t.filled = entries
	mask := len(t.index) - 1
	for _, number := range old {
		if number == empty || number == removed {
			continue
		}
		slot := int(t.hash(t.at(number).key)) & mask
		for t.index[slot] != empty {
			slot = (slot + 1) & mask
		}
		t.index[slot] = number
	}
}

// All returns the entries, in no particular order. It reads the chunks one after the
// other, which is many times faster than by the index.
func (t *Table[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		free := make(map[uint32]bool, len(t.free))
		for _, number := range t.free {
			free[number] = true
		}
		for number := uint32(1); number <= t.used; number++ {
			if len(free) > 0 && free[number] {
				continue
			}
			if e := t.at(number); !yield(e.key, e.value) {
				return
			}
		}
	}
}

// Len returns the number of keys.
func (t *Table[K, V]) Len() int { return int(t.used) - len(t.free) }
