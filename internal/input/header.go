package input

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"offboard/internal/dates"
)

// headerRows is among how many rows the header is looked for: exports have a
// title above it.
const headerRows = 30

// table is how the start of a text is read: where its header is, and what
// separates the fields.
type table struct {
	comma  rune
	lead   int   // bytes in front of the header
	titled bool  // some of them can be seen, beside the announced delimiter
	line   int   // of the header
	others []int // lines that could be the header, too
	above  int   // a line above it that looks like a part of the table
	below  int   // rows that fill far more columns than it names
	all    int   // rows below it
	width  int   // fields of the header
	found  bool  // one of them could be the ref
	fits   int   // rows with as many fields
	wider  int   // rows with more
}

// findTable finds the header and the delimiter by the first bytes of a text.
func findTable(start []byte, o Options) (table, error) {
	chars, lead := delimiters, 0
	comma, announcement := announced(start)
	if announcement > 0 {
		chars, lead = []rune{comma}, announcement
	}
	if o.Delimiter != 0 {
		chars = []rune{o.Delimiter}
	}
	for line := 1; line < o.HeaderRow; line++ {
		if line == 1 {
			lead = 0
		}
		end := bytes.IndexByte(start[lead:], '\n')
		if end < 0 {
			return table{}, fmt.Errorf("there is no row %d, or it is too far down for a header; give the row that has the names of the columns in --header-row", o.HeaderRow)
		}
		lead += end + 1
	}
	best, tied := table{}, false
	var wider rune // what would separate the rows of a header with one field
	for i, comma := range chars {
		t := readTable(start, lead, comma, o)
		if t.wider > t.fits && i > 0 {
			wider = comma
		}
		switch {
		case i == 0, t.better(best):
			best, tied = t, false
		case t.width > 1 && !best.better(t):
			tied = true
		}
	}
	best.titled = len(bytes.Trim(start[min(announcement, best.lead):best.lead], ",; \t\r\n")) > 0
	switch {
	case best.width == 1 && wider != 0:
		return best, lineError{best.line, fmt.Errorf("the header has one field, and the rows below it have more if %q separates them; name all columns there, or say --delimiter , if they are one field", wider)}
	case tied:
		return best, lineError{best.line, fmt.Errorf("the fields could be separated by several characters; say which with --delimiter, such as --delimiter %s", strconv.Quote(string(best.comma)))}
	case best.above > 0:
		return best, lineError{best.line, fmt.Errorf("row %d could be the header, by what stands in it, and row %d above it looks like a part of its table; say which it is with --header-row, or name the column of the ref with --ref-column", best.line, best.above)}
	case best.found && best.below > best.all/2 && o.HeaderRow == 0:
		return best, lineError{best.line, fmt.Errorf("row %d could be the header, by what stands in it, and most rows below it fill columns that have no name there; say which it is with --header-row, or name all columns", best.line)}
	case len(best.others) > 0:
		return best, lineError{best.line, fmt.Errorf("row %d and row %d could each be the header; say which with --header-row, or read exports that were put together one by one", best.line, best.others[0])}
	}
	return best, nil
}

// better tells whether a table explains the text better than another one.
func (t table) better(than table) bool {
	switch {
	case (t.width > 1) != (than.width > 1):
		return t.width > 1
	case t.found != than.found:
		return t.found
	}
	return t.fits > than.fits
}

// readTable reads the start of a text with a delimiter. The header is the first
// row that has what could be the ref, or else the first row.
func readTable(start []byte, lead int, comma rune, o Options) table {
	r := csv.NewReader(bytes.NewReader(start[lead:]))
	r.Comma, r.FieldsPerRecord = comma, -1
	aboveLead := bytes.Count(start[:lead], []byte("\n"))
	usual := nameOr(o.usual, refName)
	t := table{comma: comma, lead: lead, line: aboveLead + 1}
	var header []string
	var rows []rowAbove
	filled := 0    // fields of the header that are not empty
	label := false // its name of the ref looks like that of a value beside it
	for row := 0; ; row++ {
		at := int(r.InputOffset())
		fields, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t
		}
		if err != nil {
			continue
		}
		line, _ := r.FieldPos(0)
		n, values := 0, 0
		var refs []int
		if row < headerRows {
			n, values = contents(fields, o)
			refs = match(fields, o.RefColumn, usual)
		}
		named := len(refs) > 0
		isHeader := named && values <= n/2 && (n > 2 || values == 0)
		switch {
		case row == 0, isHeader && !t.found && o.HeaderRow == 0:
			header, filled = fields, n
			label = named && strings.HasSuffix(strings.TrimSpace(fields[refs[0]]), ":")
			t = table{comma: comma, found: isHeader, width: len(fields), lead: lead + at, line: aboveLead + line}
			t.above = partOf(rows, n)
		case named && values == 0 && o.HeaderRow == 0 && !sameNames(fields, header):
			t.others = append(t.others, aboveLead+line)
		default:
			t.count(fields, filled, label)
		}
		if !t.found {
			rows = append(rows, rowAbove{aboveLead + line, n, values})
		}
	}
}

