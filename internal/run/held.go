package run

import (
	"context"
	"slices"

	"offboard/internal/leaver"
)

// acceptance is which doubts a person has accepted.
type acceptance struct {
	refs    func(ref string) bool // by the list of Reading.AcceptRefs; nil: no list
	tooMany leaver.Doubts         // kinds that more leavers have than Settings.Accept allows
}

// HeldRows are the rows of a plan that doubts of one kind hold.
type HeldRows struct {
	Doubt leaver.Doubt
	// Count is how many leavers are held. A row with several doubts counts for each.
	Count int
	// Examples are the first of these rows in the order of the inputs. Each has its
	// Reason, which leaver.ParseHeldReason reads.
	Examples []leaver.Result
	// Remedy is how the inputs could be read so that the doubt would be settled; the
	// zero value if there is no such way, or not the same one for all of them.
	Remedy leaver.Remedy
	// TooMany tells that Settings.Accept accepts the kind for fewer leavers than have
	// it in the whole plan, which are All; Allowed are accepted. So it accepts the kind for
	// nobody.
	TooMany      bool
	All, Allowed int
}

// Held returns the kinds of doubt that hold leavers, in the order of leaver.DoubtKinds,
// each with so many examples at most. It reads the inputs until it has the examples.
// The error is one of Decisions.
func (r *Run) Held(ctx context.Context, examples int) ([]HeldRows, error) {
	counts, all := r.Part.doubts, r.Plan.Doubts()
	found := map[leaver.Doubt][]leaver.Result{}
	missing := 0
	for _, n := range counts {
		missing += min(n, examples)
	}
	if missing > 0 {
		for d, err := range r.Decisions(ctx) {
			if err != nil {
				return nil, err
			}
			if d.Outcome != leaver.Held {
				continue
			}
			kinds, _ := leaver.ParseHeldReason(d.Reason)
			for _, kind := range kinds.Kinds() {
				if len(found[kind]) < examples {
					found[kind] = append(found[kind], d.Result)
					missing--
				}
			}
			if missing == 0 {
				break
			}
		}
	}
	var held []HeldRows
	for _, kind := range leaver.DoubtKinds() {
		if n := counts[kind]; n > 0 {
			held = append(held, HeldRows{
				Doubt: kind, Count: n, Examples: found[kind], Remedy: r.Inputs.remedy(kind),
				TooMany: r.acceptance.tooMany.Has(kind), All: all[kind], Allowed: r.settings.Accept[kind],
			})
		}
	}
	return held, nil
}

// remedy returns the remedy for a kind of doubt. It is about the exports: a flag that
// says how an input is read has no effect on reports.
func (all Inputs) remedy(kind leaver.Doubt) leaver.Remedy {
	if kind == leaver.CutZeros {
		return leaver.Remedy{Digits: all.RefPad()}
	}
	var remedies []leaver.Remedy
	for _, in := range all {
		if !in.IsReport() {
			remedies = append(remedies, in.Survey.Remedy(kind))
		}
	}
	return commonRemedy(remedies)
}

// commonRemedy returns the remedy of all exports if it is the same one, because a flag
// applies to all of them.
func commonRemedy(exports []leaver.Remedy) leaver.Remedy {
	if len(exports) == 0 || slices.ContainsFunc(exports, func(r leaver.Remedy) bool { return !r.Equal(exports[0]) }) {
		return leaver.Remedy{}
	}
	return exports[0]
}

// doubts says which doubts the facts of a row are.
func (i *Input) doubts(facts leaver.Facts) leaver.Doubts { return i.Survey.Doubts(facts) }
