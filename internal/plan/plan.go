// Package plan owns the decision of what a run does with each row: which rows
// are leavers to suspend, which are duplicates, contradict each other, are not
// due, or are done already. It does no I/O: its input are rows and the lines of
// earlier reports, its output are decisions.
//
// Planning reads the input twice. The first reading (Add) collects a few
// dozen bytes for each ref. The second reading (Tasks) decides about each row
// with them, so that no row is kept in memory. A row that was not in the first
// reading is never suspended.
package plan

import (
	"errors"
	"hash/maphash"
	"maps"
	"time"

	"offboard/internal/leaver"
)

// ErrChanged is matched, with errors.Is, by the error of Tasks for an input whose
// second reading differs from the first.
var ErrChanged = errors.New("the input changed while it was being read")

// Options are what a plan depends on besides its rows.
type Options struct {
	Now           time.Time // the moment at which an end date has passed or not
	IncludeFuture bool      // also suspend leavers whose end date has not passed
	// Accept has the kinds of doubt that a person has accepted, and for how many
	// rows at most; AnyNumber accepts any number.
	Accept map[leaver.Doubt]int
	// AcceptRefs tells whether a person has looked at a leaver; nil: at none.
	AcceptRefs func(ref string) bool
}

// AnyNumber is the limit of an accepted kind of doubt that has none.
const AnyNumber = -1

// Plan decides what to do with each row. Call Recorded for every line of the
// report that the run resumes, then Add for every row of the input, then Totals
// and Tasks any number of times. A Plan is for one goroutine at a time.
type Plan struct {
	options Options
	seeds   [2]maphash.Seed
	refs    *table[key, entry]
	sources map[string]uint32
	names   []string // of sources, by number
	source  uint32   // of the last place
	numbers map[leaver.DateKey]uint32
	dates   []leaver.DateKey // end dates, by number
	dues    []flags          // what due returned for them, by number

	// written has, for each place, what the last line about it in the report says,
	// if the line was written without a call. The same line is not written again,
	// because it would only make the report longer.
	written *table[place, key]
	// conflicts has the second end date of each ref with several ones.
	conflicts map[key]other
	// corrected has what the report says about refs that have another end date in
	// the input.
	corrected map[key]entry

	// unread has the refs of rows whose end date cannot be read, with the place of the
	// first one: another row of the ref may not choose the end date.
	unread *table[key, place]
	// leftOut has the refs of rows that a condition left out and that may say that the
	// person is still employed, with the first one, and moreLeftOut those of its further
	// rows that have other facts.
	leftOut     *table[key, leftOut]
	moreLeftOut map[key][]leftOut
	// otherFacts has the facts of the rows of a ref that differ from those of its
	// first row.
	otherFacts map[key][]leaver.Facts
	judge      func(source string, facts leaver.Facts) leaver.Doubts
	judged     map[sourceFacts]leaver.Doubts // what judge has returned
	lastFacts  sourceFacts                   // of these, the last ones that were needed
	lastDoubts leaver.Doubts
	accepted   leaver.Doubts
	counted    *counts // nil: to be counted

	alike   lookAlikes
	rows    int          // of the input
	settled leaver.Tally // rows whose outcome does not depend on later rows
}

// key stands for a text: 96 bits of two hashes with different secret seeds, which
// do not collide in practice.
type key [3]uint32

// hash is for a table.
func (k key) hash() uint64 { return uint64(k[0]) | uint64(k[1])<<32 }

// hash is for a table.
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

// leftOut is a row that a condition left out.
type leftOut struct {
	place place
	facts leaver.Facts
}

// entry is what is known about a ref. With its key it takes 36 bytes.
type entry struct {
	endDate uint32        // its number
	place   place         // of its first row, or of the row that is done
	rows    uint32        // number of rows with this ref in the input that are not done
	facts   leaver.Facts  // of the first of these rows
	doubts  leaver.Doubts // that a report says of these rows
	flags   flags
}

type flags uint8

