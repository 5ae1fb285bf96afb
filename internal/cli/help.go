package cli

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// example is a command as somebody types it, and what for.
type example struct{ purpose, command string }

// examples are those that the help of each command begins with.
var examples = map[string][]example{
	"run": {
		{"Try it out, in a simulator", "offboard run --env sandbox samples/leavers.csv"},
		{"Suspend the leavers of a quarter; a person is asked", "offboard run quarter.csv --env production --tenant eu-west-2_AbcdEfghI --api-secret-file thrive-secret"},
		{"Go on with a run that has stopped", "offboard run quarter.csv --env production --tenant eu-west-2_AbcdEfghI --api-secret-file thrive-secret --resume"},
		{"Every night, without asking", "offboard run --config nightly.yaml --resume --report ledger.csv --tolerate known --yes leavers.csv"},
		{"Carry out a plan that somebody has approved", "offboard run --plan plan.json --api-secret-file thrive-secret"},
	},
	"plan": {
		{"See what a run would do", "offboard plan quarter.csv"},
		{"Ask the tenant who these people are, too", "offboard plan quarter.csv --env production --tenant eu-west-2_AbcdEfghI --api-secret-file thrive-secret --check --match Surname=lastName"},
		{"Write a plan for somebody who approves it, with a page", "offboard plan quarter.csv --env production --tenant eu-west-2_AbcdEfghI --out plan.json --html plan.html"},
	},
	"report": {
		{"Sum a report up", "offboard report quarter.report.csv"},
		{"Make a page for people, and a workbook", "offboard report quarter.report.csv --html quarter.html --xlsx quarter.xlsx"},
		{"Write the rows that failed, as an input of run", "offboard report quarter.report.csv --rows failed"},
	},
	"verify": {
		{"See whether anybody is active again", "offboard verify quarter.report.csv --env production --tenant eu-west-2_AbcdEfghI --api-secret-file thrive-secret"},
	},
	"ping": {
		{"Before a first run: are these credentials good?", "offboard ping --env staging --tenant eu-west-2_AbcdEfghI --client-id hr --client-secret-file hr-secret"},
	},
	"sandbox": {
		{"A service that takes 50 requests a minute, and says so", "offboard sandbox --quota 50 --quota-window 1m --quota-headers list"},
	},
}

// generalGroup is the group of the flags that all commands have. It comes last, so that the
// help of a command begins with its own.
const generalGroup = "general"

// arrangeHelp puts the examples in front of the help of each command, and what all commands
// have behind it. A default stands in the help of its flag, so no flag shows it as its value.
func arrangeHelp(k *kong.Kong) error {
	for _, command := range k.Model.Children {
		command.Detail = strings.TrimSpace(examplesOf(command.Name) + command.Detail)
		for _, flag := range command.Flags {
			flag.PlaceHolder = placeHolder(flag)
		}
	}
	i := slices.IndexFunc(groups(), func(g kong.Group) bool { return g.Key == generalGroup })
	general := groups()[i]
	for _, flag := range k.Model.Flags {
		flag.Group, flag.PlaceHolder = &general, placeHolder(flag)
		if flag.Name == "help" {
			flag.Help = "Show this help."
		}
	}
	return nil
}

func examplesOf(command string) string {
	var b strings.Builder
	for _, e := range examples[command] {
		fmt.Fprintf(&b, "%s:\n\n  %s\n\n", e.purpose, e.command)
	}
	return b.String()
}

// placeHolder returns what stands in the place of the value of a flag.
func placeHolder(flag *kong.Flag) string {
	switch {
	case flag.PlaceHolder != "" || flag.IsBool():
		return flag.PlaceHolder
	case flag.Enum != "":
		return strings.Join(flag.EnumSlice(), "|")
	case flag.Target.Type() == reflect.TypeFor[time.Duration]():
		return "DURATION"
	case flag.Target.Kind() == reflect.Int || flag.Target.Kind() == reflect.Float64:
		return "N"
	}
	return "VALUE"
}
