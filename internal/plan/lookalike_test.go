package plan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"offboard/internal/leaver"
	"offboard/internal/plan"
)

func TestLookAlikes(t *testing.T) {
	tests := map[string]struct {
		report, input []string
		want          []string
	}{
		"none":                               {input: []string{"in:2 E1 -", "in:3 E2 -", "in:4 E1 -"}},
		"another case, after the usual one":  {input: []string{"in:2 E1 -", "in:3 e1 -", "in:4 e1 -"}, want: []string{"e1 in:3 in:2"}},
		"another case, before the usual one": {input: []string{"in:2 E2 -", "in:3 e1 -", "in:4 E1 -"}, want: []string{"E1 in:4 in:3"}},
		"two that are not usual":             {input: []string{"in:2 E2 -", "in:3 e1 -", "in:4 (E1) -"}, want: []string{"(E1) in:4 in:3"}},
		"full-width digits":                  {input: []string{"in:2 4711 -", "in:3 ４７１１ -"}, want: []string{"４７１１ in:3 in:2"}},
		"punctuation around":                 {input: []string{"in:2 a.b -", "in:3 a.b. -", "in:4 ab -"}, want: []string{"a.b. in:3 in:2"}},
		"one that is suspended already":      {report: []string{"in:2 e1 - suspended"}, input: []string{"in:2 e1 -", "in:3 E1 -"}, want: []string{"E1 in:3 :0"}},
		"not what is no ref":                 {input: []string{"in:2 a -", "in:3 . -", "in:4 .. -"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n, all := first(plan.Options{Now: noon}, readAll(t, tt.report), readAll(t, tt.input)).LookAlikes()
			var got []string
			for _, a := range all {
				got = append(got, fmt.Sprintf("%s %s %s", a.Ref, a.Place, a.Other))
			}
			if !slices.Equal(got, tt.want) || n != len(tt.want) {
				t.Errorf("got %d, %q, want %q", n, got, tt.want)
			}
		})
	}
}

// TestLookAlikesOfManyRefs counts them in another way.
func TestLookAlikesOfManyRefs(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var input []string
		refs, looks := map[string]bool{}, map[string]bool{}
		want := 0
		for i := range 30 {
			ref := strings.Map(func(r rune) rune {
				if random.IntN(3) == 0 {
					return r - 'a' + 'A'
				}
				return r
			}, string([]rune{'a' + rune(random.IntN(3)), 'a' + rune(random.IntN(2))}))
			input = append(input, fmt.Sprintf("in:%d %s -", i+2, ref))
			if !refs[ref] && looks[strings.ToLower(ref)] {
				want++
			}
			refs[ref], looks[strings.ToLower(ref)] = true, true
		}
		if n, _ := first(plan.Options{Now: noon}, nil, readAll(t, input)).LookAlikes(); n != want {
			t.Fatalf("%d look-alikes, want %d: %q", n, want, input)
		}
	}
}

func TestOnlyTheFirstLookAlikesAreKept(t *testing.T) {
	var input []string
	for i := range 100 {
		input = append(input, fmt.Sprintf("in:%d E%d -", i+2, i), fmt.Sprintf("in:%d e%d -", i+200, i))
	}
	n, all := first(plan.Options{Now: noon}, nil, readAll(t, input)).LookAlikes()
	if n != 100 || len(all) != 3 || all[0] != (plan.LookAlike{Ref: "e0", Place: leaver.Place{Source: "in", Row: 200}, Other: leaver.Place{Source: "in", Row: 2}}) {
		t.Errorf("%d look-alikes, kept %v", n, all)
	}
}
