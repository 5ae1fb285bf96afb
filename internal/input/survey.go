package input

import "fmt"

// Survey is what the first reading of a source has noticed beside the rows. It is a
// value: no later reading changes it. Its size is bounded, whatever the input. It is
// meant for the source that filled it.
//
// It has one small value for each kind of finding, each of which knows how it is filled
// and what it says in the end.
type Survey struct {
	// Ref and EndDate are the names of the columns that were read, or the first
	// names of the keys; "" if there is none.
	Ref, EndDate string
	// LeftOut is how many rows did not meet the conditions of Options.Where.
	LeftOut int

	refs       refSurvey
	patterns   patterns // what refs and rows look like
	rows       rowSurvey
	dates      dateSurvey
	status     statusSurvey
	conditions conditionsSurvey
	broken     brokenRows
	nested     nested
	file       fileSurvey
}

// fileSurvey is what the file itself says.
type fileSurvey struct {
	sheet    bool // it is a workbook
	blockEnd bool // it ends where a block of a disk does
}

// blockSize is how many bytes a disk writes at once, or a multiple of it. A file of which
// a part is missing often ends where a block does.
const blockSize = 4096

// newSurvey returns an empty survey of a source.
func (s *Source) newSurvey() Survey {
	return Survey{file: fileSurvey{s.Format == XLSX, s.file.Section().Size()%blockSize == 0}}
}

// settle ends the first reading g of a source.
func (v *Survey) settle(g *reading) {
	v.Ref, v.EndDate = g.names[refCell], g.names[endDateCell]
	v.patterns.settle()
	v.dates.settle(g.proposal.Advice())
}

// Warnings returns what a person should look at before anything is sent, one sentence
// each. v is the survey of this source.
func (s *Source) Warnings(v Survey) []string {
	all := v.conditions.missing(s.options.Where, s.Field())
	for _, text := range []string{v.refs.warning(s.options.Repair), v.broken.warning(), v.nested.warning(), s.workbook.hidden, unreadSheets(s.workbook.unread)} {
		if text != "" {
			all = append(all, text)
		}
	}
	return all
}

// RefPad returns the number of digits to which refs should be padded, because zeros
// in front of them seem to be cut; 0 if none seem to be, or if refs have different
// numbers of digits.
func (v Survey) RefPad() int { return v.refs.zeros.pad() }

// Padding tells whether any ref would get zeros in front if refs were padded to a number
// of digits.
func (v Survey) Padding(digits int) bool { return v.refs.zeros.padding(digits) }

// DateFormat returns the letters of the format that would read all end dates that
// could not be read; "" if there is no such format, or more than one, or if other end
// dates seem to be swapped: a format would read only what is left. unread tells whether
// there are end dates that could not be read.
func (v Survey) DateFormat() (letters string, unread bool) { return v.dates.format() }

// count writes a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
