package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"offboard/internal/compact"
	"offboard/internal/leaver"
	"offboard/internal/plan"
)

// A plan that was approved is carried out as it is:
//
//	the files and the report are those of the plan ─▶ decisions, as of its own time ─▶ the
//	digest is the same ─▶ lines that were added to the report since count as done
//
// Lines can be added to the report by a run of the plan that has stopped. A line about
// somebody else is not of this plan.

// Draft starts a plan file, with the decisions that the files and the report lead to. It is
// to be called before Check, and Complete after it. The run is a rehearsal.
//
// The error is a *DraftError if the run could not be carried out by a plan file, or one of
// Decisions or of the system.
func Draft(ctx context.Context, r *Run, tool string, settings map[string]string) (*PlanFile, error) {
	switch {
	case r.settings.Target == "":
		return nil, &DraftError{NoTarget}
	case r.settings.Target != SandboxTarget && !strings.Contains(r.settings.Target, "/"):
		return nil, &DraftError{NoTenant}
	case slices.ContainsFunc(r.Inputs, func(in *Input) bool { return in.path == "" }):
		return nil, &DraftError{FromStdin}
	case r.NeedsResume:
		return nil, &DraftError{ReportExists}
	case r.settings.Report == "" && r.settings.Target == SandboxTarget && !r.settings.Resume:
		return nil, &DraftError{ReportReplaced}
	}
	p := &PlanFile{
		Kind: planKind, Format: planFormat, Tool: tool, Made: r.settings.Now.UTC(), Target: r.settings.Target,
		Inputs: r.settings.Paths, Settings: settings, Left: r.Folders.leftFiles(),
	}
	d := plan.NewDigester(r.Totals.Total())
	for decision, err := range r.Plan.Tasks(until(ctx, ahead(r.rows()))) {
		if err != nil {
			return nil, err
		}
		d.Add(decision)
	}
	p.Digest = d.Sum()
	var err error
	if p.Files, err = filesOf(r); err != nil {
		return nil, err
	}
	p.Report, err = reportOf(r)
	return p, errors.Join(err, r.Inputs.checkUnchanged(""))
}

// Complete adds to a plan file what the tenant has said, and the figures.
func Complete(ctx context.Context, r *Run, p *PlanFile) error {
	p.Leavers, p.Outcomes, p.Held = r.Totals[leaver.Pending], r.Totals, map[string]int{}
	for kind, n := range r.Plan.Doubts() {
		p.Held[kind.String()] = n
	}
	p.ByTenant = []TenantHold{}
	if r.asked != nil {
		for d, err := range r.Decisions(ctx) {
			if err != nil {
				return err
			}
			if hold, ok := tenantHold(d); ok {
				p.ByTenant = append(p.ByTenant, hold)
			}
		}
	}
	p.Sum = p.sum()
	return nil
}

// tenantHold returns the doubts of a row that come from what the tenant has said.
func tenantHold(d plan.Decision) (TenantHold, bool) {
	if d.Outcome != leaver.Held {
		return TenantHold{}, false
	}
	kinds, _ := leaver.ParseHeldReason(d.Reason)
	hold := TenantHold{Source: strings.Clone(d.Source), Row: d.Place.Row}
	for _, kind := range (kinds & leaver.TenantDoubts).Kinds() {
		hold.Doubts = append(hold.Doubts, kind.String())
	}
	return hold, len(hold.Doubts) > 0
}

// held returns the rows that are held because of what the tenant had said. p may be nil.
func (p *PlanFile) held() map[leaver.Place]leaver.Doubts {
	if p == nil {
		return nil
	}
	held := map[leaver.Place]leaver.Doubts{}
	for _, h := range p.ByTenant {
		for _, name := range h.Doubts {
			if kind, ok := leaver.ParseDoubt(name); ok {
				held[leaver.Place{Source: h.Source, Row: h.Row}] |= leaver.DoubtsOf(kind)
			}
		}
	}
	return held
}

