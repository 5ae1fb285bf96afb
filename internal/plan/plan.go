// Package plan owns the decision of what a run will do with each row: which
// rows are leavers to suspend, which are duplicates, contradict each other,
// are not due, or are done already. It does no I/O: rows and the lines of
// earlier reports come in, decisions go out.
//
// Planning reads the input twice. The first reading (Add) collects a few
// dozen bytes for each ref; the second (Tasks) decides row by row with them,
// so that no row is kept in memory. A row that the first reading has not seen
// is never acted upon.
package plan

import (
	"errors"
	"hash/maphash"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"offboard/internal/leaver"
)

// ErrChanged is returned when the second reading of the input differs from
// the first.
var ErrChanged = errors.New("the input changed while it was being read")

// Options are what a plan depends on beside its rows.
type Options struct {
	Now           time.Time // end dates have passed, or not, at this moment
	IncludeFuture bool      // suspend leavers whose end date has not passed, too
}

// Plan says what to do with each row. The order of use is Recorded for every
// line of the report that the run goes on with, Add for every row of the
// input, then Totals and Tasks, as often as one likes. It is not for use by
// several goroutines at once.
type Plan struct {
	options Options
	seeds   [2]maphash.Seed
	refs    *table[key, entry]
	sources map[string]uint32
	names   []string // of sources, by number
	source  uint32   // of the last place
	numbers map[leaver.DateKey]uint32
	dates   []leaver.DateKey // by number
	dues    []flags          // which of them have passed

	// standing holds, for rows whose last line in the report was written
	// without a call, what that line says; writing it again would only make
	// the report longer.
	standing *table[place, key]
	// conflicts holds, for refs with several end dates, the first other one.
	conflicts map[key]other
	// corrected holds what the report said of refs that the input now gives
	// another end date.
	corrected map[key]entry

	alike lookAlikes
	rows  int          // of the input
	loose leaver.Tally // rows that say of themselves what they are
}

// key stands for a text. 96 bits of two independent hashes, with seeds that
// nobody knows, do not collide.
type key [3]uint32

// hash spreads keys and places over a table.
func (k key) hash() uint64 { return uint64(k[0]) | uint64(k[1])<<32 }

func (at place) hash() uint64 {
	return (uint64(at.source)<<32 | uint64(at.row)) * 0x9e3779b97f4a7c15 >> 20
}

// place is a leaver.Place with the number of its source.
type place struct{ source, row uint32 }

// other is the place and the end date of a row that contradicts an earlier one.
type other struct {
	place   place
	endDate uint32
}

// entry is what is known of a ref. With its key it takes 32 bytes.
type entry struct {
	endDate uint32 // its number
	place   place  // of its first row, or of the one that is done
	rows    uint32 // of the input that are not done, with this ref
	flags   flags
}

type flags uint8

const (
	done     flags = 1 << iota // a line of a report says that the leaver is suspended
	recorded                   // of the report that the run goes on with
	inInput                    // for a row that is part of the input
	standIn                    // only rows that a report calls duplicates so far
	moved                      // and the leaver stands on another row now
	notDue                     // the end date has not passed
	farAhead                   // it lies further ahead than anybody means
	conflict                   // its rows have different end dates
)

func (f flags) has(flag flags) bool { return f&flag != 0 }

