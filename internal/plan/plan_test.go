package plan_test

import (
	"errors"
	"iter"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
	"offboard/internal/plan"
)

// noon is the time of all plans in these tests.
var noon = time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)

// read reads a row or a line of a report: "source:row ref endDate outcome", with
// "-" for no end date. Without an outcome it is pending. The outcome active_again is that of
// verify.
func read(t testing.TB, text string) leaver.Result {
	t.Helper()
	words := append(strings.Fields(text), "", "")
	source, number, _ := strings.Cut(words[0], ":")
	row, err := strconv.Atoi(number)
	if err != nil || len(words) < 4 {
		t.Fatalf("the test has a bad row: %q", text)
	}
	ref, date := words[1], words[2]
	if date == "-" {
		date = ""
	}
	r := leaver.Result{Outcome: leaver.Pending}
	r.Row = leaver.NewRow(leaver.Place{Source: source, Row: row}, strings.ReplaceAll(ref, `\x00`, "\x00"), date, time.UTC)
	if words[3] == "active_again" {
		words[3], r.Reason = "pending", leaver.ActiveAgainReason("seen by the test")
	}
	if words[3] != "" {
		var ok bool
		if r.Outcome, ok = leaver.ParseOutcome(words[3]); !ok {
			t.Fatalf("the test has a bad outcome: %q", text)
		}
	}
	return r
}

func readAll(t testing.TB, texts []string) []leaver.Result {
	t.Helper()
	all := make([]leaver.Result, len(texts))
	for i, text := range texts {
		all[i] = read(t, text)
	}
	return all
}

func each(rows []leaver.Result) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// first makes a plan after the first reading.
func first(o plan.Options, recorded, rows []leaver.Result) *plan.Plan {
	l := ledger.New()
	for _, r := range recorded {
		l.Add(r)
	}
	p := plan.New(o, l)
	for _, r := range rows {
		p.Add(r)
	}
	return p
}

// decide reads the rows twice and returns the decisions. It checks what is true for
// every plan: there is one decision for each row, in the same order, and the totals
// are those of the decisions.
func decide(t testing.TB, o plan.Options, recorded, rows []leaver.Result) []plan.Decision {
	t.Helper()
	p := first(o, recorded, rows)
	totals := p.Totals()
	var decisions []plan.Decision
	tally := leaver.Tally{}
	for d, err := range p.Tasks(each(rows)) {
		if err != nil {
			t.Fatalf("Tasks: %v", err)
		}
		if want := rows[len(decisions)]; !reflect.DeepEqual(d.Row, want.Row) {
			t.Fatalf("decision %d is about %+v, want %+v", len(decisions), d.Row, want.Row)
		}
		if d.Outcome == leaver.Pending && (d.Written || d.Attempts != 0 || d.Reason != "" && !d.ActiveAgain()) {
			t.Errorf("%s is pending, and has results of an earlier run: %+v", d.Place, d)
		}
		decisions = append(decisions, d)
		tally[d.Outcome]++
	}
	if !maps.Equal(tally, totals) {
		t.Errorf("the totals are %v, those of the decisions %v", totals, tally)
	}
	if len(decisions) != len(rows) {
		t.Errorf("%d decisions for %d rows", len(decisions), len(rows))
	}
	return decisions
}

type scenario struct {
	name   string
	future bool     // Options.IncludeFuture
	report []string // lines of the report that the run resumes
	input  []string
	// want is for each row of the input "outcome", "outcome written", and
	// after a colon texts, separated by "&", that the reason must have.
	want []string
}

func (s scenario) check(t *testing.T) {
	if len(s.want) != len(s.input) {
		t.Fatalf("the test expects %d decisions for %d rows", len(s.want), len(s.input))
	}
	decisions := decide(t, plan.Options{Now: noon, IncludeFuture: s.future}, readAll(t, s.report), readAll(t, s.input))
	for i, want := range s.want {
		d := decisions[i]
		want, reasons, _ := strings.Cut(want, ": ")
		got := string(d.Outcome)
		if d.Written {
			got += " written"
		}
		if got != want {
			t.Errorf("%q is %s (%s), want %s", s.input[i], got, d.Reason, want)
		}
		if reasons == "" {
			continue
		}
		for reason := range strings.SplitSeq(reasons, "&") {
			if !strings.Contains(d.Reason, strings.TrimSpace(reason)) {
				t.Errorf("%q: the reason %q does not say %q", s.input[i], d.Reason, reason)
			}
		}
	}
}

