package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"offboard/internal/leaver"
	"offboard/internal/run"
	"offboard/internal/view"
)

// checkPage returns an error if the page of --html cannot be made, before anything is read.
func (c *planCommand) checkPage() error {
	if c.HTML == "" {
		return nil
	}
	if err := run.CheckPlanPagePath(c.HTML, c.Out, c.SaveConfig); err != nil {
		return usageError{fmt.Errorf("--html: %w", err)}
	}
	return nil
}

// page writes the page of --html, if there is one, and says so.
func (c *planCommand) page(a *app, ctx context.Context, parsed *kong.Context, p planned) error {
	if c.HTML == "" {
		return nil
	}
	if !c.JSON {
		fmt.Fprintln(a.Stdout)
	}
	page := run.PlanPage{
		Path: c.HTML, Made: a.now(), Version: a.buildInfo().version, Words: p.pageWords(),
		Plan: c.pagePlan(parsed, p), HowRead: howReadOnPage,
	}
	size, err := page.Write(ctx, p.run)
	return saidPage(a, c.HTML, size, err, c.JSON)
}

// pagePlan returns what the page says in words.
func (c *planCommand) pagePlan(parsed *kong.Context, p planned) view.PagePlan {
	plan := view.PagePlan{
		Facts:    p.pageFacts(),
		Warnings: p.warnings(),
		Notes:    slices.Concat(correctedSaid(p.run), p.arrivals.notes(), listsSaid(p.run.Inputs)),
	}
	if left := leftover(p.run.Leftover, p.run.ReportPath); left != "" {
		plan.Notes = append(plan.Notes, strings.Join(strings.Fields(left), " "))
	}
	if t := p.tenant; t != nil {
		plan.Tenant = &view.PageTenant{Leavers: t.Leavers, Is: classesSaid(t), Notes: tenantUnknown(t)}
		if share := shareSaid(p.outline); share != "" {
			plan.Tenant.Notes = append(plan.Tenant.Notes, share)
		}
	}
	settings := settingsOf(parsed)
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		plan.Settings = append(plan.Settings, view.PageFact{Name: name, Value: settings[name]})
	}
	plan.Approval, plan.ToApprove = c.approval(p)
	return plan
}

// approval returns what the page says about the file by which the plan is carried out.
func (c *planCommand) approval(p planned) (facts []view.PageFact, toApprove string) {
	if p.file == nil {
		return nil, "There is no plan file, so a run decides anew, from the files as they are then. offboard plan --out FILE writes one, which is carried out exactly as this page shows it."
	}
	return []view.PageFact{
			{Name: "Plan file", Value: c.Out}, {Name: "Sum at its end", Value: p.file.Sum},
			{Name: "Digest of the decisions", Value: p.file.Digest.Decisions},
		}, fmt.Sprintf("Whoever approves this compares the sum with the one at the end of the plan file. If they are the same, the command %s does what this page shows, within %s, or nothing.",
			carryOutCommand(c.Out), days(c.MaxPlanAge))
}

// pageFacts are about the plan as a whole.
func (o outline) pageFacts() []view.PageFact {
	facts := []view.PageFact{{Name: "Report of the run", Value: o.run.ReportPath}}
	if n := o.run.Leavers(o.first); n < o.run.Totals[leaver.Pending] {
		facts = append(facts, view.PageFact{Name: "In this run (--first)", Value: "only the first " + people(n)})
	}
	if least := o.least(); least > 0 {
		facts = append(facts, view.PageFact{Name: "At " + requests(o.rate) + " per second", Value: spell(least) + " or more"})
	}
	return facts
}

// pageWords are what the page says about what to do before the plan is carried out.
func (o outline) pageWords() view.PageWords {
	w := view.PageWords{
		Outcomes: map[leaver.Outcome]string{
			leaver.Held:     "These people are not suspended until somebody has looked at them.",
			leaver.Invalid:  hints[leaver.Invalid],
			leaver.NotFound: hints[leaver.NotFound],
			leaver.Rejected: hints[leaver.Rejected],
			leaver.Failed:   "make the plan again when the service answers",
		},
		Rest:   "offboard plan --all lists the others",
		Doubts: map[leaver.Doubt]view.PageDoubtWords{},
	}
	for _, h := range o.held {
		w.Doubts[h.Doubt] = doubtWords(h)
	}
	return w
}

// howReadOnPage says how an input is read, and how many rows of it were left out.
func howReadOnPage(in *run.Input) string {
	if in.IsReport() {
		return strings.TrimSuffix("report of an earlier run; "+howRead(in), "; ")
	}
	how := howRead(in)
	if n := in.Survey.LeftOut; n > 0 {
		how += fmt.Sprintf("; %s left out by --where", count(n, "row"))
	}
	return how
}
