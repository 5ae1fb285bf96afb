package input

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"offboard/internal/dates"
	"offboard/internal/xlsx"
)

// otherDates finds columns and keys that have dates, in an input of which no end date
// is read: people who have not left yet must not be suspended because the column of
// their end date has an unusual name.
type otherDates struct {
	records, cells int      // looked at
	names          []string // of columns or keys, in the order in which they were found
	columns        map[string]datedColumn
	size           int // bytes of the names
}

// datedColumn is how many values of a column were seen, and how many are dates.
type datedColumn struct{ values, dates int }

// The most records, cells and bytes of names that otherDates looks at.
const (
	otherDateRecords = 1000
	otherDateCells   = 1 << 20
	otherDateNames   = 64 << 10
)

// next tells whether one more record should be looked at. Neither the work nor the
// memory that names take grows with the input.
func (d *otherDates) next() bool {
	d.records++
	return d.records <= otherDateRecords && d.cells < otherDateCells && d.size < otherDateNames
}

// note looks at a cell.
func (d *otherDates) note(name string, c cell) {
	d.cells++
	text := strings.TrimSpace(c.Text)
	if text == "" || c.fault != "" {
		return
	}
	of, known := d.columns[name]
	if !known {
		if d.size >= otherDateNames {
			return
		}
		d.size += len(name)
		if d.columns == nil {
			d.columns = map[string]datedColumn{}
		}
		d.names = append(d.names, name)
	}
	of.values++
	if c.Kind == xlsx.Date || dates.Looks(text, time.UTC) || saysDate(name) || hasYear(text) {
		of.dates++
	}
	d.columns[name] = of
}

// check fails if columns have dates: if half of their values are some.
func (d *otherDates) check(field string) error {
	var found []string
	for _, name := range d.names {
		if of := d.columns[name]; 2*of.dates >= of.values {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("no end date is read, but there are dates in the %s %s: if it says when people leave, name it with --end-date-column; if everybody in the input has left, say --end-date-column %s", field, quoted(found), NoEndDates)
	}
	return fmt.Errorf("no end date is read, but there are dates in the %ss %s: if one of them says when people leave, name it with --end-date-column; if everybody in the input has left, say --end-date-column %s", field, quoted(found), NoEndDates)
}

// saysDate tells whether a name says that a column has dates, in some languages.
func saysDate(name string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) }), func(word string) bool {
		return word == "date" || word == "enddate" || strings.HasSuffix(word, "datum") || word == "fecha" || word == "austritt" || word == "sortie" || word == "exit"
	})
}

// hasYear tells whether a short text has a year of this century or the last one, and
// another number, between other characters than digits: "31. Dezember 2027" is a date,
// though no format reads it, and E2027 is none.
func hasYear(text string) bool {
	if len(text) > 40 || isUUID(text) || text[0] < '0' || text[0] > '9' && !strings.Contains(text, " ") {
		return false
	}
	numbers := strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	return len(numbers) > 1 && slices.ContainsFunc(numbers, func(number string) bool {
		return len(number) == 4 && (strings.HasPrefix(number, "19") || strings.HasPrefix(number, "20"))
	})
}