func TestWhatARunWithoutAReportDoes(t *testing.T) {
	for _, s := range []scenario{
		{
			name:  "leavers without an end date or with one that has passed are suspended",
			input: []string{"in:2 a -", "in:3 b 2024-06-30", "in:4 c 2024-07-01T11:00:00Z"},
			want:  []string{"pending", "pending", "pending"},
		},
		{
			name:  "an input without rows has no decisions",
			input: nil,
		},
		{
			name:  "the same leaver with the same end date is a duplicate of the first row",
			input: []string{"in:2 a 2024-06-30", "in:3 b -", "in:4 a 2024-06-30", "other:2 a 2024-06-30"},
			want:  []string{"pending", "pending", "duplicate: in:2", "duplicate: in:2"},
		},
		{
			name:  "refs that differ in case or accents are different leavers",
			input: []string{"in:2 a -", "in:3 A -", "in:4 é -", "in:5 e\u0301 -"},
			want:  []string{"pending", "pending", "pending", "pending"},
		},
		{
			name:  "the same moment in two zones is the same end date",
			input: []string{"in:2 a 2024-06-30T10:00:00Z", "in:3 a 2024-06-30T12:00:00+02:00"},
			want:  []string{"pending", "duplicate: in:2"},
		},
		{
			name:  "two end dates make every row of the ref invalid, the first one too",
			input: []string{"in:2 a 2024-06-30", "in:3 b -", "other:7 a 2024-06-29", "other:8 a 2024-06-30"},
			want: []string{
				"invalid: 2024-06-30 in in:2 & 2024-06-29 in other:7", "pending",
				"invalid: 2024-06-30 in in:2 & 2024-06-29 in other:7",
				"invalid: 2024-06-30 in in:2 & 2024-06-29 in other:7",
			},
		},
		{
			name:  "three end dates are a conflict like two",
			input: []string{"in:2 a 2024-06-30", "in:3 a 2024-06-29", "in:4 a 2024-06-28"},
			want:  []string{"invalid: in:2 & in:3", "invalid: in:2 & in:3", "invalid: in:2 & in:3"},
		},
		{
			name:  "no end date and an end date are a conflict",
			input: []string{"in:2 a -", "in:3 a 2024-06-30"},
			want:  []string{"invalid: no end date in in:2", "invalid: 2024-06-30 in in:3"},
		},
		{
			name:  "a day and its midnight are the same end date",
			input: []string{"in:2 a 2024-06-30", "in:3 a 2024-06-30T00:00:00Z"},
			want:  []string{"pending", "duplicate: in:2"},
		},
		{
			name:  "a day and a moment of it are a conflict",
			input: []string{"in:2 a 2024-06-30", "in:3 a 2024-06-30T00:00:01Z"},
			want:  []string{"invalid: 2024-06-30 in in:2", "invalid: 2024-06-30T00:00:01.000Z in in:3"},
		},
		{
			name:  "a conflict takes precedence over an end date that has not passed",
			input: []string{"in:2 a 2025-01-01", "in:3 a 2025-01-02", "in:4 b 2025-01-01", "in:5 b 2024-01-01"},
			want:  []string{"invalid", "invalid", "invalid", "invalid"},
		},
		{
			name:  "an end date that cannot be read makes every row of the ref invalid",
			input: []string{"in:2 a 2024-06-30", "in:3 a soon", "in:4 a 2024-06-30", "in:5 b soon", "in:6 b 2024-06-30", "in:7 c 2024-06-30"},
			want:  []string{"invalid: the ref also stands in in:3, with an end date that cannot be read", "invalid: soon", "invalid: in:3", "invalid: soon", "invalid: in:5", "pending"},
		},
		{
			name:  "a ref that cannot be used is invalid, and no duplicate",
			input: []string{"in:2 a 2024-06-30", "in:4 .. -", "in:5 .. -"},
			want:  []string{"pending", "invalid: URL", "invalid: URL"},
		},
		{
			name:  "an end date that has not passed is not due, and its second row a duplicate",
			input: []string{"in:2 a 2024-07-01", "in:3 a 2024-07-01", "in:4 b 2024-07-01T12:00:01Z"},
			want:  []string{"not_due: 2024-07-01 & has not passed", "duplicate: in:2", "not_due"},
		},
		{
			name:   "with IncludeFuture every leaver is due",
			future: true,
			input:  []string{"in:2 a 2024-07-01", "in:3 a 2024-07-01", "in:4 b 2025-01-01T00:00:00Z"},
			want:   []string{"pending", "duplicate: in:2", "pending"},
		},
	} {
		t.Run(s.name, s.check)
	}
}

