package run

import (
	"context"
	"errors"
	"math"
	"os"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
)

// Summary is the document about a run, for evidence. It has no refs, no texts of the tenant
// or the service, and no secrets. Times are in UTC.
type Summary struct {
	Kind     string            `json:"kind"` // summaryKind
	Format   int               `json:"format"`
	Tool     Tool              `json:"tool"`
	Host     Host              `json:"host"`
	Target   string            `json:"target"`
	Shard    string            `json:"shard"`    // such as 3/10; "": the whole plan
	Settings map[string]string `json:"settings"` // of the caller, by their names
	Plan     *ApprovedPlan     `json:"plan"`     // that was carried out; nil: none was approved
	Inputs   []InputSum        `json:"inputs"`
	Left     []LeftFile        `json:"left"` // further files of folders, which were no inputs
	Lists    []FileSum         `json:"lists"`
	Report   ReportSum         `json:"report"` // as the run has left it

	Planned PlannedFigures `json:"planned"`
	Tenant  *TenantFigures `json:"tenant"` // nil: it was not asked

	Start   time.Time     `json:"start"` // of carrying out the plan
	End     time.Time     `json:"end"`
	Seconds float64       `json:"seconds"`
	Exit    Exit          `json:"exit"`
	Rows    RowFigures    `json:"rows"`
	Leavers LeaverFigures `json:"leavers"`
	Calls   CallFigures   `json:"calls"`
	Pace    PaceFigures   `json:"pace"`
	Outages OutageFigures `json:"outages"`
	Waits   WaitFigures   `json:"waits"`
	Series  Series        `json:"series"`
}

// Tool is the program that made a run.
type Tool struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"` // the version of Go that built it
}

// Host is the machine on which it was made.
type Host struct {
	Name string `json:"name"`
	OS   string `json:"os"`
	Arch string `json:"arch"`
}

// ApprovedPlan names a plan file by its Sum, which is in the file.
type ApprovedPlan struct {
	Sum  string    `json:"sum"`
	Made time.Time `json:"made"`
}

// InputSum is an input, and its bytes before the first request. Of standard input and of
// pipes they are those that were read.
type InputSum struct {
	Name    string `json:"name"`
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256"`
	Report  bool   `json:"report"`  // it is the report of an earlier run
	Rows    *int   `json:"rows"`    // nil for a report
	LeftOut *int   `json:"leftOut"` // further rows, which a condition has left out; nil for a report
}

// PlannedFigures are what was planned, by the tenant's answers if it was asked.
type PlannedFigures struct {
	Rows     int                    `json:"rows"`
	Leavers  int                    `json:"leavers"` // to call in this run
	Outcomes map[leaver.Outcome]int `json:"outcomes"`
	Held     map[string]int         `json:"held"`     // leavers by kind of doubt
	Leftover map[leaver.Outcome]int `json:"leftover"` // see Run.Leftover
}

// TenantFigures are what the tenant says about the leavers. The caller knows the words for
// their classes.
type TenantFigures struct {
	Leavers     int            `json:"leavers"` // who were asked about
	Is          map[string]int `json:"is"`
	NotKnown    map[string]int `json:"notKnown"`
	ActiveUsers int            `json:"activeUsers"`
	Whole       bool           `json:"whole"` // the whole list was read; if not, there are more of them
}

// Exit is how the run ended.
type Exit struct {
	Code   int    `json:"code"`
	Cause  string `json:"cause"`  // a word for why it stopped; "": it did not stop early
	Reason string `json:"reason"` // the same in words, without a text of the service
}

// RowFigures are the rows at the end of a run, by outcome.
type RowFigures struct {
	Total     int                    `json:"total"`
	Outcomes  map[leaver.Outcome]int `json:"outcomes"`
	Known     map[leaver.Outcome]int `json:"known"`     // those whose leaver had this outcome in the report before
	Tolerated int                    `json:"tolerated"` // rows that are not fine
	Overdue   int                    `json:"overdue"`   // see Counts.Overdue
}

// LeaverFigures are the leavers whom the run has called, as Counts has them.
type LeaverFigures struct {
	Tried     int `json:"tried"`
	Suspended int `json:"suspended"`
	Failed    int `json:"failed"`
}

const (
	summaryKind   = "offboard summary"
	summaryFormat = 1
)

