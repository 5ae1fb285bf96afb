package leaver

import (
	"testing"
	"time"
)

func TestALeaverIsOverdueWhenTheEndDateHasPassedAndNobodyHasSuspendedThem(t *testing.T) {
	now := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	yesterday, err := ParseEndDate("2026-06-29", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	today, err := ParseEndDate("2026-06-30", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range Outcomes() {
		want := !o.AboutRow() && !o.Closed()
		since, is := Result{Row: Row{Leaver: Leaver{EndDate: yesterday}}, Outcome: o}.Overdue(now)
		if is != want || is && since != 12*time.Hour {
			t.Errorf("%s: overdue %t for %s, want %t", o, is, since, want)
		}
		for _, date := range []EndDate{today, {}} {
			if _, is := (Result{Row: Row{Leaver: Leaver{EndDate: date}}, Outcome: o}).Overdue(now); is {
				t.Errorf("%s, end date %q: overdue", o, date.Text)
			}
		}
	}
}
