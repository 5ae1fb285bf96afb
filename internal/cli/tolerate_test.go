package cli

import (
	"strings"
	"testing"

	"offboard/internal/leaver"
)

func TestWhatCanBeTolerated(t *testing.T) {
	for _, o := range leaver.Outcomes() {
		var got tolerated
		err := got.UnmarshalText([]byte(" " + o + " "))
		if can := !o.Fine() && o != leaver.Pending; can != (err == nil) || can && got != tolerated(o) {
			t.Errorf("%s: got %q, %v", o, got, err)
		}
	}
	var got tolerated
	if err := got.UnmarshalText([]byte("known")); err != nil || got != toleratedKnown {
		t.Errorf("known: got %q, %v", got, err)
	}
	err := got.UnmarshalText([]byte("missing"))
	if err == nil || !strings.Contains(err.Error(), "held, invalid, not_found, rejected, unconfirmed, failed, known") {
		t.Errorf("the error does not list what is allowed: %v", err)
	}
}

func TestHowManyRowsAreTolerated(t *testing.T) {
	rows := leaver.Tally{leaver.Suspended: 100, leaver.NotDue: 10, leaver.NotFound: 5, leaver.Failed: 3, leaver.Held: 2}
	known := leaver.Tally{leaver.Suspended: 90, leaver.NotDue: 10, leaver.NotFound: 4, leaver.Held: 2}
	tests := []struct {
		name      string
		tolerate  tolerance
		rows      leaver.Tally
		tolerated int
		bad       int
	}{
		{"nothing is tolerated without the flag", nil, rows, 0, 10},
		{"all rows of an outcome", tolerance{"not_found"}, rows, 5, 5},
		{"what the report had before", tolerance{"known"}, rows, 6, 4},
		{"both: a row counts once", tolerance{"not_found", "known"}, rows, 7, 3},
		{"everything", tolerance{"not_found", "failed", "held"}, rows, 10, 0},
		{"pending rows are never tolerated", tolerance{"known"}, leaver.Tally{leaver.Pending: 4}, 0, 4},
		{"fine rows need no tolerance", tolerance{"known"}, leaver.Tally{leaver.Suspended: 4}, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			known := known
			if tt.rows[leaver.Pending] > 0 {
				known = tt.rows
			}
			if got, bad := tt.tolerate.of(tt.rows, known); got != tt.tolerated || bad != tt.bad {
				t.Errorf("got %d tolerated and %d not, want %d and %d", got, bad, tt.tolerated, tt.bad)
			}
		})
	}
}
