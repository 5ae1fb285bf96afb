package report

import (
	"bytes"
	"crypto/sha256"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/table"
)

// checkLetters are the letters of a check, one for each half byte. There is no vowel
// among them, so that no check is a word, a number or a date to a spreadsheet.
const checkLetters = "bcdfghjklmnpqrst"

// checkMark is the check of a line: letters that belong to its target, its ref and its
// end date as they stand in the file. The zero value fits no line.
type checkMark [6]byte

// noCheck stands in a line that was read from a report in which its check did not fit.
// It keeps such a line apart in every report that it is copied to.
const noCheck = "changed"

// changedFault is the fault of a line that does not fit its check.
const changedFault = "this line of the report was changed by a spreadsheet or by hand: its check does not fit its target, ref and endDate " +
	"(a spreadsheet cuts zeros in front of a ref and rewrites dates); use the original report, or restore the line"

// Check returns the check of a line with these texts.
func Check(target, ref, endDate string) string {
	l := line{target: text(target), ref: text(ref), endDate: text(endDate)}
	c := l.expected()
	return string(c[:])
}

// expected returns the check that fits the line.
func (l *line) expected() (c checkMark) {
	l.scratch = append(append(l.scratch[:0], l.target...), '\n')
	l.scratch = append(append(l.scratch, l.ref...), '\n')
	l.scratch = append(l.scratch, l.endDate...)
	sum := sha256.Sum256(l.scratch)
	for i := range c {
		c[i] = checkLetters[sum[i/2]>>(4*(i%2))&15]
	}
	return c
}

// fits tells whether the line is as offboard has written it.
func (l *line) fits() bool { return l.target != "" && l.check == l.expected() }

// isCutOff tells whether a text is what a line that was not written to its end has of
// its check.
func (l *line) isCutOff(check string) bool {
	whole := l.expected()
	return l.target != "" && len(check) < len(whole) && bytes.HasPrefix(whole[:], []byte(check))
}

// changed returns what a line that does not fit its check says: that its row cannot be
// used. own is the place of the line, which is used if the line has no usable one itself.
func (l *line) changed(own leaver.Place, zone *time.Location) leaver.Result {
	at, ok := l.place()
	if !ok {
		at = own
	}
	row := leaver.NewRow(at, string(l.ref), string(l.endDate), zone)
	row.Fault = changedFault
	row.Kept = l.keptTexts()
	return leaver.Result{Row: row, Outcome: leaver.Invalid, Changed: true, Reason: row.Fault, FinishedAt: time.Time(l.finishedAt)}
}

func (c *checkMark) appendCSV(b []byte) []byte {
	if *c == (checkMark{}) {
		return append(b, noCheck...)
	}
	return append(b, c[:]...)
}

func (c *checkMark) appendJSON(b []byte) []byte { return append(c.appendCSV(append(b, '"')), '"') }

func (c *checkMark) parseCSV(cell string) error {
	*c = checkMark{}
	if len(cell) == len(c) {
		copy(c[:], cell)
	}
	return nil
}

func (c *checkMark) parseJSON(v table.Value) error {
	*c = checkMark{}
	if len(v) == len(c)+2 && v.Kind() == table.String {
		copy(c[:], v[1:])
	}
	return nil
}

func (c *checkMark) clear() { *c = checkMark{} }
