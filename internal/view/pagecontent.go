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
	Policy string
	Style  template.CSS
	Script template.JS

	Title, Headline string
	Fine            bool
	Cards, Facts    []PageFact
	Warnings        []string
	Tenant          *tenantView
	Outcomes        []outcomeView
	OutcomesChart   *chart
	Groups          []groupView
	Doubts          []doubtView
	DoubtsNote      string
	Timeliness      *PageTimeliness
	Overdue         []lateView
	TimeChart       *chart
	Durations       []durationStep
	Quantiles       []PageFact
	DurationChart   *chart
	RowsTitle       string
	Tables          []pageTable
	Runs            []runView
	MoreRuns        string
	Reports         []string
	MoreReports     string
	Plan            *planView
	Made            string
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
		Policy: pagePolicy, Style: template.CSS(pageStyle), Script: template.JS(pageScript),
		Title: p.subject.title, RowsTitle: p.subject.rows, Made: p.made(), TimeChart: p.timeline.chart(), OutcomesChart: p.outcomesChart(),
		Warnings: shortenedTexts(p.Warnings),
	}
	c.Headline, c.Fine = p.subject.headline(p.tally)
	c.Fine = c.Fine && len(p.Warnings) == 0
	c.Cards, c.Facts = p.subject.cards(p.tally), p.facts()
	for _, o := range p.subject.order {
		if n := p.tally[o]; n > 0 {
			c.Outcomes = append(c.Outcomes, outcomeView{o, p.subject.name(o), grouped(n), percent(n, p.tally.Total()), p.meaning(o)})
		}
	}
	p.addPlan(c)
	p.addGroups(c)
	p.addDoubtsTo(c)
	p.addTimeliness(c)
	if c.Durations = p.durations.steps(); len(c.Durations) > 0 {
		c.Quantiles, c.DurationChart = p.durations.quantiles(), p.durations.chart(c.Durations)
	}
	runs, more := p.runs()
	c.Runs = runs
	if more > 0 {
		c.MoreRuns = fmt.Sprintf("Only the last %d of %d runs are shown.", len(runs), len(runs)+more)
	}
	for i, name := range p.Reports {
		if i == maxNamed {
			c.MoreReports = fmt.Sprintf("… and %s more", grouped(len(p.Reports)-i))
			break
		}
		c.Reports = append(c.Reports, pageText(name, 300))
	}
	return c
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
	if meaning, ok := p.subject.meanings[o]; ok {
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
		target = p.subject.noTarget
	}
	facts := []PageFact{{"Target", pageText(target, 300)}}
	if p.plan != nil {
		facts = append(facts, PageFact{"End dates have passed or not as of", moment(p.plan.AsOf)})
		return append(facts, shortened(p.plan.Facts)...)
	}
	if !p.first.IsZero() {
		facts = append(facts, PageFact{"First answer", moment(p.first)}, PageFact{"Last answer", moment(p.last)})
	}
	return append(facts, PageFact{"Requests", grouped(max(p.requests, p.Requests))})
}

// maxReasons is how many reasons of an outcome are shown.
const maxReasons = 6

func (p *Page) addGroups(c *pageContent) {
	for _, o := range leaver.Outcomes() {
		if p.tally[o] == 0 || o.Fine() || o == leaver.Held || o == leaver.Pending {
			continue
		}
		v, rest := groupView{Outcome: o, Name: p.subject.name(o), Count: counted(p.tally[o], "row"), ToDo: p.Words.Outcomes[o]}, p.tally[o]
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

func (p *Page) addDoubtsTo(c *pageContent) {
	sum := 0
	for _, kind := range leaver.DoubtKinds() {
		d := p.doubts[kind]
		if d == nil {
			continue
		}
		sum += d.count
		words := p.Words.Doubts[kind]
		c.Doubts = append(c.Doubts, doubtView{kind.String(), grouped(d.count), words.What, d.seen, d.place, words.Settle})
	}
	c.DoubtsNote = pageText(p.Words.Outcomes[leaver.Held], 400)
	if sum > p.tally[leaver.Held] {
		c.DoubtsNote += " A row with several doubts is counted for each of them, and is held until all of them are settled."
	}
}

func (p *Page) addTimeliness(c *pageContent) {
	if p.Timeliness == nil {
		return
	}
	c.Timeliness = &PageTimeliness{Facts: shortened(p.Timeliness.Facts)}
	for _, l := range p.Timeliness.Overdue[:min(len(p.Timeliness.Overdue), maxNamed)] {
		c.Overdue = append(c.Overdue, lateView{pageText(l.Ref, 500), pageText(l.EndDate, 100), pageText(l.Place.String(), 160), p.subject.name(l.Outcome), spelled(max(0, l.Since))})
	}
}
