package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"offboard/internal/report"
)

// reportDay is the day of these tests, a Monday.
var reportDay = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// reporting returns the result of report on reportDay.
func reporting(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{
		System: System{
			Args: append([]string{"report"}, args...), Stdin: strings.NewReader(""), Stdout: textScreen{&out},
			LookupEnv: func(string) (string, bool) { return "", false },
		},
		intake: t.Context(), calls: context.WithoutCancel(t.Context()),
		stderr: newTerminal(&errs), names: &brokenNames{}, now: func() time.Time { return reportDay },
	}
	a.Stderr = a.stderr
	err := a.run()
	a.sayEndOf(err)
	return exitCode(err), out.String(), errs.String()
}

const reportColumns = "ref,endDate,outcome,source,row,httpStatus,attempts,durationMs,finishedAt,requestId,error,target,check"

// writeReport writes a report into the working directory. Each line ends with its error.
func writeReport(t *testing.T, name, target string, lines ...string) {
	t.Helper()
	var b strings.Builder
	b.WriteString(reportColumns + "\n")
	for _, line := range lines {
		fields, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil || len(fields) != 11 {
			t.Fatalf("%d fields, %v: %s", len(fields), err, line)
		}
		fmt.Fprintf(&b, "%s,%s,%s\n", line, target, report.Check(target, fields[0], fields[1]))
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

const reportTarget = "production/eu-west-2_AbcdEfghI"

// writeNights writes the reports of two nights, in which every outcome comes up.
func writeNights(t *testing.T) {
	t.Helper()
	writeReport(t, "friday.csv", reportTarget,
		"E1,2026-05-28,suspended,leavers.csv,2,200,1,100,2026-05-29T02:00:00Z,req-1,",
		"E2,2026-05-28,failed,leavers.csv,3,503,5,900,2026-05-29T02:00:01Z,req-2,503 Service Unavailable",
		"E3,2026-05-31,not_due,leavers.csv,4,,0,0,2026-05-29T02:00:01Z,,the end date 2026-05-31 has not passed",
		"E4,2026-07-01,suspended,leavers.csv,5,200,1,100,2026-05-29T02:00:02Z,req-4,",
	)
	writeReport(t, "monday.csv", reportTarget,
		"E2,2026-05-28,suspended,leavers.csv,3,200,1,100,2026-06-01T02:00:00Z,req-5,",
		"E5,2026-05-29,suspended,leavers.csv,6,200,1,100,2026-06-01T02:00:01Z,req-6,",
		"E6,2026-05-20,not_found,leavers.csv,7,404,1,100,2026-06-01T02:00:02Z,req-7,404 Not Found: no such user",
		"E7,2026-05-10,not_found,leavers.csv,8,404,1,100,2026-06-01T02:00:03Z,req-8,404 Not Found: no such user",
		"E8,2026-05-29,already_inactive,leavers.csv,9,,0,0,2026-06-01T02:00:03Z,,",
		"E9,,suspended,leavers.csv,10,200,1,100,2026-06-01T02:00:04Z,req-9,",
		`E10,31/31/2026,invalid,leavers.csv,11,,0,0,2026-06-01T02:00:04Z,,"the end date ""31/31/2026"" is neither YYYY-MM-DD nor RFC 3339"`,
		`,2026-05-29,invalid,leavers.csv,12,,0,0,2026-06-01T02:00:04Z,,"column ""ref"": the ref is empty"`,
		"HOTEL,2026-05-29,held,leavers.csv,13,,0,0,2026-06-01T02:00:04Z,,odd-ref: its ref is a word",
		"E1,2026-05-28,duplicate,leavers.csv,14,,0,0,2026-06-01T02:00:04Z,,the same leaver as leavers.csv:2",
		"E11,2026-05-29,excluded,leavers.csv,15,,0,0,2026-06-01T02:00:04Z,,on the list keep.csv",
		"E12,2026-05-29,rejected,leavers.csv,16,409,1,100,2026-06-01T02:00:05Z,req-10,409 Conflict",
		"E13,2026-05-29,unconfirmed,leavers.csv,17,200,1,100,2026-06-01T02:00:06Z,req-11,the answer does not say that the account is inactive",
		"E14,2026-05-29,pending,leavers.csv,18,,0,0,2026-06-01T02:00:06Z,,",
	)
}

func TestTheSummaryOfReports(t *testing.T) {
	t.Chdir(t.TempDir())
	writeNights(t)
	code, got, stderr := reporting(t, "friday.csv", "monday.csv")
	const want = `friday.csv, monday.csv: 18 lines
Target: production/eu-west-2_AbcdEfghI
From 2026-05-29 02:00:00 to 2026-06-01 02:00:06 (UTC)

17 rows, 9 fine; 13 leavers in all:
          5  suspended         the service has confirmed it
          1  already_inactive  the account was inactive before the run
          1  duplicate         an earlier row is the same leaver
          1  not_due           the end date had not passed
          1  excluded          on the list of those who are never suspended
          1  held              something speaks against it: nothing was sent
          2  invalid           the row cannot be used: nothing was sent
          2  not_found         the tenant has no such user
          1  rejected          the service refuses it
          1  unconfirmed       the answer does not say that it is done
          1  pending           not tried yet, or active again
14 requests for 9 leavers, in 8.2s at work, 1.2 leavers per second

Timeliness of 4 suspended leavers with an end date:
     50.0 %  within 24 hours after it had passed (2)
     75.0 %  within one business day, Monday to Friday (3)
  Median delay: 2 hours; the longest: 3 days, E2 in leavers.csv:3
          1  suspended before the end date had passed, and counted as in time
          1  inactive already, since when is not known: not counted
          1  without an end date: not counted
  A date is the last day: it has passed when that day is over in UTC.

Overdue: 7 leavers whose end date has passed, and who are not suspended:
  1 not_due, 1 held, 2 not_found, 1 rejected, 1 unconfirmed, 1 pending. The longest:
    21 days  E7, end date 2026-05-10, not_found, leavers.csv:8
    11 days  E6, end date 2026-05-20, not_found, leavers.csv:7
   60 hours  HOTEL, end date 2026-05-29, held, leavers.csv:13
   60 hours  E12, end date 2026-05-29, rejected, leavers.csv:16
   60 hours  E13, end date 2026-05-29, unconfirmed, leavers.csv:17
             … and 2 more
  Not counted here: 2 rows that cannot be used (invalid).

Not fine, by reason, with what to do:
          1  held: offboard plan shows why, and what settles it
             1 × odd-ref, such as leavers.csv:13 HOTEL: its ref is a word
          2  invalid: correct the row in the input
             1 × column …: the ref is empty, such as leavers.csv:12
             1 × the end date … is neither YYYY-MM-DD nor RFC 3339, such as leavers.csv:11 E10
          2  not_found: check the ref, and whether the account exists
             2 × 404 Not Found: no such user, such as leavers.csv:7 E6
          1  rejected: correct what the answer names, or ask the administrator of the tenant
             1 × 409 Conflict, such as leavers.csv:16 E12
          1  unconfirmed: look at the account: the answer does not say that it is inactive
             1 × the answer does not say that the account is inactive, such as leavers.csv:17 E13
          1  pending: another run does them
             such as leavers.csv:18 E14

To list these rows: add --all
As an input of run: add --rows held,invalid,not_found,rejected,unconfirmed,pending
`
	if got != want || code != 0 || stderr != "" {
		t.Errorf("exit code %d, %s\ngot\n%s\nwant\n%s", code, stderr, got, want)
	}
	_, got, _ = reporting(t, "monday.csv")
	if want := "\nTo go on: offboard run monday.csv --env production --tenant eu-west-2_AbcdEfghI\n"; !strings.HasSuffix(got, want) {
		t.Errorf("one report does not end with what goes on:\n%s", got)
	}
}

func TestSummariesThatLackSomething(t *testing.T) {
	t.Chdir(t.TempDir())
	writeReport(t, "empty.csv", reportTarget)
	writeReport(t, "undated.csv", reportTarget, "E1,,suspended,leavers.csv,2,200,1,100,2026-05-29T02:00:00Z,req-1,")
	writeReport(t, "local.csv", "127.0.0.1:8080/t", "E1,,pending,leavers.csv,2,,0,0,2026-05-29T02:00:00Z,,")
	writeReport(t, "fine.csv", reportTarget, "E1,2026-05-28,suspended,leavers.csv,2,200,1,100,2026-05-29T00:00:00Z,req-1,")
	for name, want := range map[string]string{
		"empty.csv":   "empty.csv: 0 lines\n\n0 rows, 0 fine; 0 leavers in all:\n",
		"undated.csv": "\n1 request for 1 leaver, in less than a second at work\n\nTimeliness: not known, because no suspended leaver has an end date.\n",
		"local.csv":   "\nTo list these rows: add --all\nAs an input of run: add --rows pending\n",
		"fine.csv": "\nTimeliness of 1 suspended leaver with an end date:\n    100.0 %  within 24 hours after it had passed (1)\n    100.0 %  within one business day, Monday to Friday (1)\n" +
			"  Median delay: none\n  A date is the last day: it has passed when that day is over in UTC.\n\nOverdue: nobody.\n",
	} {
		if code, got, stderr := reporting(t, name); !strings.HasSuffix(got, want) || code != 0 {
			t.Errorf("%s: exit code %d, %s\ngot\n%s\nwant at its end\n%s", name, code, stderr, got, want)
		}
	}
}

// TestTheZoneDecidesWhenADayIsOver: half past two in the night in Berlin is half past midnight
// in UTC, and in New York the last day is not over.
func TestTheZoneDecidesWhenADayIsOver(t *testing.T) {
	t.Chdir(t.TempDir())
	writeReport(t, "r.csv", reportTarget, "E1,2026-05-27,suspended,leavers.csv,2,200,1,100,2026-05-28T00:30:00Z,req-1,")
	for zone, want := range map[string]string{"UTC": "30 minutes", "Europe/Berlin": "2 hours", "America/New_York": "none"} {
		_, got, stderr := reporting(t, "r.csv", "--timezone", zone)
		if !strings.Contains(got, "Median delay: "+want) || !strings.Contains(got, "that day is over in "+zone+".") {
			t.Errorf("%s: %s\n%s", zone, stderr, got)
		}
	}
}

func TestASharePromisesNoMoreThanItIs(t *testing.T) {
	for share, want := range map[float64]string{0: "0.0 %", 0.0004: "0.0 %", 0.57: "57.0 %", 2.0 / 3: "66.6 %", 0.9999: "99.9 %", 1: "100.0 %"} {
		if got := percent(share); got != want {
			t.Errorf("%g: got %s, want %s", share, got, want)
		}
	}
}

func TestTimesForPeopleAreRoundedDown(t *testing.T) {
	const hour, day = 3600, 24 * 3600
	for seconds, want := range map[int64]string{
		0: "none", 59: "less than a minute", 60: "1 minute", 2*hour - 1: "119 minutes", 2 * hour: "2 hours",
		3*day - 1: "71 hours", 3 * day: "3 days", 1000*day + 5: "1,000 days",
	} {
		if got := lasted(seconds); got != want {
			t.Errorf("%d: got %s, want %s", seconds, got, want)
		}
	}
}

func TestAllRowsThatAreNotFineAreListed(t *testing.T) {
	t.Chdir(t.TempDir())
	writeNights(t)
	_, summary, _ := reporting(t, "friday.csv", "monday.csv")
	_, got, _ := reporting(t, "--all", "friday.csv", "monday.csv")
	summary, _, _ = strings.Cut(summary, "\nTo list")
	const want = `
All rows that are not fine:
  leavers.csv:7            not_found   E6
      404 Not Found: no such user (request req-7)
  leavers.csv:8            not_found   E7
      404 Not Found: no such user (request req-8)
  leavers.csv:11           invalid     E10
      the end date "31/31/2026" is neither YYYY-MM-DD nor RFC 3339
  leavers.csv:12           invalid
      column "ref": the ref is empty
  leavers.csv:13           held        HOTEL
      odd-ref: its ref is a word
  leavers.csv:16           rejected    E12
      409 Conflict (request req-10)
  leavers.csv:17           unconfirmed E13
      the answer does not say that the account is inactive (request req-11)
  leavers.csv:18           pending     E14
`
	if got != summary+want {
		t.Errorf("got\n%s\nwant\n%s", got, summary+want)
	}
}

func TestTheFlagsOfReport(t *testing.T) {
	t.Chdir(t.TempDir())
	writeNights(t)
	writeReport(t, "other.csv", "sandbox", "E1,,failed,leavers.csv,2,500,1,100,2026-05-29T02:00:00Z,,down")
	for _, tt := range []struct{ args, want string }{
		{"monday.csv --rows gone", `"gone" is not an outcome; the outcomes are suspended, already_inactive, duplicate, not_due, excluded, held, invalid, not_found, rejected, unconfirmed, failed and pending`},
		{"monday.csv --rows failed --rows Held", `"Held" is not an outcome`},
		{"monday.csv --rows failed --json", "--rows writes CSV, so it cannot be combined with --json"},
		{"monday.csv --rows failed --all", "--rows writes only these rows, so it cannot be combined with --all"},
		{"monday.csv --rows failed --xlsx copy.xlsx", "--rows writes only these rows, so it cannot be combined with --xlsx"},
		{"monday.csv --json --all", "--all lists rows as text, so it cannot be combined with --json"},
		{"monday.csv --timezone Mars/North", `"Mars/North" is not an IANA zone`},
		{"monday.csv other.csv", "this line of a report is about the target sandbox, and monday.csv has lines about " + reportTarget + "; summarise them one by one"},
		{"monday.csv other.csv --rows failed", "; summarise them one by one"},
		{"monday.csv absent.csv --rows failed", "absent.csv does not exist"},
		{"", "a report is needed: offboard report REPORT"},
	} {
		code, stdout, stderr := reporting(t, strings.Fields(tt.args)...)
		if code != 64 || stdout != "" || !strings.Contains(stderr, tt.want) {
			t.Errorf("report %s: exit code %d\n%s%s", tt.args, code, stdout, stderr)
		}
	}
}

// TestTheRowsOfAReportKeepEveryCharacter: a run reads them, so that nothing is made safe for
// a terminal.
func TestTheRowsOfAReportKeepEveryCharacter(t *testing.T) {
	t.Chdir(t.TempDir())
	writeReport(t, "r.csv", reportTarget, "E1é,2026-05-27,failed,leavers.csv,2,500,1,100,2026-05-28T00:30:00.000Z,req-1,down\u00a0\u200dnow",
		"E2,2026-05-27,suspended,leavers.csv,3,200,1,100,2026-05-28T00:30:00.000Z,req-2,")
	text, err := os.ReadFile("r.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Join(strings.SplitAfter(string(text), "\n")[:2], "")
	if code, got, stderr := reporting(t, "r.csv", "--rows", "failed,held"); code != 0 || got != want {
		t.Errorf("exit code %d, %s\ngot\n%q\nwant\n%q", code, stderr, got, want)
	}
}

func TestTheDocumentOfReport(t *testing.T) {
	schemas, keys := readSchemas(t), readSchemaKeys(t, "report")
	t.Chdir(t.TempDir())
	writeNights(t)
	writeReport(t, "empty.csv", reportTarget)
	writeReport(t, "undated.csv", reportTarget, "E1,,suspended,leavers.csv,2,200,1,100,2026-05-29T02:00:00Z,req-1,", "E1,,pending,leavers.csv,2,,0,0,,,active again: so")
	summary := fmt.Sprintf(`{"kind":"offboard summary","format":1,"target":%q,"tool":{"version":"1.0.0"},"host":{"name":"hr"},"start":"2026-05-29T02:00:00Z","end":"2026-05-29T02:01:00Z","leavers":{"tried":9},"exit":{"code":4,"reason":"interrupted"}}`, reportTarget)
	if err := os.WriteFile("run.json", []byte(summary), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"friday.csv", "run.json", "monday.csv"}, {"monday.csv", "--timezone", "Asia/Tokyo"}, {"empty.csv"}, {"undated.csv"}} {
		code, text, stderr := reporting(t, append(args, "--json")...)
		if code != 0 {
			t.Fatal(stderr)
		}
		schemas.hold(t, "report", []byte(text))
		keys.see(t, []byte(text))
	}
	for _, fault := range keys.faults() {
		t.Error(fault)
	}
	_, text, _ := reporting(t, "friday.csv", "monday.csv", "--json")
	var d reportDocument
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	if y := d.Timeliness; d.Rows != 17 || y.Within24Hours.Share != 0.5 || y.WithinBusinessDay.Leavers != 3 || y.MedianSeconds != 7200 || y.Longest.Ref != "E2" || len(y.Overdue.Longest) != 7 || d.Work.Requests != 14 {
		t.Errorf("got\n%s", text)
	}
	// A document names people only as examples, and as those who are overdue or late.
	for _, ref := range []string{"E1", "E4", "E5", "E8", "E9", "E11"} {
		if strings.Contains(text, `"`+ref+`"`) {
			t.Errorf("the document names %s", ref)
		}
	}
}