// New returns an empty plan.
func New(o Options) *Plan {
	return &Plan{
		options:   o,
		seeds:     [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		refs:      newTable[key, entry](key.hash),
		numbers:   map[leaver.DateKey]uint32{},
		sources:   map[string]uint32{},
		standing:  newTable[place, key](place.hash),
		conflicts: map[key]other{},
		corrected: map[key]entry{},
		alike:     lookAlikes{looks: newTable[key, place](key.hash)},
		loose:     leaver.Tally{},
	}
}

func (p *Plan) key(text string) key {
	first, second := maphash.String(p.seeds[0], text), maphash.String(p.seeds[1], text)
	return key{uint32(first), uint32(first >> 32), uint32(second)}
}

// date returns the number of an end date: lists of leavers have few of them.
func (p *Plan) date(d leaver.EndDate) uint32 {
	number, ok := p.numbers[d.Key()]
	if !ok {
		number = uint32(len(p.dates))
		p.dates = append(p.dates, d.Key())
		p.dues = append(p.dues, p.due(d))
		p.numbers[d.Key()] = number
	}
	return number
}

func (p *Plan) place(at leaver.Place) place {
	// Rows come source by source.
	if int(p.source) < len(p.names) && p.names[p.source] == at.Source {
		return place{p.source, uint32(at.Row)}
	}
	source, ok := p.sources[at.Source]
	if !ok {
		source = uint32(len(p.names))
		p.names = append(p.names, at.Source)
		p.sources[at.Source] = source
	}
	p.source = source
	return place{source, uint32(at.Row)}
}

func (p *Plan) spell(at place) leaver.Place {
	return leaver.Place{Source: p.names[at.source], Row: int(at.row)}
}

// Recorded takes a line of the report that this run goes on with, in the
// order of the file. Of several lines about one leaver the last one counts.
func (p *Plan) Recorded(r leaver.Result) {
	at := p.place(r.Place)
	if r.Outcome.Uncalled() {
		p.standing.put(at, p.line(r))
	} else {
		p.standing.remove(at)
	}
	if r.Outcome.Uncalled() {
		return // says something about the row only: nobody has asked for the leaver
	}
	k := p.key(r.Ref)
	e, known := p.refs.get(k)
	switch {
	case r.Outcome.Done():
		p.refs.put(k, entry{endDate: p.date(r.EndDate), place: at, flags: done | recorded})
	case known && (e.endDate == p.date(r.EndDate) || e.place == at):
		p.refs.remove(k) // the last line counts, of the leaver and of the row
	}
}

// line stands for what a line without a call says.
func (p *Plan) line(r leaver.Result) key {
	return p.key(shown(r.Ref, leaver.MaxRef) + "\n" + shown(r.EndDate.Text, 64) + "\n" + string(r.Outcome))
}

// shown is what every report shows of a text. A report cuts what is longer
// than a valid text, and puts U+FFFD in the place of what it cannot show: a
// row with such a text must be told to be the same when it is read again.
func shown(text string, most int) string {
	n := 0
	return strings.Map(func(r rune) rune {
		switch n++; {
		case n > most:
			return -1
		case unicode.IsControl(r):
			return utf8.RuneError
		}
		return r
	}, text)
}

// Add takes a row of the input, in the first reading. A row that comes from a
// report brings its outcome with it; any other is pending. What a report calls
// a duplicate is one as long as the row is there that it is a duplicate of.
func (p *Plan) Add(r leaver.Result) {
	p.rows++
	if unusable(r) {
		p.loose[leaver.Invalid]++
		return
	}
	at, k, date := p.place(r.Place), p.key(r.Ref), p.date(r.EndDate)
	e, known := p.refs.get(k)
	if !known || e.rows == 0 && !e.flags.has(inInput) {
		p.watch(r.Ref, k, at)
	}
	isDone := r.Outcome == leaver.Suspended || p.isRecorded(k, at, date)
	if !isDone && r.Outcome != leaver.Duplicate && e.flags.has(recorded) && !e.flags.has(inInput) && e.rows == 0 && e.endDate == date {
		// Done on a row that may be somebody else's now: the proof follows.
		e.place = at
		e.flags |= moved | inInput
		p.loose[leaver.Suspended]++
		p.refs.put(k, e)
		return
	}
	switch {
	case !known, e.rows == 0 && !e.flags.has(inInput) && e.endDate != date:
		if known { // done, but the input corrects the end date
			p.corrected[k] = e
		}
		e = entry{endDate: date, place: at}
		if r.Outcome == leaver.Duplicate {
			e.flags = standIn
		}
		e.flags |= p.dues[date]
	case e.endDate != date && !e.flags.has(conflict):
		p.conflicts[k] = other{at, date}
		e.flags |= conflict
	}
	if e.flags.has(standIn) && e.endDate == date && r.Outcome != leaver.Duplicate {
		e.flags &^= standIn
		e.place = at // the row that the others are duplicates of
	}
	if !isDone {
		e.rows++
	} else {
		p.loose[leaver.Suspended]++
		e.flags |= inInput
		if e.endDate == date && !e.flags.has(done) {
			e.flags |= done
			e.place = at
		}
	}
	p.refs.put(k, e)
}

// due tells whether an end date has passed, in flags.
func (p *Plan) due(d leaver.EndDate) flags {
	switch {
	case d.Passed(p.options.Now):
		return 0
	case d.FarAhead(p.options.Now):
		return farAhead
	case p.options.IncludeFuture:
		return 0
	}
	return notDue
}

// isRecorded tells whether the report that the run goes on with says that
// this very row is done.
func (p *Plan) isRecorded(k key, at place, date uint32) bool {
	is := func(e entry) bool {
		return e.flags.has(recorded) && !e.flags.has(moved) && e.place == at && e.endDate == date
	}
	e, _ := p.refs.get(k)
	return is(e) || is(p.corrected[k])
}

// unusable tells whether a row is invalid whatever the others are. One that is
// suspended was usable, whatever has become of its text.
func unusable(r leaver.Result) bool { return r.Fault != "" && r.Outcome != leaver.Suspended }

// Totals are the rows of the input by what is to become of them. Rows to
// suspend are counted as pending, rows that are done already as suspended.
func (p *Plan) Totals() leaver.Tally {
	t := leaver.Tally{}
	add := func(o leaver.Outcome, n int) {
		if n > 0 {
			t[o] += n
		}
	}
	for o, n := range p.loose {
		add(o, n)
	}
	for _, e := range p.refs.all() {
		rows := int(e.rows)
		switch {
		case rows == 0: // done, or known from the report only
		case e.flags.has(conflict):
			add(leaver.Invalid, rows)
		case e.flags.has(done):
			add(leaver.Duplicate, rows)
		case e.flags.has(farAhead):
			add(leaver.Invalid, rows)
		case e.flags.has(notDue):
			add(leaver.NotDue, 1)
			add(leaver.Duplicate, rows-1)
		default:
			add(leaver.Pending, 1)
			add(leaver.Duplicate, rows-1)
		}
	}
	return t
}
