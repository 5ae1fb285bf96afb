package cli

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/report"
)

func TestOneStatusAsABlockAndAsALine(t *testing.T) {
	at := time.Date(2026, 7, 1, 14, 3, 5, 0, time.UTC)
	middle := status{doing: "suspending", total: 1200, done: 300, failed: 4, outcomes: leaver.Tally{leaver.Suspended: 296, leaver.NotFound: 3, leaver.Failed: 1},
		limits: limits{10, 10, 8}, inFlight: 2, perSecond: 9.8, remaining: remaining{92 * time.Second, 92 * time.Second, true}, elapsed: 31 * time.Second}
	with := func(change func(*status)) status { s := middle; change(&s); return s }
	tests := map[string]struct {
		status       status
		wide, narrow string // at 80 and at 40 columns
		line         string
	}{
		"the first moment": {
			status{doing: "suspending", total: 1200, limits: limits{10, 10, 8}, inFlight: 8, elapsed: time.Second},
			"suspending 0 of 1,200   0% |                              |\n0 suspended\nwaiting for the first answer",
			"suspending 0 of 1,200   0% |         |\n0 suspended\nwaiting for the first answer",
			"0 of 1,200 done; 0 suspended; waiting for the first answer",
		},
		"at the ceiling": {
			middle,
			"suspending 300 of 1,200  25% |███████                       |\n296 suspended, 3 not_found, 1 failed\n9.8/s, as fast as --rate 10 lets it, about 1m30s left",
			"suspending 300 of 1,200\n296 suspended, 3 not_found, 1 failed\n9.8/s, --rate 10, about 1m30s left",
			"300 of 1,200 done; 296 suspended, 3 not_found, 1 failed; 9.8/s; as fast as --rate 10 lets it; about 1m30s left",
		},
		"held back by the server": {
			with(func(s *status) {
				s.limits.ceiling, s.limits.pace, s.perSecond, s.remaining.low, s.remaining.high = 50, 20, 18, 45*time.Second, 80*time.Second
			}),
			"suspending 300 of 1,200  25% |███████                       |\n296 suspended, 3 not_found, 1 failed\n18/s, as fast as the server takes it, 45s to 1m20s left",
			"suspending 300 of 1,200\n296 suspended, 3 not_found, 1 failed\n18/s, the server, 45s to 1m20s left",
			"300 of 1,200 done; 296 suspended, 3 not_found, 1 failed; 18/s; as fast as the server takes it; 45s to 1m20s left",
		},
		"as many in flight as may be": {
			with(func(s *status) { s.limits.ceiling, s.limits.pace, s.perSecond, s.inFlight = 0, 900, 80, 8 }),
			"suspending 300 of 1,200  25% |███████                       |\n296 suspended, 3 not_found, 1 failed\n80/s, as fast as --concurrency 8 lets it, about 1m30s left",
			"suspending 300 of 1,200\n296 suspended, 3 not_found, 1 failed\n80/s, --concurrency 8, about 1m30s left",
			"300 of 1,200 done; 296 suspended, 3 not_found, 1 failed; 80/s; as fast as --concurrency 8 lets it; about 1m30s left",
		},
		"an outage": {
			with(func(s *status) {
				s.outage = &batch.Outage{Since: at, Next: at.Add(30 * time.Second), Reason: "502 Bad Gateway"}
				s.remaining.known = false
			}),
			"suspending 300 of 1,200  25% |███████                       |\n296 suspended, 3 not_found, 1 failed\nno answer since 14:03:05, asking again at 14:03:35",
			"suspending 300 of 1,200\n296 suspended, 3 not_found, 1 failed\nno answer since 14:03:05",
			"300 of 1,200 done; 296 suspended, 3 not_found, 1 failed; 9.8/s; no answer since 14:03:05, asking again at 14:03:35 (502 Bad Gateway)",
		},
		"the service asks to wait": {
			with(func(s *status) { s.notBefore = at }),
			"suspending 300 of 1,200  25% |███████                       |\n296 suspended, 3 not_found, 1 failed\nwaiting until 14:03:05, as the service asks",
			"suspending 300 of 1,200\n296 suspended, 3 not_found, 1 failed\nwaiting until 14:03:05",
			"300 of 1,200 done; 296 suspended, 3 not_found, 1 failed; 9.8/s; waiting until 14:03:05, as the service asks",
		},
		"only those are left who are tried again": {
			with(func(s *status) {
				s.done, s.again, s.inFlight, s.perSecond, s.remaining.low, s.remaining.high = 1196, 4, 0, 0.4, 8*time.Second, 8*time.Second
			}),
			"suspending 1,196 of 1,200  99% |█████████████████████████████ |\n296 suspended, 3 not_found, 1 failed, 4 to try again\n0.4/s, trying again who has failed, about 8s left",
			"suspending 1,196 of 1,200\n296 suspended, 3 not_found, 1 failed, 4…\n0.4/s, trying again, about 8s left",
			"1,196 of 1,200 done; 296 suspended, 3 not_found, 1 failed, 4 to try again; 0.4/s; trying again who has failed; about 8s left",
		},
		"stopping": {
			with(func(s *status) { s.stopping = true }),
			"suspending 300 of 1,200  25% |███████                       |\n296 suspended, 3 not_found, 1 failed\nstopping: 2 requests in flight may finish (10s at most)",
			"suspending 300 of 1,200\n296 suspended, 3 not_found, 1 failed\nstopping, 2 in flight",
			"300 of 1,200 done; 296 suspended, 3 not_found, 1 failed; 9.8/s; stopping: 2 requests in flight may finish (10s at most)",
		},
		"kinds of trouble": {
			with(func(s *status) {
				s.troubles = []report.Group{{Outcome: leaver.Held, Message: "odd-ref", Count: 9}, {Outcome: leaver.NotFound, Message: "404 Not Found: no user has this ref", Count: 3}, {Outcome: leaver.Failed, Message: "503", Count: 1}}
			}),
			"3 × not_found: 404 Not Found: no user has this ref\n1 × failed: 503\nsuspending 300 of 1,200  25% |███████                       |\n296 suspended, 3 not_found, 1 failed\n9.8/s, as fast as --rate 10 lets it, about 1m30s left",
			"3 × not_found: 404 Not Found: no user h…\n1 × failed: 503\nsuspending 300 of 1,200\n296 suspended, 3 not_found, 1 failed\n9.8/s, --rate 10, about 1m30s left",
			"300 of 1,200 done; 296 suspended, 3 not_found, 1 failed; 9.8/s; as fast as --rate 10 lets it; about 1m30s left",
		},
		"a check": {
			status{doing: "reading the list of users", total: 100, done: 20, perSecond: 10, remaining: remaining{8 * time.Second, 8 * time.Second, true}},
			"reading the list of users 20 of 100  20% |██████                        |\n10/s, about 8s left",
			"reading the list of users 20 of 100\n10/s, about 8s left",
			"reading the list of users: 20 of 100 done; 10/s; about 8s left",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(tt.status.block(80), "\n"); got != tt.wide {
				t.Errorf("at 80 columns:\n%s\nwant\n%s", got, tt.wide)
			}
			if got := strings.Join(tt.status.block(40), "\n"); got != tt.narrow {
				t.Errorf("at 40 columns:\n%s\nwant\n%s", got, tt.narrow)
			}
			if got := tt.status.line(); got != tt.line {
				t.Errorf("as a line:\n%s\nwant\n%s", got, tt.line)
			}
			for width := range 120 {
				for _, line := range tt.status.block(width) {
					if n := utf8.RuneCountInString(line); n > max(width, 1) {
						t.Errorf("at %d columns a line has %d: %s", width, n, line)
					}
				}
			}
		})
	}
}

