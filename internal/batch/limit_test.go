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
