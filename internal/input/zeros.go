package input

import "offboard/internal/leaver"

// zeros counts refs that may have lost zeros in front. It looks at refs of digits
// only: if some have zeros in front, and all of these have the same length, shorter
// refs may have lost theirs.
type zeros struct {
	long   int                    // digits of the refs with zeros in front; 0: there are none; -1: they differ
	short  [leaver.MaxRef + 1]int // by length: refs without zeros in front
	hidden int                    // refs that the sheet shows with zeros which the cell does not hold
	widest int                    // digits that the sheet shows of the longest of these
}

// noteShown notes a ref that the sheet shows with width digits. Refs are padded to pad
// digits.
func (z *zeros) noteShown(width, pad int) {
	if pad < width {
		z.hidden++
		z.widest = max(z.widest, width)
	}
}

// note notes a ref.
func (z *zeros) note(ref string) {
	if len(ref) > leaver.MaxRef || !digitsOnly(ref) {
		return
	}
	switch {
	case ref[0] != '0' || ref == "0":
		z.short[len(ref)]++
	case z.long == 0:
		z.long = len(ref)
	case z.long != len(ref):
		z.long = -1
	}
}

// pad returns how many digits refs should have; 0 if none seems to have lost zeros.
func (z *zeros) pad() int {
	switch {
	case z.hidden > 0:
		return z.widest
	case z.tooShort() > 0:
		return z.long
	}
	return 0
}

// tooShort returns how many refs are shorter than those with zeros in front.
func (z *zeros) tooShort() int {
	n := 0
	for _, count := range z.short[:max(z.long, 0)] {
		n += count
	}
	return n
}
