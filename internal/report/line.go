package report

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"offboard/internal/leaver"
)

// line is one line of a report. The order of its fields is the order of the
// columns; JSON lines carry the same names as keys.
type line struct {
	Ref        string     `json:"ref"`
	EndDate    string     `json:"endDate"`
	Outcome    string     `json:"outcome"`
	Source     string     `json:"source"`
	Row        int        `json:"row"`
	HTTPStatus *int       `json:"httpStatus"` // null or empty: there was no answer
	Attempts   int        `json:"attempts"`
	DurationMs int64      `json:"durationMs"`
	FinishedAt *time.Time `json:"finishedAt"` // null or empty: pending
	RequestID  string     `json:"requestId"`
	Error      string     `json:"error"`
}

// columns are the names of a line's fields, in their order.
var columns = []string{"ref", "endDate", "outcome", "source", "row", "httpStatus", "attempts", "durationMs", "finishedAt", "requestId", "error"}

// core are the columns without which a line says nothing.
var core = columns[:5]

// Is tells whether an input with this header, or these keys, is a report.
func Is(header []string) bool {
	for _, name := range core {
		if !slices.ContainsFunc(header, func(column string) bool { return same(column, name) }) {
			return false
		}
	}
	return true
}

// same compares names of columns as those of an input are compared: without
// case, spaces, "_" and "-". A report that was tidied up stays a report.
func same(column, name string) bool {
	return strings.EqualFold(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(column), name)
}

// How long the other texts of a line may be, in characters; Leaver.Normal bounds
// the ref and the end date.
const (
	mostSource    = 4096
	mostRequestID = 128
	mostError     = 500
)

// timeLayout is RFC 3339 in UTC with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// newLine prepares a result for the file: every text is valid UTF-8, of a
// sane length and without control characters.
func newLine(r leaver.Result) line {
	ref, endDate := r.Normal()
	l := line{
		Ref:        ref,
		EndDate:    endDate,
		Outcome:    string(r.Outcome),
		Source:     leaver.Clean(r.Source, mostSource, utf8.RuneError),
		Row:        r.Row.Place.Row,
		Attempts:   r.Attempts,
		DurationMs: r.Duration.Milliseconds(),
		RequestID:  told(r.RequestID, mostRequestID),
		Error:      told(r.Reason, mostError),
	}
	if status := r.HTTPStatus; status != 0 {
		l.HTTPStatus = &status
	}
	at := r.FinishedAt.UTC().Truncate(time.Millisecond)
	// RFC 3339 has no other years; a line that was read may come close.
	if !r.FinishedAt.IsZero() && at.Year() >= 0 && at.Year() <= 9999 {
		l.FinishedAt = &at
	}
	return l
}

// every is the order of a file that has our columns and no others.
var every = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}

// appendField appends the text of a column as it stands in a CSV file; a
// column below 0 is a stranger's, and empty. Texts stand in quotes where they
// have to, or if quoted is true.
func (l *line) appendField(b []byte, column int, quoted bool) []byte {
	if text, ok := l.text(column); ok {
		if quoted || needsQuotes(text) {
			return appendQuoted(b, text)
		}
		return append(b, text...)
	}
	if !quoted {
		return l.appendPlain(b, column)
	}
	b = l.appendPlain(append(b, '"'), column)
	return append(b, '"')
}

// text returns the text of a column that is one.
func (l *line) text(column int) (text string, ok bool) {
	switch column {
	case -1:
		return "", true
	case 0:
		return l.Ref, true
	case 1:
		return l.EndDate, true
	case 2:
		return l.Outcome, true
	case 3:
		return l.Source, true
	case 9:
		return l.RequestID, true
	case 10:
		return l.Error, true
	}
	return "", false
}

// appendPlain appends the number or the time of a column.
func (l *line) appendPlain(b []byte, column int) []byte {
	switch column {
	case 4:
		return strconv.AppendInt(b, int64(l.Row), 10)
	case 5:
		if l.HTTPStatus != nil {
			return strconv.AppendInt(b, int64(*l.HTTPStatus), 10)
		}
	case 6:
		return strconv.AppendInt(b, int64(l.Attempts), 10)
	case 7:
		return strconv.AppendInt(b, l.DurationMs, 10)
	case 8:
		if l.FinishedAt != nil {
			return l.FinishedAt.AppendFormat(b, timeLayout)
		}
	}
	return b
}

