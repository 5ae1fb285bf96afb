package report

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"offboard/internal/leaver"
)

// line is one line of a report: each field belongs to one of the columns.
type line struct {
	ref        text
	endDate    text
	outcome    text
	source     text
	row        number
	httpStatus optional // 0: there was no answer
	attempts   number
	durationMs number
	finishedAt moment // zero: pending
	requestID  text
	reason     text
	target     text
	check      checkMark
	kept       []anyText

	scratch []byte // for the check
}

// form is how results become the lines of one report.
type form struct {
	encode encoder
	target string           // of every line
	now    func() time.Time // for results that have no time
	order  []int            // for each kept column of the report, which of leaver.Row.Kept it is
}

// How long the other texts of a line may be, in characters; leaver.Leaver.Normal
// bounds the ref and the end date.
const (
	maxSource    = 4096
	maxRequestID = 128
	maxReason    = 500
	maxTarget    = 300
	maxKept      = 300
)

// append appends the line of a result. l is overwritten.
func (f *form) append(b []byte, l *line, r leaver.Result) []byte {
	f.fill(l, r)
	return f.encode(b, l)
}

// fill prepares a result for the file: every text is valid UTF-8, of limited length and
// without control characters.
func (f *form) fill(l *line, r leaver.Result) {
	ref, endDate := r.Normal()
	*l = line{
		ref:        text(ref),
		endDate:    text(endDate),
		outcome:    text(r.Outcome),
		source:     text(leaver.Clean(r.Source, maxSource, utf8.RuneError)),
		row:        number(r.Row.Place.Row),
		httpStatus: optional(r.HTTPStatus),
		attempts:   number(r.Attempts),
		durationMs: number(r.Duration.Milliseconds()),
		finishedAt: f.momentOf(r),
		requestID:  text(serverText(r.RequestID, maxRequestID)),
		reason:     text(serverText(r.Reason, maxReason)),
		target:     text(f.target),
		kept:       l.kept[:0],
		scratch:    l.scratch,
	}
	for _, i := range f.order {
		kept := ""
		if i < len(r.Kept) {
			kept = serverText(r.Kept[i], maxKept)
		}
		l.kept = append(l.kept, anyText(kept))
	}
	if r.Fault != changedFault {
		l.check = l.expected()
	}
}

// momentOf returns when the outcome was known: now, for a result that does not say so.
func (f *form) momentOf(r leaver.Result) moment {
	at := r.FinishedAt.UTC().Truncate(time.Millisecond)
	// RFC 3339 has no years outside this range; a line that was read can be close to
	// its end.
	if r.FinishedAt.IsZero() || at.Year() < 0 || at.Year() > 9999 {
		at = f.now().UTC().Truncate(time.Millisecond)
	}
	return moment(at)
}

// place returns the place of the row that the line is about, and whether it is one.
func (l *line) place() (leaver.Place, bool) {
	return leaver.Place{Source: string(l.source), Row: int(l.row)}, l.source != "" && l.row >= 1 && l.row <= math.MaxUint32
}

// keptTexts returns the kept texts in a new slice; nil if there are none.
func (l *line) keptTexts() []string {
	if len(l.kept) == 0 {
		return nil
	}
	texts := make([]string, len(l.kept))
	for i, t := range l.kept {
		texts[i] = string(t)
	}
	return texts
}

// result returns what a line says. An end date without a zone is read in zone.
func (l *line) result(zone *time.Location) (leaver.Result, error) {
	outcome, ok := leaver.ParseOutcome(string(l.outcome))
	if !ok {
		return leaver.Result{}, fmt.Errorf("%q is no outcome that this version of offboard knows", leaver.Clean(string(l.outcome), 40, ' '))
	}
	at, ok := l.place()
	if !ok {
		return leaver.Result{}, errors.New("a line needs a source and a row, which is 1 or more")
	}
	row := leaver.NewRow(at, string(l.ref), string(l.endDate), zone)
	row.Kept = l.keptTexts()
	switch outcome {
	case leaver.Held:
		if row.Doubts, row.Seen = leaver.ParseHeldReason(string(l.reason)); row.Doubts == 0 {
			return leaver.Result{}, fmt.Errorf("the outcome is %s, and the error names no kind of doubt", outcome)
		}
	case leaver.Excluded:
		row.Doubts, row.Excluded, row.Seen = leaver.ParseDoubtedReason(string(l.reason))
		row.Excluded = cmp.Or(row.Excluded, "an earlier run has excluded the leaver")
	case leaver.NotDue:
		row.Doubts, _, row.Seen = leaver.ParseDoubtedReason(string(l.reason))
	}
	return leaver.Result{
		Row:        row,
		Outcome:    outcome,
		HTTPStatus: int(l.httpStatus),
		Attempts:   int(l.attempts),
		Duration:   time.Duration(l.durationMs) * time.Millisecond,
		FinishedAt: time.Time(l.finishedAt),
		RequestID:  string(l.requestID),
		Reason:     string(l.reason),
		Target:     string(l.target),
	}, nil
}

// printable tells whether a text consists of printable ASCII characters.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// serverText prepares a text from the server or from another column of an input: it is
// cut to so many characters, and on one line. A text that was prepared before does not
// change.
func serverText(s string, most int) string {
	if !printable(s) {
		s = lineBreaks.Replace(s)
	}
	return leaver.Clean(s, most, ' ')
}

// lineBreaks replaces the line breaks of Unicode that are not control characters.
// A ref may have them, and keeps them.
var lineBreaks = strings.NewReplacer("\u2028", " ", "\u2029", " ")
