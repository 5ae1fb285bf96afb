package compact

import (
	"math/rand/v2"
	"testing"
)

func TestBitsAreASet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var got Bits
	want := map[int]bool{}
	for range 20_000 {
		n := random.IntN(5000)
		if is := got.Has(n); is != want[n] {
			t.Fatalf("%d is in the set: %t, want %t", n, is, want[n])
		}
		if random.IntN(2) == 0 {
			if isNew := got.Add(n); isNew == want[n] {
				t.Fatalf("%d is new: %t, want %t", n, isNew, !want[n])
			}
			want[n] = true
		}
	}
}

func TestAKeyKeepsItsNumber(t *testing.T) {
	keys := NewKeys()
	table := NewTable[Key, int](Key.Hash)
	refs := []string{"", "a", "b", "E1001", "E1002"}
	for i, ref := range refs {
		table.Put(keys.Of(ref), i)
	}
	for i := range 5000 {
		table.Put(Key{uint32(i), 1, 2}, i)
	}
	for i, ref := range refs {
		if n, known := table.Number(keys.Of(ref)); !known || n != i {
			t.Errorf("%q has the number %d (%t), want %d", ref, n, known, i)
		}
	}
	if _, known := table.Number(keys.Of("c")); known {
		t.Error("a text has a number that is not in the table")
	}
	if table.Len() != 5005 || table.Size() != 5005 {
		t.Errorf("%d keys and %d entries, want 5005", table.Len(), table.Size())
	}
}
