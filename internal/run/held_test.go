package run

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"offboard/internal/leaver"
	"offboard/internal/plan"
)

// heldReport is a report with rows that are held, and one that is not.
var heldReport = checked(header +
	"E1,,held,june.csv,2,,0,0,2026-01-02T03:04:05Z,,odd-ref: a word among numbers\n" +
	"E2,,held,june.csv,3,,0,0,2026-01-02T03:04:05Z,,\"no-end-date, odd-ref: no end date, and a word\"\n" +
	"E3,,held,june.csv,4,,0,0,2026-01-02T03:04:05Z,,odd-ref: a word among numbers\n" +
	"E4,,failed,june.csv,5,500,5,80,2026-01-02T03:04:05Z,,\n" +
	"E5,,held,june.csv,6,,0,0,2026-01-02T03:04:05Z,,no-end-date: no end date\n")

// spelled returns rows as text, as in "odd-ref 3: E1 E2".
func spelled(held []HeldRows) []string {
	var all []string
	for _, h := range held {
		text := h.Doubt.String() + " " + strings.Repeat("I", h.Count) + ":"
		for _, e := range h.Examples {
			text += " " + e.Ref
		}
		if h.TooMany {
			text += " too many for " + strings.Repeat("I", h.Allowed)
		}
		all = append(all, text)
	}
	return all
}

func TestHeldRowsAreCountedWithExamples(t *testing.T) {
	tests := []struct {
		name     string
		accept   map[leaver.Doubt]int
		examples int
		want     []string
	}{
		{"with two examples", nil, 2, []string{"no-end-date II: E2 E5", "odd-ref III: E1 E2"}},
		{"with more examples than there are", nil, 9, []string{"no-end-date II: E2 E5", "odd-ref III: E1 E2 E3"}},
		{"without examples", nil, 0, []string{"no-end-date II:", "odd-ref III:"}},
		{"a kind that is accepted", map[leaver.Doubt]int{leaver.OddRef: plan.AnyNumber}, 2, []string{"no-end-date II: E2 E5"}},
		{"a kind that is accepted for fewer", map[leaver.Doubt]int{leaver.OddRef: 2}, 1, []string{"no-end-date II: E2", "odd-ref III: E1 too many for II"}},
		{"all kinds are accepted", map[leaver.Doubt]int{leaver.OddRef: 3, leaver.NoEndDate: 2}, 2, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inFolder(t, map[string]string{"june.report.csv": heldReport})
			s := settingsFor("june.report.csv")
			s.Accept = tt.accept
			bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
				r, err := plan(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				held, err := r.Held(t.Context(), tt.examples)
				if got := spelled(held); err != nil || !slices.Equal(got, tt.want) {
					t.Errorf("got %q, %v; want %q", got, err, tt.want)
				}
			})
		})
	}
}

