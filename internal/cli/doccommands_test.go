package cli

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// docCommand is a command that a page shows.
type docCommand struct {
	text string
	n    int  // its line
	name bool // it may be the name of a command and some flags, without operands
}

var (
	proposedCommand = regexp.MustCompile(`^To [^:]*: (offboard .*)`)
	assignment      = regexp.MustCompile(`^[A-Z_]+=`)
)

// commands returns the commands of a page: those in blocks of code and in the text, and
// those that the program proposes.
func (p docPage) commands() (found []docCommand) {
	for i := 0; i < len(p.lines); i++ {
		line := p.lines[i]
		typed := line.text
		switch proposed := proposedCommand.FindStringSubmatch(typed); {
		case line.block == "sh":
		case line.block == "console" && strings.HasPrefix(typed, "$ "):
			typed = typed[2:]
		case line.block == "console" && proposed != nil:
			typed = proposed[1]
		default:
			continue
		}
		for strings.HasSuffix(typed, `\`) && i+1 < len(p.lines) {
			i++
			typed = strings.TrimSuffix(typed, `\`) + p.lines[i].text
		}
		found = append(found, docCommand{text: typed, n: line.n})
	}
	for _, paragraph := range p.paragraphs() {
		for _, span := range codeSpan.FindAllString(paragraph.text, -1) {
			found = append(found, docCommand{text: strings.Trim(span, "`"), n: paragraph.n, name: true})
		}
	}
	return found
}

// wordsOf returns the words of offboard on a line of a shell, without the name of the
// program; nil if the line does not call it.
func wordsOf(line string) []string {
	for _, words := range shellWords(line) {
		for len(words) > 0 && assignment.MatchString(words[0]) {
			words = words[1:]
		}
		if len(words) > 3 && slices.Equal(words[:3], []string{"go", "run", "./cmd/offboard"}) {
			words = words[2:]
		}
		if len(words) > 1 && (words[0] == "offboard" || words[0] == "./cmd/offboard") {
			return words[1:]
		}
	}
	return nil
}

