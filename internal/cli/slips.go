package cli

import (
	"fmt"
	"strings"
)

// nearest returns the name that a word is a slip of; "" if there is none. The shorter the
// word, the fewer characters may differ.
func nearest(word string, names []string) string {
	best, least := "", 3
	for _, name := range names {
		most := 2
		if min(len(word), len(name)) <= 4 {
			most = 1
		}
		if d := distance(strings.ToLower(word), strings.ToLower(name)); d <= most && d < least {
			best, least = name, d
		}
	}
	return best
}

// didYouMean returns "; did you mean X?" for a word that is a slip of one of these names, or
// its beginning; "" if there is none.
func didYouMean[T ~string](word string, names []T) string {
	// Case and what stands between words are slips, too.
	bare := func(s string) string {
		return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(s))
	}
	var texts, begun []string
	for _, name := range names {
		texts = append(texts, string(name))
		switch {
		case bare(word) == bare(string(name)):
			return fmt.Sprintf("; did you mean %s?", name)
		case word != "" && strings.HasPrefix(bare(string(name)), bare(word)):
			begun = append(begun, string(name))
		}
	}
	if len(begun) > 0 {
		return fmt.Sprintf("; did you mean %s?", begun[0])
	}
	if near := nearest(word, texts); near != "" {
		return fmt.Sprintf("; did you mean %s?", near)
	}
	return ""
}

// distance returns how many characters have to be added, removed, replaced or swapped with
// their neighbour to make b out of a.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		before, last, row = last, row, before
		row[0] = i
		for j := 1; j <= len(y); j++ {
			replaced := last[j-1]
			if x[i-1] != y[j-1] {
				replaced++
			}
			row[j] = min(last[j]+1, row[j-1]+1, replaced)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(y)]
}
