package plan

import (
	"strings"
	"unicode"

	"offboard/internal/leaver"
)

// LookAlike is a leaver of the input whose ref looks like that of another one.
type LookAlike struct {
	Ref   string // of the later row
	Place leaver.Place
	Other leaver.Place // of the earlier one
}

// lookAlikes watches for refs that a person would take for each other. One
// case is taken for the usual one, by the first ref that has letters, so that
// nearly every ref is its own look, and nothing is to be kept of it.
type lookAlikes struct {
	cased, upper bool
	looks        *table[key, place] // of the other ones
	n            int
	first        []LookAlike
}

// shownLookAlikes is how many look-alikes are kept to be shown.
const shownLookAlikes = 3

// watch takes a ref that stands in the input for the first time.
func (p *Plan) watch(ref string, k key, at place) {
	l := &p.alike
	if !l.cased {
		l.cased = strings.IndexFunc(ref, unicode.IsLetter) >= 0
		l.upper = strings.ToUpper(ref) == ref
	}
	look := leaver.LookAlike(ref, l.upper)
	if look != ref {
		k = p.key(look)
	} else if l.looks.used == 0 {
		return
	}
	other, known := l.looks.get(k)
	if look != ref {
		if !known {
			l.looks.put(k, at)
		}
		if e, ok := p.refs.get(k); ok {
			other, known = e.place, true
		}
	}
	if !known {
		return
	}
	l.n++
	if len(l.first) < shownLookAlikes {
		l.first = append(l.first, LookAlike{strings.Clone(ref), p.spell(at), p.spell(other)})
	}
}

// LookAlikes returns how many refs of the input look like another one, and the
// first of them. They are leavers of their own; a person should look at them.
func (p *Plan) LookAlikes() (int, []LookAlike) { return p.alike.n, p.alike.first }
