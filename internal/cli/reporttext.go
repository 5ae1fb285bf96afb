package cli

import (
	"fmt"
	"math"
	"strings"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
)

// summaryText is a summary of reports for people, with times in a zone.
type summaryText struct {
	*report.Summary
	zone *time.Location
	runs []runOfReport // of the summaries beside the reports
}

// outcomeTexts say what an outcome means, for people who do not run offboard themselves.
var outcomeTexts = map[leaver.Outcome]string{
	leaver.Suspended:       "the service has confirmed it",
	leaver.AlreadyInactive: "the account was inactive before the run",
	leaver.Duplicate:       "an earlier row is the same leaver",
	leaver.NotDue:          "the end date had not passed",
	leaver.Excluded:        "on the list of those who are never suspended",
	leaver.Held:            "something speaks against it: nothing was sent",
	leaver.Invalid:         "the row cannot be used: nothing was sent",
	leaver.NotFound:        "the tenant has no such user",
	leaver.Rejected:        "the service refuses it",
	leaver.Unconfirmed:     "the answer does not say that it is done",
	leaver.Failed:          "no usable answer, after several attempts",
	leaver.Pending:         "not tried yet, or active again",
}

// text returns the whole summary.
func (s summaryText) text() string {
	text := s.appendHeader(nil)
	text = s.appendWork(text)
	text = s.appendTimeliness(text)
	text = s.appendOverdue(text)
	text = s.appendNotFine(text)
	return string(text)
}

// appendHeader writes what was summed up, and the outcomes.
func (s summaryText) appendHeader(text []byte) []byte {
	text = fmt.Appendf(text, "%s: %s\n", reportsOf(s.Reports), count(s.Lines, "line"))
	text = appendWarnings(text, missingShards(s.Reports))
	if s.Target != "" {
		text = fmt.Appendf(text, "Target: %s\n", printable(s.Target, 300))
	}
	if !s.First.IsZero() {
		text = fmt.Appendf(text, "From %s to %s (%s)\n", s.First.In(s.zone).Format(time.DateTime), s.Last.In(s.zone).Format(time.DateTime), s.zone)
	}
	text = s.appendRuns(text)
	text = fmt.Appendf(text, "\n%s, %s fine; %s in all:\n", count(s.Rows, "row"), group(fine(s.Outcomes)), people(s.Leavers))
	for _, o := range leaver.Outcomes() {
		if n := s.Outcomes[o]; n > 0 {
			text = fmt.Appendf(text, "  %9s  %-16s  %s\n", group(n), o, outcomeTexts[o])
		}
	}
	return text
}

// reportsOf returns the names of reports, or their number if there are many.
func reportsOf(names []string) string {
	const most = 3
	if len(names) > most {
		return fmt.Sprintf("%s and %d more reports", nameOf(names[0]), len(names)-1)
	}
	shown := make([]string, len(names))
	for i, name := range names {
		shown[i] = nameOf(name)
	}
	return strings.Join(shown, ", ")
}

// appendWork writes what the runs have done.
func (s summaryText) appendWork(text []byte) []byte {
	w := s.Work
	if w.Requests == 0 {
		return text
	}
	text = fmt.Appendf(text, "%s for %s", count(w.Requests, "request"), people(w.Leavers))
	switch {
	case w.Periods == 0: // no line has a time
		return append(text, '\n')
	case w.Seconds < 1:
		return append(text, ", in less than a second at work\n"...)
	}
	return fmt.Appendf(text, ", in %s at work, %.1f leavers per second\n", spell(time.Duration(w.Seconds*float64(time.Second))), w.Pace)
}

// appendNotFine writes the rows that are not fine by reason, and what to do about them.
func (s summaryText) appendNotFine(text []byte) []byte {
	if len(s.NotFine) == 0 {
		return text
	}
	text = fmt.Appendf(text, "\nNot fine, by reason, with what to do:\n")
	return appendGroups(text, s.NotFine, s.Outcomes, s.hint)
}

// hint returns what to do about the rows with an outcome.
func (s summaryText) hint(o leaver.Outcome) string {
	switch o {
	case leaver.Held:
		if len(s.Reports) > 1 {
			return fmt.Sprintf(hints[o], "offboard plan")
		}
		return fmt.Sprintf(hints[o], "offboard plan "+quote(operand(s.Reports[0])))
	case leaver.Failed:
		return "another run tries again"
	case leaver.Pending:
		return "another run does them"
	}
	return hints[o]
}

// more says how to get at the rows that are not fine; "" if all are. It is not wrapped, so that
// what it says can be copied.
func more(s *report.Summary) string {
	if s.Outcomes.Fine() {
		return ""
	}
	var outcomes []string
	for _, o := range leaver.Outcomes() {
		if s.Outcomes[o] > 0 && !o.Fine() {
			outcomes = append(outcomes, string(o))
		}
	}
	text := fmt.Sprintf("\nTo list these rows: add --all\nAs an input of run: add --rows %s\n", strings.Join(outcomes, ","))
	for _, command := range goOn(s) {
		text += fmt.Sprintf("To go on: %s\n", command)
	}
	return text
}

