package input

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"offboard/internal/dates"
	"offboard/internal/table"
	"offboard/internal/xlsx"
)

// otherDates finds columns and keys that have dates, in an input of which no end date
// is read: people who have not left yet must not be suspended because the column of
// their end date has an unusual name. It looks at every record: a column may be empty in
// most of them.
type otherDates struct {
	now     time.Time
	columns []datedColumn  // in the order in which they were found
	at      map[string]int // their positions by the paths of keys; nil for a grid
	size    int            // bytes of the paths
	path    [256]byte      // memory for the path of a key
}

// datedColumn is what was seen of a column.
type datedColumn struct {
	name     string
	saysDate bool // its name does: any value is a date
	speaks   bool // its name speaks of dates: numbers may be some
	isFuture bool // a date in it has not passed: one is enough
	values   int
	dates    int

	// The last value that was looked at closely: many are the same.
	last       [32]byte
	lastSize   int
	lastIsDate bool
}

// otherDateNames is how many bytes the paths of keys may have that otherDates looks at,
// so that the memory for them does not grow with the input.
const otherDateNames = 64 << 10

// noteOtherDates looks for dates in a record, in the first reading, if no end date is read.
func (g *reading) noteOtherDates(r *record) {
	if g.known != nil || g.source.options.EndDateColumn != "" || g.names[endDateCell] != "" {
		return
	}
	d := &g.survey.dates.others
	d.now = g.source.options.Now
	switch format := g.source.format.(type) {
	case *grid:
		d.noteRow(format.header, r.grid, format.ref)
	case *objects:
		d.noteObject(r.object, r.names[refCell])
	}
}

// noteRow looks at the cells of a row, but that of the ref. It is quick for texts without
// digits, and for those that are equal to the one above.
func (d *otherDates) noteRow(header []string, r *gridRow, ref int) {
	if d.columns == nil {
		for _, name := range header {
			d.columns = append(d.columns, newDatedColumn(name))
		}
	}
	for i, text := range r.texts {
		switch of := &d.columns[i]; {
		case text == "" || i == ref || of.isFuture:
		case r.cells != nil:
			c := r.cell(i)
			of.note(c, c.Kind == xlsx.Number, d.now)
		case !of.saysDate && !hasDigit(text):
			if strings.TrimSpace(text) != "" {
				of.values++
			}
		case string(of.last[:of.lastSize]) == text:
			of.count(of.lastIsDate)
		default:
			of.note(fieldCell(text), false, d.now)
			of.remember(text)
		}
	}
}

// remember keeps the last text that was looked at, if it is short.
func (of *datedColumn) remember(text string) {
	if of.lastSize = 0; len(text) <= len(of.last) {
		of.lastSize = copy(of.last[:], text)
	}
}

// hasDigit is false for most texts that are no date.
func hasDigit[T string | table.Value](text T) bool {
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			return true
		}
	}
	return false
}

// noteObject looks at the members of an object, but that of the ref, also at those of
// objects in objects and in lists.
func (d *otherDates) noteObject(o *table.Object, ref string) {
	next := 0
	visit := func(path []byte, leaf table.Value) {
		kind := leaf.Kind()
		if kind != table.String && kind != table.Number || string(path) == ref {
			return
		}
		of := d.column(path, &next)
		switch {
		case of == nil || of.isFuture || kind == table.Number && !of.speaks:
		case kind == table.String && !of.saysDate && !hasDigit(leaf):
			if len(leaf) > len(`""`) {
				of.values++
			}
		default:
			of.note(valueCell(leaf), kind == table.Number, d.now)
		}
	}
	for i, key := range o.Keys {
		o.Values[i].Leaves(append(d.path[:0], key...), visit)
	}
}

// column returns the column of a path; nil if there are too many. next is the position
// at which it is most likely: most objects have the same keys as the one before.
func (d *otherDates) column(path []byte, next *int) *datedColumn {
	at, known := *next, *next < len(d.columns) && d.columns[*next].name == string(path)
	if !known {
		at, known = d.at[string(path)]
	}
	if !known {
		if d.size >= otherDateNames {
			return nil
		}
		if d.at == nil {
			d.at = map[string]int{}
		}
		name := string(path)
		d.size += len(name)
		at = len(d.columns)
		d.at[name], d.columns = at, append(d.columns, newDatedColumn(name))
	}
	*next = at + 1
	return &d.columns[at]
}

func newDatedColumn(name string) datedColumn {
	last := name[strings.LastIndexByte(name, '.')+1:]
	return datedColumn{name: name, saysDate: saysDate(last), speaks: speaksOfDates(last)}
}

// count counts a value.
func (of *datedColumn) count(isDate bool) {
	if of.values++; isDate {
		of.dates++
	}
}

// note looks at a cell; isNumber tells whether it is one, and not a text of digits.
func (of *datedColumn) note(c cell, isNumber bool, now time.Time) {
	text := strings.TrimSpace(c.Text)
	if text == "" || c.fault != "" {
		return
	}
	at, sight := spot(c, text, of.speaks)
	year := yearIn(text)
	of.lastIsDate = sight != dates.NoDate || of.saysDate && !isNumber || year > 0
	of.count(of.lastIsDate)
	isDay := sight == dates.Sure || of.speaks && sight != dates.NoDate
	of.isFuture = !now.IsZero() && (isDay && at.AddDate(0, 0, 1).After(now) || of.speaks && year >= now.Year())
}

// spot looks for a date in a cell. A number can be anything unless the name of its
// column speaks of dates.
func spot(c cell, text string, speaks bool) (last time.Time, s dates.Sight) {
	switch {
	case c.Kind == xlsx.Date:
		if d, err := dates.Serial().Parse(text, time.UTC); err == nil {
			last = d.Time()
		}
		return last, dates.Sure
	case c.Kind == xlsx.Number && !speaks:
		return last, dates.NoDate
	}
	return dates.Spot(text, speaks)
}

// check fails if columns have dates: if half of their values are some, or one has not
// passed.
func (d *otherDates) check(field string) error {
	var found []string
	for _, of := range d.columns {
		if of.values > 0 && 2*of.dates >= of.values || of.isFuture {
			found = append(found, of.name)
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

// saysDate tells whether a name says that a column has dates and nothing else: any text
// in it may be a date, such as "end of June".
func saysDate(name string) bool {
	words := wordsOf(name)
	return slices.ContainsFunc(words, func(word string) bool {
		return word == "date" || word == "enddate" || strings.HasSuffix(word, "datum") || word == "fecha"
	}) || len(words) == 1 && (words[0] == "austritt" || words[0] == "sortie" || words[0] == "exit")
}

// yearIn returns the last year of this century or the last one in a short text that has
// another number, too, between other characters than digits: "bis 31.12.2027" is a date,
// though no format reads it, and E2027 is none. It returns 0 for any other text.
func yearIn(text string) (year int) {
	if len(text) > 40 || text[0] < '0' || text[0] > '9' && strings.IndexByte(text, ' ') < 0 || isUUID(text) {
		return 0
	}
	numbers := 0
	for i := 0; i < len(text); i++ {
		n, start := 0, i
		for ; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
			n = n*10 + int(text[i]-'0')
		}
		if i > start {
			numbers++
		}
		if i-start == 4 && n >= 1900 && n < 2100 {
			year = max(year, n)
		}
	}
	if numbers < 2 {
		return 0
	}
	return year
}
