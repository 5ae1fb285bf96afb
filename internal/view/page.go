package view

import (
	"bytes"
	"io"
	"strings"
	"time"

	"offboard/internal/leaver"
)

// Page is a page in the making, about reports or about a plan. Set its fields, call Add for
// every line that counts or every row that is planned, and then Write or WriteFile.
type Page struct {
	Reports []string  // names of the reports that the lines are from; none: it is about a plan
	Made    time.Time // when the page is made
	Version string    // of the program that makes it
	Words   PageWords
	// Warnings are what to look at first; PagePlan has those of a plan.
	Warnings []string
	Runs     []PageRun // the runs of which there is a summary, in their order
	// Groups are the rows that need somebody and are not held, in groups that are alike, the
	// largest of each outcome first.
	Groups []PageGroup
	// Timeliness says how long after the end dates leavers were suspended; nil: the page has
	// no such section.
	Timeliness *PageTimeliness
	// Requests is how many requests all lines speak of, also those that do not count; 0: the
	// page has those of the lines that were added.
	Requests int

	plan    *PagePlan // nil: the page is about reports
	tally   leaver.Tally
	target  string
	answers pageAnswers
	kept    map[leaver.Outcome][]pageRow // the first rows of each outcome that is listed
	doubts  map[leaver.Doubt]*pageDoubt
}

// pageAnswers are what lines say about calls.
type pageAnswers struct {
	requests    int
	first, last time.Time // of the outcomes
	timeline    timeline
	durations   durations
}

// PageWords say what somebody does about rows. They are those of the caller, because they
// name commands and flags.
type PageWords struct {
	Outcomes map[leaver.Outcome]string // what to do about rows with an outcome
	Rest     string                    // where the rows are that a page has no room for
	Doubts   map[leaver.Doubt]PageDoubtWords
}

// PageDoubtWords are about a kind of doubt.
type PageDoubtWords struct {
	What   string // what speaks against suspending the leaver
	Settle string // what settles that
}

// PageGroup is a number of rows that are alike.
type PageGroup struct {
	Outcome   leaver.Outcome
	Message   string // what their reasons have in common; "": look at the example
	Count     int
	Ref       string // of an example, as are the others
	Place     leaver.Place
	RequestID string
	Reason    string
}

// PageTimeliness is a section of facts, with those who are overdue for the longest time.
type PageTimeliness struct {
	Facts   []PageFact
	Overdue []PageLate
}

// PageFact is a name and what is said of it.
type PageFact struct{ Name, Value string }

// PageLate is a leaver who is not suspended although the end date has passed.
type PageLate struct {
	Ref, EndDate string
	Place        leaver.Place
	Outcome      leaver.Outcome
	Since        time.Duration // the end date has passed
}

// pageDoubt is what was seen of a kind of doubt.
type pageDoubt struct {
	count       int
	place, seen string // of the first row
}

const (
	// maxPageRows is how many rows of an outcome a page has.
	maxPageRows = 500
	// maxPageBytes is how large a page is at most. If that many rows do not fit, it has fewer.
	maxPageBytes = 295_000
)

// NewPage returns a page about reports, without lines.
func NewPage(reports []string, made time.Time) *Page {
	return &Page{
		Reports: reports, Made: made,
		tally: leaver.Tally{}, kept: map[leaver.Outcome][]pageRow{}, doubts: map[leaver.Doubt]*pageDoubt{},
		answers: pageAnswers{durations: newDurations()},
	}
}

// Add adds a line that counts.
func (p *Page) Add(r leaver.Result) {
	p.tally[r.Outcome]++
	if p.target == "" {
		p.target = strings.Clone(r.Target)
	}
	if r.Attempts > 0 && p.plan == nil { // a plan has only what earlier runs have done
		p.answers.add(r)
	}
	if !p.subject().lists(r.Outcome) {
		return
	}
	if rows := p.kept[r.Outcome]; len(rows) < maxPageRows {
		p.kept[r.Outcome] = append(rows, p.row(r))
	}
	if r.Outcome == leaver.Held {
		p.addDoubts(r)
	}
}

// add adds a line about somebody who was called.
func (a *pageAnswers) add(r leaver.Result) {
	a.requests += r.Attempts
	a.durations.add(r.Duration)
	at := r.FinishedAt
	if at.IsZero() {
		return
	}
	if r.Outcome.Called() {
		a.timeline.add(at, r.Outcome == leaver.Suspended)
	}
	if a.first.IsZero() || at.Before(a.first) {
		a.first = at
	}
	if at.After(a.last) {
		a.last = at
	}
}

// addDoubts counts each kind of doubt about a row that is held.
func (p *Page) addDoubts(r leaver.Result) {
	all, seen := leaver.ParseHeldReason(r.Reason)
	for _, kind := range all.Kinds() {
		d := p.doubts[kind]
		if d == nil {
			d = &pageDoubt{
				place: pageText(r.Place.String(), 200) + " " + pageText(r.Ref, 500),
				seen:  pageText(leaver.SeenOf(leaver.DoubtsOf(kind), all, seen), 400),
			}
			p.doubts[kind] = d
		}
		d.count++
	}
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	// The rows get what the rest of the page leaves.
	content := p.content()
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, content); err != nil {
		return err
	}
	content.Rows.Tables = p.tables(maxPageBytes - b.Len())
	b.Reset()
	if err := pageTemplate.Execute(&b, content); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
