package table

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// leaves returns the paths and texts of the leaves of a value.
func leaves(v string) (all []string) {
	Value(v).Leaves(nil, func(path []byte, leaf Value) { all = append(all, fmt.Sprintf("%s=%s", path, leaf.Text())) })
	return all
}

func TestLeaves(t *testing.T) {
	for v, want := range map[string]string{
		`"a"`:                           "=a",
		`12`:                            "=12",
		`{}`:                            "",
		`[]`:                            "",
		`{"a":1,"b":"x"}`:               "a=1 b=x",
		`{"a":{"b":{"c":null}},"d":[]}`: "a.b.c=",
		` { "a" : [ 1 , { "b" : "x" } , [ true ] ] , "c" : -1.5e3 } `:  "a=1 a.b=x a=true c=-1.5e3",
		`{"a\"b":"x\"}","\u0063":"\\"}`:                                `a"b=x"} c=\`,
		`{"jobs":[{"endDate":"2027-12-31"},{"endDate":"2024-06-30"}]}`: "jobs.endDate=2027-12-31 jobs.endDate=2024-06-30",
	} {
		if got := leaves(v); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s: got %q, want %q", v, got, want)
		}
	}
}

// TestLeavesOfWhatIsNoJSON ends, whatever the bytes are.
func TestLeavesOfWhatIsNoJSON(t *testing.T) {
	const text = `{"a":[1,{"b":"x\"y"}],"c":null}`
	for i := range text {
		leaves(text[:i])
		leaves(text[i:])
		leaves(text[:i] + `}]":,` + text[i:])
	}
}

// FuzzLeaves compares the number of leaves with that of encoding/json, which takes the last
// one of several members with the same key.
func FuzzLeaves(f *testing.F) {
	f.Add(`{"a":[1,{"b":"x\"y"}],"c":null}`)
	f.Add(`[[],{},"é",-1.5e3]`)
	f.Fuzz(func(t *testing.T, text string) {
		n := len(leaves(text))
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			return
		}
		if again, _ := json.Marshal(v); n < countLeaves(v) || len(leaves(string(again))) != countLeaves(v) {
			t.Errorf("%s: %d leaves, want %d", text, n, countLeaves(v))
		}
	})
}

func countLeaves(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			n += countLeaves(inner)
		}
	case []any:
		for _, inner := range v {
			n += countLeaves(inner)
		}
	default:
		n = 1
	}
	return n
}
