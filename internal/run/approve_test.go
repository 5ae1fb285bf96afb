package run

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
)

// draft plans and returns the plan file.
func draft(t testing.TB, s Settings) *PlanFile {
	t.Helper()
	r, err := Rehearse(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p, err := Draft(t.Context(), r, "test", map[string]string{"where": "Status=Leaver"})
	if err == nil {
		err = Complete(t.Context(), r, p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// approved returns the settings of a run that carries out a plan.
func approved(s Settings, p *PlanFile) Settings {
	s.Approved, s.Now, s.Resume = p, p.Made, true
	return s
}

const leaversOfPlan = "ref,endDate\nE1,2025-12-31\nE2,2025-12-31\nE3,2026-02-28\nE4,2025-12-31\n"

func TestAPlanIsCarriedOutAsItWasMade(t *testing.T) {
	inFolder(t, map[string]string{"leavers.csv": leaversOfPlan})
	s := settingsFor("leavers.csv")
	p := draft(t, s)
	if p.Leavers != 3 || p.Outcomes[leaver.NotDue] != 1 || p.Digest.Rows != 4 {
		t.Errorf("the plan has %d leavers, %v, %d rows", p.Leavers, p.Outcomes, p.Digest.Rows)
	}
	bothWays(t, func(t *testing.T, plan func(context.Context, Settings) (*Run, error)) {
		later := approved(s, p)
		r, err := plan(t.Context(), later)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(decisions(t, r), "\n")
		closed(t, r, nil)
		if want := "E1 pending\nE2 pending\nE3 not_due: the end date 2026-02-28 has not passed\nE4 pending"; got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func TestWhatChangedSinceAPlanWasApprovedIsSaid(t *testing.T) {
	const report = header + "E1,2025-12-31,failed,leavers.csv,2,500,5,9,2026-01-10T00:00:00.000Z,,500\n"
	line := func(ref, date, outcome string, row int) string {
		return checked(header + fmt.Sprintf("%s,%s,%s,leavers.csv,%d,200,1,9,2026-01-15T12:00:01.000Z,,\n", ref, date, outcome, row))[len(header):]
	}
	tests := map[string]struct {
		change func(s *Settings)
		want   string // "": the plan can be carried out
		rows   string // that are to be suspended then
	}{
		"nothing": {func(*Settings) {}, "", "E2 E4 E1"},
		"a row": {func(*Settings) { edit(t, "leavers.csv", "E2", "E9") },
			"this is not what was approved: leavers.csv has changed; 1 row differs: leavers.csv:3", ""},
		"an end date": {func(*Settings) { edit(t, "leavers.csv", "E3,2026-02-28", "E3,2025-12-31") },
			"this is not what was approved: leavers.csv has changed; 1 row differs: leavers.csv:4", ""},
		"an end date that changes nobody's outcome": {func(*Settings) { edit(t, "leavers.csv", "E2,2025-12-31", "E2,2025-12-30") },
			"this is not what was approved: leavers.csv has changed; 1 row differs: leavers.csv:3", ""},
		"a row more": {func(*Settings) { edit(t, "leavers.csv", "E4,", "E0,2025-12-31\nE4,") },
			"this is not what was approved: leavers.csv has changed; there are 5 rows, and there were 4; 2 rows differ: leavers.csv:5, leavers.csv:6", ""},
		"a column that means nothing": {func(*Settings) { edit(t, "leavers.csv", "\n", ",x\n") },
			"this is not what was approved: leavers.csv has changed", ""},
		"a list": {func(s *Settings) { edit(t, "keep.csv", "E7", "E4") },
			"this is not what was approved: keep.csv has changed; 1 row differs: leavers.csv:5", ""},
		"a list that is gone": {func(s *Settings) { s.Except = "" },
			"this is not what was approved: keep.csv has changed", ""},
		"the target": {func(s *Settings) { s.Target = "production/eu-west-2_AbcdEfghI" },
			"this line of a report is about the target " + testTarget, ""},
		"the report": {func(*Settings) { edit(t, "leavers.report.csv", "2026-01-10T", "2026-01-11T") },
			"this is not what was approved: the report leavers.report.csv has changed", ""},
		"the report is gone": {func(*Settings) { os.Remove("leavers.report.csv") },
			"this is not what was approved: the report leavers.report.csv has changed", ""},
		"a line of the plan in the report": {func(*Settings) { add(t, "leavers.report.csv", line("E2", "2025-12-31", "suspended", 3)) }, "", "E4 E1"},
		"lines of the plan in the report": {func(*Settings) {
			add(t, "leavers.report.csv", line("E1", "2025-12-31", "suspended", 2)+line("E4", "2025-12-31", "pending", 5))
		}, "", "E2 E4"},
		"a line about somebody else in the report": {func(*Settings) { add(t, "leavers.report.csv", line("E8", "2025-12-31", "suspended", 3)) },
			"this is not what was approved: line 2 of the report leavers.report.csv (without its header) was not added by this plan", ""},
		"a line with another end date in the report": {func(*Settings) { add(t, "leavers.report.csv", line("E2", "2025-12-30", "suspended", 3)) },
			"line 2 of the report leavers.report.csv (without its header) was not added by this plan", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inFolder(t, map[string]string{"leavers.csv": leaversOfPlan, "keep.csv": "ref\nE7\n", "leavers.report.csv": report})
			s := settingsFor("leavers.csv")
			s.Except, s.Resume = "keep.csv", true
			p := draft(t, s)
			s = approved(s, p)
			tt.change(&s)
			r, err := Rehearse(t.Context(), s)
			if tt.want != "" {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("the error is %v, want %q", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var rows []string
			for d, err := range r.tasks(t.Context(), NewProgress(nowhere{}, 0, time.Time{})) {
				if err != nil {
					t.Fatal(err)
				}
				if d.Outcome == leaver.Pending {
					rows = append(rows, d.Ref)
				}
			}
			if got := strings.Join(rows, " "); got != tt.rows {
				t.Errorf("to suspend are %s, want %s", got, tt.rows)
			}
		})
	}
}

// edit replaces the first occurrence of a text in a file.
func edit(t *testing.T, path, old, text string) {
	t.Helper()
	was, err := os.ReadFile(path)
	if err == nil && !strings.Contains(string(was), old) {
		err = fmt.Errorf("%s has no %q", path, old)
	}
	if err == nil {
		err = os.WriteFile(path, []byte(strings.Replace(string(was), old, text, 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func add(t *testing.T, path, text string) {
	t.Helper()
	was, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, append(was, text...), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPlanOfAnotherTargetIsNotCarriedOut(t *testing.T) {
	inFolder(t, map[string]string{"leavers.csv": leaversOfPlan})
	s := settingsFor("leavers.csv")
	s = approved(s, draft(t, s))
	s.Target = "production/eu-west-2_AbcdEfghI"
	_, err := Rehearse(t.Context(), s)
	if want := "this is not what was approved: the target was " + testTarget + ", and is production/eu-west-2_AbcdEfghI"; err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}

func TestAPlanThatGoesOnWithItsInput(t *testing.T) {
	inFolder(t, map[string]string{"june.report.csv": header +
		"E1,2025-12-31,failed,leavers.csv,2,500,5,9,2026-01-10T00:00:00.000Z,,500\n" +
		"E2,2025-12-31,pending,leavers.csv,3,,0,0,2026-01-10T00:00:00.000Z,,\n"})
	s := settingsFor("june.report.csv")
	p := draft(t, s)
	if len(p.Files) != 0 || p.Report.Lines != 2 {
		t.Errorf("the plan has the files %v, and a report of %d lines", p.Files, p.Report.Lines)
	}
	add(t, "june.report.csv", checked(header + "E2,2025-12-31,suspended,leavers.csv,3,200,1,9,2026-01-15T12:00:01.000Z,,\n")[len(header):])
	r, err := Rehearse(t.Context(), approved(s, p))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got := strings.Join(decisions(t, r), ", "); got != "E1 pending, E2 suspended" {
		t.Errorf("got %s", got)
	}
}

func TestAPlanFileThatWasEditedIsRefused(t *testing.T) {
	inFolder(t, map[string]string{"leavers.csv": leaversOfPlan})
	p := draft(t, settingsFor("leavers.csv"))
	if err := p.Write("plan.json"); err != nil {
		t.Fatal(err)
	}
	if err := p.Write("plan.json"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second plan in one file: %v", err)
	}
	if info, err := os.Stat("plan.json"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the mode %v, %v", info.Mode(), err)
	}
	again, err := ReadPlanFile("plan.json")
	if err != nil || again.Sum != p.Sum {
		t.Fatalf("read again: %v", err)
	}
	text, err := os.ReadFile("plan.json")
	if err != nil {
		t.Fatal(err)
	}
	whole := string(text)
	for name, tt := range map[string]struct {
		text string
		want error
	}{
		"a figure":            {strings.Replace(whole, `"leavers": 3`, `"leavers": 4`, 1), ErrPlanEdited},
		"a setting":           {strings.Replace(whole, "Status=Leaver", "Status=Active", 1), ErrPlanEdited},
		"the time":            {strings.Replace(whole, "2026-01-15T12", "2026-01-16T12", 1), ErrPlanEdited},
		"a digest":            {strings.Replace(whole, `"each": "`, `"each": "AAAA`, 1), ErrPlanEdited},
		"a key more":          {strings.Replace(whole, `"kind"`, `"other": 1, "kind"`, 1), ErrPlanEdited},
		"a key twice":         {strings.Replace(whole, `"target"`, `"target": "production/x", "target"`, 1), ErrPlanEdited},
		"a key in capitals":   {strings.Replace(whole, `"leavers"`, `"leavers": 1, "Leavers"`, 1), ErrPlanEdited},
		"other line ends":     {strings.ReplaceAll(whole, "\n", "\r\n"), ErrPlanEdited},
		"something behind it": {whole + "{}", ErrPlanEdited},
		"cut":                 {whole[:len(whole)/2], ErrPlanEdited},
		"another format":      {strings.Replace(whole, `"format": 1`, `"format": 2`, 1), ErrNotPlan},
		"a list":              {leaversOfPlan, ErrNotPlan},
		"nothing":             {"", ErrNotPlan},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.text == whole {
				t.Fatal("nothing was changed")
			}
			if err := os.WriteFile("other.json", []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadPlanFile("other.json"); !errors.Is(err, tt.want) {
				t.Errorf("the error is %v, want %v", err, tt.want)
			}
		})
	}
}

func TestAPlanGetsOld(t *testing.T) {
	p := &PlanFile{Made: time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)}
	for name, tt := range map[string]struct {
		after time.Duration
		old   bool
	}{
		"at once":           {0, false},
		"after a week":      {7 * 24 * time.Hour, false},
		"after more":        {7*24*time.Hour + 1, true},
		"by another clock":  {-4 * time.Minute, false},
		"before it is made": {-6 * time.Minute, true},
	} {
		t.Run(name, func(t *testing.T) {
			err := p.CheckAge(p.Made.Add(tt.after), 7*24*time.Hour)
			if age, old := errors.AsType[*PlanAgeError](err); old != tt.old || old && age.Error() == "" {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestPlansThatCannotBeCarriedOut(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*Settings)
		want   DraftReason
	}{
		"without a target":       {func(s *Settings) { s.Target = "" }, NoTarget},
		"without a tenant":       {func(s *Settings) { s.Target = "production" }, NoTenant},
		"from standard input":    {func(s *Settings) { s.Paths, s.Stdin = []string{StdinPath}, strings.NewReader(leaversOfPlan) }, FromStdin},
		"a report that is there": {func(s *Settings) { s.Report = "other.csv" }, ReportExists},
		"a rehearsal":            {func(s *Settings) { s.Target = SandboxTarget }, ReportReplaced},
	} {
		t.Run(name, func(t *testing.T) {
			inFolder(t, map[string]string{"leavers.csv": leaversOfPlan, "other.csv": header})
			s := settingsFor("leavers.csv")
			tt.change(&s)
			r, err := Rehearse(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			_, err = Draft(t.Context(), r, "test", nil)
			if got, ok := errors.AsType[*DraftError](err); !ok || got.Reason != tt.want {
				t.Errorf("the error is %v, want %q", err, tt.want)
			}
		})
	}
}

// TestRowsAreReadAhead holds what another goroutine reads against the rows.
func TestRowsAreReadAhead(t *testing.T) {
	broken := errors.New("broken")
	for _, rows := range []int{0, 1, aheadBy - 1, aheadBy, aheadBy + 1, 10*aheadBy + 7} {
		for _, stop := range []int{-1, 0, 1, aheadBy, rows / 2} {
			for _, fails := range []bool{false, true} {
				source := func(yield func(leaver.Result, error) bool) {
					for i := range rows {
						if !yield(leaver.Result{Attempts: i}, nil) {
							return
						}
					}
					if fails {
						yield(leaver.Result{Attempts: rows}, broken)
					}
				}
				n, failed := 0, error(nil)
				for r, err := range ahead(source) {
					if r.Attempts != n {
						t.Fatalf("row %d comes in the place of row %d", r.Attempts, n)
					}
					if err != nil {
						failed = err
						continue
					}
					if n++; n == stop {
						break
					}
				}
				want := rows
				if stop > 0 {
					want = min(rows, stop)
				}
				if n != want || (failed != nil) != (fails && (stop <= 0 || stop > rows)) {
					t.Errorf("%d rows, stop at %d, fails %t: %d came, and the error is %v", rows, stop, fails, n, failed)
				}
			}
		}
	}
}

// BenchmarkApprove makes a plan of a million rows, writes it down, and compares it again.
func BenchmarkApprove(b *testing.B) {
	b.Chdir(b.TempDir())
	f, err := os.Create("leavers.csv")
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "ref,endDate")
	for i := range 1_000_000 {
		fmt.Fprintf(w, "E%07d,2024-06-30\n", i)
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	s := settingsFor("leavers.csv")
	rehearse := func(b *testing.B, s Settings) {
		r, err := Rehearse(b.Context(), s)
		if err == nil {
			err = r.Close()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	var p *PlanFile
	b.Run("plan", func(b *testing.B) {
		for b.Loop() {
			rehearse(b, s)
		}
	})
	b.Run("written", func(b *testing.B) {
		for b.Loop() {
			p = draft(b, s)
		}
	})
	b.Run("compared", func(b *testing.B) {
		for b.Loop() {
			rehearse(b, approved(s, p))
		}
	})
}
