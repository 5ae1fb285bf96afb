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

// CheckRef tells why a ref cannot be used; nil means that it can. The ref is
// to be without white space around it. The error repeats it, cut and quoted.
//
// U+FFFD is refused because it is what decoders and the report put in the
// place of bytes that they cannot show: such a ref names nobody, and a row
// that was invalid must not become valid on its way through a report.
func CheckRef(ref string) error {
	if ref == "" {
		return errRefEmpty
	}
	if why := faultOf(ref); why != "" {
		return fmt.Errorf("the ref %q %s", cut(ref, 40), why)
	}
	return nil
}

var errRefEmpty = errors.New("the ref is empty")

// faultOf says what is wrong with a ref that is not empty.
func faultOf(ref string) string {
	switch {
	case ref == "." || ref == "..":
		return "cannot stand in a URL"
	case !utf8.ValidString(ref):
		return "is not valid UTF-8; save the file as UTF-8, or say its encoding with --encoding"
	case len(ref) > MaxRef && utf8.RuneCountInString(ref) > MaxRef:
		return fmt.Sprintf("is longer than %d characters", MaxRef)
	}
	for i, r := range ref {
		if visible(ref[i]) {
			continue
		}
		if unicode.IsControl(r) {
			return "contains a control character"
		}
		if hidden(r) {
			return fmt.Sprintf("contains %U, a character that cannot be seen, such as a no-break or zero-width space; delete it", r)
		}
		if r == utf8.RuneError {
			return "contains U+FFFD, which stands for a character that was lost"
		}
	}
	switch {
	case scientific(ref):
		return "is a number that a spreadsheet has rounded; export the column as text"
	case total(ref):
		return "is that of a line of totals"
	case footer(ref):
		return "is a line below a table"
	case IsFormulaError(ref):
		return "is the error of a formula in a spreadsheet"
	}
	return ""
}

// formulaErrors are what spreadsheets show where a formula has failed.
var formulaErrors = []string{"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#BUSY!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#GETTING_DATA"}

// IsFormulaError tells whether a text is one of these.
func IsFormulaError(text string) bool {
	return text != "" && text[0] == '#' && slices.Contains(formulaErrors, text)
}

// totalWords stand in the line of totals of an export, in some of its languages,
// countWords beside them, and groupWords begin a label that says what was counted.
var (
	totalWords = []string{"total", "totals", "subtotal", "totaal", "subtotaal", "totale", "totales", "totaux", "gesamt", "insgesamt", "gesamtsumme", "gesamtanzahl",
		"gesamtergebnis", "zwischensumme", "ergebnis", "result", "summe", "summen", "anzahl", "aantal", "somme", "suma", "headcount"}
	countWords = []string{"sum", "count"}
	groupWords = []string{"employees", "leavers", "rows", "records", "mitarbeiter", "number", "no", "nombre"}
)

// IsTotal tells whether a text beside a ref can be the label of a line of totals: such
// a word is its first or its last one (Total leavers, Report total). It is sure to be
// one if it is all there is, or the last one.
func IsTotal(text string) (label, sure bool) {
	words := strings.FieldsFunc(strings.ToLower(text), notLetter)
	if len(words) == 0 {
		return false, false
	}
	first, last := words[0], words[len(words)-1]
	is := func(word string) bool { return slices.Contains(totalWords, word) || slices.Contains(countWords, word) }
	return is(first) || is(last) || slices.Contains(groupWords, first), is(last)
}

// mayBeTotal tells whether a word begins as these do.
func mayBeTotal(word string) bool {
	if len(word) < len("sum") || word[1]|0x20 < 'a' {
		return false
	}
	switch word[0] | 0x20 {
	case 't', 's', 'g', 'a', 'h', 'c', 'i', 'z', 'e', 'r':
		return true
	}
	return false
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// total tells whether a ref is the label of a line of totals: such a word, or one
// of more words before a number (Grand total, Total leavers: 2, Sum 12), but
// neither Total Recall nor Count Basie 3.
func total(ref string) bool {
	if !mayBeTotal(ref) {
		return false // nearly all of them, at no cost
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
		return number(last)
	}
	return isTotal && number(last) && len(words) <= 4 &&
		!slices.ContainsFunc(words[1:len(words)-1], func(w string) bool { return strings.ContainsAny(w, "0123456789") })
}

// footer tells whether a ref is what stands below a table: 2 rows selected, Row
// count: 2, End of report, Page 1 of 1.
func footer(ref string) bool {
	if strings.IndexByte(ref, ' ') < 0 {
		return false
	}
	words := strings.Fields(strings.ToLower(strings.Trim(ref, "()")))
	label, amount, labelled := strings.Cut(ref, ": ")
	switch {
	case len(words) < 2:
		return false
	case labelled && digits(strings.TrimSpace(amount)) && !strings.ContainsAny(label, "0123456789"):
		return true
	case digits(words[0]):
		return slices.Contains([]string{"row", "rows", "record", "records", "entries", "employees", "leavers"}, strings.Trim(words[1], "().,"))
	case words[0] == "page":
		return digits(words[1])
	}
	return slices.Contains([]string{"end of", "generated on", "generated by", "printed on", "printed by", "exported on", "exported by"}, words[0]+" "+words[1])
}

func number(text string) bool { return text != "" && strings.Trim(text, "0123456789.,") == "" }

// TrimRef cuts what surrounds a ref and is not part of it: white space, and
// characters that cannot be seen.
func TrimRef(ref string) string {
	if n := len(ref); n > 0 && visible(ref[0]) && visible(ref[n-1]) {
		return ref // as nearly all of them
	}
	return strings.TrimFunc(ref, func(r rune) bool { return unicode.IsSpace(r) || hidden(r) })
}

// LookAlike returns what a person takes a ref for who reads it in a hurry: one
// case, no punctuation around it, and full-width characters and the like as
// the usual ones. Two refs with one look are two leavers all the same.
func LookAlike(ref string, upper bool) string {
	if plainLook(ref, upper) {
		return ref // as nearly all of them, at no cost
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

// plainLook tells whether a ref is of ASCII and its own look.
func plainLook(ref string, upper bool) bool {
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

// visible tells whether a byte is a character of ASCII that can be seen.
func visible(b byte) bool { return b > ' ' && b < 0x7f }

// hidden tells whether a character looks like nothing, or like a space that is
// none. Two refs that differ by it look the same.
func hidden(r rune) bool {
	switch r {
	case '\u00a0', '\u202f', '\u2007', // no-break spaces
		'\u034f', '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0': // blanks that are no spaces
		return true
	}
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector) // without width
}

// scientific tells whether a ref is a number as spreadsheets and programs write
// long ones: 1.20457E+11, 1.20457E11. Its last digits may be lost. One without a
// point and a sign, such as 1E5, can be what somebody has typed.
func scientific(ref string) bool {
	if ref[0] > '9' {
		return false // at no cost
	}
	e := strings.IndexAny(ref, "eE")
	if e < 1 {
		return false
	}
	mantissa, exponent := strings.TrimLeft(ref[:e], "+-"), strings.TrimLeft(ref[e+1:], "+-")
	whole, fraction, point := strings.Cut(strings.Replace(mantissa, ",", ".", 1), ".")
	marked := point || len(exponent) < len(ref)-e-1
	return marked && whole != "" && digits(whole) && digits(fraction) && exponent != "" && digits(exponent)
}

// digits tells whether a text has digits only; the empty one does.
func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
