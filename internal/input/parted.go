package input

import "offboard/internal/leaver"

// parted counts the refs of each form in the rows of each shape. Rows whose refs have another
// form, and which all differ from the others in one more column, are of another table, such
// as sums below a list of people.
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

// parting looks for the parts of a source.
type parting struct {
	forms  *forms
	shapes *shapes
	counts *parted
	usual  *usual // its result
}

// find finds the parts that are of another table. If the source has few rows, and the
// greater part is not clearly the list, all refs are odd.
func (g parting) find() {
	if g.usual.general != "" && g.usual.general != nameForm {
		return // all others are odd already
	}
	var parts []part // in an order of their own, so that two readings find the same
	sizes := map[part]int{}
	n := 0
	for id := 1; id < rareForm; id++ {
		if c := &g.forms.all[id]; c.n > 0 {
			p := g.forms.partOf(id)
			if sizes[p] == 0 {
				parts = append(parts, p)
			}
			sizes[p] += c.n
			n += c.n
		}
	}
	for _, p := range parts {
		own := sizes[p]
		isList := g.othersHaveDigits(p) && (!p.digits || 3*own < n)
		switch {
		case p.kind == otherKind || 2*own > n || !g.isParted(p):
		case n < someRefs, n < moreRefs && !isList:
			g.usual.allOdd()
			return
		case own > 1 && (n < moreRefs || 5*own <= n):
			g.partIsOdd(p)
		}
	}
}

// othersHaveDigits tells whether all refs of other parts have digits.
func (g parting) othersHaveDigits(p part) bool {
	for id := 1; id < rareForm; id++ {
		if other := g.forms.partOf(id); g.forms.all[id].n > 0 && other != p && !other.digits {
			return false
		}
	}
	return true
}

// partIsOdd says that the refs of a part are odd, unlike those of the most frequent other
// form.
func (g parting) partIsOdd(p part) {
	most := &g.forms.all[0]
	for id := 1; id < rareForm; id++ {
		switch c := &g.forms.all[id]; {
		case c.n == 0:
		case g.forms.partOf(id) == p:
			g.usual.odd[id] = true
		default:
			most = moreFrequent(most, c)
		}
	}
	g.usual.example = most.first
}

// isParted tells whether, in some column beside the ref, no filled cell of the rows of a
// part is of the class of a filled cell of the others.
func (g parting) isParted(p part) bool {
	for i, column := range g.shapes.columns {
		if column == g.shapes.ref || g.shapes.repeatsRef(i) {
			continue
		}
		var own, others [otherClass + 1]int
		for id := 1; id < rareForm; id++ {
			counts := &others
			if g.forms.partOf(id) == p {
				counts = &own
			}
			for shape := 1; shape < rareShape; shape++ {
				counts[g.shapes.at(g.shapes.all[shape].classes, i)] += int(g.counts[id][shape])
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
