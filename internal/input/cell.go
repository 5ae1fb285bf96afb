package input

import (
	"errors"
	"fmt"
	"strings"

	"offboard/internal/dates"
	"offboard/internal/leaver"
	"offboard/internal/table"
	"offboard/internal/xlsx"
)

// cell is one value of a record. A field of CSV is a text; a cell of a sheet and a
// value of a JSON object have a kind of their own. The zero cell is empty.
type cell struct {
	xlsx.Cell
	fault string // why the cell cannot be used; Text is then what it shows
}

// noValue is the text of a cell that cannot be used and has no text.
const noValue = "?"

func textCell(text string) cell { return cell{Cell: xlsx.Cell{Text: text}} }

// fieldCell returns the cell of a CSV field.
func fieldCell(field string) cell { return textCell(unwrapFormula(field)) }

// unwrapFormula returns 00123 for ="00123", by which a CSV file keeps a spreadsheet
// program from cutting the zeros; any other field as it is.
func unwrapFormula(field string) string {
	if len(field) < 2 || field[len(field)-1] != '"' {
		return field
	}
	inner, isFormula := strings.CutPrefix(strings.TrimSpace(field), `="`)
	inner, closed := strings.CutSuffix(inner, `"`)
	if !isFormula || !closed || strings.Contains(inner, `"`) {
		return field
	}
	return inner
}

// sheetCell returns the cell of a sheet.
func sheetCell(c xlsx.Cell) cell {
	if c.Kind == xlsx.Fault {
		return cell{Cell: xlsx.Cell{Kind: xlsx.Fault, Text: noValue}, fault: c.Text}
	}
	return cell{Cell: c}
}

// valueCell returns the cell of a JSON value. A whole number becomes a text: all its
// digits stand in the file, so no program has rounded them.
func valueCell(v table.Value) cell {
	text := v.Text()
	switch v.Kind() {
	case table.Number:
		if !digitsOnly(text) {
			return cell{Cell: xlsx.Cell{Kind: xlsx.Number, Text: text}}
		}
	case table.String:
		return fieldCell(text)
	case table.Truth:
		return cell{Cell: xlsx.Cell{Kind: xlsx.Truth, Text: text}}
	case table.List, table.Nested:
		return faultCell(text, "the value %s is a list or an object, and neither text nor a whole number", shorten(text))
	}
	return textCell(text)
}

// faultCell returns a cell that cannot be used, with the reason.
func faultCell(text, format string, args ...any) cell {
	return cell{Cell: xlsx.Cell{Kind: xlsx.Fault, Text: text}, fault: fmt.Sprintf(format, args...)}
}

// keep returns a copy of the cell that stays valid when the next record is read; nil
// for a text, which needs no copy.
func (c cell) keep() *cell {
	if c.Kind == xlsx.Text {
		return nil
	}
	kept := c // a copy, so that c itself is not allocated if it is a text
	return &kept
}

// or returns the cell that was kept, or else the one of a text.
func (c *cell) or(text string) cell {
	if c == nil {
		return textCell(text)
	}
	return *c
}

// exactDigits is how many digits of a number spreadsheet programs store.
const exactDigits = 15

// refIn returns the ref in a cell, or the reason why it cannot be used.
func (s *Source) refIn(c cell) (ref, fault string) {
	switch c.Kind {
	case xlsx.Text:
		return c.Text, ""
	case xlsx.Date:
		return "", fmt.Sprintf("the ref is a date, %s: a spreadsheet program has made one of what was typed; type it again in a column that is text", s.dayText(c))
	case xlsx.Truth:
		return "", fmt.Sprintf("the ref is %s, a truth value", c.Text)
	case xlsx.Fault:
		return "", c.fault
	}
	switch {
	case !digitsOnly(c.Text) || len(c.Text) > exactDigits:
		return "", fmt.Sprintf("the ref is the number %s, and not a whole one of at most %d digits, so it is not what was typed; export it as text", c.Text, exactDigits)
	case c.Dressed:
		return "", fmt.Sprintf("the ref is the number %s, and the sheet shows it with other characters; export it as text", c.Text)
	}
	return c.Text, ""
}

// valueIn returns the text that conditions compare, or the reason why there is none.
func (s *Source) valueIn(c cell) (value, fault string) {
	switch {
	case c.Kind == xlsx.Date:
		return s.dayText(c), ""
	case c.Kind == xlsx.Fault:
		return "", c.fault
	case leaver.IsFormulaError(c.Text):
		return "", fmt.Sprintf("%s is the error of a formula in a spreadsheet", c.Text)
	}
	return c.shown(), ""
}

// shown returns the text of the cell with the zeros that the sheet shows in front of a
// number.
func (c cell) shown() string {
	if missing := c.Width - len(c.Text); missing > 0 {
		return strings.Repeat("0", missing) + c.Text
	}
	return c.Text
}

// dayText returns the date in a cell as YYYY-MM-DD, with its time if it has one.
func (s *Source) dayText(c cell) string {
	if d, err := dates.Serial().Parse(c.Text, s.options.Zone); err == nil {
		return d.Text
	}
	return c.Text
}

// date is an end date that was read.
type date struct {
	leaver.EndDate
	err     error        // why it cannot be used
	fault   string       // the same in words, if the reading is to say so
	ownKind bool         // the cell is a date, and not a text
	local   bool         // it is a text such as 30/06/2024, read or not
	swap    leaver.Facts // that its day and month could be swapped
}

// dateIn reads the end date in a cell.
func (s *Source) dateIn(c cell) (d date) {
	text, format := strings.TrimSpace(c.shown()), s.options.Dates
	switch {
	case c.Kind == xlsx.Number && s.Format == JSONL: // a whole number is a text
		d.Text, d.err = text, fmt.Errorf("the end date is the number %s, and not a whole one", text)
	case c.Kind == xlsx.Date:
		d.ownKind = true
		d.EndDate, d.err = dates.Serial().Parse(text, s.options.Zone)
	case c.Kind == xlsx.Fault:
		d.Text, d.err = text, errors.New(c.fault)
	case s.workbook.from1904 && (format.IsZero() || format.Serial()) && text != "" && strings.Trim(text, "0123456789.") == "":
		d.Text, d.err = noValue, fmt.Errorf("the end date is the number %s, in a workbook that counts days from 1904; format the column as a date", text)
	default:
		d.EndDate, d.err = format.Parse(text, s.options.Zone)
		if c.Kind == xlsx.Text && d.err == nil && !format.IsZero() {
			_, err := leaver.ParseEndDate(text, s.options.Zone)
			d.local = err != nil
		}
	}
	return d
}

// digitsOnly tells whether a text is a whole number, zeros in front included.
func digitsOnly(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// shorten cuts a text for a message.
func shorten(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
