package cli

import (
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Completion works in three small scripts, one for each shell, which ask the program for the
// words that can stand at the end of a command line. So the program alone knows its flags
// and their values.

//go:embed completions
var completions embed.FS

// completionCommand prints the script of a shell.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help returns the second part of the help of the command.
func (*completionCommand) Help() string {
	return `To use it in this shell, and in each new one:

  source <(offboard completion bash)      in ~/.bashrc, too
  source <(offboard completion zsh)       in ~/.zshrc, too, behind compinit
  offboard completion fish | source       in ~/.config/fish/config.fish, too`
}

// Run prints the script.
func (c *completionCommand) Run(a *app) error {
	script, err := completions.ReadFile("completions/offboard." + c.Shell)
	if err != nil {
		return err
	}
	_, err = a.Stdout.Write(script)
	return err
}

// completeWord is the command by which the scripts ask. It is no part of the command line,
// so that nothing of the configuration is read, and no variable warns.
const completeWord = "__complete"

// candidate is a word that can stand at the end of a command line.
type candidate struct{ word, help string }

// answer is what completes a command line.
type answer struct {
	candidates []candidate
	files      bool // names of files can stand there, too
}

// complete writes what completes the words of a command line, the last of which may be empty:
// a line for each candidate with its help behind two spaces, and then ":files" or ":none".
func complete(w io.Writer, model *kong.Application, words []string) error {
	answer, last := completed(model, words), ":none"
	var b strings.Builder
	for _, c := range answer.candidates {
		fmt.Fprintf(&b, "%s  %s\n", c.word, c.help)
	}
	if answer.files {
		last = ":files"
	}
	_, err := io.WriteString(w, b.String()+last+"\n")
	return err
}

// completed returns what completes the words of a command line.
func completed(model *kong.Application, words []string) answer {
	if len(words) == 0 {
		words = []string{""}
	}
	line := read(model, words[:len(words)-1])
	return line.complete(model, words[len(words)-1])
}

// read returns what words of a command line say.
func read(model *kong.Application, words []string) typed {
	line := typed{flags: model.Flags}
	for _, word := range words {
		line.take(model, word)
	}
	return line
}

// typed is what the words of a command line say, up to the one that is completed.
type typed struct {
	command *kong.Command
	flags   []*kong.Flag // that can be given
	given   []string     // names of flags
	value   *kong.Flag   // whose value is next
	ended   bool         // by "--": only operands follow
	operand string       // the last one; "": none
	unknown bool         // some flag is none of the command
}

// take reads the next word.
func (t *typed) take(model *kong.Application, word string) {
	switch {
	case t.value != nil:
		t.value = nil
	case word == "--" && !t.ended:
		t.ended = true
	case strings.HasPrefix(word, "--") && !t.ended:
		name, _, hasValue := strings.Cut(word[2:], "=")
		t.given = append(t.given, name)
		flag := find(t.flags, name)
		t.unknown = t.unknown || flag == nil
		if flag != nil && !hasValue && !flag.IsBool() {
			t.value = flag
		}
	case t.command == nil:
		for _, child := range model.Children {
			if child.Name == word {
				t.command, t.flags = child, append(slices.Clone(t.flags), child.Flags...)
			}
		}
	default:
		t.operand = word
	}
}

// complete returns what completes the last word.
func (t *typed) complete(model *kong.Application, word string) answer {
	switch name, value, hasValue := strings.Cut(strings.TrimPrefix(word, "--"), "="); {
	case t.value != nil:
		return completedValue(t.value, "", word)
	case t.ended:
	case strings.HasPrefix(word, "--") && hasValue:
		if flag := find(t.flags, name); flag != nil {
			return completedValue(flag, "--"+name+"=", value)
		}
		return answer{}
	case strings.HasPrefix(word, "-"):
		return answer{candidates: beginningWith(word, t.flagWords())}
	}
	switch {
	case t.command == nil:
		return answer{candidates: beginningWith(word, commandWords(model))}
	case t.command.Name == "help":
		return answer{candidates: beginningWith(word, append(commandWords(model), topicWords()...))}
	case len(t.command.Positional) == 0:
		return answer{}
	}
	if operand := t.command.Positional[0]; operand.Enum != "" {
		return answer{candidates: beginningWith(word, wordsAlone(operand.EnumSlice()))}
	}
	return answer{files: true}
}

// flagWords returns the flags that can be given, without those that are given already and
// have one value.
func (t *typed) flagWords() (all []candidate) {
	for _, flag := range visible(t.flags) {
		if slices.Contains(t.given, flag.Name) && !flag.IsCumulative() {
			continue
		}
		help, _, _ := strings.Cut(flag.Help, ". ")
		all = append(all, candidate{"--" + flag.Name, strings.TrimSuffix(help, ".")})
	}
	return all
}

func commandWords(model *kong.Application) (all []candidate) {
	for _, child := range model.Children {
		if !child.Hidden {
			all = append(all, candidate{child.Name, strings.TrimSuffix(child.Help, ".")})
		}
	}
	return all
}

func topicWords() (all []candidate) {
	for _, t := range topics {
		all = append(all, candidate{t.name, t.title})
	}
	return all
}

func visible(flags []*kong.Flag) []*kong.Flag {
	return slices.DeleteFunc(slices.Clone(flags), func(f *kong.Flag) bool { return f.Hidden })
}

// beginningWith returns the candidates that begin with a word.
func beginningWith(word string, all []candidate) []candidate {
	return slices.DeleteFunc(all, func(c candidate) bool { return !strings.HasPrefix(c.word, word) })
}

// wordsAlone returns words without help as candidates.
func wordsAlone[T ~string](words []T) (all []candidate) {
	for _, word := range words {
		all = append(all, candidate{word: string(word)})
	}
	return all
}

// completedValue returns what completes the value of a flag, which stands behind a prefix in
// its word.
func completedValue(flag *kong.Flag, prefix, value string) answer {
	if strings.Contains(flag.PlaceHolder, "FILE") {
		// A shell finds names of files that stand alone in their word.
		return answer{candidates: beginningWith(value, wordsAlone(keywordsOf[flag.Name])), files: true}
	}
	// Of a list the last item is completed.
	if at := strings.LastIndexByte(value, ','); at >= 0 && flag.IsSlice() && flag.Tag.Sep == ',' {
		prefix, value = prefix+value[:at+1], value[at+1:]
	}
	candidates := beginningWith(value, valuesOf(flag))
	for i := range candidates {
		candidates[i].word = prefix + candidates[i].word
	}
	return answer{candidates: candidates}
}
