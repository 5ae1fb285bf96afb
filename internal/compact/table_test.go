package compact

import (
	"maps"
	"math/rand/v2"
	"testing"
)

// TestATableIsAMap does the same random operations with a table and a map, with
// hashes that collide, too.
func TestATableIsAMap(t *testing.T) {
	for name, hash := range map[string]func(uint64) uint64{
		"good hashes":     func(k uint64) uint64 { return k * 0x9e3779b97f4a7c15 },
		"colliding ones":  func(k uint64) uint64 { return k % 7 },
		"the same always": func(uint64) uint64 { return 1 << 40 },
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(1, 2))
			got, want := NewTable[uint64, int](hash), map[uint64]int{}
			for step := range 20_000 {
				k := random.Uint64N(uint64(10 + step/10))
				switch random.IntN(4) {
				case 0:
					got.Remove(k)
					delete(want, k)
				default:
					got.Put(k, step)
					want[k] = step
				}
				k = random.Uint64N(uint64(10 + step/10))
				v, known := got.Get(k)
				if w, ok := want[k]; v != w || known != ok {
					t.Fatalf("step %d: %d is %d, %t; want %d, %t", step, k, v, known, w, ok)
				}
			}
			if all := maps.Collect(got.All()); !maps.Equal(all, want) {
				t.Errorf("the table has %d entries, the map %d, or they differ", len(all), len(want))
			}
		})
	}
}

func TestATableGrows(t *testing.T) {
	got := NewTable[uint64, uint64](func(k uint64) uint64 { return k * 0x9e3779b97f4a7c15 })
	const n = 300_000
	for k := range uint64(n) {
		got.Put(k, k+1)
	}
	for k := range uint64(n) {
		if v, known := got.Get(k); !known || v != k+1 {
			t.Fatalf("%d is %d, %t", k, v, known)
		}
	}
	if _, known := got.Get(n); known {
		t.Error("a key is known that was not put")
	}
}

func TestRemovedEntriesAreUsedAgain(t *testing.T) {
	got := NewTable[uint64, int](func(k uint64) uint64 { return k * 0x9e3779b97f4a7c15 })
	for k := range uint64(1_000_000) {
		got.Put(k, 0)
		got.Remove(k)
	}
	if len(got.index) > 1024 || len(got.chunks) > 1 {
		t.Errorf("an index of %d slots and %d chunks for one entry", len(got.index), len(got.chunks))
	}
}
