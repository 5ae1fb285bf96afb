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
	if err := s.Prepare(); err != nil {
		return nil, err
	}
	l := &List{Name: s.Name, rows: map[string]int{}}
	for row, err := range s.Rows() {
		if err != nil {
			return nil, err
		}
		// End dates do not matter here.
		if leaver.CheckRef(row.Ref) != nil {
			return nil, fmt.Errorf("%s: %s; mend it: nobody who is listed must be missed", row.Place, row.Fault)
		}
		if look := leaver.LookAlike(row.Ref, false); l.rows[look] == 0 {
			l.rows[strings.Clone(look)] = row.Place.Row
		}
	}
	return l, nil
}

// Len is how many refs are listed.
func (l *List) Len() int { return len(l.rows) }

// Refuse says where a ref is listed; "" if it is not. One that only looks like
// a listed one is refused as well: it would be too late to find out that the
// list meant it. A nil List lists nobody.
func (l *List) Refuse(ref string) string {
	if l == nil {
		return ""
	}
	row, listed := l.rows[leaver.LookAlike(ref, false)]
	if !listed {
		return ""
	}
	return fmt.Sprintf("the ref %q is listed in %s:%d (--except)", ref, l.Name, row)
}

// Crosswalk leads from old refs to new ones. It may be used by several
// goroutines.
type Crosswalk struct {
	// Name is that of the file.
	Name string

	partners map[string]string
}

// Len is how many refs have a partner.
func (c *Crosswalk) Len() int { return len(c.partners) }

func (c *Crosswalk) find(old string) (partner string, ok bool) {
	partner, ok = c.partners[old]
	return partner, ok
}

// ReadCrosswalk reads a table with a column of old refs and one of new refs.
// It fails if a ref cannot be used, if an old one has two new ones, or if two
// old ones have the same.
func ReadCrosswalk(path string) (*Crosswalk, error) {
	s, err := Open(path, Options{RefColumn: oldName})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	from, to := match(s.Header, "", oldName), match(s.Header, "", newName)
	if s.Format == JSONL || len(from) != 1 || len(to) != 1 {
		return nil, fmt.Errorf("%s: a crosswalk is a table with one column old and one column new; this one has %s", s.Name, list(s.Header))
	}
	c := &Crosswalk{s.Name, map[string]string{}}
	places := map[string]int{} // of old refs
	olds := map[string][]string{}
	for r, err := range s.records {
		if err == nil && r.fault != "" {
			err = fmt.Errorf("%s:%d: %s", s.Name, r.line, r.fault)
		}
		if err != nil {
			return nil, err
		}
		old, err := s.usable(r, from[0])
		if err != nil {
			return nil, err
		}
		partner, err := s.usable(r, to[0])
		if err != nil {
			return nil, err
		}
		switch earlier, known := c.partners[old]; {
		case !known:
			c.partners[old], places[old] = partner, r.line
			olds[partner] = append(olds[partner], old)
		case earlier != partner:
			return nil, fmt.Errorf("%s:%d: %q has the new ref %q here and %q in row %d; leave one of them", s.Name, r.line, old, partner, earlier, places[old])
		}
	}
	return c, c.refuseShared(olds, places)
}

// usable returns the ref in a field of a record.
func (s *Source) usable(r *record, column int) (string, error) {
	ref, fault := s.refOf(r.fields[column])
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
func (c *Crosswalk) refuseShared(olds map[string][]string, places map[string]int) error {
	var shared []string
	for partner, of := range olds {
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
