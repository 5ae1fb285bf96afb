package leaver

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// CheckRef returns an error if a ref cannot be used. The ref must have been
// trimmed by TrimRef. The error quotes an excerpt of it.
//
// U+FFFD is refused because decoders and the normal form (see Leaver.Normal) put
// it in the place of invalid bytes. A ref with it identifies no one, and an
// unusable ref must stay unusable when it is read from a report.
func CheckRef(ref string) error {
	if ref == "" {
		return errRefEmpty
	}
	if fault := faultOf(ref); fault != "" {
		return fmt.Errorf("the ref %q %s", Excerpt(ref, 40), fault)
	}
	return nil
}

var errRefEmpty = errors.New("the ref is empty")

// faultOf says what is wrong with a ref that is not empty; "" if nothing is.
func faultOf(ref string) string {
	switch {
	case ref == "." || ref == "..":
		return "cannot be part of a URL"
	case !utf8.ValidString(ref):
		return "is not valid UTF-8; save the file as UTF-8, or name its encoding"
	case len(ref) > MaxRef && utf8.RuneCountInString(ref) > MaxRef:
		return fmt.Sprintf("is longer than %d characters", MaxRef)
	}
	for i, r := range ref {
		if isVisibleASCII(ref[i]) {
			continue
		}
		if unicode.IsControl(r) {
			return "contains a control character"
		}
		if isInvisible(r) {
			return fmt.Sprintf("contains %U, a character that cannot be seen, such as a no-break or zero-width space; delete it", r)
		}
		if r == utf8.RuneError {
			return "contains U+FFFD, which stands for a character that was lost"
		}
	}
	switch {
	case isScientific(ref):
		return "is a number that a spreadsheet has rounded; export the column as text"
	case isTotalRef(ref):
		return "is that of a line of totals"
	case isFooter(ref):
		return "is a line below a table"
	case IsFormulaError(ref):
		return "is the error of a formula in a spreadsheet"
	}
	return ""
}

// formulaErrors are the values of formulas that failed, as spreadsheets export
// them.
var formulaErrors = []string{"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BUSY!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#GETTING_DATA"}

// IsFormulaError tells whether a text is the value of a formula that failed, such
// as #N/A or #REF!.
func IsFormulaError(text string) bool {
	return text != "" && text[0] == '#' && slices.Contains(formulaErrors, text)
}

// totalWords are the words for a total in the languages of the usual systems, countWords
// those that also begin other texts (Count Basie), and groupWords begin the label of a
// number of things (Number of leavers). They are for short lists, in which the form of
// the other refs tells nothing; in longer ones a total stands out by its form, in any
// language.
var (
	totalWords = []string{"total", "totals", "subtotal", "totaal", "totale", "totales", "totaux", "gesamt", "insgesamt", "summe", "somme", "suma", "итого", "всего", "合計", "合计"}
	countWords = []string{"sum", "count"}
	groupWords = []string{"employees", "leavers", "rows", "records", "number"}
)

// IsTotal tells whether a text beside a ref can be the label of a line of totals,
// which is so if its first or its last word says so (Total leavers, Report total).
// It is sure if the last word does.
func IsTotal(text string) (label, sure bool) {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	if len(words) == 0 {
		return false, false
	}
	first, last := words[0], words[len(words)-1]
	is := func(word string) bool { return slices.Contains(totalWords, word) || slices.Contains(countWords, word) }
	return is(first) || is(last) || slices.Contains(groupWords, first), is(last)
}

// mayBeTotal tells whether a ref can begin with one of totalWords or countWords.
func mayBeTotal(word string) bool {
	if len(word) < len("sum") || word[1]|0x20 < 'a' {
		return false
	}
	switch word[0] | 0x20 {
	case 't', 's', 'g', 'c', 'i':
		return true
	}
	return word[0] >= utf8.RuneSelf
}

// isTotalRef tells whether a ref is the label of a line of totals: one of its
// words, or such a word, others and a number (Grand total, Total leavers: 2,
// Sum 12), but neither Total Recall nor Count Basie 3.
func isTotalRef(ref string) bool {
	if !mayBeTotal(ref) {
		return false // nearly every ref, at little cost
	}
	words := strings.Fields(strings.ToLower(ref))
	if words[0] == "grand" && len(words) > 1 {
		words = words[1:]
	}
	first, last := strings.TrimRight(words[0], ":="), words[len(words)-1]
	isTotal := slices.Contains(totalWords, first)
	switch {
	case !isTotal && !slices.Contains(countWords, first):
		return false
	case len(words) == 1:
		return true
	case len(words) == 2:
		return isNumber(last)
	}
	return isTotal && isNumber(last) && len(words) <= 4 &&
		!slices.ContainsFunc(words[1:len(words)-1], func(w string) bool { return strings.ContainsAny(w, "0123456789") })
}