// goOn returns the command that does what is left in a report; none if nothing is, if there
// are several reports, because a run goes on with one, or if no flag names the target.
func goOn(s *report.Summary) []string {
	again := s.Outcomes[leaver.Pending] + s.Outcomes[leaver.Failed] + s.Outcomes[leaver.Unconfirmed]
	flags := targetFlagsOf(s.Target)
	if again == 0 || len(s.Reports) != 1 || !strings.HasPrefix(flags, "--") {
		return []string{}
	}
	return []string{fmt.Sprintf("offboard run %s %s", quote(operand(s.Reports[0])), flags)}
}

// appendTimeliness writes how long after their end dates leavers were suspended.
func (s summaryText) appendTimeliness(text []byte) []byte {
	t := &s.Timeliness
	if t.Suspended == 0 {
		if t.NoEndDate > 0 {
			text = append(text, "\nTimeliness: not known, because no suspended leaver has an end date.\n"...)
		}
		return text
	}
	text = fmt.Appendf(text, "\nTimeliness of %s with an end date:\n", count(t.Suspended, "suspended leaver"))
	text = fmt.Appendf(text, "  %9s  within 24 hours after it had passed (%s)\n", percent(t.Within24Hours.Share), group(t.Within24Hours.Leavers))
	text = fmt.Appendf(text, "  %9s  within one business day, Monday to Friday (%s)\n", percent(t.WithinBusinessDay.Share), group(t.WithinBusinessDay.Leavers))
	text = fmt.Appendf(text, "  Median delay: %s", lasted(t.MedianSeconds))
	if l := t.Longest; l.Seconds > 0 {
		text = fmt.Appendf(text, "; the longest: %s, %s in %s", lasted(l.Seconds), printable(l.Ref, 120), printable(l.Place().String(), 200))
	}
	text = append(text, '\n')
	for _, left := range []struct {
		n     int
		words string
	}{
		{t.BeforeEndDate, "suspended before the end date had passed, and counted as in time"},
		{t.AlreadyInactive, "inactive already, since when is not known: not counted"},
		{t.NoEndDate, "without an end date: not counted"},
		{t.NoTime, "without a time in the report: not counted"},
	} {
		if left.n > 0 {
			text = fmt.Appendf(text, "  %9s  %s\n", group(left.n), left.words)
		}
	}
	return fmt.Appendf(text, "  A date is the last day: it has passed when that day is over in %s.\n", s.zone)
}

// mostOverdue is how many of those who are overdue the text names.
const mostOverdue = 5

// appendOverdue writes whose end date has passed, and who is not done.
func (s summaryText) appendOverdue(text []byte) []byte {
	o := &s.Timeliness.Overdue
	if o.Leavers == 0 {
		if s.Timeliness.Suspended == 0 {
			return text
		}
		return append(text, "\nOverdue: nobody.\n"...)
	}
	var outcomes []string
	for _, outcome := range leaver.Outcomes() {
		if n := o.Outcomes[outcome]; n > 0 {
			outcomes = append(outcomes, fmt.Sprintf("%s %s", group(n), outcome))
		}
	}
	text = fmt.Appendf(text, "\nOverdue: %s whose end date has passed, and who %s not suspended:\n  %s. The longest:\n",
		people(o.Leavers), agree(o.Leavers, "is", "are"), strings.Join(outcomes, ", "))
	for _, l := range o.Longest[:min(len(o.Longest), mostOverdue)] {
		text = fmt.Appendf(text, "  %9s  %s, end date %s, %s, %s\n",
			lasted(l.Seconds), printable(l.Ref, 120), printable(l.EndDate, 40), l.Outcome, printable(l.Place().String(), 200))
	}
	if rest := o.Leavers - min(len(o.Longest), mostOverdue); rest > 0 {
		text = fmt.Appendf(text, "             … and %s more\n", group(rest))
	}
	if n := s.Outcomes[leaver.Invalid]; n > 0 {
		text = fmt.Appendf(text, "  Not counted here: %s that cannot be used (invalid).\n", count(n, "row"))
	}
	return text
}

// percent returns a share as a percentage. It is rounded down, so that only all of them are
// 100 %.
func percent(share float64) string {
	return fmt.Sprintf("%.1f %%", math.Floor(1000*share+1e-9)/10)
}

// lasted returns a number of seconds for people: the longer, the coarser. It is rounded down.
func lasted(seconds int64) string {
	switch {
	case seconds == 0:
		return "none"
	case seconds < 60:
		return "less than a minute"
	case seconds < 2*3600:
		return count(int(seconds/60), "minute")
	case seconds < 72*3600:
		return count(int(seconds/3600), "hour")
	}
	return count(int(seconds/(24*3600)), "day")
}
