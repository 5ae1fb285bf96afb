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
func (s *rowSurvey) noteTitle(row int, p *patterns, text string, isRef bool) {
	if len(s.titles.all) == maxTitles {
		return
	}
	t := title{row: row, first: s.n == 1}
	if isRef {
		t.ref = p.forms.formOf(leaver.TrimRef(text))
		t.sparse = s.sparse > 0 && s.sparse <= maxSparseTitles
		if !mayBeTitle(text) {
			t.kind = lowerTitle
		}
	}
	if s.titles.has(t) || isAmount(text) || dates.Looks(text, time.UTC) {
		return
	}
	t.text = shorten(strings.Clone(text))
	s.titles.add(t)
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
func (s *rowSurvey) notePair(r *record, p *patterns, ref string, shape uint8) {
	t := title{row: r.row, kind: pairTitle, shape: shape}
	for _, text := range r.grid.texts {
		switch text = strings.TrimSpace(text); {
		case text == "":
		case isAmount(text) || dates.Looks(text, time.UTC):
			return
		case t.text == "":
			t.text = text
		}
	}
	if ref != "" {
		t.ref = p.forms.formOf(ref)
	}
	if mayBeTitle(t.text) && !s.titles.has(t) {
		t.text = shorten(strings.Clone(t.text))
		s.titles.add(t)
	}
}

// noteWords notes a row of which no cell has a digit, if its ref looks like a title: it may
// be the header of another table, in other words.
func (s *rowSurvey) noteWords(r *record, p *patterns, ref string, shape uint8) {
	if !mayBeTitle(ref) || slices.ContainsFunc(r.grid.texts, hasDigits) {
		return
	}
	if s.titles.wordy++; s.titles.wordy <= maxWordyTitles+1 {
		s.titles.add(title{row: r.row, kind: wordsTitle, first: s.n == 1, shape: shape, ref: p.forms.formOf(ref), text: shorten(strings.Clone(ref))})
	}
}

// noteStray notes a row with a single cell, which stands beside the table.
func (s *rowSurvey) noteStray(r *record, width int) {
	if n, text := r.grid.filled(); n == 1 && len(r.grid.texts) > width && !isAmount(text) && !dates.Looks(text, time.UTC) && len(s.titles.all) < maxTitles {
		s.titles.add(title{row: r.row, text: shorten(strings.Clone(text))})
	}
}

// namedTitle returns the title that a record with the name of a column is. Where a single
// cell is the name of its own column, as people write it into a column of marks, the ref
// has to be another one, too.
func namedTitle(r *record, p *patterns) title {
	t := title{row: r.row, text: r.headers.named.text}
	if ref := leaver.TrimRef(r.cells[refCell].Text); r.headers.named.single && ref != "" {
		t.ref = p.forms.formOf(ref)
	}
	return t
}

// titleAbove returns the first one of some rows that is a title.
func (s *rowSurvey) titleAbove(f leaver.Facts, p *patterns) (title, bool) {
	for _, t := range s.titles.all[:min(bitsOf(f, titlesAt, titlesBits), len(s.titles.all))] {
		if s.isTitle(t, p) {
			return t, true
		}
	}
	return title{}, false
}

// isTitle tells whether a row that may be a title is one.
func (s *rowSurvey) isTitle(t title, p *patterns) bool {
	switch isOdd := p.usual.isOdd(t.ref) || p.usual.foreign[t.ref.id]; {
	case t.kind == pairTitle:
		return (isOdd || t.ref.id == 0) && p.shapes.strayed[t.shape] && nearlyAll(s.n-s.narrow, s.n)
	case t.kind == lowerTitle:
		return p.usual.isOdd(t.ref) && p.usual.general == nameForm && !t.first
	case t.kind == wordsTitle:
		return !t.first && p.usual.isOdd(t.ref) && (p.shapes.strayed[t.shape] || s.titles.wordy <= maxWordyTitles)
	case t.ref.id == 0:
		return true
	case 2*s.alone > s.n:
		return false // most rows have nothing beside their refs
	case t.first && !t.sparse && p.forms.all[t.ref.id].general == nameForm && p.usual.general == nameForm:
		return false // a name in another case, which sorting has put there
	default:
		return isOdd || t.sparse && (s.isSparse() || severalWords(t.text))
	}
}
