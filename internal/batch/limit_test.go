package batch

import "testing"

func TestParseLimit(t *testing.T) {
	tests := []struct {
		text string
		want Limit
		ok   bool
	}{
		{"50%", Limit{text: "50%", kind: byShare, share: 0.5}, true},
		{"0%", Limit{text: "0%", kind: byShare}, true},
		{"12.5%", Limit{text: "12.5%", kind: byShare, share: 0.125}, true},
		{"20", Limit{text: "20", kind: byCount, count: 20}, true},
		{"0", Limit{text: "0"}, true},
		{"101%", Limit{}, false},
		{"-1%", Limit{}, false},
		{"NaN%", Limit{}, false},
		{"-1", Limit{}, false},
		{"1.5", Limit{}, false},
		{"", Limit{}, false},
		{"half", Limit{}, false},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			var got Limit
			err := got.UnmarshalText([]byte(tt.text))
			if (err == nil) != tt.ok || got != tt.want {
				t.Errorf("got %+v, %v; want %+v", got, err, tt.want)
			}
			if tt.ok && got.String() != tt.text {
				t.Errorf("String returns %q", got.String())
			}
		})
	}
}

func TestTheZeroLimitIsWrittenAsZero(t *testing.T) {
	if got := (Limit{}).String(); got != "0" {
		t.Errorf("got %q", got)
	}
}

func TestANumberOfFailuresIsDividedAmongRuns(t *testing.T) {
	for _, tt := range []struct {
		text  string
		runs  int
		count int
		words string
	}{
		{"20", 10, 2, "20, divided by 10"},
		{"25", 10, 2, "25, divided by 10"},
		{"5", 10, 1, "5, divided by 10"},
		{"20", 1, 20, "20"},
		{"20", 0, 20, "20"},
		{"50%", 10, 0, "50%"},
		{"0", 10, 0, "0"},
	} {
		l, err := ParseLimit(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		if d := l.Divided(tt.runs); d.count != tt.count || d.String() != tt.words || d.kind != l.kind || d.share != l.share {
			t.Errorf("%s among %d runs is %+v", tt.text, tt.runs, d)
		}
	}
}
