package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"offboard/internal/batch"
	"offboard/internal/report"
	"offboard/internal/run"
)

func TestQuote(t *testing.T) {
	for word, want := range map[string]string{
		"leavers.csv":       "leavers.csv",
		"--rate=20":         "--rate=20",
		"my leavers.csv":    "'my leavers.csv'",
		"it's.csv":          `'it'\''s.csv'`,
		"$(reboot)":         "'$(reboot)'",
		"":                  "''",
		"--max-failures=*":  "'--max-failures=*'",
		"two\nlines.csv":    `$'two\nlines.csv'`,
		"it's\t\\\x80é.csv": `$'it\'s\011\\\200\303\251.csv'`,
		"é.csv":             "'é.csv'",
	} {
		if got := shellOf("linux").quote(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
	for word, want := range map[string]string{
		`C:\hr\leavers.csv`: `C:\hr\leavers.csv`,
		"my leavers.csv":    `"my leavers.csv"`,
		"Leave Date!=":      "'Leave Date!='", // cmd may take the ! for itself
		"a,b":               `"a,b"`,
		"it's.csv":          `"it's.csv"`,
		"it's $5":           "'it''s $5'",
		`say "x"`:           `'say "x"'`,
		"100%":              "'100%'",
		"O’Hara $":          "'O’’Hara $'",
		`my folder\`:        `'my folder\'`,
		"":                  "''",
	} {
		if got := shellOf("windows").quote(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
	if got := shellOf("windows").set("OFFBOARD_SHEET", "it's"); got != "$env:OFFBOARD_SHEET = 'it''s';" {
		t.Errorf("got %s", got)
	}
}

func TestSpell(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                       "0s",
		12 * time.Millisecond:   "10ms",
		1234 * time.Millisecond: "1.23s",
		83*time.Second + 1:      "1m23s",
		2*time.Hour + 5*time.Minute + 40*time.Second: "2h06m",
	} {
		if got := spell(d); got != want {
			t.Errorf("%d: got %s, want %s", d, got, want)
		}
	}
}

func TestGroupAndCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := group(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if count(1, "row") != "1 row" || count(2000, "row") != "2,000 rows" {
		t.Error("a number of rows is wrong")
	}
}

func TestARateIsSaidInRequests(t *testing.T) {
	for n, want := range map[float64]string{1: "1 request", 0.5: "0.5 requests", 10: "10 requests", 90.0 / 13: "6.92 requests", 1200: "1200 requests", 1.0 / 300: "0.0033 requests"} {
		if got := requests(n); got != want {
			t.Errorf("%g: got %s, want %s", n, got, want)
		}
	}
}

func TestExitCodes(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"no error", nil, 0},
		{"rows that are not fine", errRows, 3},
		{"a usage error", usagef("no"), 64},
		{"a report that another run is writing", fmt.Errorf("r.csv: %w", report.ErrLocked), 75},
		{"the same before the first request", usageError{explainRun(&run.OpenReportError{Path: "r.csv", Err: report.ErrLocked})}, 75},
		{"a signal", ErrInterrupted, 4},
		{"a signal while an input is read", usageError{ErrInterrupted}, 4},
		{"the deadline", run.ErrDeadline, 4},
		{"too many failures", fmt.Errorf("%w: 20 in all", batch.ErrTooManyFailures), 4},
		{"an outage", &batch.OutageError{}, 4},
		{"nobody was suspended", &batch.NobodySuspendedError{}, 4},
		{"one leaver after the other forbidden", &batch.ForbiddenError{Leavers: 10}, 5},
		{"refused credentials", fmt.Errorf("%w: 401", batch.ErrRefused), 5},
		{"another error", errors.New("disk full"), 1},
		{"rows that are not fine, in a run that was closed", joinClose(errRows, nil), 3},
		{"rows that are not fine, in a run that cannot be closed", joinClose(errRows, errors.New("disk full")), 1},
		{"a signal, and a run that cannot be closed", joinClose(ErrInterrupted, errors.New("disk full")), 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := exitCode(tt.err); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestTheReasonWhyARunStopped(t *testing.T) {
	for want, err := range map[string]error{
		"":                                       nil,
		"The run was interrupted.\n":             ErrInterrupted,
		"The run stopped because of an error.\n": errors.New("disk full"),
	} {
		if got := whyStopped(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := whyStopped(batch.ErrRefused); !strings.Contains(got, "The run stopped early: the credentials were refused") {
		t.Errorf("got %q", got)
	}
}

func TestATextOfAnInputCannotControlTheTerminal(t *testing.T) {
	for text, want := range map[string]string{
		"E1":                    "E1",
		"E1\x1b[2J\a":           "E1\ufffd[2J\ufffd",
		"\xff":                  "\ufffd",
		strings.Repeat("a", 41): strings.Repeat("a", 39) + "…",
		strings.Repeat("ä", 39): strings.Repeat("ä", 39),
	} {
		if got := printable(text, 40); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestPaceHint(t *testing.T) {
	for want, b := range map[string]run.Bottleneck{
		"": {},
		"Pace: the server sustains about 40 requests per second.\n":      {Sustained: 40.2},
		"Pace: the server sustains about 2.5 requests per second.\n":     {Sustained: 2.46},
		"Pace: limited by 8 requests in flight; try --concurrency 32.\n": {Concurrency: 32},
	} {
		if got := paceHint(b, 8); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTextIsWrappedBetweenWords(t *testing.T) {
	for _, tt := range []struct {
		width      int
		text, want string
	}{
		{20, "short\n", "short\n"},
		{20, "exactly twenty chars\n", "exactly twenty chars\n"},
		{20, "more than twenty characters\nand more\n", "more than twenty\n  characters\nand more\n"},
		{20, "    indented by four, and long\n", "    indented by\n      four, and long\n"},
		{20, "one-word-that-does-not-fit-at-all\n", "one-word-that-does-not-fit-at-all\n"},
		{20, "    one-word-that-does-not-fit and more\n", "    one-word-that-does-not-fit and more\n"},
		{20, "äöüäöüäöüä ÄÖÜÄÖÜÄÖÜ", "äöüäöüäöüä ÄÖÜÄÖÜÄÖÜ"},
		{20, "äöüäöüäöüä ÄÖÜÄÖÜÄÖÜÄ", "äöüäöüäöüä\n  ÄÖÜÄÖÜÄÖÜÄ"},
		{0, strings.Repeat("long ", 100), strings.Repeat("long ", 100)},
	} {
		if got := wrap(tt.text, tt.width); got != tt.want {
			t.Errorf("%q at %d: got %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}
