package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/run"
)

// runResult is what run writes at its end.
type runResult struct {
	run.Ending
	arrivals    arrivals
	shard       run.Shard
	concurrency int
	report      string
	planned     int          // rows of the plan
	leftover    leaver.Tally // see run.Run
	tolerate    tolerance
	resume      commandLine // the command that resumes the run
	resumed     bool        // the command that was typed resumes, too
	approved    bool        // it carries out a plan that was approved
}

// write writes the result of a run that ended with err: what was done, what is left for a
// person, and what another run would do.
func (r runResult) write(w io.Writer, err error) {
	text := []byte(whyStopped(err))
	text = fmt.Appendf(text, "%s tried in %s, %s suspended; %s in all:\n",
		people(r.Called), spell(r.Elapsed), group(r.Called-r.Failed), count(r.Rows.Total(), "row"))
	text = appendTally(text, r.Rows)
	text = append(text, paceHint(r.Bottleneck, r.concurrency)...)
	text = append(text, outages(r.Counts)...)
	text = append(text, waits(r.Wait)...)
	text = fmt.Appendf(text, "Report: %s\n", nameOf(r.report))
	if r.Before != "" {
		text = fmt.Appendf(text, "How the accounts were before: %s\n", nameOf(r.Before))
	}
	text = r.appendLeft(text, err == nil || errors.Is(err, batch.ErrNobodySuspended))
	tolerable, _ := r.tolerate.of(r.Rows, r.Known)
	text = append(text, r.tolerate.line(tolerable)...)
	text = append(text, r.arrivals.text()...)
	text = append(text, leftover(r.leftover, r.report)...)
	text = append(text, r.notDue()...)
	if r.isOpen(err) {
		text = fmt.Appendf(text, "To go on%s: %s\n", notBefore(err), r.resume)
	} else {
		text = append(text, "The run is finished.\n"...)
	}
	_, _ = io.WriteString(w, wrapProse(string(text), widthOf(w))) // the exit code has the result, too
}

// wrapProse wraps lines for a terminal, but for those with a command: it can be copied as it
// is.
func wrapProse(text string, width int) string {
	var wrapped strings.Builder
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "offboard ") {
			line = wrap(line, width)
		}
		wrapped.WriteString(line)
	}
	return wrapped.String()
}

// isOpen tells whether another run would do more. A signal or the deadline may come when
// every row has its outcome already; after any other error, another run calls again.
func (r runResult) isOpen(err error) bool {
	isLate := (errors.Is(err, ErrInterrupted) || errors.Is(err, run.ErrDeadline)) && r.Unrecorded == nil && r.Rows.Total() == r.planned
	return err != nil && !isLate || r.Rows[leaver.Pending]+r.Rows[leaver.Failed]+r.Rows[leaver.Unconfirmed] > 0
}

// whyStopped returns a line with the reason why a run stopped early; "" if it did
// not.
func whyStopped(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, ErrInterrupted):
		return "The run was interrupted.\n"
	case isStop(err) || errors.Is(err, batch.ErrRefused):
		return fmt.Sprintf("The run stopped early: %s\n", sentence(err))
	}
	return "The run stopped because of an error.\n" // message has the error
}

// sentence returns the text of an error with the mark at its end.
func sentence(err error) string {
	text := err.Error()
	if strings.HasSuffix(text, "?") {
		return text
	}
	return text + "."
}

// outages says how often and for how long the service answered nobody; "" if it always did.
func outages(c run.Counts) string {
	if c.Outage.Number == 0 {
		return ""
	}
	return fmt.Sprintf("The service answered nobody %s, for %s in all; %s.\n", times(c.Outage.Number), spell(c.Outage.Lasted), count(c.Outage.Probes, "probe"))
}

// times returns how often something happened.
func times(n int) string {
	if n == 1 {
		return "once"
	}
	return group(n) + " times"
}

// waits says how often the service has asked to wait; "" if it never did.
func waits(w run.Waits) string {
	if w.Number == 0 {
		return ""
	}
	return fmt.Sprintf("The service asked to wait %s; the last wait was until %s.\n", times(w.Number), w.Until.Format(time.RFC3339))
}

// notBefore says from when on another run makes sense; "" if that is now.
func notBefore(err error) string {
	if later, ok := errors.AsType[*batch.LaterError](err); ok {
		return ", not before " + later.Until.Format(time.RFC3339)
	}
	return ""
}

// hints say what a person does about the rows with an outcome.
var hints = map[leaver.Outcome]string{
	leaver.Held:        "%s shows why, and what settles it",
	leaver.Invalid:     "correct the row in the input",
	leaver.NotFound:    "check the ref, and whether the account exists",
	leaver.Rejected:    "correct what the answer names, or ask the administrator of the tenant",
	leaver.Unconfirmed: "look at the account: the answer does not say that it is inactive",
	leaver.Failed:      "the command below tries again; the report has what the service answered",
}

