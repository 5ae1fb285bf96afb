package input

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// List is a set of refs that must not be suspended, each with its row in the list. It
// may be used by several goroutines at once.
type List struct {
	// Name is that of the file. Hidden is how many of its rows the sheet hides: they
	// count, because a person who hides a row does not say that somebody may be suspended.
	Name   string
	Hidden int

	listed  map[string]*entry // by what comparedForm returns
	numbers map[string]*entry // those that are a text and a number, by what withoutZeros returns
}

// entry is a ref of a list.
type entry struct {
	row   int
	found atomic.Bool // somebody has this ref
}

// listed is a line of a list.
type listed struct {
	Ref string `csv:"ref"`
}

// ReadList reads a list from a file in any format that Open reads. It fails if a ref
// of the list cannot be used, because then somebody who is listed would be suspended.
func ReadList(path string, o table.Opening) (*List, error) {
	s, g, err := openList(path, o, refName)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	l := &List{Name: s.Name, listed: map[string]*entry{}, numbers: map[string]*entry{}}
	if g == nil {
		err := readRows(s, func(row leaver.Row) error { l.add(row.Ref, row.Place.Row); return nil })
		if err := cmp.Or(err, s.file.CheckUnchanged()); err != nil {
			return nil, err
		}
		return l, nil
	}
	column := match(g.header, "", refName)
	if len(column) != 1 {
		return nil, s.named(lineErrorf(g.headerRow, "a list has one column ref; this one has %s; call the one that counts ref", quoted(g.header)))
	}
	err = readRefs(s, g, refColumns{[]string{"ref"}, column, -1}, func(at listRow, r listed) {
		l.add(r.Ref, at.row)
		if at.hidden {
			l.Hidden++
		}
	})
	if err == nil {
		err = s.file.CheckUnchanged() // a list that is still being written lacks somebody
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// openList opens a list or a crosswalk, with a usual name by which its header is
// found. The grid is nil if the file has JSON objects.
func openList(path string, o table.Opening, usual string) (*Source, *grid, error) {
	file, err := o.Open(path)
	if err != nil {
		return nil, nil, err
	}
	s := &Source{Name: file.Name, file: file, options: Options{Zone: time.UTC, EndDateColumn: NoEndDates}, closers: []io.Closer{file}}
	g, err := s.openGrid(file, headerOptions{usual: usual, zone: time.UTC})
	if err == nil && g == nil {
		err = s.openObjects()
	}
	if err != nil {
		return nil, nil, errors.Join(s.named(err), s.Close())
	}
	return s, g, nil
}

func (l *List) add(ref string, row int) {
	form := comparedForm(ref)
	if l.listed[form] != nil {
		return
	}
	e := &entry{row: row}
	l.listed[strings.Clone(form)] = e
	if form, ok := withoutZeros(form); ok {
		l.numbers[form] = e
	}
}

// comparedForm returns the form in which refs are compared with those of a list: refs
// that look alike have the same form, and so have numbers with and without zeros in
// front, which spreadsheet programs cut.
func comparedForm(ref string) string {
	form := leaver.LookAlike(foldMarks(ref), false)
	if digitsOnly(form) {
		return strings.TrimLeft(form[:len(form)-1], "0") + form[len(form)-1:]
	}
	return form
}

// foldMarks returns a text with a hyphen in the place of all dashes, and with a straight
// apostrophe: text processors put in others while a person types.
func foldMarks(text string) string {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return strings.Map(func(r rune) rune {
				switch {
				case isOtherDash(r):
					return '-'
				case strings.ContainsRune("’‘ʼ´", r):
					return '\''
				}
				return r
			}, text)
		}
	}
	return text
}

// withoutZeros returns a form that is a text and a number without the zeros in front of
// the number. It returns false for another one.
func withoutZeros(form string) (string, bool) {
	before, number := cutNumber(form)
	if before == "" || number == "" {
		return "", false
	}
	return before + strings.TrimLeft(number[:len(number)-1], "0") + number[len(number)-1:], true
}

