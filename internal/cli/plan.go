package cli

import (
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"offboard/internal/leaver"
	"offboard/internal/plan"
	"offboard/internal/run"
)

// planCommand has all flags of run, so that "plan" can be replaced by "run" in a command.
// Of the target only its name matters: credentials are not used.
type planCommand struct {
	runFlags
	All        bool   `help:"List all rows that will not be suspended, not only the first three of each reason, and 20 in all."`
	Out        string `placeholder:"FILE" help:"Write the plan to a file that another person can approve, and carry out with offboard run --plan FILE. It has no secrets and no refs."`
	HTML       string `name:"html" placeholder:"FILE" help:"Write a page for people who look at the plan before it is carried out: who would be suspended, doubts, what the tenant says. FILE must not exist."`
	SaveConfig string `placeholder:"FILE" help:"Write a file for --config: the flags of this plan, and the columns that were found. It contains no secrets."`
}

// Help returns the second part of the help of the command.
func (*planCommand) Help() string {
	return "Every flag of run is accepted, so that plan instead of run turns a run into its rehearsal. Those that change nothing here are not listed: --" + strings.Join(onlyForRun, ", --") + "."
}

// Run shows what a run would do.
func (c *planCommand) Run(a *app, parsed *kong.Context, conf *configuration) error {
	intake, cancel := c.until(a.intake)
	defer cancel()
	if err := c.checkPage(); err != nil {
		return err
	}
	target, err := c.targetFor(a, intake)
	if err != nil {
		return err
	}
	defer target.close()
	settings, err := c.settings(a, parsed, conf, target.word)
	if err != nil {
		return err
	}
	r, err := run.Rehearse(intake, settings)
	if err != nil {
		return usageError{explainRun(err)}
	}
	defer r.Close()
	draft, err := c.draft(a, intake, parsed, r)
	if err != nil {
		return err
	}
	if err := c.checkTenant(a, intake, r, target); err != nil {
		return beforeSending(err)
	}
	if r.NeedsResume {
		a.say(slog.LevelWarn, eventWarning, "Warning: "+nameOf(r.ReportPath)+" exists: "+resumeOrAnother, "report", r.ReportPath)
	}
	o, err := c.outline(a, intake, r, target.name)
	if err != nil {
		return usageError{err}
	}
	if err := c.show(a, intake, o); err != nil {
		return err
	}
	if err := c.save(a, parsed, conf, r); err != nil {
		return err
	}
	if err := r.CheckMax(); err != nil {
		return usageError{explainRun(err)}
	}
	proposals := next(a.commandLine(parsed, conf).ofShard(r.Part.Shard), conf, r, o.held, target.word != "")
	if draft != nil {
		carryOut, err := c.writePlan(intake, r, draft)
		if err != nil {
			return err
		}
		proposals = []proposal{carryOut}
	}
	p := planned{outline: o, target: target.word, file: draft, next: proposals}
	if err := c.page(a, intake, parsed, p); err != nil {
		return err
	}
	return c.end(a, intake, p)
}

// show writes the plan as text, unless a document is asked for.
func (c *planCommand) show(a *app, ctx context.Context, o outline) error {
	if c.JSON {
		return nil
	}
	writeOutline(a.Stdout, widthOf(a.Stdout), o)
	return c.list(a, o.run.Inputs, o.run.Totals, o.run.Decisions(ctx))
}

// save writes the file of --save-config, if there is one.
func (c *planCommand) save(a *app, parsed *kong.Context, conf *configuration, r *run.Run) error {
	if c.SaveConfig == "" {
		return nil
	}
	if err := c.saveConfig(parsed, conf, detected(r.Inputs)); err != nil {
		return err
	}
	if !c.JSON {
		fmt.Fprintf(a.Stdout, "\nTo read the next file in the same way: offboard run FILE %s\n", quoteFlag("--config", c.SaveConfig))
	}
	return nil
}

// planned is the result of plan.
type planned struct {
	outline
	target string        // as a report says it
	file   *run.PlanFile // that was written; nil: none
	next   []proposal
}