// filesOf returns the sums of the inputs and the lists. The only input may be the report that
// the run goes on with, which is not one of them.
func filesOf(r *Run) ([]FileSum, error) {
	paths := []string{r.settings.Crosswalk, r.settings.Except, r.settings.AcceptRefs}
	for _, in := range r.Inputs {
		if !in.isAt(r.ReportPath) {
			paths = append(paths, in.path)
		}
	}
	sums := []FileSum{}
	for _, path := range paths {
		if path == "" {
			continue
		}
		sum, err := sumOf(path, math.MaxInt64)
		if err != nil {
			return nil, err
		}
		sums = append(sums, sum)
	}
	return sums, nil
}

// reportOf returns the sum of the report that the run goes on with, as it is.
func reportOf(r *Run) (ReportSum, error) {
	sum := ReportSum{FileSum: FileSum{Path: r.ReportPath}}
	if r.past.rehearsed == nil || r.past.rehearsed.file == nil {
		return sum, nil
	}
	whole, err := sumOf(r.ReportPath, r.past.rehearsed.whole)
	if err != nil {
		return sum, err
	}
	for _, err := range r.past.lines {
		if err != nil {
			return sum, err
		}
		sum.Lines++
	}
	sum.FileSum = whole
	return sum, nil
}

// comparison compares a run with the plan that was approved.
type comparison struct {
	run    *Run
	plan   *PlanFile
	differ DifferentPlanError
}

// makePlan makes the plan that was approved, or returns a *DifferentPlanError.
func (c *comparison) makePlan(ctx context.Context, lines iter.Seq2[leaver.Result, error], inPlace bool) error {
	r, known := c.run, c.plan.Report.Lines
	if err := c.files(); err != nil {
		return err
	}
	if inPlace {
		r.Inputs[0].most = known
	}
	if err := r.planFrom(ctx, firstOf(lines, known), inPlace); err != nil {
		return errors.Join(err, c.differ.orNil())
	}
	added := false
	for range after(lines, known) {
		added = true // an error among them is found below
		break
	}
	planned, err := c.decisions(ctx, added)
	if err != nil {
		return err
	}
	if err := c.lines(ctx, lines, planned); err != nil {
		return err
	}
	if err := c.differ.orNil(); err != nil || !added {
		return err
	}
	if inPlace {
		r.Inputs[0].most = 0
	}
	return r.planFrom(ctx, lines, inPlace)
}

// files notes which files are others than those of the plan.
func (c *comparison) files() error {
	r, p, d := c.run, c.plan, &c.differ
	if p.Target != r.settings.Target {
		d.Target, d.WasTarget = r.settings.Target, p.Target
	}
	files, err := filesOf(r)
	if err != nil {
		return err
	}
	for _, was := range p.Files {
		if !slices.Contains(files, was) {
			d.Files = append(d.Files, was.Path)
		}
	}
	if d.New = newIn(p, files, r.Folders.leftFiles()); len(files) != len(p.Files) && len(d.Files)+len(d.New) == 0 {
		d.Files = append(d.Files, r.ReportPath)
	}
	sum, err := sumOf(r.ReportPath, p.Report.Bytes)
	if p.Report.Bytes > 0 && (err != nil || sum.SHA256 != p.Report.SHA256) {
		d.Report = r.ReportPath
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return err
}

// decisions notes which decisions are others than those of the plan. It returns the rows,
// if they are wanted.
func (c *comparison) decisions(ctx context.Context, wanted bool) (rowSet, error) {
	planned := newRowSet()
	digest, err := c.plan.Digest.Compare()
	if err != nil {
		return planned, err
	}
	for d, err := range c.run.Plan.Tasks(until(ctx, ahead(c.run.rows()))) {
		if err != nil {
			return planned, err
		}
		digest.Add(d)
		if wanted {
			planned.add(d.Result)
		}
	}
	c.differ.Decisions, _ = errors.AsType[*plan.DifferentError](digest.Err())
	return planned, nil
}

// lines notes the first line that was added to the report and is not of the plan.
func (c *comparison) lines(ctx context.Context, lines iter.Seq2[leaver.Result, error], planned rowSet) error {
	n := c.plan.Report.Lines
	for line, err := range until(ctx, after(lines, n)) {
		if err != nil {
			return err
		}
		if n++; !planned.has(line) {
			c.differ.Line, c.differ.Report = n, c.run.ReportPath
			return nil
		}
	}
	return nil
}

// after returns the lines of a report behind so many.
func after(lines iter.Seq2[leaver.Result, error], first int) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		n := 0
		for line, err := range lines {
			if n++; (n > first || err != nil) && !yield(line, err) {
				return
			}
		}
	}
}

