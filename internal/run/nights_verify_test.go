package run

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
)

// ask asks the tenant about leavers of a report, at random: some who are done are active
// again, as verify finds, and some who are not are inactive already, as a check before a
// run finds.
func (h *nights) ask() {
	known := slices.Sorted(maps.Keys(h.reports))
	if len(known) == 0 || h.rand.IntN(2) == 0 {
		return
	}
	path := known[h.rand.IntN(len(known))]
	m := h.reports[path]
	var found []leaver.Result
	for _, line := range h.standing(path) {
		who := mention{line.Ref, line.EndDate.Text}
		r := leaver.Result{Row: line.Row, FinishedAt: time.Now()}
		switch {
		case h.rand.IntN(3) > 0:
			continue
		case line.Outcome.Closed():
			r.Outcome, r.Reason = leaver.Pending, leaver.ActiveAgainReason("seen by the test")
			m.back[who] = h.event()
		case line.Outcome.AboutRow(), line.Fault != "", line.Excluded != "":
			continue
		default:
			r.Outcome, r.Reason = leaver.AlreadyInactive, "seen by the test"
			m.done[who] = h.event()
		}
		h.told = append(h.told, fmt.Sprintf("  the tenant says in %s: %v is %s %s", path, who, r.Outcome, r.Reason))
		found = append(found, r)
	}
	if err := record(path, found); err != nil {
		h.Fatal(err)
	}
	stands := h.standing(path)
	for _, r := range found {
		if !slices.ContainsFunc(stands, func(line leaver.Result) bool {
			return line.Ref == r.Ref && line.Outcome == r.Outcome && line.EndDate.Key() == r.EndDate.Key()
		}) {
			h.Errorf("%s is not %s in %s", r.Ref, r.Outcome, path)
		}
	}
}

// record adds lines to a report that is there.
func record(path string, lines []leaver.Result) error {
	r, err := report.Open(path, report.Options{Zone: time.UTC, Target: testTarget, Inherit: true, Resume: true, Now: time.Now})
	if err != nil {
		return err
	}
	w, err := r.Start()
	if err == nil {
		err = errors.Join(w.Record(lines...), w.Close())
	}
	return errors.Join(err, r.Close())
}

// activeAgain returns who is active again by a report, and due.
func (h *nights) activeAgain(path string, now time.Time) (all []mention) {
	for _, line := range h.standing(path) {
		if line.ActiveAgain() && line.Fault == "" && line.Excluded == "" && line.EndDate.Passed(now) {
			all = append(all, mention{line.Ref, line.EndDate.Text})
		}
	}
	return all
}

// checkCalled checks that these leavers were called.
func (h *nights) checkCalled(expected []mention) {
	for _, who := range expected {
		if !slices.ContainsFunc(h.calls, func(c call) bool { return c.mention == who }) {
			h.Errorf("%v is due and not done, and not called", who)
		}
	}
}

// TestARunOfTheReportOfVerify suspends exactly those who are active again.
func TestARunOfTheReportOfVerify(t *testing.T) {
	const at = "2026-01-02T03:04:05Z"
	inFolder(t, map[string]string{"june.report.csv": header +
		"E1,,suspended,june.csv,2,200,1,80," + at + ",,\n" +
		"E2,,suspended,june.csv,3,200,1,80," + at + ",,\n" +
		"E3,,already_inactive,june.csv,4,,0,0," + at + ",,\n" +
		"E4,,already_inactive,june.csv,5,,0,0," + at + ",,\n" +
		"E1,,pending,june.csv,2,,0,0," + at + ",,active again: the tenant says that the account is active\n" +
		"E3,,pending,june.csv,4,,0,0," + at + ",,active again: the tenant says that the account is active\n" +
		"E2,,pending,june.csv,3,503,1,80," + at + ",,active again: a text of the server\n",
		"june.csv": "ref\nE1\nE2\nE3\nE4\n"})
	bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
		for name, s := range map[string]Settings{
			"in place": settingsFor("june.report.csv"),
			"anew": func() Settings {
				s := settingsFor("june.report.csv")
				s.Report = "again.csv"
				return s
			}(),
			"to go on with": func() Settings {
				s := settingsFor("june.csv")
				s.Resume = true
				return s
			}(),
		} {
			r, err := plan(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := decisionsOf(t, r), []string{"E1 pending", "E2 suspended", "E3 pending", "E4 already_inactive"}; !slices.Equal(got, want) {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
			closed(t, r, nil)
		}
	})
	server, target := simulator(t, "E1", "E3")
	if ended := carriedOut(t, settingsFor("june.report.csv"), target); ended.Rows[leaver.Suspended] != 3 || ended.Rows[leaver.AlreadyInactive] != 1 {
		t.Errorf("the rows are %v", ended.Rows)
	}
	if ended := carriedOut(t, settingsFor("june.report.csv"), target); ended.Rows[leaver.Suspended] != 3 || server.Stats().Suspends != 2 {
		t.Errorf("%d requests, want 2; the rows are %v", server.Stats().Suspends, ended.Rows)
	}
}