// terminalOf plays a terminal: it takes the texts that a block writes, and returns the rows
// that are seen.
type terminalOf struct {
	width    int
	rows     []string
	row, col int
}

func (s *terminalOf) Write(p []byte) (int, error) {
	for text := string(p); text != ""; {
		switch {
		case strings.HasPrefix(text, "\x1b[K"):
			s.rows[s.row] = s.rows[s.row][:min(s.col, len(s.rows[s.row]))]
			text = text[3:]
		case strings.HasPrefix(text, "\x1b[J"):
			s.rows[s.row] = s.rows[s.row][:min(s.col, len(s.rows[s.row]))]
			s.rows = s.rows[:s.row+1]
			text = text[3:]
		case strings.HasPrefix(text, "\x1b[") && strings.Index(text, "A") > 0:
			up := 0
			for _, c := range text[2:strings.Index(text, "A")] {
				up = 10*up + int(c-'0')
			}
			s.row = max(0, s.row-up)
			text = text[strings.Index(text, "A")+1:]
		case text[0] == '\r':
			s.col, text = 0, text[1:]
		case text[0] == '\n':
			s.col, text = 0, text[1:]
			if s.row++; s.row == len(s.rows) {
				s.rows = append(s.rows, "")
			}
		default:
			row := []byte(s.rows[s.row])
			for len(row) <= s.col {
				row = append(row, ' ')
			}
			row[s.col] = text[0]
			s.rows[s.row] = string(row)
			s.col, text = s.col+1, text[1:]
			if s.col > s.width {
				panic("a line is longer than the terminal")
			}
		}
	}
	return len(p), nil
}

