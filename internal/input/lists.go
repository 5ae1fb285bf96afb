package input

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// List is a set of refs that must not be suspended, each with its row in the list. It
// may be used by several goroutines at once.
type List struct {
	// Name is that of the file.
	Name string

	rows map[string]int // by what comparedForm returns
}

// listed is a line of a list.
type listed struct {
	Ref string `csv:"ref"`
}

// ReadList reads a list from a file in any format that Open reads. It fails if a ref
// of the list cannot be used, because then somebody who is listed would be suspended.
func ReadList(path string) (*List, error) {
	s, g, err := openList(path, refName)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	l := &List{Name: s.Name, rows: map[string]int{}}
	if g == nil {
		if err := cmp.Or(l.readObjects(s), s.file.CheckUnchanged()); err != nil {
			return nil, err
		}
		return l, nil
	}
	column := match(g.header, "", refName)
	if len(column) != 1 {
		return nil, s.named(lineErrorf(g.headerRow, "a list has one column ref; this one has %s; call the one that counts ref", quoted(g.header)))
	}
	err = readRefs(s, g, []string{"ref"}, column, -1, func(row int, r listed) { l.add(r.Ref, row) })
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
func openList(path, usual string) (*Source, *grid, error) {
	file, err := table.Open(path)
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

// readObjects reads a list in JSON.
func (l *List) readObjects(s *Source) error {
	for row, err := range s.Survey(new(Survey)) {
		switch {
		case err != nil:
			return err
		case leaver.CheckRef(row.Ref) != nil: // a fault of the end date does not matter here
			return fmt.Errorf("%s: %s", row.Place, row.Fault)
		}
		l.add(row.Ref, row.Place.Row)
	}
	return nil
}

func (l *List) add(ref string, row int) {
	if form := comparedForm(ref); l.rows[form] == 0 {
		l.rows[strings.Clone(form)] = row
	}
}

// comparedForm returns the form in which refs are compared with those of a list: refs
// that look alike have the same form, and so have numbers with and without zeros in
// front, which spreadsheet programs cut.
func comparedForm(ref string) string {
	form := leaver.LookAlike(ref, false)
	if digitsOnly(form) {
		return strings.TrimLeft(form[:len(form)-1], "0") + form[len(form)-1:]
	}
	return form
}

// Len returns how many refs are listed.
func (l *List) Len() int { return len(l.rows) }

// Refuse tells whether one of the refs of a leaver is listed: it returns the reason
// with the place in the list, or "". A ref that only looks like a listed one is
// refused as well, because the list may mean it. A nil List lists nobody.
func (l *List) Refuse(refs ...string) string {
	if l == nil {
		return ""
	}
	for _, ref := range refs {
		if row, ok := l.rows[comparedForm(ref)]; ok {
			return fmt.Sprintf("the ref %q is listed in %s:%d (--except)", ref, l.Name, row)
		}
	}
	return ""
}

// readRefs reads the refs in some columns of a grid into the fields of F, which has a
// csv tag for each name, and calls take with each row. It fails at a record that cannot
// be used. exact is the position of a column that must not show zeros which the cell
// does not hold; -1: there is no such column.
func readRefs[F any](s *Source, g *grid, names []string, columns []int, exact int, take func(row int, f F)) error {
	if err := g.pick(columns[0], -1, columns...); err != nil {
		return s.named(err)
	}
	page := newPage[int, F](names...)
	flush := func() {
		for row, f := range page.decode() {
			take(row, f)
		}
	}
	for r, err := range g.records() {
		var refs []string
		if err == nil {
			refs, err = s.usableRefs(r, exact)
		}
		if err != nil {
			return s.named(err)
		}
		if page.add(r.row, r.size, refs...) {
			flush()
		}
	}
	flush()
	return nil
}

// usableRefs returns the refs in the cells of a record.
func (s *Source) usableRefs(r *record, exact int) ([]string, error) {
	if r.fault != "" {
		return nil, lineErrorf(r.row, "%s", r.fault)
	}
	refs := make([]string, len(r.cells))
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
			return nil, lineErrorf(r.row, "column %q: %s", r.names[i], fault)
		}
	}
	return refs, nil
}
