package run

import (
	"context"
	"math"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/view"
)

// PlanPage is a page for people about the plan of a rehearsal.
type PlanPage struct {
	Path    string // of the page
	Made    time.Time
	Version string // of the program
	Words   view.PageWords
	// Plan has what the caller says in words. Its target and its moment, its inputs and the
	// names of the columns that the rows have are added to it.
	Plan view.PagePlan
	// HowRead says how an input is read.
	HowRead func(*Input) string
}

// CheckPlanPagePath returns an error of view.CheckPagePath, or a *PageInputError if the page
// would be one of these files, which the command writes as well; "" is none.
func CheckPlanPagePath(path string, written ...string) error {
	for _, other := range written {
		if other != "" && IsSamePlace(path, other) {
			return &PageInputError{path}
		}
	}
	return view.CheckPagePath(path)
}

// Write reads the inputs once more, writes the page to a new file, and returns how long it is.
// The error is one of Decisions, of the system about an input, or of view.Page.WriteFile.
func (p PlanPage) Write(ctx context.Context, r *Run) (bytes int64, err error) {
	defer collectForPlan()()
	p.Plan.Target, p.Plan.AsOf, p.Plan.Kept = r.settings.Target, r.settings.Now, r.past.rehearsed.keep
	for _, in := range r.Inputs {
		of := view.PagePlanInput{PageInput: view.PageInput{Name: in.Name}, How: p.HowRead(in)}
		if in.path != "" {
			sum, err := sumOf(in.path, math.MaxInt64)
			if err != nil {
				return 0, err
			}
			of.Bytes, of.SHA256 = sum.Bytes, sum.SHA256
		}
		p.Plan.Inputs = append(p.Plan.Inputs, of)
	}
	page, groups := view.NewPlanPage(p.Plan, p.Made), left{report.NewByOutcome(mostLeft)}
	page.Version, page.Words = p.Version, p.Words
	for d, err := range r.Decisions(ctx) {
		if err != nil {
			return 0, err
		}
		page.Add(d.Result)
		if d.Outcome != leaver.Held {
			groups.add(d.Result)
		}
	}
	page.Groups = groupsOfPage(groups)
	return page.WriteFile(p.Path)
}
