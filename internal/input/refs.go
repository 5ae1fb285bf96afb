package input

import (
	"cmp"
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

// identity is what a cell says of a leaver.
type identity struct {
	ref      string // by which the tenant knows the leaver; "" with a fault
	excluded string // where a list names the leaver as one who is never suspended
	fault    string
	facts    leaver.Facts
}

// identify returns who the leaver in a cell is. With a fault it returns no ref, so
// that a report of the row does not name a leaver.
func (g *reading) identify(c cell) identity {
	o := &g.source.options
	raw, fault := g.source.refIn(c)
	if fault != "" {
		return identity{fault: fault}
	}
	ref := o.Repair.ref(raw)
	facts := g.survey.noteRef(raw, ref, c.Width, o.Repair)
	if o.Crosswalk == nil && o.Except == nil {
		return identity{ref: ref, facts: facts}
	}
	found := g.inTenant(ref)
	if found.facts = facts; found.excluded == "" {
		found.excluded = o.Except.Refuse(leaver.TrimRef(raw)) // a list may have the refs of the input
	}
	if found.excluded == "" {
		found.excluded = o.Except.refusePrefixed(leaver.TrimRef(ref), o.Repair.Prefix)
	}
	return found
}

// noteRef notes the ref of a cell: as it is in the input (raw), and repaired. It returns
// the facts about it.
func (v *Survey) noteRef(raw, repaired string, width int, r Repair) leaver.Facts {
	ref, facts := v.refs.note(raw, repaired, width, r)
	if leaver.CheckRef(ref) != nil {
		return 0
	}
	found := v.patterns.forms.note(ref)
	isUsual := found.quick && (ref[0] != '0' || strings.TrimLeft(ref, "0") != "") // nearly always
	return facts | found.facts() | fact(strangeRef, !isUsual && strange(ref) != "")
}

// inTenant returns who the leaver with a ref of the input is.
func (g *reading) inTenant(ref string) identity {
	o := &g.source.options
	old := leaver.TrimRef(ref)
	if leaver.CheckRef(old) != nil {
		return identity{ref: ref} // leaver.RowOf says what is wrong with it
	}
	found := identity{ref: ref, excluded: o.Except.Refuse(old)}
	if o.Crosswalk == nil {
		return found
	}
	partner, ok := o.Crosswalk.partner(old)
	switch {
	case ok:
		found.ref = partner
		found.excluded = cmp.Or(found.excluded, o.Except.Refuse(partner))
	case found.excluded == "":
		return identity{fault: fmt.Sprintf("the ref %q has no partner in %s (--ref-map)", old, o.Crosswalk.Name)}
	}
	return found
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
	if reason := o.Except.Refuse(refs...); reason != "" {
		return reason
	}
	for _, ref := range refs {
		if reason := o.Except.refusePrefixed(ref, o.Repair.Prefix); reason != "" {
			return reason
		}
	}
	return ""
}
