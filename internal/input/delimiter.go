package input

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// delimiters are those that are looked for, the usual ones first.
var delimiters = []rune{',', ';', '\t', '|'}

// ParseDelimiter reads the name of a delimiter: the character itself, or tab.
func ParseDelimiter(text string) (rune, error) {
	switch strings.ToLower(text) {
	case "":
		return 0, nil
	case "tab", `\t`:
		return '\t', nil
	}
	char, size := utf8.DecodeRuneInString(text)
	if size != len(text) || char == utf8.RuneError || strings.ContainsRune("\"\r\n", char) {
		return 0, fmt.Errorf("%q is not one character such as ; or the word tab", text)
	}
	return char, nil
}

// DelimiterName writes a delimiter as ParseDelimiter reads it.
func DelimiterName(delimiter rune) string {
	if delimiter == '\t' {
		return "tab"
	}
	return string(delimiter)
}

// announced reads the line sep=; that Excel puts in front of a header. It
// returns the delimiter and the length of the line, or 0 and 0.
func announced(head []byte) (delimiter rune, length int) {
	line, _, found := bytes.Cut(head, []byte("\n"))
	text, ok := bytes.CutPrefix(bytes.ToLower(bytes.Trim(line, "\"\r")), []byte("sep="))
	if !found || !ok {
		return 0, 0
	}
	delimiter, size := utf8.DecodeRune(text)
	if size != len(text) || delimiter == utf8.RuneError {
		return 0, 0
	}
	return delimiter, len(line) + 1
}
