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
	Parts        pageParts
	Title        string
	Headline     headlineView
	Warnings     []string
	Cards, Facts []PageFact
	Plan         *planView // nil: the page is about reports
	Outcomes     outcomesView
	Groups       []groupView
	Doubts       doubtsView
	Timeliness   *timelinessView
	TimeChart    *chart
	Durations    durationsView
	Rows         rowsView
	Origin       originView
}

// pageParts are the same on every page.
type pageParts struct {
	Policy string
	Style  template.CSS
	Script template.JS
}

type headlineView struct {
	Text string
	Fine bool
}

type rowsView struct {
	Title  string
	Tables []pageTable
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
		Title: p.subject().title, Plan: p.plan.view(), TimeChart: p.answers.timeline.chart(), Durations: p.answers.durations.view(), Origin: p.origin(),
		Outcomes: outcomesView{p.outcomes(), p.outcomesChart()}, Doubts: p.doubtsView(), Timeliness: p.timelinessView(), Rows: rowsView{Title: p.subject().rows},
		Warnings: p.warnings(),
	}
	text, fine := p.subject().headline(p.tally)
	c.Headline = headlineView{text, fine && len(p.Warnings) == 0}
	c.Cards, c.Facts = p.subject().cards(p.tally), p.facts()
	p.addGroups(c)
	return c
}

// warnings are those about the page, and about the plan if it is about one.
func (p *Page) warnings() []string {
	all := shortenedTexts(p.Warnings)
	if p.plan != nil {
		all = append(all, shortenedTexts(p.plan.Warnings)...)
	}
	return all
}

// outcomes are the outcomes that rows have.
func (p *Page) outcomes() (rows []outcomeView) {
	for _, o := range p.subject().order {
		if n := p.tally[o]; n > 0 {
			rows = append(rows, outcomeView{o, p.subject().name(o), grouped(n), percent(n, p.tally.Total()), p.meaning(o)})
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

// meaning says what it means for a row to have an outcome.
func (p *Page) meaning(o leaver.Outcome) string {
	if meaning, ok := p.subject().meanings[o]; ok {
		return meaning
	}
	meaning := wordsOf[o].meaning
	if o == leaver.Pending { // it is in no group, which would say that
		meaning += " " + p.Words.Outcomes[o]
	}
	return meaning
}

// facts say where and when.
func (p *Page) facts() []PageFact {
	target := p.target
	if target == "" {
		target = p.subject().noTarget
	}
	facts := []PageFact{{"Target", pageText(target, 300)}}
	if p.plan != nil {
		facts = append(facts, PageFact{"End dates have passed or not as of", moment(p.plan.AsOf)})
		return append(facts, shortened(p.plan.Facts)...)
	}
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
		v, rest := groupView{Outcome: o, Name: p.subject().name(o), Count: counted(p.tally[o], "row"), ToDo: p.Words.Outcomes[o]}, p.tally[o]
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

func (p *Page) timelinessView() *timelinessView {
	if p.Timeliness == nil {
		return nil
	}
	v := &timelinessView{Facts: shortened(p.Timeliness.Facts)}
	for _, l := range p.Timeliness.Overdue[:min(len(p.Timeliness.Overdue), maxNamed)] {
		v.Overdue = append(v.Overdue, lateView{pageText(l.Ref, 500), pageText(l.EndDate, 100), pageText(l.Place.String(), 160), p.subject().name(l.Outcome), spelled(max(0, l.Since))})
	}
	return v
}
