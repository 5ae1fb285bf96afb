package view

import (
	"fmt"
	"time"
)

// PagePlan is what a page says about a plan, besides its rows.
type PagePlan struct {
	Target   string     // "": the plan was made without one
	AsOf     time.Time  // an end date has passed or not as of this moment
	Facts    []PageFact // about the plan as a whole
	Warnings []string
	Notes    []string    // about lists, and about leavers who are not in the inputs
	Tenant   *PageTenant // nil: the tenant was not asked
	// Approval is about the file by which the plan is carried out, and ToApprove says what
	// whoever approves it does, or how there would be such a file.
	Approval  []PageFact
	ToApprove string
	Inputs    []PagePlanInput
	Settings  []PageFact
	Kept      []string // names of the columns of which the rows have texts
}

// PageTenant is what the tenant says about the leavers.
type PageTenant struct {
	Leavers int         // who were asked about
	Is      []PageClass // those that deserve a look are behind the others
	Notes   []string
}

// PageClass is how many accounts are of a kind.
type PageClass struct {
	Count int
	What  string
	Look  bool // it deserves a look
}

// PagePlanInput is an input of a plan.
type PagePlanInput struct {
	PageInput
	How string // it is read
}

// NewPlanPage returns a page about a plan, without rows.
func NewPlanPage(plan PagePlan, made time.Time) *Page {
	p := NewPage(nil, made)
	p.plan, p.target = &plan, plan.Target
	return p
}

// planView is a plan as the template has it.
type planView struct {
	Tenant    *tenantView // nil: it was not asked
	Approval  []PageFact
	ToApprove string
	Inputs    []planInputView
	More      string // inputs that are not shown
	Notes     []string
	Settings  []PageFact
}

// tenantView is what the tenant says, as the template has it.
type tenantView struct {
	Leavers string
	Is      []classView
	Notes   []string
}

type classView struct {
	Count, What string
	Look        bool
}

type planInputView struct {
	inputView
	How string
}

func (plan *PagePlan) view() *planView {
	if plan == nil {
		return nil
	}
	v := &planView{Approval: shortened(plan.Approval), ToApprove: plan.ToApprove, Notes: shortenedTexts(plan.Notes), Settings: shortened(plan.Settings)}
	if t := plan.Tenant; t != nil {
		v.Tenant = &tenantView{Leavers: counted(t.Leavers, "leaver"), Notes: shortenedTexts(t.Notes)}
		for _, class := range t.Is {
			v.Tenant.Is = append(v.Tenant.Is, classView{grouped(class.Count), pageText(class.What, 600), class.Look})
		}
	}
	for _, in := range plan.Inputs[:min(len(plan.Inputs), maxNamed)] {
		v.Inputs = append(v.Inputs, planInputView{in.view(), pageText(in.How, 400)})
	}
	if more := len(plan.Inputs) - len(v.Inputs); more > 0 {
		v.More = fmt.Sprintf("… and %s more", grouped(more))
	}
	return v
}

// shortenedTexts returns texts of a limited length, and not too many.
func shortenedTexts(texts []string) []string {
	var all []string
	for _, text := range texts[:min(len(texts), maxSettings)] {
		all = append(all, pageText(text, 600))
	}
	return all
}
