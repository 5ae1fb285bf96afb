package plan

import (
	"fmt"

	"offboard/internal/compact"
	"offboard/internal/leaver"
)

// A leaver is held as long as one of its rows has a doubt that no person has
// accepted, and also if a row that a condition left out does not say that the person
// has left. Which facts are doubts is known when the first reading is
// complete.

// noteDoubts notes what a row of the first reading says against its leaver.
func (p *Plan) noteDoubts(e *entry, k compact.Key, row leaver.Row) {
	if row.Facts == 0 && row.Doubts == 0 || p.options.isAccepted(row) {
		return
	}
	e.doubts |= row.Doubts
	if row.Facts == 0 {
		return
	}
	switch f := (sourceFacts{p.sources.place(row.Place).source, row.Facts}); {
	case f.source != e.place.source || e.facts != 0 && f.facts != e.facts:
		addNew(p.otherFacts, k, f)
	default:
		e.facts = f.facts
	}
}

// addNew adds further facts about a ref, unless they are known.
func addNew(facts *compact.Lists[sourceFacts], k compact.Key, f sourceFacts) {
	for known := range facts.Of(k) {
		if known == f {
			return
		}
	}
	facts.Add(k, f)
}

// isAccepted tells whether a person has looked at the leaver of a row.
func (o Options) isAccepted(row leaver.Row) bool { return o.AcceptRefs != nil && o.AcceptRefs(row.Ref) }

// addLeftOut takes a row that a condition has left out, and that may say that the
// person is still employed.
func (p *Plan) addLeftOut(row leaver.Row) {
	if p.options.isAccepted(row) {
		return
	}
	k, c := p.key(row.Ref), &p.corrections
	if _, isCorrected := c.of(&row, k); isCorrected || c.isLater(row.Order, p.leftOut.of(k)) {
		return
	}
	r := leftOut{p.sources.place(row.Place), row.Facts}
	c.note(r.place.source, row.Order)
	p.leftOut.add(k, r)
}

// stillThere returns the place of a row that a condition has left out, and that says
// that the person is still employed, or that no end date is known.
func (p *Plan) stillThere(k compact.Key) (place, bool) {
	if p.judge.doubts == nil {
		return place{}, false
	}
	for r := range p.leftOut.of(k) {
		if p.doubtsOf(sourceFacts{r.place.source, r.facts})&leaver.DoubtsOf(leaver.StillActive, leaver.NoEndDate) != 0 {
			return r.place, true
		}
	}
	return place{}, false
}

// judge knows which doubts the facts of rows are, and which kinds a person has accepted.
type judge struct {
	doubts     func(source string, facts leaver.Facts) leaver.Doubts // nil: facts are no doubts
	judged     map[sourceFacts]leaver.Doubts                         // what doubts has returned
	last       sourceFacts                                           // of these, the last ones that were needed
	lastDoubts leaver.Doubts
	accepted   leaver.Doubts
}

// Judge ends the first reading: doubts says which doubts the facts of a source are.
// Without it, facts are no doubts. It returns the kinds of doubt that Options.Accept
// does not accept, because more leavers have them than it allows.
func (p *Plan) Judge(doubts func(source string, facts leaver.Facts) leaver.Doubts) (tooMany leaver.Doubts) {
	p.judge, p.counted = judge{doubts: doubts, judged: map[sourceFacts]leaver.Doubts{}}, nil
	if len(p.options.Accept) == 0 {
		return 0
	}
	counts := p.Doubts()
	for kind, most := range p.options.Accept {
		if most == AnyNumber || counts[kind] <= most {
			p.judge.accepted |= leaver.DoubtsOf(kind)
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
	for l, n := range p.count().leavers {
		if p.judge.outcomeOf(l) != leaver.Held {
			continue
		}
		for _, kind := range l.doubts.Without(p.judge.accepted).Kinds() {
			counts[kind] += n
		}
	}
	return counts
}

// doubtsAbout returns all doubts about a leaver.
func (p *Plan) doubtsAbout(k compact.Key, e entry) leaver.Doubts {
	all := e.doubts
	if p.judge.doubts != nil {
		if e.facts != 0 {
			all |= p.doubtsOf(sourceFacts{e.place.source, e.facts})
		}
		for f := range p.otherFacts.Of(k) {
			all |= p.doubtsOf(f)
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
	j := &p.judge
	if f == j.last {
		return j.lastDoubts
	}
	all, known := j.judged[f]
	if !known {
		all = j.doubts(p.sources.names[f.source], f.facts)
		j.judged[f] = all
	}
	j.last, j.lastDoubts = f, all
	return all
}

// seen says in words what speaks against a leaver, by the row that is its first one.
func (p *Plan) seen(row leaver.Row, k compact.Key, doubts leaver.Doubts) string {
	if doubts.Has(leaver.ActiveElsewhere) {
		if at, active := p.stillThere(k); active {
			return fmt.Sprintf("%s, which a condition left out, does not say that the person has left", p.sources.full(at))
		}
	}
	if own := row.Doubts.Without(p.judge.accepted); row.Seen != "" && own != 0 {
		return leaver.SeenOf(own, row.Doubts, row.Seen)
	}
	if row.Order.Folder != 0 && row.EndDate.Text == "" && doubts.Has(leaver.NoEndDate) {
		return "an earlier file of the folder has an end date for this ref, and this row takes it away"
	}
	return "another row of this ref has the doubt"
}
