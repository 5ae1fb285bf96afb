package input

import (
	"fmt"
	"strings"

	"offboard/internal/leaver"
)

// repair makes of a text the ref that the tenant knows, as the options say:
// zeros in front that a spreadsheet has cut, and a prefix. What is no ref stays
// as it is: nothing is to become one by a prefix.
func (o Options) repair(text string) string {
	if o.RefPad == 0 && o.RefPrefix == "" {
		return text
	}
	ref := leaver.TrimRef(text)
	if leaver.CheckRef(ref) != nil {
		return text
	}
	if missing := o.RefPad - len(ref); missing > 0 && digits([]byte(ref)) {
		ref = strings.Repeat("0", missing) + ref
	}
	return o.RefPrefix + ref
}

// zeros watches the refs of digits only: where some have zeros in front and all
// of these are equally long, shorter ones may have lost theirs.
type zeros struct {
	long  int // digits of those with zeros in front; -1: they differ
	short [leaver.MaxRef + 1]int
}

func (z *zeros) add(ref string) {
	if ref == "" || len(ref) > leaver.MaxRef || !digits([]byte(ref)) {
		return
	}
	switch {
	case ref[0] != '0':
		z.short[len(ref)]++
	case z.long == 0:
		z.long = len(ref)
	case z.long != len(ref):
		z.long = -1
	}
}

// warning says how many refs are too short, if any are.
func (z *zeros) warning() string {
	if z.long <= 0 {
		return ""
	}
	n := 0
	for _, count := range z.short[:z.long] {
		n += count
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of its refs are shorter than those with a zero in front, which have %d digits; if a spreadsheet has cut zeros, --ref-pad %d puts them back", n, z.long, z.long)
}

// Warnings are what a person should look at before anything is sent. They are
// complete when the rows have been read once.
func (s *Source) Warnings() []string {
	var all []string
	if w := s.zeros.warning(); w != "" {
		all = append(all, w)
	}
	return all
}
