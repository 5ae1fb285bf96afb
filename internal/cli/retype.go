package cli

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// retyped is this command as a person would type it again. What was said in the
// environment of who leaves, and of the report, goes with it: pasted into another
// terminal, the command must not mean other people.
type retyped struct {
	environment []string // NAME=value
	global      []string // words in front of the command
	command     string
	words       []string // behind it
}

// retype takes the arguments as they were given.
func (a *app) retype(parsed *kong.Context, s *settings) retyped {
	r := retyped{command: parsed.Selected().Name}
	for i, word := range a.Args {
		// A flag in front of the command can have the same value.
		if word == r.command && (i == 0 || find(parsed.Model.Flags, strings.TrimPrefix(a.Args[i-1], "--")) == nil) {
			r.global, r.words = a.Args[:i], slices.Clone(a.Args[i+1:])
			break
		}
	}
	for _, flag := range parsed.Flags() {
		text, set := s.env(variable(flag.Name))
		goesWith := inGroup(flag, "input") || slices.Contains([]string{"config", "report", "resume", "max-leavers"}, flag.Name)
		if set && text != "" && goesWith && !given(parsed, flag) {
			r.environment = append(r.environment, variable(flag.Name)+"="+quote(text))
		}
	}
	return r
}

// given tells whether a flag stands on the command line.
func given(parsed *kong.Context, flag *kong.Flag) bool {
	return slices.ContainsFunc(parsed.Path, func(p *kong.Path) bool { return p.Flag == flag && !p.Resolved })
}

func inGroup(flag *kong.Flag, key string) bool { return flag.Group != nil && flag.Group.Key == key }

// as returns the same for another command.
func (r retyped) as(command string) retyped {
	r.command = command
	return r
}

// with returns the same with more flags.
func (r retyped) with(flags ...string) retyped {
	at := slices.Index(r.words, "--") // behind it, all words are inputs
	if at < 0 {
		at = len(r.words)
	}
	r.words = slices.Insert(slices.Clone(r.words), at, flags...)
	return r
}

// without returns the same without a flag, and without the word behind it if it
// takes a value.
func (r retyped) without(flag string, takesValue bool) retyped {
	var words []string
	for i := 0; i < len(r.words); i++ {
		switch word := r.words[i]; {
		case word == "--":
			words, i = append(words, r.words[i:]...), len(r.words)
		case word == flag && takesValue:
			i++
		case word != flag && !strings.HasPrefix(word, flag+"="):
			words = append(words, word)
		}
	}
	r.words = words
	return r
}

// from returns the same with one input in the place of all.
func (r retyped) from(inputs []string, input string) retyped {
	var words []string
	placed := false
	for _, word := range r.words {
		if slices.Contains(inputs, word) {
			if placed {
				continue
			}
			word, placed = input, true
		}
		words = append(words, word)
	}
	r.words = words
	return r
}

// String writes the command as a shell takes it.
func (r retyped) String() string {
	words := append(slices.Clone(r.environment), "offboard")
	for _, word := range slices.Concat(r.global, []string{r.command}, r.words) {
		words = append(words, quote(word))
	}
	return strings.Join(words, " ")
}

// quote writes a word as a shell takes it.
func quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=,%@+"
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
