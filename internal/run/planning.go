package run

import (
	"context"
	"errors"
	"iter"
	"path"
	"strings"

	"offboard/internal/leaver"
	"offboard/internal/ledger"
	"offboard/internal/plan"
	"offboard/internal/report"
)

// planning makes the plan of a run.
type planning struct {
	*Run
	lines iter.Seq2[leaver.Result, error] // of the report that the run goes on with
	dated datedSources
}

// make makes the plan. inPlace tells that the only input is the report.
func (p *planning) make(ctx context.Context, inPlace bool) error {
	p.past.lines = p.lines
	if err := p.readLedger(ctx, inPlace); err != nil {
		return err
	}
	p.Plan = plan.New(plan.Options{
		Now:           p.settings.Now,
		IncludeFuture: p.settings.IncludeFuture,
		Accept:        p.settings.Accept,
		AcceptRefs:    p.acceptance.refs,
	}, p.past.ledger)
	if inPlace {
		p.Inputs[0].reports.ledger = p.past.ledger
	}
	if err := p.addInputs(ctx); err != nil {
		return err
	}
	if err := p.addUnfinished(ctx); err != nil {
		return err
	}
	p.judge()
	p.Leftover = p.Plan.Leftover()
	p.Proven = p.Proven || p.Plan.Totals()[leaver.Suspended] > 0 // by a report among the inputs
	return nil
}

// readLedger reads what the report says, and what reports among the inputs say later.
func (p *planning) readLedger(ctx context.Context, inPlace bool) error {
	p.past.ledger, p.Changed, p.Proven = ledger.New(), 0, false
	p.past.said = newStatements(p.past.ledger.Keys, p.Folders, p.settings.Now)
	again, err := p.Inputs.activeAgain(ctx, inPlace)
	if err != nil {
		return err
	}
	for line, err := range until(ctx, p.lines) {
		_, other := errors.AsType[*report.TargetError](err)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case other:
			return &OpenReportError{p.ReportPath, err}
		case err != nil:
			return &ReportError{err}
		}
		if line.Changed {
			p.Changed++
		}
		p.Proven = p.Proven || line.Target != "" && line.Outcome == leaver.Suspended
		p.past.ledger.Add(line)
		p.past.said.add(line)
		again.add(line)
		p.dated.add(line)
	}
	p.past.taken = again.takeOver(p.past.ledger)
	return nil
}

// addInputs adds the rows of the inputs to the plan.
func (p *planning) addInputs(ctx context.Context) (err error) {
	for _, in := range p.Inputs.lastFirst() {
		if in.rows, err = addTo(ctx, p.Plan, p.past.said.doubted(in, in.first(ctx))); err != nil {
			return in.unread(ctx, err)
		}
		if in.IsReport() {
			continue
		}
		if in.Survey.Ref != "" && in.Survey.EndDate == "" && p.dated.has(in.Name) {
			return in.unread(ctx, &NoEndDatesError{in.Name, in.Export.Field()})
		}
	}
	return nil
}

// addTo adds rows to a plan, and returns how many they are.
func addTo(ctx context.Context, p *plan.Plan, rows iter.Seq2[leaver.Result, error]) (n int, err error) {
	for row, err := range until(ctx, rows) {
		if err != nil {
			return n, err
		}
		p.Add(row)
		if !row.LeftOut {
			n++
		}
	}
	return n, nil
}

// addUnfinished adds the leavers whom the report left unfinished, if they are asked for.
func (p *planning) addUnfinished(ctx context.Context) error {
	p.past.unfinished = noLines
	if !p.settings.Unfinished {
		return nil
	}
	isUnfinished := p.Plan.Unfinished()
	p.past.unfinished = underExceptions(p.settings.Options, func(yield func(leaver.Result, error) bool) {
		for line, err := range p.past.ledger.Standing(p.lines) {
			if err == nil && !isUnfinished(line) {
				continue
			}
			if !yield(line, err) {
				return
			}
		}
	})
	_, err := addTo(ctx, p.Plan, p.past.unfinished)
	return err
}

// datedSources maps each source in a report to whether its rows have end dates.
type datedSources map[string]bool

func (d datedSources) add(line leaver.Result) {
	if has, ok := d[line.Source]; !ok || !has && line.EndDate.Text != "" {
		d[strings.Clone(line.Source)] = line.EndDate.Text != ""
	}
}

// has tells whether the report has end dates of a source. The report may know the
// source by another path, so that the name of the file decides if the path is not
// found.
func (d datedSources) has(name string) bool {
	if has, ok := d[name]; ok {
		return has
	}
	for other, has := range d {
		if has && path.Base(other) == path.Base(name) {
			return true
		}
	}
	return false
}
