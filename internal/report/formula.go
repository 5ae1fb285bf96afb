package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// armed returns a text as it stands in a CSV file: with an apostrophe in front of what a
// spreadsheet could take for a formula. Where semicolons are usual between cells, a
// spreadsheet begins a cell behind each of them, also within quotes that do not stand at
// the beginning of a cell. So each part of a text is treated as a text.
func armed(s string) string {
	if strings.IndexByte(s, ';') >= 0 {
		return eachPart(s, armedPart)
	}
	return armedPart(s) // nearly always
}

func armedPart(s string) string {
	if needsApostrophe(s) {
		return "'" + s
	}
	return s
}

// unarmed takes the apostrophes away that armed has put into a text.
func unarmed(cell string) string {
	if strings.IndexByte(cell, '\'') < 0 {
		return cell // nearly always
	}
	return eachPart(cell, func(part string) string { return strings.TrimPrefix(part, "'") })
}

// eachPart returns a text in which f has changed the parts between semicolons.
func eachPart(s string, f func(part string) string) string {
	parts := strings.Split(s, ";")
	for i, part := range parts {
		parts[i] = f(part)
	}
	return strings.Join(parts, ";")
}

// needsApostrophe tells whether a part of a text stands behind an apostrophe in a CSV file:
// one that a spreadsheet could take for a formula, and one that begins with an apostrophe,
// so that unarmed gives every text back. Some spreadsheets look for a formula behind
// white space, apostrophes, quotes and characters that nobody sees.
func needsApostrophe(s string) bool {
	if s == "" {
		return false
	}
	switch first := s[0]; {
	case 'a' <= first && first <= 'z', '0' <= first && first <= '9', 'A' <= first && first <= 'Z':
		return false // nearly always
	case first == '\'', first == '\t', first == '\r', first == '\n':
		return true
	}
	visible := strings.TrimLeftFunc(s, func(r rune) bool { return r == '\'' || r == '"' || isUnseen(r) })
	first, _ := utf8.DecodeRuneInString(visible)
	return strings.ContainsRune("=+-@＝＋－＠", first)
}

// isUnseen tells whether a character may be left out or shown as nothing.
func isUnseen(r rune) bool {
	return r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r) ||
		unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
