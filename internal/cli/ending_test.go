package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/run"
	"offboard/internal/table"
)

// ending returns the end of a run as text.
func ending(r runResult, err error) string {
	var b bytes.Buffer
	r.report, r.resume = "june.report.csv", commandLine{command: "run", words: []string{"june.csv", "--resume"}}
	r.write(&b, err)
	return b.String()
}

// with returns the result of a run with these rows.
func with(rows leaver.Tally, left ...report.Group) runResult {
	return runResult{Ending: run.Ending{Counts: run.Counts{Rows: rows}, Left: left}}
}

// leftGroup returns a group whose example is in line 2.
func leftGroup(o leaver.Outcome, n int, message, reason string) report.Group {
	return report.Group{Outcome: o, Message: message, Count: n, Example: report.Example{Ref: "E1", Source: "june.csv", Row: 2, Reason: reason}}
}

func TestTheEndProposesAnotherRunOnlyIfItWouldDoSomething(t *testing.T) {
	stopped := errors.New("stopped")
	tests := []struct {
		outcome leaver.Outcome
		err     error
		goOn    bool
	}{
		{leaver.Suspended, nil, false}, {leaver.NotDue, nil, false}, {leaver.Held, nil, false},
		{leaver.Invalid, nil, false}, {leaver.NotFound, nil, false}, {leaver.Rejected, nil, false},
		{leaver.Pending, nil, true}, {leaver.Failed, nil, true}, {leaver.Unconfirmed, nil, true},
		{leaver.Suspended, ErrInterrupted, true}, {leaver.NotFound, batch.ErrRefused, true}, {leaver.Invalid, stopped, true},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.outcome, tt.err), func(t *testing.T) {
			text := ending(with(leaver.Tally{tt.outcome: 1}), tt.err)
			goOn := strings.HasSuffix(text, "\nTo go on: offboard run june.csv --resume\n")
			finished := strings.HasSuffix(text, "\nThe run is finished.\n")
			if goOn != tt.goOn || finished == goOn {
				t.Errorf("got\n%s", text)
			}
		})
	}
}

func TestASignalThatComesWhenEverythingIsDoneLeavesNothingToGoOnWith(t *testing.T) {
	unrecorded := errors.New("the disk is full")
	for _, tt := range []struct {
		name       string
		rows       leaver.Tally
		err        error
		unrecorded error
		goOn       bool
	}{
		{"a signal", leaver.Tally{leaver.Suspended: 2}, ErrInterrupted, nil, false},
		{"the deadline", leaver.Tally{leaver.Suspended: 1, leaver.NotFound: 1}, fmt.Errorf("%w (--deadline)", run.ErrDeadline), nil, false},
		{"with a leaver who has failed", leaver.Tally{leaver.Suspended: 1, leaver.Failed: 1}, ErrInterrupted, nil, true},
		{"with a row that was not read", leaver.Tally{leaver.Suspended: 1}, ErrInterrupted, nil, true},
		{"with a row that was not recorded", leaver.Tally{leaver.Suspended: 2}, ErrInterrupted, unrecorded, true},
		{"a brake", leaver.Tally{leaver.NotFound: 2}, batch.ErrNobodySuspended, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := with(tt.rows)
			r.planned, r.Unrecorded = 2, tt.unrecorded
			text := ending(r, tt.err)
			if goOn := strings.Contains(text, "To go on: "); goOn != tt.goOn || goOn == strings.Contains(text, "The run is finished.") {
				t.Errorf("got\n%s", text)
			}
		})
	}
}

