package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/term"

	"offboard/internal/run"
)

// These are the rules for terminals:
//
//   - Results go to standard output. Questions, progress and logs go to standard
//     error.
//   - Lines are written whole. The block of progress is removed before a line is written,
//     and drawn again soon after.
//   - Only a terminal is asked for confirmation. Without a terminal, --yes is needed.
//   - Text is wrapped only for a terminal, so that other programs can read it line by
//     line. A line with a command is not wrapped, so that the command can be copied.

// terminal is standard error, for texts that are safe to show: see screenText. It is safe for use by several goroutines.
type terminal struct {
	mu    sync.Mutex
	w     io.Writer
	clear func() // removes the block of progress; nil if there is none
}

func newTerminal(w io.Writer) *terminal { return &terminal{w: w} }

func (t *terminal) stream() io.Writer { return t.w }

// Write removes the block of progress and writes whole lines.
func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.clear != nil {
		t.clear()
	}
	return writeAs(t.w, p, screenText(p))
}

func (t *terminal) println(line string) { _, _ = io.WriteString(t, line+"\n") }

// draw calls paint, which draws or removes the block of progress, while no other goroutine
// writes. clear removes what paint has drawn; it is nil if there is nothing.
func (t *terminal) draw(paint, clear func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	paint()
	t.clear = clear
}

// widthOf returns the number of characters in a line of a terminal. It returns 0, which
// means that nothing is wrapped, for another stream and for a very narrow terminal.
func widthOf(stream any) int {
	f, ok := terminalFile(stream)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 20 {
		return 0
	}
	return width
}

// wrap breaks lines that are longer than width characters between two words. The rest
// of such a line is indented by two more spaces. A width of 0 changes nothing.
func wrap(text string, width int) string {
	if width == 0 {
		return text
	}
	var wrapped strings.Builder
	for line := range strings.Lines(text) {
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		for utf8.RuneCountInString(strings.TrimRight(line, "\n")) > width {
			at := len(string([]rune(line)[:width+1]))
			if at = strings.LastIndexByte(line[:at], ' '); at <= len(indent)+2 {
				break // the first word is too long for the line
			}
			wrapped.WriteString(strings.TrimRight(line[:at], " ") + "\n")
			line = indent + "  " + line[at+1:]
		}
		wrapped.WriteString(line)
	}
	return wrapped.String()
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// confirm asks the person at the terminal to type the number of leavers. held is how
// many rows are held.
func (a *app) confirm(leavers, held int, target string) error {
	in, ok := terminalFile(a.Stdin)
	if !ok {
		return usagef("stdin is not a terminal, so offboard cannot ask for confirmation: add --yes")
	}
	a.ask(leavers, held, target)
	typed, err := readLine(a.intake, in)
	if err != nil {
		if a.events == nil {
			a.stderr.println("") // ends the line of the question
		}
		return err
	}
	if typed != strconv.Itoa(leavers) {
		return usagef("%q is not %d: nothing was sent", typed, leavers)
	}
	return nil
}

// ask writes the question.
func (a *app) ask(leavers, held int, target string) {
	text := fmt.Sprintf("A suspension is undone by hand, one person at a time.\nType %d to suspend %s in %s: ", leavers, people(leavers), printable(target, 1000))
	if held > 0 {
		text = are(held) + " held and will not be suspended.\n" + text
	}
	if a.events != nil {
		a.always.With("event", eventQuestion).Info(strings.TrimSpace(text), "leavers", leavers, "held", held, "target", target)
		return
	}
	_, _ = io.WriteString(a.stderr, wrap(text, widthOf(a.Stderr)))
}

// readLine returns the next line of in. If ctx ends first, it returns the cause.
func readLine(ctx context.Context, in io.Reader) (string, error) {
	line, err := run.Await(ctx, func() (string, error) { return bufio.NewReader(in).ReadString('\n') })
	if errors.Is(err, io.EOF) {
		return "", usagef("stdin ended without an answer: nothing was sent")
	}
	return strings.TrimSpace(line), err
}

// people returns a number of leavers as text.
func people(n int) string { return count(n, "leaver") }

// count returns a number of things as text.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return group(n) + " " + thing + "s"
}

// group returns a number with a comma between groups of three digits.
func group(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
