package table

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// DelimiterError is the error about a text whose fields are separated by a control
// character, which has to be named to be taken for a delimiter.
type DelimiterError struct {
	Delimiter rune
}

// Error implements error.
func (e *DelimiterError) Error() string {
	return fmt.Sprintf("a control character, %U, stands in every line, as if it separated the fields", e.Delimiter)
}

// checkedLines is how many lines Check looks at.
const checkedLines = 30

// Check refuses a text that looks like CSV and would be read in a way that nobody means:
// a text whose line ends are not line breaks, so that it would be one header and no rows,
// and a text with each line in quotes, or the fields in single quotes. A control character
// between the fields is a *DelimiterError, unless comma is not 0, the delimiter that was
// asked for. All are *LineErrors of the first line.
func (h Head) Check(comma rune) error {
	lines, first := h.lines(checkedLines)
	if len(lines) == 0 {
		return nil
	}
	if end := h.lineEnd(); end != "" {
		return errorAt(first, "the whole text is one line, because its lines end in %s; save it with ordinary line breaks (LF or CRLF)", end)
	}
	if all(lines, isQuoted) {
		return errorAt(first, "each line stands in quotes as a whole, so that it is one field; remove the quotes at the beginning and the end of each line, and write doubled quotes inside once")
	}
	if n := count(lines, hasSingleQuotes); len(lines) > 1 && 2*n > len(lines) {
		return errorAt(first, "the fields stand in single quotes ('), which are not quotes in CSV but a part of the text; export the data with double quotes (\") or with none")
	}
	if c := controlIn(lines); c != 0 && comma == 0 {
		return &LineError{Line: first, Err: &DelimiterError{rune(c)}}
	}
	return nil
}

// lines returns the first lines that are not blank, at most n, and the number of the first
// one. A line that the end of the head cuts off is not among them, unless it is the only
// one.
func (h Head) lines(n int) (lines []string, first int) {
	number := 0
	for line := range bytes.Lines(h) {
		number++
		cut := len(h) == headBytes && line[len(line)-1] != '\n'
		text := strings.TrimSpace(string(line))
		if text == "" || cut && len(lines) > 0 {
			continue
		}
		if len(lines) == 0 {
			first = number
		}
		if lines = append(lines, text); len(lines) == n {
			break
		}
	}
	return lines, first
}

// lineEnd returns what stands in the place of line breaks, in words; "" if the text has
// line breaks, or nothing in their place.
func (h Head) lineEnd() string {
	text := bytes.TrimSpace(h)
	if bytes.IndexByte(text, '\n') >= 0 {
		return ""
	}
	text = bytes.Trim(h, "\r\n\t ") // TrimSpace has cut some of what is looked for
	for _, end := range [...]struct{ text, words string }{
		{"\u2028", "U+2028 (line separator)"},
		{"\u2029", "U+2029 (paragraph separator)"},
		{"\u0085", "U+0085 (next line)"},
		{"\x1e", "U+001E (record separator)"},
		{"\v", "U+000B (vertical tab)"},
		{"\f", "U+000C (form feed)"},
		{"\r", "a carriage return alone, as on old Macs"},
		{`\r\n`, `the four characters \r\n, which stand for a line break and are none`},
		{`\n`, `the two characters \n, which stand for a line break and are none`},
	} {
		if bytes.Contains(text, []byte(end.text)) {
			return end.words
		}
	}
	return ""
}

func all(lines []string, is func(line string) bool) bool { return count(lines, is) == len(lines) }

func count(lines []string, is func(line string) bool) int {
	n := 0
	for _, line := range lines {
		if is(line) {
			n++
		}
	}
	return n
}

// usualDelimiters can stand between fields.
const usualDelimiters = ",;\t|"

// isQuoted tells whether a line is one field in quotes that has a delimiter in it. There
// may be delimiters behind it.
func isQuoted(line string) bool {
	inner, isOpen := strings.CutPrefix(strings.TrimRight(line, usualDelimiters+" "), `"`)
	inner, isClosed := strings.CutSuffix(inner, `"`)
	return isOpen && isClosed && !strings.Contains(strings.ReplaceAll(inner, `""`, ""), `"`) && strings.ContainsAny(inner, usualDelimiters)
}

// hasSingleQuotes tells whether a line has a field in single quotes.
func hasSingleQuotes(line string) bool { return singleQuoted.MatchString(line) }

var singleQuoted = regexp.MustCompile(`(?:^|[,;\t|])\s*'(?:[^']|'')*'\s*(?:$|[,;\t|])`)

// controlIn returns a control character that all lines have; 0 if there is none.
func controlIn(lines []string) byte {
	for _, c := range []byte(lines[0]) {
		if c > 0 && c < ' ' && c != '\t' && c != '\r' && all(lines, func(line string) bool { return strings.IndexByte(line, c) >= 0 }) {
			return c
		}
	}
	return 0
}