func TestEndDatesTooFarAhead(t *testing.T) {
	const absurd = "invalid: more than 2 years ahead & correct it"
	for _, s := range []scenario{
		{
			name:  "more than two years ahead is invalid",
			input: []string{"in:2 a 2026-07-01", "in:3 b 2026-07-02", "in:4 c 9998-12-31", "in:5 d 2026-07-01T12:00:00Z", "in:6 e 2026-07-01T12:00:01Z"},
			want:  []string{"not_due", absurd, absurd, "not_due", absurd},
		},
		{
			name:   "that is so with IncludeFuture, too",
			future: true,
			input:  []string{"in:2 a 2026-06-30", "in:3 b 2026-07-02"},
			want:   []string{"pending", absurd},
		},
		{
			name:  "every row of such a leaver is invalid",
			input: []string{"in:2 a 2099-12-31", "in:3 a 2099-12-31"},
			want:  []string{absurd, absurd},
		},
		{
			name:  "with another end date it is a conflict",
			input: []string{"in:2 a 2099-12-31", "in:3 a 2024-06-30"},
			want:  []string{"invalid: different end dates", "invalid: different end dates"},
		},
		{
			name:   "it is invalid for a leaver who was suspended with another end date, too",
			report: []string{"in:2 a 2024-06-30 suspended"},
			input:  []string{"in:2 a 2099-12-31"},
			want:   []string{absurd},
		},
	} {
		t.Run(s.name, s.check)
	}
}

func TestResumeDoesWhatIsNotDone(t *testing.T) {
	for _, s := range []scenario{
		{
			name:   "done rows are not written again, and all other rows are pending",
			report: []string{"in:2 a - suspended", "in:3 b - failed", "in:4 c - not_found", "in:5 d - rejected", "in:6 e - unconfirmed", "in:7 f - pending"},
			input:  []string{"in:2 a -", "in:3 b -", "in:4 c -", "in:5 d -", "in:6 e -", "in:7 f -", "in:8 g -"},
			want:   []string{"suspended written", "pending", "pending", "pending", "pending", "pending", "pending"},
		},
		{
			name:   "a leaver is done in whichever row",
			report: []string{"in:2 a - suspended"},
			input:  []string{"in:2 new -", "in:3 a -", "in:4 a -", "other:2 a -"},
			want:   []string{"pending", "suspended written", "duplicate: earlier run", "duplicate: earlier run"},
		},
		{
			name:   "the line of a done leaver is written again if a line speaks of the row",
			report: []string{"in:2 a - suspended", "in:3 b - duplicate", "in:4 b soon invalid"},
			input:  []string{"in:3 a -", "in:4 b -"},
			want:   []string{"suspended: an earlier run", "pending"},
		},
		{
			name:   "the line of a done leaver is written again if another line counts for the leaver",
			report: []string{"in:2 a 2024-06-30 suspended", "in:2 a 2024-06-29 failed"},
			input:  []string{"in:2 a 2024-06-30"},
			want:   []string{"suspended: an earlier run"},
		},
		{
			name:   "a done leaver whose end date was corrected is suspended again",
			report: []string{"in:2 a 2024-06-30 suspended"},
			input:  []string{"in:2 a 2024-06-29", "in:3 a 2024-06-29"},
			want:   []string{"pending", "duplicate: in:2"},
		},
		{
			name:   "a done leaver whose end date was corrected into the future is not due",
			report: []string{"in:2 a 2024-06-30 suspended"},
			input:  []string{"in:2 a 2025-01-01"},
			want:   []string{"not_due"},
		},
		{
			name:   "a leaver suspended ahead of time is done",
			report: []string{"in:2 a 2025-01-01 suspended"},
			input:  []string{"in:2 a 2025-01-01", "in:3 a 2025-01-01"},
			want:   []string{"suspended written", "duplicate"},
		},
		{
			name:   "a row that failed and was then suspended is done",
			report: []string{"in:2 a - failed", "in:2 a - suspended"},
			input:  []string{"in:2 a -"},
			want:   []string{"suspended written"},
		},
		{
			name:   "a leaver who was suspended is done, whatever later lines say",
			report: []string{"in:2 a - suspended", "in:2 a - failed", "in:3 a - pending"},
			input:  []string{"in:2 a -"},
			want:   []string{"suspended written"},
		},
		{
			name:   "a leaver is done for each end date for which they were suspended",
			report: []string{"in:2 a 2024-06-30 suspended", "in:2 a 2024-06-29 suspended", "in:2 a 2024-06-28 failed"},
			input:  []string{"in:2 a 2024-06-30"},
			want:   []string{"suspended"},
		},
		{
			name:   "a duplicate line says nothing about the leaver",
			report: []string{"in:2 a - suspended", "in:3 a - duplicate"},
			input:  []string{"in:2 a -", "in:3 a -"},
			want:   []string{"suspended written", "duplicate written"},
		},
		{
			name:   "a duplicate line does not make a leaver done",
			report: []string{"in:2 a - failed", "in:3 a - duplicate"},
			input:  []string{"in:3 a -"},
			want:   []string{"pending"},
		},
		{
			name:   "an unusable end date on another line says nothing about a leaver without one",
			report: []string{"in:2 a - suspended", "in:3 a soon invalid"},
			input:  []string{"in:2 a -", "in:3 a soon"},
			want:   []string{"suspended written", "invalid written"},
		},
		{
			name:   "an invalid line of a conflict says nothing about the leaver",
			report: []string{"in:2 a 2024-06-30 suspended", "in:3 a 2024-06-29 invalid", "in:4 a 2024-06-30 invalid"},
			input:  []string{"in:2 a 2024-06-30"},
			want:   []string{"suspended written"},
		},
		{
			name:   "a done row whose last line says something else is written again",
			report: []string{"in:2 a 2024-06-30 suspended", "in:2 a 2025-01-01 not_due"},
			input:  []string{"in:2 a 2024-06-30"},
			want:   []string{"suspended"},
		},
	} {
		t.Run(s.name, s.check)
	}
}

