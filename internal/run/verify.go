package run

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"offboard/internal/leaver"
	"offboard/internal/report"
	"offboard/internal/tenant"
)

// Verifying says which reports are verified.
type Verifying struct {
	Reports []string
	Zone    *time.Location // of dates without a zone
	Target  string         // of the reports, as they say it
	// Report is the path of the report that Verify writes if there is something to write;
	// "": that of VerifyName.
	Report string
	Resume bool // add to that report, if it exists
	Now    time.Time
}

// Verified is what became of the leavers whom reports say to be suspended, or inactive
// already.
type Verified struct {
	Leavers  int // who were asked about
	Inactive int
	Gone     int    // the tenant does not know them any more, or has deleted them
	Again    Seen   // their accounts are active again
	Unsure   Seen   // nobody can tell
	Changed  int    // lines that somebody has changed, about which nobody was asked
	Report   string // the report of those who are active again; "" if there are none
}

// Seen are leavers of one kind: how many, and the first ones in the order of the reports.
type Seen struct {
	Count    int
	Examples []leaver.Result // each with its Reason
}

// mostSeen is how many examples of a kind are kept.
const mostSeen = 20

func (s *Seen) add(r leaver.Result) {
	if s.Count++; len(s.Examples) < mostSeen {
		r.Ref, r.Source = strings.Clone(r.Ref), strings.Clone(r.Source)
		s.Examples = append(s.Examples, r)
	}
}

// VerifyName returns the path of the report that Verify writes, by that of the first
// report that is verified, if nobody names another one.
func VerifyName(first string) string {
	base := filepath.Base(first)
	return strings.TrimSuffix(base, filepath.Ext(base)) + ".verify.csv"
}

// Verify asks the tenant about the leavers whom reports say to be suspended, or inactive
// already. Those who are active again get pending lines in a report, which is an input of
// a run: it suspends just these.
//
// If intake ends first, the error is its cause. A *CheckError says that the tenant could
// not be asked, and a *TargetError that it cannot be called. An *OpenReportError is about
// the report that would be written, and another one about a report that is read.
func Verify(intake, calls context.Context, v Verifying, t Target, c Conduct) (verified *Verified, err error) {
	connection, err := connect(t, c)
	if err != nil {
		return nil, err
	}
	defer connection.client.Close()
	all, err := OpenReports(intake, v.Reports, v.Zone, v.Target)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, all.Close()) }()
	if v.Report == "" {
		v.Report = VerifyName(v.Reports[0])
	}
	written, err := report.Open(v.Report, report.Options{Zone: v.Zone, Target: v.Target, Keep: all.kept(), Resume: v.Resume, Now: c.Now})
	if err != nil {
		return nil, &OpenReportError{v.Report, err}
	}
	defer func() { err = errors.Join(err, written.Close()) }()
	verified, check := &Verified{}, tenant.New(v.Now)
	for line, err := range closedLines(all.Lines(intake), verified) {
		if err != nil {
			return nil, err
		}
		check.Ask(strings.Clone(line.Ref))
	}
	q := inquiry{connection: connection, conduct: c, check: check}
	if err := q.ask(intake, calls); err != nil {
		return nil, checkError(intake, err)
	}
	return verified, verified.settle(closedLines(all.Lines(intake), &Verified{}), check, written)
}

// closedLines returns the lines of leavers who are suspended, or were inactive already.
func closedLines(lines iter.Seq2[leaver.Result, error], v *Verified) iter.Seq2[leaver.Result, error] {
	return func(yield func(leaver.Result, error) bool) {
		for line, err := range lines {
			if err == nil && line.Changed {
				v.Changed++
			}
			if err == nil && (line.Changed || !line.Outcome.Closed() || leaver.CheckRef(line.Ref) != nil) {
				continue
			}
			if !yield(line, err) {
				return
			}
		}
	}
}

// settle tells what became of each leaver, and writes the lines of those who are active
// again.
func (v *Verified) settle(lines iter.Seq2[leaver.Result, error], check *tenant.Check, written *report.Report) error {
	var writer *report.Writer
	for line, err := range lines {
		if err != nil {
			return err
		}
		again, isAgain := v.take(line, check.Account(line.Ref))
		if !isAgain {
			continue
		}
		if writer == nil {
			if writer, err = written.Start(); err != nil {
				return err
			}
			v.Report = written.Path
		}
		if err := writer.Record(again); err != nil {
			return errors.Join(err, writer.Close())
		}
	}
	if writer == nil {
		return nil
	}
	return writer.Close()
}

// take counts a leaver. If the account is active again, it returns the line that says so.
func (v *Verified) take(line leaver.Result, a *tenant.Account) (again leaver.Result, isAgain bool) {
	v.Leavers++
	is := a.Classes().Is
	switch {
	case is.Has(tenant.NoSuchUser), is.Has(tenant.Deleted):
		v.Gone++
	case is.Has(tenant.Inactive):
		v.Inactive++
	case is.Has(tenant.Active):
		line.Reason = "the tenant says that the account is active"
		v.Again.add(line)
		return leaver.Result{Row: line.Row, Outcome: leaver.Pending, Reason: leaver.ActiveAgainReason(line.Reason)}, true
	default:
		line.Reason = a.Unsure()
		v.Unsure.add(line)
	}
	return leaver.Result{}, false
}

// kept returns the columns that all the reports keep, if they are the same.
func (all *Reports) kept() []string {
	first := all.readers[0].Kept()
	for _, r := range all.readers[1:] {
		if !slices.Equal(r.Kept(), first) {
			return nil
		}
	}
	return first
}
