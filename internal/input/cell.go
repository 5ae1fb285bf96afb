package input

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"offboard/internal/dates"
	"offboard/internal/leaver"
)

// A character in front of its text says what a cell holds that is neither text
// nor a whole number. They are characters for private use, which texts do not
// begin with; one that does is damaged by it.
const (
	dateMark    = '\ue000' + iota // a date, as the number of a day
	numberMark                    // a number that is not whole, or not exact
	zerosMark                     // a whole number that is shown with zeros in front
	dressedMark                   // one that is shown with other characters
	truthMark                     // TRUE or FALSE
	faultMark                     // nothing; the text says why
	lastMark    = faultMark
)

// marked cuts the mark of a cell off its text; 0 if it has none.
func marked(text string) (mark rune, rest string) {
	const first = "\xee\x80" // of all of them
	if len(text) < 3 || text[:2] != first || text[2] > 0x80+lastMark-dateMark {
		return 0, text
	}
	return dateMark + rune(text[2]-0x80), text[3:]
}

// exactDigits is how many digits of a number spreadsheets keep.
const exactDigits = 15

// cell returns the text of a cell by its type and its style.
func (w *workbook) cell(kind, style, value string) (string, error) {
	switch kind {
	case "s":
		if value == "" {
			return "", nil
		}
		number, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil {
			return "", fmt.Errorf("%q is not the number of a text", value)
		}
		value, err = w.shared.at(number)
		return plain(value), err
	case "b":
		return string(truthMark) + strings.ToUpper(strconv.FormatBool(isTrue(value))), nil
	case "e":
		if !leaver.IsFormulaError(value) {
			return string(faultMark) + "the cell holds an error of a formula", nil
		}
	case "d":
		at, err := time.Parse("2006-01-02T15:04:05", strings.TrimSuffix(value, "Z"))
		if err != nil {
			at, err = time.Parse(time.DateOnly, value)
		}
		if err != nil {
			return plain(value), nil
		}
		days := float64(at.Unix()-time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Unix()) / (24 * 60 * 60)
		return string(dateMark) + strconv.FormatFloat(days, 'f', -1, 64), nil
	case "", "n":
		value = strings.TrimSpace(value)
		if value == "" || strings.Trim(value, "0123456789.+-eE") != "" {
			break // no number that a workbook has
		}
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return string(numberMark) + value, nil
		}
		return w.number(number, style), nil
	}
	return plain(value), nil
}

// number returns the text of a number: its digits, if it is whole. More digits
// than spreadsheets keep are not those that somebody has typed.
func (w *workbook) number(value float64, style string) string {
	var f format
	if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(w.formats) {
		f = w.formats[i]
	}
	if f.date {
		return string(dateMark) + strconv.FormatFloat(value+float64(w.epoch), 'f', -1, 64)
	}
	text := strconv.FormatFloat(value, 'f', -1, 64)
	if len(text) > 2*exactDigits {
		text = strconv.FormatFloat(value, 'g', -1, 64)
	}
	switch {
	case value != math.Trunc(value) || value < 0 || value >= math.Pow10(exactDigits):
		return string(numberMark) + text
	case f.scientific:
		return string(numberMark) + strconv.FormatFloat(value, 'E', -1, 64)
	case f.dressed:
		return string(dressedMark) + text
	case len(text) < f.zeros:
		return string(zerosMark) + strings.Repeat("0", f.zeros-len(text)) + text
	}
	return text
}

// plain makes a text of one line that bears no mark. What it replaces is cut off
// around a ref, or refused within one.
func plain(text string) string {
	if strings.ContainsAny(text, "\r\n") {
		text = strings.Map(func(r rune) rune {
			if r == '\n' || r == '\r' {
				return '\v'
			}
			return r
		}, text)
	}
	if mark, rest := marked(text); mark != 0 {
		return "\ufffd" + rest
	}
	return text
}

const neverComputed = "the cell holds a formula that was never computed; open the workbook in a spreadsheet program and save it"

// cell returns what a field holds: a mark, if it is the cell of a workbook and no
// text, and the text behind it.
func (s *Source) cell(field string) (mark rune, text string) {
	if s.Format == XLSX {
		return marked(field)
	}
	return 0, quotedText(field)
}

// quotedText returns the text of ="00123", as CSV has it that is to keep its zeros
// in a spreadsheet.
func quotedText(text string) string {
	if len(text) < 2 || text[len(text)-1] != '"' {
		return text
	}
	inner, isFormula := strings.CutPrefix(strings.TrimSpace(text), `="`)
	inner, closed := strings.CutSuffix(inner, `"`)
	if !isFormula || !closed || strings.Contains(inner, `"`) {
		return text
	}
	return inner
}

// refOf returns the ref that a field holds, or why it holds none. A number that
// the sheet shows with zeros in front has a width then.
func (s *Source) refOf(field string) (ref string, width int, fault string) {
	mark, text := s.cell(field)
	switch mark {
	case dateMark:
		return "", 0, fmt.Sprintf("the ref is a date, %s: a spreadsheet has made one of what was typed; type it again in a column that is text", s.day(text))
	case numberMark:
		return "", 0, fmt.Sprintf("the ref is the number %s, and not a whole one of at most %d digits, so it is not what was typed; export the column as text", text, exactDigits)
	case dressedMark:
		return "", 0, fmt.Sprintf("the ref is the number %s, and the sheet shows it with other characters; export the column as text", text)
	case truthMark:
		return "", 0, fmt.Sprintf("the ref is %s, a truth value", text)
	case faultMark:
		return "", 0, text
	case zerosMark:
		return strings.TrimLeft(text[:len(text)-1], "0") + text[len(text)-1:], len(text), ""
	}
	return text, 0, ""
}

// days is how dates stand in cells: a date is one whatever its format shows.
var days = dates.Serial()

// day writes the date of a cell as people do.
func (s *Source) day(serial string) string {
	if d, err := days.Parse(serial, s.options.Zone); err == nil {
		return d.Text
	}
	return serial
}

// parseEndDate reads an end date, which may be a cell of its own kind.
func (s *Source) parseEndDate(field string) (d date) {
	mark, text := s.cell(strings.TrimSpace(field))
	switch dates := s.options.Dates; {
	case mark == dateMark:
		d.cell = true
		d.EndDate, d.err = days.Parse(text, s.options.Zone)
	case mark == faultMark:
		d.Text, d.err = "?", errors.New(text)
	case s.sheet.from1904 && (dates.IsZero() || dates.Serial()) && text != "" && strings.Trim(text, "0123456789.") == "":
		d.Text, d.err = "?", fmt.Errorf("the end date is the number %s, in a workbook that counts days from 1904; format the column as a date", text)
	default:
		d.EndDate, d.err = dates.Parse(strings.TrimSpace(text), s.options.Zone)
	}
	return d
}

// valueOf returns what a field shows, for a condition.
func (s *Source) valueOf(field string) (value, fault string) {
	mark, text := s.cell(field)
	switch mark {
	case dateMark:
		text = s.day(text)
	case faultMark:
		return "", text
	}
	return text, ""
}
