package input

import (
	"fmt"
	"slices"
	"strings"

	"offboard/internal/dates"
	"offboard/internal/table"
	"offboard/internal/xlsx"
)

// kept returns the names of the columns whose texts rows have, in the order of
// leaver.Row.Kept: those of Keep, then those of Match.
func (o Options) kept() []string { return slices.Concat(o.Keep, o.Match) }

// keptName returns the i-th of these names, and the flag that asks for it.
func (o Options) keptName(i int) (name, flag string) {
	if i < len(o.Keep) {
		return o.Keep[i], "--keep"
	}
	return o.Match[i-len(o.Keep)], "--match"
}

// findKept finds the columns of Options.Keep and Options.Match in a header. It fails if a
// name means no column or several, and if two names of Keep mean the same one. A column may
// be compared with several fields of the account, so that Match may have it twice.
func findKept(header []string, o Options) ([]int, error) {
	var all []int
	for _, name := range o.Keep {
		at, err := findColumn(header, name, "", "--keep")
		if err != nil {
			return nil, err
		}
		if i := slices.Index(all, at); i >= 0 {
			return nil, fmt.Errorf("--keep names the column %q twice: %s", header[at], quoted([]string{o.Keep[i], name}))
		}
		all = append(all, at)
	}
	for _, name := range o.Match {
		at, err := findColumn(header, name, "", "--match")
		if err != nil {
			return nil, err
		}
		all = append(all, at)
	}
	return all, nil
}

// keptCell returns the cell of the i-th column whose texts rows have. A malformed
// row of a text has an empty one: its fields may stand in the wrong columns.
func (g *grid) keptCell(row *gridRow, i int) cell {
	if row.fault != "" && row.cells == nil {
		return cell{}
	}
	return row.cell(g.kept[i])
}

// keptCell returns the value of the i-th key whose texts rows have as a text, and
// whether the object has it. The keys are those that learn was called with, unless the
// object is malformed.
func (l *layout) keptCell(o *table.Object, i int) (c cell, found bool) {
	if o.Fault != "" {
		return cell{}, false
	}
	text, found := valueAt(o, l.kept[i], l.objects.keep[i])
	return textCell(text), found
}

// valueAt returns the text of the member at the position that was found, or else of the
// one at a path such as employee.name. The text of a list or an object is its JSON. If
// several members could be meant, it is the JSON of all of them: none of them is chosen.
func valueAt(o *table.Object, found []int, path string) (text string, ok bool) {
	switch len(found) {
	case 0:
		outer, rest, isPath := strings.Cut(path, ".")
		if !isPath || outer == "" || rest == "" {
			return "", false
		}
		at := match(o.Keys, outer, "")
		if len(at) != 1 || o.Values[at[0]].Kind() != table.Nested {
			return "", false
		}
		inner := o.Values[at[0]].Object()
		return valueAt(&inner, match(inner.Keys, rest, ""), rest)
	case 1:
		return unwrapFormula(o.Values[found[0]].Text()), true
	}
	texts := make([]string, len(found))
	for i, at := range found {
		texts[i] = string(o.Values[at])
	}
	return strings.Join(texts, ", "), true
}

// keptTexts is what a reading keeps of the columns whose texts rows have. It is apart from
// the slots of a page, which stay small if there are no such columns.
type keptTexts struct {
	texts [][]string // of the records of a page, in their order; nil if there are no columns
	found []bool     // by key of Options.kept: some object has it; nil for a grid
}

// page ends a page. The function that it returns is to be called for each record of that
// page, and returns the texts of one after the other: nil if there are no columns.
func (k *keptTexts) page() (next func() []string) {
	texts := k.texts
	k.texts = nil
	return func() (of []string) {
		if len(texts) > 0 {
			of, texts = texts[0], texts[1:]
		}
		return of
	}
}

// noteKept notes which of the keys of Options.kept a record has.
func (g *reading) noteKept(r *record) {
	for i, found := range g.kept.found {
		if !found {
			_, g.kept.found[i] = r.kept(i)
		}
	}
}

// keep adds the texts of a record to those of its page, except in a first reading, whose
// rows nobody reports. Each row gets a slice of its own, because it is used after the page.
func (g *reading) keep(r *record) {
	n := len(g.source.options.Keep) + len(g.source.options.Match)
	if n == 0 || g.known == nil {
		return
	}
	texts := make([]string, n)
	for i := range texts {
		c, _ := r.kept(i)
		texts[i] = g.source.keptText(c)
		if r.grid == nil {
			r.size += len(texts[i]) // a copy of its own
		}
	}
	g.kept.texts = append(g.kept.texts, texts)
}

// keptText returns the text of a cell as the file shows it. A date may be any: that of a
// birthday, for example, which could be no end date.
func (s *Source) keptText(c cell) string {
	if c.Kind == xlsx.Date {
		if text, ok := dates.SerialText(c.Text, s.options.Zone); ok {
			return text
		}
	}
	return c.shown()
}
