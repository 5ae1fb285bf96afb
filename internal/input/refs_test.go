package input_test

import (
	"strings"
	"testing"

	"offboard/internal/input"
)

func TestRefsAreRepairedAsAskedFor(t *testing.T) {
	pad, prefix, both := input.Options{RefPad: 8}, input.Options{RefPrefix: "UK-"}, input.Options{RefPad: 5, RefPrefix: "UK-"}
	tests := map[string]story{
		"zeros are put back":              {text: "ref\n1234\n00001234\n12345678\n123456789\n", options: pad, rows: []string{"2 00001234", "3 00001234", "4 12345678", "5 123456789"}},
		"only in front of digits":         {text: "ref\nE1234\n12.34\n-1\n", options: pad, rows: []string{"2 E1234", "3 12.34", "4 -1"}},
		"white space is cut first":        {text: "ref\n\u00a0 1234 \n", options: pad, rows: []string{"2 00001234"}},
		"a prefix is put in front":        {text: "ref\n1234\n", options: prefix, rows: []string{"2 UK-1234"}},
		"behind it are the zeros":         {text: "ref\n12\n", options: both, rows: []string{"2 UK-00012"}},
		"what is no ref stays none":       {text: "ref,x\n,\n.,\n1.2E+11,\n", options: both, rows: []string{"2 ! empty", `3 ! "."`, "4 ! rounded"}},
		"without options nothing is done": {text: "ref\n1234\n", rows: []string{"2 1234"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { tt.check(t, "leavers.csv") })
	}
}

func TestAPrefixThatIsThereAlreadyIsWarnedAbout(t *testing.T) {
	o := input.Options{RefPrefix: "UK-"}
	s, err := prepare(t, "leavers.csv", "ref\nUK-1\n UK-2\n3\n", o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s, o); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(s.Warnings(), "\n"), `2 refs with "UK-" in front already, and once more by --ref-prefix`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestZerosBehindAPrefixAreWarnedAbout(t *testing.T) {
	o := input.Options{RefPrefix: "UK-"}
	s, err := prepare(t, "leavers.csv", "ref\n0047\n48\n", o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, s, o); err != nil || s.RefPad() != 4 {
		t.Errorf("--ref-pad %d is proposed, %v", s.RefPad(), err)
	}
}

func TestZerosThatMayHaveBeenCutAreWarnedAbout(t *testing.T) {
	tests := map[string]struct{ refs, want string }{
		"a zero alone is shorter":   {"004711 4712 0 00000001 00000002", ""},
		"nought is a number":        {"00004711 4712 0", "2 refs shorter"},
		"some are shorter":          {"00001234 1234 12345678 99", "2 refs shorter"},
		"none is shorter":           {"00001234 12345678", ""},
		"none has a zero":           {"1234 12345678", ""},
		"those with zeros differ":   {"00001234 01 5", ""},
		"others are no numbers":     {"00001234 E12 a", ""},
		"longer ones are no matter": {"01 123", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := prepare(t, "leavers.csv", "ref\n"+strings.ReplaceAll(tt.refs, " ", "\n")+"\n", input.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := read(t, s, input.Options{}); err != nil { // twice: each reading counts anew
				t.Fatal(err)
			}
			got := strings.Join(s.Warnings(), "\n")
			if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if tt.want != "" && !strings.HasSuffix(got, "--ref-pad 8 puts them back") {
				t.Errorf("no flag in %q", got)
			}
		})
	}
}
