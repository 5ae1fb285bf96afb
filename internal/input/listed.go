package input

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// errNoEntries is the error about a list that lists nobody: its refs may have been lost.
var errNoEntries = errors.New("the list has a header and no rows; leave out the flag if nobody is meant")

// unlisted says why a text is hardly one ref that a person has put on a list. It returns
// "" for any other one. A list has no doubts: a text that is no ref would protect nobody,
// and nobody would notice. So this is stricter than strange.
func unlisted(ref string) string {
	if isPlainCode(ref) {
		return "" // nearly always
	}
	reason := hardlyOne(ref)
	switch {
	case reason != "":
	case hasRemark(ref):
		reason = fmt.Sprintf("the ref %q has something else beside it", ref)
	case isRange(ref):
		reason = fmt.Sprintf("the ref %q may be two refs, or all from one to the other", ref)
	default:
		return ""
	}
	return reason + "; a list has one ref in each row"
}

// isPlainCode tells whether a ref is letters and digits of ASCII, with a digit other than 0:
// nothing else speaks against such a ref.
func isPlainCode(ref string) bool {
	isNumbered := false
	for i := range len(ref) {
		switch c := ref[i]; {
		case c >= '1' && c <= '9':
			isNumbered = true
		case c != '0' && (c|0x20 < 'a' || c|0x20 > 'z'):
			return false
		}
	}
	return isNumbered
}

// hasRemark tells whether there is something in brackets beside a ref, or a word behind
// it: E3 (CEO), E3 CEO.
func hasRemark(ref string) bool {
	words := strings.Fields(ref)
	hasRef := false
	for i, word := range words {
		switch hasDigit := strings.ContainsAny(word, "0123456789"); {
		case i > 0 && strings.ContainsAny(word[:1], "([{"):
			return true
		case hasRef && !hasDigit && strings.ContainsFunc(word, unicode.IsLetter) && len(word) > 2:
			return true
		case hasDigit:
			hasRef = true
		}
	}
	return false
}

// isRange tells whether a text is two long numbers with a blank between them, or the
// beginning and the end of a short range of refs: E4-E6, 1001-1005. Neither 12-34, 123 456,
// 1234 5678 nor 2024-0017 is one.
func isRange(text string) bool {
	text = foldMarks(text)
	a, b, between, found := cutPair(text)
	if !found {
		a, b, found = strings.Cut(text, "-")
	}
	letters, number := cutNumber(a)
	again, last := cutNumber(b)
	if !found || letters != again || number == "" || last == "" {
		return false
	}
	most := 100 // refs of a range
	if letters == "" {
		switch most = 20; {
		case len(number) != len(last) || len(number) < 4:
			return false
		case between == " " && len(number) > 4:
			return true
		}
	}
	from, err := strconv.Atoi(number)
	to, err2 := strconv.Atoi(last)
	return err == nil && err2 == nil && from < to && to-from <= most
}

// cutNumber cuts the number off that a text ends with.
func cutNumber(text string) (before, number string) {
	before = strings.TrimRight(text, "0123456789")
	return before, text[len(before):]
}

// entries are the refs of a list while it is read.
type entries struct {
	n     int
	words error // about the first one that has words only
	coded bool  // some have digits, or are addresses
}

// add takes the ref in a row. It fails if the ref is hardly one.
func (e *entries) add(ref string, row int) error {
	e.n++
	if reason := unlisted(ref); reason != "" {
		return lineErrorf(row, "%s", reason)
	}
	if strings.ContainsAny(ref, "0123456789@") {
		e.coded = true
	} else if strings.ContainsFunc(ref, unicode.IsSpace) && e.words == nil {
		e.words = lineErrorf(row, "the ref %q has words only, and others have digits; a list has one ref in each row", ref)
	}
	return nil
}

// end fails at the end of a list that lists nobody, or that has words among its refs.
func (e *entries) end() error {
	if e.n == 0 {
		return errNoEntries
	}
	if e.coded {
		return e.words
	}
	return nil
}

// ReadAccepted reads the refs of a list that are compared byte by byte: a ref that only
// looks like a listed one can be another person's. It fails if a text is hardly a ref,
// and where a sheet hides rows: a person who has filtered a list sees only the others.
// check is called with the header.
func ReadAccepted(path string, opening table.Opening, o Options, check func(header []string) error) (map[string]bool, error) {
	file, err := opening.Open(path)
	if err != nil {
		return nil, err
	}
	s, err := Open(file, o)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if err := check(s.Header); err != nil {
		return nil, s.named(err)
	}
	refs := map[string]bool{}
	err = readRows(s, func(row leaver.Row) error {
		if row.Facts&hiddenRow != 0 {
			return lineErrorf(row.Place.Row, "the sheet hides the row with the ref %q; delete the rows that are not meant, or show them", row.Ref)
		}
		refs[row.Ref] = true
		return nil
	})
	if err == nil {
		err = file.CheckUnchanged()
	}
	return refs, err
}

// readRows reads the rows of a list, each of which has to be one ref. An error names the
// row.
func readRows(s *Source, take func(leaver.Row) error) error {
	var all entries
	for row, err := range s.Survey(new(Survey)) {
		if errors.Is(err, ErrNoRows) {
			break
		}
		if err != nil {
			return err
		}
		if leaver.CheckRef(row.Ref) != nil { // a fault of the end date does not matter here
			return fmt.Errorf("%s: %s", row.Place, row.Fault)
		}
		if err := cmp.Or(all.add(row.Ref, row.Place.Row), take(row)); err != nil {
			return s.named(err)
		}
	}
	if err := all.end(); err != nil {
		return s.named(err)
	}
	return nil
}
