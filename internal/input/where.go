package input

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"offboard/internal/leaver"
)

// Condition says which rows are leavers: those whose column has one of the values;
// with Not those whose column has none of them.
type Condition struct {
	Column string // or key of JSON objects
	Values []string
	Not    bool
}

// UnmarshalText reads a condition as ParseCondition does.
func (c *Condition) UnmarshalText(text []byte) error {
	parsed, err := ParseCondition(string(text))
	if err == nil {
		*c = parsed
	}
	return err
}

// ParseCondition reads Column=value,value or Column!=value,value. A value that has a
// comma is in quotes, as in CSV.
func ParseCondition(text string) (Condition, error) {
	column, values, found := strings.Cut(text, "=")
	if strings.HasSuffix(values, `\`) {
		// In a list of conditions the backslash would escape the separator after it.
		return Condition{}, fmt.Errorf("the condition %q ends with a backslash; put the value in quotes", text)
	}
	var c Condition
	c.Column, c.Not = strings.CutSuffix(column, "!")
	if c.Column = strings.TrimSpace(c.Column); !found || c.Column == "" || strings.HasPrefix(strings.TrimSpace(values), "=") {
		return Condition{}, fmt.Errorf("%q is not a condition such as Status=Leaver,Terminated or Status!=Active", text)
	}
	if !c.Not && strings.HasSuffix(c.Column, "!") {
		// Read as a column "Status!", it would take the rows that it is meant to leave out.
		return Condition{}, fmt.Errorf("the condition %q has a space between ! and =; write != without one", text)
	}
	r := csv.NewReader(strings.NewReader(values))
	r.LazyQuotes, r.TrimLeadingSpace = true, true
	var err error
	if c.Values, err = r.Read(); errors.Is(err, io.EOF) {
		c.Values, err = []string{""}, nil
	}
	if _, more := r.Read(); err != nil || !errors.Is(more, io.EOF) {
		return Condition{}, fmt.Errorf("the values of the condition %q cannot be told apart; put one with a comma in quotes, and close them", text)
	}
	for i, v := range c.Values {
		c.Values[i] = leaver.TrimRef(v)
	}
	return c, nil
}

// String writes the condition as ParseCondition reads it.
func (c Condition) String() string {
	sign := "="
	if c.Not {
		sign = "!="
	}
	values := make([]string, len(c.Values))
	for i, v := range c.Values {
		if values[i] = v; strings.ContainsAny(v, ",\"\r\n") || strings.HasPrefix(v, "=") || strings.HasSuffix(v, `\`) {
			values[i] = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		}
	}
	return c.Column + sign + strings.Join(values, ",")
}

// find returns the position of the value that a text equals; -1 if there is none.
// Case does not count, nor do white space and invisible characters around a text.
func (c Condition) find(text string) int {
	text = leaver.TrimRef(text)
	return slices.IndexFunc(c.Values, func(v string) bool {
		// A letter with a combining accent, or a full-width letter, equals the plain one.
		return strings.EqualFold(v, text) || strings.EqualFold(norm.NFKC.String(v), norm.NFKC.String(text))
	})
}

// findConditions finds the column of each condition in a header.
func findConditions(header []string, where []Condition) ([]int, error) {
	at := make([]int, len(where))
	for i, c := range where {
		found := match(header, c.Column, "")
		switch len(found) {
		case 1:
			at[i] = found[0]
		case 0:
			return nil, fmt.Errorf("no column %q (--where); the header has %s", c.Column, quoted(header))
		default:
			return nil, fmt.Errorf("%d columns could be meant by %q (--where): %s", len(found), c.Column, quoted(pickNames(header, found)))
		}
	}
	return at, nil
}

// meets tells whether a record meets all conditions. A record that certainly fails
// one of them is not wanted. If a value cannot be compared the record may be wanted,
// and the doubt is the reason.
func (g *reading) meets(r *record) (wanted bool, doubt string) {
	wanted = true
	for i, c := range g.source.options.Where {
		at := firstCondition + i
		g.found[i] = g.found[i] || r.names[at] != ""
		text, fault := g.source.valueIn(r.cells[at])
		if fault != "" {
			if doubt == "" {
				doubt = fmt.Sprintf("%s %q (--where): %s", g.source.Field(), c.Column, fault)
			}
			continue
		}
		value := c.find(text)
		g.survey.conditions.note(i, c, value)
		wanted = wanted && c.Not != (value >= 0)
	}
	return wanted, doubt
}

// conditionsSurvey is what a reading has noticed of each condition: by its values, whether
// a row has them; nil: no row was compared.
type conditionsSurvey [][]bool

// note notes that a row has a value of the i-th condition, by its position; -1: none.
func (s *conditionsSurvey) note(i int, c Condition, value int) {
	for len(*s) <= i {
		*s = append(*s, nil)
	}
	if (*s)[i] == nil {
		(*s)[i] = make([]bool, len(c.Values))
	}
	if value >= 0 {
		(*s)[i][value] = true
	}
}

// missing says which values of conditions no row has: the input may spell them
// differently, and then the wrong rows are left out. field is the word for a column.
func (s conditionsSurvey) missing(where []Condition, field string) []string {
	var all []string
	for i, has := range s {
		c := where[i]
		var none []string
		for at, value := range c.Values {
			if has != nil && !has[at] {
				none = append(none, value)
			}
		}
		if len(none) > 0 {
			all = append(all, fmt.Sprintf("no row has %s in the %s %q; see how it is spelt there (--where)", quoted(none), field, c.Column))
		}
	}
	return all
}

// leftOutBy says which condition leaves out the rows with a value that stands for none;
// "" if such a condition could not be typed as it is.
func leftOutBy(column, value string) string {
	text := Condition{Column: column, Values: []string{value}, Not: true}.String()
	read, err := ParseCondition(text)
	if err != nil || read.Column != column || !slices.Equal(read.Values, []string{value}) || strings.ContainsAny(text, `';\`) ||
		strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return ""
	}
	return fmt.Sprintf("; if such rows are no leavers, --where '%s' leaves them out", text)
}
