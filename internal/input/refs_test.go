package input_test

import (
	"testing"

	"offboard/internal/input"
)

func TestWhiteSpaceIsCutBeforeZerosArePutBack(t *testing.T) {
	story{text: "ref\n\u00a0 1234 \n", options: input.Options{Repair: input.Repair{Pad: 8}}, rows: []string{"2 00001234"}}.check(t, "leavers.csv")
}

func TestZerosBehindAPrefixAreWarnedAbout(t *testing.T) {
	o := input.Options{Repair: input.Repair{Prefix: "UK-"}}
	s, err := open(t, "leavers.csv", "ref\n0047\n48\n", o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s, o); err != nil || s.survey.RefPad() != 4 {
		t.Errorf("--ref-pad %d is proposed, %v", s.survey.RefPad(), err)
	}
}