// shellWords returns the words of each command on a line. What a line says by … is left
// out, and so is what a shell takes for itself.
func shellWords(line string) (commands [][]string) {
	var words []string
	word, quote, begun := "", rune(0), false
	end := func() {
		if word = strings.TrimSuffix(word, "…"); begun && word != "" {
			words = append(words, word)
		}
		word, begun = "", false
	}
	for _, r := range line + " " {
		switch {
		case r == quote:
			quote = 0
		case quote != 0:
			word += string(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == ' ':
			end()
		case r == '#' && !begun:
			return append(commands, words)
		case strings.ContainsRune("|;&", r):
			end()
			commands, words = append(commands, words), nil
		case r == '>' || r == '<': // the file behind it is a word of its own command
			end()
			commands, words = append(commands, words), nil
		default:
			word, begun = word+string(r), true
		}
	}
	return append(commands, words)
}

// unparsed returns why words are no command of offboard; nil if they are one.
func unparsed(t *testing.T, words []string, name bool) error {
	t.Helper()
	model := modelOf(t)
	line := read(model, words)
	// What is read while the command line is parsed is not there.
	for _, flag := range []string{"config", "plan"} {
		i := slices.Index(words, "--"+flag)
		if i >= 0 && i+1 < len(words) && find(line.flags, flag) != nil {
			words = slices.Delete(slices.Clone(words), i, i+2)
		}
	}
	if words[0] == "help" && len(words) > 1 && words[1] != "COMMAND" && words[1] != "TOPIC" {
		if !slices.Contains(append(commandsOf(model), topicNames()...), words[1]) {
			return fmt.Errorf("there is no help about %s", words[1])
		}
	}
	err := parsing(t, words)
	if err == nil || !name || line.operand != "" || line.unknown || line.command == nil || len(line.command.Positional) == 0 {
		return err
	}
	operand := "FILE"
	if choices := line.command.Positional[0]; choices.Enum != "" {
		operand = choices.EnumSlice()[0]
	}
	return parsing(t, append(slices.Clone(words), operand))
}

// parsing returns the error of the parser.
func parsing(t *testing.T, words []string) error {
	t.Helper()
	c := &commands{}
	parser, err := newParser(c, &app{}, &configuration{env: func(string) (string, bool) { return "", false }}, kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = parser.Parse(words)
	return err
}

func TestEveryCommandOfTheDocumentationIsOne(t *testing.T) {
	commands := 0
	for _, page := range docPages(t) {
		for _, c := range page.commands() {
			words := wordsOf(c.text)
			if words == nil {
				continue
			}
			commands++
			if err := unparsed(t, words, c.name); err != nil {
				t.Errorf("%s:%d: %s: %v", page.name, c.n, c.text, err)
			}
		}
	}
	if commands < 60 {
		t.Errorf("only %d commands were found", commands)
	}
}

// TestEveryFlagThatTheDocumentationNamesIsOne is about flags by themselves, such as
// `--rate 10`.
func TestEveryFlagThatTheDocumentationNamesIsOne(t *testing.T) {
	known := slices.Collect(maps.Keys(otherWords)) // the documentation names them, too
	known = append(known, "help", "version")
	for _, command := range modelOf(t).Children {
		for _, flag := range command.Flags {
			known = append(known, flag.Name)
		}
	}
	for _, flag := range modelOf(t).Flags {
		known = append(known, flag.Name)
	}
	flags := regexp.MustCompile("^--([a-z][a-z-]*)")
	for _, page := range docPages(t) {
		for _, c := range page.commands() {
			if m := flags.FindStringSubmatch(c.text); c.name && m != nil && !slices.Contains(known, m[1]) {
				t.Errorf("%s:%d: there is no flag --%s", page.name, c.n, m[1])
			}
		}
	}
}

func TestAWrongCommandOfAPageIsFound(t *testing.T) {
	for text, wrong := range map[string]bool{
		"$ offboard run x.csv --env production …":              false,
		"$ offboard report REPORT… > rest.csv":                 false,
		"$ offboard plan x.csv --where 'Leave Date!='":         false,
		"$ cp a b && offboard run x.csv --config its.yaml":     false,
		"$ OFFBOARD_RATE=5 offboard run x.csv \\\n  --rate 10": false,
		"$ go run ./cmd/offboard run x.csv":                    false,
		"$ offboard help dates":                                false,
		"To go on: offboard run x.csv --resume":                false,
		"the text that an offboard rnu writes":                 false,
		"$ offboard rnu x.csv":                                 true,
		"$ offboard run x.csv --rat 10":                        true,
		"$ offboard run x.csv --rate ten":                      true,
		"$ offboard run x.csv \\\n  --resum":                   true,
		"$ offboard verify x.csv --plan p.json":                true,
		"$ offboard report":                                    true,
		"$ offboard run x.csv --progress loud":                 true,
		"$ offboard help weather":                              true,
		"$ cat x.csv | offboard run - --yess":                  true,
		"$ offboard report x.csv --rows fine":                  true,
		"To go on: offboard run x.csv --resum":                 true,
	} {
		page := docPageOf("x.md", "```console\n"+text+"\n```")
		failed := false
		for _, c := range page.commands() {
			if words := wordsOf(c.text); words != nil && unparsed(t, words, c.name) != nil {
				failed = true
			}
		}
		if failed != wrong {
			t.Errorf("%s: %t", text, failed)
		}
	}
	for text, wrong := range map[string]bool{
		"Type `offboard report`.": false, "Type `offboard completion`.": false, "Type `offboard\nplan FILE`.": false, "Type `offboard\nplan --fiel`.": true, "`offboard rnu`": true,
	} {
		c := docPageOf("x.md", text).commands()
		if len(c) != 1 || (unparsed(t, wordsOf(c[0].text), c[0].name) != nil) != wrong {
			t.Errorf("%s: %v", text, c)
		}
	}
}
