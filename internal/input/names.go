package input

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"offboard/internal/table"
)

// The usual names of columns and keys, in the form that table.NormalName returns.
const (
	refName     = "ref"
	endDateName = "enddate"
	// The columns of a crosswalk.
	oldName = "old"
	newName = "new"
)

// spelt returns a usual name as the documentation spells it.
func spelt(usual string) string {
	if usual == endDateName {
		return "endDate"
	}
	return usual
}

// synonyms are other names of a column, by its usual name: what HR systems call it.
// They are looked for only if no column was asked for.
var synonyms = map[string][]string{
	refName: {"employeeid", "employeenumber", "employeeno", "employeeref", "payrollid", "payrollnumber", "payrollno",
		"personnelid", "personnelnumber", "personnelno", "staffid", "staffnumber", "staffno", "workerid"},
	endDateName: {"leavedate", "leavingdate", "leaverdate", "dateofleaving", "dateleft", "terminationdate", "lastworkingday",
		"lastworkingdate", "lastdayofwork", "employmentenddate"},
	oldName: {"oldref", "oldid", "oldnumber", "oldemployeeid", "oldemployeenumber"},
	newName: {"newref", "newid", "newnumber", "newemployeeid", "newemployeenumber"},
}

// match returns the positions of the names that could be meant: those that equal the
// name that was asked for, or else the usual name and its synonyms. If exactly one of
// several is spelt as asked, only that one is meant.
func match(names []string, asked, usual string) []int {
	wanted := table.NormalName(cmp.Or(asked, usual))
	var found, exact []int
	for i, name := range names {
		normal := table.NormalName(name)
		if normal != wanted && (asked != "" || !slices.Contains(synonyms[usual], normal)) {
			continue
		}
		found = append(found, i)
		if name == asked {
			exact = append(exact, i)
		}
	}
	if len(exact) == 1 {
		return exact
	}
	return found
}

// findColumn returns the position of the column that was asked for, or of the usual
// one; -1 if none was asked for and there is no usual one. flag names the column in
// messages.
func findColumn(header []string, asked, usual, flag string) (int, error) {
	found := match(header, asked, usual)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return 0, fmt.Errorf("%d columns could be meant by %q: %s; name one with %s, or rename the others",
			len(found), cmp.Or(asked, spelt(usual)), quoted(pickNames(header, found)), flag)
	case asked != "":
		return 0, fmt.Errorf("no column %q (%s); the header has %s", asked, flag, quoted(header))
	}
	return -1, nil
}

// pickNames returns the names at some positions.
func pickNames(header []string, at []int) []string {
	names := make([]string, len(at))
	for i, p := range at {
		names[i] = header[p]
	}
	return names
}

// quoted writes names for a message: the first dozen in quotes, long names cut.
func quoted(names []string) string {
	const most, width = 12, 40
	texts := make([]string, 0, most+1)
	for i, name := range names {
		if i == most {
			texts = append(texts, fmt.Sprintf("and %d more", len(names)-most))
			break
		}
		if len(name) > width {
			name = strings.ToValidUTF8(name[:width], "") + "…"
		}
		texts = append(texts, strconv.Quote(name))
	}
	return strings.Join(texts, ", ")
}
