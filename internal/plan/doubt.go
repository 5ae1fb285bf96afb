package plan

import (
	"fmt"
	"slices"

	"offboard/internal/leaver"
)

// A leaver is held as long as one of its rows has a doubt that no person has
// accepted, and also if a row that a condition left out does not say that the person
// has left. Which facts are doubts is known when the first reading is
// complete.

// noteDoubts notes what a row of the first reading says against its leaver.
func (p *Plan) noteDoubts(e *entry, k key, row leaver.Row) {
	if row.Facts == 0 && row.Doubts == 0 || p.options.isAccepted(row) {
		return
	}
	e.doubts |= row.Doubts
	switch {
	case row.Facts == 0 || row.Facts == e.facts:
	case e.facts == 0:
		e.facts = row.Facts
	default:
		p.otherFacts[k] = append(p.otherFacts[k], row.Facts)
	}
}

// isAccepted tells whether a person has looked at the leaver of a row.
func (o Options) isAccepted(row leaver.Row) bool { return o.AcceptRefs != nil && o.AcceptRefs(row.Ref) }

// addLeftOut takes a row that a condition has left out, and that may say that the
// person is still employed.
func (p *Plan) addLeftOut(row leaver.Row) {
	if p.options.isAccepted(row) {
		return
	}
	k, r := p.key(row.Ref), leftOut{p.place(row.Place), row.Facts}
	first, known := p.leftOut.get(k)
	switch {
	case !known:
		p.leftOut.put(k, r)
	case r.same(first), slices.ContainsFunc(p.moreLeftOut[k], r.same):
	default:
		p.moreLeftOut[k] = append(p.moreLeftOut[k], r)
	}
}

// same tells whether two rows say the same.
func (r leftOut) same(o leftOut) bool {
	return r.facts == o.facts && r.place.source == o.place.source
}

// stillThere returns the place of a row that a condition has left out, and that says
// that the person is still employed, or that no end date is known.
func (p *Plan) stillThere(k key) (place, bool) {
	if p.leftOut.used == 0 || p.judge == nil {
		return place{}, false // nearly always
	}
	first, known := p.leftOut.get(k)
	if !known {
		return place{}, false
	}
	says := func(r leftOut) bool {
		return p.doubtsOf(sourceFacts{r.place.source, r.facts})&leaver.DoubtsOf(leaver.StillActive, leaver.NoEndDate) != 0
	}
	if says(first) {
		return first.place, true
	}
	more := p.moreLeftOut[k]
	if i := slices.IndexFunc(more, says); i >= 0 {
		return more[i].place, true
	}
	return place{}, false
}

// Judge ends the first reading: judge says which doubts the facts of a source are.
// Without it, facts are no doubts. It returns the kinds of doubt that Options.Accept
// does not accept, because more leavers have them than it allows.
func (p *Plan) Judge(judge func(source string, facts leaver.Facts) leaver.Doubts) (tooMany leaver.Doubts) {
	p.judge, p.judged, p.counted, p.lastFacts = judge, map[sourceFacts]leaver.Doubts{}, nil, sourceFacts{}
	p.accepted = 0
	if len(p.options.Accept) == 0 {
		return 0
	}
	counts := p.Doubts()
	for kind, most := range p.options.Accept {
		if most == AnyNumber || counts[kind] <= most {
			p.accepted |= leaver.DoubtsOf(kind)
		} else {
			tooMany |= leaver.DoubtsOf(kind)
		}
	}
	return tooMany
}

// Doubts returns for how many leavers there is a doubt of each kind that is not
// accepted. A leaver can have several.
func (p *Plan) Doubts() map[leaver.Doubt]int {
	counts := map[leaver.Doubt]int{}
	for doubts, n := range p.count().leavers {
		for _, kind := range doubts.Without(p.accepted).Kinds() {
			counts[kind] += n
		}
	}
	return counts
}

// doubtsAbout returns all doubts about a leaver.
func (p *Plan) doubtsAbout(k key, e entry) leaver.Doubts {
	all := e.doubts
	if e.facts != 0 && p.judge != nil {
		all |= p.doubtsOf(sourceFacts{e.place.source, e.facts})
		if len(p.otherFacts) > 0 {
			for _, facts := range p.otherFacts[k] {
				all |= p.doubtsOf(sourceFacts{e.place.source, facts})
			}
		}
	}
	if _, active := p.stillThere(k); active {
		all |= leaver.DoubtsOf(leaver.ActiveElsewhere)
	}
	return all
}

// sourceFacts are facts of a row with the number of its source.
type sourceFacts struct {
	source uint32
	facts  leaver.Facts
}

// doubtsOf returns the doubts that facts are. Most rows of a source have the same facts.
func (p *Plan) doubtsOf(f sourceFacts) leaver.Doubts {
	if f == p.lastFacts {
		return p.lastDoubts
	}
	doubts, known := p.judged[f]
	if !known {
		doubts = p.judge(p.names[f.source], f.facts)
		p.judged[f] = doubts
	}
	p.lastFacts, p.lastDoubts = f, doubts
	return doubts
}

// seen says in words what speaks against a leaver, by the row that is its first one.
func (p *Plan) seen(row leaver.Row, k key, doubts leaver.Doubts) string {
	if doubts.Has(leaver.ActiveElsewhere) {
		if at, active := p.stillThere(k); active {
			return fmt.Sprintf("%s, which a condition left out, does not say that the person has left", p.fullPlace(at))
		}
	}
	if own := row.Doubts.Without(p.accepted); row.Seen != "" && own != 0 {
		return leaver.SeenOf(own, row.Doubts, row.Seen)
	}
	return "another row of this ref has the doubt"
}