func TestADoneRowNeverBecomesInvalid(t *testing.T) {
	report := []string{"in:2 a 2024-06-30 suspended"}
	for _, s := range []scenario{
		{
			name:   "when the other end date comes after it",
			report: report,
			input:  []string{"in:2 a 2024-06-30", "in:3 a 2024-06-29", "in:4 a 2024-06-30"},
			want:   []string{"suspended written", "invalid: 2024-06-29 in in:3 & an earlier run", "duplicate"},
		},
		{
			name:   "when the other end date comes before it",
			report: report,
			input:  []string{"before:9 a 2024-06-29", "in:2 a 2024-06-30", "in:4 a 2024-06-29"},
			want:   []string{"invalid: 2024-06-30 in in:2 & 2024-06-29 in before:9", "suspended written", "invalid"},
		},
		{
			name:  "when it comes from a report that is the input, before the other",
			input: []string{"in:2 a 2024-06-30 suspended", "in:3 a 2024-06-29 failed"},
			want:  []string{"suspended", "invalid: in:2 & in:3"},
		},
		{
			name:  "when it comes from a report that is the input, after the other",
			input: []string{"in:2 a 2024-06-29 failed", "in:3 a 2024-06-30 suspended"},
			want:  []string{"invalid: in:2 & in:3", "suspended"},
		},
		{
			name:   "when the other one cannot be used at all",
			report: report,
			input:  []string{"in:2 a 2024-06-30", "in:3 a soon"},
			want:   []string{"suspended written", "invalid: soon"},
		},
	} {
		t.Run(s.name, s.check)
	}
}

