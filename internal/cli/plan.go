package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"strconv"

	"github.com/alecthomas/kong"

	"offboard/internal/leaver"
	"offboard/internal/plan"
)

// planCommand takes the flags of a run that matter before the first call, so
// that "run" can be put in the place of "plan".
type planCommand struct {
	inputFlags
	planFlags
	All        bool   `help:"List every row that will not be suspended, not only the first 20."`
	SaveConfig string `placeholder:"FILE" help:"Write a file for --config with what the plan was made of: flags, and the columns that were found. It has no secrets."`
}

// Validate is that of the flags in it.
func (c *planCommand) Validate() error {
	if err := c.inputFlags.Validate(); err != nil {
		return err
	}
	return c.planFlags.Validate()
}

// listed is how many rows are listed without --all.
const listed = 20

// Run shows what a run would do.
func (c *planCommand) Run(a *app, parsed *kong.Context, s *settings) error {
	all, err := a.openSources(a.intake, &c.inputFlags)
	if err != nil {
		return err
	}
	defer all.close()
	earlier, err := c.earlier(a, all)
	if err != nil {
		return usageError{err}
	}
	defer earlier.close()
	p, err := a.makePlan(a.intake, all, earlier.lines(), c.IncludeFuture)
	if err != nil {
		return err
	}
	totals := p.Totals()
	outline{sources: all, plan: p, totals: totals, rate: c.Rate}.write(a.Stdout, widthOf(a.Stdout))
	// Of the reading that is complete: the list may stop in the middle of one.
	found, next := all.found(), c.next(a.retype(parsed, s), s, all, totals[leaver.Pending])

	if err := c.list(a, all, totals, p.Tasks(all.rows(a.intake))); err != nil {
		return err
	}
	if c.SaveConfig != "" {
		if err := c.saveConfig(parsed, s, found); err != nil {
			return err
		}
		fmt.Fprintf(a.Stdout, "\nTo read the next one alike: offboard run FILE --config %s\n", quote(c.SaveConfig))
	}
	if err := c.checkMax(totals[leaver.Pending]); err != nil {
		return err
	}
	fmt.Fprint(a.Stdout, next)
	if totals[leaver.Invalid] > 0 {
		return errRows
	}
	return nil
}

// next says what to type after this plan; "" if nothing is left to do.
func (c *planCommand) next(typed retyped, s *settings, all sources, leavers int) string {
	typed = typed.without("--save-config", true) // it would not write its file again
	if format := all.dateFormat(); format != "" {
		return fmt.Sprintf("\nTo read the end dates: %s\n", typed.with("--date-format", format))
	}
	if leavers == 0 {
		return ""
	}
	run := typed.as("run").without("--all", false)
	_, env := s.lookup("env")
	if _, base := s.lookup("base-url"); !env && !base {
		run = run.with("--env", "NAME")
	}
	pad := 0
	for _, s := range all {
		pad = max(pad, s.RefPad())
	}
	if pad > 0 {
		return fmt.Sprintf("\nTo put zeros back: %s\nTo suspend %s as they are: %s\n", typed.with("--ref-pad", strconv.Itoa(pad)), people(leavers), run)
	}
	return fmt.Sprintf("\nTo suspend %s: %s\n", people(leavers), run)
}

// list writes the rows that will not be suspended, and why.
func (c *planCommand) list(a *app, all sources, totals leaver.Tally, decisions iter.Seq2[plan.Decision, error]) error {
	rows := totals[leaver.Duplicate] + totals[leaver.NotDue] + totals[leaver.Invalid]
	if rows == 0 {
		return nil
	}
	fmt.Fprintf(a.Stdout, "\n%s will not be suspended:\n", count(rows, "row"))
	shown, column, width := 0, max(24, len(all[0].Name)+6), widthOf(a.Stdout)
	for d, err := range decisions {
		switch {
		case err != nil:
			return usageError{err}
		case d.Outcome == leaver.Pending || d.Outcome == leaver.Suspended:
			continue
		case shown == listed && !c.All:
			fmt.Fprintf(a.Stdout, "  … and %s more; --all lists them\n", group(rows-shown))
			return nil
		}
		fmt.Fprintf(a.Stdout, "  %-*s %-10s %s\n%s", column, d.Place, d.Outcome, visible(d.Ref, 40), wrap("      "+d.Reason+remedy(d.Outcome)+"\n", width))
		if shown++; shown == rows {
			return nil
		}
	}
	return nil
}

// remedy says what to type about a row with an outcome; "" if no flag helps.
func remedy(o leaver.Outcome) string {
	if o == leaver.NotDue {
		return "; --include-future would suspend them now"
	}
	return ""
}

// earlier opens what a run would go on with, if anything: the plan looks, and
// neither locks nor changes it.
func (c *planCommand) earlier(a *app, all sources) (*readReport, error) {
	path, inPlace := all.reportPath(c.Report)
	if !c.Resume && !inPlace {
		if _, err := os.Stat(path); err == nil {
			a.stderr.println("offboard: " + path + " exists: a run will want --resume to go on with it, or another --report FILE")
		}
		return nil, nil
	}
	r, err := openToRead(path, c.Timezone.Location)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a run would start it
	}
	return r, err
}
