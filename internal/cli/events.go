package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"

	"offboard/internal/batch"
)

// With --log-format json every line on standard error is a JSON object with the keys time,
// level, msg and event; docs/logs.md lists the events and their other keys. A ref is
// written only with --log-level debug.

// The events.
const (
	eventCheck    = "check"    // the tenant is asked who the leavers are
	eventPlan     = "plan"     // what a run is about to do
	eventWarning  = "warning"  // something to look at; nothing depends on it
	eventQuestion = "question" // a person is asked, and the run waits
	eventProgress = "progress" // the figures so far
	eventStopping = "stopping" // a run begins to stop
	eventEnd      = "end"      // what a run has done
	eventSandbox  = "sandbox"  // the simulator is ready, or has ended
	eventError    = "error"    // why the program ends with another exit code than 0 or 3
	eventLog      = "log"      // any other line, for those who look into a run
)

// logTo sets the format and the lowest level of what is written to standard error.
func (a *app) logTo(format string, level slog.Level) {
	a.events = nil
	options := &slog.HandlerOptions{Level: level}
	if format != "json" {
		a.log = slog.New(slog.NewTextHandler(a.stderr, options))
		return
	}
	handler := slog.NewJSONHandler(jsonScreen{a.stderr}, options)
	a.log = slog.New(handler).With("event", eventLog)
	a.events = slog.New(handler)
	// A question and the last error are written whatever the level is.
	a.always = slog.New(slog.NewJSONHandler(jsonScreen{a.stderr}, nil))
}

// expectFormat sets the format before the command line is parsed, so that an error about
// the command line has it, too.
func (a *app) expectFormat(conf *configuration) {
	format, _ := conf.lookup("log-format")
	for i, arg := range a.Args {
		if value, ok := strings.CutPrefix(arg, "--log-format="); ok {
			format.text = value
		} else if arg == "--log-format" && i+1 < len(a.Args) {
			format.text = a.Args[i+1]
		}
	}
	a.logTo(format.text, slog.LevelInfo)
}

// say writes a message to standard error: as text, or as an event with its attributes.
// --log-level is for events and logs, not for text.
func (a *app) say(level slog.Level, event, text string, attributes ...any) {
	if a.events == nil {
		a.stderr.println(wrap(text, widthOf(a.Stderr)))
		return
	}
	a.events.With("event", event).Log(context.Background(), level, text, attributes...)
}

// sayError writes the error with which the program ends.
func (a *app) sayError(text string, code int) {
	if a.events == nil {
		a.stderr.println(wrap(text, widthOf(a.Stderr)))
		return
	}
	a.always.With("event", eventError).Error(text, "exitCode", code)
}

// sayOutline writes the plan of a run.
func (a *app) sayOutline(o outline) {
	if a.events == nil {
		writeOutline(a.stderr, widthOf(a.Stderr), o)
		a.stderr.println("")
		return
	}
	r := o.run
	names := make([]string, len(r.Inputs))
	for i, in := range r.Inputs {
		names[i] = in.Name
	}
	held := map[string]int{}
	for _, h := range o.held {
		held[h.Doubt.String()] = h.Count
	}
	attributes := []any{
		"inputs", names, "target", o.target, "rows", r.Totals.Total(), "leavers", r.Leavers(o.first), "outcomes", r.Totals.Counts(),
		"held", held, "leftover", r.Leftover.Counts(), "rate", o.rate, "report", r.ReportPath, "shard", r.Part.String(),
		"corrected", r.Plan.Corrected(), "left", append([]string{}, r.Folders.Recent()...),
	}
	if t := tenantEvent(o.tenant); t != nil {
		attributes = append(attributes, "tenant", t)
	}
	if a.events.Enabled(context.Background(), slog.LevelDebug) {
		var text strings.Builder
		writeOutline(&text, 0, o) // it has examples of rows
		attributes = append(attributes, "text", text.String())
	}
	a.say(slog.LevelInfo, eventPlan, fmt.Sprintf("Plan for %s%s: %s", namesOf(r), shardWords(r.Part.Shard), count(r.Totals.Total(), "row")), attributes...)
	for _, w := range o.warnings() {
		a.say(slog.LevelWarn, eventWarning, w)
	}
}

// sayEnd writes the result of a run as an event; standard output has it as text.
func (a *app) sayEnd(r runResult, err error) {
	if a.events == nil {
		return
	}
	level, text := slog.LevelInfo, "The run is finished."
	if err != nil {
		level, text = slog.LevelError, strings.TrimSpace(whyStopped(err))
	}
	tolerable, _ := r.tolerate.of(r.Rows, r.Known)
	attributes := []any{"finished", err == nil, "called", r.Called, "failed", r.Failed, "rows", r.Rows.Total(), "outcomes", r.Rows.Counts(),
		"tolerated", tolerable, "leftover", r.leftover.Counts(), "seconds", rounded(r.Elapsed.Seconds()),
		"outages", r.Outage.Number, "outageSeconds", rounded(r.Outage.Lasted.Seconds()), "probes", r.Outage.Probes, "waits", r.Wait.Number, "report", r.report}
	if later, ok := errors.AsType[*batch.LaterError](err); ok {
		attributes = append(attributes, "notBefore", later.Until)
	}
	a.say(level, eventEnd, text, attributes...)
}

// rounded returns a figure with three decimals; 0 for what is not a number.
func rounded(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return math.Round(x*1000) / 1000
}
