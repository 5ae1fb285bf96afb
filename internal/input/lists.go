package input

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"offboard/internal/leaver"
)

// List holds refs that must not be used, and where they are listed. It may be
// used by several goroutines.
type List struct {
	// Name is that of the file.
	Name string

	rows map[string]int // by what the ref looks like
}

// ReadList reads the refs of a file in any format that Open reads. A ref that
// cannot be used is an error: whoever is listed must not be missed.
func ReadList(path string) (*List, error) {
	s, err := Open(path, Options{})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	l := &List{Name: s.Name, rows: map[string]int{}}
	if s.Format == JSONL {
		return l, l.readRows(s)
	}
	column := match(s.Header, "", refName)
	if len(column) != 1 {
		return nil, fmt.Errorf("%s:%d: a list has one column ref; this one has %s; call the one that counts ref", s.Name, s.HeaderRow, list(s.Header))
	}
	for r, err := range s.usableRecords {
		var ref string
		if err == nil {
			ref, err = s.usable(r, column[0])
		}
		if err != nil {
			return nil, err
		}
		l.add(ref, r.line)
	}
	return l, nil
}

// readRows reads a list in JSON.
func (l *List) readRows(s *Source) error {
	for row, err := range s.Rows() {
		switch {
		case err != nil:
			return err
		case leaver.CheckRef(row.Ref) != nil: // end dates do not matter here
			return fmt.Errorf("%s: %s", row.Place, row.Fault)
		}
		l.add(row.Ref, row.Place.Row)
	}
	return nil
}

func (l *List) add(ref string, row int) {
	if look := listed(ref); l.rows[look] == 0 {
		l.rows[strings.Clone(look)] = row
	}
}

// listed is what refs are compared by: what they look like, and a number without
// the zeros that spreadsheets cut.
func listed(ref string) string {
	look := leaver.LookAlike(ref, false)
	if digitsOnly(look) {
		return strings.TrimLeft(look[:len(look)-1], "0") + look[len(look)-1:]
	}
	return look
}

// Len is how many refs are listed.
func (l *List) Len() int { return len(l.rows) }

// Refuse says where one of the refs of a leaver is listed; "" if none is. One that
// only looks like a listed one is refused as well: it would be too late to find
// out that the list meant it. A nil List lists nobody.
func (l *List) Refuse(refs ...string) string {
	if l == nil {
		return ""
	}
	for _, ref := range refs {
		if row, ok := l.rows[listed(ref)]; ok {
			return fmt.Sprintf("the ref %q is listed in %s:%d (--except)", ref, l.Name, row)
		}
	}
	return ""
}

// Crosswalk leads from old refs to new ones. It may be used by several
// goroutines.
type Crosswalk struct {
	// Name is that of the file.
	Name string

	partners map[string]string
	olds     map[string][]string // by their partners
	zeros    zeros               // of the new refs
}

// Len is how many refs have a partner.
func (c *Crosswalk) Len() int { return len(c.partners) }

func (c *Crosswalk) find(old string) (partner string, ok bool) {
	partner, ok = c.partners[old]
	return partner, ok
}

// Warnings are what a person should look at before anything is sent.
func (c *Crosswalk) Warnings() []string {
	n := c.zeros.tooShort()
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s shorter than those with a zero in front, which have %d digits; if a spreadsheet has cut zeros, put them back there", count(n, "new ref"), c.zeros.long)}
}

// ReadCrosswalk reads a table with a column of old refs and one of new refs.
// It fails if a ref cannot be used, if an old one has two new ones, or if two
// old ones have the same.
func ReadCrosswalk(path string) (*Crosswalk, error) {
	s, err := Open(path, Options{usual: oldName})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	from, to := match(s.Header, "", oldName), match(s.Header, "", newName)
	if s.Format == JSONL || len(from) != 1 || len(to) != 1 {
		return nil, fmt.Errorf("%s:%d: a crosswalk is a table with one column old and one column new; this one has %s; call them so", s.Name, s.HeaderRow, list(s.Header))
	}
	c := &Crosswalk{Name: s.Name, partners: map[string]string{}, olds: map[string][]string{}}
	places := map[string]int{} // of old refs
	for r, err := range s.usableRecords {
		var old, partner string
		if err == nil {
			old, err = s.usable(r, from[0])
		}
		if err == nil {
			partner, err = s.usable(r, to[0])
		}
		if err == nil {
			err = s.refuseHiddenZeros(r, to[0])
		}
		if err != nil {
			return nil, err
		}
		switch earlier, known := c.partners[old]; {
		case !known:
			c.partners[old], places[old] = partner, r.line
			c.olds[partner] = append(c.olds[partner], old)
			c.zeros.note(partner)
		case earlier != partner:
			return nil, fmt.Errorf("%s:%d: %q has the new ref %q here and %q in row %d; delete the wrong one", s.Name, r.line, old, partner, earlier, places[old])
		}
	}
	return c, c.refuseShared(places)
}

// usableRecords reads a table in which no record may be faulty.
func (s *Source) usableRecords(yield func(*record, error) bool) {
	for r, err := range s.records {
		if err == nil && r.fault != "" {
			err = fmt.Errorf("%s:%d: %s", s.Name, r.line, r.fault)
		}
		if !yield(r, err) || err != nil {
			return
		}
	}
}

// refuseHiddenZeros refuses a number that a sheet shows with zeros which it does
// not have: the tenant may know the one or the other.
func (s *Source) refuseHiddenZeros(r *record, column int) error {
	if mark, shown := s.cell(r.fields[column]); mark == zerosMark {
		return fmt.Errorf("%s:%d: column %q: the sheet shows %s, and the cell holds a number without these zeros; type it as text", s.Name, r.line, s.Header[column], shown)
	}
	return nil
}

// usable returns the ref in a field of a record.
func (s *Source) usable(r *record, column int) (string, error) {
	ref, _, fault := s.refOf(r.fields[column])
	if ref = strings.Clone(leaver.TrimRef(ref)); fault == "" {
		if err := leaver.CheckRef(ref); err != nil {
			fault = err.Error()
		}
	}
	if fault != "" {
		return "", fmt.Errorf("%s:%d: column %q: %s", s.Name, r.line, s.Header[column], fault)
	}
	return ref, nil
}

// refuseShared refuses new refs that several old ones lead to: two people
// would become one.
func (c *Crosswalk) refuseShared(places map[string]int) error {
	var shared []string
	for partner, of := range c.olds {
		if len(of) < 2 {
			continue
		}
		texts := make([]string, len(of))
		for i, old := range of {
			texts[i] = fmt.Sprintf("%q in row %d", old, places[old])
		}
		shared = append(shared, fmt.Sprintf("%s is the new ref of %s", strconv.Quote(partner), strings.Join(texts, " and ")))
	}
	if len(shared) == 0 {
		return nil
	}
	slices.Sort(shared)
	const most = 10
	if more := len(shared) - most; more > 0 {
		shared = append(shared[:most], fmt.Sprintf("and %d more", more))
	}
	return errors.New(c.Name + ": two people would become one: " + strings.Join(shared, "; "))
}
