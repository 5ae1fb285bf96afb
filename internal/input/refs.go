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

// identify returns the ref that the tenant knows by what stands in the input,
// or why there is none: then nobody is to be found by the row, wherever it is
// read next.
func (s *Source) identify(text string) (ref, fault string) {
	ref, fault = s.refOf(text)
	if fault != "" {
		return "", fault
	}
	ref = s.options.repair(ref)
	s.seen.add(strings.TrimPrefix(leaver.TrimRef(ref), s.options.RefPrefix))
	if s.options.Crosswalk == nil && s.options.Except == nil {
		return ref, ""
	}
	old := leaver.TrimRef(ref)
	if leaver.CheckRef(old) != nil {
		return ref, "" // which says of itself what is wrong with it
	}
	if fault := s.options.Except.Refuse(old); fault != "" {
		return "", fault
	}
	if s.options.Crosswalk == nil {
		return ref, ""
	}
	ref, ok := s.options.Crosswalk.find(old)
	if !ok {
		return "", fmt.Sprintf("the ref %q has no partner in %s (--ref-map)", old, s.options.Crosswalk.Name)
	}
	if fault := s.options.Except.Refuse(ref); fault != "" {
		return "", fault
	}
	return ref, ""
}

// zeros watches the refs of digits only: where some have zeros in front and all
// of these are equally long, shorter ones may have lost theirs.
type zeros struct {
	long  int // digits of those with zeros in front; -1: they differ
	short [leaver.MaxRef + 1]int
	gone  int // refs that are shown with zeros which their numbers do not have
	shown int // digits of the longest one, zeros included
}

// cut takes a ref that is shown with so many digits.
func (z *zeros) cut(width, pad int) {
	if pad < width {
		z.gone++
		z.shown = max(z.shown, width)
	}
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

// warnings say how many refs are too short, if any are.
func (z *zeros) warnings() []string {
	var all []string
	if z.gone > 0 {
		all = append(all, fmt.Sprintf("%s without the zeros that the sheet shows in front; --ref-pad %d puts them there", count(z.gone, "ref"), z.shown))
	}
	n := 0
	for _, count := range z.short[:max(z.long, 0)] {
		n += count
	}
	if n > 0 {
		all = append(all, fmt.Sprintf("%s shorter than those with a zero in front, which have %d digits; if a spreadsheet has cut zeros, --ref-pad %d puts them back", count(n, "ref"), z.long, z.long))
	}
	return all
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// Warnings are what a person should look at before anything is sent. They are
// complete when the rows have been read once.
func (s *Source) Warnings() []string {
	all := s.seen.warnings()
	if n := s.seen.broken; n > 0 {
		all = append(all, fmt.Sprintf("%s over several lines, the first one at line %d; if no line break is meant there, look for a quote too many", count(n, "row"), s.seen.first))
	}
	if s.hidden > 0 {
		all = append(all, fmt.Sprintf("%s that the sheet hides, read as the others are", count(s.hidden, "row")))
	}
	return all
}
