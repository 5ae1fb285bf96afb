package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the commands of the stories print into their pages")

// anyLines stands in a page for lines that differ from run to run.
const anyLines = "…"

// step is a command of a story and what the page says that it prints.
type step struct {
	command string
	from    int // line of the page where its output begins
	output  []string
}

// TestTheStoriesOfTheSamplesGoAsTheirPagesSay types the commands of each page, in their
// order, in a copy of its folder.
func TestTheStoriesOfTheSamplesGoAsTheirPagesSay(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("skipped: there is no sh to type the commands in")
	}
	for _, name := range []string{"quarter", "migration", "night"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := filepath.Join("../../samples", name)
			page := filepath.Join(folder, "README.md")
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(string(text), "\n")
			steps, err := stepsOf(lines)
			if err != nil {
				t.Fatalf("%s: %v", page, err)
			}
			place := t.TempDir()
			if err := os.CopyFS(place, os.DirFS(folder)); err != nil {
				t.Fatal(err)
			}
			printed := make([][]string, len(steps))
			for i, s := range steps {
				printed[i] = typed(t, place, s.command)
				if agrees(plain(s.output), plain(printed[i])) {
					printed[i] = s.output
				} else if !*update {
					t.Errorf("%s:%d: %s\nprints:\n%s\nand the page has:\n%s\n(go test ./cmd/offboard -run Stories -update writes it)",
						page, s.from, s.command, strings.Join(printed[i], "\n"), strings.Join(s.output, "\n"))
				}
			}
			if *update {
				if err := os.WriteFile(page, []byte(strings.Join(withOutputs(lines, steps, printed), "\n")), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// stepsOf returns the commands in the console blocks of a page.
func stepsOf(lines []string) (steps []step, err error) {
	inside := false
	for i := 0; i < len(lines); i++ {
		command, isCommand := strings.CutPrefix(lines[i], "$ ")
		switch {
		case !inside:
			inside = lines[i] == "```console"
		case lines[i] == "```":
			inside = false
		case isCommand:
			for strings.HasSuffix(lines[i], `\`) {
				i++
				command += "\n" + lines[i]
			}
			steps = append(steps, step{command: command, from: i + 1})
		case len(steps) == 0:
			return nil, fmt.Errorf("line %d is the output of no command", i+1)
		default:
			last := &steps[len(steps)-1]
			last.output = append(last.output, lines[i])
		}
	}
	if len(steps) == 0 {
		return nil, errors.New("there are no commands in console blocks")
	}
	return steps, nil
}

// withOutputs returns the lines of a page with what its commands have printed.
func withOutputs(lines []string, steps []step, printed [][]string) (page []string) {
	at := 0
	for i, s := range steps {
		page = append(append(page, lines[at:s.from]...), printed[i]...)
		at = s.from + len(s.output)
	}
	return append(page, lines[at:]...)
}

// typed runs a command as a shell does, and returns the lines on its screen. An exit code
// other than 0 is the last of them.
func typed(t *testing.T, dir, command string) []string {
	t.Helper()
	c := exec.Command("sh", "-c", command)
	c.Dir, c.Env = dir, isolated()
	screen, err := c.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		screen = fmt.Appendf(screen, "[exit code %d]\n", exit.ExitCode())
	case err != nil:
		t.Fatalf("%s: %v", command, err)
	case len(screen) == 0:
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(screen), "\n"), "\n")
}

// differing is what is another on another day or machine.
var differing = []struct {
	what *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "HASH"},
	{regexp.MustCompile(`\b20[0-9-]{8}[ T][0-9:.]{5,}(Z|[+-][0-9:]{5}| UTC)?`), "TIME"},
	{regexp.MustCompile(`\b[0-9]+(\.[0-9]+)?(µs|ms|s|m|h)([0-9]+(m|s))*\b`), "DURATION"},
	{regexp.MustCompile(`\b[0-9]+(\.[0-9]+)? ([kKM]B|bytes)\b`), "SIZE"},
	{regexp.MustCompile(`\bsuspended on [0-9-]+`), "suspended on DAY"},
	{regexp.MustCompile(`\bby offboard \S+ on \S+: `), "by offboard VERSION on HOST: "},
	{regexp.MustCompile(` *\b[0-9,]+ days?\b`), " DAYS"},
	{regexp.MustCompile(`\b[0-9.,]+ leavers per second\b`), "SPEED"},
}

// plain returns lines without what differs from day to day.
func plain(lines []string) []string {
	lines = slices.Clone(lines)
	for i := range lines {
		for _, d := range differing {
			lines[i] = d.what.ReplaceAllString(lines[i], d.as)
		}
	}
	return lines
}

// agrees tells whether lines are those of a page, in which … stands for any number of them.
func agrees(page, lines []string) bool {
	for i, line := range page {
		if line == anyLines {
			for skipped := range len(lines) - i + 1 {
				if agrees(page[i+1:], lines[i+skipped:]) {
					return true
				}
			}
			return false
		}
		if i >= len(lines) || line != lines[i] {
			return false
		}
	}
	return len(page) == len(lines)
}

func TestAPageOfAStoryIsHeldAgainstWhatIsPrinted(t *testing.T) {
	for _, c := range []struct {
		page, printed string
		want          bool
	}{
		{"a\nb", "a\nb", true},
		{"a\nb", "a\nc", false},
		{"a", "a\nb", false},
		{"a\nb", "a", false},
		{"a\n…", "a\nb\nc", true},
		{"a\n…\nc", "a\nc", true},
		{"a\n…\nc\n…\ne", "a\nc\nd\nc\ne", true},
		{"a\n…\nc", "a\nb\nd", false},
		{"11 in 1.1s", "11 in 987ms", true},
		{"11 in 1.1s", "12 in 987ms", false},
		{"at 2026-01-02T03:04:05Z", "at 2027-02-03T04:05:06.789Z", true},
		{"[exit code 3]", "[exit code 4]", false},
	} {
		if got := agrees(plain(strings.Split(c.page, "\n")), plain(strings.Split(c.printed, "\n"))); got != c.want {
			t.Errorf("page %q, printed %q: %t", c.page, c.printed, got)
		}
	}
}
