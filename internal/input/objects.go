package input

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"offboard/internal/table"
)

// objects is an input of JSON objects. Their keys may differ from one to the next.
type objects struct {
	json  table.JSON
	picks []pick
	where []Condition
	keep  []string // keys or paths whose texts rows have
}

// pick says which member of an object is meant.
type pick struct {
	asked string // key or path that was asked for; "": the usual one
	usual string // usual name of the key
	flag  string // that asks for a key
	none  bool   // nothing is meant
}

// records implements format.
func (f *objects) records() iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		r := record{lines: 1, cells: make([]cell, len(f.picks)), names: make([]string, len(f.picks))}
		l := f.layout()
		var object *table.Object
		r.people = func() string { return f.people(object, r.cells[refCell].Text) }
		r.kept = func(i int) (cell, bool) { return l.keptCell(object, i) }
		for next, err := range f.json.Objects() {
			if err != nil {
				yield(nil, err)
				return
			}
			object, r.object = next, next
			r.row, r.size, r.fault = object.Line, 0, object.Fault
			if r.fault == "" {
				if err := l.learn(object.Keys); err != nil {
					yield(nil, &table.LineError{Line: object.Line, Err: err})
					return
				}
				r.rivals, r.cells, r.names = l.rivals, r.cells[:0], r.names[:0]
				for i := range l.picks {
					c, name := l.find(object, i)
					r.cells, r.names = append(r.cells, c), append(r.names, name)
					r.size += len(c.Text) // a copy of its own
				}
				r.values = l.status.find(object, r.values[:0])
				r.columns = l.status.columns
			}
			if !yield(&r, nil) {
				return
			}
		}
	}
}

// columnNames implements format: each object may have its own keys.
func (f *objects) columnNames() (names [firstCondition]string) { return names }

// layout remembers which keys are meant, because most objects have the same keys as
// the object before.
type layout struct {
	objects *objects
	picks   []pick   // those of all objects, then the rivals
	rivals  []string // names of the keys that may be the end date, too
	keys    []string
	found   [][]int // by pick: positions of the keys that could be meant
	kept    [][]int // the same by key whose texts rows have
	status  *statusKeys
}

func (f *objects) layout() layout {
	return layout{objects: f, picks: slices.Clone(f.picks), status: newStatusKeys(f)}
}

// learn finds the keys of an object that could be meant. It fails if several keys with
// different names could.
func (l *layout) learn(keys []string) error {
	if l.found != nil && slices.Equal(l.keys, keys) {
		return nil
	}
	l.keys = append(l.keys[:0], keys...)
	l.kept = l.kept[:0]
	for _, name := range l.objects.keep {
		l.kept = append(l.kept, match(keys, name, ""))
	}
	l.picks, l.found = l.picks[:len(l.objects.picks)], l.found[:0]
	l.status.learn(keys)
	for _, p := range l.objects.picks {
		if p.none {
			l.found = append(l.found, nil)
			continue
		}
		found := match(keys, p.asked, p.usual)
		l.found = append(l.found, found)
		if first := pickNames(keys, found); len(found) > 1 && table.NormalName(first[0]) != table.NormalName(first[len(first)-1]) {
			return fmt.Errorf("%d keys could be meant by %q: %s; name one with %s", len(found), cmp.Or(p.asked, spelt(p.usual)), quoted(first), p.flag)
		}
	}
	return l.learnRivals(keys)
}

// learnRivals finds the keys that may be the end date, too, if that was found by its
// name.
func (l *layout) learnRivals(keys []string) error {
	l.rivals = nil
	p, found := l.picks[endDateCell], l.found[endDateCell]
	if p.asked != "" || p.none || len(found) != 1 {
		return nil
	}
	for _, at := range rivals(keys, found[0]) {
		l.rivals = append(l.rivals, keys[at])
		l.picks, l.found = append(l.picks, pick{asked: keys[at]}), append(l.found, []int{at})
	}
	return checkAbsences(keys, keys[found[0]])
}

// find returns the member of the object that pick i means, and its key; an empty cell
// and "" if the object has none. The keys are those that learn was called with.
func (l *layout) find(o *table.Object, i int) (cell, string) {
	return member(o, l.found[i], l.picks[i])
}

// member returns the member at the position that was found, or else the one at a path
// such as employee.number. If several positions were found the cell cannot be used.
func member(o *table.Object, found []int, p pick) (cell, string) {
	switch len(found) {
	case 0:
		return inside(o, p)
	case 1:
		return valueCell(o.Values[found[0]]), o.Keys[found[0]]
	}
	texts := make([]string, len(found))
	for i, at := range found {
		texts[i] = string(o.Values[at])
	}
	// The texts together are not a date, so the row stays unusable in a report.
	return faultCell(strings.Join(texts, ", "), "%d keys could be meant by %q: %s; name one with %s, or rename the others",
		len(found), cmp.Or(p.asked, spelt(p.usual)), quoted(pickNames(o.Keys, found)), p.flag), o.Keys[found[0]]
}

// inside finds a member by a path through objects.
func inside(o *table.Object, p pick) (cell, string) {
	outer, rest, found := strings.Cut(p.asked, ".")
	if !found || outer == "" || rest == "" {
		return cell{}, ""
	}
	at := match(o.Keys, outer, "")
	switch {
	case len(at) == 0:
		return cell{}, ""
	case len(at) > 1:
		return member(o, at, pick{asked: outer, flag: p.flag})
	}
	key, value := o.Keys[at[0]], o.Values[at[0]]
	switch value.Kind() {
	case table.Nothing:
		return cell{}, ""
	case table.List:
		return faultCell(value.Text(), "the value of %q is a list, and of its objects no one is meant; if they are the leavers, save the list alone", key), key
	case table.Nested:
		inner := value.Object()
		c, name := member(&inner, match(inner.Keys, rest, ""), pick{asked: rest, usual: p.usual, flag: p.flag})
		if name != "" {
			name = p.asked
		}
		return c, name
	}
	// The value may be what is meant, so it is not the same as no value.
	return faultCell(value.Text(), "the value of %q is no object, so it has no %q", key, rest), key
}

// deepest is how many objects may be within each other to be looked into.
const deepest = 8

// walk visits all members with their paths. It visits the members of an object within
// the object, and not that object itself.
func walk(o *table.Object, above string, depth int, visit func(path string, v table.Value)) {
	for i, key := range o.Keys {
		v := o.Values[i]
		if v.Kind() == table.Nested && depth < deepest {
			if inner := v.Object(); inner.Fault == "" && len(inner.Keys) > 0 {
				walk(&inner, above+key+".", depth+1, visit)
				continue
			}
		}
		visit(above+key, v)
	}
}

// checkPicks refuses options by which the ref and the end date are one key.
func checkPicks(ref, endDate pick) error {
	name := cmp.Or(ref.asked, ref.usual)
	if table.NormalName(name) == table.NormalName(cmp.Or(endDate.asked, endDate.usual)) {
		return fmt.Errorf("--ref-column and --end-date-column both name the key %q", name)
	}
	return nil
}
