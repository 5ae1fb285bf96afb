package input

import "offboard/internal/leaver"

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
