package input

import (
	"fmt"
	"strings"

	"offboard/internal/leaver"
)

// refSurvey is what was noticed of the refs one by one: what they may have lost, or have
// already. What they look like beside each other is in patterns.
type refSurvey struct {
	zeros         zeros
	prefixed      int // refs that begin with the prefix already
	long, rounded int // refs of many digits, and those of them that may be rounded
}

// note notes a ref: as it is in the input (raw), and repaired. width is how many digits
// the sheet shows if it adds zeros in front; 0 if it does not. It returns the ref as it is
// told from others, without the prefix, and the facts about it.
func (s *refSurvey) note(raw, repaired string, width int, r Repair) (ref string, facts leaver.Facts) {
	prefix := string(r.Prefix)
	if prefix != "" && strings.HasPrefix(leaver.TrimRef(raw), prefix) {
		s.prefixed++
	}
	ref = strings.TrimPrefix(leaver.TrimRef(repaired), prefix)
	if width > 0 {
		s.zeros.noteShown(width, int(r.Pad))
	} else {
		s.zeros.note(ref)
	}
	if leaver.CheckRef(ref) != nil {
		return ref, 0
	}
	facts = fact(unpaddedRef, int(r.Pad) < width)
	if long, lost := lostDigits(ref); long {
		s.long++
		if lost {
			s.rounded++
			facts |= roundedRef
		}
	}
	return ref, facts
}

// isRounded tells whether refs of more digits than a spreadsheet program keeps are
// likely to be rounded: at least half of them end in zeros there.
func (s *refSurvey) isRounded() bool { return 2*s.rounded >= s.long }

// warning says that refs get a prefix twice; "" if none do.
func (s *refSurvey) warning(r Repair) string {
	if s.prefixed == 0 {
		return ""
	}
	return fmt.Sprintf("%s with %q in front already, and once more by --ref-prefix", count(s.prefixed, "ref"), string(r.Prefix))
}

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
