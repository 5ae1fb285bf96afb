package input

import (
	"cmp"
	"strings"

	"offboard/internal/leaver"
)

// The facts of a row are what the first reading has seen in it, packed into 32 bits:
// which of them are doubts is known when the whole source was read (Survey.Doubts).
const (
	formBits   = 5 // the form of the ref,
	sizeBits   = 5 // its size,
	firstBits  = 2 // and its first digit (see refForm)
	titlesBits = 3 // how many titles stand above the row
	shapeBits  = 7 // the shape of the row
	traitBits  = 2 // one of the traits of a ref
	dateBits   = 2 // one of the traits of an end date; and statusBits for what columns say of the employment

	sizeAt   = formBits
	firstAt  = sizeAt + sizeBits
	titlesAt = firstAt + firstBits
	shapeAt  = titlesAt + titlesBits
	traitAt  = shapeAt + shapeBits
	dateAt   = traitAt + traitBits
	statusAt = dateAt + dateBits
	flagsAt  = statusAt + statusBits
)

// Traits of a ref.
const (
	roundedRef  leaver.Facts = (iota + 1) << traitAt // digits of it may be lost
	unpaddedRef                                      // the sheet shows zeros that it does not have
	strangeRef                                       // it is hardly one that somebody has typed
	anyTrait    = strangeRef
)

// Traits of an end date.
const (
	blankDate     leaver.Facts = (iota + 1) << dateAt // there is none
	swappableCell                                     // day and month could be swapped: of a date,
	swappableText                                     // or of a text
	anyDate       = swappableText
)

// Further facts.
const (
	sparseRow leaver.Facts = 1 << (flagsAt + iota) // the row has nothing beside its ref
	lastRow                                        // the file ends in the row, without a line break
	markedRow                                      // the format shows something: in a sheet,
	hiddenRow = markedRow                          // the row is hidden, and in a text,
	joinedRow = markedRow                          // lines of the row look like rows
)

// facts packs the form of a ref.
func (r refForm) facts() leaver.Facts {
	return leaver.Facts(r.id) | leaver.Facts(r.size)<<sizeAt | leaver.Facts(r.first)<<firstAt
}

func bitsOf(f leaver.Facts, at, bits int) int { return int(f>>at) & (1<<bits - 1) }

func formIn(f leaver.Facts) refForm {
	return refForm{false, uint8(bitsOf(f, 0, formBits)), bitsOf(f, sizeAt, sizeBits), bitsOf(f, firstAt, firstBits)}
}

// fact returns a fact if it is one.
func fact(f leaver.Facts, is bool) leaver.Facts {
	if is {
		return f
	}
	return 0
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

// settle ends the first reading: what is usual is known now.
func (v *Survey) settle() {
	v.usual = v.forms.usual()
	general := cmp.Or(v.usual.general, v.usual.major)
	v.shapes.settle(general == "" || general == mixedForm || general == nameForm)
	parting{&v.forms, &v.shapes, &v.parted, &v.usual}.find()
	v.swappedCells, v.swappedTexts = v.swaps.Doubts(true), v.swaps.Doubts(false)
}

// isStrange tells whether a ref is hardly one. A mark that nearly all refs have is theirs.
func (v *Survey) isStrange(f leaver.Facts) bool {
	isMark := v.usual.general != "" && strings.Contains(soundMarks, v.usual.general)
	return f&anyTrait == strangeRef && !(isMark && v.forms.all[formIn(f).id].general == v.usual.general)
}

// isOdd tells whether a ref has another form or size than nearly all refs, unless cut
// zeros explain the size.
func (v *Survey) isOdd(r refForm) bool {
	return v.usual.isOdd(r) && (v.usual.hasOddForm(r) || !v.lacksZeros(r))
}

// lacksZeros tells whether a ref has digits only, and fewer than all of those with zeros
// in front.
func (v *Survey) lacksZeros(r refForm) bool {
	return r.id != 0 && v.forms.all[r.id].form == "9" && (r.first != 0 || r.size == 1) && r.size < v.zeros.padded.least
}

// isCutOff tells whether the ref of the last row may have lost a part: all others of its
// form are longer, or go on behind its domain, or the file ends where a block of a disk
// does.
func (v *Survey) isCutOff(r refForm) bool {
	return v.blockEnd || v.usual.isShort(r) || v.forms.isShortest(r) || v.forms.goesOn(r)
}

// isForeign tells whether a row may be of another table: its ref has another form than
// most, or is shorter than the others, and a cell beside it is another one, too.
func (v *Survey) isForeign(f leaver.Facts) bool {
	r := formIn(f)
	return (v.usual.foreign[r.id] || v.usual.alone[r.id] || v.usual.isShort(r)) && v.shapes.foreign[bitsOf(f, shapeAt, shapeBits)]
}

// isSparse tells whether a row that has nothing beside its ref stands out. It does not
// where columns are often empty: then more rows have one more cell.
func (v *Survey) isSparse() bool {
	switch {
	case v.narrow > v.sparse:
		return false
	case v.wide < 10:
		return v.wide >= someRefs && v.sparse == 1 && v.narrow == 0
	}
	return nearlyAll(v.wide-v.sparse, v.wide)
}

// isRounded tells whether refs of more digits than a spreadsheet program keeps are
// likely to be rounded: at least half of them end in zeros there.
func (v *Survey) isRounded() bool { return 2*v.rounded >= v.long }

// lostDigits tells whether a ref is a number of which a spreadsheet program keeps only
// the first digits: the others are zeros.
func lostDigits(ref string) (long, lost bool) {
	if len(ref) <= exactDigits || len(ref) > leaver.MaxRef || !digitsOnly(ref) {
		return false, false
	}
	for _, c := range ref[exactDigits:] {
		if c != '0' {
			return true, false
		}
	}
	return true, true
}
