package input

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"offboard/internal/dates"
	"offboard/internal/leaver"
	"offboard/internal/table"
)

// Options say how to read an input. The zero value finds everything by content.
type Options struct {
	Format        Format         // empty: by content
	Encoding      table.Encoding // empty: by byte order mark and content
	Delimiter     Delimiter      // between the fields of CSV; 0: by the header
	Sheet         string         // of a workbook; empty: the first one that is not hidden
	HeaderRow     int            // line or row of the header; 0: found by its content
	RefColumn     string         // column or key; empty: found by name
	EndDateColumn string         // column or key; empty: found by name; NoEndDates: there is none
	Where         []Condition    // rows that do not meet all of them are left out
	Keep          []string       // columns, or keys or paths, whose texts rows of later readings have (leaver.Row.Kept)
	Match         []string       // the same of columns that must agree with the account: their texts are behind those of Keep
	Repair        Repair         // of refs
	Crosswalk     *Crosswalk     // from the refs of the input to those of the tenant; nil: none
	Except        *List          // of refs that must not be suspended; nil: none
	Dates         dates.Format   // of end dates; the zero value: RFC 3339 or YYYY-MM-DD
	Zone          *time.Location // of dates without a zone; nil: UTC
	Now           time.Time      // of the reading: end dates have passed or not, and formats with dates far ahead are not proposed
}

// NoEndDates is the Options.EndDateColumn of an input in which nobody has an end date:
// everybody in it has left.
const NoEndDates = "none"

// Format is how an input is written.
type Format string

// The formats that can be read.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
	XLSX  Format = "xlsx"
)

// UnmarshalText reads the name of a format; an empty name means that the content
// tells.
func (f *Format) UnmarshalText(text []byte) error {
	switch name := Format(text); name {
	case "", CSV, JSONL, XLSX:
		*f = name
		return nil
	}
	return fmt.Errorf("%q is none of csv, jsonl and xlsx", text)
}

// Delimiter is the character between the fields of CSV; 0 means that the header tells.
type Delimiter rune

// delimiters are tried if none is given, in this order.
var delimiters = []rune{',', ';', '\t', '|'}

// UnmarshalText reads a delimiter: one character, or the word tab.
func (d *Delimiter) UnmarshalText(text []byte) error {
	switch strings.ToLower(string(text)) {
	case "":
		*d = 0
		return nil
	case "tab", `\t`:
		*d = '\t'
		return nil
	}
	char, size := utf8.DecodeRune(text)
	if size != len(text) || char == utf8.RuneError || strings.ContainsRune("\"\r\n", char) {
		return fmt.Errorf("%q is not one character such as ; or the word tab", text)
	}
	*d = Delimiter(char)
	return nil
}

// String writes the delimiter as UnmarshalText reads it.
func (d Delimiter) String() string {
	switch d {
	case 0:
		return ""
	case '\t':
		return "tab"
	}
	return string(rune(d))
}

// Pad is the least number of digits of a ref; 0 means that refs are not padded.
type Pad int

// UnmarshalText reads a number of digits, at most leaver.MaxRef.
func (p *Pad) UnmarshalText(text []byte) error {
	n, err := strconv.Atoi(string(text)) // 010 is ten
	if err != nil || n < 0 || n > leaver.MaxRef {
		return fmt.Errorf("%q is not a number of digits up to %d", text, leaver.MaxRef)
	}
	*p = Pad(n)
	return nil
}

// Prefix is put in front of every ref.
type Prefix string

// UnmarshalText reads a prefix. It fails if a ref cannot begin with it.
func (p *Prefix) UnmarshalText(text []byte) error {
	if ref := string(text) + "1"; leaver.CheckRef(ref) != nil || leaver.TrimRef(ref) != ref {
		return fmt.Errorf("%q cannot begin a ref; look for white space and for characters that cannot be seen", text)
	}
	*p = Prefix(text)
	return nil
}

// Zone is an IANA time zone.
type Zone struct{ *time.Location }

// UnmarshalText reads the name of a zone. It refuses Local, because what a date means
// must not depend on the machine.
func (z *Zone) UnmarshalText(text []byte) error {
	name := string(text)
	if name == "" || name == "Local" {
		return fmt.Errorf("%q is not an IANA zone such as Europe/London", name)
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return fmt.Errorf("%q is not an IANA zone such as Europe/London", name)
	}
	z.Location = location
	return nil
}
