package report

import (
	"cmp"
	"slices"

	"offboard/internal/leaver"
)

// Group is a number of rows with one outcome, status and message.
type Group struct {
	Outcome    leaver.Outcome `json:"outcome"`
	HTTPStatus int            `json:"httpStatus"` // 0: there was no answer
	Message    string         `json:"message"`
	Count      int            `json:"count"`
	Example    Example        `json:"example"`
}

// Example is one row of a group.
type Example struct {
	Ref       string `json:"ref"`
	Source    string `json:"source"`
	Row       int    `json:"row"`
	RequestID string `json:"requestId"`
	Reason    string `json:"-"` // of the row, which can say more than the group's message
}

// Place returns the place of the row.
func (e Example) Place() leaver.Place { return leaver.Place{Source: e.Source, Row: e.Row} }

// Groups counts rows that are alike, and keeps the first row of each group as its
// example. The number of groups is limited, because messages can all be different.
type Groups struct {
	most   int
	groups map[likeness]*Group
}

// likeness is what the rows of a group have in common.
type likeness struct {
	outcome leaver.Outcome
	status  int
	message string
}

// NewGroups returns no groups, with room for so many.
func NewGroups(most int) *Groups { return &Groups{most: most, groups: map[likeness]*Group{}} }

// Add counts a row with a message that stands for its reason. It returns false, and
// counts nothing, if the row is unlike all others and there is no room for another group.
func (g *Groups) Add(r leaver.Result, message string) bool {
	k := likeness{r.Outcome, r.HTTPStatus, message}
	group, ok := g.groups[k]
	if !ok {
		if len(g.groups) == g.most {
			return false
		}
		group = &Group{
			Outcome: r.Outcome, HTTPStatus: r.HTTPStatus, Message: message,
			Example: Example{Ref: r.Ref, Source: r.Source, Row: r.Row.Place.Row, RequestID: r.RequestID, Reason: r.Reason},
		}
		g.groups[k] = group
	}
	group.Count++
	return true
}

// Sorted returns the groups, the largest first. Groups of one size are always in the
// same order.
func (g *Groups) Sorted() []Group {
	all := make([]Group, 0, len(g.groups))
	for _, group := range g.groups {
		all = append(all, *group)
	}
	slices.SortFunc(all, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.HTTPStatus, b.HTTPStatus), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Outcome, b.Outcome))
	})
	return all
}
