package plan

import (
	"fmt"

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

// inFolder returns the key of a ref in a folder.
func inFolder(k compact.Key, folder uint32) compact.Key {
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

// addCorrected tells whether a later file of the folder corrects a row of the first reading.
func (p *Plan) addCorrected(row leaver.Row, k compact.Key) bool {
	if !canBeCorrected(row) {
		return false
	}
	c := &p.corrections
	at := inFolder(k, row.Order.Folder)
	l, known := c.latest.Get(at)
	if !known {
		l = latest{p.sources.place(row.Place), p.dateOf(row)}
		c.note(l.place.source, row.Order)
		c.latest.Put(at, l)
		return false
	}
	if !c.order(l.place.source).Corrects(row.Order) {
		return false
	}
	if l.endDate != p.dateOf(row) {
		c.rows++
		p.noteTakenAway(row, k, l)
	}
	return true
}

// canBeCorrected tells whether another file can speak of the leaver of a row. The list of
// exceptions speaks of the ref, whatever a file says.
func canBeCorrected(row leaver.Row) bool {
	return row.Order.Folder != 0 && row.Excluded == "" && leaver.CheckRef(row.Ref) == nil
}

// dateOf returns the number of the end date of a row of a folder.
func (p *Plan) dateOf(row leaver.Row) uint32 {
	if row.Fault != "" {
		return unreadDate
	}
	return p.date(row.EndDate)
}

// noteTakenAway notes a doubt if a row has an end date, and the later row that corrects it has
// none, even if the later file has no column for it.
func (p *Plan) noteTakenAway(row leaver.Row, k compact.Key, l latest) {
	if row.EndDate.Text == "" || l.endDate == unreadDate || p.dates.keys[l.endDate] != (leaver.EndDate{}).Key() || p.options.isAccepted(row) {
		return
	}
	if e, isOpen := p.refs.Get(k); isOpen {
		e.doubts |= leaver.DoubtsOf(leaver.NoEndDate)
		p.refs.Put(k, e)
	}
}

// correction returns the row of a later file of the folder that corrects a row; false: there
// is none.
func (p *Plan) correction(row leaver.Row, k compact.Key) (latest, bool) {
	if !canBeCorrected(row) {
		return latest{}, false
	}
	l, known := p.corrections.latest.Get(inFolder(k, row.Order.Folder))
	return l, known && p.corrections.order(l.place.source).Corrects(row.Order)
}

// correctedBy says what corrects a row.
func (p *Plan) correctedBy(row leaver.Row, l latest) string {
	at := p.sources.full(l.place)
	switch {
	case l.endDate == unreadDate:
		return fmt.Sprintf("%s corrects it, with an end date that cannot be read", at)
	case row.Fault != "" || p.dates.keys[l.endDate] != row.EndDate.Key():
		return fmt.Sprintf("%s corrects it: %s", at, p.dateWords(l.endDate))
	}
	return fmt.Sprintf("the same leaver as %s, which is in a later file", at)
}

func (p *Plan) dateWords(endDate uint32) string {
	key := p.dates.keys[endDate]
	if key == (leaver.EndDate{}).Key() {
		return key.String()
	}
	return "the end date is " + key.String()
}

// isLeftOutLater tells whether a later file of the folder has a row of the ref that a
// condition has left out.
func (p *Plan) isLeftOutLater(k compact.Key, o leaver.Order) bool {
	if o.Folder == 0 {
		return false
	}
	if first, known := p.leftOut.Get(k); !known || p.corrections.order(first.place.source).Corrects(o) {
		return known
	}
	for more := range p.moreLeftOut.Of(k) {
		if at := p.corrections.order(more.place.source); at.Folder == o.Folder {
			return at.Corrects(o)
		}
	}
	return false
}

// Corrected returns how many rows of folders a later file gives another end date, takes it
// away, or has in a way that cannot be read.
func (p *Plan) Corrected() int { return p.corrections.rows }
