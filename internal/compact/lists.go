package compact

import "iter"

// Lists are small lists by key, most of them empty or short. All of them together take
// little more memory than their values. They are for one goroutine at a time.
type Lists[T any] struct {
	last *Table[Key, uint32] // the position in all of the last value of a key
	all  []link[T]
}

type link[T any] struct {
	value  T
	before uint32 // the position of the value before this one in its list, and 1; 0: there is none
}

// NewLists returns lists without values.
func NewLists[T any]() *Lists[T] {
	return &Lists[T]{last: NewTable[Key, uint32](Key.Hash)}
}

// Add adds a value to the list of a key.
func (l *Lists[T]) Add(k Key, value T) {
	before := uint32(0)
	if last, known := l.last.Get(k); known {
		before = last + 1
	}
	l.last.Put(k, uint32(len(l.all)))
	l.all = append(l.all, link[T]{value, before})
}

// Of returns the values of a key, the last one first.
func (l *Lists[T]) Of(k Key) iter.Seq[T] {
	return func(yield func(T) bool) {
		if len(l.all) == 0 {
			return // nearly always
		}
		last, known := l.last.Get(k)
		if !known {
			return
		}
		for next := last + 1; next > 0; next = l.all[next-1].before {
			if !yield(l.all[next-1].value) {
				return
			}
		}
	}
}