// Len returns how many refs are listed.
func (l *List) Len() int { return len(l.listed) }

// Unfound returns how many of the refs no call of Refuse has found so far.
func (l *List) Unfound() int {
	n := 0
	for _, e := range l.listed {
		if !e.found.Load() {
			n++
		}
	}
	return n
}

// Refuse tells whether one of the refs of a leaver is listed: it returns the reason
// with the place in the list, or "". A ref that only looks like a listed one is
// refused as well, because the list may mean it. A nil List lists nobody.
func (l *List) Refuse(refs ...string) string {
	if l == nil {
		return ""
	}
	for _, ref := range refs {
		if reason := l.refuse(ref, l.listed[comparedForm(ref)]); reason != "" {
			return reason
		}
	}
	return ""
}

// refusePrefixed is Refuse for a ref that has been given a prefix: zeros between the
// prefix and a number do not count, because the list may have the ref as it was before it
// was padded, or after.
func (l *List) refusePrefixed(ref string, prefix Prefix) string {
	number, hasPrefix := strings.CutPrefix(ref, string(prefix))
	if l == nil || prefix == "" || !hasPrefix || !digitsOnly(number) {
		return ""
	}
	form, ok := withoutZeros(comparedForm(ref))
	if !ok {
		return ""
	}
	return l.refuse(ref, l.numbers[form])
}

// refuse returns the reason with the place of an entry; "" if there is none.
func (l *List) refuse(ref string, e *entry) string {
	if e == nil {
		return ""
	}
	if !e.found.Load() { // nearly always it was found before, and reading costs less
		e.found.Store(true)
	}
	return fmt.Sprintf("the ref %q is listed in %s:%d (--except)", ref, l.Name, e.row)
}

// refColumns are the columns of refs of a list.
type refColumns struct {
	names []string // the csv tags of the fields
	at    []int    // positions; the last one has to be one ref in each row
	// exact is the index of a column that must not show zeros which the cell does not
	// hold; -1: there is no such column.
	exact int
}

// listRow is a row of a list.
type listRow struct {
	row    int
	hidden bool // by the sheet
}

// readRefs reads columns of refs into the fields of F, which has a csv tag for each, and
// calls take with each row. It fails at a record that cannot be used, and if there is
// none.
func readRefs[F any](s *Source, g *grid, columns refColumns, take func(at listRow, f F)) error {
	if err := g.pick(columns.at[0], -1, columns.at...); err != nil {
		return s.named(err)
	}
	page := newPage[listRow, F](columns.names...)
	flush := func() {
		for row, f := range page.decode() {
			take(row, f)
		}
	}
	var all entries
	refs := make([]string, len(columns.at)) // of one record after the other
	for r, err := range g.records() {
		if err == nil {
			err = s.usableRefs(refs, r, columns.exact)
		}
		if err == nil {
			err = all.add(refs[len(refs)-1], r.row)
		}
		if err != nil {
			return s.named(err)
		}
		if page.add(listRow{r.row, r.grid.facts&hiddenRow != 0}, r.size, refs...) {
			flush()
		}
	}
	flush()
	if err := all.end(); err != nil {
		return s.named(err)
	}
	return nil
}

// usableRefs sets refs to those in the cells of a record.
func (s *Source) usableRefs(refs []string, r *record, exact int) error {
	if r.fault != "" {
		return lineErrorf(r.row, "%s", r.fault)
	}
	for i, c := range r.cells {
		ref, fault := s.refIn(c)
		refs[i] = leaver.TrimRef(ref)
		err := leaver.CheckRef(refs[i])
		switch {
		case fault != "":
		case err != nil:
			fault = err.Error()
		case i == exact && c.Width > 0:
			// The tenant may know the ref with the zeros, or without.
			fault = fmt.Sprintf("the sheet shows %0*s, and the cell holds a number without these zeros; type it as text", c.Width, c.Text)
		}
		if fault != "" {
			return lineErrorf(r.row, "column %q: %s", r.names[i], fault)
		}
	}
	return nil
}
