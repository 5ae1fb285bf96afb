package plan

import (
	"strings"
	"unicode"

	"offboard/internal/compact"
	"offboard/internal/leaver"
)

// LookAlike is a leaver of the input whose ref looks like that of another leaver:
// see leaver.LookAlike.
type LookAlike struct {
	Ref   string // of the later row
	Place leaver.Place
	Other leaver.Place // of the earlier one; without a source if the leaver is done by the ledger
}

// lookAlikes finds refs that look alike. Looks are in the case of the first ref that
// has letters. So nearly every ref is equal to its look, and need not be stored here.
type lookAlikes struct {
	cased, upper bool                               // a ref with letters is known; looks are in upper case
	looks        *compact.Table[compact.Key, place] // looks that are not equal to their ref
	n            int
	first        []LookAlike
}

// maxLookAlikes is how many look-alikes LookAlikes returns.
const maxLookAlikes = 3

// noteLookAlike takes a ref that is new in the input.
func (p *Plan) noteLookAlike(ref string, k compact.Key, at place) {
	l := &p.alike
	if !l.cased {
		l.cased = strings.IndexFunc(ref, unicode.IsLetter) >= 0
		l.upper = strings.ToUpper(ref) == ref
	}
	look := leaver.LookAlike(ref, l.upper)
	if look != ref {
		k = p.key(look)
	} else if l.looks.Len() == 0 {
		return
	}
	other, known := l.looks.Get(k)
	if look != ref {
		if !known {
			l.looks.Put(k, at)
		}
		if e, ok := p.refs.Get(k); ok {
			other, known = e.place, true
		} else if s, ok := p.ledger.Leaver(k); ok && p.met.done.Has(s.Number) {
			l.add(LookAlike{Ref: ref, Place: p.sources.full(at)})
			return
		}
	}
	if !known {
		return
	}
	l.add(LookAlike{ref, p.sources.full(at), p.sources.full(other)})
}

func (l *lookAlikes) add(a LookAlike) {
	l.n++
	if len(l.first) < maxLookAlikes {
		a.Ref = strings.Clone(a.Ref)
		l.first = append(l.first, a)
	}
}

// LookAlikes returns how many refs of the input look like an earlier one, and the
// first three of them. They are treated as different leavers, and a person should
// check them.
func (p *Plan) LookAlikes() (int, []LookAlike) { return p.alike.n, p.alike.first }