// end writes what to type next, or the whole document, and returns whether a person has to
// look at some rows.
func (c *planCommand) end(a *app, ctx context.Context, p planned) error {
	tolerable, bad, err := c.unusable(ctx, p.run)
	if err != nil {
		return usageError{err}
	}
	if bad > 0 || p.arrivals.isBad() {
		err = errRows
	}
	if c.JSON {
		return c.writeDocument(a, ctx, p, tolerable, err)
	}
	text := tolerance(c.Tolerate).line(tolerable)
	switch {
	case p.file != nil:
		text += fmt.Sprintf("\nPlan written to %s. The sum at its end, for whoever approves it: %s\n", nameOf(c.Out), p.file.Sum)
	case len(p.next) > 0:
		text += "\n"
	}
	_, _ = io.WriteString(a.Stdout, text+proposed(p.next)) // the exit code has the result, too
	return err
}

// writeDocument writes the result as a document. result is the error of the command.
func (c *planCommand) writeDocument(a *app, ctx context.Context, p planned, tolerable int, result error) error {
	d := p.document(p.target)
	if err := d.addRows(ctx, p.run, c.All); err != nil {
		return usageError{err}
	}
	d.Tolerated, d.Next, d.ExitCode = tolerable, commandsOfProposals(p.next), exitCode(result)
	if p.file != nil {
		d.PlanFile = &fileDocument{c.Out, p.file.Sum}
	}
	if err := writeDocument(a.Stdout, d); err != nil {
		return err
	}
	return result
}

// targetFor returns the target of the plan. Credentials are needed only to ask the tenant.
func (c *planCommand) targetFor(a *app, intake context.Context) (*target, error) {
	if c.asks() {
		return a.target(intake, &c.targetFlags, c.scope())
	}
	word, err := c.target()
	return &target{word: word, name: c.name()}, err
}

// unusable returns how many of the rows that a run could not suspend are tolerated, and
// how many are not.
func (c *planCommand) unusable(ctx context.Context, r *run.Run) (tolerable, bad int, err error) {
	unusable := maps.Clone(r.Totals)
	delete(unusable, leaver.Pending)
	known := leaver.Tally{}
	if slices.Contains(c.Tolerate, toleratedKnown) && unusable.Total() > 0 {
		if known, err = r.Known(ctx); err != nil {
			return 0, 0, err
		}
	}
	tolerable, bad = tolerance(c.Tolerate).of(unusable, known)
	return tolerable, bad, nil
}

const (
	mostListed = 20 // rows that a plan lists without --all,
	mostAlike  = 3  // of one reason: further ones would hide the other reasons
)

// list writes the rows that will not be suspended, and the reasons. The outline has
// examples of rows that are held, so these are listed only with --all.
func (c *planCommand) list(a *app, inputs run.Inputs, totals leaver.Tally, decisions iter.Seq2[plan.Decision, error]) error {
	rows, thing := totals.Total()-totals[leaver.Pending]-totals[leaver.Suspended]-totals[leaver.AlreadyInactive], "row"
	if held := totals[leaver.Held]; held > 0 && !c.All {
		rows, thing = rows-held, "more row"
	}
	if rows == 0 {
		return nil
	}
	fmt.Fprintf(a.Stdout, "\n%s will not be suspended:\n", count(rows, thing))
	met, written, column, width := 0, 0, 24, widthOf(a.Stdout)
	if len(inputs) > 0 {
		column = max(column, len(inputs[0].Name)+6)
	}
	var reasons alikeReasons
	for d, err := range decisions {
		if err != nil {
			return usageError{err}
		}
		if d.Outcome == leaver.Pending || d.Outcome.Closed() || d.Outcome == leaver.Held && !c.All {
			continue
		}
		met++
		reason := d.Reason
		if d.Outcome == leaver.NotDue {
			reason += "; --include-future would suspend the leaver now"
		}
		if c.All || written < mostListed && reasons.isOneOf(mostAlike, string(d.Outcome), reason) {
			written++
			line := fmt.Sprintf("  %-*s %-10s %s", column, printable(d.Place.String(), 200), d.Outcome, printable(d.Ref, 40))
			fmt.Fprintf(a.Stdout, "%s\n%s", strings.TrimRight(line, " "), wrap("      "+printable(reason, 600)+"\n", width))
		}
		if met == rows || written == mostListed && !c.All {
			break
		}
	}
	if written < rows {
		fmt.Fprintf(a.Stdout, "  … and %s more; --all lists them\n", group(rows-written))
	}
	return nil
}