func TestTheEndSaysWhatIsLeftForAPerson(t *testing.T) {
	held := leaver.HeldReason(leaver.DoubtsOf(leaver.OddRef), "\"E1\" is a word among numbers")
	rows := leaver.Tally{leaver.Held: 2, leaver.Invalid: 4, leaver.NotFound: 1200, leaver.Failed: 1}
	text := ending(with(rows,
		leftGroup(leaver.Held, 2, "odd-ref", held),
		leftGroup(leaver.Invalid, 4, "", "the ref is\x1b[2J empty"),
		leftGroup(leaver.NotFound, 1100, "404 Not Found: no such user", "404 Not Found: no such user"),
		leftGroup(leaver.NotFound, 60, "404 Not Found", "404 Not Found"),
		leftGroup(leaver.Failed, 1, "timeout", "timeout"),
	), nil)
	const want = `
Left for a person to look at:
          2  held: offboard plan june.report.csv shows why, and what settles it
             2 × odd-ref, such as june.csv:2 E1: "E1" is a word among numbers
          4  invalid: correct the row in the input
             such as june.csv:2 E1: the ref is�[2J empty
      1,200  not_found: check the ref, and whether the account exists
             1,100 × 404 Not Found: no such user, such as june.csv:2 E1
             60 × 404 Not Found, such as june.csv:2 E1
             … and 40 more
          1  failed: the command below tries again; the report has what the service answered
             1 × timeout, such as june.csv:2 E1

To go on: `
	if !strings.Contains(text, strings.ReplaceAll(want, `\ufffd`, "\ufffd")) {
		t.Errorf("got\n%s", text)
	}
	// The command to go on does the failed ones: they are not for a person.
	text = ending(with(leaver.Tally{leaver.Failed: 1}, leftGroup(leaver.Failed, 1, "timeout", "timeout")), ErrInterrupted)
	if strings.Contains(text, "Left for a person") {
		t.Errorf("got\n%s", text)
	}
}

func TestTheEndIsShortHoweverManyReasonsThereAre(t *testing.T) {
	rows, left := leaver.Tally{}, []report.Group(nil)
	for _, o := range []leaver.Outcome{leaver.NotFound, leaver.Rejected, leaver.Unconfirmed} {
		for i := range 16 {
			rows[o] += 20 - i
			left = append(left, leftGroup(o, 20-i, fmt.Sprint(o, " because of ", i), ""))
		}
		rows[o] += 1000 // in no group
	}
	left = append(left, leftGroup(leaver.Failed, 1, "timeout", ""))
	rows[leaver.Failed] = 1
	text := ending(with(rows, left...), nil)
	if got := strings.Count(text, " × "); got != mostGroups {
		t.Errorf("%d groups are shown, want %d\n%s", got, mostGroups, text)
	}
	for _, want := range []string{
		"not_found because of 2,", "rejected because of 2,", "unconfirmed because of 2,", // the largest
		"1 × timeout", // the only one of its outcome
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q\n%s", want, text)
		}
	}
	if got := strings.Count(text, "… and 1,143 more\n"); got != 3 { // 1000 and 17 + … + 5
		t.Errorf("%d outcomes have the number of the other rows\n%s", got, text)
	}
}

