package xlsx

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const neverComputed = "the cell holds a formula that was never computed; open the workbook in a spreadsheet program and save it"

// cell returns a cell by its type (ECMA-376 part 1, 18.18.11), its style and its
// value. An error means that the workbook is damaged.
func (w *Workbook) cell(kind string, style int, value []byte) (Cell, error) {
	trimmed := string(bytes.TrimSpace(value))
	switch {
	case kind == "e":
		return Cell{Kind: Fault, Text: formulaError(trimmed)}, nil
	case trimmed == "":
		return Cell{}, nil
	}
	switch kind {
	case "s":
		number, err := strconv.Atoi(trimmed)
		if err != nil {
			return Cell{}, fmt.Errorf("%.20q is not the number of a text", trimmed)
		}
		text, err := w.shared.at(number)
		return textCell(text), err
	case "b":
		return truth(trimmed), nil
	case "d":
		if days, ok := daysOf(trimmed); ok {
			return dateCell(days), nil
		}
	case "", "n":
		if strings.Trim(trimmed, "0123456789.+-eE") != "" {
			break // no number that a workbook has
		}
		number, err := strconv.ParseFloat(trimmed, 64)
		if err != nil {
			return Cell{Kind: Number, Text: trimmed}, nil
		}
		return w.number(number, style), nil
	}
	return textCell(string(value)), nil
}

func textCell(text string) Cell {
	if strings.TrimSpace(text) == "" {
		return Cell{}
	}
	return Cell{Text: text}
}

// number returns the cell of a number by its style.
func (w *Workbook) number(value float64, style int) Cell {
	var f format
	if style >= 0 && style < len(w.formats) {
		f = w.formats[style].of(value)
	}
	if value == 0 {
		value = 0 // not -0
	}
	if f.date {
		if w.from1904 {
			value += daysTo1904
		}
		return dateCell(value)
	}
	c := Cell{Kind: Number, Text: strconv.FormatFloat(value, 'f', -1, 64), Dressed: f.dressed}
	whole := value == math.Trunc(value) && value >= 0
	switch {
	case len(c.Text) > 30:
		c.Text = strconv.FormatFloat(value, 'g', -1, 64)
	case whole && f.scientific:
		c.Text = strconv.FormatFloat(value, 'E', -1, 64)
	case whole && len(c.Text) < f.width:
		c.Width = f.width
	}
	return c
}

// daysTo1904 is how many days 1 January 1904 is after 30 December 1899.
const daysTo1904 = 1462

func dateCell(days float64) Cell {
	return Cell{Kind: Date, Text: strconv.FormatFloat(days, 'f', -1, 64)}
}

// isoDate is a date in ISO 8601, with or without a time; the last part is the offset.
var isoDate = regexp.MustCompile(`^(\d{4})-?(\d\d)-?(\d\d)(?:[Tt ](\d\d)(?::?(\d\d)(?::?(\d\d(?:[.,]\d+)?))?)?)? ?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?$`)

// daysOf reads a date in ISO 8601 as days since 30 December 1899. The day and the time
// are those that are written, whatever the offset: in another zone it would be another
// day. A time without a day is no date.
func daysOf(text string) (days float64, ok bool) {
	m := isoDate.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	at, err := time.Parse(time.DateTime, fmt.Sprintf("%s-%s-%s %s:%s:%s", m[1], m[2], m[3], cmp.Or(m[4], "00"), cmp.Or(m[5], "00"), cmp.Or(m[6], "00")))
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	return float64(at.Unix()-first.Unix()) / (24 * 60 * 60), err == nil
}

func truth(value string) Cell {
	switch strings.ToLower(value) {
	case "1", "true":
		return Cell{Kind: Truth, Text: "TRUE"}
	case "0", "false":
		return Cell{Kind: Truth, Text: "FALSE"}
	}
	return Cell{Kind: Fault, Text: "the cell holds a truth value that is neither TRUE nor FALSE"}
}

// formulaError repeats the error of a formula, if it looks like one.
func formulaError(value string) string {
	const longest = 20 // more than #GETTING_DATA and all others
	odd := func(r rune) bool { return r <= ' ' || r > '~' }
	if !strings.HasPrefix(value, "#") || len(value) > longest || strings.ContainsFunc(value, odd) {
		return "the cell holds the error of a formula"
	}
	return "the cell holds " + value + ", the error of a formula"
}
