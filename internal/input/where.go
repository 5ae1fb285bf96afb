package input

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"offboard/internal/leaver"
)

// Condition says which rows are leavers: those whose column has one of the
// values, or none of them.
type Condition struct {
	Column string
	Values []string
	Not    bool
}

// ParseCondition reads Column=value,value or Column!=value,value. A value with a
// comma stands in quotes, as in CSV.
func ParseCondition(text string) (Condition, error) {
	column, values, found := strings.Cut(text, "=")
	if strings.HasSuffix(values, `\`) {
		// In a list of conditions it would take the separator behind it along.
		return Condition{}, fmt.Errorf("the condition %q ends with a backslash; put the value in quotes", text)
	}
	var c Condition
	c.Column, c.Not = strings.CutSuffix(column, "!")
	if c.Column = strings.TrimSpace(c.Column); !found || c.Column == "" || strings.HasPrefix(strings.TrimSpace(values), "=") {
		return Condition{}, fmt.Errorf("%q is not a condition such as Status=Leaver,Terminated or Status!=Active", text)
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

// find returns the position of the value that a text is one of; -1 if there is
// none. Case, and what cannot be seen around a text, do not count.
func (c Condition) find(text string) int {
	text = leaver.TrimRef(text)
	return slices.IndexFunc(c.Values, func(v string) bool {
		// Letters of two characters, and full-width ones, are what they look like.
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
			return nil, fmt.Errorf("no column %q (--where); the header has %s", c.Column, list(header))
		default:
			return nil, fmt.Errorf("%d columns could be meant by %q (--where): %s", len(found), c.Column, list(pick(header, found)))
		}
	}
	return at, nil
}

// wanted tells whether a record meets all conditions. Where that cannot be
// known, the row stays in, and is invalid.
func (s *Source) wanted(fields []string) (wanted bool, fault string) {
	return s.meets(func(i int, _ Condition) (string, string) {
		return s.valueOf(fields[s.where[i]])
	})
}

// wantedObject does the same for an object; a key that it does not have is
// empty.
func (s *Source) wantedObject(o object) (wanted bool, fault string) {
	return s.meets(func(i int, c Condition) (string, string) {
		m, err := o.find(c.Column, "", "--where")
		if err != nil {
			return "", err.Error()
		}
		if m.value == nil {
			return "", ""
		}
		s.seen.held[i].there = true
		text, err := m.text(true)
		switch {
		case err == nil:
		case m.value[0] == '{' || m.value[0] == '[':
			return "", err.Error()
		default:
			text = string(m.value) // true, 1.5: as it stands there
		}
		return text, ""
	})
}

// meets holds a row against all conditions. One that it certainly does not meet
// outweighs one that cannot be told.
func (s *Source) meets(value func(int, Condition) (text, fault string)) (wanted bool, doubt string) {
	wanted = true
	for i, c := range s.options.Where {
		text, fault := value(i, c)
		if fault == "" && leaver.IsFormulaError(text) {
			fault = fmt.Sprintf("%s is the error of a formula in a spreadsheet", text)
		}
		if fault != "" {
			if doubt == "" {
				doubt = fmt.Sprintf("%s %q (--where): %s", s.Field(), c.Column, fault)
			}
			continue
		}
		at := c.find(text)
		if at >= 0 {
			s.seen.held[i].values[at] = true
		}
		s.seen.held[i].rows++
		wanted = wanted && c.Not != (at >= 0)
	}
	return wanted, doubt
}

// held is what a reading has come across of a condition.
type held struct {
	rows   int    // held against it
	values []bool // those that a row has
	there  bool   // some object has the key
}

func newHeld(where []Condition) []held {
	all := make([]held, len(where))
	for i, c := range where {
		all[i].values = make([]bool, len(c.Values))
	}
	return all
}

// nowhere says which values no row has: they may be spelt otherwise there, and
// then rows are in, or left out, that should not be.
func (s *Source) nowhere() []string {
	var all []string
	for i, h := range s.seen.held {
		var none []string
		for at, v := range s.options.Where[i].Values {
			if !h.values[at] {
				none = append(none, v)
			}
		}
		if h.rows > 0 && len(none) > 0 {
			all = append(all, fmt.Sprintf("no row has %s in the %s %q; see how it is spelt there (--where)", list(none), s.Field(), s.options.Where[i].Column))
		}
	}
	return all
}
