package input

import (
	"cmp"
	"strings"

	"offboard/internal/leaver"
)

// patterns are what the refs and the rows of a source look like, so that the few that
// look otherwise stand out. The first reading counts them, and settle then says what is
// usual; later readings only ask.
//
//	ref ─▶ forms ───┬─▶ usual   of nearly all refs (usual.go), of most of them
//	                │           (usualdifferent.go), and of lists that mix them (usualmixed.go)
//	                ├─▶ parted  both together: another table among the rows
//	row ─▶ shapes ──┘           of long lists (shapes.go), and of short ones (shapesfew.go)
//
// A row keeps the form of its ref and its own shape as numbers in its facts.
type patterns struct {
	forms  forms
	shapes shapes
	parted parted
	usual  usual // set by settle, as are the verdicts of shapes
}

// settle ends the first reading: what is usual is known now.
func (p *patterns) settle() {
	p.usual = p.forms.usual()
	general := cmp.Or(p.usual.general, p.usual.major)
	p.shapes.settle(general == "" || general == mixedForm || general == nameForm)
	parting{&p.forms, &p.shapes, &p.parted, &p.usual}.find()
}

// shapeIn returns the number of the shape of a row.
func shapeIn(f leaver.Facts) int { return bitsOf(f, shapeAt, shapeBits) }

// isStrange tells whether a ref is hardly one. A mark that nearly all refs have is theirs.
func (p *patterns) isStrange(f leaver.Facts) bool {
	isMark := p.usual.general != "" && strings.Contains(soundMarks, p.usual.general)
	return f&anyTrait == strangeRef && !(isMark && p.forms.all[formIn(f).id].general == p.usual.general)
}

// isForeign tells whether a row may be of another table: its ref has another form than
// most, or is shorter than the others, and a cell beside it is another one, too.
func (p *patterns) isForeign(f leaver.Facts) bool {
	r := formIn(f)
	return (p.usual.foreign[r.id] || p.usual.alone[r.id] || p.usual.isShort(r)) && p.shapes.foreign[shapeIn(f)]
}

// isCutOff tells whether a ref may have lost its end: all others of its form are longer,
// or go on behind its domain.
func (p *patterns) isCutOff(r refForm) bool {
	return p.usual.isShort(r) || p.forms.isShortest(r) || p.forms.goesOn(r)
}

// isNumber tells whether a ref has digits only.
func (p *patterns) isNumber(r refForm) bool { return r.id != 0 && p.forms.all[r.id].form == "9" }
