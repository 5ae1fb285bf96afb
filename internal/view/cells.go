package view

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"offboard/internal/leaver"
)

// styles are how cells are shown. All of them but numbers have a format of their own, so
// that a text stays a text where somebody edits it.
type styles struct {
	title, header, text, long, number, count, day, moment int
}

// newStyles adds the styles to a workbook.
func newStyles(f *excelize.File) (*styles, error) {
	const general, grouped, asText = 0, 3, 49 // numbers of formats that every workbook has
	const font = "Calibri"                    // that of all other cells, by the library
	day, moment := "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
	top := &excelize.Alignment{Vertical: "top"}
	wrapped := &excelize.Alignment{Vertical: "top", WrapText: true}
	topLeft := &excelize.Alignment{Vertical: "top", Horizontal: "left"}
	s := &styles{}
	for _, made := range []struct {
		id    *int
		style excelize.Style
	}{
		{&s.title, excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true, Family: font, Size: 14}}},
		{&s.header, excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true, Family: font, Size: 11}, Alignment: wrapped, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E7E6E6"}}}},
		{&s.text, excelize.Style{NumFmt: asText, Alignment: top}},
		{&s.long, excelize.Style{NumFmt: asText, Alignment: wrapped}},
		{&s.number, excelize.Style{NumFmt: general, Alignment: top}},
		{&s.count, excelize.Style{NumFmt: grouped, Alignment: topLeft}},
		{&s.day, excelize.Style{CustomNumFmt: &day, Alignment: topLeft}},
		{&s.moment, excelize.Style{CustomNumFmt: &moment, Alignment: topLeft}},
	} {
		var err error
		if *made.id, err = f.NewStyle(&made.style); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// text returns the cell of a text; an empty one for "".
func text(t string) any {
	if t == "" {
		return nil
	}
	return cellText(t)
}

// maxText is how many characters a cell has at most, counted as UTF-16 does.
const maxText = 32_767

// cellText returns a text as a cell can have it: it is cut to maxText characters, with … at
// its end. The library writes U+FFFD for what XML cannot have.
func cellText(t string) string {
	if len(t) <= maxText {
		return t
	}
	units, cut := 0, 0 // cut: the last place in front of which there is room for …
	for i, r := range t {
		if units < maxText {
			cut = i
		}
		if units++; r > 0xffff {
			units++
		}
	}
	if units <= maxText {
		return t
	}
	return t[:cut] + "…"
}

// rowHeight returns the height of a row whose texts go on in further lines of their cells, in
// columns of so many characters; 0 if each has room on one line. Not every program finds the
// height by itself.
func rowHeight(texts []string, widths []float64) float64 {
	const line, most, filled = 15, 409, 0.85 // points, and how much of a line has words
	lines := 1.0
	for i, t := range texts {
		n := 0.0
		for part := range strings.Lines(t) {
			n += max(1, math.Ceil(float64(utf8.RuneCountInString(part))/(filled*widths[i])))
		}
		lines = max(lines, n)
	}
	if lines == 1 {
		return 0
	}
	return min(lines*line, most)
}

// number returns the cell of a number; an empty one for 0.
func number(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// endDate returns the cell of an end date: a day, a moment in UTC, or the text as it is, if
// that is neither.
func (s *styles) endDate(r *leaver.Result) any {
	at := r.EndDate.Time()
	var cell any
	switch {
	case r.EndDate.IsDay():
		year, month, day := at.Date() // in its own zone
		cell = dateCell(time.Date(year, month, day, 0, 0, 0, 0, time.UTC), s.day)
	case !at.IsZero():
		cell = dateCell(at, s.moment)
	}
	if cell == nil && r.EndDate.Text != "" {
		cell = excelize.Cell{StyleID: s.text, Value: cellText(r.EndDate.Text)}
	}
	return cell
}

// These are the first and the end of the moments that programs read in the same way: some
// have a 29 February 1900, and none has a year 10000.
var (
	firstDate = time.Date(1900, 3, 1, 0, 0, 0, 0, time.UTC)
	endOfTime = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
)

// dateCell returns the cell of a date: days since 30 December 1899. It is empty for a date
// that no workbook has.
func dateCell(at time.Time, style int) any {
	at = at.UTC().Truncate(time.Millisecond)
	if at.Before(firstDate) || !at.Before(endOfTime) {
		return nil
	}
	const msPerDay, days = 24 * 60 * 60 * 1000, 25_569 // from that day to 1 January 1970
	return excelize.Cell{StyleID: style, Value: float64(at.UnixMilli())/msPerDay + days}
}

// momentCell returns the cell of a moment in UTC; an empty one if it is not known.
func (s *styles) momentCell(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	if cell := dateCell(at, s.moment); cell != nil {
		return cell
	}
	return excelize.Cell{StyleID: s.text, Value: at.UTC().Format(time.RFC3339)}
}
