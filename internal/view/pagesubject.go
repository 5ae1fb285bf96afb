package view

import (
	"fmt"
	"slices"
	"strings"

	"offboard/internal/leaver"
)

// subject is what a page is about: reports, which say what came out, or a plan, which says
// what would be done.
type subject struct {
	title, rows string // headings of the page, and of the rows that it lists
	noTarget    string // what is said if the target is not known
	// names and meanings are those of outcomes that are called or mean something else than
	// usual.
	names, meanings map[leaver.Outcome]string
	order           []leaver.Outcome
	lists           func(leaver.Outcome) bool // whether rows with the outcome are listed
	headline        func(leaver.Tally) (text string, fine bool)
	cards           func(leaver.Tally) []PageFact // the numbers that are read first
}

// subject returns what the page is about.
func (p *Page) subject() *subject {
	if p.plan != nil {
		return &planSubject
	}
	return &reportsSubject
}

var reportsSubject = subject{
	title: "Leavers suspended in Thrive", rows: "Rows that are not fine",
	noTarget: "not known: the report has no line that says so",
	order:    leaver.Outcomes(), lists: func(o leaver.Outcome) bool { return !o.Fine() },
	headline: headlineOfReports, cards: cardsOfReports,
}

var planSubject = subject{
	title: "Plan: leavers to suspend in Thrive", rows: "Who would be suspended, and who not",
	noTarget: "not known: the plan was made without one",
	names:    map[leaver.Outcome]string{leaver.Pending: "to suspend", leaver.Suspended: "suspended already"},
	meanings: map[leaver.Outcome]string{
		leaver.AlreadyInactive: "The account is inactive already: nothing is sent.",
		leaver.Pending:         "The end date has passed, and nothing speaks against it, or somebody has accepted what does.",
		leaver.Suspended:       "An earlier run has suspended the leaver: nothing is sent.",
		leaver.Held:            "Something speaks against suspending this person, and nobody has accepted that.",
		leaver.Invalid:         "The row cannot be used.",
		leaver.Failed:          "The account could not be read when the tenant was asked, so nothing is sent.",
		leaver.Rejected:        "The tenant has refused to show the account, so nothing is sent.",
	},
	order:    append([]leaver.Outcome{leaver.Pending}, slices.DeleteFunc(leaver.Outcomes(), func(o leaver.Outcome) bool { return o == leaver.Pending })...),
	lists:    func(o leaver.Outcome) bool { return !o.Closed() },
	headline: headlineOfPlan, cards: cardsOfPlan,
}

// name returns what a page calls an outcome.
func (s *subject) name(o leaver.Outcome) string {
	if name, ok := s.names[o]; ok {
		return name
	}
	return strings.ReplaceAll(string(o), "_", " ")
}

// needs returns how many rows need somebody.
func needs(t leaver.Tally) int {
	n := 0
	for o, c := range t {
		if !o.Fine() && o != leaver.Pending {
			n += c
		}
	}
	return n
}

func cardsOfReports(t leaver.Tally) []PageFact {
	cards := []PageFact{{"suspended", grouped(t[leaver.Suspended])}, {"inactive before", grouped(t[leaver.AlreadyInactive])}, {"to look at", grouped(needs(t))}}
	if n := t[leaver.Pending]; n > 0 {
		cards = append(cards, PageFact{"not tried yet", grouped(n)})
	}
	return append(cards, PageFact{"rows in all", grouped(t.Total())})
}

func cardsOfPlan(t leaver.Tally) []PageFact {
	return []PageFact{
		{"to suspend", grouped(t[leaver.Pending])}, {"held, because of a doubt", grouped(t[leaver.Held])},
		{"others to look at", grouped(needs(t) - t[leaver.Held])}, {"nothing to do", grouped(t.Total() - needs(t) - t[leaver.Pending])},
		{"rows in all", grouped(t.Total())},
	}
}

// headlineOfReports says what came out, and what comes next, in sentences.
func headlineOfReports(t leaver.Tally) (text string, fine bool) {
	all, waiting, needs := t.Total(), t[leaver.Pending], needs(t)
	switch {
	case all == 0:
		return "The report has no rows.", true
	case needs == 0 && waiting == 0:
		return fmt.Sprintf("Nobody has to do anything: %s.", allFine(all)), true
	case needs == 0:
		return fmt.Sprintf("%s still to be done by another run.", areOf(waiting, all)), false
	case waiting == 0:
		return fmt.Sprintf("%s somebody to look at %s.", needOf(needs, all), themOf(needs)), false
	}
	return fmt.Sprintf("%s somebody to look at %s, and %s still to be done by another run.", needOf(needs, all), themOf(needs), areMore(waiting)), false
}

// headlineOfPlan says who would be suspended, and for how many somebody is needed before.
func headlineOfPlan(t leaver.Tally) (text string, fine bool) {
	all, needs := t.Total(), needs(t)
	if all == 0 {
		return "The inputs have no rows.", true
	}
	switch n := t[leaver.Pending]; n {
	case 0:
		text = "Nobody would be suspended."
	case 1:
		text = "1 leaver would be suspended."
	default:
		text = fmt.Sprintf("%s leavers would be suspended.", grouped(n))
	}
	if needs == 0 {
		return text, true
	}
	return fmt.Sprintf("%s %s somebody to look at %s first.", text, needOf(needs, all), themOf(needs)), false
}

func allFine(n int) string {
	if n == 1 {
		return "the only row is fine"
	}
	return fmt.Sprintf("all %s rows are fine", grouped(n))
}

func areOf(n, of int) string {
	if n == 1 {
		return fmt.Sprintf("1 of %s is", counted(of, "row"))
	}
	return fmt.Sprintf("%s of %s are", grouped(n), counted(of, "row"))
}

func areMore(n int) string {
	if n == 1 {
		return "1 more is"
	}
	return grouped(n) + " more are"
}

func needOf(n, of int) string {
	if n == 1 {
		return fmt.Sprintf("1 of %s needs", counted(of, "row"))
	}
	return fmt.Sprintf("%s of %s need", grouped(n), counted(of, "row"))
}

func themOf(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}
