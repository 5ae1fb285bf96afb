package ledger

import (
	"slices"

	"offboard/internal/compact"
	"offboard/internal/leaver"
)

// past has the end dates for which a leaver is done, besides that of the line that counts.
type past map[compact.Key][]closed

// closed is an end date, by its number, and the number of the outcome that closes it.
type closed struct {
	endDate uint32
	outcome uint8
}

// add adds an end date. If it is known, the later outcome counts.
func (p past) add(k compact.Key, c closed) {
	for i, other := range p[k] {
		if other.endDate == c.endDate {
			p[k][i] = c
			return
		}
	}
	p[k] = append(p[k], c)
}

// remove removes an end date, if it is known.
func (p past) remove(k compact.Key, endDate uint32) {
	if len(p) == 0 {
		return // nearly always
	}
	rest := slices.DeleteFunc(p[k], func(c closed) bool { return c.endDate == endDate })
	if len(rest) > 0 {
		p[k] = rest
	} else {
		delete(p, k)
	}
}

// Done tells whether a leaver is done for an end date, and the outcome that says so:
// suspended, or already inactive.
func (l *Ledger) Done(k compact.Key, date leaver.DateKey) (o leaver.Outcome, done bool) {
	if l.leavers.Len() == 0 {
		return "", false
	}
	e, known := l.leavers.Get(k)
	number, seen := l.dates[date]
	if !known || !seen {
		return "", false
	}
	return l.done(k, e, number)
}

// WasSuspended tells whether a leaver is suspended for some end date, by the key of the ref.
func (l *Ledger) WasSuspended(k compact.Key) bool {
	if l.leavers.Len() == 0 {
		return false
	}
	isSuspended := func(outcome uint8) bool { return outcomes[outcome&^marks] == leaver.Suspended }
	e, known := l.leavers.Get(k)
	return known && (isSuspended(e.outcome) || slices.ContainsFunc(l.past[k], func(c closed) bool { return isSuspended(c.outcome) }))
}

// done is Done for the number of an end date.
func (l *Ledger) done(k compact.Key, e entry, date uint32) (o leaver.Outcome, done bool) {
	if e.endDate == date && e.isClosed() {
		return outcomes[e.outcome&^marks], true
	}
	if len(l.past) == 0 {
		return "", false // nearly always
	}
	for _, c := range l.past[k] {
		if c.endDate == date {
			return outcomes[c.outcome], true
		}
	}
	return "", false
}
