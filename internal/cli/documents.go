package cli

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"offboard/internal/batch"
	"offboard/internal/leaver"
	"offboard/internal/plan"
	"offboard/internal/report"
	"offboard/internal/run"
)

// With --json the result of a command is one JSON document on standard output;
// docs/schemas has a schema for each. Numbers are numbers, times RFC 3339, and refs stand
// only in examples and in lists of rows.

// outcomes are how many rows have each outcome; those that no row has are left out.
type outcomes map[leaver.Outcome]int

// planDocument is the result of plan.
type planDocument struct {
	Kind      string          `json:"kind"` // "plan"
	Target    string          `json:"target"`
	Inputs    []inputDocument `json:"inputs"`
	Report    string          `json:"report"`
	Shard     string          `json:"shard"` // such as 3/10; "": the whole plan
	Rows      int             `json:"rows"`
	Leavers   int             `json:"leavers"` // to be called in this run
	Outcomes  outcomes        `json:"outcomes"`
	Corrected int             `json:"corrected"` // rows, by later files of the same folder
	arrivalsDocument
	Held      []heldDocument  `json:"held"`
	Leftover  outcomes        `json:"leftover"`
	Tenant    *tenantDocument `json:"tenant"` // null: it was not asked
	Warnings  []string        `json:"warnings"`
	Rejected  []rowDocument   `json:"notSuspended"` // the first ones; all of them with --all
	More      int             `json:"notSuspendedMore"`
	Tolerated int             `json:"tolerated"`
	PlanFile  *fileDocument   `json:"planFile"` // null: none was written
	Next      []string        `json:"next"`     // commands to type
	ExitCode  int             `json:"exitCode"`
}

type inputDocument struct {
	Name          string `json:"name"`
	IsReport      bool   `json:"isReport"`
	RefColumn     string `json:"refColumn"`
	EndDateColumn string `json:"endDateColumn"`
	LeftOut       int    `json:"leftOut"` // rows, by --where
}

type heldDocument struct {
	Doubt    string        `json:"doubt"`
	Rows     int           `json:"rows"`
	Settle   string        `json:"settle"`
	Examples []rowDocument `json:"examples"`
}

// rowDocument is a row of an input.
type rowDocument struct {
	Source  string         `json:"source"`
	Row     int            `json:"row"`
	Ref     string         `json:"ref"`
	Outcome leaver.Outcome `json:"outcome"`
	Reason  string         `json:"reason"`
}

func rowOf(r leaver.Result) rowDocument {
	return rowDocument{r.Source, r.Place.Row, r.Ref, r.Outcome, r.Reason}
}

type fileDocument struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

type tenantDocument struct {
	Leavers     int               `json:"leavers"`
	Is          map[string]int    `json:"is"`
	NotKnown    map[string]int    `json:"notKnown"`
	ActiveUsers int               `json:"activeUsers"`
	Whole       bool              `json:"whole"`
	Managers    []managerDocument `json:"managers"`
}

type managerDocument struct {
	Ref    string `json:"ref"`
	People int    `json:"people"`
}

// runDocument is the result of run.
type runDocument struct {
	Kind      string   `json:"kind"` // "run"
	Target    string   `json:"target"`
	Report    string   `json:"report"`
	Shard     string   `json:"shard"`  // such as 3/10; "": the whole plan
	Before    string   `json:"before"` // "": it was not recorded how the accounts were
	Finished  bool     `json:"finished"`
	Stopped   string   `json:"stopped"` // why; "": it did not stop early
	Rows      int      `json:"rows"`
	Outcomes  outcomes `json:"outcomes"`
	Known     outcomes `json:"known"` // of these, what the report had before
	Tolerated int      `json:"tolerated"`
	arrivalsDocument
	Leftover  outcomes       `json:"leftover"`
	Called    int            `json:"called"` // leavers
	Failed    int            `json:"failed"`
	Seconds   float64        `json:"seconds"`
	Left      []report.Group `json:"left"` // for a person
	Outages   int            `json:"outages"`
	NotBefore *time.Time     `json:"notBefore"` // when going on makes sense; null: now
	Next      []string       `json:"next"`
	ExitCode  int            `json:"exitCode"`
}

// verifyDocument is the result of verify.
type verifyDocument struct {
	Kind     string       `json:"kind"` // "verify"
	Target   string       `json:"target"`
	Reports  []string     `json:"reports"`
	Missing  []string     `json:"missingShards"` // reports of shards that were not named, by the names of the others
	Leavers  int          `json:"leavers"`
	Inactive int          `json:"inactive"`
	Gone     int          `json:"gone"`
	Again    seenDocument `json:"activeAgain"`
	Unsure   seenDocument `json:"notKnown"`
	Changed  int          `json:"changedLines"`
	Report   string       `json:"report"` // "": none was written
	Next     []string     `json:"next"`
	ExitCode int          `json:"exitCode"`
}

