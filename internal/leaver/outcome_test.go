package leaver_test

import (
	"slices"
	"testing"

	"offboard/internal/leaver"
)

func TestOutcomes(t *testing.T) {
	tests := []struct {
		outcome              leaver.Outcome
		done, fine, uncalled bool
	}{
		{"suspended", true, true, false},
		{"already_inactive", true, true, true},
		{"duplicate", true, true, true},
		{"not_due", false, true, true},
		{"excluded", false, true, true},
		{"held", false, false, true},
		{"invalid", false, false, true},
		{"not_found", false, false, false},
		{"rejected", false, false, false},
		{"unconfirmed", false, false, false},
		{"failed", false, false, false},
		{"pending", false, false, false},
	}
	var listed []leaver.Outcome
	for _, tt := range tests {
		listed = append(listed, tt.outcome)
		t.Run(string(tt.outcome), func(t *testing.T) {
			o, ok := leaver.ParseOutcome(string(tt.outcome))
			if !ok || o != tt.outcome {
				t.Fatalf("ParseOutcome = %q, %t", o, ok)
			}
			if o.Done() != tt.done {
				t.Errorf("Done = %t, want %t", o.Done(), tt.done)
			}
			if o.Fine() != tt.fine {
				t.Errorf("Fine = %t, want %t", o.Fine(), tt.fine)
			}
			if o.Uncalled() != tt.uncalled {
				t.Errorf("Uncalled = %t, want %t", o.Uncalled(), tt.uncalled)
			}
			if got := (leaver.Tally{o: 1}).Fine(); got != tt.fine {
				t.Errorf("a tally with one of them: Fine = %t, want %t", got, tt.fine)
			}
		})
	}
	if got := leaver.Outcomes(); !slices.Equal(got, listed) {
		t.Errorf("Outcomes() = %q, want %q", got, listed)
	}
}

func TestParseOutcomeAcceptsNoOtherSpelling(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":              "",
		"capitals":             "Suspended",
		"white space around":   " suspended",
		"a dash":               "not-due",
		"the beginning of one": "fail",
		"some other word":      "done",
	} {
		t.Run(name, func(t *testing.T) {
			if o, ok := leaver.ParseOutcome(text); ok || o != "" {
				t.Errorf("ParseOutcome(%q) = %q, %t", text, o, ok)
			}
		})
	}
}

func TestTally(t *testing.T) {
	tests := map[string]struct {
		tally leaver.Tally
		total int
		fine  bool
	}{
		"a nil tally is fine":                       {nil, 0, true},
		"an empty tally is fine":                    {leaver.Tally{}, 0, true},
		"fine outcomes are fine together":           {leaver.Tally{leaver.Suspended: 3, leaver.Duplicate: 2, leaver.NotDue: 1}, 6, true},
		"one failure among many is not fine":        {leaver.Tally{leaver.Suspended: 1000, leaver.Failed: 1}, 1001, false},
		"a pending row is not fine":                 {leaver.Tally{leaver.Suspended: 1, leaver.Pending: 1}, 2, false},
		"an outcome that no row has does not count": {leaver.Tally{leaver.Suspended: 1, leaver.Failed: 0}, 1, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.tally.Total(); got != tt.total {
				t.Errorf("Total = %d, want %d", got, tt.total)
			}
			counted := 0
			for o, n := range tt.tally.Counts() {
				if n == 0 || n != tt.tally[o] {
					t.Errorf("Counts has %d rows of %s, want %d and not 0", n, o, tt.tally[o])
				}
				counted += n
			}
			if counted != tt.total {
				t.Errorf("Counts has %d rows, want %d", counted, tt.total)
			}
			if got := tt.tally.Fine(); got != tt.fine {
				t.Errorf("Fine = %t, want %t", got, tt.fine)
			}
		})
	}
}
