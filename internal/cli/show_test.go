package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"offboard/internal/batch"
)

func TestQuoteWritesAWordAsAShellTakesIt(t *testing.T) {
	for word, want := range map[string]string{
		"leavers.csv":      "leavers.csv",
		"--rate=20":        "--rate=20",
		"my leavers.csv":   "'my leavers.csv'",
		"it's.csv":         `'it'\''s.csv'`,
		"$(reboot)":        "'$(reboot)'",
		"":                 "''",
		"--max-failures=*": "'--max-failures=*'",
	} {
		if got := quote(word); got != want {
			t.Errorf("%q: got %s, want %s", word, got, want)
		}
	}
}

func TestSpellIsAsPreciseAsAPersonWants(t *testing.T) {
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

func TestGroupWritesBigNumbersReadably(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := group(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if count(1, "row") != "1 row" || count(2000, "row") != "2,000 rows" {
		t.Error("one is not many")
	}
}

func TestExitCodes(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want int
	}{
		{"all is fine", nil, 0},
		{"rows are left", errRows, 3},
		{"a wrong flag", usagef("no"), 64},
		{"a signal", ErrInterrupted, 4},
		{"a signal while an input is read", usageError{ErrInterrupted}, 4},
		{"the deadline", errDeadline, 4},
		{"too many failures", fmt.Errorf("%w: 20 in all", batch.ErrTooManyFailures), 4},
		{"refused credentials", fmt.Errorf("%w: 401", batch.ErrRefused), 5},
		{"anything else", errors.New("disk full"), 1},
		{"rows are left, and closing the report failed", errors.Join(errors.New("disk full"), nil), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := exitCode(tt.err); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestWhyARunStoppedIsSaid(t *testing.T) {
	for want, err := range map[string]error{
		"":                           nil,
		"The run was interrupted.\n": ErrInterrupted,
		"The run broke off.\n":       errors.New("disk full"),
	} {
		if got := stopped(err); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := stopped(batch.ErrRefused); !strings.Contains(got, "the credentials were refused") {
		t.Errorf("got %q", got)
	}
}

func TestATextOfAnInputCannotSteerTheTerminal(t *testing.T) {
	for text, want := range map[string]string{
		"E1":                    "E1",
		"E1\x1b[2J\a":           "E1\ufffd[2J\ufffd",
		"\xff":                  "\ufffd",
		strings.Repeat("a", 41): strings.Repeat("a", 39) + "…",
		strings.Repeat("ä", 39): strings.Repeat("ä", 39),
	} {
		if got := visible(text, 40); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestProseIsWrappedBetweenWords(t *testing.T) {
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
