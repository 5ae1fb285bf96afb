package cli

import (
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"offboard/internal/run"
)

// commandLine is a command for a person to type. It is made from the one that was
// typed, with flags added or removed. It includes the environment variables that
// decide who is suspended and where the report is, because the person may type it
// in a terminal that has other variables.
type commandLine struct {
	environment []setting
	global      []string // words before the command
	command     string
	words       []string // words after the command
}

// setting is a variable of the environment.
type setting struct{ name, value string }

// commandLine returns the command that was typed.
func (a *app) commandLine(parsed *kong.Context, conf *configuration) commandLine {
	c := commandLine{command: parsed.Selected().Name}
	for i, word := range a.Args {
		// The value of a flag before the command can be the same word.
		if word == c.command && (i == 0 || find(parsed.Model.Flags, strings.TrimPrefix(a.Args[i-1], "--")) == nil) {
			c.global, c.words = a.Args[:i], withoutSecrets(a.Args[i+1:])
			break
		}
	}
	for _, flag := range parsed.Flags() {
		text, set := conf.env(variable(flag.Name))
		matters := inGroup(flag, "input") || slices.Contains([]string{"accept", "accept-refs", "config", "keep", "report", "resume", "max-leavers"}, flag.Name)
		if set && text != "" && matters && !given(parsed, flag) {
			c.environment = append(c.environment, setting{variable(flag.Name), text})
		}
	}
	return c
}

// given tells whether a flag is on the command line.
func given(parsed *kong.Context, flag *kong.Flag) bool {
	return slices.ContainsFunc(parsed.Path, func(p *kong.Path) bool { return p.Flag == flag && !p.Resolved })
}

func inGroup(flag *kong.Flag, key string) bool { return flag.Group != nil && flag.Group.Key == key }

// refuseTwice refuses a flag that has one value and is given several times: the last value
// would hide the others, such as a list of people who must not be suspended. (A flag on
// the command line overrides the environment and the file of --config on purpose.)
func refuseTwice(parsed *kong.Context) error {
	seen := map[*kong.Flag]bool{}
	for _, p := range parsed.Path {
		if p.Flag == nil || p.Resolved || p.Flag.IsCumulative() || p.Flag.Target.Kind() == reflect.Slice || p.Flag.IsBool() {
			continue
		}
		if seen[p.Flag] {
			return usagef("--%s is given twice, and has one value; give it once", p.Flag.Name)
		}
		seen[p.Flag] = true
	}
	return nil
}

// as returns c with another command.
func (c commandLine) as(command string) commandLine {
	c.command = command
	return c
}

// set returns c with a flag and its value, instead of another value that it has.
func (c commandLine) set(flag, value string) commandLine {
	return c.without(flag, true).with(flagWords(flag, value)...)
}

// flagWords returns a flag and its value as words. A value that begins with a dash would be
// read as another flag if it were a word of its own.
func flagWords(flag, value string) []string {
	if strings.HasPrefix(value, "-") {
		return []string{flag + "=" + value}
	}
	return []string{flag, value}
}

// operand returns a path as a word that is no flag.
func operand(path string) string {
	if strings.HasPrefix(path, "-") && path != run.StdinPath {
		return "./" + path
	}
	return path
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
			word, placed = operand(input), true
		}
		words = append(words, word)
	}
	c.words = words
	return c
}

// String returns the command for the shell of the system.
func (c commandLine) String() string {
	var words []string
	for _, v := range c.environment {
		words = append(words, shellOf(runtime.GOOS).set(v.name, v.value))
	}
	words = append(words, "offboard")
	for _, word := range slices.Concat(c.global, []string{c.command}, c.words) {
		words = append(words, quote(word))
	}
	return strings.Join(words, " ")
}

// quoteFlag returns a flag and its value for a shell.
func quoteFlag(flag, value string) string {
	if strings.HasPrefix(value, "-") {
		return flag + "=" + quote(value)
	}
	return flag + " " + quote(value)
}
