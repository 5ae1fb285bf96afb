package input_test

import (
	"strings"
	"testing"

	"offboard/internal/input"
)

func TestJSONL(t *testing.T) {
	long := `{"ref": "b", "note": "` + strings.Repeat("x", longest) + `"}`
	tests := map[string]story{
		"blank lines count as lines": {text: "\n \t\n{\"ref\": \"a\"}\n\r\n{\"ref\": \"b\"}\n\n", rows: []string{"3 a", "5 b"}},
		"an empty input has no rows": {text: "", options: input.Options{Format: input.JSONL}, fails: []string{"there are no rows"}},
		"blank lines have no rows":   {text: "\n \n", options: input.Options{Format: input.JSONL}, fails: []string{"there are no rows"}},

		"a ref that is not UTF-8": {text: "{\"ref\": \"Zo\xeb\"}", rows: []string{"1 ! U+FFFD"}},

		"a line that is too long": {text: "{\"ref\": \"a\"}\n" + long + "\n{\"ref\": \"c\"}\n", rows: []string{"1 a", "2 ! the line is longer than 1048576 bytes", "3 c"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.jsonl") })
	}
}

func TestJSONLKeepsTheKeysOfTheFirstObject(t *testing.T) {
	s, err := open(t, "leavers.jsonl", "\n{\"Ref\": \"a\", \"x\": {\"y\": 1}}\n{\"z\": 1}\n", input.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Header) != 2 || s.Header[0] != "Ref" || s.Header[1] != "x" {
		t.Errorf("got %q", s.Header)
	}
}

func TestTheKeysThatWereTakenAreKnown(t *testing.T) {
	for text, want := range map[string]string{
		"{\"name\":\"x\"}\n{\"Employee Number\":7,\"Leave Date\":null}\n": "Employee Number,Leave Date",
		"{\"ref\":\"a\"}\n{\"REF\":\"b\"}\n":                              "ref,",
	} {
		s, err := open(t, "leavers.jsonl", text, input.Options{Format: input.JSONL})
		if err == nil {
			_, err = read(t, s, input.Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		if ref, endDate := s.survey.Ref, s.survey.EndDate; ref+","+endDate != want {
			t.Errorf("%q: the keys are %q and %q, want %s", text, ref, endDate, want)
		}
	}
}
