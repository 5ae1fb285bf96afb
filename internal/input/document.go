package input

import (
	"fmt"
	"slices"
	"strings"

	"offboard/internal/table"
)

// openObjects sets which objects of a JSON text are read, and which of their keys, after
// openGrid has found JSON.
func (s *Source) openObjects() error {
	o, f := s.options, s.format.(*objects)
	ref := pick{asked: o.RefColumn, usual: refName, flag: "--ref-column"}
	endDate := pick{asked: o.EndDateColumn, usual: endDateName, flag: "--end-date-column", none: o.EndDateColumn == NoEndDates}
	if err := checkPicks(ref, endDate); err != nil {
		return err
	}
	f.picks, f.where, f.keep = []pick{ref, endDate}, o.Where, o.kept()
	for _, c := range o.Where {
		f.picks = append(f.picks, pick{asked: c.Column, flag: "--where"})
	}
	outline, err := f.json.Text.Outline()
	if err != nil {
		return err
	}
	d := document{outline, ref}
	if f.json, err = d.leavers(); err != nil {
		return err
	}
	s.List = strings.Join(f.json.Path, ".")
	s.Header, s.paths, err = f.firstKeys()
	if f.json.Array && outline.Document && d.isLine() {
		s.paths = append(d.paths(), s.paths...) // the ref may be a key of the object around the list
	}
	return err
}

// firstKeys returns the keys of the first object, and the paths of all its members;
// nothing if there is no object, or the first one cannot be read.
func (f *objects) firstKeys() (keys, paths []string, err error) {
	for o, err := range f.json.Objects() {
		if err != nil {
			return nil, nil, err
		}
		if o.Fault != "" && f.json.Array {
			return nil, nil, lineErrorf(o.Line, "this is not a list of objects: its first element is none")
		}
		if o.Fault == "" {
			keys = slices.Clone(o.Keys)
			walk(o, "", 1, func(path string, _ table.Value) { paths = append(paths, path) })
		}
		break
	}
	return keys, paths, nil
}

// document is a JSON text of which it must be found out who the leavers are: if the text
// is one object, that object may be a leaver, or stand around the list of leavers.
type document struct {
	*table.Outline
	ref pick
}

// leavers returns what reads the leavers. Nobody must pass for a leaver who is not: not
// the person that asks for the leavers, nor the people of another list. So it fails if
// the object has a ref itself and a list of objects, and if there are several lists.
func (d document) leavers() (table.JSON, error) {
	if !d.Document {
		return d.JSON, nil
	}
	refs := d.refs()
	var lists []string
	for _, l := range d.Lists {
		lists = append(lists, strings.Join(l.Path, "."))
	}
	switch {
	case d.isLeaver(refs) && (len(lists) == 0 || d.isLine()):
		return d.JSON, nil
	case len(refs) > 0 && len(lists) > 0:
		return d.JSON, fmt.Errorf("this is one object that has the key %s itself and a list of objects, %s, so it is not clear who the leavers are; if those of the list are, save the list alone, as a JSON array", quoted(refs[:1]), quoted(lists))
	case len(lists) == 1:
		return d.In(d.Lists[0]), nil
	case len(lists) > 1:
		return d.JSON, fmt.Errorf("this is one object around %d lists of objects: %s; save the list of the leavers alone, as a JSON array", len(lists), quoted(lists))
	case len(refs) == 0 && len(d.Empty) > 0:
		return d.JSON, fmt.Errorf("%w: %s is empty", ErrNoRows, quoted(joined(d.Empty)))
	}
	return d.JSON, d.checkKeys()
}

// refs returns the paths of the members that could be the ref of a person, first those
// that are not within another object.
func (d document) refs() []string {
	var outer, inner []string
	for _, path := range d.Members {
		whole, last := strings.Join(path, "."), path[len(path)-1]
		switch {
		case d.isRef(whole):
			outer = append(outer, whole)
		case d.isRef(last):
			inner = append(inner, whole)
		}
	}
	return append(outer, inner...)
}

// paths returns the paths of the members.
func (d document) paths() []string { return joined(d.Members) }

// joined writes paths with points between their keys.
func joined(paths [][]string) []string {
	texts := make([]string, len(paths))
	for i, path := range paths {
		texts[i] = strings.Join(path, ".")
	}
	return texts
}

func (d document) isRef(name string) bool {
	return len(match([]string{name}, d.ref.asked, d.ref.usual)) > 0
}

// isLeaver tells whether the object has a ref where that of a leaver is read.
func (d document) isLeaver(refs []string) bool { return len(refs) > 0 && d.isRef(refs[0]) }

// isLine tells whether the object may be the only line of JSON lines: it is on one line,
// and the objects of its lists are something else than people, such as addresses.
func (d document) isLine() bool {
	return !d.JSON.Spread && !slices.ContainsFunc(d.Lists, func(l table.ObjectList) bool {
		return len(l.First) == 0 || slices.ContainsFunc(l.First, d.isPerson)
	})
}

// isPerson tells whether an object has a ref.
func (d document) isPerson(o table.Object) bool { return hasRef(&o, d.ref) }

// hasRef tells whether an object has a key for the ref.
func hasRef(o *table.Object, ref pick) bool {
	_, name := member(o, match(o.Keys, ref.asked, ref.usual), ref)
	return name != ""
}

// checkKeys refuses an object whose keys are refs, {"E1": {…}, "E2": {…}}: one without a
// ref in which two objects have a key in common.
func (d document) checkKeys() error {
	if d.isLeaver(d.refs()) {
		return nil
	}
	of := map[string]string{} // the outer key by the inner path
	var outer []string
	shared := false
	for _, path := range d.Members {
		if len(path) < 2 {
			continue
		}
		if len(outer) == 0 || outer[len(outer)-1] != path[0] {
			outer = append(outer, path[0])
		}
		inner := strings.Join(path[1:], ".")
		other, known := of[inner]
		shared = shared || known && other != path[0]
		of[inner] = path[0]
	}
	if !shared {
		return nil
	}
	return fmt.Errorf("this is one object around other objects, %s, and not a list; if its keys are the refs, save a JSON array of objects that have the ref under a key of their own", quoted(outer))
}
