package input

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"offboard/internal/dates"
	"offboard/internal/leaver"
)

// title is a row in the middle of the table that may be a title: it has one cell, or it
// repeats the header.
type title struct {
	row    int
	ref    refForm // the form of its ref; the zero value: the cell is another one
	kind   titleKind
	sparse bool   // it has a ref and nothing beside it
	first  bool   // it is the first row: it parts nothing from rows above
	shape  uint8  // of its row
	text   string // "": it repeats the header
}

// titleKind is what kind of a row may be a title.
type titleKind uint8

const (
	aloneTitle titleKind = iota // it has one cell, or the names of columns
	pairTitle                   // it has two cells
	wordsTitle                  // it has words only
	lowerTitle                  // it has one word in lower case
)

// maxTitles is how many rows that may be titles are told apart.
const maxTitles = 1<<titlesBits - 1

// maxSparseTitles is how many rows with nothing but a usual ref may be titles. More of
// these are people.
const maxSparseTitles = 2

// titles are the rows that may be titles, as long as there are few.
type titles struct {
	all   []title
	lower int // rows with one word in lower case, as isFirstWord counts them
	wordy int // rows with words only, of which the ref looks like a title
}

// add adds a title. The first one with a ref of some form and size is enough.
func (s *titles) add(t title) {
	if !s.has(t) {
		s.all = append(s.all, t)
	}
}

// has tells whether a title would add nothing.
func (s *titles) has(t title) bool {
	return len(s.all) == maxTitles || t.ref.id != 0 && slices.ContainsFunc(s.all, func(o title) bool {
		return o.ref.id == t.ref.id && o.ref.size == t.ref.size && o.sparse == t.sparse && o.kind == t.kind
	})
}

// noteTitle notes the only text in a row, which may be a title; isRef tells whether it
// stands in the place of the ref.
func (v *Survey) noteTitle(row int, text string, isRef bool) {
	if len(v.titles.all) == maxTitles {
		return
	}
	t := title{row: row, first: v.wide == 1}
	if isRef {
		t.ref = v.forms.formOf(leaver.TrimRef(text))
		t.sparse = v.sparse > 0 && v.sparse <= maxSparseTitles
		if !mayBeTitle(text) {
			t.kind = lowerTitle
		}
	}
	if v.titles.has(t) || isAmount(text) || dates.Looks(text, time.UTC) {
		return
	}
	t.text = shorten(strings.Clone(text))
	v.titles.add(t)
}

// mayBeTitle tells whether a text that is the only one of its row, as all are in a list of
// one column, may be a title: it has a blank, or a capital letter and no digit.
func mayBeTitle(text string) bool {
	return strings.IndexByte(text, ' ') >= 0 || !strings.ContainsAny(text, "0123456789@") && strings.IndexFunc(text, unicode.IsUpper) >= 0
}

// isFirstWord tells whether a text is one of the first words in lower case that stand
// alone. Among names with a capital letter such a word may be a title; more of them are
// names.
func (s *titles) isFirstWord(text string) bool {
	const most = 3
	if s.lower == most || hasDigits(text) {
		return false
	}
	s.lower++
	return true
}

// hasDigits tells whether a text has a digit or is an address.
func hasDigits(text string) bool { return strings.ContainsAny(text, "0123456789@") }

// maxWordyTitles is how many rows may have nothing but words, and another ref than nearly
// all, and be headers in other words. More of these are people.
const maxWordyTitles = 2

// notePair notes a row with two cells, which may be a title such as "Still employed: | 2
// persons". A row of sums has a number.
func (v *Survey) notePair(row int, r *gridRow, ref string, shape uint8) {
	t := title{row: row, kind: pairTitle, shape: shape}
	for _, text := range r.texts {
		switch text = strings.TrimSpace(text); {
		case text == "":
		case isAmount(text) || dates.Looks(text, time.UTC):
			return
		case t.text == "":
			t.text = text
		}
	}
	if ref != "" {
		t.ref = v.forms.formOf(ref)
	}
	if mayBeTitle(t.text) && !v.titles.has(t) {
		t.text = shorten(strings.Clone(t.text))
		v.titles.add(t)
	}
}

// noteWords notes a row of which no cell has a digit, if its ref looks like a title: it may
// be the header of another table, in other words.
func (v *Survey) noteWords(row int, r *gridRow, ref string, shape uint8) {
	if !mayBeTitle(ref) || slices.ContainsFunc(r.texts, hasDigits) {
		return
	}
	if v.titles.wordy++; v.titles.wordy <= maxWordyTitles+1 {
		v.titles.add(title{row: row, kind: wordsTitle, first: v.wide == 1, shape: shape, ref: v.forms.formOf(ref), text: shorten(strings.Clone(ref))})
	}
}

// noteStray notes a row with a single cell, which stands beside the table.
func (v *Survey) noteStray(row int, r *gridRow, width int) {
	if n, text := r.filled(); n == 1 && len(r.texts) > width && !isAmount(text) && !dates.Looks(text, time.UTC) && len(v.titles.all) < maxTitles {
		v.titles.add(title{row: row, text: shorten(strings.Clone(text))})
	}
}

// titleAbove returns the first one of some rows that is a title.
func (v *Survey) titleAbove(f leaver.Facts) (title, bool) {
	for _, t := range v.titles.all[:min(bitsOf(f, titlesAt, titlesBits), len(v.titles.all))] {
		if v.isTitle(t) {
			return t, true
		}
	}
	return title{}, false
}

// isTitle tells whether a row that may be a title is one.
func (v *Survey) isTitle(t title) bool {
	switch isOdd := v.usual.isOdd(t.ref) || v.usual.foreign[t.ref.id]; {
	case t.kind == pairTitle:
		return (isOdd || t.ref.id == 0) && v.shapes.strayed[t.shape] && nearlyAll(v.wide-v.narrow, v.wide)
	case t.kind == lowerTitle:
		return v.usual.isOdd(t.ref) && v.usual.general == nameForm && !t.first
	case t.kind == wordsTitle:
		return !t.first && v.usual.isOdd(t.ref) && (v.shapes.strayed[t.shape] || v.titles.wordy <= maxWordyTitles)
	case t.ref.id == 0:
		return true
	case 2*v.alone > v.wide:
		return false // most rows have nothing beside their refs
	case t.first && !t.sparse && v.forms.all[t.ref.id].general == nameForm && v.usual.general == nameForm:
		return false // a name in another case, which sorting has put there
	default:
		return isOdd || t.sparse && (v.isSparse() || severalWords(t.text))
	}
}