// firstOf returns the first lines of a report.
func firstOf(lines iter.Seq2[leaver.Result, error], most int) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		n := 0
		for line, err := range lines {
			if n++; n > most || !yield(line, err) {
				return
			}
		}
	}
}

// rowSet has rows with their leavers.
type rowSet struct {
	keys compact.Keys
	rows *compact.Table[compact.Key, struct{}]
}

func newRowSet() rowSet {
	return rowSet{keys: compact.NewKeys(), rows: compact.NewTable[compact.Key, struct{}](compact.Key.Hash)}
}

func (s rowSet) key(r leaver.Result) compact.Key {
	ref, endDate := r.Normal()
	return s.keys.Of(r.Place.String() + "\n" + ref + "\n" + endDate)
}

func (s rowSet) add(r leaver.Result)      { s.rows.Put(s.key(r), struct{}{}) }
func (s rowSet) has(r leaver.Result) bool { _, ok := s.rows.Get(s.key(r)); return ok }

// DifferentPlanError says that a run would not do what was approved.
type DifferentPlanError struct {
	Target, WasTarget string   // "": the same
	Files             []string // that have changed
	New               []string // that have come into a folder
	Report            string   // the report that the run goes on with, if it has changed
	Line              int      // the first line of it that the plan has not added; 0: none, or it was changed elsewhere
	Decisions         *plan.DifferentError
}

func (e *DifferentPlanError) orNil() error {
	if e.Target == "" && len(e.Files)+len(e.New) == 0 && e.Report == "" && e.Decisions == nil {
		return nil
	}
	return e
}

// Error says what differs.
func (e *DifferentPlanError) Error() string {
	var parts []string
	if e.Target != "" {
		parts = append(parts, fmt.Sprintf("the target was %s, and is %s", e.WasTarget, e.Target))
	}
	for _, file := range e.Files {
		parts = append(parts, file+" has changed")
	}
	for _, file := range e.New {
		parts = append(parts, file+" is new")
	}
	switch {
	case e.Line > 0:
		parts = append(parts, fmt.Sprintf("line %d of the report %s (without its header) was not added by this plan", e.Line, e.Report))
	case e.Report != "":
		parts = append(parts, "the report "+e.Report+" has changed")
	}
	if e.Decisions != nil {
		parts = append(parts, e.Decisions.Error())
	}
	return "this is not what was approved: " + strings.Join(parts, "; ")
}

// CheckAge returns a *PlanAgeError if a plan is older than most, or made in the future.
func (p *PlanFile) CheckAge(now time.Time, most time.Duration) error {
	const clocks = 5 * time.Minute // how far two clocks may differ
	if age := now.Sub(p.Made); age > most || age < -clocks {
		return &PlanAgeError{Made: p.Made, Age: age, Most: most}
	}
	return nil
}

// PlanAgeError says that a plan is too old, or made in the future.
type PlanAgeError struct {
	Made      time.Time
	Age, Most time.Duration
}

// Error says when the plan was made.
func (e *PlanAgeError) Error() string {
	made := e.Made.Format(time.RFC3339)
	if e.Age < 0 {
		return fmt.Sprintf("the plan was made at %s, which is in the future; compare the clocks", made)
	}
	return fmt.Sprintf("the plan was made at %s, and is older than %s; make a new one", made, e.Most)
}

// DraftError says why no plan file can be written.
type DraftError struct{ Reason DraftReason }

// DraftReason is a reason why no plan file can be written.
type DraftReason string

// The reasons.
const (
	NoTarget       DraftReason = "a plan that is to be carried out needs a target"
	NoTenant       DraftReason = "a plan that is to be carried out needs a tenant"
	FromStdin      DraftReason = "standard input cannot be read again when the plan is carried out"
	ReportExists   DraftReason = "the report exists already"
	ReportReplaced DraftReason = "each run in the sandbox replaces its report, so that nothing could go on with it"
)

// Error returns the reason.
func (e *DraftError) Error() string { return string(e.Reason) }
