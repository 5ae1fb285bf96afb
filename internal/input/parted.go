package input

import "offboard/internal/leaver"

// parted counts the refs of each form in the rows of each shape. Rows that differ from the
// others in the form of the ref, and all of them in another column, too, are of another
// table: sums below one of people, say.
type parted [maxForms][maxShapes]int32

// note counts a row.
func (p *parted) note(f leaver.Facts) {
	p[formIn(f).id][bitsOf(f, shapeAt, shapeBits)]++
}

// part is which refs are of one part: the kind of their forms, and whether they have
// digits.
type part struct {
	kind   refKind
	digits bool
}

func (f *forms) partOf(id int) part {
	return part{f.kindOf(&f.all[id]), hasDigits(f.all[id].first)}
}

// findParted finds the parts of a source that are of another table. If it has few rows,
// and the greater part is not clearly the list, all refs are odd.
func (v *Survey) findParted() {
	if v.usual.general != "" && v.usual.general != nameForm {
		return // all others are odd already
	}
	sizes := map[part]int{}
	n := 0
	for id := 1; id < rareForm; id++ {
		if c := &v.forms.all[id]; c.n > 0 {
			sizes[v.forms.partOf(id)] += c.n
			n += c.n
		}
	}
	for p, own := range sizes {
		isList := v.othersHaveDigits(p) && (!p.digits || 3*own < n)
		switch {
		case p.kind == otherKind || 2*own > n || !v.isParted(p):
		case n < someRefs, n < moreRefs && !isList:
			v.usual.allOdd()
			return
		case own > 1 && (n < moreRefs || 5*own <= n):
			v.partIsOdd(p)
		}
	}
}

// othersHaveDigits tells whether all refs of other parts have digits.
func (v *Survey) othersHaveDigits(p part) bool {
	for id := 1; id < rareForm; id++ {
		if other := v.forms.partOf(id); v.forms.all[id].n > 0 && other != p && !other.digits {
			return false
		}
	}
	return true
}

// partIsOdd says that the refs of a part are odd.
func (v *Survey) partIsOdd(p part) {
	for id := 1; id < rareForm; id++ {
		switch c := &v.forms.all[id]; {
		case c.n == 0:
		case v.forms.partOf(id) == p:
			v.usual.odd[id] = true
		case v.usual.example == "" || c.n > v.forms.n/2:
			v.usual.example = c.first
		}
	}
}

// isParted tells whether, in some column beside the ref, no filled cell of the rows of a
// part is of the class of a filled cell of the others.
func (v *Survey) isParted(p part) bool {
	for i, column := range v.shapes.columns {
		if column == v.shapes.ref || v.shapes.repeatsRef(i) {
			continue
		}
		var own, others [otherClass + 1]int
		for id := 1; id < rareForm; id++ {
			counts := &others
			if v.forms.partOf(id) == p {
				counts = &own
			}
			for shape := 1; shape < rareShape; shape++ {
				counts[v.shapes.at(v.shapes.all[shape].classes, i)] += int(v.parted[id][shape])
			}
		}
		if haveNoClassInCommon(&own, &others) {
			return true
		}
	}
	return false
}

func haveNoClassInCommon(a, b *[otherClass + 1]int) bool {
	inA, inB := 0, 0
	for c := emptyClass + 1; c <= otherClass; c++ {
		inA += a[c]
		inB += b[c]
		if ofClass(a, c) > 0 && ofClass(b, c) > 0 {
			return false
		}
	}
	return inA > 0 && inB > 0
}
