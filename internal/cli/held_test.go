package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/plan"
	"offboard/internal/run"
)

func TestEveryKindOfDoubtHasItsWords(t *testing.T) {
	for _, kind := range leaver.DoubtKinds() {
		text, ok := doubtTexts[kind]
		if !ok || text.what == "" || text.settle == nil {
			t.Errorf("%s has no words", kind)
			continue
		}
		for _, r := range []leaver.Remedy{{}, {Column: "Status", Values: []string{"Active"}}, {Column: "Leave Date", Values: []string{""}}, {Digits: 6}} {
			got := settle(run.HeldRows{Doubt: kind, Count: 3, Remedy: r})
			if accept := "--accept " + kind.String() + " suspends them"; !strings.HasSuffix(got, accept) {
				t.Errorf("%s: %q does not end with %q, which is the last resort", kind, got, accept)
			}
		}
	}
	if len(doubtTexts) != len(leaver.DoubtKinds()) {
		t.Errorf("%d kinds have words, want %d", len(doubtTexts), len(leaver.DoubtKinds()))
	}
}

func TestWhatSettlesADoubtBetterComesFirst(t *testing.T) {
	for _, tt := range []struct {
		kind   leaver.Doubt
		remedy leaver.Remedy
		want   string
	}{
		{leaver.NoEndDate, leaver.Remedy{Column: "Termination Date", Values: []string{""}}, "--where 'Termination Date!=' leaves them out,\n      or --accept no-end-date suspends them"},
		{leaver.NoEndDate, leaver.Remedy{}, "--accept no-end-date suspends them"},
		{leaver.StillActive, leaver.Remedy{Column: "Status", Values: []string{"Active"}}, "--where 'Status!=Active' leaves them out,\n      or --accept still-active suspends them"},
		{leaver.StillActive, leaver.Remedy{Column: "Status", Values: []string{"Seconded"}, Unsure: true}, "--where 'Status!=Seconded' leaves them out if they are no leavers,\n      or --accept still-active suspends them"},
		{leaver.HiddenRow, leaver.Remedy{Column: "Status", Values: []string{"Active"}}, "--where 'Status!=Active' leaves them out,\n      or --accept hidden-row suspends them"},
		{leaver.HiddenRow, leaver.Remedy{}, "delete the hidden rows,\n      or --accept hidden-row suspends them"},
		{leaver.CutZeros, leaver.Remedy{Digits: 6}, "--ref-pad 6 puts the zeros back,\n      or --accept cut-zeros suspends them"},
		{leaver.OddRef, leaver.Remedy{}, "correct the rows in which the ref is wrong,\n      or --accept odd-ref suspends them"},
	} {
		if got := settle(run.HeldRows{Doubt: tt.kind, Remedy: tt.remedy}); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.kind, got, tt.want)
		}
	}
}

func TestAProposedConditionIsReadAsItIsMeant(t *testing.T) {
	for name, r := range map[string]leaver.Remedy{
		"a word":                    {Column: "Status", Values: []string{"Active"}},
		"no value":                  {Column: "Leave Date", Values: []string{""}},
		"a comma":                   {Column: "Status", Values: []string{"Active, on leave"}},
		"a separator of conditions": {Column: "Status", Values: []string{"Active; on leave"}},
		"quotes":                    {Column: "Status", Values: []string{`"Active"`}},
		"an apostrophe":             {Column: "Status", Values: []string{"aren't"}},
		"a backslash":               {Column: "Status", Values: []string{`a\`}},
		"an equals sign":            {Column: "Status", Values: []string{"=A"}},
		"several values":            {Column: "Status", Values: []string{"Active", "Active, on leave"}},
		"a path of keys":            {Column: "employment.state", Values: []string{"active"}},
		"other letters":             {Column: "Statüs", Values: []string{"beschäftigt"}},
		"exclamation marks":         {Column: "left!", Values: []string{"x!"}},
	} {
		t.Run(name, func(t *testing.T) {
			var flags struct {
				Where []input.Condition `sep:";"`
			}
			parser, err := kong.New(&flags)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.Parse(words(t, whereFlag(r))); err != nil {
				t.Fatalf("%s: %v", whereFlag(r), err)
			}
			if len(flags.Where) != 1 || flags.Where[0].Column != r.Column || !flags.Where[0].Not || !slices.Equal(flags.Where[0].Values, r.Values) {
				t.Errorf("%s is read as %+v", whereFlag(r), flags.Where)
			}
		})
	}
	if got := whereFlag(leaver.Remedy{Column: "Leave\n\u00a0Date", Values: []string{""}}); got != "--where 'Leave Date!='" {
		t.Errorf("a name with a line break: %s", got)
	}
	for name, r := range map[string]leaver.Remedy{
		"no column":                          {Values: []string{"Active"}},
		"a column with an equals sign":       {Column: "a=b", Values: []string{"x"}},
		"a value that controls the terminal": {Column: "Status", Values: []string{"\x1b[2J"}},
		"a value with white space around it": {Column: "Status", Values: []string{" x "}},
	} {
		if got := whereFlag(r); got != "" {
			t.Errorf("%s: got %s, and it cannot be typed", name, got)
		}
	}
}

// words splits a command as a POSIX shell does: quotes are apostrophes.
func words(t *testing.T, command string) []string {
	t.Helper()
	var all []string
	var word strings.Builder
	quoted := false
	for i := 0; i < len(command); i++ {
		switch c := command[i]; {
		case c == '\'':
			quoted = !quoted
		case c == '\\' && !quoted:
			i++
			word.WriteByte(command[i])
		case c == ' ' && !quoted:
			all = append(all, word.String())
			word.Reset()
		default:
			word.WriteByte(c)
		}
	}
	return append(all, word.String())
}

func TestAcceptance(t *testing.T) {
	for text, want := range map[string]acceptance{
		"odd-ref":       {leaver.OddRef, plan.AnyNumber},
		"odd-ref=10":    {leaver.OddRef, 10},
		" cut-zeros=0 ": {leaver.CutZeros, 0},
	} {
		var got acceptance
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want || got.String() != strings.TrimSpace(text) {
			t.Errorf("%q is read as %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":             "the kinds are no-end-date, still-active, ",
		"odd-hat":      `"odd-hat" is not a kind of doubt; the kinds are no-end-date, `,
		"Odd-Ref":      "the kinds are ",
		"odd-ref=":     `"" is not a number of rows, as in odd-ref=10`,
		"odd-ref=-1":   `"-1" is not a number of rows`,
		"odd-ref=many": `"many" is not a number of rows`,
		"odd-ref=1e3":  `"1e3" is not a number of rows`,
	} {
		if err := new(acceptance).UnmarshalText([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error is %v, want %q", text, err, want)
		}
	}
}
