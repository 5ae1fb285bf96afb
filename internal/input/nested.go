package input

import (
	"bytes"
	"fmt"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// nested counts objects that have other people in a list.
type nested struct {
	objects int
	list    string // the path of the list in the first of these
}

// nested notes people in a list within a record, who are not read. It fails unless the
// ref was asked for: the leavers may be those of the list, and not the person who has
// them, such as the manager of a team.
func (g *reading) nested(r *record) error {
	if r.people == nil || r.names[refCell] == "" {
		return nil
	}
	list := r.people()
	switch {
	case list == "":
		return nil
	case g.source.options.RefColumn == "":
		return lineErrorf(r.row, "this object has the key %q itself and a list of people, %q, so it is not clear who the leavers are; if those of the list are, save the list alone, as a JSON array; if those around it are, say --ref-column %s",
			r.names[refCell], list, r.names[refCell])
	}
	if g.survey.nested.objects++; g.survey.nested.objects == 1 {
		g.survey.nested.list = list
	}
	return nil
}

// warning says that people in lists are not read; "" if there are none.
func (n nested) warning() string {
	if n.objects == 0 {
		return ""
	}
	return fmt.Sprintf("%s with people in a list, such as %q, who are not read", count(n.objects, "object"), n.list)
}

// people returns the path of a list in an object that has other people than the one
// with this ref; "" if there is none.
func (f *objects) people(o *table.Object, ref string) (list string) {
	if !hasList(o) {
		return ""
	}
	p := f.picks[refCell]
	walk(o, "", 1, func(path string, v table.Value) {
		if list != "" {
			return
		}
		for inner := range v.Objects() {
			c, name := member(&inner, match(inner.Keys, p.asked, p.usual), p)
			if name != "" && leaver.TrimRef(c.Text) != leaver.TrimRef(ref) {
				list = path
				return
			}
		}
	})
	return list
}

// hasList tells whether an object may have a list of objects. It is quick, because most
// objects have none.
func hasList(o *table.Object) bool {
	for _, v := range o.Values {
		if kind := v.Kind(); kind == table.List && len(v) > len("[{}]") || kind == table.Nested && bytes.IndexByte(v, '[') >= 0 {
			return true
		}
	}
	return false
}