// decisionsOf returns ref and outcome of each row, in the order of refs.
func decisionsOf(t *testing.T, r *Run) (all []string) {
	t.Helper()
	for d, err := range r.Decisions(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d.Ref+" "+string(d.Outcome))
	}
	slices.Sort(all)
	return all
}

// TestWhatTheTenantSaidIsWrittenAgainAsItWas is about a leaver who was inactive already for
// an end date that was corrected, and then corrected back.
func TestWhatTheTenantSaidIsWrittenAgainAsItWas(t *testing.T) {
	const said = "E1,2025-06-30,already_inactive,june.csv,2,,0,0,2026-01-02T03:04:05.000Z,,the tenant says so\n"
	inFolder(t, map[string]string{
		"june.report.csv": header + said + "E1,2025-07-01,suspended,june.csv,2,200,1,80,2026-01-03T03:04:05.000Z,,\n",
		"june.csv":        "ref,endDate\nE1,2025-06-30\n",
	})
	before, err := os.ReadFile("june.report.csv")
	if err != nil {
		t.Fatal(err)
	}
	_, target := simulator(t)
	s := settingsFor("june.csv")
	s.Resume = true
	carriedOut(t, s, target)
	want := string(before) + strings.SplitAfter(string(before), "\n")[1]
	if after, err := os.ReadFile("june.report.csv"); err != nil || string(after) != want {
		t.Errorf("the report is\n%s(%v), want\n%s", after, err, want)
	}
}

// TestWhoIsActiveAgainByAnInputStaysSoInTheReport is about a run that goes on with a report
// and has what verify has found as an input: whatever becomes of the call, the report must
// not go on saying that the leaver is suspended.
func TestWhoIsActiveAgainByAnInputStaysSoInTheReport(t *testing.T) {
	inFolder(t, map[string]string{
		"june.csv":        "ref,endDate\nE1,2025-06-30\nE2,2025-06-30\n",
		"june.report.csv": header + "E1,2025-06-30,suspended,june.csv,2,200,1,80,2026-01-02T03:04:05Z,,\nE2,2025-06-30,suspended,june.csv,3,200,1,80,2026-01-02T03:04:05Z,,\n",
		"found.csv":       header + "E1,2025-06-30,pending,june.csv,2,,0,0,2026-01-12T03:04:05Z,,active again: seen by the test\n",
	})
	both, june := settingsFor("june.csv", "found.csv"), settingsFor("june.csv")
	both.Report, both.Resume, june.Resume = "june.report.csv", true, true
	// wantSaid checks what the report says of the leavers, and how many lines there are about
	// them.
	wantSaid := func(n int, want ...string) {
		t.Helper()
		text, err := os.ReadFile("june.report.csv")
		if err != nil {
			t.Fatal(err)
		}
		got := lines(t, "june.report.csv")
		if written := strings.Count(string(text), "\n") - 1; !slices.Equal(got, want) || written != n {
			t.Fatalf("%d lines say %q, want %d and %q:\n%s", written, got, n, want, text)
		}
	}

	// A run that stops before the call writes it, and once only.
	for range 2 {
		r, err := Prepare(t.Context(), both)
		if err != nil {
			t.Fatal(err)
		}
		stopped, stop := context.WithCancel(t.Context())
		stop()
		_, target := simulator(t)
		if _, err = r.CarryOut(stopped, t.Context(), target, conduct()); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		closed(t, r, nil)
		wantSaid(3, "E1 pending", "E2 suspended")
	}

	// So does one whose call fails, and the next run calls again without that input.
	_, nobody := simulator(t)
	carriedOut(t, both, nobody)
	wantSaid(4, "E1 not_found", "E2 suspended")
	server, target := simulator(t, "E1", "E2")
	carriedOut(t, june, target)
	wantSaid(5, "E1 suspended", "E2 suspended")
	carriedOut(t, both, target)
	if server.Stats().Suspends != 1 {
		t.Errorf("%d calls: the report says later that the leaver is suspended", server.Stats().Suspends)
	}
}
