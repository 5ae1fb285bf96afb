package cli

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// commandLine is a command for a person to type. It is made from the one that was
// typed, with flags added or removed. It includes the environment variables that
// decide who is suspended and where the report is, because the person may type it
// in a terminal that has other variables.
type commandLine struct {
	environment []string // NAME=value
	global      []string // words before the command
	command     string
	words       []string // words after the command
}

// commandLine returns the command that was typed.
func (a *app) commandLine(parsed *kong.Context, conf *configuration) commandLine {
	c := commandLine{command: parsed.Selected().Name}
	for i, word := range a.Args {
		// The value of a flag before the command can be the same word.
		if word == c.command && (i == 0 || find(parsed.Model.Flags, strings.TrimPrefix(a.Args[i-1], "--")) == nil) {
			c.global, c.words = a.Args[:i], slices.Clone(a.Args[i+1:])
			break
		}
	}
	for _, flag := range parsed.Flags() {
		text, set := conf.env(variable(flag.Name))
		matters := inGroup(flag, "input") || slices.Contains([]string{"accept", "accept-refs", "config", "report", "resume", "max-leavers"}, flag.Name)
		if set && text != "" && matters && !given(parsed, flag) {
			c.environment = append(c.environment, variable(flag.Name)+"="+quote(text))
		}
	}
	return c
}

// given tells whether a flag is on the command line.
func given(parsed *kong.Context, flag *kong.Flag) bool {
	return slices.ContainsFunc(parsed.Path, func(p *kong.Path) bool { return p.Flag == flag && !p.Resolved })
}

func inGroup(flag *kong.Flag, key string) bool { return flag.Group != nil && flag.Group.Key == key }

// as returns c with another command.
func (c commandLine) as(command string) commandLine {
	c.command = command
	return c
}

// with returns c with more words, before a "--" if there is one.
func (c commandLine) with(words ...string) commandLine {
	at := slices.Index(c.words, "--")
	if at < 0 {
		at = len(c.words)
	}
	c.words = slices.Insert(slices.Clone(c.words), at, words...)
	return c
}

// without returns c without a flag, and without its value if it takes one.
func (c commandLine) without(flag string, takesValue bool) commandLine {
	var words []string
	for i := 0; i < len(c.words); i++ {
		switch word := c.words[i]; {
		case word == "--":
			words, i = append(words, c.words[i:]...), len(c.words)
		case word == flag && takesValue:
			i++
		case word != flag && !strings.HasPrefix(word, flag+"="):
			words = append(words, word)
		}
	}
	c.words = words
	return c
}

// withInput returns c with one input instead of the given ones.
func (c commandLine) withInput(inputs []string, input string) commandLine {
	var words []string
	placed := false
	for _, word := range c.words {
		if slices.Contains(inputs, word) {
			if placed {
				continue
			}
			word, placed = input, true
		}
		words = append(words, word)
	}
	c.words = words
	return c
}

// String returns the command for a POSIX shell.
func (c commandLine) String() string {
	words := append(slices.Clone(c.environment), "offboard")
	for _, word := range slices.Concat(c.global, []string{c.command}, c.words) {
		words = append(words, quote(word))
	}
	return strings.Join(words, " ")
}

// quote returns a word for a POSIX shell.
func quote(word string) string {
	const unquoted = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,%@+"
	if word != "" && strings.Trim(word, unquoted) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
