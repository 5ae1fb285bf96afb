package cli

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/plan"
	"offboard/internal/run"
	"offboard/internal/table"
)

// outline is a plan in short.
type outline struct {
	run *run.Run
	arrivals
	held   []run.HeldRows
	rate   float64
	first  int         // --first
	target string      // "": nothing is sent
	tenant *run.Tenant // what the tenant says; nil: it was not asked
	most   share       // --max-share
}

// writeOutline writes an outline to a terminal of this width (see wrap).
func writeOutline(w io.Writer, width int, o outline) {
	r := o.run
	var text []byte
	text = fmt.Appendf(text, "Plan for %s%s: %s\n", namesOf(r), shardWords(r.Part.Shard), count(r.Totals.Total(), "row"))
	text = appendTotals(text, r.Totals)
	for _, line := range correctedSaid(r) {
		text = append(text, line+"\n"...)
	}
	text = append(text, o.arrivals.text()...)
	text = append(text, leftover(r.Leftover, r.ReportPath)...)
	text = appendWarnings(text, changed(r))
	if o.target != "" {
		text = fmt.Appendf(text, "In %s\n", printable(o.target, 1000))
	}
	for _, how := range saidOfEach(r.Inputs, func(in *run.Input) []string { return nonEmpty(howRead(in)) }) {
		text = fmt.Appendf(text, "%s: %s\n", how.name, how.text)
	}
	text = appendTenant(text, o)
	text = appendHeld(text, r.Totals[leaver.Held], o.held)
	text = appendNoticed(text, r.Inputs)
	for _, line := range listsSaid(r.Inputs) {
		text = append(text, line+"\n"...)
	}
	text = appendWarnings(text, listWarnings(r.Inputs))
	text = appendWarnings(text, back(r.Plan))
	text = appendLookAlikes(text, r.Plan)
	if n := r.Leavers(o.first); n < r.Totals[leaver.Pending] {
		text = fmt.Appendf(text, "Only the first %s in this run (--first); the others stay pending.\n", people(n))
	}
	if least := o.least(); least > 0 {
		text = fmt.Appendf(text, "At %s per second this takes %s or more.\n", requests(o.rate), spell(least))
	}
	_, _ = io.WriteString(w, wrap(string(text), width)) // the run goes on if nobody reads it
}

// requests returns a number of requests as text; it need not be a whole one.
func requests(n float64) string {
	if n == 1 {
		return "1 request"
	}
	if n < 0.1 { // a hundredth would say too little, or 0
		return fmt.Sprintf("%.2g requests", n)
	}
	return fmt.Sprintf("%g requests", math.Round(n*100)/100)
}

// least returns how long the run takes at least; 0 if that is not known, or nothing is sent.
func (o outline) least() time.Duration {
	if o.rate == 0 {
		return 0
	}
	return time.Duration(float64(o.run.Leavers(o.first)) / o.rate * float64(time.Second))
}

// warnings returns all warnings about the plan.
func (o outline) warnings() []string {
	r := o.run
	return slices.Concat(o.arrivals.warnings(), changed(r), missingInputs(r.Inputs), noticed(r.Inputs), listWarnings(r.Inputs), back(r.Plan), lookAlikes(r.Plan))
}

// appendTotals writes the totals of a plan.
func appendTotals(text []byte, totals leaver.Tally) []byte {
	for _, p := range []struct {
		outcome leaver.Outcome
		words   string
	}{
		{leaver.Pending, "to suspend"},
		{leaver.Suspended, "suspended already"},
		{leaver.AlreadyInactive, "inactive already"},
		{leaver.Held, "held"},
		{leaver.Duplicate, "duplicate"},
		{leaver.NotDue, "not due"},
		{leaver.Excluded, "excluded"},
		{leaver.Invalid, "invalid"},
		{leaver.NotFound, "no such user"},
		{leaver.Rejected, "rejected when their accounts were read"},
		{leaver.Failed, "failed when their accounts were read"},
	} {
		if n := totals[p.outcome]; n > 0 || p.outcome == leaver.Pending {
			text = fmt.Appendf(text, "  %9s  %s\n", group(n), p.words)
		}
	}
	return text
}

// appendNoticed writes how many rows were left out, and the warnings about the
// inputs.
func appendNoticed(text []byte, inputs run.Inputs) []byte {
	folders := map[*run.Folder]int{}
	for _, in := range inputs {
		switch n := in.Survey.LeftOut; {
		case in.IsReport() || n == 0:
		case in.Folder != nil:
			folders[in.Folder] += n
		default:
			text = fmt.Appendf(text, "%s: %s left out by --where\n", nameOf(in.Name), count(n, "row"))
		}
	}
	for _, in := range inputs {
		if n := folders[in.Folder]; n > 0 {
			text = fmt.Appendf(text, "%s: %s left out by --where\n", nameOf(in.Folder.Name), count(n, "row"))
			delete(folders, in.Folder)
		}
	}
	return appendWarnings(text, append(missingInputs(inputs), noticed(inputs)...))
}

