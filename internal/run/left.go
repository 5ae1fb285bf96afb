package run

import (
	"offboard/internal/leaver"
	"offboard/internal/report"
)

// mostLeft is how many groups of rows a run keeps for each outcome: enough for what a
// person reads, and little memory if the reasons of all rows are different. The limit is
// for each outcome, so that many reasons of one outcome do not hide another one.
const mostLeft = 16

// left has the rows that are left for a person, in groups: those that are not fine, and
// not pending either, because the next run does these.
type left struct{ report.ByOutcome }

func newLeft() left { return left{report.NewByOutcome(mostLeft)} }

// add adds a row, if it is one that is left. A row of a reason for which there is no room
// is in no group.
func (l left) add(r leaver.Result) {
	if !r.Outcome.Fine() && r.Outcome != leaver.Pending {
		l.Add(r, alike(r))
	}
}

// alike returns what the rows of a group have in common, besides outcome and status.
func alike(r leaver.Result) string {
	switch r.Outcome {
	case leaver.Invalid:
		return "" // the reason names the value, which is another one in every row
	case leaver.Held:
		kinds, _ := leaver.ParseHeldReason(r.Reason)
		return kinds.String()
	}
	return r.Reason
}
