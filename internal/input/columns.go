package input

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// columns are the positions of what is read from a record; -1 for none.
type columns struct{ ref, endDate int }

// The names by which columns and keys are found, normalised.
const (
	refName     = "ref"
	endDateName = "enddate"
	// The columns of a crosswalk.
	oldName = "old"
	newName = "new"
)

// normalise makes names comparable: case, spaces, "_" and "-" do not count, nor
// do line breaks, which spreadsheets write into a header that wraps, characters
// that cannot be seen, and punctuation around a name.
func normalise(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, strings.ToLower(name)), marksAround)
}

// marksAround are the marks that exports put around names.
const marksAround = ".:#*()[]'?!"

// findColumns finds the ref and the end date among the names of a header.
func findColumns(header []string, o Options) (columns, error) {
	ref, err := findColumn(header, o.RefColumn, refName, "--ref-column")
	if err != nil {
		return columns{}, err
	}
	if ref < 0 {
		return columns{}, fmt.Errorf("no column ref; the header has %s; name the column with --ref-column, or the row of the header with --header-row", list(header))
	}
	endDate, err := findColumn(header, o.EndDateColumn, endDateName, "--end-date-column")
	if err != nil {
		return columns{}, err
	}
	if ref == endDate {
		return columns{}, fmt.Errorf("--ref-column and --end-date-column both name the column %q", header[ref])
	}
	return columns{ref: ref, endDate: endDate}, nil
}

// synonyms are what usual systems call the ref and the end date. They count
// only where nobody has named a column and none has the usual name.
var synonyms = map[string][]string{
	refName: {"employeeid", "employeenumber", "employeeno", "employeeref", "payrollid", "payrollnumber", "payrollno",
		"personnelid", "personnelnumber", "personnelno", "staffid", "staffnumber", "staffno", "workerid"},
	endDateName: {"leavedate", "leavingdate", "leaverdate", "dateofleaving", "dateleft", "terminationdate", "lastworkingday",
		"lastworkingdate", "lastdayofwork", "employmentenddate"},
	oldName: {"oldref", "oldid", "oldnumber", "oldemployeeid", "oldemployeenumber"},
	newName: {"newref", "newid", "newnumber", "newemployeeid", "newemployeenumber"},
}

// match returns the positions of the names that are meant by the name that
// was asked for, or else by the usual one or its synonyms. Where several
// match, one that is spelt just as asked wins.
func match(names []string, asked, usual string) []int {
	wanted := normalise(nameOr(asked, usual))
	var found, exact, other []int
	for i, name := range names {
		normal := normalise(name)
		if asked == "" && slices.Contains(synonyms[usual], normal) {
			other = append(other, i)
		}
		if normal != wanted {
			continue
		}
		found = append(found, i)
		if name == asked {
			exact = append(exact, i)
		}
	}
	switch {
	case len(exact) == 1:
		return exact
	case len(found) == 0:
		return other
	}
	return found
}

func nameOr(asked, usual string) string {
	if asked != "" {
		return asked
	}
	return usual
}

// findColumn returns the position of the column that was asked for by name,
// or of the usual name; -1 if nobody asked and there is none.
func findColumn(header []string, asked, usual, flag string) (int, error) {
	found := match(header, asked, usual)
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return 0, fmt.Errorf("%d columns could be meant by %q: %s; name one with %s, or rename the others",
			len(found), nameOr(asked, usual), list(pick(header, found)), flag)
	case asked != "":
		return 0, fmt.Errorf("no column %q (%s); the header has %s", asked, flag, list(header))
	}
	return -1, nil
}

func pick(header []string, at []int) []string {
	names := make([]string, len(at))
	for i, p := range at {
		names[i] = header[p]
	}
	return names
}

// list quotes names for a message, and stops before it gets long.
func list(names []string) string {
	const most, width = 12, 40
	quoted := make([]string, 0, most+1)
	for i, name := range names {
		if i == most {
			quoted = append(quoted, fmt.Sprintf("and %d more", len(names)-most))
			break
		}
		if len(name) > width {
			name = strings.ToValidUTF8(name[:width], "") + "…"
		}
		quoted = append(quoted, strconv.Quote(name))
	}
	return strings.Join(quoted, ", ")
}
