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
type left map[leaver.Outcome]*report.Groups

// add adds a row, if it is one that is left. A row of a reason for which there is no room
// is in no group.
func (l left) add(r leaver.Result) {
	if r.Outcome.Fine() || r.Outcome == leaver.Pending {
		return
	}
	if l[r.Outcome] == nil {
		l[r.Outcome] = report.NewGroups(mostLeft)
	}
	l[r.Outcome].Add(r, alike(r))
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

// groups returns the groups by outcome, in the order of leaver.Outcomes. Those of one
// outcome are next to each other, the largest first.
func (l left) groups() []report.Group {
	var all []report.Group
	for _, o := range leaver.Outcomes() {
		if l[o] != nil {
			all = append(all, l[o].Sorted()...)
		}
	}
	return all
}
