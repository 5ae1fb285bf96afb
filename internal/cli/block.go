package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"

	"offboard/internal/leaver"
)

// block is a few lines at the bottom of a terminal that show the status of a run. It is
// drawn over itself: nothing scrolls, and no line is longer than the terminal is wide. It
// is removed before anything else is written.
//
// A block is for one goroutine at a time.
type block struct {
	w      io.Writer
	width  func() int // of the terminal; 0: not known
	color  bool
	shown  []string // the lines that are on the terminal
	across int      // how wide it was then
}

// draw shows lines instead of those that are shown. It writes once, so that nothing
// flickers.
func (b *block) draw(s status) {
	width := b.width()
	if width == 0 {
		width = 80
	}
	lines := s.block(width - 1) // some terminals wrap at the last column
	var out strings.Builder
	if b.across == width {
		out.WriteString(b.up())
	} else {
		out.WriteString(b.removal())
	}
	for i, line := range lines {
		if i > 0 {
			out.WriteString("\n")
		}
		out.WriteString(b.colored(line) + "\x1b[K")
	}
	out.WriteString("\x1b[J") // lines of a longer block
	_, _ = io.WriteString(b.w, out.String())
	b.shown, b.across = lines, width
}

// clear removes the lines.
func (b *block) clear() {
	if len(b.shown) > 0 {
		_, _ = io.WriteString(b.w, b.removal())
		b.shown = nil
	}
}

// up moves to the first column of the first line.
func (b *block) up() string {
	rows := b.rows() - 1
	if rows < 1 {
		return "\r"
	}
	return fmt.Sprintf("\r\x1b[%dA", rows)
}

func (b *block) removal() string {
	if len(b.shown) == 0 {
		return ""
	}
	return b.up() + "\x1b[J"
}

// rows returns how many rows the lines take. A terminal that has become narrower has
// wrapped them.
func (b *block) rows() int {
	width, rows := max(b.width(), 1), 0
	for _, line := range b.shown {
		rows += max(1, (utf8.RuneCountInString(line)+width-1)/width)
	}
	return rows
}

// The colors of outcomes.
const (
	green, yellow, red, plainColor = "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[0m"
)

// colored returns a line with colors, if the terminal is to have some. Words say the same.
func (b *block) colored(line string) string {
	if !b.color {
		return line
	}
	for _, o := range leaver.Outcomes() {
		color := red
		switch {
		case o.Fine():
			color = green
		case o == leaver.NotFound, o == leaver.Rejected, o == leaver.Pending:
			color = yellow
		}
		line = strings.ReplaceAll(line, " "+string(o), " "+color+string(o)+plainColor)
	}
	return line
}

// block returns the lines of the block, of so many characters at most.
func (s status) block(width int) []string {
	lines := s.trouble()
	lines = append(lines, s.barLine(width))
	if !s.isReading() {
		lines = append(lines, s.tally())
	}
	lines = append(lines, s.paceLine(width))
	for i, line := range lines {
		lines[i] = fitted(line, width)
	}
	return lines
}

// barLine returns the line with the bar.
func (s status) barLine(width int) string {
	text := fmt.Sprintf("%s %s of %s", s.doing, group(s.done), group(s.total))
	const least, most, around = 8, 30, len(" 100% ||  ")
	room := min(most, width-utf8.RuneCountInString(text)-around)
	if room < least {
		return text
	}
	return text + " " + bar(s.done, s.total, room)
}

// bar returns a bar with the share in percent.
func bar(done, total, width int) string {
	b := progressbar.NewOptions(max(total, 1),
		progressbar.OptionSetWriter(io.Discard),
		progressbar.OptionSetWidth(width),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionSetRenderBlankState(true),
	)
	if done > 0 {
		_ = b.Set(min(done, total)) // it fails only beyond the total
	}
	percent, rest, _ := strings.Cut(strings.Trim(b.String(), "\r "), "%")
	return fmt.Sprintf("%3s%%", percent) + strings.TrimRight(rest, " ") // always in the same place
}

// paceLine returns the line that says how fast it goes, what holds it back, and how long it
// will take, in words that fit.
func (s status) paceLine(width int) string {
	long, short := s.holds()
	for _, holds := range []string{long, short} {
		var parts []string
		if s.perSecond > 0 && s.outage == nil && s.notBefore.IsZero() && !s.stopping {
			parts = append(parts, perSecond(s.perSecond)+"/s")
		}
		for _, more := range []string{holds, s.left()} {
			if more != "" {
				parts = append(parts, more)
			}
		}
		if line := strings.Join(parts, ", "); utf8.RuneCountInString(line) <= width || holds == short {
			if line == "" {
				return "started " + s.elapsed.Round(time.Second).String() + " ago"
			}
			return line
		}
	}
	return ""
}

// fitted returns a line of at most so many characters.
func fitted(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	return string([]rune(line)[:max(0, width-1)]) + "…"
}
