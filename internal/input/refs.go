package input

import (
	"fmt"
	"strings"

	"offboard/internal/leaver"
)

// Repair restores refs: it puts back zeros that a spreadsheet program has cut, and a
// prefix that the export lacks. The zero value changes nothing.
type Repair struct {
	Pad    Pad    // refs that are digits only, and fewer than this, get zeros in front
	Prefix Prefix // is put in front of every ref
}

// ref repairs a ref. A text that cannot be a ref stays as it is, so that a prefix does
// not make it one.
func (r Repair) ref(text string) string {
	if r == (Repair{}) {
		return text
	}
	ref := leaver.TrimRef(text)
	if leaver.CheckRef(ref) != nil {
		return text
	}
	if missing := int(r.Pad) - len(ref); missing > 0 && digitsOnly(ref) {
		ref = strings.Repeat("0", missing) + ref
	}
	return string(r.Prefix) + ref
}

// identify returns the ref by which the tenant knows the leaver in a cell. With a
// fault it returns no ref, so that a report of the row does not name a leaver.
func (g *reading) identify(c cell) (ref, fault string) {
	o := &g.source.options
	raw, fault := g.source.refIn(c)
	if fault != "" {
		return "", fault
	}
	ref = o.Repair.ref(raw)
	g.survey.ref(raw, ref, c.Width, o.Repair)
	if o.Crosswalk == nil && o.Except == nil {
		return ref, ""
	}
	old := leaver.TrimRef(ref)
	if leaver.CheckRef(old) != nil {
		return ref, "" // leaver.RowOf says what is wrong with it
	}
	// A list may have the refs of the input, or those of the tenant.
	if fault := o.Except.Refuse(leaver.TrimRef(raw), old); fault != "" {
		return "", fault
	}
	if o.Crosswalk == nil {
		return ref, ""
	}
	ref, ok := o.Crosswalk.partner(old)
	if !ok {
		return "", fmt.Sprintf("the ref %q has no partner in %s (--ref-map)", old, o.Crosswalk.Name)
	}
	if fault := o.Except.Refuse(ref); fault != "" {
		return "", fault
	}
	return ref, ""
}

// ref notes a ref: as it is in the input (raw), and repaired. width is how many digits
// the sheet shows if it adds zeros in front; 0 if it does not.
func (v *Survey) ref(raw, ref string, width int, r Repair) {
	prefix := string(r.Prefix)
	if prefix != "" && strings.HasPrefix(leaver.TrimRef(raw), prefix) {
		v.prefixed++
	}
	if width > 0 {
		v.zeros.noteShown(width, int(r.Pad))
	} else {
		v.zeros.note(strings.TrimPrefix(leaver.TrimRef(ref), prefix))
	}
}

// Refuse tells whether Except lists the leaver with this ref of the tenant: it returns
// the reason with the place in the list, or "". It is for rows that come from a
// report; the list may have the ref that they had in the export.
func (o Options) Refuse(ref string) string {
	refs := []string{ref}
	prefix := string(o.Repair.Prefix)
	if prefix != "" {
		refs = append(refs, strings.TrimPrefix(ref, prefix))
	}
	if o.Crosswalk != nil {
		if old, ok := o.Crosswalk.old(ref); ok {
			refs = append(refs, old, strings.TrimPrefix(old, prefix))
		}
	}
	return o.Except.Refuse(refs...)
}