// needsQuotes tells whether a field cannot stand in a CSV file as it is, by
// the rules of encoding/csv.
func needsQuotes(text string) bool {
	if text == "" {
		return false
	}
	if text == `\.` || strings.ContainsAny(text, ",\"\r\n") {
		return true
	}
	first, _ := utf8.DecodeRuneInString(text)
	return unicode.IsSpace(first)
}

func appendQuoted(b []byte, text string) []byte {
	b = append(b, '"')
	for {
		before, after, found := strings.Cut(text, `"`)
		b = append(b, before...)
		if !found {
			return append(b, '"')
		}
		b, text = append(b, `""`...), after
	}
}

// result reads a line back. A date without a zone is read in zone.
func (l line) result(zone *time.Location) (leaver.Result, error) {
	outcome, ok := leaver.ParseOutcome(l.Outcome)
	if !ok {
		return leaver.Result{}, fmt.Errorf("%q is no outcome that this version of offboard knows", leaver.Clean(l.Outcome, 40, ' '))
	}
	if l.Row < 1 || int64(l.Row) > math.MaxUint32 || l.Source == "" {
		return leaver.Result{}, errors.New("the line names no source and row")
	}
	r := leaver.Result{
		Row:       leaver.NewRow(leaver.Place{Source: l.Source, Row: l.Row}, l.Ref, l.EndDate, zone),
		Outcome:   outcome,
		Attempts:  l.Attempts,
		Duration:  time.Duration(l.DurationMs) * time.Millisecond,
		RequestID: l.RequestID,
		Reason:    l.Error,
	}
	if l.HTTPStatus != nil {
		r.HTTPStatus = *l.HTTPStatus
	}
	if l.FinishedAt != nil {
		r.FinishedAt = *l.FinishedAt
	}
	return r, nil
}

// parse fills the line from the texts of a CSV record; at gives for each
// column its position, -1 for one that the file does not have.
func (l *line) parse(fields []string, at []int) error {
	text := func(column int) string {
		if at[column] < 0 {
			return ""
		}
		return fields[at[column]]
	}
	number := func(column int) (int, error) {
		s := strings.TrimSpace(text(column))
		if s == "" {
			return 0, nil
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			return 0, fmt.Errorf("%s %q is not a whole number", columns[column], leaver.Clean(s, 40, ' '))
		}
		return n, nil
	}
	var errs [4]error
	var status, duration int
	l.Ref, l.EndDate, l.Outcome, l.Source = text(0), text(1), text(2), text(3)
	l.Row, errs[0] = number(4)
	status, errs[1] = number(5)
	l.Attempts, errs[2] = number(6)
	duration, errs[3] = number(7)
	l.DurationMs = int64(duration)
	if status != 0 {
		l.HTTPStatus = &status
	}
	if s := text(8); s != "" {
		if at, err := time.Parse(time.RFC3339, s); err == nil {
			l.FinishedAt = &at
		} // a time that a spreadsheet has rewritten decides nothing
	}
	l.RequestID, l.Error = text(9), text(10)
	return errors.Join(errs[:]...)
}

// printable tells whether a text is of visible ASCII characters and spaces.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// told prepares a text from the server: cut, on one line, and no formula. What
// it returns it leaves as it is when the line is written again.
func told(s string, most int) string {
	if !printable(s) {
		s = lineBreaks.Replace(s)
	}
	return leaver.Clean(defuse(leaver.Clean(s, most, ' ')), most, ' ')
}

// lineBreaks are those of Unicode that are no control characters. A ref may
// have them, and keeps them.
var lineBreaks = strings.NewReplacer("\u2028", " ", "\u2029", " ")

// defuse keeps a text from the server from being a formula in a spreadsheet,
// even in one that cuts white space in front of it.
func defuse(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(s))
	if strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + s
	}
	return s
}
