// Package ledger owns which lines of a report count, and what they say together. A
// report is a ledger that many runs go on with, over inputs that change in between.
//
// A line speaks of its leaver, or of its row:
//
//	suspended · already_inactive · not_due · held · not_found · rejected ·
//	unconfirmed · failed · pending
//	       speak of the leaver, wherever the line stands: of several lines about one
//	       ref the last one counts
//
//	       suspended and already_inactive also close their end date:
//
//	         open ── suspended · already_inactive ──▶ closed
//	          ▲                                         │
//	          └───── pending: "active again: …" ────────┘
//
//	       While it is closed, any other line about the same ref and end date does not
//	       count, and the leaver is not called for it. Only a line that says that the
//	       account is active again opens it (see leaver.Result.ActiveAgain)
//
//	duplicate · invalid · excluded
//	       speak of a row: such a line counts until a later line has the same source
//	       and row
//
// Several reports are read as one, in the order of time. The package keeps a few dozen
// bytes for each leaver, and does no I/O.
package ledger

import (
	"iter"
	"slices"
	"strings"

	"offboard/internal/compact"
	"offboard/internal/leaver"
)

// Ledger is what lines say together. Call Add for every line, in their order; after that
// it can be asked any number of times. A Ledger is for one goroutine at a time.
type Ledger struct {
	Keys compact.Keys // of refs

	leavers *compact.Table[compact.Key, entry]
	rows    *compact.Table[place, rowLine]
	said    *compact.Table[compact.Key, struct{}] // what lines about rows have ever said
	past    past
	// changed has what lines say that somebody has changed. Nobody can tell of whom they
	// speak, so they count for ever, and no other line replaces them.
	changed map[compact.Key]bool
	// exclusions has the places of the last lines that exclude leavers.
	exclusions map[compact.Key]place

	sources map[string]uint32
	source  string // of the last line
	number  uint32 // of this source
	dates   map[leaver.DateKey]uint32
	keys    []leaver.DateKey // end dates, by number
	lines   uint32
}

// entry is what is known of a leaver. With its key it takes 24 bytes.
type entry struct {
	line    uint32 // the number of the line that counts
	endDate uint32 // of this line: its number
	doubts  leaver.Doubts
	outcome uint8 // its number
	called  uint8 // the outcome of the last call after which the leaver was not done; none: 0
}

// isClosed tells whether the line that counts closes its end date.
func (e entry) isClosed() bool { return outcomes[e.outcome&^marks].Closed() }

// These are added to the number of an outcome.
const (
	excluded = 1 << 7 // a later line about a row excludes the leaver
	invalid  = 1 << 6 // a later line about a row of the leaver says that it cannot be used
	marks    = excluded | invalid
)

// rowLine is a line that speaks of its row.
type rowLine struct {
	line uint32
	says compact.Key
}

// place is a leaver.Place with the number of its source.
type place struct{ source, row uint32 }

func (at place) hash() uint64 {
	return (uint64(at.source)<<32 | uint64(at.row)) * 0x9e3779b97f4a7c15 >> 20
}

// outcomes gives outcomes numbers. 0 is none.
var outcomes = append([]leaver.Outcome{""}, leaver.Outcomes()...)

func numberOf(o leaver.Outcome) uint8 { return uint8(max(0, slices.Index(outcomes, o))) }

// New returns a ledger without lines.
func New() *Ledger {
	return &Ledger{
		Keys:       compact.NewKeys(),
		leavers:    compact.NewTable[compact.Key, entry](compact.Key.Hash),
		rows:       compact.NewTable[place, rowLine](place.hash),
		said:       compact.NewTable[compact.Key, struct{}](compact.Key.Hash),
		past:       past{},
		exclusions: map[compact.Key]place{},
		changed:    map[compact.Key]bool{},
		sources:    map[string]uint32{},
		dates:      map[leaver.DateKey]uint32{},
	}
}

// Lines returns how many lines were added.
func (l *Ledger) Lines() int { return int(l.lines) }

// Leavers returns of how many leavers lines speak.
func (l *Ledger) Leavers() int { return l.leavers.Len() }

