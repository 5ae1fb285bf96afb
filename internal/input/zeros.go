package input

import "offboard/internal/leaver"

// zeros counts refs that may have lost zeros in front. It looks at refs of digits
// only: if some have zeros in front, shorter refs may have lost theirs.
type zeros struct {
	padded widths                 // of the refs with zeros in front
	hidden widths                 // of those that the sheet shows with zeros which the cell does not hold
	short  [leaver.MaxRef + 1]int // by length: refs without zeros in front
}

// widths are the numbers of digits that some refs have.
type widths struct {
	least, most int // 0: there are no refs
}

func (w *widths) note(width int) {
	if w.most == 0 {
		w.least = width
	}
	w.least, w.most = min(w.least, width), max(w.most, width)
}

// noteShown notes a ref that the sheet shows with width digits. Refs are padded to pad
// digits.
func (z *zeros) noteShown(width, pad int) {
	if pad < width {
		z.hidden.note(width)
	}
}

// note notes a ref.
func (z *zeros) note(ref string) {
	if len(ref) > leaver.MaxRef || !digitsOnly(ref) {
		return
	}
	if ref[0] != '0' || ref == "0" {
		z.short[len(ref)]++
	} else {
		z.padded.note(len(ref))
	}
}

// pad returns how many digits all refs should have; 0 if none seems to have lost zeros,
// or if refs have different numbers of digits.
func (z *zeros) pad() int {
	all := z.hidden
	if z.padded.most > 0 {
		all.note(z.padded.least)
		all.note(z.padded.most)
	}
	if z.hidden.most == 0 && z.tooShort() == 0 || all.least != all.most {
		return 0
	}
	return all.most
}

// tooShort returns how many refs are shorter than all of those with zeros in front.
func (z *zeros) tooShort() int { return z.shorter(z.padded.least) }

// padding tells whether any ref would get zeros in front if refs were padded to a number
// of digits.
func (z *zeros) padding(digits int) bool { return z.shorter(digits) > 0 || z.hidden.most > 0 }

// shorter returns how many refs have digits only, fewer than a number of these, and no
// zero in front: how many refs get zeros if they are padded.
func (z *zeros) shorter(digits int) int {
	n := 0
	for _, count := range z.short[:min(digits, len(z.short))] {
		n += count
	}
	return n
}
