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
	if missing := o.RefPad - len(ref); missing > 0 && digitsOnly(ref) {
		ref = strings.Repeat("0", missing) + ref
	}
	return o.RefPrefix + ref
}

// identify returns the ref that the tenant knows by what stands in the input,
// or why there is none: then nobody is to be found by the row, wherever it is
// read next.
func (s *Source) identify(text string) (ref, fault string) {
	raw, width, fault := s.refOf(text)
	if fault != "" {
		return "", fault
	}
	ref = s.options.repair(raw)
	s.noteRef(raw, ref, width)
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

// Refuse says where a leaver is listed who must not be suspended, by the ref that
// the tenant knows; "" if nowhere. It is for rows that come from a report: the
// list may have the ref that they had in the export.
func (o Options) Refuse(ref string) string {
	refs := []string{ref}
	if o.RefPrefix != "" {
		refs = append(refs, strings.TrimPrefix(ref, o.RefPrefix))
	}
	if o.Crosswalk != nil {
		for _, old := range o.Crosswalk.olds[ref] {
			refs = append(refs, old, strings.TrimPrefix(old, o.RefPrefix))
		}
	}
	return o.Except.Refuse(refs...)
}
