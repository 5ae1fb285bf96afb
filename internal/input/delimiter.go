package input

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
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

// findDelimiter tells the delimiter by the header, and by the first rows where
// the header leaves a doubt.
func findDelimiter(head []byte, o Options) (rune, error) {
	type candidate struct {
		char rune
		fits int // rows with as many fields as the header
		ok   bool
	}
	var found []candidate
	for _, char := range delimiters {
		header, fits := tryDelimiter(head, char)
		if len(header) < 2 {
			continue
		}
		_, err := findColumns(header, o)
		found = append(found, candidate{char, fits, err == nil})
	}
	best, tied := candidate{char: ','}, false
	for i, c := range found {
		switch {
		case i == 0, c.ok && !best.ok, c.ok == best.ok && c.fits > best.fits:
			best, tied = c, false
		case c.ok == best.ok && c.fits == best.fits:
			tied = true
		}
	}
	if tied {
		return 0, fmt.Errorf("the fields could be separated by several characters; say which with --delimiter, such as --delimiter %s", strconv.Quote(string(best.char)))
	}
	return best.char, nil
}

// tryDelimiter reads the start of a file with a delimiter.
func tryDelimiter(head []byte, char rune) (header []string, fits int) {
	r := csv.NewReader(bytes.NewReader(head))
	r.Comma, r.FieldsPerRecord = char, -1
	header, err := r.Read()
	if err != nil {
		return nil, 0
	}
	for {
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return header, fits
		}
		if err == nil && len(fields) == len(header) {
			fits++
		}
	}
}