func TestTheEndSaysWhatBecomesOfRowsThatAreNotDue(t *testing.T) {
	for _, tt := range []struct {
		rows    int
		resumed bool
		want    string
	}{
		{0, true, ""},
		{1, false, "1 row is not due yet: the same command with --resume suspends it after its end date.\n"},
		{1200, true, "1,200 rows are not due yet: the same command suspends them after their end dates.\n"},
	} {
		r := with(leaver.Tally{leaver.NotDue: tt.rows})
		r.resumed = tt.resumed
		if got := r.notDue(); got != tt.want || !strings.Contains(ending(r, nil), tt.want) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestTheEndCountsWhatIsTolerated(t *testing.T) {
	r := with(leaver.Tally{leaver.NotFound: 5, leaver.Rejected: 1})
	r.Known, r.tolerate = leaver.Tally{leaver.NotFound: 4}, tolerance{toleratedKnown}
	if got, want := ending(r, nil), "\n4 rows are not fine but tolerated (--tolerate known).\n"; !strings.Contains(got, want) {
		t.Errorf("got\n%s", got)
	}
}

func TestLeaversWhoAreLeftOverAreSaid(t *testing.T) {
	left := leaver.Tally{leaver.NotFound: 2, leaver.Failed: 1200, leaver.Pending: 1, leaver.Rejected: 0}
	const want = "1,203 leavers of the report are unfinished and not in the input, so this run does not call them: 2 not_found, 1,200 failed, 1 pending.\n" +
		"  To do those who were called or are pending: add --unfinished, or offboard run 'my report.csv' with the same flags\n"
	if got := leftover(left, "my report.csv"); got != want {
		t.Errorf("got %q", got)
	}
	if got := leftover(leaver.Tally{leaver.Pending: 1}, "r.csv"); !strings.HasPrefix(got, "1 leaver of the report is unfinished and not in the input, so this run does not call it: 1 pending.\n") {
		t.Errorf("got %q", got)
	}
	if got := leftover(leaver.Tally{leaver.NotDue: 1}, "r.csv"); !strings.HasSuffix(got, ": 1 not_due.\n  The report has them: offboard plan r.csv\n") {
		t.Errorf("got %q", got)
	}
	if got := leftover(nil, "r.csv"); got != "" {
		t.Errorf("got %q for nobody", got)
	}
	r := with(leaver.Tally{leaver.Suspended: 1})
	r.leftover = left
	if got := ending(r, nil); !strings.Contains(got, "1,203 leavers of the report are unfinished") {
		t.Errorf("the end does not say it:\n%s", got)
	}
	planned, err := run.Rehearse(t.Context(), run.Settings{Reading: run.Reading{Paths: []string{writeLeavers(t, 1)}}, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	defer planned.Close()
	planned.Leftover = left
	var b bytes.Buffer
	writeOutline(&b, 0, outline{run: planned})
	if !strings.Contains(b.String(), "1,203 leavers of the report are unfinished") {
		t.Errorf("the plan does not say it:\n%s", b.String())
	}
}

func TestARunThatDidNotBeginSaysWhy(t *testing.T) {
	tests := []struct {
		name string
		err  error
		code int
		want string
	}{
		{"another run has created the report", fmt.Errorf("r.csv: %w", report.ErrExists), 75, "r.csv: another run is writing this report; nothing was sent; try again later"},
		{"another run has locked it", fmt.Errorf("r.csv cannot be written: %w", report.ErrLocked), 75, "another run is writing this report; nothing was sent; try again later"},
		{"an input has changed", table.ErrChanged, 64, "; nothing was sent"},
		{"the address", &run.TargetError{Err: errors.New("no")}, 64, "no"},
		{"the file system has no locks", &report.NoLocksError{Path: "r.csv", Err: errors.New("no")}, 64, "such as a local disk, with --report FILE"},
		{"a link stands where the end of the report is kept", fmt.Errorf("r.csv cannot be written: %w", &report.NotFileError{Path: "r.csv.torn", Torn: true}), 64, "remove it, or move it away"},
		{"the disk", io.ErrShortWrite, 1, "short write"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := notBegun(tt.err, "r.csv")
			if code := exitCode(err); code != tt.code || !strings.HasSuffix(message(err), tt.want) {
				t.Errorf("exit code %d: %s", code, message(err))
			}
		})
	}
}

func TestTheEndSaysHowLongTheServiceAnsweredNobody(t *testing.T) {
	for want, totals := range map[string]run.OutageTotals{
		"": {},
		"\nThe service answered nobody once, for 1m0s in all; 6 probes.\n":    {Number: 1, Lasted: time.Minute, Probes: 6},
		"\nThe service answered nobody 3 times, for 1h01m in all; 1 probe.\n": {Number: 3, Lasted: 61 * time.Minute, Probes: 1},
	} {
		r := with(leaver.Tally{leaver.Suspended: 1})
		r.Outage = totals
		text := ending(r, nil)
		if !strings.Contains(text, want) || want == "" && strings.Contains(text, "answered nobody") {
			t.Errorf("got\n%s\nwant %q in it", text, want)
		}
	}
}
