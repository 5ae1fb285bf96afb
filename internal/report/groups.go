package report

import (
	"cmp"
	"slices"
	"strings"

	"offboard/internal/leaver"
)

// Group is a number of rows with one outcome, status and message.
type Group struct {
	Outcome    leaver.Outcome `json:"outcome"`
	HTTPStatus int            `json:"httpStatus"` // 0: there was no answer
	Message    string         `json:"message"`    // what the reasons of the rows have in common
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
		// The texts of a line keep the whole line in memory, so that these are copies.
		k.message = strings.Clone(message)
		group = &Group{
			Outcome: r.Outcome, HTTPStatus: r.HTTPStatus, Message: k.message,
			Example: Example{
				Ref: strings.Clone(r.Ref), Source: strings.Clone(r.Source), Row: r.Row.Place.Row,
				RequestID: strings.Clone(r.RequestID), Reason: strings.Clone(r.Reason),
			},
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

// ByOutcome are groups of rows for each outcome. The number of groups is limited for each
// outcome, so that many reasons of one do not hide another one.
type ByOutcome struct {
	most   int
	groups map[leaver.Outcome]*Groups
}

// NewByOutcome returns no groups, with room for so many of each outcome.
func NewByOutcome(most int) ByOutcome { return ByOutcome{most, map[leaver.Outcome]*Groups{}} }

// Add counts a row with a message that stands for its reason. It returns false, as that of
// Groups does, if there is no room for another group.
func (b ByOutcome) Add(r leaver.Result, message string) bool {
	if b.groups[r.Outcome] == nil {
		b.groups[r.Outcome] = NewGroups(b.most)
	}
	return b.groups[r.Outcome].Add(r, message)
}

// Groups returns the groups by outcome, in the order of leaver.Outcomes. Those of one
// outcome are next to each other, the largest first.
func (b ByOutcome) Groups() []Group {
	var all []Group
	for _, o := range leaver.Outcomes() {
		if b.groups[o] != nil {
			all = append(all, b.groups[o].Sorted()...)
		}
	}
	return all
}

// gistOf returns what the reason of a row has in common with those of other rows: for a row
// that is held the kinds of doubt, and for one that is invalid the fault without the
// values, places and dates that it names.
func gistOf(r leaver.Result) string {
	switch r.Outcome {
	case leaver.Held:
		kinds, _ := leaver.ParseHeldReason(r.Reason)
		return kinds.String()
	case leaver.Invalid:
		return withoutValues(r.Reason)
	}
	return r.Reason
}

// withoutValues returns a text with … for what stands in quotes, and for words such as
// 2024-06-30 and leavers.csv:7.
func withoutValues(text string) string {
	var b strings.Builder
	for text != "" {
		if quoted := leaver.QuotedLen(text); quoted > 0 {
			b.WriteString("…")
			text = text[quoted:]
			continue
		}
		end := strings.IndexByte(text, ' ') + 1
		if end == 0 {
			end = len(text)
		}
		if at := strings.IndexByte(text[1:end], '"'); at >= 0 {
			end = at + 1 // the quotes may have white space in them
		}
		word := strings.TrimRight(text[:end], " ,;.")
		if strings.ContainsAny(word, "0123456789") && strings.ContainsAny(word, "-/:.") {
			b.WriteString("…" + text[len(word):end])
		} else {
			b.WriteString(text[:end])
		}
		text = text[end:]
	}
	return b.String()
}