// NotBegun returns the summary of a run that has not begun, and may never do: nothing is known
// of it but where it would suspend. "" stands for an unknown target.
func NotBegun(target string) *Summary {
	none := leaver.Tally{}
	return &Summary{
		Kind: summaryKind, Format: summaryFormat, Target: target, Inputs: []InputSum{}, Left: []LeftFile{}, Lists: []FileSum{},
		Planned: PlannedFigures{Outcomes: none.Counts(), Held: map[string]int{}, Leftover: none.Counts()},
		Rows:    RowFigures{Outcomes: none.Counts(), Known: none.Counts()},
		Calls:   CallFigures{ByStatus: map[string]int{}},
		Outages: OutageFigures{Each: []OutageSummary{}},
		Series:  Series{Points: []Point{}},
	}
}

// NewSummary starts the summary of a run that is about to be carried out: with its plan, and
// the sums of its files. first is Conduct.First. The error is one of the system, or matches
// table.ErrChanged.
func NewSummary(ctx context.Context, r *Run, first int) (*Summary, error) {
	s := NotBegun(r.settings.Target)
	s.Left = r.Folders.leftFiles()
	s.Shard = r.Part.String()
	s.Planned = PlannedFigures{
		Rows: r.Totals.Total(), Leavers: r.Leavers(first), Outcomes: r.Totals.Counts(), Held: map[string]int{}, Leftover: r.Leftover.Counts(),
	}
	if p := r.settings.Approved; p != nil {
		s.Plan = &ApprovedPlan{p.Sum, p.Made}
	}
	for kind, n := range r.Part.doubts {
		s.Planned.Held[kind.String()] = n
	}
	_, err := Await(ctx, func() (struct{}, error) { return struct{}{}, s.addFiles(r) })
	return s, err
}

// addFiles adds the sums of the inputs and the lists.
func (s *Summary) addFiles(r *Run) error {
	for _, in := range r.Inputs {
		sum, err := in.sum()
		if err != nil {
			return err
		}
		s.Inputs = append(s.Inputs, sum)
	}
	for _, path := range []string{r.settings.Crosswalk, r.settings.Except, r.settings.AcceptRefs} {
		// A pipe has been read to its end.
		if info, err := os.Stat(path); path == "" || err == nil && !info.Mode().IsRegular() {
			continue
		}
		list, err := sumOf(path, math.MaxInt64)
		if err != nil {
			return err
		}
		s.Lists = append(s.Lists, list)
	}
	return r.Inputs.checkUnchanged("")
}

// sum returns the sum of an input.
func (i *Input) sum() (InputSum, error) {
	sum := InputSum{Name: i.Name, Report: i.IsReport()}
	var file FileSum
	var err error
	if i.path != "" && i.isAt(i.path) {
		file, err = sumOf(i.path, math.MaxInt64) // its own bytes, where they were unpacked
	} else if again, failed := i.file.Again(); failed != nil {
		err = failed
	} else {
		file, _, err = sumFrom(again.Section())
		err = errors.Join(err, again.Close())
	}
	sum.Bytes, sum.SHA256 = file.Bytes, file.SHA256
	if !i.IsReport() {
		sum.Rows, sum.LeftOut = &i.rows, &i.Survey.LeftOut
	}
	return sum, err
}

// Finish adds what the run has done. It is to be called before Run.Close, which lets other
// runs write the report. The error says that the report could not be read: then its sum is
// "".
func (s *Summary) Finish(r *Run, e Ending) error {
	s.Start, s.End, s.Seconds = moment(e.Start), moment(e.End), rounded(e.Elapsed.Seconds())
	s.Rows = RowFigures{Total: e.Rows.Total(), Outcomes: e.Rows.Counts(), Known: e.Known.Counts(), Overdue: e.Overdue}
	s.Leavers = LeaverFigures{Tried: e.Called, Suspended: e.Called - e.Failed, Failed: e.Failed}
	f := e.Figures
	s.Calls, s.Pace, s.Outages, s.Waits, s.Series = f.Calls, f.Pace, f.Outages, f.Waits, f.Series
	s.Report = ReportSum{FileSum: FileSum{Path: r.ReportPath}}
	file, err := os.Open(r.ReportPath)
	if err != nil {
		return err
	}
	defer file.Close()
	sum, lines, err := sumFrom(file)
	if err != nil {
		return err
	}
	if r.report.Format() == report.CSV {
		lines = max(0, lines-1) // the header
	}
	sum.Path, s.Report.Lines = r.ReportPath, lines
	s.Report.FileSum = sum
	return nil
}
