package input

import (
	"fmt"
	"slices"
	"strings"
)

// Condition says which rows are leavers: those whose column has one of the
// values, or none of them.
type Condition struct {
	Column string
	Values []string
	Not    bool
}

// ParseCondition reads Column=value,value or Column!=value,value.
func ParseCondition(text string) (Condition, error) {
	column, values, found := strings.Cut(text, "=")
	c := Condition{Values: strings.Split(values, ",")}
	c.Column, c.Not = strings.CutSuffix(column, "!")
	if c.Column = strings.TrimSpace(c.Column); !found || c.Column == "" {
		return Condition{}, fmt.Errorf("%q is not a condition such as Status=Leaver,Terminated or Status!=Active", text)
	}
	return c, nil
}

// String writes the condition as ParseCondition reads it.
func (c Condition) String() string {
	sign := "="
	if c.Not {
		sign = "!="
	}
	return c.Column + sign + strings.Join(c.Values, ",")
}

// holds tells whether a value meets the condition. Case and white space around
// do not count.
func (c Condition) holds(value string) bool {
	value = strings.TrimSpace(value)
	return c.Not != slices.ContainsFunc(c.Values, func(v string) bool { return strings.EqualFold(strings.TrimSpace(v), value) })
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
	for i, c := range s.options.Where {
		value, fault := s.valueOf(fields[s.where[i]])
		if fault != "" {
			return true, fmt.Sprintf("column %q: %s", c.Column, fault)
		}
		if !c.holds(value) {
			return false, ""
		}
	}
	return true, ""
}

// wantedObject does the same for an object; a key that it does not have is
// empty. Where several keys could be meant, the row stays in, and is invalid.
func (s *Source) wantedObject(o object) (wanted bool, fault string) {
	for _, c := range s.options.Where {
		m, err := o.find(c.Column, "")
		if err != nil {
			return true, err.Error()
		}
		text, err := m.text(true)
		if err != nil {
			text = string(m.value) // true, 1.5: as it stands there
		}
		if !c.holds(text) {
			return false, ""
		}
	}
	return true, ""
}