// Fill adds all lines. It returns the error that they end with.
func (l *Ledger) Fill(lines iter.Seq2[leaver.Result, error]) error {
	for r, err := range lines {
		if err != nil {
			return err
		}
		l.Add(r)
	}
	return nil
}

// Standing returns those of the lines that count. They have to be the lines that were
// added, in the same order. A line about a leaver has, as Earlier, how the last call
// ended. If a later line about a row excludes the leaver, that one stands for both; if it
// does not count any more, that of the leaver has Excluded. It has a Fault if a later line
// says that a row of the leaver cannot be used: which row is right, the lines do not tell.
func (l *Ledger) Standing(lines iter.Seq2[leaver.Result, error]) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		number := -1
		for r, err := range lines {
			number++
			if err == nil && !l.counts(number, &r) {
				continue
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// Add takes the next line.
func (l *Ledger) Add(r leaver.Result) {
	line := l.lines
	l.lines++
	if r.Changed {
		l.changed[l.saysAt(r)] = true
		return
	}
	at := l.place(r.Place)
	if speaksOfRow(r) {
		says := l.says(r)
		l.rows.Put(at, rowLine{line, says})
		l.said.Put(says, struct{}{})
		l.mark(l.Keys.Of(r.Ref), at, r.Outcome)
		return
	}
	if l.rows.Len() > 0 {
		l.rows.Remove(at)
	}
	k, date := l.Keys.Of(r.Ref), l.date(r.EndDate.Key())
	e, known := l.leavers.Get(k)
	isClosed, isActiveAgain := r.Outcome.Closed(), r.ActiveAgain()
	if known && !isClosed && !isActiveAgain {
		if _, done := l.done(k, e, date); done {
			return // a run that did not know of the suspension
		}
	}
	if known && e.isClosed() && e.endDate != date {
		l.past.add(k, closed{e.endDate, e.outcome &^ marks})
	}
	next := entry{line: line, endDate: date, doubts: r.Doubts, outcome: numberOf(r.Outcome)}
	if isActiveAgain {
		l.past.remove(k, date)
		// It says what the tenant says, and not that somebody may be called whom a line
		// about a row excludes.
		next.outcome |= e.outcome & marks
	}
	switch {
	case isClosed:
	case r.Outcome.Called():
		next.called = next.outcome
	default:
		next.called = e.called
	}
	l.leavers.Put(k, next)
}

// saysAt returns the key of what a line says of a row.
func (l *Ledger) saysAt(r leaver.Result) compact.Key {
	ref, endDate := r.Normal()
	return l.Keys.Of(r.Place.String() + "\n" + ref + "\n" + endDate)
}

// speaksOfRow tells whether a line speaks of its row. One with a ref or an end date that
// cannot be used says nothing about a leaver, unless it closes the end date, or ends that.
func speaksOfRow(r leaver.Result) bool {
	return r.Outcome.AboutRow() || r.Fault != "" && !r.Outcome.Closed() && !r.ActiveAgain()
}

// mark notes that a line about a row excludes its leaver, or says that the row cannot be
// used.
func (l *Ledger) mark(k compact.Key, at place, o leaver.Outcome) {
	e, known := l.leavers.Get(k)
	switch {
	case !known:
		return
	case o == leaver.Excluded:
		e.outcome |= excluded
		l.exclusions[k] = at
	case o == leaver.Invalid:
		e.outcome |= invalid
	}
	l.leavers.Put(k, e)
}

// isExcluded tells whether the line counts that excludes a leaver. Then it stands for the
// leaver, too.
func (l *Ledger) isExcluded(k compact.Key, r leaver.Result) bool {
	r.Outcome = leaver.Excluded
	at, known := l.exclusions[k]
	line, stands := l.rows.Get(at)
	return known && stands && line.says == l.says(r)
}

// says returns the key of what a line about a row says. It is computed from the leaver's
// normal form, which does not change when a row is written to a report and read again.
func (l *Ledger) says(r leaver.Result) compact.Key {
	ref, endDate := r.Normal()
	return l.Keys.Of(ref + "\n" + endDate + "\n" + string(r.Outcome))
}

// date returns the number of an end date.
func (l *Ledger) date(key leaver.DateKey) uint32 {
	number, known := l.dates[key]
	if !known {
		number = uint32(len(l.keys))
		l.dates[key] = number
		l.keys = append(l.keys, key)
	}
	return number
}

// place returns a place with the number of its source.
func (l *Ledger) place(at leaver.Place) place {
	if len(l.sources) == 0 || at.Source != l.source {
		number, known := l.sources[at.Source]
		if !known {
			number = uint32(len(l.sources))
			l.sources[strings.Clone(at.Source)] = number
		}
		l.source, l.number = strings.Clone(at.Source), number
	}
	return place{l.number, uint32(at.Row)}
}

// Standing is what the line says that counts for a leaver.
type Standing struct {
	Number  int // of the leaver, from 0 on
	Outcome leaver.Outcome
	EndDate leaver.DateKey
	Doubts  leaver.Doubts // of a leaver who is held
	// Called is the outcome of the last call after which the leaver was not done; "" if
	// there was none since the leaver was done for an earlier end date.
	Called leaver.Outcome
	// Excluded tells that a later line about a row excludes the leaver, and Invalid that one
	// about a row of theirs says that it cannot be used.
	Excluded, Invalid bool
}

// Leaver returns what is known of a leaver, by the key of the ref.
func (l *Ledger) Leaver(k compact.Key) (s Standing, known bool) {
	if l.leavers.Len() == 0 {
		return Standing{}, false
	}
	number, known := l.leavers.Number(k)
	if !known {
		return Standing{}, false
	}
	e, _ := l.leavers.Get(k)
	return l.standing(number, e), true
}

func (l *Ledger) standing(number int, e entry) Standing {
	return Standing{number, outcomes[e.outcome&^marks], l.keys[e.endDate], e.doubts, outcomes[e.called], e.outcome&excluded != 0, e.outcome&invalid != 0}
}

// SpeaksOf tells whether a line counts that speaks of a row, and whether it says the same
// as a result.
func (l *Ledger) SpeaksOf(r leaver.Result) (speaks, same bool) {
	if len(l.changed) > 0 && r.Outcome == leaver.Invalid && l.changed[l.saysAt(r)] {
		return true, true
	}
	if l.rows.Len() == 0 {
		return false, false
	}
	source, known := l.sources[r.Source]
	if !known {
		return false, false
	}
	line, speaks := l.rows.Get(place{source, uint32(r.Row.Place.Row)})
	return speaks, speaks && line.says == l.says(r)
}

// Said tells whether some line about a row has ever said the same as a result, wherever.
func (l *Ledger) Said(r leaver.Result) bool {
	if l.said.Len() == 0 {
		return false
	}
	_, said := l.said.Get(l.says(r))
	return said
}

// counts tells whether a line counts, by its number from 0 on. If it does, and speaks of
// a leaver, counts adds what else is known of them.
func (l *Ledger) counts(number int, r *leaver.Result) bool {
	if r.Changed {
		return true
	}
	if speaksOfRow(*r) {
		line, known := l.rows.Get(l.place(r.Place))
		if r.Outcome == leaver.Excluded {
			e, _ := l.leavers.Get(l.Keys.Of(r.Ref))
			r.Earlier = outcomes[e.called]
		}
		return known && int(line.line) == number
	}
	k := l.Keys.Of(r.Ref)
	e, known := l.leavers.Get(k)
	if !known || int(e.line) != number {
		return false
	}
	r.Earlier = outcomes[e.called]
	isOpen := !e.isClosed()
	switch {
	case isOpen && e.outcome&excluded != 0:
		r.Excluded = "an earlier run has excluded the leaver"
		return !l.isExcluded(k, *r)
	case isOpen && e.outcome&invalid != 0:
		r.Fault = "another row of this ref contradicts it, or cannot be read; correct the export, and run that"
	}
	return true
}

// Unfinished returns what is known of the leavers who are not done and whom no later line
// excludes, in no particular order.
func (l *Ledger) Unfinished() iter.Seq[Standing] {
	return func(yield func(Standing) bool) {
		for k, e := range l.leavers.All() {
			if e.outcome&excluded != 0 || e.isClosed() || e.outcome&^marks == 0 {
				continue
			}
			number, _ := l.leavers.Number(k)
			if !yield(l.standing(number, e)) {
				return
			}
		}
	}
}