// count takes a row below the header, of which so many fields are filled, and which
// may be a line of labels.
func (t *table) count(fields []string, header int, label bool) {
	t.all++
	switch {
	case len(fields) == t.width:
		t.fits++
	case len(fields) > t.width:
		t.wider++
	}
	filled := 0
	for _, field := range fields {
		if strings.TrimSpace(field) != "" {
			filled++
		}
	}
	if filled >= 2*header || label && filled > header {
		t.below++
	}
}

// rowAbove is a row above a header.
type rowAbove struct{ line, filled, values int }

// partOf returns the line of a row that looks like a part of the table below the
// header, with as many fields: it has numbers or dates, or is not the only one.
func partOf(rows []rowAbove, header int) int {
	n := 0
	for _, row := range rows {
		if header < 2 || row.filled < header {
			continue
		}
		if n++; n > 1 || row.values > 0 {
			return row.line
		}
	}
	return 0
}

// contents counts the fields of a row that are not empty, and the numbers and dates
// among them. A header has years at most, or the day on which it was made.
func contents(fields []string, o Options) (filled, values int) {
	for _, field := range fields {
		mark, text := marked(strings.TrimSpace(field))
		if text != "" {
			filled++
		}
		if mark != 0 || digitsOnly(text) || dates.Looks(text, o.Zone) {
			values++
		}
	}
	return filled, values
}

func sameNames(a, b []string) bool {
	return slices.EqualFunc(a, b, func(a, b string) bool { return a == b || normalise(a) == normalise(b) })
}

// names are those of the columns. Nearly no field is one of them, which is told by
// its first and its last byte.
type names struct {
	normal      map[string]bool
	first, last [256]bool
}

func newNames(header []string) names {
	n := names{normal: map[string]bool{}}
	for _, name := range slices.Concat(header, synonyms[refName], synonyms[endDateName]) {
		n.normal[normalise(name)] = true
		for _, spelt := range [...]string{name, strings.ToUpper(name), strings.ToLower(name), normalise(name), strings.ToUpper(normalise(name))} {
			if spelt != "" {
				n.first[spelt[0]], n.last[spelt[len(spelt)-1]] = true, true
			}
		}
	}
	delete(n.normal, "")
	n.first[bom[0]] = true
	for _, mark := range []byte(marksAround) {
		n.first[mark], n.last[mark] = true, true
	}
	return n
}

// has tells whether a field is one of the names.
func (n *names) has(field string) bool {
	return field != "" && n.first[field[0]] && n.last[field[len(field)-1]] && n.normal[normalise(field)]
}

// headerAgain tells whether a record is the header once more, or the line in front
// of it, where exports were put together. It fails if it is a header with other
// columns: what follows would be read from the wrong ones.
func (s *Source) headerAgain(fields []string) (bool, error) {
	first := slices.IndexFunc(fields, func(f string) bool { return f != "" })
	ref := fields[s.columns.ref]
	if first < 0 || !s.names.has(fields[first]) && !s.names.has(ref) {
		return len(fields) == 2 && fields[1] == "" && strings.EqualFold(fields[0], "sep="), nil
	}
	if sameNames(fields, s.Header) {
		return true, nil
	}
	all, known := s.known(fields)
	isRef := len(match([]string{ref}, "", refName)) > 0 || normalise(ref) == normalise(s.Header[s.columns.ref])
	if isRef && all > 1 && !s.hasDay(fields) || known > 1 && known > all/2 {
		return false, otherHeader(fields)
	}
	return false, nil
}

// hasDay tells whether a record can have an end date: there are digits in its place.
func (s *Source) hasDay(fields []string) bool {
	at := s.columns.endDate
	return at >= 0 && at < len(fields) && strings.ContainsAny(fields[at], "0123456789")
}

// known counts the fields of a record that are not empty, and the names of columns
// among them, each once.
func (s *Source) known(fields []string) (all, known int) {
	seen := map[string]bool{}
	for _, field := range fields {
		if field != "" {
			all++
		}
		if name := normalise(field); s.names.normal[name] && !seen[name] {
			seen[name] = true
			known++
		}
	}
	return all, known
}

func otherHeader(fields []string) error {
	return fmt.Errorf("this looks like another header, with other columns than the first one (%s); read the exports that were put together one by one", list(fields))
}
