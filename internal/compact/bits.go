package compact

// Bits is a set of small numbers. The zero value is empty. It is for one goroutine at a
// time.
type Bits []uint64

// Has tells whether a number is in the set.
func (b Bits) Has(n int) bool { return n>>6 < len(b) && b[n>>6]>>(n&63)&1 == 1 }

// Add puts a number into the set, and tells whether it is new.
func (b *Bits) Add(n int) bool {
	if b.Has(n) {
		return false
	}
	for n>>6 >= len(*b) {
		*b = append(*b, 0)
	}
	(*b)[n>>6] |= 1 << (n & 63)
	return true
}
