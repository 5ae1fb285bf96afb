package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Texts from files, servers and flags may have characters that control a terminal, change
// the direction of the text, or begin a line of their own. What is safe to show is decided
// here, for everything that offboard writes to standard output and standard error: textScreen
// and terminal let nothing else through, so that no message has to think of it.

// shown returns what is shown of a character.
func shown(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

// screenText returns a text of several lines so that it is safe to show.
func screenText(text []byte) []byte {
	safe := true
	for _, c := range text {
		safe = safe && (c >= ' ' && c <= '~' || c == '\n')
	}
	if safe {
		return text
	}
	return []byte(strings.Map(func(r rune) rune {
		if r == '\n' {
			return r
		}
		return shown(r)
	}, string(text)))
}

// textScreen is standard output. Each Write has whole characters.
type textScreen struct{ w io.Writer }

func (s textScreen) Write(p []byte) (int, error) { return writeAs(s.w, p, screenText(p)) }

func (s textScreen) stream() io.Writer { return s.w }

// writeAs writes shown, and returns the result of writing p.
func writeAs(w io.Writer, p, shown []byte) (int, error) {
	if n, err := w.Write(shown); err != nil {
		return min(n, len(p)), err
	}
	return len(p), nil
}

// jsonScreen is a stream of JSON, whose strings keep all their characters: those that are
// not safe to show are escaped.
type jsonScreen struct{ w io.Writer }

func (s jsonScreen) Write(p []byte) (int, error) {
	text := make([]byte, 0, len(p))
	for i := 0; i < len(p); {
		r, n := utf8.DecodeRune(p[i:])
		switch {
		case r == '\n' || unicode.IsPrint(r) && r != utf8.RuneError:
			text = append(text, p[i:i+n]...)
		case r > 0xffff:
			text = fmt.Appendf(text, `\u%04x\u%04x`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			text = fmt.Appendf(text, `\u%04x`, r)
		}
		i += n
	}
	return writeAs(s.w, p, text)
}

// printable returns a text for the middle of a line: it has at most so many characters.
func printable(s string, most int) string {
	n := 0
	return strings.Map(func(r rune) rune {
		switch n++; {
		case n == most:
			return '…'
		case n > most:
			return -1
		}
		return shown(r)
	}, s)
}

// nameOf returns the name of a file for the middle of a line.
func nameOf(path string) string { return printable(path, 1000) }

// brokenNames are the texts with line breaks that were typed: names of files and values of
// flags. An error has them as they are, and line breaks of its own, too, so that only this
// list can tell which are which.
type brokenNames []string

// add adds the parts of a text that have a line break. An error may have another
// extension, or only the last part of a path.
func (b *brokenNames) add(text string) {
	if !strings.ContainsAny(text, "\r\n") {
		return
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(`/\.=`, r) }) {
		if strings.ContainsAny(part, "\r\n") && strings.TrimSpace(part) != "" {
			*b = append(*b, part)
		}
	}
	// The longest one comes first, because it may have another one in it.
	slices.SortFunc(*b, func(x, y string) int { return len(y) - len(x) })
}

// joined returns a text in which these texts have no line breaks.
func (b *brokenNames) joined(text string) string {
	for _, part := range *b {
		text = strings.ReplaceAll(text, part, printable(part, len(part)+1))
	}
	return text
}

// watched returns a function that looks up variables, and adds their values.
func (b *brokenNames) watched(lookup func(string) (string, bool)) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := lookup(name)
		b.add(value)
		return value, ok
	}
}
