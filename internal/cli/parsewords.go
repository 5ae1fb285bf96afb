package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"offboard/internal/run"
)

// explainParse makes an error of the parser a usage error, with a command that shows
// the help. Where the parser's own text would not help, another one says what to type.
func explainParse(err error, args []string) error {
	if config, ok := errors.AsType[configFileError](err); ok {
		// The parser's own text names the flag that it was looking up, which has
		// nothing to do with the error.
		return usageError{config}
	}
	if other := explainOtherWord(args); other != nil {
		return other
	}
	help := "offboard --help"
	if parse, ok := errors.AsType[*kong.ParseError](err); ok {
		model, flags, selected := parse.Context.Model, parse.Context.Flags(), parse.Context.Selected()
		if word := commandWord(args, model.Flags); selected == nil && word != "" && !slices.Contains(commandsOf(model), word) {
			return unknownCommand(word, commandsOf(model))
		}
		if selected != nil {
			help = fmt.Sprintf("offboard %s --help", selected.Name)
			err = withoutCommand{err, selected.Name}
		}
		for _, explain := range []func([]string, []*kong.Flag) error{explainOneDash, explainMissingValue, explainChoice} {
			if better := explain(args, flags); better != nil {
				return usageError{better}
			}
		}
		if selected != nil {
			if better := explainOperand(read(model, args), selected); better != nil {
				err = better
			}
		}
	}
	return usagef("%w\nsee: %s", err, help)
}

// withoutCommand is an error without the name of the command that the parser puts in front
// of what a command says of its flags.
type withoutCommand struct {
	error
	command string
}

// Error returns the rest.
func (e withoutCommand) Error() string { return strings.TrimPrefix(e.error.Error(), e.command+": ") }

// Unwrap returns the error itself.
func (e withoutCommand) Unwrap() error { return e.error }

// otherWords has flags that other programs have, and what offboard has instead.
var otherWords = map[string]string{
	"dry-run": "the rehearsal of a run is a command of its own; type offboard plan instead of offboard run, with the same flags",
	"force":   "each check has its own flag; --yes does not ask, --resume goes on with an existing report, --accept KIND suspends rows that are held, and offboard plan shows which of them is needed",
}

// explainOtherWord returns what to type instead of a flag of other programs; nil if there
// is none on the command line.
func explainOtherWord(args []string) error {
	for _, arg := range args {
		if arg == "--" {
			return nil
		}
		name, isFlag := strings.CutPrefix(arg, "--")
		name, _, _ = strings.Cut(name, "=")
		if instead, ok := otherWords[name]; ok && isFlag {
			return usagef("there is no flag --%s: %s", name, instead)
		}
	}
	return nil
}

// explainMissingValue says which flag has no value; nil if each has one. A word that
// begins with a dash is read as a flag.
func explainMissingValue(args []string, flags []*kong.Flag) error {
	for i, arg := range args {
		if arg == "--" {
			return nil
		}
		name, isFlag := strings.CutPrefix(arg, "--")
		flag := find(flags, name)
		if !isFlag || flag == nil || flag.IsBool() {
			continue
		}
		switch {
		case i+1 == len(args):
			return fmt.Errorf("--%s needs a value: --%s %s", name, name, flag.FormatPlaceHolder())
		case strings.HasPrefix(args[i+1], "-") && args[i+1] != run.StdinPath:
			return fmt.Errorf("--%s needs a value: --%s %s (a value that begins with a dash is written with =, as in --%s=-1)", name, name, flag.FormatPlaceHolder(), name)
		}
	}
	return nil
}

// explainOneDash says that the name of a flag has two dashes in front; nil if each has.
func explainOneDash(args []string, flags []*kong.Flag) error {
	for _, arg := range args {
		if arg == "--" {
			return nil
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && len(name) > 1 && find(flags, name) != nil {
			return fmt.Errorf("-%s has one dash, and names of flags have two; type --%s", name, name)
		}
	}
	return nil
}

// explainChoice says which value of a flag is none of those that it can have; nil if each is.
func explainChoice(args []string, flags []*kong.Flag) error {
	for i, arg := range args {
		if arg == "--" {
			return nil
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg, "--"), "=")
		flag := find(flags, name)
		if flag == nil || flag.Enum == "" || !strings.HasPrefix(arg, "--") {
			continue
		}
		if !hasValue && i+1 < len(args) {
			value = args[i+1]
		}
		if choices := flag.EnumSlice(); !slices.Contains(choices, value) {
			return fmt.Errorf("--%s: %q is none of %s%s", name, value, enumerate(choices), didYouMean(value, choices))
		}
	}
	return nil
}

// explainOperand says what a command needs besides flags; nil if it has that.
func explainOperand(line typed, command *kong.Node) error {
	if line.unknown || len(command.Positional) == 0 || !command.Positional[0].Required {
		return nil
	}
	operand := command.Positional[0]
	switch choices := operand.EnumSlice(); {
	case operand.Enum != "" && line.operand == "":
		return fmt.Errorf("a %s is needed: %s", operand.Name, alternatives(choices))
	case operand.Enum != "" && !slices.Contains(choices, line.operand):
		return fmt.Errorf("%q is none of %s%s", line.operand, enumerate(choices), didYouMean(line.operand, choices))
	case operand.Enum != "" || line.operand != "":
		return nil
	}
	return fmt.Errorf("a %s is needed: offboard %s %s", operand.Name, command.Name, strings.ToUpper(operand.Name))
}
