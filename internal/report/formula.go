package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// needsApostrophe tells whether a text stands behind an apostrophe in a CSV file: one
// that a spreadsheet could take for a formula, and one that begins with an apostrophe,
// so that unarmed gives every text back. Some spreadsheets look for a formula behind
// white space, apostrophes and characters that nobody sees.
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
	visible := strings.TrimLeftFunc(s, func(r rune) bool { return r == '\'' || isUnseen(r) })
	first, _ := utf8.DecodeRuneInString(visible)
	return strings.ContainsRune("=+-@＝＋－＠", first)
}

// isUnseen tells whether a character may be left out or shown as nothing.
func isUnseen(r rune) bool {
	return r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r) ||
		unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// unarmed takes the apostrophe away that may stand in front of a text.
func unarmed(cell string) string { return strings.TrimPrefix(cell, "'") }
