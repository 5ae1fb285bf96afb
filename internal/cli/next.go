package cli

import (
	"fmt"
	"strconv"
	"strings"

	"offboard/internal/leaver"
	"offboard/internal/run"
)

// proposal is a command to type, and what it is for.
type proposal struct{ purpose, command string }

// next says what to type after a plan; nothing if nothing is left to do. The first command
// reads the inputs better, if there is a way that leaves no choice: nobody should have to
// find it in several plans. No command suspends rows that are held. named tells that the
// command names a target.
func next(command commandLine, conf *configuration, r *run.Run, held []run.HeldRows, named bool) (all []proposal) {
	command = command.without("--save-config", true).without("--html", true).without("--json", false) // the files exist now
	leavers, without := r.Totals[leaver.Pending], ""
	if steps := stepsFor(conf, r, held); len(steps) > 0 {
		better := command
		purposes := make([]string, len(steps))
		for i, s := range steps {
			better, purposes[i] = s.addedTo(better), s.purpose
		}
		all = append(all, proposal{enumerate(purposes), better.String()})
		without = " without that"
	}
	switch {
	case len(all) > 0 && r.Inputs.DateFormat() != "":
		return all // dates come first: most leavers may be among the rows that cannot be read
	case leavers == 0:
		return all
	}
	suspend := command.as("run").without("--all", false)
	if !named {
		suspend = suspend.with("--env", "NAME")
	}
	return append(all, proposal{"suspend " + people(leavers) + without, suspend.String()})
}

// proposed returns proposals as text.
func proposed(all []proposal) string {
	var text strings.Builder
	for _, p := range all {
		fmt.Fprintf(&text, "To %s: %s\n", p.purpose, p.command)
	}
	return text.String()
}

// commandsOfProposals returns the commands alone.
func commandsOfProposals(all []proposal) []string {
	commands := []string{}
	for _, p := range all {
		commands = append(commands, p.command)
	}
	return commands
}

// step is a flag by which the inputs are read better, and what it is for.
type step struct{ purpose, flag, value string }

// addedTo returns a command with the flag. Conditions all hold, and any other flag has one
// value.
func (s step) addedTo(c commandLine) commandLine {
	if s.flag == "--where" {
		return c.with(flagWords(s.flag, s.value)...)
	}
	return c.set(s.flag, s.value)
}

// stepsFor returns the flags that a plan has found.
func stepsFor(conf *configuration, r *run.Run, held []run.HeldRows) (steps []step) {
	if format := r.Inputs.DateFormat(); format != "" {
		steps = append(steps, step{"read the end dates", "--date-format", format})
	}
	if pad := r.Inputs.RefPad(); pad > 0 {
		steps = append(steps, step{"put zeros back", "--ref-pad", strconv.Itoa(pad)})
	}
	// A condition on the command line would replace those of the environment and of the
	// configuration.
	if _, elsewhere := conf.lookup("where"); elsewhere {
		return steps
	}
	for _, h := range held {
		if condition := whereValue(h.Remedy); h.Doubt == leaver.StillActive && h.Remedy.Undated && !h.Remedy.Unsure && condition != "" {
			steps = append(steps, step{"leave out who is still employed", "--where", condition})
		}
	}
	return steps
}

// enumerate joins texts as in "a, b and c".
func enumerate(texts []string) string {
	last := len(texts) - 1
	if last == 0 {
		return texts[0]
	}
	return strings.Join(texts[:last], ", ") + " and " + texts[last]
}
