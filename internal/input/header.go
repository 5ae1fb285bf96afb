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

	"offboard/internal/leaver"
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
	rows   int   // a line above it that has as many fields, as rows of a table have
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
	case best.rows > 0:
		return best, lineError{best.line, fmt.Errorf("row %d could be the header, by what stands in it, and row %d above it looks like a part of its table; say which it is with --header-row, or name the column of the ref with --ref-column", best.line, best.rows)}
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
	above := bytes.Count(start[:lead], []byte("\n"))
	usual := nameOr(o.usual, refName)
	t := table{comma: comma, lead: lead, line: above + 1}
	var header []string
	most, mostAt := 0, 0 // fields of a row above the header, and its line
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
		filled, values := contents(fields, o)
		named := row < headerRows && len(match(fields, o.RefColumn, usual)) > 0
		isHeader := named && values <= filled/2 && (filled > 2 || values == 0)
		switch {
		case row == 0, isHeader && !t.found && o.HeaderRow == 0:
			header = fields
			t.found, t.width, t.fits, t.wider = isHeader, len(fields), 0, 0
			t.lead, t.line = lead+at, above+line
			if most >= filled && filled > 1 && o.RefColumn == "" {
				t.rows = mostAt
			}
		case named && values == 0 && o.HeaderRow == 0 && !sameNames(fields, header):
			t.others = append(t.others, above+line)
		case len(fields) == t.width:
			t.fits++
		case len(fields) > t.width:
			t.wider++
		}
		if filled > most {
			most, mostAt = filled, above+line
		}
	}
}

// contents counts the fields of a row that are not empty, and the numbers and dates
// among them. A header has years at most, or the day on which it was made.
func contents(fields []string, o Options) (filled, values int) {
	for _, field := range fields {
		mark, text := marked(strings.TrimSpace(field))
		if text != "" {
			filled++
		}
		if mark != 0 || digitsOnly(text) || leaver.LooksLikeDate(text, o.Zone) {
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
	if first < 0 || !s.names.has(fields[first]) && !s.names.has(fields[s.columns.ref]) {
		return len(fields) == 2 && fields[1] == "" && strings.EqualFold(fields[0], "sep="), nil
	}
	if sameNames(fields, s.Header) {
		return true, nil
	}
	all, known := s.known(fields)
	if known < 2 || known <= all/2 {
		return false, nil
	}
	return false, otherHeader(fields)
}

// known counts the fields of a record that are not empty, and those that are names
// of columns.
func (s *Source) known(fields []string) (all, known int) {
	for _, field := range fields {
		if field != "" {
			all++
		}
		if s.names.normal[normalise(field)] {
			known++
		}
	}
	return all, known
}

func otherHeader(fields []string) error {
	return fmt.Errorf("this looks like another header, with other columns than the first one (%s); read the exports that were put together one by one", list(fields))
}