func TestABlockIsDrawnOverItself(t *testing.T) {
	screen := &terminalOf{width: 80, rows: []string{"before", ""}, row: 1}
	b := &block{w: screen, width: func() int { return screen.width }}
	s := status{doing: "suspending", total: 10, limits: limits{concurrency: 8}}
	trouble := report.Group{Outcome: leaver.Failed, Message: "503", Count: 1}
	for i, change := range []func(){
		func() {}, func() { s.done, s.perSecond = 3, 5 }, func() { s.troubles = []report.Group{trouble} }, func() { s.done = 4 },
		func() { s.troubles = nil }, func() { screen.width = 120 },
	} {
		change()
		b.draw(s)
		want := append([]string{"before"}, s.block(screen.width-1)...)
		if got := strings.Join(screen.rows, "\n"); got != strings.Join(want, "\n") {
			t.Fatalf("after change %d:\n%s\nwant\n%s", i, got, strings.Join(want, "\n"))
		}
	}
	b.clear()
	if got := strings.TrimSpace(strings.Join(screen.rows, "\n")); got != "before" {
		t.Errorf("after it was removed:\n%s", got)
	}
	b.clear()
	b.draw(s)
	if len(screen.rows) != 1+len(s.block(79)) {
		t.Errorf("drawn again:\n%s", strings.Join(screen.rows, "\n"))
	}
}

func TestColorsAreOnlyAnAddition(t *testing.T) {
	b := &block{color: true}
	line := "296 suspended, 3 not_found, 1 failed"
	colored := b.colored(line)
	if want := "296 " + green + "suspended" + plainColor + ", 3 " + yellow + "not_found" + plainColor + ", 1 " + red + "failed" + plainColor; colored != want {
		t.Errorf("got %q, want %q", colored, want)
	}
	if b.color = false; b.colored(line) != line {
		t.Error("there are colors")
	}
}

func TestTheStyleOfProgress(t *testing.T) {
	for name, tt := range map[string]struct {
		style, term string
		json        bool
		want        string
	}{
		"auto without a terminal":             {"auto", "xterm", false, asLines},
		"a block that is asked for":           {"bar", "xterm", false, asBlock},
		"a block that a terminal cannot show": {"bar", "dumb", false, asLines},
		"a block beside JSON lines":           {"bar", "xterm", true, asLines},
		"none":                                {"none", "xterm", true, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			var out screen
			a := &app{System: System{Stderr: &out, LookupEnv: func(string) (string, bool) { return tt.term, true }}, stderr: newTerminal(&out)}
			if tt.json {
				a.logTo("json", 0)
			}
			if got := a.styleOf(tt.style); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
