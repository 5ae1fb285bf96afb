package input

import (
	"fmt"
	"strings"

	"offboard/internal/leaver"
)

// doubtKind is a kind of doubt about a row of an export: what is looked at, and what
// to say to a person.
type doubtKind struct {
	doubt leaver.Doubt
	is    func(v *Survey, f leaver.Facts) bool
	words func(g *reading, row leaver.Row) string
}

// says makes words that are the same for every row.
func says(words string) func(*reading, leaver.Row) string {
	return func(*reading, leaver.Row) string { return words }
}

// doubtKinds are all kinds that an export can give a reason for. docs/input.md has the
// same table for people.
var doubtKinds = []doubtKind{
	{leaver.NoEndDate,
		func(v *Survey, f leaver.Facts) bool { return f&anyDate == blankDate && v.EndDate != "" },
		func(g *reading, _ leaver.Row) string {
			return fmt.Sprintf("the end date in the %s %q is blank", g.source.Field(), g.known.EndDate)
		}},
	{leaver.StillActive,
		func(v *Survey, f leaver.Facts) bool { return v.status.isDoubt(bitsOf(f, statusAt, statusBits)) },
		func(_ *reading, row leaver.Row) string { return row.Seen }},
	{leaver.OddRef,
		func(v *Survey, f leaver.Facts) bool {
			return v.patterns.isStrange(f) || v.isOdd(formIn(f)) || v.patterns.isForeign(f) || f&sparseRow != 0 && v.rows.isSparse() || v.patterns.shapes.bare[shapeIn(f)]
		},
		oddRef},
	{leaver.CutZeros,
		func(v *Survey, f leaver.Facts) bool { return f&anyTrait == unpaddedRef || v.lacksZeros(formIn(f)) },
		func(g *reading, row leaver.Row) string {
			digits := g.known.refs.zeros.padded.least
			if row.Facts&anyTrait == unpaddedRef {
				digits = g.known.refs.zeros.hidden.least
			}
			return fmt.Sprintf("the ref %q has fewer than %d digits, so a spreadsheet may have cut zeros in front", row.Ref, digits)
		}},
	{leaver.LostDigits,
		func(v *Survey, f leaver.Facts) bool { return f&anyTrait == roundedRef && v.refs.isRounded() },
		func(_ *reading, row leaver.Row) string {
			return fmt.Sprintf("the ref %q has only zeros behind its first %d digits, as if a spreadsheet program had rounded it", row.Ref, exactDigits)
		}},
	{leaver.Shifted,
		func(v *Survey, f leaver.Facts) bool { return v.patterns.shapes.shifted[shapeIn(f)] },
		says("its cells seem to be shifted: they have what nearly all other rows have in the column beside")},
	{leaver.JoinedRows,
		func(v *Survey, f leaver.Facts) bool { return f&joinedRow != 0 && !v.file.sheet },
		says("it takes up several lines, and these look like rows: look for a quote too many")},
	{leaver.CutOff,
		func(v *Survey, f leaver.Facts) bool { return f&lastRow != 0 && v.isCutOff(formIn(f)) },
		func(_ *reading, row leaver.Row) string {
			return fmt.Sprintf("the file ends behind %q without a line break, so a part of it may be missing", row.Ref)
		}},
	{leaver.BelowTitle,
		func(v *Survey, f leaver.Facts) bool { _, below := v.titleAbove(f); return below },
		func(g *reading, row leaver.Row) string {
			t, _ := g.known.titleAbove(row.Facts)
			if t.text == "" {
				return fmt.Sprintf("it stands below row %d, which repeats the header", t.row)
			}
			return fmt.Sprintf("it stands below %q in row %d", t.text, t.row)
		}},
	{leaver.HiddenRow,
		func(v *Survey, f leaver.Facts) bool { return f&hiddenRow != 0 && v.file.sheet },
		says("the sheet hides the row")},
	{leaver.SwappedDates,
		func(v *Survey, f leaver.Facts) bool { return v.dates.isSwapped(f) },
		func(_ *reading, row leaver.Row) string {
			return fmt.Sprintf("day and month of the end date %s may be swapped, as in a part of the column", row.EndDate.Text)
		}},
}

// oddRef says why a ref, or the row around it, does not look like the others.
func oddRef(g *reading, row leaver.Row) string {
	p, form := &g.known.patterns, formIn(row.Facts)
	isOdd := g.known.isOdd(form)
	switch {
	case p.isStrange(row.Facts):
		return strange(row.Ref)
	case p.isForeign(row.Facts):
		column := g.source.Header[p.shapes.beside[shapeIn(row.Facts)]]
		return fmt.Sprintf("the ref %q and the cell in the column %q have other forms than most rows, such as that of %q", row.Ref, column, p.usual.example)
	case !isOdd && row.Facts&sparseRow == 0:
		return fmt.Sprintf("the row has hardly anything beside %q", row.Ref)
	case !isOdd:
		return fmt.Sprintf("the row has nothing beside %q", row.Ref)
	case p.usual.mixed:
		return fmt.Sprintf("the list is short, and its refs, such as %q, have different forms", row.Ref)
	}
	what := "form"
	if !p.usual.hasOddForm(form) {
		what = "length"
	}
	return fmt.Sprintf("the ref %q has another %s than nearly all refs, such as %q", row.Ref, what, p.usual.example)
}

// Doubts returns which doubts the facts of a row of this source are. The survey has to
// be complete.
func (v *Survey) Doubts(f leaver.Facts) leaver.Doubts {
	var all leaver.Doubts
	for _, kind := range doubtKinds {
		if kind.is(v, f) {
			all |= leaver.DoubtsOf(kind.doubt)
		}
	}
	return all
}

// isOdd tells whether a ref has another form or size than nearly all refs, unless cut
// zeros explain the size.
func (v *Survey) isOdd(r refForm) bool {
	usual := &v.patterns.usual
	return usual.isOdd(r) && (usual.hasOddForm(r) || !v.lacksZeros(r))
}

// lacksZeros tells whether a ref has digits only, and fewer than all of those with zeros
// in front.
func (v *Survey) lacksZeros(r refForm) bool {
	return v.patterns.isNumber(r) && (r.first != 0 || r.size == 1) && r.size < v.refs.zeros.padded.least
}

// isCutOff tells whether the ref of the last row may have lost a part: it looks so beside
// the others, or the file ends where a block of a disk does.
func (v *Survey) isCutOff(r refForm) bool { return v.file.blockEnd || v.patterns.isCutOff(r) }

// titleAbove returns the first one of the rows above a row that is a title.
func (v *Survey) titleAbove(f leaver.Facts) (title, bool) { return v.rows.titleAbove(f, &v.patterns) }

// doubt sets the doubts of a row in a later reading, and what was seen of each. active says
// what a column says about the person's employment.
func (g *reading) doubt(row *leaver.Row, active string) {
	row.Doubts = g.known.Doubts(row.Facts)
	if row.Doubts == 0 {
		return
	}
	row.Seen = active
	var all []string
	for _, kind := range doubtKinds {
		if row.Doubts.Has(kind.doubt) {
			all = append(all, kind.words(g, *row))
		}
	}
	row.Seen = strings.Join(all, "; ")
}

// Remedy returns how the source could be read so that a kind of doubt about its rows
// would be settled.
func (v *Survey) Remedy(kind leaver.Doubt) leaver.Remedy {
	switch kind {
	case leaver.NoEndDate:
		return leaver.Remedy{Column: v.EndDate, Values: []string{""}}
	case leaver.StillActive:
		return v.status.remedy()
	}
	return leaver.Remedy{}
}
