package input

import (
	"slices"
	"strings"
	"unicode"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// What a column says about a person's employment is told by its name and its values:
// their form does not say it. The words are those of the languages of the usual
// systems; a word that is missing here is no doubt.
var (
	statusNames = []string{"status", "statut", "estado", "stato", "zustand"} // a name ends with one of them
	activeNames = []string{"active", "isactive", "aktiv", "istaktiv", "actif", "activo", "attivo", "ativo", "actief", "enabled", "isenabled", "accountenabled", "employed", "isemployed", "currentlyemployed"}
	goneNames   = []string{"inactive", "isinactive", "terminated", "isterminated", "leaver", "isleaver", "left", "hasleft", "deleted", "isdeleted", "delete", "disabled", "isdisabled", "exited"}
	activeWords = []string{"active", "aktiv", "actif", "activo", "activa", "attivo", "attiva", "ativo", "ativa", "actief", "employed", "current", "working", "enabled", "hired", "beschäftigt", "a"}
	trueWords   = []string{"true", "yes", "y", "1", "x", "t", "ja", "j", "oui", "o", "sí", "si", "s", "sim", "wahr", "vrai", "verdadero", "vero"}
	falseWords  = []string{"false", "no", "n", "0", "f", "nein", "non", "não", "nee", "falsch", "faux", "falso"}
)

// statusKind is what the values of a column say.
type statusKind uint8

const (
	noStatus     statusKind = iota
	statusText              // a word such as Active
	statusActive            // true: the person is still employed
	statusGone              // false: the person is still employed
)

// statusKindOf tells what the values of a column say by its name.
func statusKindOf(name string) statusKind {
	normal := table.NormalName(name)
	switch {
	case slices.Contains(activeNames, normal):
		return statusActive
	case slices.Contains(goneNames, normal):
		return statusGone
	}
	for _, s := range statusNames {
		if strings.HasSuffix(normal, s) {
			return statusText
		}
	}
	return noStatus
}

// isActive tells whether a value says that the person is still employed.
func (k statusKind) isActive(value string) bool {
	value = strings.ToLower(leaver.TrimRef(value))
	word := value
	if end := strings.IndexFunc(value, func(r rune) bool { return !unicode.IsLetter(r) }); end >= 0 {
		word = value[:end]
	}
	switch k {
	case statusText:
		return slices.Contains(activeWords, word)
	case statusActive:
		return slices.Contains(trueWords, value) || slices.Contains(activeWords, word)
	case statusGone:
		return slices.Contains(falseWords, value)
	}
	return false
}

// statusColumn is a column that says what a person's employment is.
type statusColumn struct {
	name string
	kind statusKind
	at   int // its position in a header, or among the keys of an object
}

// statusColumns finds the columns that say what a person's employment is, but those of
// which a condition has chosen the values.
func statusColumns(names []string, where []Condition) []statusColumn {
	var found []statusColumn
	for i, name := range names {
		if kind := statusKindOf(name[strings.LastIndexByte(name, '.')+1:]); kind != noStatus && !chosen(name, where) {
			found = append(found, statusColumn{name, kind, i})
		}
	}
	return found
}

// chosen tells whether a condition has chosen the values of a column.
func chosen(name string, where []Condition) bool {
	return slices.ContainsFunc(where, func(c Condition) bool {
		return !c.Not && table.NormalName(c.Column) == table.NormalName(name)
	})
}

// activeStatus is what all records that say that the person is still employed have in
// common: the column that says so, with a few values.
type activeStatus struct {
	column  string   // "": nothing so far, or nothing in common
	values  []string // in the order in which they were found
	differs bool
	dated   bool // some of the records have an end date
}

// maxActiveValues is how many values a condition may have that leaves such records out.
const maxActiveValues = 5

// note notes the value of a column in such a record, and its end date.
func (a *activeStatus) note(column, value, endDate string) {
	a.dated = a.dated || strings.TrimSpace(endDate) != ""
	value = leaver.TrimRef(value)
	switch {
	case a.differs || a.column == column && slices.ContainsFunc(a.values, func(v string) bool { return strings.EqualFold(v, value) }):
	case a.column == "" || a.column == column && len(a.values) < maxActiveValues:
		a.column, a.values = column, append(a.values, strings.Clone(value))
	default:
		a.column, a.values, a.differs = "", nil, true
	}
}

// active returns the column of a record, and its value, that say that the person is
// still employed; "" if none does.
func (s *Source) active(r *record) (column, value string) {
	first := firstCondition + len(s.options.Where)
	for i, c := range r.status {
		cell := r.cells[first+i]
		if cell.fault == "" && c.kind.isActive(cell.Text) {
			return c.name, cell.Text
		}
	}
	return "", ""
}