type seenDocument struct {
	Count    int           `json:"count"`
	Examples []rowDocument `json:"examples"`
}

// writeDocument writes a document.
func writeDocument(w io.Writer, document any) error {
	e := json.NewEncoder(jsonScreen{w})
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document)
}

// document returns an outline as a document.
func (o outline) document(word string) *planDocument {
	r := o.run
	d := &planDocument{
		Kind: "plan", Target: word, Inputs: []inputDocument{}, Report: r.ReportPath, Shard: r.Part.String(),
		Rows: r.Totals.Total(), Leavers: r.Leavers(o.first), Outcomes: r.Totals.Counts(),
		Corrected: r.Plan.Corrected(), arrivalsDocument: o.arrivals.document(),
		Held: []heldDocument{}, Leftover: r.Leftover.Counts(), Tenant: tenantDocumentOf(o.tenant),
		Warnings: []string{}, Rejected: []rowDocument{}, Next: []string{},
	}
	for _, in := range r.Inputs {
		d.Inputs = append(d.Inputs, inputDocument{in.Name, in.IsReport(), in.Survey.Ref, in.Survey.EndDate, in.Survey.LeftOut})
	}
	for _, h := range o.held {
		held := heldDocument{Doubt: h.Doubt.String(), Rows: h.Count, Settle: settle(h), Examples: []rowDocument{}}
		for _, e := range h.Examples {
			row := rowOf(e)
			row.Reason = seenOf(e.Reason, h.Doubt)
			held.Examples = append(held.Examples, row)
		}
		d.Held = append(d.Held, held)
	}
	d.Warnings = append(d.Warnings, o.warnings()...)
	return d
}

// addRows adds the rows that will not be suspended, as plan lists them.
func (d *planDocument) addRows(ctx context.Context, r *run.Run, all bool) error {
	for decision, err := range r.Decisions(ctx) {
		switch {
		case err != nil:
			return err
		case !isListed(decision):
		case all || len(d.Rejected) < mostListed:
			d.Rejected = append(d.Rejected, rowOf(decision.Result))
		default:
			d.More++
		}
	}
	return nil
}

// isListed tells whether a plan lists a row as one that will not be suspended.
func isListed(d plan.Decision) bool { return d.Outcome != leaver.Pending && !d.Outcome.Closed() }

func tenantDocumentOf(t *run.Tenant) *tenantDocument {
	if t == nil {
		return nil
	}
	d := &tenantDocument{Leavers: t.Leavers, ActiveUsers: t.People.Active, Whole: t.People.Whole, Managers: []managerDocument{}}
	d.Is, d.NotKnown = classesOf(t)
	for _, m := range t.Managers {
		d.Managers = append(d.Managers, managerDocument(m))
	}
	return d
}

func seenDocumentOf(s run.Seen) seenDocument {
	d := seenDocument{Count: s.Count, Examples: []rowDocument{}}
	for _, e := range s.Examples {
		d.Examples = append(d.Examples, rowOf(e))
	}
	return d
}

// document returns the result of a run that ended with err as a document. end is the error
// of the command.
func (r runResult) document(word string, err, end error) runDocument {
	tolerable, _ := r.tolerate.of(r.Rows, r.Known)
	d := runDocument{
		Kind: "run", Target: word, Report: r.report, Shard: r.shard.String(), Before: r.Before, Finished: err == nil, Stopped: strings.TrimSpace(whyStopped(err)),
		Rows: r.Rows.Total(), Outcomes: r.Rows.Counts(), Known: r.Known.Counts(), Tolerated: tolerable, Leftover: r.leftover.Counts(), arrivalsDocument: r.arrivals.document(),
		Called: r.Called, Failed: r.Failed, Seconds: rounded(r.Elapsed.Seconds()), Left: r.Left, Outages: r.Outage.Number,
		Next: []string{}, ExitCode: exitCode(end),
	}
	if d.Left == nil {
		d.Left = []report.Group{}
	}
	if later, ok := errors.AsType[*batch.LaterError](err); ok {
		d.NotBefore = &later.Until
	}
	if r.isOpen(err) {
		d.Next = append(d.Next, r.resume.String())
	}
	return d
}

// document returns the result of verify as a document. end is the error of the command.
func (r verifyResult) document(word string, end error) verifyDocument {
	d := verifyDocument{
		Kind: "verify", Target: word, Reports: r.reports, Missing: run.MissingShards(r.reports), Leavers: r.Leavers, Inactive: r.Inactive, Gone: r.Gone,
		Again: seenDocumentOf(r.Again), Unsure: seenDocumentOf(r.Unsure), Changed: r.Changed, Report: r.Report,
		Next: []string{}, ExitCode: exitCode(end),
	}
	if r.Again.Count > 0 {
		d.Next = append(d.Next, r.next.String())
	}
	return d
}
