package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"offboard/internal/run"
)

// A plan that was approved names its inputs and the settings on which its decisions
// depend. Where nothing else has one of these flags, the plan gives its value; where
// something else has it, it has to say the same. How fast the plan is carried out, and with
// which credentials, is not a part of it.

// approvalFlags are about a plan that one person makes, and another one carries out.
type approvalFlags struct {
	Plan       string        `group:"safety" placeholder:"FILE" help:"Carry out the plan that offboard plan --out FILE has written, exactly. It names the inputs and the settings, and it answers the question. If anything has changed since it was made, nothing is sent."`
	MaxPlanAge time.Duration `group:"safety" default:"168h" help:"With --plan: refuse a plan that is older."`
}

// Validate checks the flags.
func (f *approvalFlags) Validate() error {
	if f.MaxPlanAge <= 0 {
		return fmt.Errorf("--max-plan-age must be longer than 0, such as 168h, not %s", f.MaxPlanAge)
	}
	return nil
}

// isPlanned tells whether a flag is one of those on which the decisions of a plan depend.
func isPlanned(flag *kong.Flag) bool {
	switch {
	case inGroup(flag, "input"):
		return true
	case inGroup(flag, "safety"):
		return !slices.Contains([]string{"yes", "plan", "max-plan-age", "max-failures"}, flag.Name)
	}
	return slices.Contains([]string{"env", "base-url", "tenant", "report", "resume", "unfinished", "keep"}, flag.Name)
}

// settingsOf returns the flags on which the decisions of a plan depend, with their values
// as they are typed. Those that have their default are left out.
func settingsOf(parsed *kong.Context) map[string]string {
	settings := map[string]string{}
	for _, flag := range parsed.Flags() {
		if !isPlanned(flag) {
			continue
		}
		if text := settingOf(flag); text != "" {
			settings[flag.Name] = text
		}
	}
	return settings
}

// settingOf returns the value of a flag as it is typed; "" if that is the default.
func settingOf(flag *kong.Flag) string {
	switch value := valueOf(flag).(type) {
	case nil:
		return ""
	case []string:
		if names, ok := flag.Target.Interface().(columnNames); ok {
			return names.join(value)
		}
		return kong.JoinEscaped(value, flag.Tag.Sep)
	default:
		return fmt.Sprint(value)
	}
}

// readPlan reads the file of --plan, if there is one and the command carries out a plan.
func (c *configuration) readPlan(parsed *kong.Context) error {
	selected := parsed.Selected()
	if selected == nil || !slices.Contains([]string{"run", "plan"}, selected.Name) {
		return nil
	}
	value, _ := c.lookup("plan")
	path := value.text
	for _, p := range parsed.Path {
		if p.Flag != nil && p.Flag.Name == "plan" {
			path, _ = parsed.FlagValue(p.Flag).(string)
		}
	}
	if path == "" {
		return nil
	}
	approved, err := run.Await(c.intake, func() (*run.PlanFile, error) { return run.ReadPlanFile(path) })
	if err != nil {
		return configFileError{fmt.Errorf("--plan: %w", err)}
	}
	c.approved = approved
	return nil
}

// planned returns the value that the plan has for a flag.
func (c *configuration) planned(flag *kong.Flag) (configured, bool) {
	if c.approved == nil || !isPlanned(flag) {
		return configured{}, false
	}
	text, ok := c.approved.Settings[flag.Name]
	return configured{text, "--plan"}, ok
}

// approveFor is approve for the command that was chosen.
func (c *configuration) approveFor(parsed *kong.Context, all *commands) error {
	switch parsed.Selected().Name {
	case "run":
		return c.approve(parsed, &all.Run.inputFlags)
	case "plan":
		return c.approve(parsed, &all.Plan.inputFlags)
	}
	return nil
}

