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
	raw, fault := s.refOf(text)
	if fault != "" {
		return "", fault
	}
	ref = s.options.repair(raw)
	s.seen.prefix(raw, s.options.RefPrefix)
	s.seen.add(strings.TrimPrefix(leaver.TrimRef(ref), s.options.RefPrefix))
	if s.options.Crosswalk == nil && s.options.Except == nil {
		return ref, ""
	}
	old := leaver.TrimRef(ref)
	if leaver.CheckRef(old) != nil {
		return ref, "" // which says of itself what is wrong with it
	}
	// A list may name people as the input does, or as the tenant does.
	if fault := s.options.Except.Refuse(leaver.TrimRef(raw), old); fault != "" {
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
