package cli

import (
	"math/rand/v2"
	"regexp"
	"testing"
)

func TestReasonsAreAlikeButForQuotesAndNumbers(t *testing.T) {
	var reasons alikeReasons
	for i, tt := range []struct {
		kind, reason string
		want         bool
	}{
		{"invalid", `the ref "E1" in row 12 is used twice`, true},
		{"invalid", `the ref "E\"2" in row 7 is used twice`, true},
		{"invalid", `the ref "E3" in row 1234 is used twice`, false},
		{"excluded", `the ref "E3" in row 1234 is used twice`, true},
		{"invalid", "the end date is missing", true},
		{"invalid", `an open quote " in row 4`, true},
		{"invalid", `an open quote " in row 5`, true},
		{"invalid", `an open quote " in row 6`, false},
	} {
		if got := reasons.isOneOf(2, tt.kind, tt.reason); got != tt.want {
			t.Errorf("%d: %s is one of the first two: %t, want %t", i, tt.reason, got, tt.want)
		}
	}
	reason := `the ref "E3" in row 1234 is used twice`
	if n := testing.AllocsPerRun(100, func() { reasons.isOneOf(2, "invalid", reason) }); n > 0 {
		t.Errorf("a further reason takes %g allocations", n)
	}
}

func TestGistIsThatOfARegularExpression(t *testing.T) {
	texts := regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\d+`)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		reason := ""
		for range random.IntN(16) {
			reason += []string{"a", `"`, `\`, "7", "é", " ", `""`}[random.IntN(7)]
		}
		if got, want := string(appendGist(nil, reason)), texts.ReplaceAllString(reason, ""); got != want {
			t.Fatalf("the gist of %q is %q, want %q", reason, got, want)
		}
	}
}