func TestTheEndOfTheContextEndsTheSearchForExamples(t *testing.T) {
	inFolder(t, map[string]string{"june.report.csv": heldReport})
	r, err := Rehearse(t.Context(), settingsFor("june.report.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	cause := errors.New("stopped by the test")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := r.Held(ctx, 2); !errors.Is(err, cause) {
		t.Errorf("got %v, want the cause", err)
	}
}

func TestTheInputsAreReadOnlyUntilTheExamplesAreFound(t *testing.T) {
	inFolder(t, map[string]string{"june.report.csv": heldReport})
	r, err := Rehearse(t.Context(), settingsFor("june.report.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	// Without its last line, a whole reading of the report would fail.
	if err := os.Truncate("june.report.csv", int64(strings.Index(heldReport, "E5,"))); err != nil {
		t.Fatal(err)
	}
	held, err := r.Held(t.Context(), 1)
	if got, want := spelled(held), []string{"no-end-date II: E2", "odd-ref III: E1"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
	if _, err := r.Held(t.Context(), 2); !errors.Is(err, plan.ErrChanged) {
		t.Errorf("for the last line as well: got %v, want ErrChanged", err)
	}
}

func TestRefsThatAPersonHasLookedAtAreNotHeld(t *testing.T) {
	tests := []struct {
		name, list string
		want       []string // the refs that are pending
	}{
		{"listed", "ref\nE1\n E5 \nE9\n", []string{"E1", "E4", "E5"}},
		{"the rest of a row does not matter", "Employee No.;End Date;Note\nE2;soon;fine\n", []string{"E2", "E4"}},
		{"in JSON", `{"ref":"E2","note":"fine"}`, []string{"E2", "E4"}},
		{"a ref in another case", "ref\ne1\n", []string{"E4"}},
		{"a ref with a zero", "ref\nE01\n", []string{"E4"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inFolder(t, map[string]string{"june.report.csv": heldReport, "ok.csv": tt.list})
			s := settingsFor("june.report.csv")
			s.AcceptRefs = "ok.csv"
			r, err := Rehearse(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var got []string
			for _, d := range decisions(t, r) {
				if ref, pending := strings.CutSuffix(d, " pending"); pending {
					got = append(got, ref)
				}
			}
			if !slices.Equal(got, tt.want) || r.Totals[leaver.Pending] != len(tt.want) {
				t.Errorf("pending: %q, want %q; the totals are %v", got, tt.want, r.Totals)
			}
		})
	}
}

func TestAListOfAcceptedRefsThatCannotBeUsed(t *testing.T) {
	tests := []struct {
		name, list, want string
	}{
		{"it has no refs", "name\nAda\n", "no column ref"},
		{"a ref that cannot be used", "ref\nE1\n..\n", "ok.csv:3: "},
		{"a report", heldReport, "this is a report; write a list"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inFolder(t, map[string]string{"june.report.csv": heldReport, "ok.csv": tt.list})
			s := settingsFor("june.report.csv")
			s.AcceptRefs = "ok.csv"
			_, err := Rehearse(t.Context(), s)
			if list, ok := errors.AsType[*ListError](err); !ok || list.List != AcceptedList || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want a *ListError with %q", err, tt.want)
			}
		})
	}
	t.Run("there is no file", func(t *testing.T) {
		inFolder(t, map[string]string{"june.report.csv": heldReport})
		s := settingsFor("june.report.csv")
		s.AcceptRefs = "absent.csv"
		_, err := Rehearse(t.Context(), s)
		if _, ok := errors.AsType[*ListError](err); !ok || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
}

func TestHeldRowsStayHeldInTheReport(t *testing.T) {
	inFolder(t, map[string]string{"june.report.csv": heldReport})
	server, target := simulator(t, "E1", "E2", "E3", "E4", "E5")
	s := settingsFor("june.report.csv")
	s.Report = "second.csv"
	carriedOut(t, s, target)
	s.Paths, s.Report = []string{"second.csv"}, "third.csv"
	ended := carriedOut(t, s, target)
	if done := server.Suspended(); len(done) != 1 || done["E4"] != 1 {
		t.Errorf("suspended: %v, want only E4, who is not held", done)
	}
	if want := (leaver.Tally{leaver.Held: 4, leaver.Suspended: 1}); !maps.Equal(ended.Rows, want) || ended.Rows.Fine() {
		t.Errorf("the run ended with %v, want %v", ended.Rows, want)
	}
	want := []string{"E1 held", "E2 held", "E3 held", "E4 suspended", "E5 held"}
	for _, report := range []string{"second.csv", "third.csv"} {
		if got := lines(t, report); !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", report, got, want)
		}
	}

	s.Paths, s.Report = []string{"third.csv"}, "fourth.csv"
	s.Accept = map[leaver.Doubt]int{leaver.OddRef: plan.AnyNumber}
	ended = carriedOut(t, s, target)
	if want := (leaver.Tally{leaver.Held: 2, leaver.Suspended: 3}); !maps.Equal(ended.Rows, want) {
		t.Errorf("with a kind accepted the run ended with %v, want %v", ended.Rows, want)
	}
}

// Somebody whose end date has not passed, or who is on a list, is not held. What speaks
// against suspending them is not forgotten when the report is the input later.
func TestDoubtsOfRowsThatAreNotHeldStayInTheReport(t *testing.T) {
	inFolder(t, map[string]string{
		"june.csv":   "ref,endDate,Status\nE1,2026-02-01,Active\nE2,2026-01-01,Active\nE3,2026-01-01,Left\nE4,2026-02-01,Left\n",
		"keep.csv":   "ref\nE2\n",
		"nobody.csv": "ref\nX9\n",
	})
	server, target := simulator(t, "E1", "E2", "E3", "E4")
	s := settingsFor("june.csv")
	s.Except = "keep.csv"
	carriedOut(t, s, target)
	s.Paths, s.Except, s.Now = []string{"june.report.csv"}, "nobody.csv", s.Now.AddDate(0, 2, 0)
	for _, path := range []string{"second.csv", "third.csv"} { // and of a report of the report
		s.Report = path
		carriedOut(t, s, target)
		if done := server.Suspended(); len(done) != 2 || done["E3"] != 1 || done["E4"] != 1 {
			t.Errorf("suspended: %v, want E3 and E4, who have left", done)
		}
		if got, want := lines(t, path), []string{"E1 held", "E2 held", "E3 suspended", "E4 suspended"}; !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", path, got, want)
		}
		s.Paths = []string{path}
	}
}

func TestARemedyIsThatOfAllExports(t *testing.T) {
	status := leaver.Remedy{Column: "Status", Values: []string{"Active"}}
	for _, tt := range []struct {
		name    string
		exports []leaver.Remedy
		want    leaver.Remedy
	}{
		{"only reports", nil, leaver.Remedy{}},
		{"one export", []leaver.Remedy{status}, status},
		{"the same twice", []leaver.Remedy{status, status}, status},
		{"another value", []leaver.Remedy{status, {Column: "Status", Values: []string{"aktiv"}}}, leaver.Remedy{}},
		{"one has none", []leaver.Remedy{status, {}}, leaver.Remedy{}},
		{"the first one has none", []leaver.Remedy{{}, status}, leaver.Remedy{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := commonRemedy(tt.exports); !got.Equal(tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
