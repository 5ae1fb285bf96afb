package cli

import (
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// helpCommand shows the help of a command, as its --help does, or a topic.
type helpCommand struct {
	Command string `arg:"" optional:"" help:"Command, such as run, or topic: outcomes, doubts, exit-codes or dates. Without it, the help of all commands."`
}

// Run shows the help.
func (c *helpCommand) Run(a *app, parsed *kong.Context) error {
	if topic, ok := topicNamed(c.Command); ok {
		_, err := io.WriteString(a.Stdout, wrap(topic.text(), widthOf(a.Stdout)))
		return err
	}
	again := *a
	again.Args = []string{"--help"}
	if c.Command != "" {
		if known := commandsOf(parsed.Model); !slices.Contains(known, c.Command) {
			return unknownTopic(c.Command, append(known, topicNames()...))
		}
		again.Args = []string{c.Command, "--help"}
	}
	return again.run()
}

// unknownTopic says that there is no help about a word, and what there is help about.
func unknownTopic(word string, known []string) error {
	if near := nearest(word, known); near != "" {
		return usagef("there is no help about %q; did you mean offboard help %s?", word, near)
	}
	return usagef("there is no help about %q; there is about %s", word, alternatives(known))
}

// commandsOf returns the names of the commands in the order of the help.
func commandsOf(model *kong.Application) []string {
	var names []string
	for _, child := range model.Children {
		if !child.Hidden {
			names = append(names, child.Name)
		}
	}
	return names
}

// noCommand says what to type instead of no command.
func noCommand(model *kong.Application) error {
	return usagef("a command is needed: %s\nto try it out: offboard run --env sandbox samples/leavers.csv\nsee: offboard --help", alternatives(commandsOf(model)))
}

// unknownCommand says that a word is not a command, and what to type instead.
func unknownCommand(word string, commands []string) error {
	near := nearest(word, commands)
	_, err := os.Stat(word)
	switch {
	case near != "":
		return usagef("%q is not a command; did you mean offboard %s?\nsee: offboard --help", word, near)
	case err == nil:
		return usagef("%q is not a command; to see what a run of this file would do: offboard plan %s\nsee: offboard --help", word, quote(operand(word)))
	}
	return usagef("%q is not a command; the commands are %s\nsee: offboard --help", word, alternatives(commands))
}

// alternatives joins words as in "a, b or c".
func alternatives(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// commandWord returns the word of the command line that stands where a command is
// expected; "" if there is none, or if a flag in front of it is not known: the word could
// be the value of that flag, and a secret.
func commandWord(args []string, global []*kong.Flag) string {
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			return args[i]
		}
		name, _, hasValue := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		flag := find(global, name)
		if flag == nil {
			return ""
		}
		if !hasValue && !flag.IsBool() {
			i++
		}
	}
	return ""
}
