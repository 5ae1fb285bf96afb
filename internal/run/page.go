package run

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/view"
)

// PageSettings say what a page is made of, besides the lines of its reports.
type PageSettings struct {
	Reports   []string // their paths
	Summaries []string // paths of the summaries of runs
	Path      string   // of the page
	Made      time.Time
	Version   string // of the program
	Words     view.PageWords
	Warnings  []string // what to look at first
}

// PageInputError says that a page would be written to a file that the command reads, or writes
// as well.
type PageInputError struct{ Path string }

// Error names the file.
func (e *PageInputError) Error() string {
	return e.Path + " is one of the files that are read or written; name another file for the page"
}

// Page is a page for people about reports, in the making.
type Page struct {
	page   *view.Page
	path   string
	target string // of the lines
	groups left
	runs   []*Summary
	files  []string // of runs
}

// NewPage begins a page. The error, before a line of a report is read, is a *PageInputError, a
// *SummaryFileError or one of view.CheckPagePath.
func NewPage(s PageSettings) (*Page, error) {
	for _, path := range slices.Concat(s.Reports, s.Summaries) {
		if IsSamePlace(s.Path, path) {
			return nil, &PageInputError{s.Path}
		}
	}
	if err := view.CheckPagePath(s.Path); err != nil {
		return nil, err
	}
	p := &Page{page: view.NewPage(s.Reports, s.Made), path: s.Path, groups: left{report.NewByOutcome(mostLeft)}}
	p.page.Version, p.page.Words, p.page.Warnings = s.Version, s.Words, s.Warnings
	var err error
	p.runs, err = ReadSummaries(s.Summaries, "")
	p.files = s.Summaries
	return p, err
}

// Conclude adds the requests of all lines, and how long after their end dates leavers were suspended, by the summary of
// the same reports, and as it is said in words.
func (p *Page) Conclude(s *report.Summary, facts []view.PageFact) {
	p.page.Requests = s.Work.Requests
	if len(facts) == 0 {
		return
	}
	p.page.Timeliness = &view.PageTimeliness{Facts: facts}
	for _, l := range s.Timeliness.Overdue.Longest {
		p.page.Timeliness.Overdue = append(p.page.Timeliness.Overdue, view.PageLate{
			Ref: l.Ref, EndDate: l.EndDate, Place: l.Place(), Outcome: l.Outcome, Since: time.Duration(l.Seconds) * time.Second,
		})
	}
}

// Add adds a line that counts.
func (p *Page) Add(r leaver.Result) {
	p.page.Add(r)
	if p.target == "" {
		p.target = r.Target
	}
	if r.Outcome != leaver.Held {
		p.groups.add(r)
	}
}

// Write writes the page, and returns how long it is. The error is a *SummaryFileError if a
// summary is of another target than the reports, or one of view.Page.WriteFile.
func (p *Page) Write() (bytes int64, err error) {
	for i, s := range p.runs {
		if p.target != "" && s.Target != p.target {
			return 0, &SummaryFileError{p.files[i], fmt.Errorf("is the summary of a run in %s, and the reports are of %s; leave it out", leaver.Excerpt(s.Target, 300), p.target)}
		}
		p.page.Runs = append(p.page.Runs, s.forPage(p.files[i]))
	}
	p.page.Groups = groupsOfPage(p.groups)
	return p.page.WriteFile(p.path)
}

// groupsOfPage returns rows that are left as a page shows them.
func groupsOfPage(l left) (groups []view.PageGroup) {
	for _, g := range l.Groups() {
		groups = append(groups, view.PageGroup{
			Outcome: g.Outcome, Message: g.Message, Count: g.Count,
			Ref: g.Example.Ref, Place: g.Example.Place(), RequestID: g.Example.RequestID, Reason: g.Example.Reason,
		})
	}
	return groups
}

// forPage returns what a page says about the run.
func (s *Summary) forPage(path string) view.PageRun {
	r := view.PageRun{
		Summary: path, Target: s.Target, Start: s.Start, End: s.End, Ended: s.Exit.words(),
		Tool: fmt.Sprintf("offboard %s (%s, %s)", s.Tool.Version, s.Tool.Commit, s.Tool.Go),
		Host: fmt.Sprintf("%s (%s/%s)", s.Host.Name, s.Host.OS, s.Host.Arch),
	}
	if s.Plan != nil {
		r.Facts = append(r.Facts, view.PageFact{Name: "Approved plan", Value: s.Plan.Sum})
	}
	r.Facts = append(r.Facts, s.callFacts()...)
	for _, name := range slices.Sorted(maps.Keys(s.Settings)) {
		r.Settings = append(r.Settings, view.PageFact{Name: name, Value: s.Settings[name]})
	}
	for _, in := range s.Inputs {
		r.Inputs = append(r.Inputs, view.PageInput{Name: in.Name, SHA256: in.SHA256, Bytes: in.Bytes})
	}
	for _, o := range s.Outages.Each {
		r.Outages = append(r.Outages, view.PageOutage{Since: o.Since, Until: o.Until, Reason: o.Reason})
	}
	r.Series.Bucket = time.Duration(s.Series.BucketSeconds * float64(time.Second))
	for i, p := range s.Series.Points {
		if i == 0 {
			r.Series.Start = p.At
		}
		r.Series.Pace = append(r.Series.Pace, p.Pace)
		r.Series.Throttled = append(r.Series.Throttled, p.Throttled)
		r.Series.Others = append(r.Series.Others, p.OK+p.Other+p.ServerError+p.NoAnswer)
	}
	return r
}

// words say how the run ended.
func (e Exit) words() string {
	switch {
	case e.Reason != "":
		return fmt.Sprintf("stopped early: %s (exit code %d)", e.Reason, e.Code)
	case e.Code == 0:
		return "finished, every row fine or tolerated (exit code 0)"
	}
	return fmt.Sprintf("finished, with rows that are not fine (exit code %d)", e.Code)
}

// callFacts are the figures about requests.
func (s *Summary) callFacts() []view.PageFact {
	perSecond := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) + " requests per second" }
	ceiling, sustained := "none", "not measured"
	if s.Pace.Ceiling > 0 {
		ceiling = perSecond(s.Pace.Ceiling)
	}
	if s.Pace.Sustained != nil {
		sustained = perSecond(*s.Pace.Sustained)
	}
	return []view.PageFact{
		{Name: "Leavers tried", Value: strconv.Itoa(s.Leavers.Tried)},
		{Name: "Requests", Value: fmt.Sprintf("%d, of which %d were retries", s.Calls.Total, s.Calls.Retries)},
		{Name: "Answers 429", Value: strconv.Itoa(s.Calls.Throttled)},
		{Name: "Highest pace allowed", Value: perSecond(s.Pace.Highest)},
		{Name: "Ceiling of the pace", Value: ceiling},
		{Name: "What the service sustained", Value: sustained},
		{Name: "Outages", Value: strconv.Itoa(s.Outages.Number)},
		{Name: "Waits that the service asked for", Value: strconv.Itoa(s.Waits.Number)},
	}
}
