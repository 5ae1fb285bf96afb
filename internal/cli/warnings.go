package cli

import (
	"fmt"
	"slices"

	"offboard/internal/plan"
	"offboard/internal/run"
)

// The functions below return warnings about a plan. None of them repeats a ref.

// changed says how many lines of the report do not count.
func changed(r *run.Run) []string {
	n := r.Changed
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s changed by a spreadsheet or by hand, and %s for nothing.", nameOf(r.ReportPath), count(n, "line")+" "+agree(n, "was", "were"), agree(n, "counts", "count"))}
}

// noticed says what was noticed about the inputs.
func noticed(inputs run.Inputs) (all []string) {
	warnings := func(in *run.Input) []string {
		if in.IsReport() {
			return nil
		}
		return in.Export.Warnings(in.Survey)
	}
	for _, w := range saidOfEach(inputs, warnings) {
		all = append(all, fmt.Sprintf("%s: %s.", w.name, w.text))
	}
	return all
}

// listWarnings says what was noticed about the table of refs.
func listWarnings(inputs run.Inputs) (all []string) {
	isExport := func(in *run.Input) bool { return !in.IsReport() }
	first := slices.IndexFunc(inputs, isExport)
	if first < 0 || inputs[first].Options.Crosswalk == nil {
		return nil
	}
	c := inputs[first].Options.Crosswalk
	for _, w := range c.Warnings() {
		all = append(all, fmt.Sprintf("%s: %s.", nameOf(c.Name), w))
	}
	return all
}

// lookAlikes says how many refs look like other ones.
func lookAlikes(p *plan.Plan) []string {
	n, _ := p.LookAlikes()
	if n == 0 {
		return nil
	}
	return []string{count(n, "ref") + " could be mistaken for another ref, with a difference only in case, punctuation around it or full-width characters"}
}

// back says how many leavers who are suspended may be back.
func back(p *plan.Plan) []string {
	n := p.Back()
	if n == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s suspended in an earlier run, for another end date, and %s not due or held now: if %s still there, %s account has to be made active again by hand.",
		people(n)+" "+agree(n, "was", "were"), agree(n, "is", "are"), agree(n, "the person is", "they are"), agree(n, "the", "each"))}
}

// appendWarnings writes warnings, each on a line of its own.
func appendWarnings(text []byte, warnings []string) []byte {
	for _, w := range warnings {
		text = fmt.Appendf(text, "Warning: %s\n", w)
	}
	return text
}