func TestLinesThatSayTheSameAreNotWrittenAgain(t *testing.T) {
	for _, s := range []scenario{
		{
			name:   "unchanged rows are not written again",
			report: []string{"in:2 a soon invalid", "in:3 b 2025-01-01 not_due", "in:4 b 2025-01-01 duplicate"},
			input:  []string{"in:2 a soon", "in:3 b 2025-01-01", "in:4 b 2025-01-01"},
			want:   []string{"invalid written", "not_due written", "duplicate written"},
		},
		{
			name:   "changed rows are",
			report: []string{"in:2 a soon invalid", "in:3 b 2025-01-01 not_due", "in:4 b 2025-01-01 duplicate", "in:5 c 2025-01-01 not_due"},
			input:  []string{"in:2 a later", "in:3 b 2025-01-02", "in:4 b 2025-01-02", "in:5 d 2025-01-01"},
			want:   []string{"invalid", "not_due", "duplicate", "not_due"},
		},
		{
			name:   "a leaver on another line is not",
			report: []string{"in:2 b 2025-01-01 not_due"},
			input:  []string{"in:3 b 2025-01-01"},
			want:   []string{"not_due written"},
		},
		{
			name:   "a leaver on a line of which another one speaks is",
			report: []string{"in:2 b 2025-01-01 not_due", "in:3 c soon invalid"},
			input:  []string{"in:3 b 2025-01-01"},
			want:   []string{"not_due"},
		},
		{
			name:   "a duplicate on another line is",
			report: []string{"in:2 b - suspended", "in:3 b - duplicate"},
			input:  []string{"in:2 b -", "in:4 b -"},
			want:   []string{"suspended written", "duplicate"},
		},
		{
			name:   "a row whose outcome changes is",
			report: []string{"in:2 a 2025-01-01 not_due", "in:3 a 2025-01-01 duplicate"},
			input:  []string{"in:2 a 2025-01-01", "in:3 a 2025-01-02"},
			want:   []string{"invalid", "invalid"},
		},
		{
			name:   "the last line of a row counts",
			report: []string{"in:2 a 2025-01-01 not_due", "in:2 a 2025-01-01 failed"},
			input:  []string{"in:2 a 2025-01-01"},
			want:   []string{"not_due"},
		},
		{
			name:   "a leaver that is due now is suspended, whatever the report says",
			report: []string{"in:2 a 2024-06-30 not_due", "in:3 b 2024-06-30 invalid"},
			input:  []string{"in:2 a 2024-06-30", "in:3 b 2024-06-30"},
			want:   []string{"pending", "pending"},
		},
		{
			name:   "a row with a text that a report cannot hold is not written again",
			report: []string{"in:2 a\ufffdb - invalid", "in:3 " + strings.Repeat("é", 226) + "… - invalid", "in:4 a " + strings.Repeat("x", 100) + "… invalid"},
			input:  []string{`in:2 a\x00b -`, "in:3 " + strings.Repeat("é", 400) + " -", "in:4 a " + strings.Repeat("x", 101)},
			want:   []string{"invalid written", "invalid written", "invalid written"},
		},
		{
			name:   "refs that differ in their last character only are not the same",
			report: []string{"in:2 " + strings.Repeat("x", 112) + "1 2025-01-01 not_due"},
			input:  []string{"in:2 " + strings.Repeat("x", 112) + "2 2025-01-01"},
			want:   []string{"not_due"},
		},
	} {
		t.Run(s.name, s.check)
	}
}

func TestAReportAsInput(t *testing.T) {
	lines := []string{
		"in:2 a - suspended", "in:3 a - duplicate", "in:4 b - failed", "in:5 c 2025-01-01 not_due",
		"in:6 d soon invalid", "in:7 e 2024-06-30 invalid", "in:8 f - pending",
	}
	for _, s := range []scenario{
		{
			name:   "resumed in place: done rows are not written again, and the rest is pending",
			report: lines,
			input:  lines,
			want:   []string{"suspended written", "duplicate written", "pending", "not_due written", "invalid written", "invalid written", "pending"},
		},
		{
			name:  "for another report: its done lines are copied",
			input: lines,
			want:  []string{"suspended", "duplicate", "pending", "not_due", "invalid", "invalid: cannot be used", "pending"},
		},
		{
			name:   "for another report that has its lines already: nothing is written twice",
			report: lines[:3],
			input:  lines,
			want:   []string{"suspended written", "duplicate written", "pending", "not_due", "invalid", "invalid", "pending"},
		},
		{
			name:   "another input with a leaver that is done in it: a duplicate",
			report: nil,
			input:  []string{"in:2 a - suspended", "new:2 a -", "new:3 b -"},
			want:   []string{"suspended", "duplicate: suspended already & in:2", "pending"},
		},
		{
			name:  "another input before it with a leaver that is done in it: a duplicate, too",
			input: []string{"new:2 a -", "in:2 a - suspended"},
			want:  []string{"duplicate: suspended already & in:2", "suspended"},
		},
		{
			name:  "a done line with a ref that would not be accepted today stays done",
			input: []string{"in:2 .. - suspended", "in:3 a soon suspended"},
			want:  []string{"suspended", "suspended"},
		},
	} {
		t.Run(s.name, s.check)
	}

	t.Run("a done line is copied with all its fields", func(t *testing.T) {
		line := read(t, "in:2 a 2024-06-30 suspended")
		line.HTTPStatus, line.Attempts, line.Duration = 200, 2, time.Second
		line.FinishedAt, line.RequestID, line.Reason = noon, "req-1", "it took two"
		got := decide(t, plan.Options{Now: noon}, nil, []leaver.Result{line})[0]
		if !reflect.DeepEqual(got.Result, line) || got.Written {
			t.Errorf("got %+v, want %+v", got, line)
		}
	})
	t.Run("a pending line has nothing of its earlier attempts but their outcome", func(t *testing.T) {
		line := read(t, "in:2 a 2024-06-30 failed")
		line.HTTPStatus, line.Attempts, line.Reason, line.RequestID = 503, 5, "unavailable", "req-1"
		got := decide(t, plan.Options{Now: noon}, nil, []leaver.Result{line})[0]
		if want := (leaver.Result{Row: line.Row, Outcome: leaver.Pending, Earlier: leaver.Failed}); !reflect.DeepEqual(got.Result, want) {
			t.Errorf("got %+v, want %+v", got.Result, want)
		}
	})
}

