package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"offboard/internal/input"
	"offboard/internal/leaver"
	"offboard/internal/plan"
)

// planned are the words of a plan for each outcome that it can give.
var planned = []struct {
	outcome leaver.Outcome
	words   string
}{
	{leaver.Pending, "to suspend"},
	{leaver.Suspended, "suspended already"},
	{leaver.Duplicate, "duplicate"},
	{leaver.NotDue, "not due"},
	{leaver.Invalid, "invalid"},
}

// outline is the short form of a plan.
type outline struct {
	sources sources
	plan    *plan.Plan
	totals  leaver.Tally
	rate    float64
	target  string // "" where none is called
}

// write writes it to a terminal of the width; 0: to something else.
func (o outline) write(w io.Writer, width int) {
	var text []byte
	text = fmt.Appendf(text, "Plan for %s: %s\n", o.sources.names(), count(o.totals.Total(), "row"))
	for _, p := range planned {
		if n := o.totals[p.outcome]; n > 0 || p.outcome == leaver.Pending {
			text = fmt.Appendf(text, "  %9s  %s\n", group(n), p.words)
		}
	}
	if o.target != "" {
		text = fmt.Appendf(text, "In %s\n", o.target)
	}
	read := false // an input that is no report
	for _, s := range o.sources {
		read = read || !s.report
		if reading := s.reading(); reading != "" {
			text = fmt.Appendf(text, "%s: %s\n", s.Name, reading)
		}
	}
	for _, s := range o.sources {
		if n := s.LeftOut(); n > 0 {
			text = fmt.Appendf(text, "%s: %s left out by --where\n", s.Name, count(n, "row"))
		}
		for _, w := range s.Warnings() {
			text = fmt.Appendf(text, "Look at %s: %s.\n", s.Name, w)
		}
	}
	lists := o.sources[0].options // as of every input
	if c := lists.Crosswalk; c != nil && read {
		text = fmt.Appendf(text, "Refs are replaced by %s: %s\n", c.Name, count(c.Len(), "pair"))
		for _, w := range c.Warnings() {
			text = fmt.Appendf(text, "Look at %s: %s.\n", c.Name, w)
		}
	}
	if l := lists.Except; l != nil {
		text = fmt.Appendf(text, "Never suspended: %s in %s\n", count(l.Len(), "ref"), l.Name)
	}
	text = appendLookAlikes(text, o.plan)
	if n := o.totals[leaver.Pending]; n > 0 && o.rate > 0 {
		text = fmt.Appendf(text, "At %g requests per second this takes %s or more.\n", o.rate, spell(time.Duration(float64(n)/o.rate*float64(time.Second))))
	}
	_, _ = io.WriteString(w, wrap(string(text), width)) // nothing is to be done if nobody reads
}

// appendLookAlikes writes which refs a person would take for each other.
func appendLookAlikes(text []byte, p *plan.Plan) []byte {
	n, first := p.LookAlikes()
	if n == 0 {
		return text
	}
	text = fmt.Appendf(text, "Look at %s like another one but for case, punctuation around it, or full-width characters:\n", count(n, "ref"))
	for _, a := range first {
		text = fmt.Appendf(text, "  %s in %s looks like the ref in %s\n", visible(a.Ref, 40), a.Place, a.Other)
	}
	if more := n - len(first); more > 0 {
		text = fmt.Appendf(text, "  … and %s more\n", group(more))
	}
	return text
}

// reading says how an input is read, and where in it the leavers are found; ""
// of a report, if there is nothing to say.
func (s *source) reading() string {
	if s.report {
		if o := s.options; len(o.Where) > 0 || o.RefPad > 0 || o.RefPrefix != "" || o.Crosswalk != nil {
			return "a report, so its rows and refs are taken as they are; --where, --ref-pad, --ref-prefix and --ref-map are for what it came from"
		}
		return ""
	}
	var parts []string
	if s.Encoding != input.UTF8 {
		parts = append(parts, "encoded in "+string(s.Encoding))
	}
	ref, endDate := s.Columns()
	if s.Format != input.JSONL && s.Delimiter != ',' {
		parts = append(parts, "fields separated by "+input.DelimiterName(s.Delimiter))
	}
	if s.Sheet != "" {
		parts = append(parts, fmt.Sprintf("sheet %q", s.Sheet))
	}
	if s.Titled {
		parts = append(parts, fmt.Sprintf("header in row %d, nothing above it is read", s.HeaderRow))
	}
	if ref == "" {
		return "no leavers"
	}
	parts = append(parts, fmt.Sprintf("ref from %s %q", s.Field(), ref))
	if endDate == "" {
		parts = append(parts, "no end dates, so all count as gone")
	} else {
		parts = append(parts, fmt.Sprintf("end date from %s %q", s.Field(), endDate))
	}
	return strings.Join(parts, ", ")
}

// ending is what is said after a run.
type ending struct {
	counts
	elapsed time.Duration
	hint    string // what the pace was bounded by
	report  string
	again   string
}

func (e ending) write(w io.Writer, err error) {
	text := []byte(stopped(err))
	text = fmt.Appendf(text, "%s tried in %s, %s suspended; %s in all:\n",
		people(e.called), spell(e.elapsed), group(e.called-e.failed), count(e.rows.Total(), "row"))
	text = appendTally(text, e.rows)
	text = append(text, e.hint...)
	text = fmt.Appendf(text, "Report: %s\n", e.report)
	if err != nil || !e.rows.Fine() {
		text = fmt.Appendf(text, "To go on: %s\n", e.again)
	}
	_, _ = w.Write(text)
}

// appendTally writes the outcomes that occur, one per line.
func appendTally(text []byte, t leaver.Tally) []byte {
	for _, o := range leaver.Outcomes() {
		if t[o] > 0 {
			text = fmt.Appendf(text, "  %9s  %s\n", group(t[o]), o)
		}
	}
	return text
}

func fine(t leaver.Tally) int {
	n := 0
	for o, c := range t {
		if o.Fine() {
			n += c
		}
	}
	return n
}

// spell writes a duration as precisely as a person wants it.
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

// visible makes a text that somebody else has written safe for a terminal: it
// is cut, and what could steer the terminal is replaced.
func visible(s string, most int) string {
	n := 0
	return strings.Map(func(r rune) rune {
		switch n++; {
		case n == most:
			return '…'
		case n > most:
			return -1
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
