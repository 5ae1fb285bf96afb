package view

import (
	"crypto/sha256"
	_ "embed" // the parts of the page
	"encoding/base64"
	"fmt"
	"html/template"

	"offboard/internal/leaver"
)

// The parts of the page. Its policy names the hashes of the style and the script, so that a
// browser runs nothing else.
var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
	pagePolicy   = fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", hashOf(pageStyle), hashOf(pageScript))
)

// hashOf returns the source expression of a text in a policy.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// pageContent is what the template shows.
type pageContent struct {
	Parts           pageParts
	Title, Headline string
	Fine            bool
	Cards, Facts    []PageFact
	Outcomes        outcomesView
	Groups          []groupView
	Doubts          doubtsView
	Timeliness      *timelinessView
	TimeChart       *chart
	Durations       durationsView
	Tables          []pageTable
	Origin          originView
}

// pageParts are the same on every page.
type pageParts struct {
	Policy string
	Style  template.CSS
	Script template.JS
}

type outcomesView struct {
	Rows  []outcomeView
	Chart *chart
}

type doubtsView struct {
	Rows []doubtView
	Note string
}

type timelinessView struct {
	Facts   []PageFact
	Overdue []lateView
}

type durationsView struct {
	Steps     []durationStep
	Quantiles []PageFact
	Chart     *chart
}

// originView says what the page was made from, and when. More is about those that are not
// shown.
type originView struct {
	Runs        []runView
	MoreRuns    string
	Reports     []string
	MoreReports string
	Made        string
}

type outcomeView struct {
	Outcome                     leaver.Outcome
	Name, Count, Share, Meaning string
}

// groupView has the reasons of one outcome.
type groupView struct {
	Outcome     leaver.Outcome
	Name, Count string
	ToDo        string
	Reasons     []reasonView
	More        string // rows for which other reasons are given
}

type reasonView struct{ Count, Message, Own, Ref, Place, RequestID string }

type doubtView struct{ Kind, Count, What, Seen, Place, Settle string }

type lateView struct{ Ref, EndDate, Place, Name, Since string }

// content returns what the page shows, without the tables of rows.
func (p *Page) content() *pageContent {
	c := &pageContent{
		Parts: pageParts{pagePolicy, template.CSS(pageStyle), template.JS(pageScript)},
		Title: "Leavers suspended in Thrive", TimeChart: p.timeline.chart(), Durations: p.durations.view(), Origin: p.origin(),
		Outcomes: outcomesView{p.outcomes(), outcomesChart(p.tally)}, Doubts: p.doubtsView(), Timeliness: p.Timeliness.view(),
	}
	c.Headline, c.Fine = headline(p.tally)
	c.Cards, c.Facts = p.cards(), p.facts()
	p.addGroups(c)
	return c
}

// outcomes are the outcomes that rows have.
func (p *Page) outcomes() (rows []outcomeView) {
	for _, o := range leaver.Outcomes() {
		if n := p.tally[o]; n > 0 {
			meaning := wordsOf[o].meaning
			if o == leaver.Pending { // it is in no group, which would say that
				meaning += " " + p.Words.Outcomes[o]
			}
			rows = append(rows, outcomeView{o, outcomeName(o), grouped(n), percent(n, p.tally.Total()), meaning})
		}
	}
	return rows
}

func (d *durations) view() durationsView {
	steps := d.steps()
	if len(steps) == 0 {
		return durationsView{}
	}
	return durationsView{steps, d.quantiles(), d.chart(steps)}
}

func (p *Page) origin() originView {
	runs, more := p.runs()
	v := originView{Runs: runs, Made: p.made()}
	if more > 0 {
		v.MoreRuns = fmt.Sprintf("Only the last %d of %d runs are shown.", len(runs), len(runs)+more)
	}
	for i, name := range p.Reports {
		if i == maxNamed {
			v.MoreReports = fmt.Sprintf("… and %s more", grouped(len(p.Reports)-i))
			break
		}
		v.Reports = append(v.Reports, pageText(name, 300))
	}
	return v
}

