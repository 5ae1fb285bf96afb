package dates

import (
	"math/bits"
	"time"

	"offboard/internal/leaver"
)

// Swaps watches the end dates of one column for days and months that a program has
// swapped in part. A spreadsheet that reads 05/06/2024 with the month first makes a
// wrong date of it, and leaves 30/06/2024 as text, because there is no month 30. So
// its dates never have a day above 12, and its texts always have one.
//
// It decides from different days, counted without their year:
//
//   - Dates beside texts: at least 3 dates, 3 texts and 10 of both, every date with a
//     day up to 12, every text with a number above 12 in the place of the day. If
//     days are distributed evenly, one column in 500 with as few days is like that by
//     chance, and far fewer with more. Dates that are all the first of a month say
//     nothing, unless the texts are all of January.
//   - Cells of the kind date beside texts of a local form (30/06/2024): two of each are
//     enough, also on one day. A program that reads this form leaves no text.
//   - Dates alone, because the texts are gone or another program has read them: at
//     least 20, in at least 6 months and on at least 8 days of the month, of which the
//     last is the 11th or the 12th. A column with a habit (the first of the month, the
//     first Friday, this month until now) is not like that.
//
// With less it is silent. The zero value has seen nothing. A Swaps is for one
// goroutine at a time, and takes the same memory for every column.
type Swaps struct {
	cells calendar // dates that are cells of the kind date
	read  calendar // texts that were read as dates
	texts calendar // texts that were not read, but have a day and a month
	order dayOrder // of these texts

	cellCount, localCount int // how many cells of the kind date, and texts of a local form
}

// dayOrder says what the texts that were not read put first.
type dayOrder byte

const (
	anyOrder dayOrder = iota // no text yet, or only ones with two numbers up to 12
	dayFirst
	monthFirst
	bothOrders
)

// Add takes an end date as it was read: a cell of the kind date, or a text. Of a text
// that could not be read, d has the Text only. Add tells whether it is a text of a local
// form; of equal ones, Again takes all but the first.
func (s *Swaps) Add(d leaver.EndDate, isCell bool) (local bool) {
	switch at := d.Time(); {
	case at.IsZero():
		return s.addText(d.Text)
	case isCell:
		s.cells.add(at.Month(), at.Day())
		s.cellCount++
	default:
		s.read.add(at.Month(), at.Day())
	}
	return false
}

// AddLocal takes an end date that was read from a text in a local form.
func (s *Swaps) AddLocal(d leaver.EndDate) {
	s.Add(d, false)
	s.localCount++
}

// Again takes a text of a local form that was added before.
func (s *Swaps) Again() { s.localCount++ }

// addText takes a text that was not read, if it has two numbers, a separator behind
// each of them, and a year: 30/06/2024, 6.30.24.
func (s *Swaps) addText(text string) (local bool) {
	rest := scanner(leaver.PlainDate(text))
	first, ok1 := rest.number(1, 2)
	if rest == "" {
		return false
	}
	separator := rest[0]
	ok2 := rest.take(separator) && (separator == '/' || separator == '.' || separator == '-')
	second, ok3 := rest.number(1, 2)
	ok4 := rest.take(separator)
	_, ok5 := rest.number(2, 4)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || first < 1 || second < 1 {
		return false
	}
	order, day, month := dayFirst, first, second
	if second > 12 {
		order, day, month = monthFirst, second, first
	}
	if day > 31 || month > 12 {
		return false
	}
	if day > 12 {
		s.order |= order
	}
	s.texts.add(time.Month(month), day)
	s.localCount++
	return true
}

// Found tells whether the column looks swapped in part.
func (s *Swaps) Found() bool {
	dates, texts := s.split()
	enough := dates.count() >= 3 && texts.count() >= 3 && dates.count()+texts.count() >= 10 || s.cellCount >= 2 && s.localCount >= 2
	return enough && areSwapped(dates, texts, s.order) || texts.count() == 0 && areLow(dates)
}

// Doubts tells whether end dates of the column are in doubt that are Swappable, and that
// are cells of the kind date, or texts. They are, if the column looks swapped and a
// program has taken them for dates: the texts beside swapped dates are as somebody has
// written them.
func (s *Swaps) Doubts(cells bool) bool { return (cells || s.cells == calendar{}) && s.Found() }

// Swappable tells whether day and month of an end date could be swapped, and are not
// equal.
func Swappable(d leaver.EndDate) bool {
	at := d.Time()
	return !at.IsZero() && at.Day() <= 12 && at.Day() != int(at.Month())
}

// split returns what programs have taken for dates, and what they have left as text:
// beside cells of the kind date every text is the latter, also one that offboard could
// read; without them only one that it could not read.
func (s *Swaps) split() (dates, texts calendar) {
	if (s.cells == calendar{}) {
		return s.read, s.texts
	}
	texts = s.texts
	for day := range texts {
		texts[day] |= s.read[day]
	}
	return s.cells, texts
}

func areSwapped(dates, texts calendar, order dayOrder) bool {
	if order == bothOrders || dates.lastDay() > 12 || texts.firstDay() <= 12 {
		return false
	}
	return dates.lastDay() > 1 || texts.months() == 1<<time.January
}

func areLow(dates calendar) bool {
	last := dates.lastDay()
	return last >= 11 && last <= 12 && dates.count() >= 20 && dates.days() >= 8 && bits.OnesCount16(dates.months()) >= 6
}

// calendar is a set of days without their year: by day of the month, the months as
// bits.
type calendar [32]uint16

func (c *calendar) add(month time.Month, day int) { c[day] |= 1 << month }

// count returns the number of days in the set.
func (c *calendar) count() int {
	n := 0
	for _, months := range c {
		n += bits.OnesCount16(months)
	}
	return n
}

// days returns the number of different days of the month.
func (c *calendar) days() int {
	n := 0
	for _, months := range c {
		if months != 0 {
			n++
		}
	}
	return n
}

// months returns the months as bits.
func (c *calendar) months() (all uint16) {
	for _, months := range c {
		all |= months
	}
	return all
}

// firstDay returns the lowest day of the month; 0 if the set is empty.
func (c *calendar) firstDay() int {
	for day, months := range c {
		if months != 0 {
			return day
		}
	}
	return 0
}

// lastDay returns the highest day of the month; 0 if the set is empty.
func (c *calendar) lastDay() int {
	for day := len(c) - 1; day > 0; day-- {
		if c[day] != 0 {
			return day
		}
	}
	return 0
}
