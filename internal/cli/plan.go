package cli

import (
	"fmt"
	"iter"
	"strconv"

	"github.com/alecthomas/kong"

	"offboard/internal/leaver"
	"offboard/internal/plan"
	"offboard/internal/run"
)

// planCommand has the flags of run that matter before the first request, so that
// "plan" can be replaced by "run" in a command.
type planCommand struct {
	inputFlags
	planFlags
	All        bool   `help:"List all rows that will not be suspended, not only the first 20."`
	SaveConfig string `placeholder:"FILE" help:"Write a file for --config: the flags of this plan, and the columns that were found. It contains no secrets."`
}

// Validate checks the flags.
func (c *planCommand) Validate() error {
	if err := c.inputFlags.Validate(); err != nil {
		return err
	}
	return c.planFlags.Validate()
}

// Run shows what a run would do.
func (c *planCommand) Run(a *app, parsed *kong.Context, conf *configuration) error {
	r, err := run.Rehearse(a.intake, a.runSettings(&c.inputFlags, &c.planFlags))
	if err != nil {
		return usageError{explainRun(err)}
	}
	defer r.Close()
	if r.NeedsResume {
		a.stderr.println("Warning: " + r.ReportPath + " exists: add --resume to resume from it, or name another report with --report FILE")
	}
	writeOutline(a.Stdout, widthOf(a.Stdout), outline{run: r, rate: c.Rate})
	if err := c.list(a, r.Inputs, r.Totals, r.Decisions(a.intake)); err != nil {
		return err
	}
	if c.SaveConfig != "" {
		if err := c.saveConfig(parsed, conf, detected(r.Inputs)); err != nil {
			return err
		}
		fmt.Fprintf(a.Stdout, "\nTo read the next file in the same way: offboard run FILE --config %s\n", quote(c.SaveConfig))
	}
	if err := r.CheckMax(); err != nil {
		return usageError{explainRun(err)}
	}
	fmt.Fprint(a.Stdout, c.next(a.commandLine(parsed, conf), conf, r))
	if r.Totals[leaver.Invalid] > 0 {
		return errRows
	}
	return nil
}

// next says what to type after this plan; "" if nothing is left to do.
func (c *planCommand) next(command commandLine, conf *configuration, r *run.Run) string {
	command = command.without("--save-config", true) // the file exists now
	if format := r.Inputs.DateFormat(); format != "" {
		return fmt.Sprintf("\nTo read the end dates: %s\n", command.with("--date-format", format))
	}
	leavers := r.Totals[leaver.Pending]
	if leavers == 0 {
		return ""
	}
	suspend := command.as("run").without("--all", false)
	_, env := conf.lookup("env")
	if _, base := conf.lookup("base-url"); !env && !base {
		suspend = suspend.with("--env", "NAME")
	}
	pad := 0
	for _, in := range r.Inputs {
		pad = max(pad, in.Survey.RefPad())
	}
	if pad > 0 {
		return fmt.Sprintf("\nTo put zeros back: %s\nTo suspend %s without that: %s\n", command.with("--ref-pad", strconv.Itoa(pad)), people(leavers), suspend)
	}
	return fmt.Sprintf("\nTo suspend %s: %s\n", people(leavers), suspend)
}

// list writes the rows that will not be suspended, and the reasons.
func (c *planCommand) list(a *app, inputs run.Inputs, totals leaver.Tally, decisions iter.Seq2[plan.Decision, error]) error {
	const most = 20 // rows without --all
	rows := totals[leaver.Duplicate] + totals[leaver.NotDue] + totals[leaver.Invalid]
	if rows == 0 {
		return nil
	}
	fmt.Fprintf(a.Stdout, "\n%s will not be suspended:\n", count(rows, "row"))
	written, column, width := 0, max(24, len(inputs[0].Name)+6), widthOf(a.Stdout)
	for d, err := range decisions {
		switch {
		case err != nil:
			return usageError{err}
		case d.Outcome == leaver.Pending || d.Outcome == leaver.Suspended:
			continue
		case written == most && !c.All:
			fmt.Fprintf(a.Stdout, "  … and %s more; --all lists them\n", group(rows-written))
			return nil
		}
		reason := d.Reason
		if d.Outcome == leaver.NotDue {
			reason += "; --include-future would suspend the leaver now"
		}
		fmt.Fprintf(a.Stdout, "  %-*s %-10s %s\n%s", column, d.Place, d.Outcome, printable(d.Ref, 40), wrap("      "+reason+"\n", width))
		if written++; written == rows {
			return nil
		}
	}
	return nil
}
