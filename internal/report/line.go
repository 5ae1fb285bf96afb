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
}

// How long the other texts of a line may be, in characters; leaver.Leaver.Normal
// bounds the ref and the end date.
const (
	maxSource    = 4096
	maxRequestID = 128
	maxReason    = 500
)

// newLine prepares a result for the file: every text is valid UTF-8, of limited
// length and without control characters.
func newLine(r leaver.Result) line {
	ref, endDate := r.Normal()
	l := line{
		ref:        text(ref),
		endDate:    text(endDate),
		outcome:    text(r.Outcome),
		source:     text(leaver.Clean(r.Source, maxSource, utf8.RuneError)),
		row:        number(r.Row.Place.Row),
		httpStatus: optional(r.HTTPStatus),
		attempts:   number(r.Attempts),
		durationMs: number(r.Duration.Milliseconds()),
		requestID:  text(serverText(r.RequestID, maxRequestID)),
		reason:     text(serverText(r.Reason, maxReason)),
	}
	// RFC 3339 has no years outside this range; a line that was read can be close
	// to its end.
	at := r.FinishedAt.UTC().Truncate(time.Millisecond)
	if !r.FinishedAt.IsZero() && at.Year() >= 0 && at.Year() <= 9999 {
		l.finishedAt = moment(at)
	}
	return l
}

// result returns what a line says. An end date without a zone is read in zone.
func (l *line) result(zone *time.Location) (leaver.Result, error) {
	outcome, ok := leaver.ParseOutcome(string(l.outcome))
	if !ok {
		return leaver.Result{}, fmt.Errorf("%q is no outcome that this version of offboard knows", leaver.Clean(string(l.outcome), 40, ' '))
	}
	if l.source == "" || l.row < 1 || l.row > math.MaxUint32 {
		return leaver.Result{}, errors.New("a line needs a source and a row, which is 1 or more")
	}
	row := leaver.NewRow(leaver.Place{Source: string(l.source), Row: int(l.row)}, string(l.ref), string(l.endDate), zone)
	switch outcome {
	case leaver.Held:
		if row.Doubts, row.Seen = leaver.ParseHeldReason(string(l.reason)); row.Doubts == 0 {
			return leaver.Result{}, fmt.Errorf("the outcome is %s, and the error names no kind of doubt", outcome)
		}
	case leaver.Excluded:
		row.Excluded = cmp.Or(string(l.reason), "an earlier run has excluded the leaver")
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

// serverText prepares a text from the server: it is cut to so many characters, on
// one line, and not a formula. A text that was prepared before does not change.
func serverText(s string, most int) string {
	if !printable(s) {
		s = lineBreaks.Replace(s)
	}
	return leaver.Clean(disarm(leaver.Clean(s, most, ' ')), most, ' ')
}

// lineBreaks replaces the line breaks of Unicode that are not control characters.
// A ref may have them, and keeps them.
var lineBreaks = strings.NewReplacer("\u2028", " ", "\u2029", " ")

// disarm puts an apostrophe in front of a text that a spreadsheet could take for a
// formula. Some spreadsheets ignore white space in front of one.
func disarm(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s))
	if strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}
