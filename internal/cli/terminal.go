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
)

// The rules of the terminal:
//
//   - Standard output carries results only; questions, progress and logs go to
//     standard error.
//   - A line is written whole. Before anything else is written, the progress
//     bar is taken away; its next step draws it again.
//   - Only a terminal is asked. What is not one is refused, never taken for yes.
//   - Prose is wrapped at the width of a terminal, and nowhere else: what a
//     program reads has one line for one thing, and a command can be copied.

// terminal is standard error, shared by everything that writes there. It is
// safe for use by several goroutines.
type terminal struct {
	mu    sync.Mutex
	w     io.Writer
	clear func() // takes the progress bar away; nil without one
}

func newTerminal(w io.Writer) *terminal { return &terminal{w: w} }

// Write writes whole lines.
func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.clear != nil {
		t.clear()
	}
	return t.w.Write(p)
}

func (t *terminal) println(line string) { _, _ = io.WriteString(t, line+"\n") }

// draw lets a progress bar draw itself while nobody else writes. clear takes
// the bar away again; nil means that there is none any more.
func (t *terminal) draw(step func(), clear func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	step()
	t.clear = clear
}

// widthOf is how many characters a line of the terminal behind a stream has; 0 if
// there is none, so that nothing is wrapped.
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

// wrap breaks lines that are longer than width between words. What goes on is
// indented a little further.
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
				break // one long word
			}
			wrapped.WriteString(strings.TrimRight(line[:at], " ") + "\n")
			line = indent + "  " + line[at+1:]
		}
		wrapped.WriteString(line)
	}
	return wrapped.String()
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// confirm asks whoever sits at the terminal to type the number of leavers.
func (a *app) confirm(leavers int, target string) error {
	in, ok := terminalFile(a.Stdin)
	if !ok {
		return usagef("nobody is there to be asked whether to suspend %d in %s: add --yes, or run offboard at a terminal", leavers, target)
	}
	fmt.Fprintf(a.stderr, "The API has no undo. Type %d to suspend %s in %s: ", leavers, people(leavers), target)
	typed, err := readLine(a.intake, in)
	if err != nil {
		a.stderr.println("")
		return err
	}
	if typed != strconv.Itoa(leavers) {
		return usagef("%q is not %d: nothing was sent", typed, leavers)
	}
	return nil
}

// readLine reads a line that a person types, or returns the cause of ctx's end.
func readLine(ctx context.Context, in io.Reader) (string, error) {
	line, err := await(ctx, func() (string, error) { return bufio.NewReader(in).ReadString('\n') })
	if errors.Is(err, io.EOF) {
		return "", usagef("no answer was typed: nothing was sent")
	}
	return strings.TrimSpace(line), err
}

// await returns what f returns, or the cause of ctx's end if that comes first.
// It is for reads that nothing can cancel: standard input, a pipe.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	// The goroutine sends one result. If nobody waits for it any more the
	// process is about to end, and the goroutine with it.
	results := make(chan result, 1)
	go func() {
		value, err := f()
		results <- result{value, err}
	}()
	select {
	case r := <-results:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// people spells a number of leavers.
func people(n int) string { return count(n, "leaver") }

// count spells a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return group(n) + " " + thing + "s"
}

// group writes a number with a comma before every three digits.
func group(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
