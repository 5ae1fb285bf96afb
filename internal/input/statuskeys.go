package input

import (
	"bytes"

	"offboard/internal/table"
)

// statusKeys finds the members of objects that say what a person's employment is, also
// within other objects and lists. They become known one after another.
type statusKeys struct {
	objects *objects
	columns []statusColumn
	byPath  map[string]int // its column; -1: it says something else
	keys    []int          // by position of a key: its column, or -1
	inside  []*container   // by position of a key: what is known of the objects and lists there
	all     map[string]*container
}

// container is what is known of the objects and lists of a key. It is not worth the time
// to read their members if none has a name that says something.
type container struct {
	named bool            // some have, or the key
	keys  map[string]bool // that were seen in them
}

// maxKeys is how many keys, and how many paths, are remembered.
const maxKeys = 10_000

// look looks for keys in an object or a list that were not seen before.
func (c *container) look(v table.Value) {
	for i := 0; i < len(v) && !c.named; i++ {
		if v[i] != '"' {
			continue
		}
		from := i + 1
		for i = from; i < len(v) && v[i] != '"'; i++ {
			if v[i] == '\\' {
				i++
			}
		}
		if i+1 >= len(v) || c.keys[string(v[from:i])] {
			continue
		}
		if behind := bytes.TrimLeft(v[i+1:], " \t\r\n"); len(behind) > 0 && behind[0] == ':' {
			key := string(v[from:i])
			c.named = saysStatus(key)
			if len(c.keys) < maxKeys {
				c.keys[key] = true
			}
		}
	}
}

// saysStatus tells whether a key, wherever it is, may say what the employment is.
func saysStatus(key string) bool {
	kind := kindOfName(key)
	return kind != noStatus && kind != formOnly
}

func newStatusKeys(f *objects) *statusKeys {
	return &statusKeys{objects: f, columns: []statusColumn{}, byPath: map[string]int{}, all: map[string]*container{}}
}

// learn takes the keys of the objects that follow.
func (k *statusKeys) learn(keys []string) {
	k.keys, k.inside = k.keys[:0], k.inside[:0]
	for _, key := range keys {
		of := k.all[key]
		if of == nil {
			of = &container{saysStatus(key), map[string]bool{}}
			k.all[key] = of
		}
		k.keys, k.inside = append(k.keys, unknownColumn), append(k.inside, of)
	}
}

// unknownColumn stands for a key that no value was read of.
const unknownColumn = -2

// find adds the values of an object that say what the person's employment is.
func (k *statusKeys) find(o *table.Object, values []statusValue) []statusValue {
	for i, v := range o.Values {
		if kind := v.Kind(); kind == table.Nested || kind == table.List {
			if k.inside[i].look(v); k.inside[i].named {
				values = k.within(o.Keys[i], v, 1, false, values)
			}
			continue
		}
		if k.keys[i] == unknownColumn {
			k.keys[i] = k.column(o.Keys[i], false)
		}
		if k.keys[i] >= 0 {
			values = append(values, statusValue{k.keys[i], valueCell(v)})
		}
	}
	return values
}

// within adds the values of a member at a path.
func (k *statusKeys) within(path string, v table.Value, depth int, list bool, values []statusValue) []statusValue {
	switch kind := v.Kind(); {
	case depth > deepest:
	case kind == table.Nested:
		inner := v.Object()
		for i, key := range inner.Keys {
			values = k.within(path+"."+key, inner.Values[i], depth+1, list, values)
		}
	case kind == table.List:
		for element := range v.Elements() {
			values = k.within(path, element, depth+1, true, values)
		}
	default:
		if at := k.column(path, list); at >= 0 {
			values = append(values, statusValue{at, valueCell(v)})
		}
	}
	return values
}

// column returns the column of a path; -1 if it says something else.
func (k *statusKeys) column(path string, list bool) int {
	at, known := k.byPath[path]
	if known {
		return at
	}
	if at = -1; len(k.byPath) == maxKeys {
		return at
	}
	c, ok := newStatusColumn(path, k.objects.where)
	if ok && !k.isRead(path) && len(k.columns) < maxStatusColumns {
		c.list = list
		at, k.columns = len(k.columns), append(k.columns, c)
	}
	k.byPath[path] = at
	return at
}

// isRead tells whether a path is that of the ref or of the end date.
func (k *statusKeys) isRead(path string) bool {
	for _, p := range k.objects.picks[:firstCondition] {
		if !p.none && len(match([]string{path}, p.asked, p.usual)) > 0 {
			return true
		}
	}
	return false
}
