package plan

import (
	"iter"

	"offboard/internal/compact"
	"offboard/internal/leaver"
)

// leftOutRows are the rows that a condition left out and that may say that the person is
// still employed, by ref. Rows of a ref that say the same are kept once.
type leftOutRows struct {
	first *compact.Table[compact.Key, leftOut]
	more  *compact.Lists[leftOut] // further ones of the same ref: there are few
}

// leftOut is a row that a condition left out.
type leftOut struct {
	place place
	facts leaver.Facts
}

func newLeftOutRows() leftOutRows {
	return leftOutRows{compact.NewTable[compact.Key, leftOut](compact.Key.Hash), compact.NewLists[leftOut]()}
}

// add adds a row, unless one is known that says the same.
func (l leftOutRows) add(k compact.Key, r leftOut) {
	isKnown := false
	for known := range l.of(k) {
		if isKnown = true; r.same(known) {
			return
		}
	}
	if isKnown {
		l.more.Add(k, r)
	} else {
		l.first.Put(k, r)
	}
}

// of returns the rows of a ref: the first one, and then the last one of the others first.
func (l leftOutRows) of(k compact.Key) iter.Seq[leftOut] {
	return func(yield func(leftOut) bool) {
		if l.first.Len() == 0 {
			return // nearly always
		}
		first, known := l.first.Get(k)
		if !known || !yield(first) {
			return
		}
		for r := range l.more.Of(k) {
			if !yield(r) {
				return
			}
		}
	}
}

// same tells whether two rows say the same.
func (r leftOut) same(o leftOut) bool {
	return r.facts == o.facts && r.place.source == o.place.source
}
