package compact

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestListsKeepTheirValuesApart(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	got, want := NewLists[int](), map[Key][]int{}
	for n := range 5000 {
		k := Key{uint32(random.IntN(800)), 1, 2}
		got.Add(k, n)
		want[k] = append([]int{n}, want[k]...)
	}
	for i := range uint32(900) {
		k := Key{i, 1, 2}
		if values := slices.Collect(got.Of(k)); !slices.Equal(values, want[k]) {
			t.Fatalf("%v has %v, want %v", k, values, want[k])
		}
	}
	for range got.Of(Key{1, 1, 2}) {
		break // the sequence ends when the caller stops
	}
	if values := slices.Collect(NewLists[int]().Of(Key{})); values != nil {
		t.Errorf("%v", values)
	}
}
