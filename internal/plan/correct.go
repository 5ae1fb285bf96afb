package plan

import (
	"fmt"
	"iter"

	"offboard/internal/compact"
	"offboard/internal/leaver"
)

// corrections knows which rows of folders later files of the same folder correct. The first
// reading takes the last file first, so that the first row of a ref is one of the last file
// that speaks of it.
type corrections struct {
	latest *compact.Table[compact.Key, latest] // by ref and folder
	orders []leaver.Order                      // of the files, by number of the source
	rows   int                                 // with another end date than the row that corrects them
}

// latest is the first row of a ref in the last file of a folder that has one.
type latest struct {
	place   place
	endDate uint32 // its number; unreadDate: it cannot be read
}

const unreadDate = 1<<32 - 1

func newCorrections() corrections {
	return corrections{latest: compact.NewTable[compact.Key, latest](compact.Key.Hash)}
}

// keyIn returns the key of a ref in a folder.
func keyIn(k compact.Key, folder uint32) compact.Key {
	k[2] += folder - 1
	return k
}

// note notes the order of a source.
func (c *corrections) note(source uint32, o leaver.Order) {
	if o == (leaver.Order{}) {
		return
	}
	for len(c.orders) <= int(source) {
		c.orders = append(c.orders, leaver.Order{})
	}
	c.orders[source] = o
}

// order returns the order of a source.
func (c *corrections) order(source uint32) leaver.Order {
	if int(source) < len(c.orders) {
		return c.orders[source]
	}
	return leaver.Order{}
}

// of returns the row of a later file of the folder that corrects a row; false: there is none.
func (c *corrections) of(row *leaver.Row, k compact.Key) (latest, bool) {
	if !canBeCorrected(row) {
		return latest{}, false
	}
	l, known := c.latest.Get(keyIn(k, row.Order.Folder))
	return l, known && c.order(l.place.source).Corrects(row.Order)
}

// isLater tells whether one of the rows that a condition has left out is in a later file of
// a folder.
func (c *corrections) isLater(o leaver.Order, rows iter.Seq[leftOut]) bool {
	if o.Folder == 0 {
		return false
	}
	for r := range rows {
		if at := c.order(r.place.source); at.Folder == o.Folder {
			return at.Corrects(o) // those of one folder are in one file
		}
	}
	return false
}

// canBeCorrected tells whether another file can speak of the leaver of a row. The list of
// exceptions speaks of the ref, whatever a file says.
func canBeCorrected(row *leaver.Row) bool {
	return row.Order.Folder != 0 && row.Excluded == "" && leaver.CheckRef(row.Ref) == nil
}

// addCorrected tells whether a later file of the folder corrects a row of the first reading.
// A row that takes an end date away has a doubt, even if its file has no column for it.
func (p *Plan) addCorrected(row *leaver.Row, k compact.Key) bool {
	if !canBeCorrected(row) {
		return false
	}
	c, date := &p.corrections, uint32(unreadDate)
	if row.Fault == "" {
		date = p.date(row.EndDate)
	}
	by, known := c.latest.Get(keyIn(k, row.Order.Folder))
	if !known {
		by = latest{p.sources.place(row.Place), date}
		c.note(by.place.source, row.Order)
		c.latest.Put(keyIn(k, row.Order.Folder), by)
		return false
	}
	if !c.order(by.place.source).Corrects(row.Order) {
		return false
	}
	if by.endDate != date {
		c.rows++
	}
	e, isOpen := p.refs.Get(k)
	takenAway := row.EndDate.Text != "" && by.endDate != unreadDate && p.dates.keys[by.endDate] == noDate
	if takenAway && isOpen && !p.options.isAccepted(*row) {
		e.doubts |= leaver.DoubtsOf(leaver.NoEndDate)
		p.refs.Put(k, e)
	}
	return true
}

var noDate = leaver.EndDate{}.Key()

// correctedBy says what corrects a row.
func (g *reading) correctedBy(by latest, row leaver.Row) string {
	at := g.sources.full(by.place)
	if by.endDate == unreadDate {
		return fmt.Sprintf("corrected by %s, with an end date that cannot be read", at)
	}
	switch key := g.dates.keys[by.endDate]; {
	case row.Fault == "" && key == row.EndDate.Key():
		return fmt.Sprintf("the same leaver as %s, in a later file", at)
	case key == noDate:
		return fmt.Sprintf("corrected by %s, which has no end date", at)
	default:
		return fmt.Sprintf("corrected by %s: the end date is %s", at, key)
	}
}

// Corrected returns how many rows of folders a later file gives another end date, takes it
// away, or has in a way that cannot be read.
func (p *Plan) Corrected() int { return p.corrections.rows }
