package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// field is a value of a line, as it stands in either format.
type field interface {
	appendCSV(b []byte) []byte
	appendJSON(b []byte) []byte
	parseCSV(cell string) error
	parseJSON(v table.Value) error // v is not null
	clear()                        // as an empty cell or null does
}

// The kinds of fields.
type (
	text     string
	anyText  text // in JSON also what is no string
	number   int64
	optional number    // an empty cell or null stands for 0
	moment   time.Time // an empty cell or null stands for the zero time
)

func (t *text) appendCSV(b []byte) []byte {
	s := armed(string(*t))
	if needsQuotes(s) {
		return appendQuoted(b, s)
	}
	return append(b, s...)
}

func (t *text) appendJSON(b []byte) []byte {
	s := string(*t)
	if printable(s) && !strings.ContainsAny(s, `"\`) {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"')
	}
	var encoded bytes.Buffer
	e := json.NewEncoder(&encoded)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // no string fails
	return append(b, bytes.TrimSuffix(encoded.Bytes(), []byte("\n"))...)
}

func (t *text) parseCSV(cell string) error {
	*t = text(unarmed(cell))
	return nil
}

func (t *text) parseJSON(v table.Value) error {
	if v.Kind() != table.String {
		t.clear()
		return fmt.Errorf("%s is not a string", leaver.Clean(string(v), 40, ' '))
	}
	// Many lines have the same source, outcome and target as the one before.
	if inner := v[1 : len(v)-1]; string(inner) != string(*t) || bytes.IndexByte(inner, '\\') >= 0 {
		*t = text(v.Text())
	}
	return nil
}

func (t *text) clear() { *t = "" }

func (t *anyText) appendCSV(b []byte) []byte { return (*text)(t).appendCSV(b) }

func (t *anyText) appendJSON(b []byte) []byte { return (*text)(t).appendJSON(b) }

func (t *anyText) parseCSV(cell string) error { return (*text)(t).parseCSV(cell) }

func (t *anyText) parseJSON(v table.Value) error {
	*t = anyText(v.Text())
	return nil
}

func (t *anyText) clear() { *t = "" }

func (n *number) appendCSV(b []byte) []byte { return strconv.AppendInt(b, int64(*n), 10) }

func (n *number) appendJSON(b []byte) []byte { return n.appendCSV(b) }

func (n *number) parseCSV(cell string) error {
	n.clear()
	if cell = strings.TrimSpace(cell); cell == "" {
		return nil
	}
	i, err := strconv.ParseInt(cell, 10, 64)
	if err != nil {
		return fmt.Errorf("%q is not a whole number", leaver.Clean(cell, 40, ' '))
	}
	*n = number(i)
	return nil
}

func (n *number) parseJSON(v table.Value) error {
	n.clear()
	i, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not a whole number", leaver.Clean(string(v), 40, ' '))
	}
	*n = number(i)
	return nil
}

func (n *number) clear() { *n = 0 }

func (o *optional) appendCSV(b []byte) []byte {
	if *o == 0 {
		return b
	}
	return (*number)(o).appendCSV(b)
}

func (o *optional) appendJSON(b []byte) []byte {
	if *o == 0 {
		return append(b, "null"...)
	}
	return (*number)(o).appendJSON(b)
}

func (o *optional) parseCSV(cell string) error { return (*number)(o).parseCSV(cell) }

func (o *optional) parseJSON(v table.Value) error { return (*number)(o).parseJSON(v) }

func (o *optional) clear() { *o = 0 }

// timeLayout is RFC 3339 with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

func (m *moment) appendCSV(b []byte) []byte {
	if t := time.Time(*m); !t.IsZero() {
		return t.AppendFormat(b, timeLayout)
	}
	return b
}

func (m *moment) appendJSON(b []byte) []byte {
	t := time.Time(*m)
	if t.IsZero() {
		return append(b, "null"...)
	}
	b = t.AppendFormat(append(b, '"'), time.RFC3339Nano)
	return append(b, '"')
}

// parseCSV leaves out a time in another form: a spreadsheet has rewritten it, and
// nothing is decided by it.
func (m *moment) parseCSV(cell string) error {
	m.clear()
	if t, err := time.Parse(time.RFC3339, cell); err == nil {
		*m = moment(t)
	}
	return nil
}

func (m *moment) parseJSON(v table.Value) error {
	m.clear()
	if err := (*time.Time)(m).UnmarshalJSON(v); err != nil {
		return fmt.Errorf("%s is not a time as in 2006-01-02T15:04:05Z", leaver.Clean(string(v), 40, ' '))
	}
	return nil
}

func (m *moment) clear() { *m = moment{} }

// needsQuotes tells whether a text needs quotes around it in a CSV file, by the
// rules of encoding/csv.
func needsQuotes(text string) bool {
	if text == "" {
		return false
	}
	if text == `\.` || strings.ContainsAny(text, ",\"\r\n") {
		return true
	}
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsSpace(first)
}

func appendQuoted(b []byte, text string) []byte {
	b = append(b, '"')
	for {
		before, after, found := strings.Cut(text, `"`)
		b = append(b, before...)
		if !found {
			return append(b, '"')
		}
		b, text = append(b, `""`...), after
	}
}