// mostGroups is how many groups of rows the result shows, if there is more than one for an
// outcome.
const mostGroups = 10

// appendLeft writes what is left for a person (see appendGroups). Rows that have
// failed belong to it if the run has finished, or if they may be why it stopped: after
// any other run, the next one does them.
func (r runResult) appendLeft(text []byte, withFailed bool) []byte {
	var left []report.Group
	for _, g := range r.Left {
		if g.Outcome != leaver.Failed || withFailed {
			left = append(left, g)
		}
	}
	if len(left) == 0 {
		return text
	}
	text = append(text, "\nLeft for a person to look at:\n"...)
	return append(appendGroups(text, left, r.Rows, r.hint), '\n')
}

// hint returns what a person does about the rows with an outcome.
func (r runResult) hint(o leaver.Outcome) string {
	if o == leaver.Held {
		return fmt.Sprintf(hints[o], "offboard plan "+quote(operand(r.report)))
	}
	return hints[o]
}

// appendGroups writes groups of rows that are not fine: for each outcome how many rows have
// it, what to do about them, and the largest groups with an example each. Those of one
// outcome are next to each other.
func appendGroups(text []byte, groups []report.Group, rows leaver.Tally, hint func(leaver.Outcome) string) []byte {
	shown, last, rest := shownOf(groups), leaver.Outcome(""), 0
	for i, g := range groups {
		if g.Outcome != last {
			last, rest = g.Outcome, rows[g.Outcome]
			text = fmt.Appendf(text, "  %9s  %s: %s\n", group(rest), last, hint(last))
		}
		if shown[i] {
			text = appendGroup(text, g)
			rest -= g.Count
		}
		if (i == len(groups)-1 || groups[i+1].Outcome != last) && rest > 0 {
			text = fmt.Appendf(text, "             … and %s more\n", group(rest))
		}
	}
	return text
}

// shownOf tells which groups are shown: the largest one of each outcome, and after these
// the largest of all, up to mostGroups.
func shownOf(groups []report.Group) []bool {
	shown, room := make([]bool, len(groups)), mostGroups
	for i, g := range groups {
		if i == 0 || g.Outcome != groups[i-1].Outcome {
			shown[i] = true
			room--
		}
	}
	for ; room > 0; room-- {
		largest := -1
		for i, g := range groups {
			if !shown[i] && (largest < 0 || g.Count > groups[largest].Count) {
				largest = i
			}
		}
		if largest < 0 {
			break
		}
		shown[largest] = true
	}
	return shown
}

// appendGroup writes a group with its example: the place, which an editor opens, and the
// ref.
func appendGroup(text []byte, g report.Group) []byte {
	example := printable(g.Example.Place().String(), 200)
	if g.Example.Ref != "" {
		example += " " + printable(g.Example.Ref, 120)
	}
	own := g.Example.Reason // what is said of this row only
	switch {
	case g.Outcome == leaver.Held:
		_, own = leaver.ParseHeldReason(own)
	case g.Outcome == leaver.Invalid && g.Message != "":
		own = "" // the same, with the values of the row
	}
	if own != "" && own != g.Message {
		example += ": " + printable(own, 300)
	}
	if g.Message == "" {
		return fmt.Appendf(text, "             such as %s\n", example)
	}
	return fmt.Appendf(text, "             %s × %s, such as %s\n", group(g.Count), printable(g.Message, 300), example)
}

// notDue says what becomes of the rows that are not due yet; "" if there are none.
func (r runResult) notDue() string {
	n := r.Rows[leaver.NotDue]
	if n == 0 {
		return ""
	}
	them, command := agree(n, "it after its end date", "them after their end dates"), "the same command"
	switch {
	case r.approved:
		command = "a new plan"
	case !r.resumed:
		command += " with --resume"
	}
	return fmt.Sprintf("%s not due yet: %s suspends %s.\n", are(n), command, them)
}

// leftover says how many leavers the report has as unfinished who are not in the input,
// and what does them; "" if there are none.
func leftover(t leaver.Tally, path string) string {
	n := t.Total()
	if n == 0 {
		return ""
	}
	var outcomes []string
	for _, o := range leaver.Outcomes() {
		if t[o] > 0 {
			outcomes = append(outcomes, fmt.Sprintf("%s %s", group(t[o]), o))
		}
	}
	what := "  The report has them: offboard plan %s\n"
	if t[leaver.Pending]+t[leaver.Failed]+t[leaver.NotFound]+t[leaver.Rejected]+t[leaver.Unconfirmed] > 0 {
		what = "  To do those who were called or are pending: add --unfinished, or offboard run %s with the same flags\n"
	}
	return fmt.Sprintf("%s of the report %s unfinished and not in the input, so this run does not call %s: %s.\n"+what,
		people(n), agree(n, "is", "are"), agree(n, "it", "them"), strings.Join(outcomes, ", "), quote(operand(path)))
}