const (
	done           flags = 1 << iota // a line of a report says that the leaver is suspended
	recorded                         // done by a line of the report that the run resumes
	inInput                          // a row that is done is in the input
	moved                            // recorded on another row than the row in the input
	onlyDuplicates                   // a report calls every row so far a duplicate
	notDue                           // the end date has not passed
	farAhead                         // the end date is FarAhead
	conflict                         // the rows have different end dates
)

func (f flags) has(flag flags) bool { return f&flag != 0 }

// New returns an empty plan.
func New(o Options) *Plan {
	return &Plan{
		options:    o,
		seeds:      [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		refs:       newTable[key, entry](key.hash),
		numbers:    map[leaver.DateKey]uint32{},
		sources:    map[string]uint32{},
		written:    newTable[place, key](place.hash),
		conflicts:  map[key]other{},
		corrected:  map[key]entry{},
		unread:     newTable[key, place](key.hash),
		leftOut:    newTable[key, leftOut](key.hash),
		otherFacts: map[key][]leaver.Facts{}, moreLeftOut: map[key][]leftOut{},
		alike:   lookAlikes{looks: newTable[key, place](key.hash)},
		settled: leaver.Tally{},
	}
}

func (p *Plan) key(text string) key {
	first, second := maphash.String(p.seeds[0], text), maphash.String(p.seeds[1], text)
	return key{uint32(first), uint32(first >> 32), uint32(second)}
}

// date returns the number of an end date. Lists of leavers have few different
// ones.
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

// place returns a place with the number of its source.
func (p *Plan) place(at leaver.Place) place {
	// Nearly always it is the source of the row before.
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

// fullPlace is the inverse of place.
func (p *Plan) fullPlace(at place) leaver.Place {
	return leaver.Place{Source: p.names[at.source], Row: int(at.row)}
}

// Recorded takes a line of the report that the run resumes. Lines are given in
// the order of the file: of several lines about a leaver the last one counts.
func (p *Plan) Recorded(r leaver.Result) {
	at := p.place(r.Place)
	if r.Outcome.Uncalled() {
		// The line is about its row, and says nothing about the leaver.
		p.written.put(at, p.line(r))
		return
	}
	p.written.remove(at)
	k := p.key(r.Ref)
	e, known := p.refs.get(k)
	switch {
	case r.Outcome.Done():
		p.refs.put(k, entry{endDate: p.date(r.EndDate), place: at, flags: done | recorded})
	case known && (e.endDate == p.date(r.EndDate) || e.place == at):
		p.refs.remove(k) // this line is the last one about the leaver or the row
	}
}

// line returns the key of what a line says that is written without a call. It is
// computed from the leaver's normal form, which does not change when a row is
// written to a report and read again.
func (p *Plan) line(r leaver.Result) key {
	ref, endDate := r.Normal()
	return p.key(ref + "\n" + endDate + "\n" + string(r.Outcome))
}

// Add takes a row of the input, in the first reading. A row of a report that is
// the input has an outcome; any other row is pending. A row that a report calls a
// duplicate is one as long as the input has another row of the same leaver.
func (p *Plan) Add(r leaver.Result) {
	if r.LeftOut {
		p.addLeftOut(r.Row)
		return
	}
	p.rows++
	p.counted = nil
	if o, _, isSettled := settledBy(r); isSettled {
		p.settled[o]++
		if r.Fault != "" && r.EndDate.Text != "" && leaver.CheckRef(r.Ref) == nil {
			p.unread.put(p.key(r.Ref), p.place(r.Place))
		}
		return
	}
	at, k, date := p.place(r.Place), p.key(r.Ref), p.date(r.EndDate)
	e, known := p.refs.get(k)
	if !known || e.rows == 0 && !e.flags.has(inInput) {
		p.noteLookAlike(r.Ref, k, at)
	}
	isDone := r.Outcome == leaver.Suspended || p.isRecorded(k, at, date)
	if !isDone && r.Outcome != leaver.Duplicate && e.flags.has(recorded) && !e.flags.has(inInput) && e.rows == 0 && e.endDate == date {
		// The report has the leaver as done on another row, whose line another
		// leaver may overwrite. So the line is written again, for this row.
		e.place = at
		e.flags |= moved | inInput
		p.settled[leaver.Suspended]++
		p.refs.put(k, e)
		return
	}
	switch {
	case !known, e.rows == 0 && !e.flags.has(inInput) && e.endDate != date:
		if known { // done, and the input has another end date
			p.corrected[k] = e
		}
		e = entry{endDate: date, place: at}
		if r.Outcome == leaver.Duplicate {
			e.flags = onlyDuplicates
		}
		e.flags |= p.dues[date]
	case e.endDate != date && !e.flags.has(conflict):
		p.conflicts[k] = other{at, date}
		e.flags |= conflict
	}
	if e.flags.has(onlyDuplicates) && e.endDate == date && r.Outcome != leaver.Duplicate {
		e.flags &^= onlyDuplicates
		e.place = at // the row which the others are duplicates of
	}
	if !isDone {
		e.rows++
		p.noteDoubts(&e, k, r.Row)
	} else {
		p.settled[leaver.Suspended]++
		e.flags |= inInput
		if e.endDate == date && !e.flags.has(done) {
			e.flags |= done
			e.place = at
		}
	}
	p.refs.put(k, e)
}

// due returns the flags of an end date: farAhead, notDue, or none.
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

// isRecorded tells whether the report that the run resumes says that the row at
// this place is done.
func (p *Plan) isRecorded(k key, at place, date uint32) bool {
	is := func(e entry) bool {
		return e.flags.has(recorded) && !e.flags.has(moved) && e.place == at && e.endDate == date
	}
	e, _ := p.refs.get(k)
	return is(e) || is(p.corrected[k])
}

// isUnread tells whether another row of the ref has an end date that cannot be read.
func (p *Plan) isUnread(k key) bool {
	if p.unread.used == 0 {
		return false // nearly always
	}
	_, unread := p.unread.get(k)
	return unread
}

// settledBy returns the outcome of a row that does not depend on other rows, and the
// reason. A row that is suspended was usable, even if its text in the report is not.
func settledBy(r leaver.Result) (o leaver.Outcome, reason string, isSettled bool) {
	switch {
	case r.Outcome == leaver.Suspended:
	case r.Excluded != "":
		return leaver.Excluded, r.Excluded, true
	case r.Fault != "":
		if r.Ref == "" && r.Outcome == leaver.Invalid && r.Reason != "" {
			return leaver.Invalid, r.Reason, true // of the report that is the input
		}
		return leaver.Invalid, r.Fault, true
	}
	return "", "", false
}

// counts are what the first reading comes to.
type counts struct {
	rows    leaver.Tally          // that no request is sent for, and that nobody holds
	leavers map[leaver.Doubts]int // the others, by all doubts about them
}

// count counts the rows, unless they have been counted since the last one was added.
func (p *Plan) count() *counts {
	if p.counted != nil {
		return p.counted
	}
	c := &counts{maps.Clone(p.settled), map[leaver.Doubts]int{}}
	for k, e := range p.refs.all() {
		switch rows := int(e.rows); {
		case rows == 0: // done, or not in the input
		case e.flags.has(conflict), p.isUnread(k):
			c.rows[leaver.Invalid] += rows
		case e.flags.has(done):
			c.rows[leaver.Duplicate] += rows
		case e.flags.has(farAhead):
			c.rows[leaver.Invalid] += rows
		case e.flags.has(notDue):
			c.rows[leaver.NotDue]++
			c.rows[leaver.Duplicate] += rows - 1
		default:
			c.leavers[p.doubtsAbout(k, e)]++
			c.rows[leaver.Duplicate] += rows - 1
		}
	}
	p.counted = c
	return c
}

// Totals returns the number of rows of the input by their planned outcome. Rows to
// suspend are pending, and rows that are done already are suspended.
func (p *Plan) Totals() leaver.Tally {
	c := p.count()
	t := maps.Clone(c.rows)
	for doubts, n := range c.leavers {
		if doubts.Without(p.accepted) != 0 {
			t[leaver.Held] += n
		} else {
			t[leaver.Pending] += n
		}
	}
	maps.DeleteFunc(t, func(_ leaver.Outcome, n int) bool { return n == 0 })
	return t
}
