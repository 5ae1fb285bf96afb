package compact

import "hash/maphash"

// Key stands for a text: 96 bits of two hashes with different secret seeds, which do
// not collide in practice.
type Key [3]uint32

// Hash is for a Table.
func (k Key) Hash() uint64 { return uint64(k[0]) | uint64(k[1])<<32 }

// Keys makes keys. Keys of different Keys cannot be compared. It is safe for use by
// several goroutines.
type Keys struct{ seeds [2]maphash.Seed }

// NewKeys returns Keys with new seeds.
func NewKeys() Keys { return Keys{[2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}} }

// Of returns the key of a text.
func (k Keys) Of(text string) Key {
	first, second := maphash.String(k.seeds[0], text), maphash.String(k.seeds[1], text)
	return Key{uint32(first), uint32(first >> 32), uint32(second)}
}
