package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// manCommand prints the manual page, for those who package the program. It is made from the
// same definitions as the help.
type manCommand struct{}

// Run prints the page.
func (*manCommand) Run(a *app, parsed *kong.Context) error {
	_, err := io.WriteString(a.Stdout, manPage(parsed.Model, a.buildInfo().version))
	return err
}

// manPage returns the manual page in the language of man(7).
func manPage(model *kong.Application, version string) string {
	m := &man{}
	m.line(`.TH OFFBOARD 1 "" "offboard %s"`, roff(version))
	m.section("NAME")
	m.text("offboard - suspend a list of leavers in Thrive, and prove it")
	m.section("SYNOPSIS")
	for _, command := range model.Children {
		if !command.Hidden {
			m.line(`.B offboard %s`, roff(command.Name))
			m.line("%s\n.br", roff(strings.TrimSpace(operandOf(command)+" [flags]")))
		}
	}
	m.section("DESCRIPTION")
	m.text(model.Help)
	m.section("FLAGS OF ALL COMMANDS")
	m.flags(model.Flags)
	for _, command := range model.Children {
		if command.Hidden {
			continue
		}
		m.section("OFFBOARD " + strings.ToUpper(command.Name))
		m.text(command.Help)
		m.text(command.Detail)
		m.flags(command.Flags)
	}
	for _, t := range topics {
		m.section(strings.ToUpper(strings.ReplaceAll(t.name, "-", " ")))
		m.line(".nf")
		m.text(wrap(t.text(), 72))
		m.line(".fi")
	}
	return m.String()
}

// operandOf returns what stands behind a command besides flags.
func operandOf(command *kong.Command) string {
	if len(command.Positional) == 0 {
		return ""
	}
	return strings.ToUpper(command.Positional[0].Name) + map[bool]string{true: "..."}[command.Positional[0].IsCumulative()]
}

// man is a manual page in the making.
type man struct{ strings.Builder }

func (m *man) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

func (m *man) section(title string) { m.line(`.SH "%s"`, roff(title)) }

// text writes paragraphs.
func (m *man) text(text string) {
	for i, paragraph := range strings.Split(strings.TrimRight(text, "\n"), "\n\n") {
		if i > 0 {
			m.line(".PP")
		}
		if paragraph != "" {
			m.line("%s", roff(paragraph))
		}
	}
}

// flags writes flags with their help, in their groups.
func (m *man) flags(flags []*kong.Flag) {
	group := ""
	for _, flag := range flags {
		if flag.Hidden {
			continue
		}
		if flag.Group != nil && flag.Group.Title != group {
			group = flag.Group.Title
			m.line(`.SS "%s"`, roff(group))
		}
		m.line(".TP\n.B %s", roff(flag.String()))
		m.line("%s", roff(describe(flag.Value)))
	}
}

// roff returns a text that troff prints as it is.
func roff(text string) string {
	text = strings.ReplaceAll(text, `\`, `\e`)
	text = strings.ReplaceAll(text, "-", `\-`)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), `"`, `\(dq`)
}