func TestTheSecondReadingMustBeLikeTheFirst(t *testing.T) {
	input := []string{"in:2 a 2024-06-30", "in:3 b -", "in:4 a 2024-06-30", "in:5 done -"}
	for _, test := range []struct {
		name  string
		again []string
	}{
		{"a new leaver", []string{"in:2 a 2024-06-30", "in:3 new -", "in:4 a 2024-06-30", "in:5 done -"}},
		{"another end date", []string{"in:2 a 2024-06-29", "in:3 b -", "in:4 a 2024-06-30", "in:5 done -"}},
		{"a row less", []string{"in:2 a 2024-06-30", "in:3 b -", "in:4 a 2024-06-30"}},
		{"a row more", []string{"in:2 a 2024-06-30", "in:3 b -", "in:4 a 2024-06-30", "in:5 done -", "in:6 b -"}},
		{"no rows", nil},
		{"a leaver known only from the report", []string{"in:2 a 2024-06-30", "in:3 past -", "in:4 a 2024-06-30", "in:5 done -"}},
		{"rows that changed places", []string{"in:2 b -", "in:3 a 2024-06-30", "in:4 a 2024-06-30", "in:5 done -"}},
		{"a row that cannot be used any more", []string{"in:2 a soon", "in:3 b -", "in:4 a 2024-06-30", "in:5 done -"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			recorded := readAll(t, []string{"in:5 done - suspended", "in:9 past - suspended"})
			p := first(plan.Options{Now: noon}, recorded, readAll(t, input))
			allowed := map[string]bool{"a": true, "b": true}
			var got error
			for d, err := range p.Tasks(each(readAll(t, test.again))) {
				if got != nil {
					t.Fatalf("there is a decision after an error: %+v", d)
				}
				if err == nil && d.Outcome == leaver.Duplicate && allowed[d.Ref] {
					t.Errorf("%s is a duplicate of a row that is not there", d.Place)
				}
				if got = err; err == nil && d.Outcome == leaver.Pending {
					if !allowed[d.Ref] {
						t.Errorf("%s is suspended, and should not be (again)", d.Ref)
					}
					delete(allowed, d.Ref)
				}
			}
			if !errors.Is(got, plan.ErrChanged) {
				t.Errorf("got the error %v, want ErrChanged", got)
			}
		})
	}

	t.Run("it can be read any number of times", func(t *testing.T) {
		rows := readAll(t, input)
		p := first(plan.Options{Now: noon}, nil, rows)
		for range 3 {
			for _, err := range p.Tasks(each(rows)) {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
	t.Run("an error of the input ends it, and is returned unchanged", func(t *testing.T) {
		broken := errors.New("broken")
		rows := readAll(t, input)
		p := first(plan.Options{Now: noon}, nil, rows)
		n := 0
		var got error
		for _, err := range p.Tasks(func(yield func(leaver.Result, error) bool) {
			_ = yield(rows[0], nil) && yield(leaver.Result{}, broken) && yield(rows[1], nil)
		}) {
			n, got = n+1, err
		}
		if n != 2 || got != broken {
			t.Errorf("got %d decisions and %v, want 2 and the input's error", n, got)
		}
	})
	t.Run("a loop over the decisions can break", func(t *testing.T) {
		rows := readAll(t, input)
		p := first(plan.Options{Now: noon}, nil, rows)
		for range p.Tasks(each(rows)) {
			break
		}
	})
}