// made says when the page was made, and by what.
func (p *Page) made() string {
	text := "Made " + moment(p.Made)
	if p.Version != "" {
		text += " by offboard " + pageText(p.Version, 60)
	}
	return text
}

// cards are the numbers that are read first.
func (p *Page) cards() []PageFact {
	needs := 0
	for o, n := range p.tally {
		if !o.Fine() && o != leaver.Pending {
			needs += n
		}
	}
	cards := []PageFact{{"suspended", grouped(p.tally[leaver.Suspended])}, {"inactive before", grouped(p.tally[leaver.AlreadyInactive])}, {"to look at", grouped(needs)}}
	if n := p.tally[leaver.Pending]; n > 0 {
		cards = append(cards, PageFact{"not tried yet", grouped(n)})
	}
	return append(cards, PageFact{"rows in all", grouped(p.tally.Total())})
}

// facts say where and when.
func (p *Page) facts() []PageFact {
	target := p.target
	if target == "" {
		target = "not known: the report has no line that says so"
	}
	facts := []PageFact{{"Target", pageText(target, 300)}}
	if a := p.answers; !a.first.IsZero() {
		facts = append(facts, PageFact{"First answer", moment(a.first)}, PageFact{"Last answer", moment(a.last)})
	}
	return append(facts, PageFact{"Requests", grouped(max(p.answers.requests, p.Requests))})
}

// maxReasons is how many reasons of an outcome are shown.
const maxReasons = 6

func (p *Page) addGroups(c *pageContent) {
	for _, o := range leaver.Outcomes() {
		if p.tally[o] == 0 || o.Fine() || o == leaver.Held || o == leaver.Pending {
			continue
		}
		v, rest := groupView{Outcome: o, Name: outcomeName(o), Count: counted(p.tally[o], "row"), ToDo: p.Words.Outcomes[o]}, p.tally[o]
		for _, g := range p.Groups {
			if g.Outcome == o && len(v.Reasons) < maxReasons {
				v.Reasons = append(v.Reasons, g.view())
				rest -= g.Count
			}
		}
		if rest > 0 {
			v.More = grouped(rest)
		}
		c.Groups = append(c.Groups, v)
	}
}

func (g PageGroup) view() reasonView {
	v := reasonView{
		Count: grouped(g.Count), Message: pageText(g.Message, 400),
		Ref: pageText(g.Ref, 500), Place: pageText(g.Place.String(), 160), RequestID: pageText(g.RequestID, 140),
	}
	switch {
	case g.Message == "" && g.Reason != "": // the reasons differ, because each names its row
		v.Message = "such as: " + pageText(g.Reason, 400)
	case g.Reason != g.Message:
		v.Own = pageText(g.Reason, 400)
	}
	return v
}

func (p *Page) doubtsView() (v doubtsView) {
	sum := 0
	for _, kind := range leaver.DoubtKinds() {
		d := p.doubts[kind]
		if d == nil {
			continue
		}
		sum += d.count
		words := p.Words.Doubts[kind]
		v.Rows = append(v.Rows, doubtView{kind.String(), grouped(d.count), words.What, d.seen, d.place, words.Settle})
	}
	v.Note = pageText(p.Words.Outcomes[leaver.Held], 400)
	if sum > p.tally[leaver.Held] {
		v.Note += " A row with several doubts is counted for each of them, and is held until all of them are settled."
	}
	return v
}

func (t *PageTimeliness) view() *timelinessView {
	if t == nil {
		return nil
	}
	v := &timelinessView{Facts: shortened(t.Facts)}
	for _, l := range t.Overdue[:min(len(t.Overdue), maxNamed)] {
		v.Overdue = append(v.Overdue, lateView{pageText(l.Ref, 500), pageText(l.EndDate, 100), pageText(l.Place.String(), 160), outcomeName(l.Outcome), spelled(max(0, l.Since))})
	}
	return v
}