// approve gives a command the inputs of the plan that it carries out. It refuses inputs and
// flags that are others than those of the plan.
func (c *configuration) approve(parsed *kong.Context, in *inputFlags) error {
	p := c.approved
	switch {
	case p == nil && len(in.Inputs) == 0:
		return usagef("an input is needed: name the files with leavers\nsee: offboard %s --help", parsed.Selected().Name)
	case p == nil:
		return nil
	case len(in.Inputs) == 0:
		in.Inputs = p.Inputs
	case !slices.Equal(in.Inputs, p.Inputs):
		return usagef("the plan is for the inputs %s, and this command names %s; leave them out", quotedNames(p.Inputs), quotedNames(in.Inputs))
	}
	var differ []error
	for _, flag := range parsed.Flags() {
		if !isPlanned(flag) {
			continue
		}
		if is, was := settingOf(flag), p.Settings[flag.Name]; is != was {
			differ = append(differ, c.differs(parsed, flag, is, was))
		}
	}
	if len(differ) > 0 {
		return usageError{errors.Join(differ...)}
	}
	return nil
}

// differs says that a flag would change the plan.
func (c *configuration) differs(parsed *kong.Context, flag *kong.Flag, is, was string) error {
	said := "--" + flag.Name + " " + quote(is)
	if value, ok := c.lookup(flag.Name); ok && !given(parsed, flag) {
		said = value.origin + " " + quote(is)
	} else if flag.IsBool() && is == "true" { // as it is typed
		said = "--" + flag.Name
	}
	if was == "" {
		return fmt.Errorf("%s would change what was approved: the plan was made without --%s; leave it out, or make a new plan", said, flag.Name)
	}
	return fmt.Errorf("%s would change what was approved: the plan was made with --%s %s; leave it out, or make a new plan", said, flag.Name, quote(was))
}

func quotedNames(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, " ")
}

// draft starts the file of --out, if there is one: with what the files lead to.
func (c *planCommand) draft(a *app, ctx context.Context, parsed *kong.Context, r *run.Run) (*run.PlanFile, error) {
	switch {
	case c.Out == "":
		return nil, nil
	case c.First > 0:
		return nil, usagef("--out: a plan that is approved is carried out to its end, and --first would try other leavers in each run; leave it out, or put the first leavers into a file of their own")
	case !r.Part.IsWhole():
		return nil, usagef("--out cannot be combined with shards: a plan that is approved is carried out by one process")
	case run.IsSamePlace(c.Out, r.ReportPath):
		return nil, usagef("--out: %s is the report of the run; name another file", c.Out)
	}
	draft, err := run.Draft(ctx, r, a.versionText(), settingsOf(parsed))
	if err != nil {
		return nil, explainDraft(err, r.ReportPath)
	}
	return draft, nil
}

// writePlan writes a plan that another person can approve and carry out, if one is asked
// for. It returns what to type next.
func (c *planCommand) writePlan(ctx context.Context, r *run.Run, draft *run.PlanFile) (proposal, error) {
	if err := run.Complete(ctx, r, draft); err != nil {
		return proposal{}, usageError{err}
	}
	err := draft.Write(c.Out)
	switch {
	case errors.Is(err, fs.ErrExist):
		err = usagef("--out: %s exists already; remove it or name another file", c.Out)
	case errors.Is(err, fs.ErrNotExist):
		err = usagef("--out: the folder of %s does not exist; create it or name another file", c.Out)
	case err != nil:
		err = fmt.Errorf("--out: %w", err)
	}
	return proposal{"carry it out, within " + days(c.MaxPlanAge), carryOutCommand(c.Out)}, err
}

// carryOutCommand carries out the plan of a file.
func carryOutCommand(path string) string { return "offboard run --plan " + quote(path) }

// days returns a duration as text, in days if it is a whole number of them.
func days(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day == 0 {
		return count(int(d/day), "day")
	}
	return spell(d)
}

// explainDraft adds to the error of a plan that cannot be carried out what to type.
func explainDraft(err error, path string) error {
	draft, ok := errors.AsType[*run.DraftError](err)
	if !ok {
		return usageError{err}
	}
	remedy := map[run.DraftReason]string{
		run.NoTarget:       "add --env or --base-url",
		run.NoTenant:       "add --tenant",
		run.FromStdin:      "save it to a file, and name that",
		run.ReportExists:   nameOf(path) + ": " + resumeOrAnother,
		run.ReportReplaced: "name one with --report FILE",
	}[draft.Reason]
	return usagef("--out: %w; %s", err, remedy)
}