// listsSaid says which lists are used. They are the same for all inputs.
func listsSaid(inputs run.Inputs) (lines []string) {
	if len(inputs) == 0 {
		return nil
	}
	isExport := func(in *run.Input) bool { return !in.IsReport() }
	lists := inputs[0].Options
	if c := lists.Crosswalk; c != nil && slices.ContainsFunc(inputs, isExport) {
		lines = append(lines, fmt.Sprintf("Refs are replaced as in %s: %s", nameOf(c.Name), count(c.Len(), "pair")))
	}
	if l := lists.Except; l != nil {
		line := fmt.Sprintf("Never suspended: %s in %s", count(l.Len(), "ref"), nameOf(l.Name))
		if l.Hidden > 0 {
			line += fmt.Sprintf(", with %s that the sheet hides", count(l.Hidden, "row"))
		}
		if n := l.Unfound(); n > 0 {
			line += fmt.Sprintf("; no row of the inputs has %s", some(n, l.Len()))
		}
		lines = append(lines, line)
	}
	return lines
}

// some returns a number of things out of all of them.
func some(n, of int) string {
	switch {
	case n == of && of == 1:
		return "it"
	case n == of:
		return "any of them"
	}
	return fmt.Sprintf("%s of them", group(n))
}

// appendLookAlikes writes the refs that look like other ones.
func appendLookAlikes(text []byte, p *plan.Plan) []byte {
	n, first := p.LookAlikes()
	if n == 0 {
		return text
	}
	text = fmt.Appendf(text, "Warning: %s:\n", lookAlikes(p)[0])
	for _, a := range first {
		other := "that of a leaver who is suspended already"
		if a.Other.Source != "" {
			other = "the ref in " + printable(a.Other.String(), 200)
		}
		text = fmt.Appendf(text, "  %s in %s looks like %s\n", printable(a.Ref, 40), printable(a.Place.String(), 200), other)
	}
	if more := n - len(first); more > 0 {
		text = fmt.Appendf(text, "  … and %s more\n", group(more))
	}
	return text
}

// howRead says how an input is read: its format and its columns. It returns "" for a
// report, unless there are flags that have no effect on it.
func howRead(in *run.Input) string {
	if in.IsReport() {
		if o := in.Options; len(o.Where) > 0 || o.Repair != (input.Repair{}) || o.Crosswalk != nil {
			return "this is a report, so --where, --ref-pad, --ref-prefix and --ref-map have no effect on its rows"
		}
		return ""
	}
	e, v := in.Export, in.Survey
	if v.Ref == "" {
		return "no leavers"
	}
	var parts []string
	if e.Encoding != table.UTF8 {
		parts = append(parts, "encoding "+string(e.Encoding))
	}
	if e.Format == input.CSV && e.Delimiter != ',' {
		parts = append(parts, "fields separated by "+e.Delimiter.String())
	}
	if e.Sheet != "" {
		parts = append(parts, fmt.Sprintf("sheet %q", e.Sheet))
	}
	if e.List != "" {
		parts = append(parts, fmt.Sprintf("list %q", e.List))
	}
	if e.Titled {
		parts = append(parts, fmt.Sprintf("header in row %d, rows above it are not read", e.HeaderRow))
	}
	parts = append(parts, fmt.Sprintf("ref from %s %q", e.Field(), v.Ref))
	if v.EndDate == "" {
		parts = append(parts, "no end dates, so every leaver is due")
	} else {
		parts = append(parts, fmt.Sprintf("end date from %s %q", e.Field(), v.EndDate))
	}
	return strings.Join(parts, ", ")
}

// paceHint returns a line with the bottleneck of a run; "" if there is none.
func paceHint(b run.Bottleneck, concurrency int) string {
	switch {
	case b.Sustained > 0:
		return fmt.Sprintf("Pace: the server sustains about %s requests per second.\n", perSecond(b.Sustained))
	case b.Concurrency > 0:
		return fmt.Sprintf("Pace: limited by %s in flight; try --concurrency %d.\n", count(concurrency, "request"), b.Concurrency)
	}
	return ""
}

// perSecond returns a pace as text, with a decimal if it is low.
func perSecond(pace float64) string {
	if pace < 10 {
		return fmt.Sprintf("%.1f", pace)
	}
	return group(int(math.Round(pace)))
}

// appendTally writes the number of rows with each outcome, one per line.
func appendTally(text []byte, t leaver.Tally) []byte {
	for _, o := range leaver.Outcomes() {
		if t[o] > 0 {
			text = fmt.Appendf(text, "  %9s  %s\n", group(t[o]), o)
		}
	}
	return text
}

// fine returns the number of rows with a fine outcome.
func fine(t leaver.Tally) int {
	n := 0
	for o, c := range t {
		if o.Fine() {
			n += c
		}
	}
	return n
}

// spell returns a duration as text: the longer it is, the coarser.
func spell(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d < time.Hour:
		return d.Round(time.Second).String()
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", d/time.Hour, d%time.Hour/time.Minute)
}
