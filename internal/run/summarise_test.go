package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
)

// opened opens reports, until the test ends.
func opened(t *testing.T, paths ...string) *Reports {
	t.Helper()
	all, err := OpenReports(t.Context(), paths, time.UTC, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := all.Close(); err != nil {
			t.Error(err)
		}
	})
	return all
}

// summary sums up reports, as of June 2026.
func summary(t *testing.T, paths ...string) *report.Summary {
	t.Helper()
	s, err := opened(t, paths...).Summary(t.Context(), paths, time.UTC, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// copyOf returns the rows of reports that have some outcomes, as a report.
func copyOf(t *testing.T, outcomes []leaver.Outcome, paths ...string) string {
	t.Helper()
	var b strings.Builder
	if err := opened(t, paths...).Copy(t.Context(), &b, outcomes); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestASummaryOfSeveralRuns(t *testing.T) {
	const (
		monday = "E1,2026-01-02,failed,june.csv,2,503,5,5000,2026-01-05T02:00:05Z,,down\n" +
			"E2,2026-01-02,suspended,june.csv,3,200,1,1000,2026-01-05T02:00:10Z,,\n" +
			"E3,2026-01-02,pending,june.csv,4,,0,0,2026-01-05T02:00:10Z,,\n"
		tuesday = "E1,2026-01-02,suspended,june.csv,2,200,2,1000,2026-01-06T02:00:01Z,,\n" +
			"E3,2026-01-02,not_found,june.csv,4,404,1,1000,2026-01-06T02:00:21Z,,no user\n"
		// The line of a leaver who is done is written again, and a run over the report of
		// Monday has copied its line.
		copied = "E2,2026-01-02,suspended,june.csv,9,200,1,1000,2026-01-05T02:00:10Z,,\n"
	)
	inFolder(t, map[string]string{
		"one.csv": header + monday + tuesday, "monday.csv": header + monday, "tuesday.csv": header + tuesday,
		"again.csv": header + monday + copied + tuesday, "copy.csv": header + copied + tuesday,
	})
	for _, paths := range [][]string{{"one.csv"}, {"monday.csv", "tuesday.csv"}, {"tuesday.csv", "monday.csv"}, {"again.csv"}, {"copy.csv", "monday.csv"}, {"monday.csv", "copy.csv"}} {
		t.Run(strings.Join(paths, " "), func(t *testing.T) {
			s := summary(t, paths...)
			if w := s.Work; w.Requests != 9 || w.Leavers != 3 || w.Periods != 2 || w.Seconds != 10+21 {
				t.Errorf("got %d requests for %d leavers in %d periods, %g seconds", w.Requests, w.Leavers, w.Periods, w.Seconds)
			}
			if s.Rows != 3 || s.Leavers != 3 || s.Outcomes[leaver.Suspended] != 2 || s.Outcomes[leaver.NotFound] != 1 || s.Target != testTarget {
				t.Errorf("got %d rows, %d leavers, %v at %s", s.Rows, s.Leavers, s.Outcomes, s.Target)
			}
			if from, to := s.First.Format(time.RFC3339), s.Last.Format(time.RFC3339); from != "2026-01-05T02:00:05Z" || to != "2026-01-06T02:00:21Z" {
				t.Errorf("from %s to %s", from, to)
			}
			// The last day is a Friday. Who failed on Monday was suspended on Tuesday.
			if y := s.Timeliness; y.Suspended != 2 || y.WithinBusinessDay.Leavers != 1 || y.Longest.Ref != "E1" || y.Overdue.Leavers != 1 {
				t.Errorf("%d suspended, %d in time, the longest %+v, %d overdue", y.Suspended, y.WithinBusinessDay.Leavers, y.Longest, y.Overdue.Leavers)
			}
		})
	}
}

// TestTheRowsOfAReportAreWhatARunOverItStartsFrom has leavers whom later lines exclude, or
// contradict: their own lines alone would lead to a call.
func TestTheRowsOfAReportAreWhatARunOverItStartsFrom(t *testing.T) {
	const text = header +
		"E1,2026-01-02,failed,june.csv,2,503,5,80,2026-01-05T02:00:00Z,,down\n" +
		"E1,2026-01-02,excluded,june.csv,2,,,,2026-01-06T02:00:00Z,,on the list keep.csv\n" +
		"E2,2026-01-02,suspended,june.csv,2,200,1,80,2026-01-07T02:00:00Z,,\n" +
		"E3,2026-01-02,failed,june.csv,3,503,5,80,2026-01-05T02:00:00Z,,down\n" +
		"E3,2026-02-02,invalid,june.csv,4,,,,2026-01-06T02:00:00Z,,the ref has different end dates\n" +
		"E4,2026-01-02,failed,june.csv,5,503,5,80,2026-01-05T02:00:00Z,,down\n"
	inFolder(t, map[string]string{"r.csv": text})
	var got []string
	for r, err := range opened(t, "r.csv").Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, describe(r))
	}
	want := []string{
		"E1 excluded: an earlier run has excluded the leaver", "E2 suspended",
		"E3 invalid: another row of this ref contradicts it, or cannot be read; correct the export, and run that",
		"E3 invalid: the ref has different end dates", "E4 failed: down",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	if s := summary(t, "r.csv"); s.Outcomes[leaver.Failed] != 1 || s.Outcomes[leaver.Excluded] != 1 || s.Outcomes[leaver.Invalid] != 2 {
		t.Errorf("the summary has %v", s.Outcomes)
	}
	// Whatever part of it is an input, only E4 is called.
	for _, outcomes := range [][]leaver.Outcome{{leaver.Failed}, {leaver.Failed, leaver.Invalid}, {leaver.Failed, leaver.Excluded}, {leaver.Invalid}, {leaver.Excluded}, leaver.Outcomes()} {
		inFolder(t, map[string]string{"r.csv": text})
		part := copyOf(t, outcomes, "r.csv")
		inFolder(t, map[string]string{"part.csv": part})
		r, err := Rehearse(t.Context(), settingsFor("part.csv"))
		if err != nil {
			t.Fatal(err)
		}
		var called []string
		for d, err := range r.Decisions(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if d.Outcome == leaver.Pending {
				called = append(called, d.Ref)
			}
		}
		closed(t, r, nil)
		want := []string{"E4"}
		if !slices.Contains(outcomes, leaver.Failed) {
			want = nil
		}
		if !slices.Equal(called, want) {
			t.Errorf("%v: called for %v, want %v:\n%s", outcomes, called, want, part)
		}
	}
}

func TestACopyHasTheKeptColumnsOfAllReports(t *testing.T) {
	line := func(ref, kept string) string {
		return fmt.Sprintf("%s,,failed,june.csv,%s,503,5,80,2026-01-05T02:00:0%sZ,,down,%s,%s,%s\n", ref, ref[1:], ref[1:], testTarget, report.Check(testTarget, ref, ""), kept)
	}
	names := strings.TrimSuffix(header, "\n")
	inFolder(t, map[string]string{
		"a.csv": names + ",Surname,Email\n" + line("E1", "Doe,doe@x") + line("E4", "Poe,"),
		"b.csv": names + ",email,Team\n" + line("E2", "roe@x,HR"),
		"c.csv": checked(header + "E3,,failed,june.csv,3,503,5,80,2026-01-05T02:00:03Z,,down\n"),
	})
	var got []string
	text := copyOf(t, []leaver.Outcome{leaver.Failed}, "a.csv", "b.csv", "c.csv")
	for i, row := range strings.Split(strings.TrimSpace(text), "\n") {
		fields := strings.Split(row, ",")
		got = append(got, fields[0]+": "+strings.Join(fields[13:], ","))
		if i > 0 && (fields[11] != testTarget || fields[12] != report.Check(testTarget, fields[0], "")) {
			t.Errorf("target and check of %s", row)
		}
	}
	if want := []string{"ref: Surname,Email,Team", "E1: Doe,doe@x,", "E2: ,roe@x,HR", "E3: ,,", "E4: Poe,,"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestColumnsOfSeveralReportsCanBeTooMany(t *testing.T) {
	many := func(from int) string {
		var names []string
		for i := range report.MaxKept {
			names = append(names, fmt.Sprint("column", from+i))
		}
		return strings.TrimSuffix(header, "\n") + "," + strings.Join(names, ",") + "\n"
	}
	inFolder(t, map[string]string{"a.csv": many(0), "b.csv": many(1)})
	var b strings.Builder
	err := opened(t, "a.csv", "b.csv").Copy(t.Context(), &b, leaver.Outcomes())
	if _, ok := errors.AsType[*report.KeepError](err); !ok || b.Len() > 0 {
		t.Errorf("got %v, and %q", err, b.String())
	}
}

func TestReportsThatCannotBeSummedUp(t *testing.T) {
	stopped := errors.New("stopped")
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(stopped)
	inFolder(t, map[string]string{
		"a.csv": header + "E1,,failed,june.csv,2,503,5,80,2026-01-05T02:00:00Z,,down\n",
		// A line that fits its check, and is about another target.
		"b.csv": header + "E2,,failed,june.csv,3,503,5,80,2026-01-05T02:00:00Z,,down,sandbox," + report.Check("sandbox", "E2", "") + "\n",
		"c.csv": header + "E1,,failed,june.csv,2,503,5,80,yesterday,,down\n",
	})
	for _, tt := range []struct {
		paths []string
		ctx   context.Context
		is    func(error) bool
	}{
		{[]string{"a.csv"}, ended, func(err error) bool { return errors.Is(err, stopped) }},
		{[]string{"a.csv", "c.csv"}, t.Context(), func(err error) bool { return errors.Is(err, report.ErrNoTime) }},
		{[]string{"a.csv", "b.csv"}, t.Context(), func(err error) bool { _, ok := errors.AsType[*report.TargetError](err); return ok }},
	} {
		t.Run(strings.Join(tt.paths, " "), func(t *testing.T) {
			_, err := opened(t, tt.paths...).Summary(tt.ctx, tt.paths, time.UTC, time.Now())
			var b strings.Builder
			copyErr := opened(t, tt.paths...).Copy(tt.ctx, &b, leaver.Outcomes())
			if !tt.is(err) || !tt.is(copyErr) {
				t.Errorf("the summary ends with %v, the copy with %v", err, copyErr)
			}
		})
	}
}
