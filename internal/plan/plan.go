// Package plan owns the decision of what a run does with each row: which rows
// are leavers to suspend, which are duplicates, contradict each other, are not
// due, or are done already. It does no I/O: its input are rows and the ledger of
// earlier runs, its output are decisions.
//
// Planning reads the input twice. The first reading (Add) collects a few
// dozen bytes for each ref. The second reading (Tasks) decides about each row
// with them, so that no row is kept in memory. A row that was not in the first
// reading is never suspended.
package plan

import (
	"cmp"
	"errors"
	"maps"
	"time"

	"offboard/internal/compact"
	"offboard/internal/leaver"
	"offboard/internal/ledger"
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

// Plan decides what to do with each row. Call Add for every row of the input, then
// Totals and Tasks any number of times. A Plan is for one goroutine at a time.
type Plan struct {
	options Options
	ledger  *ledger.Ledger // of the report that the run goes on with
	refs    *compact.Table[compact.Key, entry]
	sources sources
	dates   endDates

	met     met
	clashes clashes
	leftOut leftOutRows
	// otherFacts has the facts of the rows of a ref that differ from those of its
	// first row, or are of another source.
	otherFacts  *compact.Lists[sourceFacts]
	corrections corrections
	judge       judge

	alike lookAlikes

	rows    int          // of the input
	settled leaver.Tally // rows whose outcome does not depend on later rows
	counted *counts      // nil: to be counted
}

// met are the leavers of the ledger, by their numbers there, who are in the input.
type met struct {
	all  compact.Bits
	done compact.Bits // those of them who are done, by a row that is no duplicate
}

// clashes are what speaks in the rows and lines of a ref against sending a request for it.
type clashes struct {
	// conflicts has the second end date of each ref with several ones.
	conflicts map[compact.Key]other
	// unread has the refs of rows whose end date cannot be read, with the place of the
	// first one: another row of the ref may not choose the end date.
	unread *compact.Table[compact.Key, place]
	// unusable has the refs of lines of reports for which no request is sent in any case,
	// with their places: what a report calls a duplicate may be one of them.
	unusable *compact.Table[compact.Key, place]
}

func newClashes() clashes {
	return clashes{
		conflicts: map[compact.Key]other{},
		unread:    compact.NewTable[compact.Key, place](compact.Key.Hash),
		unusable:  compact.NewTable[compact.Key, place](compact.Key.Hash),
	}
}

// isUnread tells whether another row of the ref has an end date that cannot be read.
func (c *clashes) isUnread(k compact.Key) bool {
	if c.unread.Len() == 0 {
		return false // nearly always
	}
	_, unread := c.unread.Get(k)
	return unread
}

// other is the place and the end date of a row that contradicts an earlier one. Without
// a source it is one of an earlier run.
type other struct {
	place   place
	endDate uint32
}

// entry is what is known about a ref that is not done. With its key it takes 36 bytes.
type entry struct {
	endDate uint32        // its number
	place   place         // of its first row
	rows    uint32        // number of rows with this ref in the input that are not done
	facts   leaver.Facts  // of the first of these rows
	doubts  leaver.Doubts // that a report says of these rows, or the tenant of the leaver
	found   uint8         // the number of the outcome that the tenant gives the leaver; 0: none
	flags   flags
}

type flags uint8

const (
	done           flags = 1 << iota // another row says that the leaver is done
	unusable                         // another line of a report is about the leaver, and no request is sent for it
	onlyDuplicates                   // a report calls every row so far a duplicate
	notDue                           // the end date has not passed
	farAhead                         // the end date is FarAhead
	conflict                         // the rows have different end dates
	inactive                         // the row that says done says that the account was inactive already
)

// doneBy returns the flags of a leaver who is done by an outcome.
func doneBy(o leaver.Outcome) flags {
	if o == leaver.AlreadyInactive {
		return done | inactive
	}
	return done
}

func (f flags) has(flag flags) bool { return f&flag != 0 }

// New returns an empty plan of a run that goes on with a ledger, which must not change
// any more.
func New(o Options, l *ledger.Ledger) *Plan {
	return &Plan{
		options:     o,
		ledger:      l,
		refs:        compact.NewTable[compact.Key, entry](compact.Key.Hash),
		sources:     sources{numbers: map[string]uint32{}},
		dates:       endDates{numbers: map[leaver.DateKey]uint32{}},
		clashes:     newClashes(),
		leftOut:     newLeftOutRows(),
		corrections: newCorrections(),
		otherFacts:  compact.NewLists[sourceFacts](),
		alike:       lookAlikes{looks: compact.NewTable[compact.Key, place](compact.Key.Hash)},
		settled:     leaver.Tally{},
	}
}

func (p *Plan) key(text string) compact.Key { return p.ledger.Keys.Of(text) }

// date returns the number of an end date.
func (p *Plan) date(d leaver.EndDate) uint32 { return p.dates.number(d, p.options.due) }

// Add takes a row of the input, in the first reading. A row of a report that is
// the input has an outcome; any other row is pending. A row that a report calls a
// duplicate is one as long as the input has another row of the same leaver.
//
// The files of a folder have to be added last file first (see leaver.Order): of the rows of
// a ref in one folder only those of the last file count that has one.
func (p *Plan) Add(r leaver.Result) {
	if r.LeftOut {
		p.addLeftOut(r.Row)
		return
	}
	p.rows++
	p.counted = nil
	p.sources.hasReports = p.sources.hasReports || !r.FinishedAt.IsZero()
	k := p.key(r.Ref)
	known, isKnown := p.ledger.Leaver(k)
	if isKnown {
		p.met.all.Add(known.Number)
	}
	if p.addCorrected(&r.Row, k) {
		p.settled[leaver.Duplicate]++
		return
	}
	if o, _, isSettled := settledBy(r); isSettled {
		p.settled[o]++
		p.addUnusable(r, k)
		return
	}
	if o, isDone := p.ledger.Done(k, r.EndDate.Key()); isDone {
		p.addDone(r, k, known.Number, o)
		return
	}
	p.addOpen(r, k, isKnown && p.met.done.Has(known.Number))
}

// addUnusable takes a row for which no request is sent in any case.
func (p *Plan) addUnusable(r leaver.Result, k compact.Key) {
	switch {
	case leaver.CheckRef(r.Ref) != nil:
	case r.Outcome == leaver.Pending:
		if r.Fault != "" && r.EndDate.Text != "" {
			p.clashes.unread.Put(k, p.sources.place(r.Place))
		}
	default: // a line of a report
		p.clashes.unusable.Put(k, p.sources.place(r.Place))
		if e, isOpen := p.refs.Get(k); isOpen && e.flags.has(onlyDuplicates) {
			e.flags |= unusable
			p.refs.Put(k, e)
		}
	}
}

// addDone takes a row whose leaver is done by the ledger, with the number that the leaver
// has there, and the outcome that says so.
func (p *Plan) addDone(r leaver.Result, k compact.Key, number int, o leaver.Outcome) {
	at := p.sources.place(r.Place)
	e, isOpen := p.refs.Get(k)
	if !isOpen && !p.met.done.Has(number) {
		p.noteLookAlike(r.Ref, k, at)
	}
	if r.Outcome == leaver.Duplicate || !p.met.done.Add(number) {
		p.settled[leaver.Duplicate]++
		return
	}
	p.settled[o]++
	date := p.date(r.EndDate)
	switch {
	case !isOpen:
		return
	case e.flags.has(onlyDuplicates):
		e.flags |= doneBy(o)
		e.place = at
	case !e.flags.has(conflict) && e.endDate != date:
		p.clashes.conflicts[k] = other{at, date}
		e.flags |= conflict
	}
	p.refs.Put(k, e)
}

// addOpen takes a row whose leaver is not done by the ledger. doneMet tells that another
// row of the ref has an end date for which the leaver is.
func (p *Plan) addOpen(r leaver.Result, k compact.Key, doneMet bool) {
	at, date := p.sources.place(r.Place), p.date(r.EndDate)
	e, known := p.refs.Get(k)
	isDuplicate := r.Outcome == leaver.Duplicate
	switch {
	case !known:
		if !doneMet {
			p.noteLookAlike(r.Ref, k, at)
		}
		e = entry{endDate: date, place: at, flags: p.dates.dues[date]}
		if isDuplicate {
			e.flags |= onlyDuplicates
			if _, known := p.clashes.unusable.Get(k); known {
				e.flags |= unusable
			}
		}
	case e.flags.has(onlyDuplicates) && !isDuplicate:
		// The row which the others are duplicates of.
		e.endDate, e.place, e.flags = date, at, p.dates.dues[date]
		delete(p.clashes.conflicts, k)
	case isDuplicate && !e.flags.has(onlyDuplicates):
	case e.endDate != date && !e.flags.has(conflict):
		p.clashes.conflicts[k] = other{at, date}
		e.flags |= conflict
	}
	switch {
	case !doneMet:
	case e.flags.has(onlyDuplicates):
		known, _ := p.ledger.Leaver(k)
		e.flags |= doneBy(known.Outcome)
	case !e.flags.has(conflict):
		p.clashes.conflicts[k] = other{endDate: date}
		e.flags |= conflict
	}
	if r.Outcome.Closed() {
		p.settled[r.Outcome]++
		if e.endDate == date && !e.flags.has(done) {
			e.flags |= doneBy(r.Outcome)
			e.place = at
		}
	} else {
		e.rows++
		p.noteDoubts(&e, k, r.Row)
	}
	p.refs.Put(k, e)
}

// due returns the flags of an end date: farAhead, notDue, or none.
func (o Options) due(d leaver.EndDate) flags {
	switch {
	case d.Passed(o.Now):
		return 0
	case d.FarAhead(o.Now):
		return farAhead
	case o.IncludeFuture:
		return 0
	}
	return notDue
}

// settledBy returns the outcome of a row that does not depend on other rows, and the
// reason. A row that is done was usable, even if its text in the report is not.
func settledBy(r leaver.Result) (o leaver.Outcome, reason string, isSettled bool) {
	switch {
	case r.Outcome.Closed():
	case r.Excluded != "":
		return leaver.Excluded, r.Excluded, true
	case r.Fault != "":
		if r.Ref == "" && r.Outcome == leaver.Invalid && r.Reason != "" {
			return leaver.Invalid, r.Reason, true // of the report that is the input
		}
		return leaver.Invalid, r.Fault, true
	case r.Outcome == leaver.Invalid && (r.FinishedAt.IsZero() || !r.EndDate.FarAhead(r.FinishedAt)):
		// Of a report that is the input. Its row can be read, so it was in contradiction with
		// other ones, and the report alone cannot tell which of them is right.
		return leaver.Invalid, cmp.Or(r.Reason, "an earlier run has found that the row cannot be used; correct the export, and run that"), true
	}
	return "", "", false
}

// counts are what the first reading comes to.
type counts struct {
	rows    leaver.Tally  // that no request is sent for, and that nobody holds
	leavers map[about]int // the others, by what is known about them
	back    int           // see Plan.Back
}

// about is what decides whether a leaver is suspended who is due.
type about struct {
	doubts leaver.Doubts // all of them
	found  uint8         // see entry
}

// count counts the rows, unless they have been counted since the last one was added.
func (p *Plan) count() *counts {
	if p.counted != nil {
		return p.counted
	}
	c := &counts{rows: maps.Clone(p.settled), leavers: map[about]int{}}
	for k, e := range p.refs.All() {
		switch rows := int(e.rows); {
		case rows == 0: // done
		case e.flags.has(conflict), p.clashes.isUnread(k):
			c.rows[leaver.Invalid] += rows
		case e.flags.has(done), e.flags.has(unusable) && e.flags.has(onlyDuplicates):
			c.rows[leaver.Duplicate] += rows
		case e.flags.has(farAhead):
			c.rows[leaver.Invalid] += rows
		case e.flags.has(notDue):
			c.rows[leaver.NotDue]++
			c.rows[leaver.Duplicate] += rows - 1
			c.noteBack(p.ledger, k)
		default:
			l := about{p.doubtsAbout(k, e), e.found}
			c.leavers[l]++
			c.rows[leaver.Duplicate] += rows - 1
			if p.judge.outcomeOf(l) == leaver.Held {
				c.noteBack(p.ledger, k)
			}
		}
	}
	p.counted = c
	return c
}

// noteBack counts a leaver who is not due, or held, if the ledger has them as suspended.
func (c *counts) noteBack(l *ledger.Ledger, k compact.Key) {
	if l.WasSuspended(k) {
		c.back++
	}
}

// Back returns how many leavers an earlier run has suspended, for another end date, who are
// not due, or held, by the input now: they may be back.
func (p *Plan) Back() int { return p.count().back }

// Totals returns the number of rows of the input by their planned outcome. Rows to
// suspend are pending, and rows that are done already have the outcome that says so.
func (p *Plan) Totals() leaver.Tally {
	c := p.count()
	t := maps.Clone(c.rows)
	for l, n := range c.leavers {
		t[p.judge.outcomeOf(l)] += n
	}
	maps.DeleteFunc(t, func(_ leaver.Outcome, n int) bool { return n == 0 })
	return t
}