// isFooter tells whether a ref is a line that exports print below a table: 2 rows
// selected, Row count: 2, End of report, Page 1 of 1.
func isFooter(ref string) bool {
	if strings.IndexByte(ref, ' ') < 0 {
		return false
	}
	words := strings.Fields(strings.ToLower(strings.Trim(ref, "()")))
	label, amount, labelled := strings.Cut(ref, ": ")
	switch {
	case len(words) < 2:
		return false
	case labelled && isDigits(strings.TrimSpace(amount)) && !strings.ContainsAny(label, "0123456789"):
		return true
	case isDigits(words[0]):
		return slices.Contains([]string{"row", "rows", "record", "records", "entries", "employees", "leavers"}, strings.Trim(words[1], "().,"))
	case words[0] == "page":
		return isDigits(words[1])
	}
	return slices.Contains([]string{"end of", "generated on", "generated by", "printed on", "printed by", "exported on", "exported by"}, words[0]+" "+words[1])
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789.,") == "" }

// TrimRef returns a ref without the white space and the invisible characters
// around it.
func TrimRef(ref string) string {
	if n := len(ref); n > 0 && isVisibleASCII(ref[0]) && isVisibleASCII(ref[n-1]) {
		return ref // nearly every ref
	}
	return strings.TrimFunc(ref, func(r rune) bool { return unicode.IsSpace(r) || isInvisible(r) })
}

// LookAlike returns the look of a ref: what a person may take it for. It is in
// one case, upper or lower, has no punctuation around it, and has the usual
// characters in the place of full-width and similar ones. Two refs with the
// same look are two different leavers.
func LookAlike(ref string, upper bool) string {
	if isOwnLook(ref, upper) {
		return ref // nearly every ref, at little cost
	}
	look := strings.TrimFunc(norm.NFKC.String(ref), func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) || unicode.IsSpace(r) })
	switch {
	case look == "":
		return ref
	case upper:
		return strings.ToUpper(look)
	}
	return strings.ToLower(look)
}

// isOwnLook tells whether a ref is ASCII and equal to its look. It is false for
// some refs that are.
func isOwnLook(ref string, upper bool) bool {
	for i := range len(ref) {
		switch c := ref[i]; {
		case c >= '0' && c <= '9':
		case c >= 'A' && c <= 'Z':
			if !upper {
				return false
			}
		case c >= 'a' && c <= 'z':
			if upper {
				return false
			}
		case c >= utf8.RuneSelf || i == 0 || i == len(ref)-1:
			return false
		}
	}
	return true
}

// isVisibleASCII tells whether a byte is an ASCII character other than white space
// and control characters.
func isVisibleASCII(b byte) bool { return b > ' ' && b < 0x7f }

// isInvisible tells whether a character has no width, or looks like a space and is
// not white space. Two refs that differ by it look the same.
func isInvisible(r rune) bool {
	switch r {
	case '\u00a0', '\u202f', '\u2007', // no-break spaces
		'\u034f', '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0': // other blank characters
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector) // of no width
}

// isScientific tells whether a ref is a number in the notation that spreadsheets
// use for long ones: 1.20457E+11, 1.20457E11. Its last digits may be lost. A ref
// without a point and a sign, such as 1E5, may be what a person has typed.
func isScientific(ref string) bool {
	if ref[0] > '9' {
		return false // nearly every ref, at little cost
	}
	e := strings.IndexAny(ref, "eE")
	if e < 1 {
		return false
	}
	mantissa, exponent := strings.TrimLeft(ref[:e], "+-"), strings.TrimLeft(ref[e+1:], "+-")
	whole, fraction, point := strings.Cut(strings.Replace(mantissa, ",", ".", 1), ".")
	marked := point || len(exponent) < len(ref)-e-1
	return marked && whole != "" && isDigits(whole) && isDigits(fraction) && exponent != "" && isDigits(exponent)
}

// isDigits tells whether a text has no other characters than digits.
func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
